package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testop"
)

// over goes to a provider by a link of the sign-in page, and answers with what
// the provider sends the browser back.
func (v *visitor) over(path string) string {
	v.Helper()
	resp := v.get(path)
	if resp.Status != http.StatusSeeOther {
		v.Fatalf("%s: %d %s", path, resp.Status, resp.Body)
	}
	return v.bounce(resp.Header.Get("Location"))
}

// bounce asks a provider, and answers where it sends the browser, without the site.
func (v *visitor) bounce(address string) string {
	v.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(v.Context(), http.MethodGet, address, nil)
	if err != nil {
		v.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		v.Fatal(err)
	}
	defer resp.Body.Close()
	back, ok := strings.CutPrefix(resp.Header.Get("Location"), v.base)
	if !ok {
		v.Fatalf("the provider answers %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
	return back
}

// TestFlowsAreBoundToTheBrowser: what a provider sends back counts in the browser
// that was sent there, once, and for a while.
func TestFlowsAreBoundToTheBrowser(t *testing.T) {
	s := secure(t)
	op := s.withProvider(t)
	op.SignIn(kimAt)
	v, eve := s.visitor(t), s.visitor(t)
	back := v.over("/t/default/sso/oidc?return=/account/keys")
	if len(v.flows) != 1 || v.cookie != nil {
		t.Fatalf("before anybody is proved the browser has %v and %v", v.flows, v.cookie)
	}
	for name, c := range v.flows {
		if raw := c.String(); !strings.HasPrefix(name, "__Host-gatehouse-sso-") || !strings.HasSuffix(raw, "; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax") {
			t.Errorf("the cookie is %s", raw)
		}
	}
	refused := func(what string, w *visitor, target string) {
		t.Helper()
		resp := w.get(target)
		if resp.Status != http.StatusUnprocessableEntity || !strings.Contains(resp.Body, "not begun in this browser") || w.cookie != nil {
			t.Errorf("%s: %d, cookie %v\n%s", what, resp.Status, w.cookie, resp.Body)
		}
	}
	refused("another browser", eve, back)
	eve.over("/t/default/sso/oidc")
	refused("another browser that has begun one, too", eve, back)
	refused("another state", v, strings.Replace(back, "state=", "state=0", 1))
	if resp := v.get(back); resp.Status != http.StatusSeeOther || resp.Header.Get("Location") != "/t/default/account/keys" || v.cookie == nil || len(v.flows) != 0 {
		t.Errorf("this browser: %d to %q with %v", resp.Status, resp.Header.Get("Location"), v.flows)
	}
	v.cookie = nil
	refused("the same answer again", v, back)
	back = v.over("/t/default/sso/oidc")
	s.Clock.Advance(11 * time.Minute)
	refused("an answer that comes late", v, back)

	// Of many that come to nothing few are kept.
	for range 30 {
		v.over("/sso/oidc")
	}
	if n := len(v.flows); n > 8 {
		t.Errorf("the browser keeps %d cookies", n)
	}
}

// TestLinkingTakesAForm: an account is linked for who has asked for it, in their
// session, and never by a link.
func TestLinkingTakesAForm(t *testing.T) {
	s := secure(t)
	op := s.withProvider(t)
	op.SignIn(testop.Person{Subject: "eve's", Email: "eve@example.com", Verified: true})
	s.newUser(t, "kim")
	v := s.visitor(t)
	v.signIn("kim", apptest.AdminPassword)
	if resp := v.get("/account/identities/link?provider=oidc"); resp.Header.Get("Location") != "/account/security" {
		t.Errorf("by a link: %d to %s", resp.Status, resp.Header.Get("Location"))
	}
	if resp := v.get("/sso/oidc"); resp.Header.Get("Location") != "/account" {
		t.Errorf("to the provider, signed in: %d to %s", resp.Status, resp.Header.Get("Location"))
	}
	leaving := v.post("/account/identities/link", "provider", "oidc")
	to, ok := strings.CutPrefix(leaving.Header.Get("Refresh"), "0; url=")
	if !ok || leaving.Status != http.StatusOK {
		t.Fatalf("the form leads to %d %v", leaving.Status, leaving.Header)
	}
	back := v.bounce(to)
	kims := v.cookie
	v.signOut()
	v.signIn("kim", apptest.AdminPassword)
	flows := v.flows
	if resp := v.get(back); resp.Status != http.StatusUnprocessableEntity {
		t.Errorf("in another session of the same user: %d to %s", resp.Status, resp.Header.Get("Location"))
	}
	v.cookie, v.flows = kims, flows
	if resp := v.get(back); resp.Status == http.StatusSeeOther {
		t.Errorf("in a session that has ended: %d to %s", resp.Status, resp.Header.Get("Location"))
	}
	if resp := v.post("/account/identities/link", "provider", "none"); resp.Status == http.StatusOK {
		t.Error("a provider that is not there is gone to")
	}

	eve := s.visitor(t)
	eve.get(eve.over("/sso/oidc"))
	v = s.visitor(t)
	v.signIn("kim", apptest.AdminPassword)
	to, _ = strings.CutPrefix(v.post("/account/identities/link", "provider", "oidc").Header.Get("Refresh"), "0; url=")
	if resp := v.get(v.bounce(to)); resp.Status != http.StatusConflict || !strings.Contains(resp.Body, "This account at Acme ID belongs to somebody else here.") {
		t.Errorf("an account that is linked to somebody else: %d\n%s", resp.Status, resp.Body)
	}
}

// TestProviderThatIsNotThere is told apart from a fault of ours.
func TestProviderThatIsNotThere(t *testing.T) {
	s := secure(t)
	s.withProvider(t, func(p *federation.NewProvider) { p.Issuer = "http://127.0.0.1:1" })
	v := s.visitor(t)
	resp := v.get("/sso/oidc")
	if resp.Status != http.StatusBadGateway || !strings.Contains(resp.Body, "Acme ID cannot be reached") {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
}

func (v *visitor) signOut() {
	v.Helper()
	v.post("/sign-out")
	if v.cookie != nil {
		v.Fatal("signing out leaves the cookie")
	}
}

// TestProviderEndsSessions: what a provider signs out is signed out here.
func TestProviderEndsSessions(t *testing.T) {
	s := secure(t)
	op := s.withProvider(t)
	op.SignIn(kimAt)
	v, other := s.visitor(t), s.visitor(t)
	for _, w := range []*visitor{v, other} {
		op.SignIn(kimAt) // a session of its own
		w.get(w.over("/t/default/sso/oidc"))
		if resp := w.get("/account"); resp.Status != http.StatusOK {
			t.Fatalf("signed in: %d", resp.Status)
		}
	}
	send := func(token string) apptest.Answer {
		t.Helper()
		// The provider is no browser: no cookie, nothing that says where it comes from.
		return s.visitor(t).do(http.MethodPost, "/t/default/sso/oidc/logout", url.Values{"logout_token": {token}}, "Sec-Fetch-Site: ")
	}
	for what, token := range map[string]string{"nothing": "", "no token": "x.y.z",
		"of another client": op.LogoutToken(kimAt.Subject, "", map[string]any{"aud": "somebody"})} {
		resp := send(token)
		if resp.Status != http.StatusBadRequest || !strings.Contains(resp.Body, "invalid_request") || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", what, resp.Status, resp.Body)
		}
	}
	if resp := send(op.LogoutToken("", op.Session(), nil)); resp.Status != http.StatusOK || resp.Body != "" {
		t.Errorf("one session: %d %s", resp.Status, resp.Body)
	}
	if resp := other.get("/account"); resp.Status != http.StatusSeeOther {
		t.Errorf("the session that has ended: %d", resp.Status)
	}
	if resp := v.get("/account"); resp.Status != http.StatusOK {
		t.Errorf("the other one: %d", resp.Status)
	}
	send(op.LogoutToken(kimAt.Subject, "", nil))
	if resp := v.get("/account"); resp.Status != http.StatusSeeOther {
		t.Errorf("after the end of all: %d", resp.Status)
	}
	if resp := s.visitor(t).post("/sso/none/logout", "logout_token", "x"); resp.Status != http.StatusBadRequest {
		t.Errorf("of no provider: %d", resp.Status)
	}
}

// TestDisabledUserOfProvider: a provider proves who somebody is, not that they
// may come in; and the administrator sees that they tried.
func TestDisabledUserOfProvider(t *testing.T) {
	s := secure(t)
	op := s.withProvider(t)
	op.SignIn(kimAt)
	v := s.visitor(t)
	v.get(v.over("/sso/oidc"))
	v.signOut()
	disabled := iam.UserDisabled
	if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), userKey(kimAt.Email), userState(disabled)); err != nil {
		t.Fatal(err)
	}
	resp := v.get(v.over("/sso/oidc"))
	if resp.Status != http.StatusForbidden || !strings.Contains(resp.Body, "You may not sign in here with Acme ID") || v.cookie != nil {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
	events, err := s.Authn.LoginEvents(t.Context(), s.Operator(), "", iam.Page{})
	if err != nil || events.Items[0].Reason != "user disabled" || events.Items[0].Method != iam.MethodProvider {
		t.Errorf("noted as %+v, %v", events.Items[0], err)
	}
}

// TestWhatGoesToTheProvider: of the address of the sign-in page only what the
// tenant says goes on, with who is about to sign in, and where they wanted to go
// stays here.
func TestWhatGoesToTheProvider(t *testing.T) {
	s := secure(t)
	op := s.withProvider(t, func(p *federation.NewProvider) {
		p.Forwarded, p.PassLoginHint, p.PassLocale = []string{"campaign"}, true, true
	})
	v := s.visitor(t)
	page := v.get("/sign-in?return=/account/keys&username=kim&campaign=spring&other=x&redirect_uri=https://evil.example", "Accept-Language: ko")
	link := ""
	for _, a := range elements(t, page.Body, "a") {
		if strings.HasPrefix(attr(a, "href"), "/sso/") {
			link = attr(a, "href")
		}
	}
	resp := v.get(link, "Accept-Language: ko")
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	q := to.Query()
	if !strings.HasPrefix(to.String(), op.Issuer) || q.Get("campaign") != "spring" || q.Has("other") || q.Has("return") || q.Get("login_hint") != "kim" ||
		q.Get("ui_locales") != "ko" || q.Get("redirect_uri") != s.base+"/t/default/sso/oidc/callback" {
		t.Errorf("the link %s leads to %s", link, to)
	}
	long := v.get("/sign-in?x=" + strings.Repeat("y", 3000))
	if strings.Contains(long.Body, "yyy") {
		t.Error("an address without end goes on")
	}
}

// TestTenantHost: who comes by a host of the tenant's own changes over to where
// providers send browsers back to.
func TestTenantHost(t *testing.T) {
	s := secure(t)
	s.withProvider(t)
	acme := s.NewTenant(t, "acme")
	if _, err := s.Federation.Create(t.Context(), iam.System(acme.Tenant.ID, "test"), federation.NewProvider{Secret: "x",
		Provider: iam.Provider{Type: iam.ProviderGoogle, ClientID: "x", HostedDomain: "example.com"}}); err != nil {
		t.Fatal(err)
	}
	s.base = "https://acme.gatehouse.test"
	v := s.visitor(t)
	resp := v.get("/sso/google?return=/account/keys")
	if want := "https://gatehouse.test/t/acme/sso/google?return=/account/keys"; resp.Header.Get("Location") != want || len(v.flows) != 0 {
		t.Errorf("%d to %q, want %q", resp.Status, resp.Header.Get("Location"), want)
	}
	v.signIn(app.AdminName, apptest.AdminPassword)
	if resp := v.get("/account/security"); !strings.Contains(resp.Body, `href="https://gatehouse.test/t/acme/account/security"`) {
		t.Errorf("the page of security does not lead to where accounts can be linked\n%s", resp.Body)
	}
}
