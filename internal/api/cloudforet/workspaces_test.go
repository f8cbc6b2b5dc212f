package cloudforet_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// workplace is a tenant with workspaces a, b and c, a group of the first two,
// and roles of owners and members.
type workplace struct {
	*suite
	ids           map[string]string // of workspaces by name
	group         iam.NamespaceGroup
	owner, member iam.Role
}

func openWorkplace(t testing.TB, s *suite) *workplace {
	t.Helper()
	w := &workplace{suite: s, ids: map[string]string{}}
	by := s.Operator()
	for _, name := range []string{"a", "b", "c"} {
		if _, err := s.Tenancy.CreateNamespace(t.Context(), by, tenancy.NewNamespace{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Tenancy.Namespaces(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range all {
		w.ids[n.Name] = string(n.ID)
	}
	if w.group, err = s.Tenancy.CreateNamespaceGroup(t.Context(), by, tenancy.NewNamespaceGroup{Name: "Seoul", Namespaces: []string{"a", "b"},
		Attributes: map[string]string{"cloudforet.tags": `{"floor":3}`}}); err != nil {
		t.Fatal(err)
	}
	if w.owner, err = s.Access.CreateRole(t.Context(), by, access.NewRole{Name: "Keeper",
		Attributes: map[string]string{"cloudforet.role_type": "WORKSPACE_OWNER"}}); err != nil {
		t.Fatal(err)
	}
	if w.member, err = s.Access.CreateRole(t.Context(), by, access.NewRole{Name: "Visitor"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// bind gives a user a role in a scope.
func (w *workplace) bind(u iam.User, r iam.Role, scope iam.Scope) iam.Binding {
	w.t.Helper()
	b, err := w.Access.Bind(w.t.Context(), w.Operator(), iam.Binding{User: u.ID, Role: r.ID, Scope: scope})
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// roles are names and role types of the caller's workspaces.
func (w *workplace) roles(token string, body object) []string {
	w.t.Helper()
	out := w.must("user-profile/get-workspaces", token, body)
	shown := []string{}
	results, _ := out["results"].([]any)
	for _, r := range results {
		line := r.(object)["name"].(string)
		for _, member := range []string{"role_name", "role_type"} {
			if v, ok := r.(object)[member]; ok {
				line += " " + v.(string)
			}
		}
		shown = append(shown, line)
	}
	if n, _ := out["total_count"].(float64); int(n) != len(shown) {
		w.t.Errorf("total_count is %v of %d", out["total_count"], len(shown))
	}
	return shown
}

// Workspaces are those in which one holds a role, with the role that is most
// about them.
func TestWorkspaces(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		w := openWorkplace(t, s)
		access, refresh := s.signIn(wonny, wonnyPassword)
		check := func(want []string, body object) {
			t.Helper()
			if diff := cmp.Diff(want, w.roles(access, body)); diff != "" {
				t.Errorf("workspaces %v (-want +got):\n%s", body, diff)
			}
		}
		check([]string{}, object{})
		w.bind(s.wonny, w.member, iam.GroupScope(w.group.ID))
		check([]string{"a Visitor WORKSPACE_MEMBER", "b Visitor WORKSPACE_MEMBER"}, object{})
		w.bind(s.wonny, w.owner, "b")
		check([]string{"a Visitor WORKSPACE_MEMBER", "b Keeper WORKSPACE_OWNER"}, object{})
		w.bind(s.wonny, w.owner, "c")
		check([]string{"a Visitor WORKSPACE_MEMBER", "b Keeper WORKSPACE_OWNER", "c Keeper WORKSPACE_OWNER"}, object{})
		check([]string{"a Visitor WORKSPACE_MEMBER", "b Keeper WORKSPACE_OWNER"}, object{"workspace_group_id": w.group.ID})
		check([]string{}, object{"workspace_group_id": "nowhere"})
		check([]string{"a Visitor WORKSPACE_MEMBER", "b Keeper WORKSPACE_OWNER", "c Keeper WORKSPACE_OWNER"}, object{"workspace_group_id": ""})

		// A token for one of them, and for none of the others.
		grant := func(workspace string) object {
			return object{"grant_type": "REFRESH_TOKEN", "token": refresh, "scope": "WORKSPACE", "workspace_id": workspace}
		}
		out := s.must("token/grant", "", grant(w.ids["b"]))
		token := out["access_token"].(string)
		want := object{"access_token": token, "role_type": "WORKSPACE_OWNER", "domain_id": string(s.Tenant.ID), "workspace_id": w.ids["b"], "role_id": string(w.owner.ID)}
		if diff := cmp.Diff(want, out); diff != "" {
			t.Errorf("granted (-want +got):\n%s", diff)
		}
		if c := payload(t, token); c["rol"] != "WORKSPACE_OWNER" || c["wid"] != w.ids["b"] {
			t.Errorf("claims %v", c)
		}
		s.must("user-profile/get", token, object{})
		for _, id := range []string{w.ids["default"], w.ids["system"], "nowhere", string(s.Tenant.ID)} {
			s.refused(403, "ERROR_PERMISSION_DENIED", "token/grant", "", grant(id))
		}

		// What is taken away is gone with the next request.
		bindings, err := s.Access.UserBindings(t.Context(), s.Operator(), s.wonny.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range bindings {
			if err := s.Access.Unbind(t.Context(), s.Operator(), b.Binding.ID); err != nil {
				t.Fatal(err)
			}
		}
		check([]string{}, object{})
		s.refused(403, "ERROR_PERMISSION_DENIED", "token/grant", "", grant(w.ids["b"]))
	})
}

// Domain administrators see every workspace, with a role only where they are
// bound to it.
func TestWorkspacesOfAdministrator(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	w := openWorkplace(t, s)
	w.bind(s.Admin, w.member, "c")
	access, refresh := s.signIn("admin", apptest.AdminPassword)
	want := []string{"a", "b", "c Visitor WORKSPACE_MEMBER", "default", "shared", "system"}
	if diff := cmp.Diff(want, w.roles(access, object{})); diff != "" {
		t.Errorf("workspaces (-want +got):\n%s", diff)
	}
	profile := s.must("user-profile/get", access, object{})
	if profile["role_type"] != "DOMAIN_ADMIN" || profile["role_id"] == "" {
		t.Errorf("role %v %v", profile["role_type"], profile["role_id"])
	}
	out := s.must("token/grant", "", object{"grant_type": "REFRESH_TOKEN", "token": refresh, "scope": "DOMAIN"})
	if out["role_type"] != "DOMAIN_ADMIN" || payload(t, out["access_token"].(string))["rol"] != "DOMAIN_ADMIN" {
		t.Errorf("granted %v", out)
	}
	out = s.must("token/grant", "", object{"grant_type": "REFRESH_TOKEN", "token": refresh, "scope": "WORKSPACE", "workspace_id": w.ids["a"]})
	if out["role_type"] != "DOMAIN_ADMIN" || payload(t, out["access_token"].(string))["rol"] != "WORKSPACE_OWNER" {
		t.Errorf("granted %v", out)
	}
	s.refused(404, "ERROR_NOT_FOUND", "token/grant", "", object{"grant_type": "REFRESH_TOKEN", "token": refresh, "scope": "WORKSPACE", "workspace_id": "nowhere"})
	s.refused(403, "ERROR_PERMISSION_DENIED", "token/grant", "", object{"grant_type": "REFRESH_TOKEN", "token": refresh, "scope": "SYSTEM"})
}

// Groups are those in which one holds a role. Of the others in them only who
// may read users learns.
func TestWorkspaceGroups(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		w := openWorkplace(t, s)
		if _, err := s.Tenancy.CreateNamespaceGroup(t.Context(), s.Operator(), tenancy.NewNamespaceGroup{Name: "Busan"}); err != nil {
			t.Fatal(err)
		}
		other := s.NewMember(t, s.Tenant, "other").User
		access, _ := s.signIn(wonny, wonnyPassword)
		if out := s.must("user-profile/get-workspace-groups", access, object{}); len(out) != 0 {
			t.Errorf("without a role: %v", out)
		}
		b := w.bind(s.wonny, w.owner, iam.GroupScope(w.group.ID))
		w.bind(other, w.member, iam.GroupScope(w.group.ID))

		users := func(out object) (names []any) {
			for _, u := range out["results"].([]any)[0].(object)["users"].([]any) {
				names = append(names, u.(object)["user_id"])
			}
			return names
		}
		out := s.must("user-profile/get-workspace-groups", access, object{})
		group := out["results"].([]any)[0].(object)
		want := object{
			"workspace_group_id": string(w.group.ID), "name": "Seoul", "tags": object{"floor": 3.0}, "domain_id": string(s.Tenant.ID),
			"users": []any{object{"user_id": wonny, "role_id": string(w.owner.ID), "role_type": "WORKSPACE_OWNER", "user_name": "Wonny", "state": "ENABLED"}},
			"role_binding_info": object{"role_binding_id": string(b.ID), "role_type": "WORKSPACE_OWNER", "resource_group": "WORKSPACE",
				"domain_id": string(s.Tenant.ID), "workspace_group_id": string(w.group.ID), "role_id": string(w.owner.ID), "user_id": wonny,
				"created_at": group["role_binding_info"].(object)["created_at"]},
			"created_at": group["created_at"], "updated_at": group["updated_at"],
		}
		if diff := cmp.Diff(want, group); diff != "" || out["total_count"] != 1.0 {
			t.Errorf("of %v groups (-want +got):\n%s", out["total_count"], diff)
		}
		admin, _ := s.signIn("admin", apptest.AdminPassword)
		out = s.must("user-profile/get-workspace-groups", admin, object{})
		if out["total_count"] != 2.0 {
			t.Errorf("the administrator sees %v", out)
		}
		results := out["results"].([]any)
		out["results"] = results[1:] // Busan comes first
		if diff := cmp.Diff([]any{wonny, "other"}, users(out)); diff != "" {
			t.Errorf("users (-want +got):\n%s", diff)
		}
		if info, ok := results[1].(object)["role_binding_info"]; ok {
			t.Errorf("the administrator is in no group, and has %v", info)
		}
	})
}
