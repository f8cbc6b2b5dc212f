package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testop"
)

// withProvider starts a provider and makes it one of the default tenant's.
func (s *site) withProvider(t testing.TB, more ...func(*federation.NewProvider)) *testop.Provider {
	t.Helper()
	op := testop.Start(t)
	op.Now = s.Clock.Now
	in := federation.NewProvider{Provider: iam.Provider{Type: iam.ProviderOIDC, DisplayName: "Acme ID", Issuer: op.Issuer,
		ClientID: testop.ClientID, BackChannelLogout: true}, Secret: testop.ClientSecret}
	for _, m := range more {
		m(&in)
	}
	p, err := s.Federation.Create(t.Context(), s.Operator(), in)
	if err != nil {
		t.Fatal(err)
	}
	at, err := s.Federation.Addresses(s.Tenant.Code, p.Name)
	if err != nil {
		t.Fatal(err)
	}
	op.Redirects(at.Redirect)
	return op
}

// kimAt is Kim as a provider knows them.
var kimAt = testop.Person{Subject: "4711", Email: "kim@example.com", Verified: true,
	Claims: map[string]any{"given_name": "Kim", "family_name": "Min-su", "name": "Kim Min-su"}}

// TestSignInByProvider goes from a page of the account over the provider back to
// that page, where there was nobody of that name before, and out again at both.
func TestSignInByProvider(t *testing.T) {
	s := newSite(t)
	op := s.withProvider(t)
	op.SignIn(kimAt)
	b := s.open(t)
	b.get("/account/keys")
	b.reach("/sign-in")
	b.see("Continue with Acme ID")
	b.look("sso-sign-in")
	b.press("Continue with Acme ID")
	b.reach("/t/default/account/keys")
	b.get("/account")
	b.see("kim@example.com")
	b.see("Confirmed")
	u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: "kim@example.com"})
	if err != nil || u.GivenName != "Kim" || u.Attributes[iam.AttributeIDMType] != "SSO" || u.HasPassword {
		t.Errorf("the user is %+v, %v", u, err)
	}
	b.get("/account/history")
	b.see("Sign-in provider")
	b.get("/account/security")
	b.see("You have no password.")
	b.see("Linked accounts")
	b.look("sso-security")
	b.press("Unlink")
	b.see("You would have nothing left to sign in with.")
	b.look("sso-last-way")

	b.press("Sign out")
	b.reach("/t/default/sign-in")
	ended := op.Requests("/end-session")
	if len(ended) != 1 || ended[0].Values.Get("post_logout_redirect_uri") != s.base+"/t/default/sign-in" {
		t.Fatalf("the provider was asked to sign out by %v", ended)
	}
	b.get("/account")
	b.reach("/sign-in")
	b.press("Continue with Acme ID")
	b.see("Acme ID did not confirm who you are.")
	b.look("sso-not-proved")
	b.press("Back to sign-in")
	op.SignIn(kimAt)
	b.press("Continue with Acme ID")
	b.reach("/t/default/account")
}

// TestSignInByProviderInKorean looks at the pages that only those see whose
// provider signs them out, too.
func TestSignInByProviderInKorean(t *testing.T) {
	s := newSite(t)
	nowhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent) // the browser stays where it is
	}))
	t.Cleanup(nowhere.Close)
	op := s.withProvider(t, func(p *federation.NewProvider) { p.DisplayName, p.LogoutURL = "한빛 통합 로그인", nowhere.URL })
	s.withProvider(t, func(p *federation.NewProvider) { p.DisplayName, p.AuthorizationURL = "Nowhere", nowhere.URL })
	op.SignIn(kimAt)
	b := s.open(t)
	b.inLanguage("ko-KR,ko;q=0.9,en;q=0.8")
	b.get("/sign-in")
	b.see("한빛 통합 로그인 계정으로 계속")
	b.look("ko-sso-sign-in")
	b.press("한빛 통합 로그인 계정으로 계속")
	b.reach("/t/default/account")
	b.get("/account/security")
	b.look("ko-sso-security")
	b.press("연결 Nowhere")
	b.see("Nowhere 화면으로 이동합니다.")
	b.look("ko-sso-leaving")
	b.get("/account/security")
	s.Clock.Advance(11 * time.Minute)
	b.press("연결 해제")
	b.reach("/account/confirm")
	b.look("ko-sso-confirm")
	b.get("/account")
	b.press("로그아웃")
	b.see("그 서비스에서도 로그아웃")
	b.look("ko-sso-sign-out")
}

