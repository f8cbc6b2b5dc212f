package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// TestNotifications: what is unticked is switched off, and stays so.
func TestNotifications(t *testing.T) {
	s := newSite(t)
	u := s.newUser(t, "kim", func(u *directory.NewUser) { u.Email = "" })
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.press("Notifications")
	b.see("You have no e-mail address")
	b.look("notifications-no-email")
	b.press("New key")
	b.press("Identity providers")
	b.press("Save")
	b.see("Saved.")
	by := iam.Actor{Tenant: s.Tenant.ID, Home: s.Tenant.ID, User: u.ID, Username: "kim", Method: iam.MethodSession}
	off := map[string]bool{}
	all, err := s.Notice.Preferences(t.Context(), by, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if !p.Enabled {
			off[p.Code] = true
		}
	}
	if len(off) != 2 || !off["key-created"] || !off["provider-changed"] {
		t.Errorf("switched off are %v", off)
	}
	b.press("New key")
	b.press("Save")
	b.see("Saved.")
	all, err = s.Notice.Preferences(t.Context(), by, notice.FamilyUser, "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if !p.Enabled {
			t.Errorf("%s stays off", p.Code)
		}
	}
}

// TestView: how other consoles look is chosen here, for all of them.
func TestView(t *testing.T) {
	s := newSite(t)
	u := s.newUser(t, "kim")
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.get("/account/preferences")
	b.press("Show more options")
	b.press("I look after networks")
	b.do(pressed("/account/preferences/view"))
	b.see("Saved.")
	b.look("preferences-view")
	own, err := s.Store.OwnSettings(t.Context(), s.Tenant.ID, u.ID)
	want := directory.View{Advanced: true, Personas: directory.Personas{NetOps: true}}
	if err != nil || !own.Viewed || own.View != want {
		t.Errorf("kept is %+v, %v", own, err)
	}
}

var unsubscribing = regexp.MustCompile(`https?://\S+/unsubscribe\?token=\S+`)

// TestUnsubscribe: the link of a mail asks, and its button ends that kind of mail
// and no other, whoever is signed in.
func TestUnsubscribe(t *testing.T) {
	s := newSite(t)
	u := s.newUser(t, "kim")
	v := s.visitor(t)
	v.signIn("kim", apptest.AdminPassword)
	mail := s.NewMail(t, s.Tenant.ID, u.Email, func() {
		v.post("/account/keys/tokens", "name", "backup", "expires", "30")
	})
	link, ok := strings.CutPrefix(unsubscribing.FindString(mail.Text), s.base)
	if !ok {
		t.Fatalf("the mail has no link to end such mails\n%s", mail.Text)
	}
	enabled := func(code string) bool {
		t.Helper()
		by := iam.Actor{Tenant: s.Tenant.ID, Home: s.Tenant.ID, User: u.ID, Username: "kim", Method: iam.MethodSession}
		all, err := s.Notice.Preferences(t.Context(), by, "", "en")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if p.Code == code {
				return p.Enabled
			}
		}
		t.Fatalf("there is no notice %s", code)
		return false
	}
	b := s.open(t)
	b.get(link)
	b.see("Unsubscribe?")
	b.see("New key")
	b.look("unsubscribe")
	if !enabled("key-created") {
		t.Error("looking at the page has ended the mails")
	}
	b.press("Unsubscribe")
	b.see("You are unsubscribed")
	b.look("unsubscribed")
	if enabled("key-created") || !enabled("password-changed") {
		t.Error("not that, or not only that, was ended")
	}
	b.get(link[:len(link)-4])
	b.see("This link is no longer good")
	b.look("unsubscribe-broken")
	s.NewTenant(t, "acme")
	b.get(strings.Replace(link, "/t/default/", "/t/acme/", 1))
	b.see("This link is no longer good")

	// A mail program ends them without a browser: no cookie, no page before.
	v = s.visitor(t)
	resp := v.do(http.MethodPost, link, url.Values{"List-Unsubscribe": {"One-Click"}}, "Sec-Fetch-Site: ")
	if resp.Status != http.StatusOK || resp.Header.Get("Location") != "" {
		t.Errorf("at once: %d to %q", resp.Status, resp.Header.Get("Location"))
	}
}
