package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestDecisions(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"follow bindings at once":  testFollowBindings,
		"end with the user":        testEndWithTheUser,
		"by scope":                 testScopes,
		"built-in roles":           testBuiltinRoles,
		"explained":                testExplained,
		"operator":                 testOperator,
		"of nobody":                testNobody,
		"in a tenant below":        testBelow,
		"in a tenant being erased": testDeleting,
	})
}

// testFollowBindings gives and takes a right by each path that there is, and
// asks at once.
func testFollowBindings(t *testing.T, w world) {
	ctx := t.Context()
	ann := w.NewMember(t, w.tenant, "ann").Actor()
	role := w.NewRole(t, w.tenant, "reader", "users.read")
	other := w.NewRole(t, w.tenant, "other", "jobs.read")
	g, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: "group"})
	if err != nil {
		t.Fatal(err)
	}
	me := directory.UserKey{ID: ann.User}
	want := func(what string, may bool) {
		t.Helper()
		if got := w.may(t, ann, iam.UsersRead); got != may {
			t.Errorf("%s: may %v", what, got)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want("nothing bound", false)
	b := w.bind(t, iam.Binding{User: ann.User, Role: role.ID})
	want("bound", true)
	do(w.Access.Unbind(ctx, w.by, b.ID))
	want("unbound", false)

	_, err = w.Directory.UpdateUser(ctx, w.by, me, directory.UserChange{Roles: &[]string{"reader"}})
	do(err)
	want("given in the directory", true)
	_, err = w.Directory.UpdateUser(ctx, w.by, me, directory.UserChange{Roles: &[]string{}})
	do(err)
	want("taken in the directory", false)

	w.bind(t, iam.Binding{Group: g.ID, Role: role.ID})
	want("bound to a group of others", false)
	_, err = w.Directory.UpdateUser(ctx, w.by, me, directory.UserChange{Groups: &[]string{"group"}})
	do(err)
	want("in the group", true)
	_, err = w.Access.UpdateRole(ctx, w.by, access.RoleKey{ID: role.ID}, access.RoleChange{APIGroups: &other.APIGroups})
	do(err)
	want("the role is about something else", false)
	_, err = w.Access.UpdateRole(ctx, w.by, access.RoleKey{ID: role.ID}, access.RoleChange{APIGroups: &role.APIGroups})
	do(err)
	want("the role is as before", true)
	_, groups, err := w.Store.Rulebook(ctx, w.tenant.ID)
	do(err)
	for _, api := range groups {
		if api.ID == role.APIGroups[0] {
			api.Rules = nil
			_, err = w.Access.UpdateAPIGroup(ctx, w.by, api)
			do(err)
			want("its API group is empty", false)
			api.Version++
			api.Rules = []iam.Rule{{Permission: "users.*"}}
			_, err = w.Access.UpdateAPIGroup(ctx, w.by, api)
			do(err)
		}
	}
	want("its API group is about all of users", true)
	_, err = w.Directory.DeleteGroup(ctx, w.by, directory.GroupKey{ID: g.ID})
	do(err)
	want("the group is gone", false)

	w.bind(t, iam.Binding{User: ann.User, Role: role.ID})
	want("bound again", true)
	_, err = w.Access.DeleteRole(ctx, w.by, access.RoleKey{ID: role.ID})
	do(err)
	want("the role is gone", false)
}

func testEndWithTheUser(t *testing.T, w world) {
	ctx := t.Context()
	ann := w.NewMember(t, w.tenant, "ann", "read").Actor()
	set := func(s iam.UserState) {
		t.Helper()
		if _, err := w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: ann.User}, directory.UserChange{State: &s}); err != nil {
			t.Fatal(err)
		}
	}
	endpoint := w.endpoint(t, iam.UsersRead)
	for _, step := range []struct {
		state iam.UserState
		may   bool
	}{{iam.UserPending, true}, {iam.UserDisabled, false}, {iam.UserEnabled, true}} {
		set(step.state)
		if got := w.allowed(t, ann, endpoint, iam.NamespaceSystem); got != step.may {
			t.Errorf("%s: allowed %v", step.state, got)
		}
		if x, err := w.Access.Explain(ctx, w.by, ann.User, endpoint, iam.NamespaceSystem); err != nil || x.Allowed != step.may {
			t.Errorf("%s: explained as %v, %v", step.state, x.Allowed, err)
		}
	}
	if _, err := w.Directory.DeleteUser(ctx, w.by, directory.UserKey{ID: ann.User}); err != nil {
		t.Fatal(err)
	}
	if w.allowed(t, ann, endpoint, iam.NamespaceSystem) {
		t.Error("a deleted user is allowed")
	}
}

