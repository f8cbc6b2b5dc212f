package f5xc_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// relate writes the half of a relation, as the operator.
func relate(t *testing.T, s *apptest.Server, of iam.TenantID, l iam.Link) object.Record {
	t.Helper()
	kinds := map[iam.LinkKind]string{iam.LinkManaged: "managed_tenant", iam.LinkAllowed: "allowed_tenant"}
	now := s.Env().Time()
	r := object.Record{Metadata: object.Metadata{Namespace: iam.NamespaceSystem, Name: l.OtherCode}, ID: iam.ObjectID(s.Env().NewID()),
		Kind: kinds[l.Kind], Spec: []byte("{}"), Link: &l, Created: now, Updated: now, Version: 1}
	if err := s.Store.InsertObject(t.Context(), of, r, nil, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestWhoamiOutside: who comes through a relation of two tenants is told which,
// and acts with what the other one gives, by whichever address they come.
func TestWhoamiOutside(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		c := caller{s, loadReference(t)}
		other := s.NewTenant(t, "other")
		mina, nobody := s.NewMember(t, s.Tenant, "mina"), s.NewMember(t, s.Tenant, "nobody", "admin")
		c.ok(t, "POST /api/web/custom/namespaces/system/user_groups", `{"name":"ops","usernames":["mina"]}`)
		ops, err := s.Directory.Group(ctx, s.Operator(), directory.GroupKey{Name: "ops"})
		if err != nil {
			t.Fatal(err)
		}
		there := holder{s, other.Token}
		if a := there.do(t, "POST /api/web/custom/namespaces/system/user_groups", `{"name":"crew","namespace_roles":[
			{"namespace":"system","role":"ves-io-uam-admin-role"},{"namespace":"default","role":"ves-io-default-role"}]}`); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		crew, err := s.Directory.Group(ctx, other.Actor(), directory.GroupKey{Name: "crew"})
		if err != nil {
			t.Fatal(err)
		}
		relate(t, s, s.Tenant.ID, iam.Link{Kind: iam.LinkManaged, Other: other.Tenant.ID, OtherCode: "other",
			Assignments: []iam.Assignment{{Group: ops.ID, Theirs: []string{"crew"}}}})
		half := relate(t, s, other.Tenant.ID, iam.Link{Kind: iam.LinkAllowed, Other: s.Tenant.ID, OtherCode: "default",
			Assignments: []iam.Assignment{{Group: crew.ID}}})

		const prefix = "/managed_tenant/other"
		ways := []struct {
			prefix  string
			headers []string
			refused int
		}{{prefix, nil, 404}, {"/t/default" + prefix, nil, 404}, {prefix, []string{"Host: default.gatehouse.test"}, 404},
			{"/t/other", nil, 401}, {"", []string{"Host: other.gatehouse.test"}, 401}}
		for _, way := range ways {
			a := holder{s, mina.Token}.do(t, "GET "+way.prefix+whoami, "", way.headers...)
			if a.Status != 200 {
				t.Fatalf("%v: %d %s", way, a.Status, a.Body)
			}
			if c.doc != nil {
				_, op := c.doc.find("GET", whoami)
				checkAnswer(t, op, 200, a.Body)
			}
			c.has(t, value(t, a.Body), `{"access_type":"DELEGATED_ACCESS","tenant":"other","original_tenant":"default","name":"mina","user_uuid":%q,
				"company":"other","namespace_roles":[],"group_names":["ops"],"domain_owner":false,
				"namespace_access":{"namespace_role_map":{"system":{"names":["ves-io-uam-admin-role"]},"default":{"names":["ves-io-default-role"]}}},
				"tile_access":{"users":"TILE_AC_ALLOWED","configuration":"TILE_AC_ALLOWED"}}`, mina.User.ID)
			if a := (holder{s, nobody.Token}).do(t, "GET "+way.prefix+whoami, "", way.headers...); a.Status != way.refused {
				t.Errorf("%v: who is given nothing is answered %d %s", way, a.Status, a.Body)
			}
		}
		// The same words, whether there is nothing or nothing for them.
		unknown := holder{s, nobody.Token}.do(t, "GET /managed_tenant/nowhere"+whoami, "")
		closed := holder{s, nobody.Token}.do(t, "GET "+prefix+whoami, "")
		if unknown.Status != 404 || strings.ReplaceAll(unknown.Body, "nowhere", "other") != closed.Body {
			t.Errorf("%s\n%s", unknown.Body, closed.Body)
		}
		holder{s, other.Token}.refused(t, "GET "+prefix+whoami, "", 404)                             // at home there
		holder{s, mina.Token}.refused(t, "GET /t/other"+prefix+whoami, "", 404)                      // in it already
		holder{s, mina.Token}.refused(t, "GET "+prefix+prefix+whoami, "", 404)                       // twice
		holder{s, mina.Token}.refused(t, "GET "+prefix+"/api/web/namespaces/nowhere/roles", "", 403) // nothing there

		// They work with what they have there, and the trail names both tenants.
		const users = "/api/web/custom/namespaces/system/user_roles"
		if a := (holder{s, mina.Token}).do(t, "POST "+prefix+users, `{"email":"kim@example.com","first_name":"Kim","last_name":"A","namespace":"system"}`); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		holder{s, mina.Token}.refused(t, "POST "+prefix+users, `{"email":"lee@example.com","first_name":"Lee","last_name":"B","namespace":"system",
			"namespace_roles":[{"namespace":"system","role":"ves-io-admin-role"}]}`, 403)
		holder{s, mina.Token}.refused(t, "POST "+users, `{"email":"lee@example.com","first_name":"Lee","last_name":"B","namespace":"system"}`, 403) // not at home
		events, err := s.Audit.Events(ctx, iam.System(other.Tenant.ID, "test"), audit.Filter{Action: "user.create"}, iam.Page{})
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for ; i < len(events.Items) && events.Items[i].Name != "kim@example.com"; i++ {
		}
		if i == len(events.Items) {
			t.Fatalf("the trail has %+v", events.Items)
		}
		if e := events.Items[i]; e.ActorID != mina.User.ID || e.Details["home_tenant"] != string(s.Tenant.ID) ||
			e.Details["home_tenant_code"] != "default" || e.Details["reach"] != "delegation" {
			t.Errorf("the trail says %+v", e)
		}
		// Their account is at home: nothing of it can be changed from here.
		holder{s, mina.Token}.refused(t, "POST "+prefix+"/api/web/custom/namespaces/system/accept_tos", `{"tos_version":"1","namespace":"system"}`, 403)

		// When the other half goes, they are out with the next request.
		if err := s.Store.DeleteObject(ctx, other.Tenant.ID, half.ID, false, nil); err != nil {
			t.Fatal(err)
		}
		for _, way := range ways {
			if a := (holder{s, mina.Token}).do(t, "GET "+way.prefix+whoami, "", way.headers...); a.Status != way.refused {
				t.Errorf("%v: without the half %d %s", way, a.Status, a.Body)
			}
		}
		// Support is told as such.
		if _, err := s.Tenancy.SetSupportAccess(ctx, other.Actor(), iam.SupportAccess{Mode: iam.SupportRead}); err != nil {
			t.Fatal(err)
		}
		if err := s.Tenancy.SetSupportTenant(ctx, iam.System("", "test"), "default"); err != nil {
			t.Fatal(err)
		}
		a := holder{s, nobody.Token}.do(t, "GET "+prefix+whoami, "")
		c.has(t, value(t, a.Body), `{"access_type":"SUPPORT_ACCESS","tenant":"other","original_tenant":"default",
			"namespace_access":{"namespace_role_map":{"system":{"names":["ves-io-monitor-role"]}}}}`)
		holder{s, nobody.Token}.refused(t, "POST "+prefix+users, `{"email":"lee@example.com","first_name":"Lee","last_name":"B","namespace":"system"}`, 403)
	})
}
