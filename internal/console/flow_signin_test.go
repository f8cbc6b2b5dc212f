package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
)

// TestSignIn goes from the first page through all of the account and out again.
func TestSignIn(t *testing.T) {
	b := newSite(t).open(t)
	b.get("/")
	b.reach("/sign-in")
	b.look("sign-in")
	b.fill("username", app.AdminName)
	b.press("Continue")
	b.reach("/sign-in/password")
	b.look("sign-in-password")
	b.fill("password", "not this one")
	b.press("Sign in")
	b.see("The user name or the password is wrong.")
	b.look("sign-in-wrong")
	b.fill("password", apptest.AdminPassword)
	b.press("Sign in")
	b.reach("/account")
	b.look("account")
	for _, section := range []string{"security", "sessions", "history", "keys", "notifications", "preferences"} {
		b.get("/account/" + section)
		b.look("account-" + section)
	}
	b.get("/account/none")
	b.see("There is nothing at this address.")
	b.look("error")
	b.get("/sign-out")
	b.look("sign-out")
	b.press("Sign out")
	b.reach("/sign-in")
	b.see("You are signed out.")

	b.get("/account/security") // leads over the sign-in to where one wanted
	b.reach("/sign-in")
	b.fill("username", app.AdminName)
	b.press("Continue")
	b.fill("password", apptest.AdminPassword)
	b.press("Sign in")
	b.reach("/account/security")
}

// TestSignInInKorean: a browser that asks for Korean gets it, from the first
// page on, and the user's own choice comes before it.
func TestSignInInKorean(t *testing.T) {
	b := newSite(t).open(t)
	b.inLanguage("ko-KR,ko;q=0.9,en;q=0.8")
	b.get("/sign-in")
	b.see("사용자 이름")
	b.look("ko-sign-in")
	b.fill("username", app.AdminName)
	b.press("계속")
	b.fill("password", apptest.AdminPassword)
	b.press("로그인")
	b.reach("/account")
	b.look("ko-account")
	for _, section := range []string{"security", "sessions", "history", "keys", "notifications", "preferences", "factors"} {
		b.get("/account/" + section)
		b.look("ko-account-" + section)
	}
	b.get("/account/preferences")
	b.press("English")
	b.press("어둡게")
	b.choose("time_zone", "Asia/Seoul")
	b.press("저장")
	b.see("Saved.")
	if theme := b.attribute("html", "data-theme"); theme != "dark" {
		t.Errorf("the theme is %q", theme)
	}
	seoul := time.Now().In(time.FixedZone("", 9*60*60)).Format("2 Jan 2006, 15:")
	if now := b.read("#time_zone-hint"); !strings.Contains(now, seoul) {
		t.Errorf("after choosing Seoul it is %q, want %s…", now, seoul)
	}
	b.look("account-preferences-dark")
}

// TestLockout: after some failures the page says how long to wait, for a user
// that there is and for one that there is not.
func TestLockout(t *testing.T) {
	s := newSite(t)
	for _, username := range []string{app.AdminName, "nobody"} {
		b := s.open(t)
		b.get("/sign-in/password?username=" + username)
		for range 6 {
			b.fill("password", "not this one")
			b.press("Sign in")
			b.until("the answer", func() bool { return strings.Contains(b.text(), "wrong") || strings.Contains(b.text(), "Too many") })
			if strings.Contains(b.text(), "Too many") {
				break
			}
			b.get("/sign-in/password?username=" + username)
		}
		b.fill("password", apptest.AdminPassword)
		b.press("Sign in")
		b.see("Too many attempts. Please wait a second.")
		b.look("locked-out")
	}
}

// TestSignInByPlainHTTP: on an address that is neither https nor localhost,
// browsers tell us less of where a form comes from. It works all the same.
func TestSignInByPlainHTTP(t *testing.T) {
	s := newSite(t)
	b := s.open(t)
	b.base = strings.Replace(s.base, "localhost", "gatehouse.test", 1)
	b.signIn(app.AdminName, apptest.AdminPassword)
	b.reach("/account")
}

// TestPasswordMustChange: who has a password from somebody else gets nowhere
// but to a new one.
func TestPasswordMustChange(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim", func(u *directory.NewUser) { u.OwnPassword = false })
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/sign-in/new-password")
	b.get("/account/keys")
	b.reach("/sign-in/new-password")
	b.look("must-change-password")
	b.fill("password", "password")
	b.press("Set password")
	b.see("attackers try it first")
	b.look("weak-password")
	b.fill("password", apptest.AdminPassword)
	b.press("Set password")
	b.see("You have used this password before.")
	b.fill("password", "seven lanterns in the rain")
	b.press("Set password")
	b.reach("/account/keys")
}

// TestWithoutScript: passwords and codes need no script, and what needs one
// says so.
func TestWithoutScript(t *testing.T) {
	s := newSite(t)
	b := s.open(t)
	b.withoutScript()
	b.signIn(app.AdminName, apptest.AdminPassword)
	b.reach("/account")
	b.get("/account/factors/passkey")
	b.see("Passkeys need JavaScript")
	b.look("no-script-passkey")
	secret := b.enrolTOTP()
	b.press("Sign out")
	b.signIn(app.AdminName, apptest.AdminPassword)
	b.reach("/sign-in/factor")
	s.Clock.Advance(time.Minute)
	b.fill("code", s.totp(t, secret))
	b.press("Continue")
	b.reach("/account")
}
