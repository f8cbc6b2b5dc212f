package console_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// TestSignIn goes from the first page to the account and out again.
func TestSignIn(t *testing.T) {
	b := newSite(t).open(t)
	b.get("/")
	b.reach("/sign-in")
	b.shot("sign-in")
	b.fill("username", app.AdminName)
	b.press("Continue")
	b.reach("/sign-in/password")
	b.shot("sign-in-password")
	b.fill("password", "not this one")
	b.press("Sign in")
	b.see("The user name or the password is wrong.")
	b.shot("sign-in-wrong")
	b.fill("password", apptest.AdminPassword)
	b.press("Sign in")
	b.reach("/account")
	b.shot("account")
	for _, section := range []string{"security", "sessions", "history", "keys", "preferences"} {
		b.get("/account/" + section)
		b.shot("account-" + section)
	}
	b.press("Sign out")
	b.reach("/sign-in")
	b.see("You are signed out.")
	b.get("/account/security")
	b.reach("/sign-in")
}