func testScopes(t *testing.T, w world) {
	endpoint := w.endpoint(t, iam.RegionsRead)
	role := w.NewRole(t, w.tenant, "reader", "regions.read")
	for _, tt := range []struct {
		scope iam.Scope
		in    string // the namespaces in which it holds
	}{
		{iam.ScopeTenant, "system shared default other "},
		{iam.ScopeApplications, "shared default other "},
		{"system", "system "},
		{"shared", "shared "},
	} {
		u := w.NewMember(t, w.tenant, fmt.Sprintf("in %q", tt.scope)).Actor()
		w.bind(t, iam.Binding{User: u.User, Role: role.ID, Scope: tt.scope})
		in := ""
		for _, ns := range []string{"system", "shared", "default", "other"} {
			if w.allowed(t, u, endpoint, ns) {
				in += ns + " "
			}
		}
		if in != tt.in {
			t.Errorf("scope %q holds in %q, want %q", tt.scope, in, tt.in)
		}
		if got := w.may(t, u, iam.RegionsRead); got != (tt.scope == iam.ScopeTenant) {
			t.Errorf("scope %q: in the whole tenant %v", tt.scope, got)
		}
	}
}

func testBuiltinRoles(t *testing.T, w world) {
	all := w.permissions()
	for _, r := range access.Builtin() {
		patterns, known := builtin[r.Handle]
		if !known {
			t.Errorf("%s is not known to this test", r.Handle)
		}
		by := w.NewMember(t, w.tenant, "a "+r.Handle, r.Handle).Actor()
		for _, p := range all {
			if got, want := w.may(t, by, p), inScope(strings.Join(patterns, " "), p); got != want {
				t.Errorf("%s may %s: %v, want %v", r.Handle, p, got, want)
			}
		}
	}
	if n := len(access.Builtin()); n != len(builtin) {
		t.Errorf("%d built-in roles; this test knows %d", n, len(builtin))
	}
}

