package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestManyBindings(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"all or nothing":    testBindAll,
		"roles that hold":   testRolesIn,
		"beyond ones own":   testBindAllBeyond,
		"of a whole tenant": testAllGrants,
	})
}

// grants tells every binding of the tenant.
func (w world) grants(t *testing.T) (told []string) {
	t.Helper()
	all, err := w.Access.AllGrants(t.Context(), w.by)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range all {
		told = append(told, fmt.Sprintf("%s%s %s in %q", g.Binding.User, g.Binding.Group, g.Role.Name, g.Binding.Scope))
	}
	return told
}

func testBindAll(t *testing.T, w world) {
	ctx := t.Context()
	role := w.NewRole(t, w.tenant, "reader", "users.read")
	ann, ben := w.NewMember(t, w.tenant, "ann").User.ID, w.NewMember(t, w.tenant, "ben").User.ID
	w.bind(t, iam.Binding{User: ann, Role: role.ID, Scope: "shared"})
	before := w.grants(t)
	for name, tt := range map[string]struct {
		role   iam.RoleID
		users  []iam.UserID
		scopes []iam.Scope
	}{
		"no such user":  {role.ID, []iam.UserID{ben, iam.UserID(w.tenant.ID)}, []iam.Scope{"shared"}},
		"no such scope": {role.ID, []iam.UserID{ben}, []iam.Scope{"shared", "nowhere"}},
		"no such role":  {iam.RoleID(w.tenant.ID), []iam.UserID{ben}, []iam.Scope{"shared"}},
	} {
		if err := w.Access.BindAll(ctx, w.by, tt.role, tt.users, tt.scopes); !iam.Is(err, iam.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(before, w.grants(t)); diff != "" {
			t.Fatalf("%s: something was bound (-before +after)\n%s", name, diff)
		}
	}
	for range 2 { // the second time nothing is left to do
		if err := w.Access.BindAll(ctx, w.by, role.ID, []iam.UserID{ann, ben, ann}, []iam.Scope{"shared", iam.ScopeTenant}); err != nil {
			t.Fatal(err)
		}
		want := slices.Concat(before, []string{
			fmt.Sprintf(`%s reader in ""`, ann), fmt.Sprintf(`%s reader in "shared"`, ben), fmt.Sprintf(`%s reader in ""`, ben)})
		if diff := cmp.Diff(want, w.grants(t)); diff != "" {
			t.Errorf("bound (-want +got)\n%s", diff)
		}
	}
	l, err := w.Audit.Events(ctx, w.by, audit.Filter{Actor: w.by.User}, iam.Page{})
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, e := range l.Items {
		if e.Action == "binding.create" {
			made++
		}
	}
	if made != 4 {
		t.Errorf("the trail tells of %d bindings, want one for each that was made", made)
	}
	if err := w.Access.BindAll(ctx, w.by, role.ID, nil, []iam.Scope{"shared"}); err != nil {
		t.Errorf("to nobody: %v", err)
	}
}

func testBindAllBeyond(t *testing.T, w world) {
	by := clerk(t, w)
	local, err := w.Access.Role(t.Context(), w.by, access.RoleKey{Name: "clerk locally"})
	if err != nil {
		t.Fatal(err)
	}
	ann := w.NewMember(t, w.tenant, "ann").User.ID
	before := w.grants(t)
	if err := w.Access.BindAll(t.Context(), by, local.ID, []iam.UserID{ann}, []iam.Scope{"shared", "default"}); !iam.Is(err, iam.Denied) {
		t.Errorf("beyond one's own: %v", err)
	}
	if diff := cmp.Diff(before, w.grants(t)); diff != "" {
		t.Errorf("something was bound (-before +after)\n%s", diff)
	}
	if err := w.Access.BindAll(t.Context(), by, local.ID, []iam.UserID{ann}, []iam.Scope{"shared"}); err != nil {
		t.Errorf("within one's own: %v", err)
	}
}

func testAllGrants(t *testing.T, w world) {
	g, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "team"})
	if err != nil {
		t.Fatal(err)
	}
	role := w.NewRole(t, w.tenant, "reader", "users.read")
	w.bind(t, iam.Binding{Group: g.ID, Role: role.ID, Scope: "*"})
	want := []string{fmt.Sprintf(`%s admin in ""`, w.by.User), fmt.Sprintf(`%s reader in "*"`, g.ID)}
	if diff := cmp.Diff(want, w.grants(t)); diff != "" {
		t.Errorf("bound (-want +got)\n%s", diff)
	}
	all, err := w.Access.AllGrants(t.Context(), iam.Actor{Tenant: w.newChild(t, "empty").ID})
	if err != nil || len(all) != 0 {
		t.Errorf("in a tenant without: %v, %v", all, err)
	}
}

func testRolesIn(t *testing.T, w world) {
	ctx := t.Context()
	w.newNamespaces(t, "shop", "bank")
	retail := w.newNamespaceGroup(t, "Retail", "shop", "bank")
	team, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: "team"})
	if err != nil {
		t.Fatal(err)
	}
	by := w.member(t, "ann", "team")
	ann := by.User
	a, b, off := w.NewRole(t, w.tenant, "A"), w.NewRole(t, w.tenant, "b"), w.NewRole(t, w.tenant, "off")
	if _, err := w.Access.UpdateRole(ctx, w.by, access.RoleKey{ID: off.ID}, access.RoleChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	for _, binding := range []iam.Binding{
		{User: ann, Role: b.ID},
		{Group: team.ID, Role: b.ID, Scope: "shop"},
		{Group: team.ID, Role: a.ID, Scope: iam.ScopeApplications},
		{User: ann, Role: a.ID, Scope: iam.GroupScope(retail.ID)},
		{User: ann, Role: off.ID},
		{User: ann, Role: w.NewRole(t, w.tenant, "c").ID, Scope: iam.GroupScope(retail.ID)},
		{User: ann, Role: w.NewRole(t, w.tenant, "d").ID, Scope: "system"},
	} {
		w.bind(t, binding)
	}
	holds := func() map[string]string {
		in, err := w.Access.RolesIn(ctx, by)
		if err != nil {
			t.Fatal(err)
		}
		told := map[string]string{}
		for namespace, roles := range in {
			var names []string
			for _, r := range roles {
				names = append(names, r.Name)
			}
			told[namespace] = strings.Join(names, " ")
		}
		return told
	}
	want := map[string]string{"": "b", "system": "b d", "shared": "A b", "default": "A b", "shop": "A b c", "bank": "A b c"}
	if diff := cmp.Diff(want, holds()); diff != "" {
		t.Errorf("holds (-want +got)\n%s", diff)
	}
	if _, err := w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: ann}, directory.UserChange{State: ptr(iam.UserDisabled)}); err != nil {
		t.Fatal(err)
	}
	for namespace, roles := range holds() {
		if roles != "" {
			t.Errorf("a disabled user holds %s in %q", roles, namespace)
		}
	}
}