// TestLinkAccount: who has an account of the same name does not get into it by a
// provider that says so, but links it, and then does.
func TestLinkAccount(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim") // with that address, which nobody has proved
	op := s.withProvider(t)
	op.SignIn(kimAt)
	b := s.open(t)
	b.get("/sign-in")
	b.press("Continue with Acme ID")
	b.see("There is an account here with your name or e-mail address already.")
	b.look("sso-not-linked")
	b.press("Back to sign-in")
	b.fill("username", "kim")
	b.press("Continue")
	b.fill("password", apptest.AdminPassword)
	b.press("Sign in")
	b.reach("/t/default/account")
	b.get("/account/security")
	b.see("Not linked")
	b.look("sso-linkable")
	b.press("Link Acme ID")
	b.reach("/t/default/account/security")
	b.see("The account is linked.")
	b.look("sso-linked")
	events, err := s.Authn.LoginEvents(t.Context(), s.Operator(), "", iam.Page{Limit: 10})
	if err != nil || events.Items[1].Reason != "not linked" || events.Items[1].Username != kimAt.Email {
		t.Errorf("what was refused is noted as %+v, %v", events.Items, err)
	}

	b.press("Sign out")
	b.reach("/t/default/sign-in") // the session was one of the password
	b.press("Continue with Acme ID")
	b.reach("/t/default/account")
	b.see("kim@example.com")

	// What is long ago has to be proved again, by the provider or the password.
	s.Clock.Advance(11 * time.Minute)
	b.get("/account/security")
	b.press("Unlink")
	b.reach("/account/confirm")
	b.look("sso-confirm")
	op.Lie(testop.Lie{Claims: map[string]any{"auth_time": s.Clock.Now().Add(-time.Hour).Unix()}})
	b.press("Continue with Acme ID")
	b.see("Acme ID did not confirm who you are.") // it has not asked again
	b.get("/account/confirm?return=/account/security")
	op.Lie(testop.Lie{})
	op.SignIn(testop.Person{Subject: "other", Email: "lee@example.com", Verified: true})
	b.press("Continue with Acme ID")
	b.see("Somebody else is signed in")
	b.look("sso-somebody-else")
	op.SignIn(kimAt)
	b.get("/account/confirm?return=/account/security")
	b.press("Continue with Acme ID")
	b.reach("/t/default/account/security")
	asked := op.Requests("/authorize")
	if last := asked[len(asked)-1].Values; last.Get("prompt") != "login" || last.Get("max_age") != "0" {
		t.Errorf("the provider is asked to prove the user anew by %v", last)
	}
	b.press("Unlink")
	b.see("The account is no longer linked.")
}

// TestFactorAfterProvider: a provider stands for the password, not for the second
// factor.
func TestFactorAfterProvider(t *testing.T) {
	s := newSite(t)
	u := s.newUser(t, "kim")
	if err := s.Store.VerifyEmail(t.Context(), s.Tenant.ID, u.ID, u.Email); err != nil {
		t.Fatal(err)
	}
	v := s.visitor(t)
	v.signIn("kim", apptest.AdminPassword)
	secret := s.withTOTP(t, v)
	s.Clock.Advance(time.Minute)
	op := s.withProvider(t)
	op.SignIn(kimAt)
	b := s.open(t)
	b.get("/account/sessions")
	b.press("Continue with Acme ID") // linked by the address that both have verified
	b.reach("/t/default/sign-in/factor")
	b.fill("code", s.totp(t, secret))
	b.press("Continue")
	b.reach("/t/default/account/sessions")
}

// TestProviderWithoutSecret tells whoever can do something about it.
func TestProviderWithoutSecret(t *testing.T) {
	s := secure(t)
	s.withProvider(t, func(p *federation.NewProvider) { p.Secret = "" })
	v := s.visitor(t)
	if resp := v.get("/sign-in"); strings.Contains(resp.Body, "Acme ID") {
		t.Error("a provider that cannot sign in anybody has a button")
	}
	resp := v.get("/sso/oidc")
	if resp.Status != http.StatusConflict || !strings.Contains(resp.Body, "is not set up completely") {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
	if resp := v.get("/sso/none"); resp.Status != http.StatusNotFound {
		t.Errorf("a provider that is not there: %d", resp.Status)
	}
}

// TestSignInWithoutProviders: who has none sees nothing of them.
func TestSignInWithoutProviders(t *testing.T) {
	s := secure(t)
	v := s.visitor(t)
	if resp := v.get("/sign-in"); strings.Contains(resp.Body, "providers") {
		t.Error("a sign-in page without providers speaks of them")
	}
	v.signIn(app.AdminName, apptest.AdminPassword)
	if resp := v.get("/account/security"); strings.Contains(resp.Body, "Linked accounts") {
		t.Error("a page of security without providers speaks of them")
	}
}
