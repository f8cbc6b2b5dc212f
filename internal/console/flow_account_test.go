package console_test

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestProfile changes names and the picture.
func TestProfile(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.fill("given_name", "민수")
	b.fill("family_name", "김")
	b.fill("display_name", `<b>Kim</b> & "Sons"`)
	b.press("Save")
	b.see("Saved.")
	b.see(`<b>Kim</b> & "Sons"`)

	b.upload("notes.txt", []byte("<svg onload=alert(1)>"))
	b.press("Save picture")
	b.see("Choose a JPEG, PNG, GIF or WebP image.")
	b.look("account-picture-wrong")
	b.upload("me.png", picture(t))
	b.press("Save picture")
	b.see("The picture is saved.")
	b.until("the picture", func() bool {
		return ask(b, chromedp.Evaluate[int](`document.querySelector("img.large").naturalWidth`)) == 256
	})
	b.look("account-picture")
	b.press("Remove picture")
	b.see("The picture is removed.")
}

// picture draws a picture.
func picture(t testing.TB) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for x := range 400 {
		for y := range 300 {
			m.Set(x, y, color.RGBA{uint8(60 + x/3), uint8(90 + y/3), 170, 255})
		}
	}
	var b strings.Builder
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

// upload chooses a file.
func (b *tab) upload(name string, content []byte) {
	b.Helper()
	path := filepath.Join(b.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		b.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles(chromedp.CSS("input[name=image]"), []string{path}))
}

// TestSessions: one browser sees the others and ends them.
func TestSessions(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	b, other, third := s.open(t), s.open(t), s.open(t)
	for _, tab := range []*tab{b, other, third} {
		tab.signIn("kim", apptest.AdminPassword)
		tab.reach("/account")
	}
	b.get("/account/sessions")
	b.see("This one")
	b.see("From 127.0.0.1")
	b.look("sessions")
	b.press("End Chrome") // the name of the button, for who cannot see the row
	b.see("The session has ended.")
	b.press("End all others")
	b.see("All other sessions have ended.")
	for _, tab := range []*tab{other, third} {
		tab.get("/account")
		tab.reach("/sign-in")
	}
	b.get("/account")
	b.reach("/account")
}

// TestNotMe: who sees a sign-in that was not theirs ends it and gets a new password.
func TestNotMe(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	thief, b := s.open(t), s.open(t)
	thief.signIn("kim", apptest.AdminPassword)
	thief.reach("/account")
	b.signIn("kim", "not this one")
	b.see("wrong")
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.get("/account/history")
	b.look("history")
	b.press("This was not me")
	b.reach("/account/password")
	b.see("Now choose a new password that you use nowhere else.")
	b.look("not-me-password")
	thief.get("/account")
	thief.reach("/sign-in")
	b.fill("current", apptest.AdminPassword)
	b.fill("password", "seven lanterns in the rain")
	b.press("Set password")
	b.reach("/account/security")
}

// TestHistoryHasPages: of many attempts each page shows some.
func TestHistoryHasPages(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	for range 25 {
		a := s.Do(t, "POST", "/sign-in/password", "", "username=kim&password="+strings.ReplaceAll(apptest.AdminPassword, " ", "+"),
			"Content-Type: application/x-www-form-urlencoded")
		if a.Status >= 400 {
			t.Fatalf("sign-in: %d %s", a.Status, a.Body)
		}
	}
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.get("/account/history")
	b.look("history-pages")
	b.press("Older")
	b.see("Newer")
	if n := strings.Count(b.text(), "Signed in"); n != 6 {
		t.Errorf("the second page of 26 has %d", n)
	}
}

// TestTokensAndKeys makes an API token and access keys, sees their secrets
// once, uses the token, and ends them.
func TestTokensAndKeys(t *testing.T) {
	s := newSite(t)
	u := s.newUser(t, "kim")
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.get("/account/keys")
	b.fill("name", "  ")
	b.do(b.submit())
	b.see("Please fill this in.")
	b.fill("name", "Nightly backup")
	b.press("Create token")
	b.see("Your new token")
	b.look("token-new")
	token := b.secret()
	if by, err := s.Authn.Token(t.Context(), token, s.origin()); err != nil || by.User != u.ID {
		t.Errorf("the token speaks for %v, %v", by, err)
	}
	b.press("I have copied it")
	b.see("Nightly backup")
	if strings.Contains(b.text(), token) {
		t.Error("the token is shown twice")
	}

	b.press("New access key")
	b.see("Your new access key")
	b.look("access-key-new")
	b.press("I have copied it")
	b.press("Deactivate")
	b.see("Inactive")
	b.look("account-keys-full")
	b.press("Activate")
	b.see("Active")
	b.press("New access key")
	b.press("I have copied it")
	if strings.Contains(b.text(), "New access key") {
		t.Error("a third access key is offered")
	}
	b.press("Delete")
	b.see("The access key is deleted.")
	b.press("Revoke")
	b.see("You have no tokens.")
	if _, err := s.Authn.Token(t.Context(), token, s.origin()); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("the revoked token is answered %v", err)
	}
}

// TestTenant: a tenant has its own name, logo and colour, and every way leads
// on within it.
func TestTenant(t *testing.T) {
	s := newSite(t)
	acme := s.NewTenant(t, "acme")
	admin := iam.System(acme.Tenant.ID, "test")
	if _, err := s.Tenancy.SetLogo(t.Context(), admin, picture(t)); err != nil {
		t.Fatal(err)
	}
	s.change(t, acme.Tenant.ID, func(in *iam.Settings) {
		in.Branding.DisplayName, in.Branding.Accent, in.Branding.SupportEmail = "Acme Rockets", "#ffcc00", "help@acme.example"
		in.Language = "ko"
	})
	b := s.open(t)
	b.get("/t/acme")
	b.reach("/t/acme/sign-in")
	b.see("help@acme.example")
	b.look("tenant-sign-in")
	if alt := b.attribute(".brand img", "alt"); alt != "Acme Rockets" {
		t.Errorf("the logo says %q", alt)
	}
	b.fill("username", "admin")
	b.press("Continue")
	b.reach("/t/acme/sign-in/password")
	b.fill("password", apptest.AdminPassword)
	b.press("Sign in")
	b.reach("/t/acme/account")
	b.look("tenant-account")
	b.press("Tokens and keys")
	b.reach("/t/acme/account/keys")
	b.get("/account") // of another tenant, where nobody is signed in
	b.reach("/sign-in")
	b.get("/t/none/account")
	b.see("This is not there")
}
