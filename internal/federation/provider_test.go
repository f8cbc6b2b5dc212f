package federation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testop"
)

// azure is a provider of Microsoft as one registers it.
func azure() federation.NewProvider {
	const directory = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555"
	return federation.NewProvider{Secret: "s", Provider: iam.Provider{Type: iam.ProviderAzure, ClientID: "c",
		AuthorizationURL: directory + "/oauth2/v2.0/authorize", TokenURL: directory + "/oauth2/v2.0/token"}}
}

func okta() federation.NewProvider {
	return federation.NewProvider{Secret: "s", Provider: iam.Provider{Type: iam.ProviderOkta, ClientID: "c",
		AuthorizationURL: "https://acme.okta.com/oauth2/v1/authorize", TokenURL: "https://acme.okta.com/oauth2/v1/token"}}
}

func google() federation.NewProvider {
	return federation.NewProvider{Secret: "s", Provider: iam.Provider{Type: iam.ProviderGoogle, ClientID: "c"}}
}

// TestNames: a provider is called by its type, and the next one of it by a number.
func TestNames(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		var names []string
		for _, in := range []federation.NewProvider{w.upstream(), google(), azure(), okta(), google(), google()} {
			names = append(names, w.create(t, in).Name)
		}
		if err := w.Federation.Delete(t.Context(), w.by, "google-2"); err != nil {
			t.Fatal(err)
		}
		names = append(names, w.create(t, google()).Name)
		if diff := cmp.Diff([]string{"oidc", "google", "azure", "okta", "google-2", "google-3", "google-2"}, names); diff != "" {
			t.Errorf("names (-want +got)\n%s", diff)
		}
		in := google()
		in.Name = "google"
		if _, err := w.Federation.Create(t.Context(), w.by, in); !iam.Is(err, iam.Exists) {
			t.Errorf("a name that is taken: %v", err)
		}
		for i := range federation.MaxProviders - 6 {
			in.Name = fmt.Sprintf("mine-%d", i)
			w.create(t, in)
		}
		in.Name = ""
		if _, err := w.Federation.Create(t.Context(), w.by, in); reason(err) != string(iam.ReasonLimit) {
			t.Errorf("one more than may be: %v", err)
		}
		buttons, err := w.Federation.Buttons(t.Context(), w.Tenant.ID)
		if err != nil || len(buttons) != federation.MaxProviders || buttons[0] != (federation.Button{Name: "azure", Label: "Microsoft", Type: iam.ProviderAzure}) {
			t.Errorf("%d buttons, %v, %v", len(buttons), buttons, err)
		}
	})
}

