package console_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// newUser makes a user with AdminPassword, which is their own, in the default
// tenant.
func (s *site) newUser(t testing.TB, username string, more ...func(*directory.NewUser)) iam.User {
	t.Helper()
	in := directory.NewUser{Username: username, Email: username + "@example.com", Password: apptest.AdminPassword, OwnPassword: true}
	for _, m := range more {
		m(&in)
	}
	u, err := s.Directory.CreateUser(t.Context(), s.Operator(), in)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// change changes the settings of a tenant.
func (s *site) change(t testing.TB, tenant iam.TenantID, change func(*iam.Settings)) {
	t.Helper()
	settings, err := s.Tenancy.Settings(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	change(&settings)
	if _, err := s.Tenancy.UpdateSettings(t.Context(), iam.System(tenant, "test"), settings); err != nil {
		t.Fatal(err)
	}
}

// totp is the code that an authenticator app shows now.
func (s *site) totp(t testing.TB, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, s.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// enrolTOTP sets up an authenticator app for who is signed in, and answers its
// secret as it stands on the page.
func (b *tab) enrolTOTP() string {
	b.Helper()
	b.get("/account/factors")
	b.press("Authenticator app")
	b.see("Set up your authenticator app")
	secret := b.secret()
	b.fill("code", b.totp(b, secret))
	b.press("Confirm")
	b.see("Your recovery codes")
	b.press("I have kept them safe")
	b.reach("/account/security")
	return secret
}

// secret is the one that the page shows.
func (b *tab) secret() string {
	b.Helper()
	return strings.Join(strings.Fields(b.read(".secret")), "")
}

// choose chooses from a list.
func (b *tab) choose(name, value string) {
	b.Helper()
	b.do(chromedp.SetValue(chromedp.CSS(`select[name="`+name+`"]`), value))
}

// attribute answers an attribute of the first element that a selector finds.
func (b *tab) attribute(selector, name string) string {
	b.Helper()
	return ask(b, chromedp.AttributeValue(chromedp.CSS(selector), name)).Value
}

// origin is where a request of a test comes from.
func (s *site) origin() authn.Origin { return authn.Origin{Address: "127.0.0.1"} }

// submit sends the form of the page's main part whatever the browser thinks of
// what is in it.
func (b *tab) submit() chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](`document.querySelector("main form:has(input:not([type=hidden]))").submit()`)
}

// pressed sends the form with an address, as it is filled in.
func pressed(action string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](`document.querySelector("form[action='` + action + `'] button").click()`)
}

func userKey(username string) directory.UserKey { return directory.UserKey{Username: username} }

// passwordChange asks for a new password at the next sign-in, or no longer.
func passwordChange(must bool) directory.UserChange {
	return directory.UserChange{MustChangePassword: &must}
}

func userState(state iam.UserState) directory.UserChange { return directory.UserChange{State: &state} }
