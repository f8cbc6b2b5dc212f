package console_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// TestReached: the account shows the other organisations in which one may act,
// and how one gets there; nothing where there are none.
func TestReached(t *testing.T) {
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := &site{Server: server, base: apptest.PublicURL}
		s.newUser(t, "kim")
		v := s.visitor(t)
		v.signIn("kim", apptest.AdminPassword)
		const title = "Other organisations"
		if page := v.get("/account").Body; strings.Contains(page, title) {
			t.Errorf("it is told of organisations that there are not:\n%s", page)
		}

		hanbit := s.NewTenant(t, "hanbit")
		name := "Hanbit <Ltd> & Sons"
		if _, err := s.Tenancy.UpdateTenant(t.Context(), iam.System(hanbit.Tenant.ID, "test"), string(hanbit.Tenant.ID), tenancy.TenantChange{Name: &name}); err != nil {
			t.Fatal(err)
		}
		s.Delegate(t, s.Tenant, s.NewGroup(t, s.Tenant, "operators", "", "kim"), hanbit.Tenant, s.NewGroup(t, hanbit.Tenant, "guests", "read"))
		page := v.get("/account").Body
		for _, words := range []string{title, "Hanbit &lt;Ltd&gt; &amp; Sons", "managed by yours", "/managed_tenant/hanbit/"} {
			if !strings.Contains(page, words) {
				t.Errorf("the account does not say %q:\n%s", words, page)
			}
		}
		other := s.visitor(t)
		other.signIn(app.AdminName, apptest.AdminPassword)
		if strings.Contains(other.get("/account").Body, title) {
			t.Error("it is shown to who is in none of the groups")
		}
	})
}

// TestReachedLooks shows the list in a browser.
func TestReachedLooks(t *testing.T) {
	s := newSite(t)
	s.newUser(t, "kim")
	operators := s.NewGroup(t, s.Tenant, "operators", "", "kim")
	for _, code := range []string{"hanbit", strings.Repeat("long-", 12) + "end"} {
		m := s.NewTenant(t, code)
		s.Delegate(t, s.Tenant, operators, m.Tenant, s.NewGroup(t, m.Tenant, "guests", "read"))
	}
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	b.reach("/account")
	b.see("Other organisations")
	b.look("account-reached")
}