// TestProvider: what was said is answered, but for the secret.
func TestProvider(t *testing.T) {
	w := start(t)
	in := w.upstream()
	in.DisplayName, in.AuthorizationURL, in.TokenURL, in.UserInfoURL = "회사", w.op.AuthorizationURL(), w.op.TokenURL(), w.op.UserInfoURL()
	in.JWKSURL, in.LogoutURL, in.Scopes, in.Prompt, in.ClockSkew = w.op.JWKSURL(), w.op.LogoutURL(), "openid email", iam.PromptConsent, 10*time.Minute
	in.ValidateSignatures, in.DisableUserInfo, in.PassLoginHint, in.PassLocale = true, true, true, true
	in.Forwarded, in.HostedDomain = []string{"tenant_hint"}, "example.com"
	in.SCIM, in.SCIMToken, in.ID, in.CreatedBy, in.Version = true, "mine", "mine", "somebody", 7 // nobody says so
	made := w.create(t, in)
	want := in.Provider
	want.Name, want.HasSecret, want.SCIM, want.SCIMToken, want.CreatedBy, want.Version = "oidc", true, false, "", w.by.Username, 1
	got, err := w.Federation.Provider(t.Context(), w.by, "oidc")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(iam.Provider{}, "ID", "Created", "Updated")); diff != "" {
		t.Errorf("answered (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(made, got); diff != "" {
		t.Errorf("made and read (-made +read)\n%s", diff)
	}
	mapped, err := w.Federation.SetMappers(t.Context(), w.by, "oidc", iam.ProviderMappers{Email: "upn"})
	if err != nil || mapped.Mappers.Email != "upn" || mapped.Version != 2 || mapped.ClientID != in.ClientID {
		t.Errorf("mapped %+v, %v", mapped, err)
	}
	in.Mappers.Email, in.DisplayName, in.Name, in.Version = "other", "", "other", 1
	if _, err := w.Federation.Replace(t.Context(), w.by, "oidc", in); !iam.Is(err, iam.Conflict) {
		t.Errorf("of an older version: %v", err)
	}
	in.Version = 2
	replaced, err := w.Federation.Replace(t.Context(), w.by, "oidc", in)
	if err != nil || replaced.Name != "oidc" || replaced.Mappers.Email != "upn" || replaced.DisplayName != "" || replaced.ID != made.ID {
		t.Errorf("replaced %+v, %v", replaced, err)
	}
	list, err := w.Federation.Providers(t.Context(), w.by)
	if err != nil || len(list) != 1 || list[0].Version != 3 {
		t.Errorf("listed %+v, %v", list, err)
	}
	trail, err := w.Audit.Events(t.Context(), w.by, audit.Filter{Object: "provider"}, iam.Page{})
	if err != nil || len(trail.Items) != 3 || strings.Contains(fmt.Sprint(trail), testop.ClientSecret) {
		t.Errorf("the trail tells %+v, %v", trail.Items, err)
	}
	if err := w.Federation.Delete(t.Context(), w.by, "oidc"); err != nil {
		t.Fatal(err)
	}
	_, read := w.Federation.Provider(t.Context(), w.by, "oidc")
	_, begin := w.Federation.Begin(t.Context(), w.Tenant, "oidc", wantedNothing)
	_, replace := w.Federation.Replace(t.Context(), w.by, "oidc", in)
	_, mappers := w.Federation.SetMappers(t.Context(), w.by, "oidc", iam.ProviderMappers{})
	_, _, scim := w.Federation.SetSCIM(t.Context(), w.by, "oidc", true, 0)
	for what, err := range map[string]error{"Provider": read, "Begin": begin, "Replace": replace, "SetMappers": mappers, "SetSCIM": scim,
		"Delete": w.Federation.Delete(t.Context(), w.by, "oidc"), "LogoutToken": w.Federation.LogoutToken(t.Context(), w.Tenant, "oidc", "x")} {
		if !iam.Is(err, iam.NotFound) {
			t.Errorf("%s of one that is gone: %v", what, err)
		}
	}
}

