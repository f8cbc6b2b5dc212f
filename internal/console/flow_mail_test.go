package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const kimsMail = "kim@example.com"

// TestEmailAddress confirms an address by its code, another by its link.
func TestEmailAddress(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	mail := s.NewMail(t, s.Tenant.ID, kimsMail, func() { b.press("Confirm") })
	b.reach("/account/email/code")
	b.look("email-code")
	b.fill("code", "123456")
	b.press("Confirm")
	b.see("The code is wrong")
	b.fill("code", mail.Code)
	b.press("Confirm")
	b.see("Your e-mail address is confirmed.")
	b.look("account-done")

	s.Clock.Advance(2 * time.Minute)
	b.press("Change")
	b.reach("/account/email")
	b.look("email")
	b.fill("email", "kim@new.example")
	mail = s.NewMail(t, s.Tenant.ID, "kim@new.example", func() { b.press("Send code") })
	b.reach("/account/email/code")
	b.get(mail.Link)
	b.look("verify")
	b.press("Confirm address")
	b.see("Your e-mail address is confirmed")
	b.look("verify-done")
	b.press("To your account")
	b.reach("/t/default/account")
	b.see("kim@new.example")
	b.get(mail.Link)
	b.press("Confirm address")
	b.see("This link is no longer good")
	b.look("link-broken")
}

// TestForgottenPassword regains a lost password by mail. For who is not there
// the page says the same.
func TestForgottenPassword(t *testing.T) {
	s := newSite(t)
	u := s.newUser(t, "kim")
	if err := s.Store.VerifyEmail(t.Context(), s.Tenant.ID, u.ID, kimsMail); err != nil {
		t.Fatal(err)
	}
	b := s.open(t)
	b.get("/sign-in")
	b.press("Forgot your password?")
	b.reach("/forgot")
	b.look("forgot")
	b.fill("username", "nobody")
	b.press("Send link")
	b.see("Look at your mail")
	b.look("forgot-sent")
	nobody := b.text()
	b.get("/forgot")
	b.fill("username", "kim")
	mail := s.NewMail(t, s.Tenant.ID, kimsMail, func() { b.press("Send link") })
	b.see("Look at your mail")
	if kim := b.text(); kim != nobody {
		t.Errorf("for who is there the page says\n%s\nand for who is not\n%s", kim, nobody)
	}
	if !strings.HasPrefix(mail.Link, s.base+"/t/default/reset?token=") {
		t.Fatalf("the link is %s", mail.Link)
	}
	b.get(mail.Link)
	b.see("Choose a new password")
	b.look("reset")
	b.fill("password", "short")
	b.press("Set password")
	b.see("between 8 and 256 characters")
	b.fill("password", "seven lanterns in the rain")
	b.press("Set password")
	b.reach("/t/default/account")
	b.get(mail.Link)
	b.see("This link is no longer good")
	b.press("Get a new link")
	b.reach("/t/default/account") // who is signed in has no need of it
}

// TestInvitation: who is invited chooses a first password and is in.
func TestInvitation(t *testing.T) {
	s := newSite(t)
	u := s.newUser(t, "kim", func(u *directory.NewUser) { u.Password = "" })
	mail := s.NewMail(t, s.Tenant.ID, kimsMail, func() {
		if err := s.Authn.Invite(t.Context(), s.Operator(), u.ID); err != nil {
			t.Fatal(err)
		}
	})
	b := s.open(t)
	b.get(mail.Link)
	b.see("Welcome, kim!")
	b.look("invite")
	b.fill("password", "seven lanterns in the rain")
	b.press("Set password")
	b.reach("/t/default/account")
	b.see("Confirmed") // the link has proved the address
}

// TestChangePassword: who changes their password is told by mail, and can undo
// it from there if it was somebody else.
func TestChangePassword(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.get("/account/security")
	b.press("Change")
	b.reach("/account/password")
	b.look("change-password")
	b.fill("current", "not this one")
	b.fill("password", "seven lanterns in the rain")
	b.press("Set password")
	b.see("The password is wrong.")
	b.look("change-password-wrong")
	b.fill("current", apptest.AdminPassword)
	b.fill("password", "seven lanterns in the rain")
	mail := s.NewMail(t, s.Tenant.ID, kimsMail, func() { b.press("Set password") })
	b.see("Your password is changed")

	other := s.open(t)
	other.get(mail.Link)
	other.see("Was this not you?")
	other.look("not-me")
	reset := s.NewMail(t, s.Tenant.ID, kimsMail, func() { other.press("It was not me") })
	other.see("Your account is safe")
	other.look("not-me-done")
	if reset.Kind != iam.MessageReset {
		t.Errorf("a mail of kind %s came", reset.Kind)
	}
	b.get("/account")
	b.reach("/sign-in")
	other.get(reset.Link)
	other.fill("password", "nine lanterns in the snow")
	other.press("Set password")
	other.reach("/t/default/account")
}
