package f5xc_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
)

// TestGroupInUse: a group to which objects refer goes only where they can be
// freed of it, by somebody who may do both; else nothing changes.
func TestGroupInUse(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin, clerk := clerk(t, s)
		s.NewRole(t, s.Tenant, "gardener", "groups.*", "objects.*")
		gardener := person{s, s.NewMember(t, s.Tenant, "gardener", "gardener").Token}
		const balancers = "/api/config/namespaces/default/http_loadbalancers"
		for name, spec := range map[string]string{
			"one": `{"user_groups":[{"name":"empty","namespace":"system"},{"name":"admins","namespace":"system"}]}`,
			"two": `{"a":{"user_groups":[{"name":"empty","namespace":"system"}]},"b":{"user_groups":[{"name":"empty","namespace":"system"}]}}`,
		} {
			admin.ask(t, "POST "+balancers, `{"metadata":{"name":"`+name+`"},"spec":`+spec+`}`, 200)
		}
		one := admin.ask(t, "GET "+balancers+"/one", "", 200)
		empty := admin.ask(t, "GET "+userGroups+"/empty", "", 200)
		wants(t, "counted, each object once", empty["references_count"], any(map[string]any{"http_loadbalancer": 2.0, "user": 0.0, "namespace_role": 0.0}))
		for _, g := range admin.ask(t, "GET "+userGroups, "", 200)["user_groups"].([]any) {
			if g := g.(map[string]any); g["name"] == "empty" {
				wants(t, "the same in the list", any(g), any(empty))
			}
		}
		analyze := func(p person, group string) any {
			t.Helper()
			return p.ask(t, "POST "+userGroups+"/analyze_for_deletion",
				`{"namespace_name_identifier":{"object_name":"`+group+`","object_namespace":"system"}}`, 200)["deletion_analysis"]
		}
		wants(t, "for who may change the objects", analyze(gardener, "empty"), any("ReferencesAutoRemovable"))
		wants(t, "for who may not", analyze(clerk, "empty"), any("ReferencesNonRemovable"))

		admin.ask(t, "DELETE "+userGroups+"/empty", "", 409)
		admin.ask(t, "DELETE "+userGroups+"/empty?attempt_remove_references=false", "", 409)
		clerk.ask(t, "DELETE "+userGroups+"/empty?attempt_remove_references=true", "", 403)     // not the objects
		gardener.ask(t, "DELETE "+userGroups+"/admins?attempt_remove_references=true", "", 403) // not the group
		wants(t, "the object", admin.ask(t, "GET "+balancers+"/one", "", 200), one)
		gardener.ask(t, "DELETE "+userGroups+"/empty?attempt_remove_references=true", "", 200)
		wants(t, "the object without it", admin.ask(t, "GET "+balancers+"/one", "", 200)["spec"],
			any(map[string]any{"user_groups": []any{map[string]any{"name": "admins", "namespace": "system"}}}))
		admin.ask(t, "GET "+userGroups+"/empty", "", 404)
		admin.ask(t, "DELETE "+userGroups+"/admins", "", 409)
		admin.ask(t, "DELETE "+balancers+"/one", "", 200)
		admin.ask(t, "DELETE "+userGroups+"/admins", "", 200)
	})
}

// TestGroupThatLetsTheCallerIn: somebody who comes in through the very group, by
// an object that refers to it, deletes both or neither.
func TestGroupThatLetsTheCallerIn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		managing, managed := s.NewTenant(t, "managing"), s.NewTenant(t, "managed")
		home, there := person{s, managing.Token}, person{s, managed.Token}
		const objects, below = "/api/web/namespaces/system/", "/managed_tenant/managed"
		s.NewGroup(t, managing.Tenant, "operators", "", "admin")
		s.NewGroup(t, managed.Tenant, "guests", "admin")
		there.ask(t, "POST "+objects+"allowed_tenants", `{"metadata":{"name":"managing"},"spec":{"tenant_id":"managing",
			"allowed_groups":[{"name":"guests"}]}}`, 200)
		home.ask(t, "POST "+objects+"managed_tenants", `{"metadata":{"name":"managed"},"spec":{"tenant_id":"managed",
			"groups":[{"group":{"name":"operators"},"managed_tenant_groups":["guests"]}]}}`, 200)

		home.ask(t, "DELETE "+below+userGroups+"/guests", "", 409)
		home.ask(t, "GET "+below+userGroups+"/guests", "", 200)
		home.ask(t, "DELETE "+below+userGroups+"/guests?attempt_remove_references=true", "", 200)
		home.ask(t, "GET "+below+userGroups+"/guests", "", 404)
		there.ask(t, "GET "+userGroups+"/guests", "", 404)
		wants(t, "who is allowed", there.ask(t, "GET "+objects+"allowed_tenants/managing", "", 200)["spec"].(map[string]any)["allowed_groups"], any([]any{}))
	})
}

// TestGroupOfElsewhere: what another dialect keeps in a group stays, whatever
// is written here, and names that could not be given here are read.
func TestGroupOfElsewhere(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		p := person{s, s.AdminToken}
		g, err := s.Directory.CreateGroup(t.Context(), s.Operator(), directory.NewGroup{Name: "Vertrieb Süd",
			Attributes: map[string]string{"gidNumber": "7", "sync_mode": "SCIM"}})
		if err != nil {
			t.Fatal(err)
		}
		const path = userGroups + "/Vertrieb%20S%C3%BCd"
		got := p.ask(t, "PUT "+path, `{"display_name":"Sales","sync_id":"s-1"}`, 200)
		wants(t, "written", []any{got["name"], got["display_name"], got["sync_id"], got["sync_mode"]}, []any{"Vertrieb Süd", "Sales", "s-1", "SCIM"})
		got = p.ask(t, "PUT "+path, `{}`, 200)
		wants(t, "emptied", []any{got["display_name"], got["sync_id"]}, []any{"", ""})
		g, err = s.Directory.Group(t.Context(), s.Operator(), directory.GroupKey{ID: g.ID})
		if err != nil {
			t.Fatal(err)
		}
		wants(t, "attributes", g.Attributes, map[string]string{"gidNumber": "7", "sync_mode": "SCIM"})
		got = p.ask(t, "GET /api/web/namespaces/system/user_groups?label_filter=!nothing", "", 200)
		if items := got["items"].([]any); len(items) != 1 || items[0].(map[string]any)["get_spec"] != nil {
			t.Errorf("the list is %v", got)
		}
		if got = p.ask(t, "GET /api/web/namespaces/system/user_groups?label_filter=stage%3Dtest", "", 200); len(got["items"].([]any)) != 0 {
			t.Errorf("with a label: %v", got)
		}
		p.ask(t, "POST "+userGroups+"/analyze_for_deletion", `{"object_uid":"`+string(g.ID)+`"}`, 200)
		p.ask(t, "DELETE "+path, "", 200)
	})
}