// TestSecretStaysHome: whoever changes where a secret would go, or whose it is,
// has to know it.
func TestSecretStaysHome(t *testing.T) {
	w := start(t)
	for what, change := range map[string]struct {
		do   func(*federation.NewProvider)
		kept bool
	}{
		"nothing":           {func(*federation.NewProvider) {}, true},
		"how it looks":      {func(p *federation.NewProvider) { p.DisplayName, p.Scopes, p.Prompt = "x", "openid", iam.PromptLogin }, true},
		"the issuer":        {func(p *federation.NewProvider) { p.Issuer += "/x" }, false},
		"where one signs":   {func(p *federation.NewProvider) { p.AuthorizationURL += "/x" }, false},
		"the token URL":     {func(p *federation.NewProvider) { p.TokenURL += "/x" }, false},
		"the user info URL": {func(p *federation.NewProvider) { p.UserInfoURL += "/x" }, false},
		"the keys":          {func(p *federation.NewProvider) { p.JWKSURL += "/x" }, false},
		"the way out":       {func(p *federation.NewProvider) { p.LogoutURL += "/x" }, false},
		"the client":        {func(p *federation.NewProvider) { p.ClientID += "x" }, false},
		"the type":          {func(p *federation.NewProvider) { p.Type = iam.ProviderOkta }, false},
		"left to discovery": {func(p *federation.NewProvider) { p.TokenURL = "" }, false},
	} {
		t.Run(what, func(t *testing.T) {
			in := w.upstream()
			in.AuthorizationURL, in.TokenURL, in.UserInfoURL = w.op.AuthorizationURL(), w.op.TokenURL(), w.op.UserInfoURL()
			in.JWKSURL, in.LogoutURL = w.op.JWKSURL(), w.op.LogoutURL()
			p := w.create(t, in)
			in.Secret = ""
			change.do(&in)
			changed, err := w.Federation.Replace(t.Context(), w.by, p.Name, in)
			if err != nil || changed.HasSecret != change.kept {
				t.Fatalf("it has a secret: %v, %v", changed.HasSecret, err)
			}
			_, err = w.Federation.Begin(t.Context(), w.Tenant, p.Name, wantedNothing)
			buttons, listing := w.Federation.Buttons(t.Context(), w.Tenant.ID)
			if change.kept != (err == nil) || err != nil && !iam.Is(err, iam.Precondition) || listing != nil || (len(buttons) == 1) != change.kept {
				t.Errorf("a sign-in: %v; buttons %v, %v", err, buttons, listing)
			}
			in.Secret = testop.ClientSecret
			if changed, err = w.Federation.Replace(t.Context(), w.by, p.Name, in); err != nil || !changed.HasSecret {
				t.Errorf("with the secret again: %+v, %v", changed, err)
			}
			if err := w.Federation.Delete(t.Context(), w.by, p.Name); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestInvalidProviders: each is refused for the member that is wrong.
func TestInvalidProviders(t *testing.T) {
	w := start(t)
	many := make([]string, 17)
	for i := range many {
		many[i] = fmt.Sprintf("p%d", i)
	}
	for what, tt := range map[string]struct {
		of   federation.NewProvider
		do   func(*federation.NewProvider)
		want string
	}{
		"no type":                 {google(), func(p *federation.NewProvider) { p.Type = "" }, "type"},
		"another type":            {google(), func(p *federation.NewProvider) { p.Type = "saml" }, "type issuer"},
		"a name with a slash":     {google(), func(p *federation.NewProvider) { p.Name = "a/b" }, "name"},
		"a name of dots":          {google(), func(p *federation.NewProvider) { p.Name = ".." }, "name"},
		"a long name":             {google(), func(p *federation.NewProvider) { p.Name = strings.Repeat("a", 64) }, "name"},
		"a name with an end":      {google(), func(p *federation.NewProvider) { p.Name = "a-" }, "name"},
		"no client":               {google(), func(p *federation.NewProvider) { p.ClientID = "" }, "client_id"},
		"a client with a line":    {google(), func(p *federation.NewProvider) { p.ClientID = "a\nb" }, "client_id"},
		"a long secret":           {google(), func(p *federation.NewProvider) { p.Secret = strings.Repeat("x", 1025) }, "client_secret"},
		"a long label":            {google(), func(p *federation.NewProvider) { p.DisplayName = strings.Repeat("가", 257) }, "display_name"},
		"no issuer":               {w.upstream(), func(p *federation.NewProvider) { p.Issuer = "" }, "issuer"},
		"an issuer with a query":  {w.upstream(), func(p *federation.NewProvider) { p.Issuer += "?a=b" }, "issuer"},
		"without TLS":             {google(), func(p *federation.NewProvider) { p.Issuer = "http://8.8.8.8/" }, "issuer"},
		"a private network":       {google(), func(p *federation.NewProvider) { p.TokenURL = "https://10.0.0.1/token" }, "token_url"},
		"the metadata of a cloud": {google(), func(p *federation.NewProvider) { p.JWKSURL = "https://169.254.169.254/keys" }, "jwks_url"},
		"loopback in disguise":    {google(), func(p *federation.NewProvider) { p.UserInfoURL = "https://[::1]/" }, "user_info_url"},
		"a script":                {google(), func(p *federation.NewProvider) { p.LogoutURL = "javascript:alert(1)" }, "logout_url"},
		"data":                    {google(), func(p *federation.NewProvider) { p.AuthorizationURL = "data:text/html,x" }, "authorization_url"},
		"a user in a URL":         {google(), func(p *federation.NewProvider) { p.TokenURL = "https://a:b@example.com/" }, "token_url"},
		"a fragment":              {google(), func(p *federation.NewProvider) { p.AuthorizationURL = "https://example.com/#x" }, "authorization_url"},
		"no host":                 {google(), func(p *federation.NewProvider) { p.JWKSURL = "https:///x" }, "jwks_url"},
		"a long URL":              {google(), func(p *federation.NewProvider) { p.JWKSURL = "https://example.com/" + strings.Repeat("x", 2048) }, "jwks_url"},
		"all directories": {azure(), func(p *federation.NewProvider) {
			p.TokenURL = "https://login.microsoftonline.com/common/oauth2/v2.0/token"
		}, "token_url issuer"},
		"organizations": {azure(), func(p *federation.NewProvider) { p.Issuer = "https://login.microsoftonline.com/organizations/v2.0" }, "issuer"},
		"consumers":     {azure(), func(p *federation.NewProvider) { p.AuthorizationURL = "https://login.microsoftonline.com/Consumers/x" }, "authorization_url"},
		"a directory by name": {azure(), func(p *federation.NewProvider) {
			p.TokenURL = "https://login.microsoftonline.com/acme.com/oauth2/v2.0/token"
		}, "issuer"},
		"an Okta elsewhere":     {okta(), func(p *federation.NewProvider) { p.TokenURL = "https://acme.okta.com/token" }, "issuer"},
		"another prompt":        {google(), func(p *federation.NewProvider) { p.Prompt = "maybe" }, "prompt"},
		"a negative skew":       {google(), func(p *federation.NewProvider) { p.ClockSkew = -time.Second }, "allowed_clock_skew"},
		"a great skew":          {google(), func(p *federation.NewProvider) { p.ClockSkew = 601 * time.Second }, "allowed_clock_skew"},
		"long scopes":           {google(), func(p *federation.NewProvider) { p.Scopes = strings.Repeat("x", 257) }, "default_scopes"},
		"a scope with a quote":  {google(), func(p *federation.NewProvider) { p.Scopes = `open"id` }, "default_scopes"},
		"the state forwarded":   {google(), func(p *federation.NewProvider) { p.Forwarded = []string{"a", "State"} }, "forwarded_query_parameters"},
		"a request forwarded":   {google(), func(p *federation.NewProvider) { p.Forwarded = []string{"request_uri"} }, "forwarded_query_parameters"},
		"an empty parameter":    {google(), func(p *federation.NewProvider) { p.Forwarded = []string{""} }, "forwarded_query_parameters"},
		"a parameter of two":    {google(), func(p *federation.NewProvider) { p.Forwarded = []string{"a&state"} }, "forwarded_query_parameters"},
		"many parameters":       {google(), func(p *federation.NewProvider) { p.Forwarded = many }, "forwarded_query_parameters"},
		"a domain that is none": {google(), func(p *federation.NewProvider) { p.HostedDomain = "Example com" }, "hosted_domain"},
		"a claim with a line":   {google(), func(p *federation.NewProvider) { p.Mappers.Email = "a\nb" }, "mappers.email"},
	} {
		tt.do(&tt.of)
		if _, err := w.Federation.Create(t.Context(), w.by, tt.of); !iam.Is(err, iam.Invalid) || faults(err) != tt.want {
			t.Errorf("%s: of %q, %v", what, faults(err), err)
		} else if strings.Contains(err.Error(), testop.ClientSecret) || strings.Contains(err.Error(), "a:b@") {
			t.Errorf("%s: the answer tells a secret: %v", what, err)
		}
	}
	if list, err := w.Federation.Providers(t.Context(), w.by); err != nil || len(list) > 0 {
		t.Errorf("made %v, %v", list, err)
	}
}

// TestWhoMayWrite: a provider says who signs in as whom, so that only who holds
// everything writes one.
func TestWhoMayWrite(t *testing.T) {
	w := start(t)
	p := w.create(t, google())
	w.NewRole(t, w.Tenant, "registrar", iam.ProvidersRead, iam.ProvidersCreate, iam.ProvidersUpdate, iam.ProvidersDelete, iam.UsersUpdate)
	by := w.NewMember(t, w.Tenant, "kim", "registrar").Actor()
	narrow := w.by
	narrow.Scope = "providers.*"
	for who, by := range map[string]iam.Actor{"who may write providers": by, "who came with a token for that": narrow} {
		_, create := w.Federation.Create(t.Context(), by, google())
		_, replace := w.Federation.Replace(t.Context(), by, p.Name, google())
		_, mappers := w.Federation.SetMappers(t.Context(), by, p.Name, iam.ProviderMappers{Email: "x"})
		_, _, scim := w.Federation.SetSCIM(t.Context(), by, p.Name, true, 0)
		for what, err := range map[string]error{"Create": create, "Replace": replace, "SetMappers": mappers, "SetSCIM": scim,
			"Delete": w.Federation.Delete(t.Context(), by, p.Name)} {
			if !iam.Is(err, iam.Denied) {
				t.Errorf("%s: %s: %v", who, what, err)
			}
		}
	}
	if list, err := w.Federation.Providers(t.Context(), by); err != nil || len(list) != 1 || list[0].Version != 1 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestDeletedProvider: whom it signed in is signed out, within the same moment.
func TestDeletedProvider(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		p := w.create(t, w.upstream())
		w.op.SignIn(mina())
		from := authn.Origin{Dialect: "console", Address: "192.0.2.7"}
		b, err := w.Authn.SignInFederated(t.Context(), w.Tenant.ID, w.enter(t, p.Name).Federated, from)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Authn.Browser(t.Context(), b.Cookie, from); err != nil {
			t.Fatal(err)
		}
		if err := w.Federation.Delete(t.Context(), w.by, p.Name); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Authn.Browser(t.Context(), b.Cookie, from); !iam.Is(err, iam.Unauthenticated) {
			t.Errorf("after that: %v", err)
		}
	})
}

// TestSCIM gives a provisioning client a token that may look after people, and
// nothing else.
func TestSCIM(t *testing.T) {
	w := start(t)
	p := w.create(t, google())
	admin := w.NewMember(t, w.Tenant, "lee", access.RoleAdmin).Actor()
	_, first, err := w.Federation.SetSCIM(t.Context(), admin, p.Name, true, 30)
	if err != nil {
		t.Fatal(err)
	}
	if got := first.Expires.Sub(w.Clock.Now()).Round(time.Hour); got != 30*24*time.Hour {
		t.Errorf("good for %v", got)
	}
	origin := authn.Origin{Dialect: "test", Address: "192.0.2.7"}
	by, err := w.Authn.Token(t.Context(), first.Secret, origin)
	if err != nil || by.User != admin.User {
		t.Fatalf("%+v, %v", by, err)
	}
	for right, want := range map[iam.Permission]bool{iam.UsersCreate: true, iam.GroupsDelete: true, iam.ProvidersRead: false, iam.RolesCreate: false, iam.SettingsUpdate: false} {
		if may, err := w.Access.May(t.Context(), by, right); err != nil || may != want {
			t.Errorf("%s: %v, %v", right, may, err)
		}
	}
	q, second, err := w.Federation.SetSCIM(t.Context(), w.by, p.Name, true, 0)
	if err != nil || !q.SCIM || q.SCIMToken == "" {
		t.Fatalf("%+v, %v", q, err)
	}
	if got := second.Expires.Sub(w.Clock.Now()).Round(time.Hour); got != 365*24*time.Hour {
		t.Errorf("where nobody says good for %v", got)
	}
	good := func(token federation.SCIMToken) bool {
		_, err := w.Authn.Token(t.Context(), token.Secret, origin)
		return err == nil
	}
	if good(first) || !good(second) {
		t.Error("the token before is good, or that in its place is not")
	}
	if q, none, err := w.Federation.SetSCIM(t.Context(), w.by, p.Name, false, 0); err != nil || q.SCIM || q.SCIMToken != "" || none.Secret != "" || good(second) {
		t.Errorf("switched off: %+v, %v", q, err)
	}
	for _, days := range []int{-1, 731} {
		if _, _, err := w.Federation.SetSCIM(t.Context(), w.by, p.Name, true, days); faults(err) != "days" {
			t.Errorf("%d days: %v", days, err)
		}
	}
	_, third, err := w.Federation.SetSCIM(t.Context(), w.by, p.Name, true, 730)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Federation.Delete(t.Context(), w.by, p.Name); err != nil || good(third) {
		t.Errorf("the token outlives its provider: %v", err)
	}
}

// TestAddresses are made of the public URL, and of nothing else.
func TestAddresses(t *testing.T) {
	w := start(t)
	at, err := w.Federation.Addresses("acme", "google-2")
	want := federation.Addresses{Redirect: apptest.PublicURL + "/t/acme/sso/google-2/callback", PostLogout: apptest.PublicURL + "/t/acme/sign-in",
		BackLogout: apptest.PublicURL + "/t/acme/sso/google-2/logout"}
	if err != nil || at != want {
		t.Errorf("%+v, %v", at, err)
	}
	deps := w.Federation.Deps
	deps.PublicURL = nil
	if _, err := federation.New(deps).Addresses("acme", "google"); !iam.Is(err, iam.Precondition) {
		t.Errorf("without a public URL: %v", err)
	}
}
