package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestAuthenticatorApp sets one up, signs in with it and with a recovery code,
// and removes it.
func TestAuthenticatorApp(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.get("/account/security")
	b.press("Add")
	b.get("/account/factors")
	b.look("enrol")
	b.press("Authenticator app")
	b.see("Set up your authenticator app")
	b.look("enrol-totp")
	secret := b.secret()
	b.fill("code", "000000")
	b.press("Confirm")
	b.see("The code is wrong")
	b.look("enrol-totp-wrong")
	if again := b.secret(); again != secret {
		t.Errorf("after a wrong code the secret is %q instead of %q", again, secret)
	}
	code := s.totp(t, secret)
	b.fill("code", code[:3]+" "+code[3:]) // as apps show it
	b.press("Confirm")
	b.see("Your recovery codes")
	b.look("recovery-codes")
	codes := strings.Fields(b.read(".secret"))
	if len(codes) != 10 {
		t.Errorf("the recovery codes are %q", codes)
	}
	b.press("I have kept them safe")
	b.see("Two-step verification is set up.")
	b.see("Codes left: 10")
	b.look("account-security-factors")
	b.press("Sign out")

	b.signIn("kim", apptest.AdminPassword)
	b.reach("/sign-in/factor")
	b.look("factor-totp")
	b.fill("code", code)
	b.press("Continue")
	b.see("The code is wrong") // it was used
	s.Clock.Advance(time.Minute)
	b.fill("code", s.totp(t, secret))
	b.press("Continue")
	b.reach("/account")
	b.press("Sign out")

	b.signIn("kim", apptest.AdminPassword)
	b.press("Use a recovery code")
	b.see("Enter one of the recovery codes")
	b.look("factor-recovery")
	b.fill("code", codes[3])
	b.press("Continue")
	b.reach("/account")
	b.get("/account/security")
	b.see("Codes left: 9")
	b.press("New codes")
	b.see("Your recovery codes")
	if fresh := b.read(".secret"); strings.Contains(fresh, codes[0]) {
		t.Error("the new recovery codes are the old ones")
	}
	b.press("I have kept them safe")
	b.see("The old ones no longer work.")

	b.press("Rename")
	b.fill("name", "Work telephone")
	b.press("Save")
	b.see("Work telephone")
	b.press("Remove")
	b.see("You sign in with a password alone.")
	b.press("Sign out")
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
}

// TestEmailCodes sets up codes by mail and signs in with one.
func TestEmailCodes(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.get("/account/factors")
	b.press("Codes by e-mail")
	b.reach("/account/factors/email")
	b.look("enrol-email")
	b.fill("email", "not an address")
	b.do(b.submit()) // past the browser's own check
	b.see("Enter an address such as")
	b.fill("email", "kim@elsewhere.example")
	mail := s.NewMail(t, s.Tenant.ID, "kim@elsewhere.example", func() {
		b.press("Send code")
		b.see("We have sent you a code.")
	})
	b.look("enrol-email-code")
	b.fill("code", mail.Code)
	b.press("Confirm")
	b.see("Your recovery codes")
	b.press("I have kept them safe")
	b.see("kim@elsewhere.example")
	b.press("Sign out")

	s.Clock.Advance(2 * time.Minute)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/sign-in/factor")
	b.see("Send code to k") // as much of the address as its owner needs
	if strings.Contains(b.text(), "kim@elsewhere.example") {
		t.Error("who knows only the password sees the whole address")
	}
	mail = s.NewMail(t, s.Tenant.ID, "kim@elsewhere.example", func() {
		b.press("Send code")
		b.see("We have sent you a code.")
	})
	b.look("factor-email")
	b.fill("code", mail.Code)
	b.press("Continue")
	b.reach("/account")
}

// TestFactorIsRequired: where the tenant asks for a second factor, who has none
// sets one up and gets nowhere before.
func TestFactorIsRequired(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	s.newUser(t, "lee")
	s.change(t, s.Tenant.ID, func(in *iam.Settings) { in.Factor.Required = true })
	b := s.open(t)
	b.get("/account/sessions")
	b.reach("/sign-in")
	b.fill("username", "kim")
	b.press("Continue")
	b.fill("password", apptest.AdminPassword)
	b.press("Sign in")
	b.reach("/sign-in/enrol")
	b.see("Your organisation asks for more than a password.")
	b.look("enrol-required")
	b.get("/account/security")
	b.reach("/sign-in/enrol")
	b.press("Authenticator app")
	b.see("Set up your authenticator app")
	b.fill("code", s.totp(t, b.secret()))
	b.press("Confirm")
	b.see("Your recovery codes")
	b.press("I have kept them safe")
	b.reach("/account/security")
	b.press("Remove")
	b.see("This cannot be done now.") // it is the only one

	b = s.open(t)
	b.withPasskeys()
	b.signIn("lee", apptest.AdminPassword)
	b.reach("/sign-in/enrol")
	b.press("Passkey")
	b.reach("/sign-in/enrol/passkey")
	b.press("Set up passkey")
	b.see("Your recovery codes")
	b.press("I have kept them safe")
	b.reach("/account")

	b = s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/sign-in/factor")
	b.press("Not you?")
	b.reach("/sign-in")
}

// TestReauthentication: what needs a recent sign-in asks for the password again
// and leads back, over the second factor where there is one.
func TestReauthentication(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim", func(u *directory.NewUser) { u.DisplayName = "Kim Min-su" })
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	secret := b.enrolTOTP()
	s.Clock.Advance(11 * time.Minute)
	b.press("Remove")
	b.reach("/account/confirm")
	b.look("confirm")
	b.fill("current", "not this one")
	b.press("Continue")
	b.see("The password is wrong.")
	b.look("confirm-wrong")
	b.fill("current", apptest.AdminPassword)
	b.press("Continue")
	b.reach("/sign-in/factor")
	b.fill("code", s.totp(t, secret))
	b.press("Continue")
	b.reach("/account/security")
	b.press("Remove")
	b.see("You sign in with a password alone.")
}
