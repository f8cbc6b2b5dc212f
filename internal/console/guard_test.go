package console_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/console"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// ways are the methods that an address takes.
func ways(a console.Address) []string {
	var m []string
	if a.Get {
		m = append(m, http.MethodGet)
	}
	if a.Post {
		m = append(m, http.MethodPost)
	}
	return m
}

// TestPendingSignInLeadsToItsStep: whatever address somebody asks for who has a
// step left, in whatever way, they get to that step. Only what is for anyone
// answers, among it what has a proof of its own.
func TestPendingSignInLeadsToItsStep(t *testing.T) {
	s := secure(t)
	s.newUser(t, "factor")
	s.newUser(t, "password", func(u *directory.NewUser) { u.OwnPassword = false })
	s.newUser(t, "enrol", func(u *directory.NewUser) { u.Rules.RequireFactor = true })
	first := s.visitor(t)
	first.signIn("factor", apptest.AdminPassword)
	s.withTOTP(t, first)

	anyone := map[string]bool{"/logo": true, "/sign-out": true, "/reset": true, "/invite": true, "/verify": true, "/not-me": true,
		"/sign-up/confirm": true, "/sign-up/status": true, "/unsubscribe": true, "/sso/none/callback": true, "/sso/none/logout": true}
	for username, step := range map[string]iam.Step{"factor": iam.StepFactor, "password": iam.StepSetPassword, "enrol": iam.StepEnrolFactor} {
		v := s.visitor(t)
		if to := v.signIn(username, apptest.AdminPassword); to != console.StepPage(step) {
			t.Fatalf("the sign-in of %s leads to %s", username, to)
		}
		for _, a := range console.Addresses() {
			for _, method := range ways(a) {
				if anyone[a.Path] || a.Step == step {
					continue
				}
				for _, base := range []string{"", "/t/default"} {
					resp := v.do(method, base+a.Path, url.Values{"id": {"x"}, "kind": {"totp"}})
					to, _, _ := strings.Cut(resp.Header.Get("Location"), "?")
					if resp.Status != http.StatusSeeOther || to != base+console.StepPage(step) {
						t.Errorf("%s with %s left: %s %s%s = %d to %q", username, step, method, base, a.Path, resp.Status, to)
					}
				}
			}
		}
	}
}

