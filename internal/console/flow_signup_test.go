package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/signup"
)

// openSignup lets customers sign up at the default tenant.
var openSignup = signup.Options{Below: iam.DefaultTenant}

const minasMail = "mina@example.com"

// withTerms gives the default tenant terms of service.
func (s *site) withTerms(t testing.TB) {
	t.Helper()
	s.change(t, s.Tenant.ID, func(in *iam.Settings) {
		in.Terms = iam.Terms{Version: "2026-11", Text: "Be kind to one another.\nAlways."}
	})
}

// TestSignUpFlow makes a tenant for somebody who comes from the sign-in page, up to
// their first password.
func TestSignUpFlow(t *testing.T) {
	s := newSite(t)
	s.withTerms(t)
	b := s.open(t)
	b.get("/sign-in")
	b.press("Sign up")
	b.reach("/sign-up")
	b.look("sign-up")
	b.fill("given_name", "Mina")
	b.fill("email", minasMail)
	b.press("Terms of service")
	b.see("Be kind to one another.")
	b.press("I accept the terms of service.")
	b.fill("domain", "default")
	b.press("Send link")
	b.see("Somebody else has this domain.")
	b.look("sign-up-taken")
	b.fill("domain", "acme-seoul")
	mail := s.NewMail(t, s.Tenant.ID, minasMail, func() { b.press("Send link") })
	b.see("Look at your mail")
	b.look("sign-up-sent")

	b.get(mail.Link)
	b.see("acme-seoul")
	b.look("sign-up-confirm")
	invitation := s.inviteOf(t, "acme-seoul", func() { b.press("Create it") })
	b.until("the tenant", func() bool {
		if strings.Contains(b.text(), "Everything is ready") {
			return true
		}
		b.press("Look again")
		return false
	})
	b.look("sign-up-done")
	b.press("To the sign-in")
	b.reach("/t/acme-seoul/sign-in")
	b.get(invitation.Link)
	b.fill("password", "a phrase of Mina's own")
	b.press("Set password")
	b.reach("/t/acme-seoul/account")
	b.see(minasMail)

	b.get(mail.Link)
	b.see("This link is no longer good")
	b.press("Sign up again")
	b.reach("/t/default/sign-up")
}

