package access_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func TestNamespaces(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"scope of a group": testNamespaceGroupScope, "giving in a group": testGivingInNamespaceGroup, "what a user has": testUserBindings,
	})
}

func (w world) newNamespaceGroup(t *testing.T, name string, namespaces ...string) iam.NamespaceGroup {
	t.Helper()
	g, err := w.Tenancy.CreateNamespaceGroup(t.Context(), w.by, tenancy.NewNamespaceGroup{Name: name, Namespaces: namespaces})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (w world) newNamespaces(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := w.Tenancy.CreateNamespace(t.Context(), w.by, tenancy.NewNamespace{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
}

// testNamespaceGroupScope: a binding in the scope of a group holds in what the
// group has, on the next request after it has other namespaces.
func testNamespaceGroupScope(t *testing.T, w world) {
	ctx := t.Context()
	w.newNamespaces(t, "shop", "bank")
	retail := w.newNamespaceGroup(t, "Retail", "shop")
	ann := w.NewMember(t, w.tenant, "ann").Actor()
	w.bind(t, iam.Binding{User: ann.User, Role: w.NewRole(t, w.tenant, "reader", "users.read").ID, Scope: iam.GroupScope(retail.ID)})
	endpoint := w.endpoint(t, iam.UsersRead)
	holds := func(when string, want ...string) {
		t.Helper()
		var got []string
		for _, namespace := range []string{"", "system", "shared", "shop", "bank", string(iam.GroupScope(retail.ID))} {
			if w.allowed(t, ann, endpoint, namespace) {
				got = append(got, namespace)
			}
		}
		if !cmp.Equal(got, want) {
			t.Errorf("%s: allowed in %q, want %q", when, got, want)
		}
	}
	holds("one namespace", "shop")
	if e, err := w.Access.Explain(ctx, w.by, ann.User, endpoint, "shop"); err != nil || !e.Allowed || e.Grant.NamespaceGroup.Name != "Retail" {
		t.Errorf("Explain = %+v, %v", e, err)
	}
	update := func(namespaces ...string) {
		t.Helper()
		if _, err := w.Tenancy.UpdateNamespaceGroup(ctx, w.by, retail.ID, tenancy.NamespaceGroupChange{Namespaces: &namespaces}); err != nil {
			t.Fatal(err)
		}
	}
	update("shop", "bank")
	holds("two namespaces", "shop", "bank")
	update("bank", "shared")
	holds("others", "shared", "bank")
	if err := w.Tenancy.DeleteNamespace(ctx, w.by, "bank"); err != nil {
		t.Fatal(err)
	}
	holds("one is gone", "shared")
	w.newNamespaces(t, "bank")
	holds("one of the same name", "shared")
	update()
	holds("none")
	update("shared")
	if err := w.Tenancy.DeleteNamespaceGroup(ctx, w.by, retail.ID); err != nil {
		t.Fatal(err)
	}
	holds("the group is gone")
}

// testGivingInNamespaceGroup: who holds something in each namespace of a group
// does not hold it in the group, which may have others tomorrow.
func testGivingInNamespaceGroup(t *testing.T, w world) {
	ctx := t.Context()
	w.newNamespaces(t, "shop", "bank")
	retail := w.newNamespaceGroup(t, "Retail", "shop")
	scope := iam.GroupScope(retail.ID)
	w.NewRole(t, w.tenant, "clerk", "roles.*", "namespaces.*", "users.password")
	role := w.NewRole(t, w.tenant, "reader", "users.read").ID
	clerk := func(name string, scopes ...iam.Scope) iam.Actor {
		by := w.NewMember(t, w.tenant, name, "clerk").Actor()
		for _, s := range scopes {
			w.bind(t, iam.Binding{User: by.User, Role: role, Scope: s})
		}
		return by
	}
	ann := w.NewMember(t, w.tenant, "ann").User.ID
	holder := w.NewMember(t, w.tenant, "holder")
	w.bind(t, iam.Binding{User: holder.User.ID, Role: role, Scope: scope})
	for name, c := range map[string]struct {
		by  iam.Actor
		may bool
	}{
		"in its namespace":    {clerk("c1", "shop", "bank"), false},
		"in the group":        {clerk("c2", scope), true},
		"in the applications": {clerk("c3", iam.ScopeApplications), true},
		"in the tenant":       {clerk("c4", iam.ScopeTenant), true},
	} {
		b, err := w.Access.Bind(ctx, c.by, iam.Binding{User: ann, Role: role, Scope: scope})
		if (err == nil) != c.may || err != nil && !iam.Is(err, iam.Denied) {
			t.Errorf("%s: Bind answers %v, may %v", name, err, c.may)
		}
		if err == nil {
			if err := w.Access.Unbind(ctx, c.by, b.ID); err != nil {
				t.Errorf("%s: Unbind answers %v", name, err)
			}
		}
		_, err = w.Directory.UpdateUser(ctx, c.by, directory.UserKey{ID: holder.User.ID}, directory.UserChange{Password: ptr("another long phrase")})
		if (err == nil) != c.may || err != nil && !iam.Is(err, iam.Denied) {
			t.Errorf("%s: setting the password of one who holds it in the group answers %v, may %v", name, err, c.may)
		}
	}
}

func testUserBindings(t *testing.T, w world) {
	ctx := t.Context()
	w.newNamespaces(t, "shop", "bank")
	retail := w.newNamespaceGroup(t, "Retail", "shop", "bank")
	team, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: "Team"})
	if err != nil {
		t.Fatal(err)
	}
	ann := w.NewMember(t, w.tenant, "ann").User
	if _, err := w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: ann.ID}, directory.UserChange{Groups: &[]string{"Team"}, State: ptr(iam.UserDisabled)}); err != nil {
		t.Fatal(err)
	}
	a, b := w.NewRole(t, w.tenant, "a", "users.read"), w.NewRole(t, w.tenant, "b")
	want := []access.UserBinding{
		{Binding: w.bind(t, iam.Binding{User: ann.ID, Role: a.ID}), Role: a, Namespaces: []string{"bank", "default", "shared", "shop", "system"}},
		{Binding: w.bind(t, iam.Binding{Group: team.ID, Role: a.ID, Scope: "*"}), Role: a, Group: "Team", Namespaces: []string{"bank", "default", "shared", "shop"}},
		{Binding: w.bind(t, iam.Binding{User: ann.ID, Role: b.ID, Scope: iam.GroupScope(retail.ID)}), Role: b, NamespaceGroup: "Retail", Namespaces: []string{"bank", "shop"}},
		{Binding: w.bind(t, iam.Binding{User: ann.ID, Role: b.ID, Scope: "system"}), Role: b, Namespaces: []string{"system"}},
	}
	got, err := w.Access.UserBindings(ctx, w.by, ann.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bindings (-want +got):\n%s", diff)
	}
	for _, u := range []iam.UserID{"no id", iam.UserID(w.tenant.ID), w.Admin.ID} {
		if got, err := w.Access.UserBindings(ctx, w.by, u); err != nil || len(got) > 0 {
			t.Errorf("of %s: %v, %v", u, got, err)
		}
	}
}
