package federation_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testop"
)

// TestSignIn takes somebody through a provider: made the first time, known the
// second, whether the provider is found by discovery or says itself where it is.
func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		told := w.upstream()
		told.AuthorizationURL, told.TokenURL, told.UserInfoURL = w.op.AuthorizationURL(), w.op.TokenURL(), w.op.UserInfoURL()
		told.JWKSURL, told.LogoutURL = w.op.JWKSURL(), w.op.LogoutURL()
		for _, in := range []federation.NewProvider{w.upstream(), told} {
			p := w.create(t, in)
			who := mina()
			who.Email, who.Subject = p.Name+"@example.com", "subject of "+p.Name
			w.op.SignIn(who)
			first := w.enter(t, p.Name)
			u := w.user(t, first.User)
			want := iam.User{Username: who.Email, Email: who.Email, EmailVerified: true, GivenName: "Mina", FamilyName: "김",
				DisplayName: "김 Mina", State: iam.UserPending, Attributes: map[string]string{iam.AttributeIDMType: "SSO"}}
			got := iam.User{Username: u.Username, Email: u.Email, EmailVerified: u.EmailVerified, GivenName: u.GivenName, FamilyName: u.FamilyName,
				DisplayName: u.DisplayName, State: u.State, Attributes: u.Attributes, Roles: u.Roles, Groups: u.Groups, HasPassword: u.HasPassword}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: made (-want +got)\n%s", p.Name, diff)
			}
			if first.Issuer != w.op.Issuer || first.Subject != who.Subject || first.Provider != p.ID || first.SessionID != w.op.Session() ||
				strings.Count(first.IDToken, ".") != 2 || first.Username != who.Email || first.Linked {
				t.Errorf("%s: proved %+v", p.Name, first)
			}
			if again := w.enter(t, p.Name); again.User != first.User {
				t.Errorf("%s: the second time it is user %s, and not %s", p.Name, again.User, first.User)
			}
			links, err := w.Federation.Identities(t.Context(), w.as(u, ""))
			if err != nil || len(links) != 1 || links[0].ProviderName != p.Name || links[0].Email != who.Email || links[0].Subject != who.Subject {
				t.Errorf("%s: linked %+v, %v", p.Name, links, err)
			}
		}
	})
}

// TestRequest looks at what a browser is sent to the provider with, and what the
// provider is asked afterwards.
func TestRequest(t *testing.T) {
	w := start(t)
	in := w.upstream()
	in.Scopes, in.Prompt, in.PassLoginHint, in.PassLocale, in.Forwarded = "email  profile", iam.PromptSelectAccount, true, true, []string{"tenant_hint", "b"}
	in.HostedDomain = "example.com"
	p := w.create(t, in)
	who := mina()
	who.Claims["hd"] = "example.com"
	w.op.SignIn(who)
	w.op.Redirects("http://gatehouse.test/t/default/sso/oidc/callback")
	v := w.visit(t, p.Name, federation.Wanted{Return: "/account", LoginHint: "mina@example.com", Locale: "ko",
		Query: url.Values{"tenant_hint": {"acme"}, "b": {strings.Repeat("x", 300)}, "redirect_uri": {"https://evil.example"}, "state": {"mine"}}})
	q := query(t, v.URL)
	for name, want := range map[string]string{"client_id": "gatehouse", "response_type": "code", "scope": "openid email profile",
		"redirect_uri": "http://gatehouse.test/t/default/sso/oidc/callback", "prompt": "select_account", "login_hint": "mina@example.com",
		"ui_locales": "ko", "tenant_hint": "acme", "b": "", "hd": "example.com", "code_challenge_method": "S256", "state": v.answer.State} {
		if got := q[name]; strings.Join(got, "|") != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if len(q.Get("state")) != 64 || len(q.Get("nonce")) != 64 || len(q.Get("code_challenge")) != 43 || strings.Contains(v.URL, "correct") {
		t.Errorf("sent to %s", v.URL)
	}
	if strings.Contains(v.Cookie, "account") || strings.Contains(v.CookieName, v.answer.State) {
		t.Errorf("the cookie tells what it holds")
	}
	proved, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, v.answer)
	if err != nil || proved.Return != "/account" {
		t.Fatalf("%+v, %v", proved, err)
	}
	asked := w.op.Requests("/token")
	form := asked[0].Values
	if len(form.Get("code_verifier")) != 64 || form.Get("redirect_uri") != q.Get("redirect_uri") || form.Has("client_secret") || len(asked) != 1 {
		t.Errorf("asked for a token with %v", form)
	}
	if n := len(w.op.Requests("/userinfo")); n != 1 {
		t.Errorf("asked for user info %d times", n)
	}
	another := w.visit(t, p.Name, federation.Wanted{})
	if b := query(t, another.URL); b.Get("nonce") == q.Get("nonce") || b.Get("state") == q.Get("state") || another.CookieName == v.CookieName {
		t.Error("two sign-ins have a secret in common")
	}
}

// TestQuiet: what a provider is not to be asked or told is not.
func TestQuiet(t *testing.T) {
	w := start(t)
	in := w.upstream()
	in.DisableUserInfo, in.Forwarded = true, nil
	p := w.create(t, in)
	w.op.SignIn(mina())
	v := w.visit(t, p.Name, federation.Wanted{LoginHint: "mina@example.com", Locale: "ko", Query: url.Values{"x": {"y"}}})
	for _, name := range []string{"login_hint", "ui_locales", "x", "prompt", "hd"} {
		if query(t, v.URL).Has(name) {
			t.Errorf("the provider is told %s", name)
		}
	}
	if _, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, v.answer); err != nil {
		t.Fatal(err)
	}
	if n := len(w.op.Requests("/userinfo")); n != 0 {
		t.Errorf("asked for user info %d times", n)
	}
}

// TestFresh: who is asked to prove that they still are who they are must have
// been proved by the provider since, where it says when it has.
func TestFresh(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	w.op.SignIn(mina())
	w.Clock.Advance(time.Hour)
	fresh := federation.Wanted{Fresh: true}
	v := w.visit(t, p.Name, fresh)
	if q := query(t, v.URL); q.Get("max_age") != "0" || q.Get("prompt") != "login" {
		t.Errorf("sent with %v", q)
	}
	if _, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, v.answer); err != nil {
		t.Errorf("proved anew: %v", err)
	}
	w.Clock.Advance(time.Hour)
	b, err := w.Federation.Begin(t.Context(), w.Tenant, p.Name, fresh)
	if err != nil {
		t.Fatal(err)
	}
	b.URL = strings.NewReplacer("max_age=0", "", "prompt=login", "").Replace(b.URL)
	if _, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, come(t, b)); reason(err) != string(iam.ReasonNotProved) {
		t.Errorf("the browser has left it out: %v", err)
	}
	for lie, want := range map[any]string{nil: "", "now": "not_proved", 0: "not_proved"} {
		w.op.Lie(testop.Lie{Claims: map[string]any{"auth_time": lie}})
		if _, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, w.visit(t, p.Name, fresh).answer); reason(err) != want {
			t.Errorf("proved at %v: %v", lie, err)
		}
	}
}