// inviteOf does what leads to a tenant, and answers the mail that invites its owner.
func (s *site) inviteOf(t testing.TB, code string, do func()) apptest.Mail {
	t.Helper()
	do()
	for range 500 {
		if made, err := s.Tenancy.ByCode(t.Context(), code); err == nil {
			if mails := s.Mails(t, made.ID, minasMail); len(mails) > 0 {
				return mails[len(mails)-1]
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("nobody was invited to %s after ten seconds", code)
	return apptest.Mail{}
}

// goodForm is what a customer fills in.
func goodForm() []string {
	return []string{"given_name", "Mina", "company", "Acme", "domain", "acme-seoul", "email", minasMail, "terms", "2026-11"}
}

// TestSignUpForm: what is wrong is told, and what was right is kept; whoever asks
// for what address gets one answer.
func TestSignUpForm(t *testing.T) {
	s := secure(t)
	s.withTerms(t)
	v := s.visitor(t)
	for _, tt := range []struct {
		field, value string
		status       int
		says         string
	}{
		{"given_name", "", http.StatusUnprocessableEntity, "Please fill this in."},
		{"domain", "Acme!", http.StatusUnprocessableEntity, "Use 5 to 17 lower-case letters"},
		{"domain", "acme", http.StatusUnprocessableEntity, "Use 5 to 17 lower-case letters"},
		{"domain", "default", http.StatusConflict, "Somebody else has this domain."},
		{"email", "mina", http.StatusUnprocessableEntity, "Enter an address"},
		{"terms", "", http.StatusUnprocessableEntity, "Please accept the terms"},
		{"terms", "2026-10", http.StatusUnprocessableEntity, "Please accept the terms"},
	} {
		form := goodForm()
		for i := 0; i < len(form); i += 2 {
			if form[i] == tt.field {
				form[i+1] = tt.value
			}
		}
		resp := v.post("/sign-up", form...)
		if resp.Status != tt.status || !strings.Contains(resp.Body, tt.says) || !strings.Contains(resp.Body, `value="Acme"`) {
			t.Errorf("%s=%q: %d, want %d and %q:\n%s", tt.field, tt.value, resp.Status, tt.status, tt.says, resp.Body)
		}
	}
	s.newUser(t, "kim")
	var answers []apptest.Answer
	for _, email := range []string{minasMail, kimsMail, apptest.AdminEmail, minasMail} {
		form := goodForm()
		form[7] = email
		resp := v.post("/sign-up", form...)
		resp.Header.Del("X-Request-Id")
		answers = append(answers, resp)
	}
	for _, a := range answers {
		if a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/sign-up?done=sent" || a.Body != answers[0].Body ||
			len(a.Header) != len(answers[0].Header) {
			t.Errorf("the answer is %d %v", a.Status, a.Header)
		}
	}
}

// TestSignUpLinks: opening a link changes nothing, and a wrong one is told apart
// from none.
func TestSignUpLinks(t *testing.T) {
	s := secure(t)
	v := s.visitor(t)
	mail := s.NewMail(t, s.Tenant.ID, minasMail, func() { v.post("/sign-up", goodForm()[:8]...) })
	u, err := url.Parse(mail.Link)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if resp := v.get(u.RequestURI()); resp.Status != http.StatusOK || !strings.Contains(resp.Body, "acme-seoul") {
			t.Fatalf("the link answers %d %s", resp.Status, resp.Body)
		}
	}
	if _, err := s.Tenancy.ByCode(t.Context(), "acme-seoul"); !iam.Is(err, iam.NotFound) {
		t.Errorf("opening the link has made a tenant: %v", err)
	}
	for _, target := range []string{"/sign-up/confirm", "/sign-up/confirm?token=x", "/sign-up/status", "/sign-up/status?name=signup-0",
		u.RequestURI() + "0"} {
		if resp := v.get(target); resp.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", target, resp.Status)
		}
	}
	resp := v.post(u.Path, "token", u.Query().Get("token"))
	to := resp.Header.Get("Location")
	if resp.Status != http.StatusSeeOther || !strings.HasPrefix(to, "/t/default/sign-up/status?name=signup-") {
		t.Fatalf("the click answers %d to %s", resp.Status, to)
	}
	if strings.Contains(to, u.Query().Get("token")[74:]) {
		t.Error("the secret is in the address of the next page")
	}
	if resp := v.get(to); resp.Status != http.StatusOK {
		t.Errorf("the next page: %d", resp.Status)
	}
	if resp := v.post(u.Path, "token", u.Query().Get("token")); resp.Status != http.StatusUnprocessableEntity {
		t.Errorf("the second click: %d", resp.Status)
	}
}

// TestSignUpIsClosed at every tenant but the one that the operator names.
func TestSignUpIsClosed(t *testing.T) {
	s := secure(t)
	s.NewTenant(t, "acme")
	v := s.visitor(t)
	for _, path := range []string{"/sign-up", "/sign-up/confirm", "/sign-up/status"} {
		if resp := v.get("/t/acme" + path); resp.Status != http.StatusNotFound {
			t.Errorf("%s at another tenant: %d", path, resp.Status)
		}
	}
	for _, path := range []string{"/sign-up", "/sign-up/confirm"} {
		if resp := v.post("/t/acme"+path, goodForm()...); resp.Status != http.StatusNotFound {
			t.Errorf("POST %s at another tenant: %d", path, resp.Status)
		}
	}
	if resp := v.get("/t/acme/sign-in"); strings.Contains(resp.Body, "sign-up") {
		t.Error("the sign-in page of another tenant leads to a sign-up")
	}
	if resp := v.get("/sign-in"); !strings.Contains(resp.Body, `href="/sign-up"`) {
		t.Error("the sign-in page leads to no sign-up")
	}
}
