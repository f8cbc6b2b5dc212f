package f5xc_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// TestWhoami: what somebody has of their own, through groups, by the plan and
// by the tenant above.
func TestWhoami(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		mina := s.NewMember(t, s.Tenant, "mina")
		me := func() any {
			t.Helper()
			a := holder{s, mina.Token}.do(t, "GET "+whoami, "")
			if a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			if c.doc != nil {
				_, op := c.doc.find("GET", whoami)
				checkAnswer(t, op, 200, a.Body)
			}
			return value(t, a.Body)
		}
		c.has(t, me(), `{"name":"mina","user_uuid":%q,"tenant":"default","original_tenant":"default","cname":"default","company":"Default",
			"environment":"gatehouse.test","access_type":"DIRECT_ACCESS","plan_type":"PLAN_TYPE_UNSPECIFIED","tenant_state":"StateActive",
			"tenant_type":"ENTERPRISE","state":"StateActive","self_managed":{},"namespace_roles":[],"namespace_access":{"namespace_role_map":{}},
			"tile_access":{"users":"TILE_AC_NONE","configuration":"TILE_AC_NONE"},"billing_flags":[],"group_names":[],"type":"USER"}`, mina.User.ID)

		c.ok(t, "POST /api/web/namespaces", `{"metadata":{"name":"shop"}}`)
		c.ok(t, "PUT /api/web/custom/namespaces/system/user_roles", `{"name":"mina","email":"mina@example.com","first_name":"Mina","last_name":"Seo",
			"namespace":"system","namespace_roles":[{"namespace":"shop","role":"ves-io-default-role"}]}`)
		c.ok(t, "POST /api/web/custom/namespaces/system/user_groups", `{"name":"sales","usernames":["mina"],
			"namespace_roles":[{"namespace":"*","role":"ves-io-developer-role"},{"namespace":"system","role":"ves-io-uam-admin-role"}]}`)
		c.has(t, me(), `{"namespace_roles":[{"namespace":"shop","role":"ves-io-default-role"}],"group_names":["sales"],"first_name":"Mina",
			"namespace_access":{"namespace_role_map":{"shop":{"names":["ves-io-default-role","ves-io-developer-role"]},
				"default":{"names":["ves-io-developer-role"]},"system":{"names":["ves-io-uam-admin-role"]}}},
			"tile_access":{"users":"TILE_AC_ALLOWED","roles":"TILE_AC_ALLOWED","user_groups":"TILE_AC_ALLOWED","tenant_settings":"TILE_AC_ALLOWED",
				"namespaces":"TILE_AC_ALLOWED","configuration":"TILE_AC_ALLOWED"}}`)

		// What the plan leaves out is closed, and says what would open it.
		if err := s.Tenancy.SetPlan(t.Context(), s.Operator(), s.Tenant.ID, iam.Plan{Name: "Start", Type: "FREE", Withheld: []iam.Withheld{
			{Permission: "objects.*", Addon: "web-app"}, {Permission: "roles.read"}}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Tenancy.SetAlias(t.Context(), s.Operator(), "shopping"); err != nil {
			t.Fatal(err)
		}
		c.has(t, me(), `{"plan_type":"FREE","billing_plan_name":"Start","tenant_type":"FREEMIUM","cname":"shopping",
			"addon_service_status":{"web-app":{"access":"AS_AC_PBAC_DENY","state":"AS_NONE"}},
			"tile_access":{"users":"TILE_AC_ALLOWED","roles":"TILE_AC_UPGRADE_PLAN","configuration":"TILE_AC_NOT_SUBSCRIBED"},
			"feature_flags":[{"name":"users","disabled":false},{"name":"roles","disabled":true},{"name":"configuration","disabled":true}]}`)

		// A tenant below another tells by whom it is run.
		below, err := s.Tenancy.CreateTenant(t.Context(), s.Operator(), s.Tenant.ID, tenancy.NewTenant{Code: "below"})
		if err != nil {
			t.Fatal(err)
		}
		child := holder{s, s.NewMember(t, below, "kid", "admin").Token}
		a := child.do(t, "GET "+whoami, "")
		c.has(t, value(t, a.Body), `{"tenant":"below","msp_managed":{"msp_id":%q,"parent_tenant_id":%q,"node_type":"MspNodeTypeChild","tier":1}}`, s.Tenant.ID, s.Tenant.ID)
		if strings.Contains(a.Body, "self_managed") {
			t.Errorf("both: %s", a.Body)
		}
		child.refused(t, "GET /api/web/custom/namespaces/default/whoami", "", 404)

		off := iam.UserDisabled
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: mina.User.ID}, directory.UserChange{State: &off}); err != nil {
			t.Fatal(err)
		}
		holder{s, mina.Token}.refused(t, "GET "+whoami, "", 401)
	})
}
