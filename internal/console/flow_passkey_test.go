package console_test

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// TestPasskey sets one up, signs in with it alone, with it after the password,
// and with it again for what needs a recent sign-in.
func TestPasskey(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	b := s.open(t)
	device := b.withPasskeys()
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.get("/account/security")
	b.press("Add passkey")
	b.reach("/account/factors/passkey")
	b.look("enrol-passkey")
	b.fill("name", "My laptop")
	b.press("Set up passkey")
	b.see("Your recovery codes")
	b.press("I have kept them safe")
	b.see("My laptop")
	b.look("account-security-passkey")
	b.present(device, false) // or the page after this has signed in again before we look
	b.press("Sign out")
	b.reach("/sign-in")

	// The first page offers it with the names that the browser fills in, and
	// this device takes it at once.
	b.get("about:blank")
	b.present(device, true)
	b.get("/sign-in?return=/account/sessions")
	b.reach("/account/sessions")
	b.see("This one")

	// As the second factor.
	b.present(device, false) // so that nobody takes it on the first page
	b.press("Sign out")
	b.reach("/sign-in")
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/sign-in/factor")
	b.look("factor-passkey")
	b.present(device, true)
	b.press("Use a passkey")
	b.reach("/account")

	// Again, later.
	s.Clock.Advance(11 * time.Minute)
	b.get("/account/factors/passkey")
	b.fill("name", "Another one")
	b.press("Set up passkey")
	b.reach("/account/confirm")
	b.press("Use a passkey")
	b.reach("/account/factors/passkey")
	b.get("/account/security")
	b.press("Remove")
	b.see("You have no passkeys.")
}

// TestForeignPasskey: a passkey that nobody here has signs nobody in.
func TestForeignPasskey(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	b := s.open(t)
	b.withPasskeys()
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.get("/account/factors/passkey")
	b.press("Set up passkey")
	b.see("Your recovery codes")
	b.press("I have kept them safe")
	b.press("Remove")
	b.see("You have no passkeys.")
	b.press("Sign out")
	b.reach("/sign-in/passkey") // where the answer of the device was sent
	b.see("The user name or the password is wrong.")
}

// present lets the user of a device be there, or not.
func (b *tab) present(device webauthn.AuthenticatorID, there bool) {
	b.Helper()
	command(b, webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: device, Enabled: there})
}
