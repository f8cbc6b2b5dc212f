package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestProvisioningPage lets a provisioning client in, whose token is shown once,
// and another administrator takes it away again.
func TestProvisioningPage(t *testing.T) {
	s := newSite(t)
	s.NewMember(t, s.Tenant, "second", access.RoleAdmin)
	b := s.open(t)
	b.signIn(app.AdminName, apptest.AdminPassword)
	b.press("Provisioning")
	b.reach("/account/provisioning")
	b.see("There are no tokens")
	b.look("provisioning-empty")
	base := b.secret()
	if base != s.base+"/t/default/scim/v2" {
		t.Errorf("the base address is %s", base)
	}
	b.fill("name", "  ")
	b.do(b.submit())
	b.see("Please fill this in.")
	b.fill("name", "Entra ID")
	b.choose("expires", "90")
	b.press("Create token")
	b.see("Your new token")
	b.look("provisioning-token")
	shown := strings.Fields(b.text())
	var token string
	for _, word := range shown {
		if strings.HasPrefix(word, "gh_default_") {
			token = word
		}
	}
	by, err := s.Authn.Token(t.Context(), token, s.origin())
	if err != nil || by.User != s.Admin.ID || by.Scope != iam.ScopeProvisioning {
		t.Errorf("the token speaks for %+v, %v", by, err)
	}
	b.press("I have copied it")
	b.reach("/account/provisioning")
	b.see("Entra ID")
	b.see("In the name of admin")
	if strings.Contains(b.text(), token) {
		t.Error("the token is shown twice")
	}
	l, err := s.Authn.ProvisioningTokens(t.Context(), s.Operator(), iam.Page{})
	if err != nil || len(l.Items) != 1 || l.Items[0].Expires.Sub(l.Items[0].Created).Round(time.Hour) != 90*24*time.Hour {
		t.Errorf("%+v, %v", l.Items, err)
	}
	b.look("provisioning")
	b.inLanguage("ko")
	b.get("/account/provisioning")
	b.see("프로비저닝")
	b.look("provisioning-ko")

	other := s.open(t)
	other.signIn("second", apptest.AdminPassword)
	other.get("/account/provisioning")
	other.press("Revoke")
	other.see("The token is revoked.")
	if _, err := s.Authn.Token(t.Context(), token, s.origin()); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("the revoked token is answered %v", err)
	}
}

// TestProvisioningIsForAdministrators: others are not led to the page, and
// neither see it nor make or end a token there.
func TestProvisioningIsForAdministrators(t *testing.T) {
	s := secure(t)
	role := s.NewRole(t, s.Tenant, "clerk", "users.*", "groups.*", "settings.*", iam.UsersPassword)
	s.NewMember(t, s.Tenant, "clerk", role.Name)
	_, made, err := s.Authn.CreateProvisioningToken(t.Context(), s.Operator(), s.Tenant.Code, s.Admin.ID, "Okta", 0)
	if err != nil {
		t.Fatal(err)
	}
	wide, _, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code, authn.NewToken{User: s.Admin.ID})
	if err != nil {
		t.Fatal(err)
	}
	tokens := func() int {
		t.Helper()
		l, err := s.Authn.ProvisioningTokens(t.Context(), s.Operator(), iam.Page{})
		if err != nil {
			t.Fatal(err)
		}
		return len(l.Items)
	}
	v := s.visitor(t)
	v.signIn("clerk", apptest.AdminPassword)
	if page := v.get("/account"); page.Status != http.StatusOK || strings.Contains(page.Body, "/account/provisioning") {
		t.Errorf("%d %s", page.Status, page.Body)
	}
	for what, a := range map[string]apptest.Answer{"see": v.get("/account/provisioning"),
		"make":   v.post("/account/provisioning/tokens", "name", "mine"),
		"revoke": v.post("/account/provisioning/tokens/revoke", "id", string(made.ID))} {
		if a.Status != http.StatusForbidden || strings.Contains(a.Body, "Okta") {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	if n := tokens(); n != 1 {
		t.Errorf("there are %d tokens", n)
	}

	// Of the tenant's other tokens the page ends none.
	admin := s.visitor(t)
	admin.signIn(app.AdminName, apptest.AdminPassword)
	admin.post("/account/provisioning/tokens/revoke", "id", strings.Split(wide, "_")[2])
	if _, err := s.Authn.Token(t.Context(), wide, s.origin()); err != nil {
		t.Errorf("a token that is no provisioning client's: %v", err)
	}
	if n := tokens(); n != 1 {
		t.Errorf("there are %d tokens", n)
	}
}

// TestProvisionedProfile: what a provisioning client says of somebody they see,
// and cannot change; a form that was open before is refused.
func TestProvisionedProfile(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim", func(u *directory.NewUser) {
		u.DisplayName, u.Phone = "Kim of Acme", "+82 2 1234 5678"
		u.Attributes = map[string]string{iam.AttributeSyncMode: iam.SyncModeSCIM}
	})
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.see("Kim of Acme")
	b.see("come from another system")
	b.look("account-provisioned")
	if n := ask(b, chromedp.Evaluate[int](`document.querySelectorAll("input[name=given_name], a[href$='/account/email']").length`)); n != 0 {
		t.Errorf("%d ways to change names and address", n)
	}

	v := s.visitor(t)
	v.signIn("kim", apptest.AdminPassword)
	for path, form := range map[string][]string{"/account": {"display_name", "Other"}, "/account/email": {"email", "other@example.com"}} {
		if a := v.post(path, form...); a.Status != http.StatusConflict {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if a := v.post("/account/preferences", "language", "ko", "time_zone", "Asia/Seoul", "theme", "dark"); a.Status != http.StatusSeeOther {
		t.Errorf("one's own preferences: %d %s", a.Status, a.Body)
	}
}
