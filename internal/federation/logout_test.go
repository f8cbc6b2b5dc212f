package federation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testop"
)

// browsing is somebody in a browser whom a provider has signed in.
type browsing struct {
	subject string
	sid     string
	user    iam.UserID
	cookie  string
}

// browse signs somebody in, all the way.
func (w world) browse(t *testing.T, name, subject string) browsing {
	t.Helper()
	w.op.SignIn(testop.Person{Subject: subject})
	proved := w.enter(t, name)
	b, err := w.Authn.SignInFederated(t.Context(), w.Tenant.ID, proved.Federated, browserOrigin)
	if err != nil {
		t.Fatal(err)
	}
	return browsing{subject, w.op.Session(), proved.User, b.Cookie}
}

var browserOrigin = authn.Origin{Dialect: "console", Address: "192.0.2.7"}

// signedIn reports whether the browser still is.
func (w world) signedIn(t *testing.T, b browsing) bool {
	t.Helper()
	_, _, err := w.Authn.Browser(t.Context(), b.cookie, browserOrigin)
	if err != nil && !iam.Is(err, iam.Unauthenticated) {
		t.Fatal(err)
	}
	return err == nil
}

// TestBackChannelLogout: a provider ends the sessions that it began, of one of
// its own or of somebody.
func TestBackChannelLogout(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		p := w.create(t, w.upstream())
		q := w.create(t, w.upstream())
		kim1, kim2, lee := w.browse(t, p.Name, "kim"), w.browse(t, p.Name, "kim"), w.browse(t, p.Name, "lee")
		say := func(subject, session string) {
			t.Helper()
			if err := w.Federation.LogoutToken(t.Context(), w.Tenant, p.Name, w.op.LogoutToken(subject, session, nil)); err != nil {
				t.Fatal(err)
			}
		}
		are := func(want ...bool) {
			t.Helper()
			for i, b := range []browsing{kim1, kim2, lee} {
				if w.signedIn(t, b) != want[i] {
					t.Errorf("browser %d is signed in: %v", i, !want[i])
				}
			}
		}
		are(true, true, true)
		if err := w.Federation.LogoutToken(t.Context(), w.Tenant, q.Name, w.op.LogoutToken("kim", "", nil)); err != nil {
			t.Fatal(err)
		}
		are(true, true, true) // the same people, by another name
		say("", kim1.sid)
		are(false, true, true)
		say("lee", kim2.sid) // whose that is not
		are(false, true, true)
		say("kim", "")
		are(false, false, true)
		say("nobody", "")
		are(false, false, true)
	})
}