// permissions are all that anything asks for.
func (w world) permissions() []iam.Permission {
	all := []iam.Permission{iam.UsersPassword, iam.SettingsRead, iam.SettingsUpdate, iam.NamespacesRead, iam.NamespacesDelete}
	for _, op := range w.Registry.Operations() {
		if p := op.Op.Access.Permission(); p != "" && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// testExplained: what is explained is what is decided, for every operation,
// every built-in role and some of one's own, in every kind of namespace.
func testExplained(t *testing.T, w world) {
	w.NewRole(t, w.tenant, "mixed", "users.*", "*.read", "no.such")
	var actors []iam.Actor
	for _, r := range append(access.Builtin(), iam.Role{Handle: "mixed"}) {
		actors = append(actors, w.NewMember(t, w.tenant, "a "+r.Handle, r.Handle).Actor())
	}
	local := w.NewMember(t, w.tenant, "local").Actor()
	mixed, err := w.Access.Role(t.Context(), w.by, access.RoleKey{Handle: "mixed"})
	if err != nil {
		t.Fatal(err)
	}
	w.bind(t, iam.Binding{User: local.User, Role: mixed.ID, Scope: "shared"})
	for _, by := range append(actors, local) {
		for _, op := range w.Registry.Operations() {
			for _, ns := range []string{"system", "shared", "other", ""} {
				allowed := w.allowed(t, by, op.Endpoint, ns)
				x, err := w.Access.Explain(t.Context(), w.by, by.User, op.Endpoint, ns)
				if err != nil {
					t.Fatal(err)
				}
				switch open := op.Op.Access.Permission() == ""; {
				case x.Allowed != allowed:
					t.Fatalf("%s %s in %q: allowed %v, explained as %v", by.Username, op.Op.ID, ns, allowed, x.Allowed)
				case x.Open != open:
					t.Fatalf("%s %s: open %v", by.Username, op.Op.ID, x.Open)
				case allowed && !open && (x.Grant == nil || x.Rule == nil || x.APIGroup == nil || x.Grant.Binding.User != by.User):
					t.Fatalf("%s %s in %q is explained by %+v", by.Username, op.Op.ID, ns, x)
				}
			}
		}
	}
}

func testOperator(t *testing.T, w world) {
	operator := iam.System(w.tenant.ID, "operator")
	if !w.allowed(t, operator, w.endpoint(t, iam.TenantsDelete), iam.NamespaceSystem) || !w.may(t, operator, iam.UsersPassword) {
		t.Error("the operator is refused")
	}
}

func testNobody(t *testing.T, w world) {
	endpoint := w.endpoint(t, iam.UsersRead)
	stranger := iam.Actor{Tenant: w.tenant.ID, Home: w.tenant.ID, User: w.Admin.ID, Username: "admin"} // of another tenant
	for name, by := range map[string]iam.Actor{
		"nobody":               {Tenant: w.tenant.ID, Home: w.tenant.ID},
		"no id":                {Tenant: w.tenant.ID, Home: w.tenant.ID, User: "admin"},
		"admin of another one": stranger,
	} {
		if w.allowed(t, by, endpoint, iam.NamespaceSystem) || w.may(t, by, iam.UsersRead) {
			t.Errorf("%s is allowed", name)
		}
	}
	if err := w.Access.Authorize(t.Context(), iam.Actor{}, endpoint, iam.NamespaceSystem); err == nil {
		t.Error("the zero actor is allowed")
	}
	if w.may(t, w.by, "no.such") {
		t.Error("a permission that no operation needs is held")
	}
}

// testBelow: an administrator takes the rights of home along into a tenant
// below, and none besides.
func testBelow(t *testing.T, w world) {
	ctx := t.Context()
	child := w.newChild(t, "below")
	partner := w.NewMember(t, w.tenant, "partner", access.RolePartner).Actor()
	reader := w.NewMember(t, w.tenant, "reader", access.RoleRead).Actor()
	if _, err := w.Access.Enter(ctx, reader, child, iam.UsersUpdate); !iam.Is(err, iam.Denied) {
		t.Errorf("a reader entered: %v", err)
	}
	inside, err := w.Access.Enter(ctx, partner, child, iam.UsersUpdate)
	if err != nil || inside.Tenant != child.ID || inside.Home != w.tenant.ID || inside.User != partner.User {
		t.Fatalf("entered as %+v, %v", inside, err)
	}
	if same, err := w.Access.Enter(ctx, reader, w.tenant, iam.UsersUpdate); err != nil || same != reader {
		t.Errorf("entered one's own as %+v, %v", same, err)
	}
	if !w.allowed(t, inside, w.endpoint(t, iam.TenantsUpdate), iam.NamespaceSystem) || w.allowed(t, inside, w.endpoint(t, iam.UsersDelete), iam.NamespaceSystem) {
		t.Error("below, other rights hold than at home")
	}
	// The partner holds *.read, and tenants.*, and gives no more below.
	if _, err := w.Directory.CreateUser(ctx, inside, directory.NewUser{Username: "x", Roles: []string{"read"}}); err != nil {
		t.Errorf("gave what the partner holds: %v", err)
	}
	if _, err := w.Directory.CreateUser(ctx, inside, directory.NewUser{Username: "y", Roles: []string{"admin"}}); !iam.Is(err, iam.Denied) {
		t.Errorf("gave more than the partner holds: %v", err)
	}
	victim := w.NewMember(t, child, "admin", access.RoleAdmin)
	if _, err := w.Directory.UpdateUser(ctx, inside, directory.UserKey{ID: victim.User.ID}, directory.UserChange{Email: ptr("p@example.com")}); !iam.Is(err, iam.Denied) {
		t.Errorf("changed the e-mail of who has more: %v", err)
	}
	admin, err := w.Access.Enter(ctx, w.by, child, iam.UsersUpdate)
	if err != nil {
		t.Fatal(err)
	}
	u, err := w.Directory.UpdateUser(ctx, admin, directory.UserKey{ID: victim.User.ID}, directory.UserChange{Roles: &[]string{"user"}})
	if err != nil || len(u.Roles) != 1 {
		t.Errorf("the administrator above: %+v, %v", u.Roles, err)
	}
	role, err := w.Access.Role(ctx, admin, access.RoleKey{Handle: "read"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.Bind(ctx, admin, iam.Binding{User: victim.User.ID, Role: role.ID, Scope: "shared"}); err != nil {
		t.Errorf("bound from above: %v", err)
	}
}

func testDeleting(t *testing.T, w world) {
	child := w.newChild(t, "gone")
	child.State = iam.TenantDeleting
	if _, err := w.Access.Enter(t.Context(), w.by, child, iam.UsersUpdate); !iam.Is(err, iam.Precondition) {
		t.Errorf("entered: %v", err)
	}
}