// withTOTP sets up an authenticator app for who is signed in.
func (s *site) withTOTP(t testing.TB, v *visitor) (secret string) {
	t.Helper()
	by, _, err := s.Authn.Browser(t.Context(), v.cookie.Value, s.origin())
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Authn.Self(t.Context(), by, s.origin())
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Authn.EnrolTOTP(t.Context(), p, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Authn.ConfirmFactor(t.Context(), p, e.Factor.ID, s.totp(t, e.Secret)); err != nil {
		t.Fatal(err)
	}
	return e.Secret
}

// TestStrangersAreLedToTheSignIn: nothing of an account answers who is not
// signed in, whatever they send for a cookie.
func TestStrangersAreLedToTheSignIn(t *testing.T) {
	s := secure(t)
	signedIn := s.visitor(t)
	signedIn.signIn(app.AdminName, apptest.AdminPassword)
	good := signedIn.cookie.Value
	for _, cookie := range []string{"", "x", good + "0", good[1:], strings.Replace(good, ".", ",", 1), strings.ToUpper(good), strings.Repeat("a", 8000)} {
		for _, a := range console.Addresses() {
			if !a.ForUser && a.Step == "" {
				continue
			}
			for _, method := range ways(a) {
				v := s.visitor(t)
				v.cookie = &http.Cookie{Name: "__Host-gatehouse", Value: cookie}
				resp := v.do(method, a.Path, nil)
				if to := resp.Header.Get("Location"); resp.Status != http.StatusSeeOther || !strings.HasPrefix(to, "/sign-in") {
					t.Errorf("cookie %.20q: %s %s = %d to %q", cookie, method, a.Path, resp.Status, to)
				}
			}
		}
	}
}

// TestEveryByteOfTheCookieCounts: no state is in the cookie that is not proved.
func TestEveryByteOfTheCookieCounts(t *testing.T) {
	s := secure(t)
	v := s.visitor(t)
	v.signIn(app.AdminName, apptest.AdminPassword)
	good := *v.cookie
	for i := range len(good.Value) {
		changed := []byte(good.Value)
		if changed[i] == '0' {
			changed[i] = '1'
		} else {
			changed[i] = '0'
		}
		v.cookie = &http.Cookie{Name: good.Name, Value: string(changed)}
		if resp := v.get("/account"); resp.Status != http.StatusSeeOther {
			t.Errorf("with another byte %d: %d", i, resp.Status)
		}
	}
	v.cookie = &good
	if resp := v.get("/account"); resp.Status != http.StatusOK {
		t.Errorf("with the cookie itself: %d", resp.Status)
	}
}

// TestCookie: it is the host's own, for no script and for no other site, and a
// new one after each step. Signing out removes it, and the session.
func TestCookie(t *testing.T) {
	s := secure(t)
	s.newUser(t, "kim")
	v := s.visitor(t)
	v.signIn("kim", apptest.AdminPassword)
	s.withTOTP(t, v)
	resp := v.post("/sign-in/password", "username", "kim", "password", apptest.AdminPassword)
	if resp.Header.Get("Location") != "/account" {
		t.Fatalf("who is signed in and posts a password gets to %s", resp.Header.Get("Location"))
	}
	v.cookie = nil
	secret := s.withNewTOTP(t, "lee")
	v.signIn("lee", apptest.AdminPassword)
	before := v.cookie
	if raw := before.String(); !strings.HasPrefix(raw, "__Host-gatehouse=") || !strings.HasSuffix(raw, "; Path=/; HttpOnly; Secure; SameSite=Lax") {
		t.Errorf("the cookie is %s", raw)
	}
	s.Clock.Advance(60e9)
	v.post("/sign-in/factor", "kind", "totp", "code", s.totp(t, secret))
	after := v.cookie
	if parts(before)[1] == parts(after)[1] || parts(before)[2] == parts(after)[2] {
		t.Error("after the second factor the session is the same as before")
	}
	v.cookie = before
	if resp := v.get("/account"); resp.Status != http.StatusSeeOther {
		t.Errorf("with the cookie of before the second factor: %d", resp.Status)
	}
	v.cookie = after
	if resp := v.get("/account"); resp.Status != http.StatusOK {
		t.Errorf("with the cookie of after: %d", resp.Status)
	}
	v.post("/sign-out")
	if v.cookie != nil {
		t.Error("signing out leaves the cookie")
	}
	v.cookie = after
	if resp := v.get("/account"); resp.Status != http.StatusSeeOther {
		t.Errorf("signed out, with the cookie: %d", resp.Status)
	}
}

func parts(c *http.Cookie) []string { return strings.Split(c.Value, ".") }

// withNewTOTP makes a user with an authenticator app.
func (s *site) withNewTOTP(t testing.TB, username string) (secret string) {
	t.Helper()
	s.newUser(t, username)
	v := s.visitor(t)
	v.signIn(username, apptest.AdminPassword)
	return s.withTOTP(t, v)
}

// TestForeignFormsAreRefused: a form that another site sends, or another host
// of ours, changes nothing, at whatever address.
func TestForeignFormsAreRefused(t *testing.T) {
	s := secure(t)
	v := s.visitor(t)
	v.signIn(app.AdminName, apptest.AdminPassword)
	for _, headers := range [][]string{
		{"Sec-Fetch-Site: cross-site"},
		{"Sec-Fetch-Site: same-site"},
		{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"},
		{"Sec-Fetch-Site: ", "Origin: https://evil.example"},
		{"Sec-Fetch-Site: ", "Origin: https://acme.gatehouse.test"},
		{"Sec-Fetch-Site: ", "Origin: null"},
	} {
		for _, a := range console.Addresses() {
			if !a.Post {
				continue
			}
			resp := v.do(http.MethodPost, a.Path, url.Values{"active": {"no"}, "name": {"x"}, "display_name": {"Hacked"}}, headers...)
			if resp.Status != http.StatusForbidden || resp.Header.Get("Set-Cookie") != "" {
				t.Errorf("%v: POST %s = %d", headers, a.Path, resp.Status)
			}
		}
	}
	if resp := v.get("/account"); resp.Status != http.StatusOK || strings.Contains(resp.Body, "Hacked") {
		t.Errorf("after all of them: %d", resp.Status)
	}
	for _, headers := range [][]string{{"Sec-Fetch-Site: same-origin"}, {"Sec-Fetch-Site: none"}, {"Sec-Fetch-Site: ", "Origin: https://gatehouse.test"}} {
		if resp := v.do(http.MethodPost, "/account", url.Values{"display_name": {"Ada"}}, headers...); resp.Status != http.StatusSeeOther {
			t.Errorf("%v: our own form is answered %d", headers, resp.Status)
		}
	}
}

// TestReadingChangesNothing: an address that is only looked at, as by a link on
// another site, does not act.
func TestReadingChangesNothing(t *testing.T) {
	s := secure(t)
	v := s.visitor(t)
	v.signIn(app.AdminName, apptest.AdminPassword)
	for _, a := range console.Addresses() {
		v.get(a.Path + "?active=no&name=x&id=x&display_name=Hacked&email=x@example.com&password=x&done=saved")
	}
	if resp := v.get("/account"); resp.Status != http.StatusOK || strings.Contains(resp.Body, "Hacked") {
		t.Errorf("after looking at everything: %d", resp.Status)
	}
	if mails := s.Mails(t, s.Tenant.ID, ""); len(mails) > 0 {
		t.Errorf("looking has sent %d mails", len(mails))
	}
}

// TestSessionOfAnotherTenant: who is signed in in one tenant is nobody in another.
func TestSessionOfAnotherTenant(t *testing.T) {
	s := secure(t)
	s.NewTenant(t, "acme")
	v := s.visitor(t)
	v.signIn(app.AdminName, apptest.AdminPassword)
	if resp := v.get("/t/acme/account"); resp.Header.Get("Location") != "/t/acme/sign-in" {
		t.Errorf("in another tenant: %d to %s", resp.Status, resp.Header.Get("Location"))
	}
	if resp := v.get("/account"); resp.Status != http.StatusOK {
		t.Errorf("in one's own: %d", resp.Status)
	}
	s.base = "https://acme.gatehouse.test" // the host names the tenant
	if resp := v.get("/account"); resp.Header.Get("Location") != "/sign-in" {
		t.Errorf("on another tenant's host: %d to %s", resp.Status, resp.Header.Get("Location"))
	}
	if resp := v.get("/t/default/account"); resp.Status != http.StatusNotFound {
		t.Errorf("a path of one tenant on the host of another: %d", resp.Status)
	}
}

// TestUnknownUsersLookTheSame: in every form that takes a name, who is not
// there is answered like who is.
func TestUnknownUsersLookTheSame(t *testing.T) {
	s := secure(t)
	s.newUser(t, "kim")
	s.newUser(t, "lee", func(u *directory.NewUser) { u.Disabled = true })
	for _, ask := range []func(v *visitor, name string) apptest.Answer{
		func(v *visitor, name string) apptest.Answer { return v.get("/sign-in/password?username=" + name) },
		func(v *visitor, name string) apptest.Answer {
			return v.post("/sign-in/password", "username", name, "password", "wrong")
		},
		func(v *visitor, name string) apptest.Answer { return v.post("/forgot", "username", name) },
	} {
		want := ""
		for _, name := range []string{"kim", "lee", "eve"} {
			resp := ask(s.visitor(t), name)
			got := strconv.Itoa(resp.Status) + resp.Header.Get("Location") + strings.ReplaceAll(resp.Body, name, "NAME")
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%s is answered\n%s\nand kim\n%s", name, got, want)
			}
		}
	}
}

// TestLimits: what is too large, or no form, is refused in words.
func TestLimits(t *testing.T) {
	s := secure(t)
	v := s.visitor(t)
	v.signIn(app.AdminName, apptest.AdminPassword)
	if resp := v.post("/account", "display_name", strings.Repeat("x", 70<<10)); resp.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large form: %d", resp.Status)
	}
	if resp := v.do(http.MethodPost, "/account/picture", nil, "Content-Type: multipart/form-data"); resp.Status != http.StatusBadRequest {
		t.Errorf("a form that is none: %d", resp.Status)
	}
	if resp := v.post("/account/picture"); resp.Status != http.StatusUnprocessableEntity {
		t.Errorf("no picture: %d", resp.Status)
	}
	for target, want := range map[string]int{"/account/none": 404, "/sign-in/": 404, "/t/none/sign-in": 404, "/t/Default/sign-in": 404} {
		if resp := v.get(target); resp.Status != want {
			t.Errorf("GET %s = %d, want %d", target, resp.Status, want)
		}
	}
	resp := v.do(http.MethodDelete, "/account", nil)
	if resp.Status != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("DELETE: %d, %s", resp.Status, resp.Header.Get("Allow"))
	}
}

// TestProverIsOfTheCookie: a step is taken for who the cookie names, whoever the
// form names.
func TestProverIsOfTheCookie(t *testing.T) {
	s := secure(t)
	s.withNewTOTP(t, "kim")
	eve := s.withNewTOTP(t, "eve")
	v := s.visitor(t)
	v.signIn("kim", apptest.AdminPassword)
	s.Clock.Advance(60e9)
	resp := v.post("/sign-in/factor", "kind", "totp", "code", s.totp(t, eve), "username", "eve", "user", "eve")
	if resp.Status != http.StatusUnprocessableEntity {
		t.Errorf("the code of another: %d to %s", resp.Status, resp.Header.Get("Location"))
	}
	if _, _, err := s.Authn.Browser(t.Context(), v.cookie.Value, authn.Origin{}); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("after it the browser is answered %v", err)
	}
}