// TestLogoutLies: nobody ends sessions by a token that does not hold, in
// whatever way.
func TestLogoutLies(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	kim := w.browse(t, p.Name, "kim")
	now := w.Clock.Now().Unix()
	claims := func(name string, v any) map[string]any { return map[string]any{name: v} }
	const event = "http://schemas.openid.net/event/backchannel-logout"
	for what, tt := range map[string]struct {
		lie    testop.Lie
		claims map[string]any
	}{
		"not signed":            {testop.Lie{Signature: testop.SignedNone}, nil},
		"HS256":                 {testop.Lie{Signature: testop.SignedHS256}, nil},
		"a stranger's":          {testop.Lie{Signature: testop.SignedByStranger}, nil},
		"broken":                {testop.Lie{Signature: testop.SignedBroken}, nil},
		"of another type":       {testop.Lie{Header: map[string]any{"typ": "at+jwt"}}, nil},
		"another issuer":        {testop.Lie{}, claims("iss", "https://evil.example")},
		"another audience":      {testop.Lie{}, claims("aud", "another")},
		"no event":              {testop.Lie{}, claims("events", nil)},
		"another event":         {testop.Lie{}, claims("events", map[string]any{"x": map[string]any{}})},
		"an event that is null": {testop.Lie{}, claims("events", map[string]any{event: nil})},
		"an event that is text": {testop.Lie{}, claims("events", map[string]any{event: "x"})},
		"a nonce":               {testop.Lie{}, claims("nonce", "x")},
		"nobody":                {testop.Lie{}, claims("sub", nil)},
		"no name":               {testop.Lie{}, claims("jti", nil)},
		"no end":                {testop.Lie{}, claims("exp", nil)},
		"no beginning":          {testop.Lie{}, claims("iat", nil)},
		"expired":               {testop.Lie{}, claims("exp", now-1)},
		"old":                   {testop.Lie{}, claims("iat", now-200)},
		"of tomorrow":           {testop.Lie{}, claims("iat", now+86400)},
		"not yet":               {testop.Lie{}, claims("nbf", now+86400)},
	} {
		w.op.Lie(tt.lie)
		token := w.op.LogoutToken("kim", "", tt.claims)
		if err := w.Federation.LogoutToken(t.Context(), w.Tenant, p.Name, token); !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.op.Lie(testop.Lie{})
	w.op.SignIn(testop.Person{Subject: "kim"})
	id := w.enter(t, p.Name).IDToken
	for what, token := range map[string]string{"an ID token": id, "nothing": "", "dots": "..", "JSON": "{}", "a long one": strings.Repeat("x", 1<<20)} {
		if err := w.Federation.LogoutToken(t.Context(), w.Tenant, p.Name, token); !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if !w.signedIn(t, kim) {
		t.Fatal("one of them has ended the session")
	}

	in := w.upstream()
	in.BackChannelLogout = false
	if _, err := w.Federation.Replace(t.Context(), w.by, p.Name, in); err != nil {
		t.Fatal(err)
	}
	if err := w.Federation.LogoutToken(t.Context(), w.Tenant, p.Name, w.op.LogoutToken("kim", "", nil)); !iam.Is(err, iam.Invalid) {
		t.Errorf("from a provider that is not to say so: %v", err)
	}
	in.BackChannelLogout = true
	if _, err := w.Federation.Replace(t.Context(), w.by, p.Name, in); err != nil {
		t.Fatal(err)
	}
	token := w.op.LogoutToken("kim", "", nil)
	if err := w.Federation.LogoutToken(t.Context(), w.Tenant, p.Name, token); err != nil || w.signedIn(t, kim) {
		t.Errorf("the truth: %v", err)
	}
	kim = w.browse(t, p.Name, "kim")
	if err := w.Federation.LogoutToken(t.Context(), w.Tenant, p.Name, token); !iam.Is(err, iam.Invalid) || !w.signedIn(t, kim) {
		t.Errorf("the same token again: %v", err)
	}
}

// TestEndURL: who signs out here is sent to sign out there, where that can be done.
func TestEndURL(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	w.op.SignIn(mina())
	f := w.enter(t, p.Name).Federated
	end := func() string {
		t.Helper()
		to, err := w.Federation.EndURL(t.Context(), w.Tenant, f)
		if err != nil {
			t.Fatal(err)
		}
		return to
	}
	to := end()
	q := query(t, to)
	if !strings.HasPrefix(to, w.op.LogoutURL()+"?") || q.Get("id_token_hint") != f.IDToken || q.Get("client_id") != testop.ClientID ||
		q.Get("post_logout_redirect_uri") != "http://gatehouse.test/t/default/sign-in" {
		t.Errorf("sent to %s", to)
	}
	in := w.upstream()
	in.LogoutURL = w.op.LogoutURL() + "?of=acme"
	if _, err := w.Federation.Replace(t.Context(), w.by, p.Name, in); err != nil {
		t.Fatal(err)
	}
	if q := query(t, end()); q.Get("of") != "acme" || q.Get("client_id") == "" {
		t.Errorf("sent with %v", q)
	}
	other := testop.Start(t)
	elsewhere := federation.NewProvider{Secret: "s", Provider: iam.Provider{Type: iam.ProviderOIDC, Issuer: other.Issuer, ClientID: "c"}}
	if _, err := w.Federation.Replace(t.Context(), w.by, p.Name, elsewhere); err != nil {
		t.Fatal(err)
	}
	if to := end(); to != "" {
		t.Errorf("somebody else is shown the token: %s", to)
	}
	if err := w.Federation.Delete(t.Context(), w.by, p.Name); err != nil {
		t.Fatal(err)
	}
	if to := end(); to != "" {
		t.Errorf("of a provider that is gone: %s", to)
	}
	silent := testop.Start(t)
	silent.Lie(testop.Lie{Discovery: map[string]any{"end_session_endpoint": nil}})
	p = w.create(t, federation.NewProvider{Secret: "s", Provider: iam.Provider{Type: iam.ProviderOIDC, Issuer: silent.Issuer, ClientID: "c"}})
	f.Provider, f.Issuer = p.ID, silent.Issuer
	if to := end(); to != "" {
		t.Errorf("where nobody signs out: %s", to)
	}
	gone := w.create(t, federation.NewProvider{Secret: "s", Provider: iam.Provider{Type: iam.ProviderOIDC, Issuer: "http://127.0.0.1:1", ClientID: "c"}})
	f.Provider, f.Issuer = gone.ID, "http://127.0.0.1:1"
	began := time.Now()
	if to := end(); to != "" || time.Since(began) > 5*time.Second {
		t.Errorf("of one that does not answer: %s", to)
	}
}
