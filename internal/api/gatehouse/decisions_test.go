package gatehouse_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// explained is what an answer of explain tells.
type explained struct {
	Allowed bool
	Reason  string
	Binding *struct{ Scope string }
	Role    *struct {
		Name     string
		Disabled bool
	}
	Group, Operation, Rule, Plan *struct{}
}

// explain asks why.
func explain(t *testing.T, s *apptest.Server, token, body string) explained {
	t.Helper()
	a := s.Do(t, "POST", "/api/gatehouse/v1/explain", token, body)
	var x explained
	if err := json.Unmarshal([]byte(a.Body), &x, json.MatchCaseInsensitiveNames(true)); err != nil || a.Status != 200 {
		t.Fatalf("%s is answered %d %s, %v", body, a.Status, a.Body, err)
	}
	return x
}

// Each thing that is in the way, and each place where a role holds, has words
// of its own.
func TestReasons(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		admin := s.NewTenant(t, "acme")
		by := admin.Actor()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.Tenancy.CreateNamespace(ctx, by, tenancy.NewNamespace{Name: "shop"})
		must(err)
		retail, err := s.Tenancy.CreateNamespaceGroup(ctx, by, tenancy.NewNamespaceGroup{Name: "Retail", Namespaces: []string{"shop"}})
		must(err)
		role := s.NewRole(t, admin.Tenant, "viewer", "regions.read")
		bind := func(username string, scope iam.Scope) {
			u := s.NewMember(t, admin.Tenant, username)
			_, err := s.Access.Bind(ctx, by, iam.Binding{User: u.User.ID, Role: role.ID, Scope: scope})
			must(err)
		}
		bind("ann", iam.ScopeTenant)
		bind("ben", iam.NamespaceSystem)
		bind("cy", iam.ScopeApplications)
		bind("dee", iam.GroupScope(retail.ID))
		const call = `"method":"GET","path":"/v2.1/regions"`
		why := func(username string) explained {
			t.Helper()
			return explain(t, s, admin.Token, fmt.Sprintf(`{"user":%q,%s}`, username, call))
		}
		for username, want := range map[string]string{
			"ann": "Role viewer, bound to ann in the whole tenant, gives the right regions.read.",
			"ben": "Role viewer, bound to ben in namespace system, gives the right regions.read.",
			"cy":  "Nothing gives cy the right regions.read in namespace system.",
			"dee": "Nothing gives dee the right regions.read in namespace system.",
		} {
			if x := why(username); x.Reason != want || x.Allowed != strings.HasPrefix(want, "Role") || (x.Binding != nil) != x.Allowed || x.Operation == nil {
				t.Errorf("%s: %+v, want %s", username, x, want)
			}
		}
		_, err = s.Access.UpdateRole(ctx, by, access.RoleKey{ID: role.ID}, access.RoleChange{Disabled: new(true)})
		must(err)
		if x := why("ann"); x.Allowed || x.Reason != "Role viewer, which would give ann the right regions.read, is disabled." || x.Role == nil || !x.Role.Disabled {
			t.Errorf("of a disabled role: %+v", x)
		}
		must(s.Tenancy.SetPlan(ctx, iam.System("", "test"), admin.Tenant.ID, iam.Plan{Withheld: []iam.Withheld{{Permission: "regions.*"}}}))
		if x := explain(t, s, admin.Token, "{"+call+"}"); x.Allowed || x.Reason != "The plan of the tenant does not include regions.*." || x.Plan == nil || x.Role.Name != "admin" {
			t.Errorf("withheld: %+v", x)
		}
		state := iam.UserDisabled
		ben, err := s.Directory.User(ctx, by, directory.UserKey{Username: "ben"})
		must(err)
		_, err = s.Directory.UpdateUser(ctx, by, directory.UserKey{ID: ben.ID}, directory.UserChange{State: &state})
		must(err)
		if x := why("ben"); x.Allowed || x.Reason != "ben is disabled." {
			t.Errorf("disabled: %+v", x)
		}

		// A token of less may not ask, since asking is open to who has all.
		narrow, _, err := s.Authn.CreateToken(ctx, by, admin.Tenant.Code, authn.NewToken{User: by.User, Scope: "roles.read"})
		must(err)
		if a := s.Do(t, "POST", "/api/gatehouse/v1/explain", narrow, "{"+call+"}"); a.Status != 403 {
			t.Errorf("with a narrow token: %d %s", a.Status, a.Body)
		}
	})
}

// The users of one tenant are nobody to another, and so are its API groups.
func TestTenantsAreApart(t *testing.T) {
	s := apptest.SQLite(t)
	acme, other := s.NewTenant(t, "acme"), s.NewTenant(t, "other")
	s.NewMember(t, acme.Tenant, "ann")
	if a := s.Do(t, "POST", "/api/gatehouse/v1/explain", other.Token, `{"user":"ann","method":"GET","path":"/v2.1/regions"}`); a.Status != 404 {
		t.Errorf("explained: %d %s", a.Status, a.Body)
	}
	if a := s.Do(t, "POST", "/api/gatehouse/v1/api_groups", acme.Token, `{"name":"mine","rules":[{"permission":"users.read"}]}`); a.Status != 201 {
		t.Fatalf("made: %d %s", a.Status, a.Body)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"PUT", "/mine", `{"rules":[]}`, 404}, {"DELETE", "/mine", "", 404}, {"POST", "", `{"name":"mine","rules":[]}`, 201},
	} {
		if a := s.Do(t, c.method, "/api/gatehouse/v1/api_groups"+c.path, other.Token, c.body); a.Status != c.status {
			t.Errorf("%s %s by another: %d %s", c.method, c.path, a.Status, a.Body)
		}
	}
	if a := s.Do(t, "GET", "/t/other/api/gatehouse/v1/api_groups", acme.Token, ""); a.Status != 401 {
		t.Errorf("with the token of another tenant: %d %s", a.Status, a.Body)
	}
}

// The list has the built-in groups with what they allow, and one's own.
func TestListOfAPIGroups(t *testing.T) {
	s := apptest.SQLite(t)
	acme := s.NewTenant(t, "acme")
	s.NewRole(t, acme.Tenant, "mine", "regions.read")
	a := s.Do(t, "GET", "/api/gatehouse/v1/api_groups", acme.Token, "")
	var list struct {
		Items []struct {
			Name     string
			Builtin  bool
			Version  int64
			Elements []struct{ Dialect, Operation, Method, Path string }
		}
	}
	if err := json.Unmarshal([]byte(a.Body), &list, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
	names := map[string]int{}
	for _, g := range list.Items {
		names[g.Name] = len(g.Elements)
		if (g.Version == 0) != g.Builtin || g.Builtin != strings.HasPrefix(g.Name, "gatehouse-") {
			t.Errorf("%s: built in %v, version %d", g.Name, g.Builtin, g.Version)
		}
		if strings.HasPrefix(g.Name, "gatehouse-api-") {
			for _, e := range g.Elements {
				if !strings.HasPrefix(g.Name, "gatehouse-api-"+e.Dialect) || e.Operation == "" || e.Method == "" || !strings.HasPrefix(e.Path, "/") {
					t.Errorf("%s has %+v", g.Name, e)
				}
			}
		}
	}
	needRight := 0
	for _, op := range s.Registry.Operations() {
		if op.Op.Access.Permission() != "" {
			needRight++
		}
	}
	if names["mine"] < 2 || names["gatehouse-regions-read"] != names["mine"] || names["gatehouse-all"] != needRight {
		t.Errorf("elements: %v; %d operations need a right", names, needRight)
	}
}
