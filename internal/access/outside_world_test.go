package access_test

import (
	"slices"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// kindOf are the objects that say what a tenant has to do with another.
var kindOf = map[iam.LinkKind]string{iam.LinkChild: "child_tenant", iam.LinkManager: "child_tenant_manager",
	iam.LinkManaged: "managed_tenant", iam.LinkAllowed: "allowed_tenant"}

// link is an object that says what a tenant has to do with another, under the
// rules of nobody: what it takes to write one is for package object.
type link struct {
	world
	record object.Record
}

// newLink writes a link of the world's tenant.
func (w world) newLink(t testing.TB, name string, l iam.Link) link {
	t.Helper()
	now := w.Env().Time()
	r := object.Record{Metadata: object.Metadata{Namespace: iam.NamespaceSystem, Name: name}, ID: iam.ObjectID(w.Env().NewID()),
		Kind: kindOf[l.Kind], Spec: []byte("{}"), Link: &l, Created: now, Updated: now, Version: 1}
	if err := w.Store.InsertObject(t.Context(), w.tenant.ID, r, nil, nil); err != nil {
		t.Fatal(err)
	}
	return link{w, r}
}

// change writes the link otherwise.
func (l *link) change(t testing.TB, change func(*object.Record)) {
	t.Helper()
	now := *l.record.Link
	l.record.Link = &now
	change(&l.record)
	if err := l.Store.UpdateObject(t.Context(), l.tenant.ID, l.record, nil, nil); err != nil {
		t.Fatal(err)
	}
	l.record.Version++
}

// disable turns the link off, and on.
func (l *link) disable(t testing.TB, off bool) {
	t.Helper()
	l.change(t, func(r *object.Record) { r.Disabled = off })
}

func (l *link) assign(t testing.TB, as ...iam.Assignment) {
	t.Helper()
	l.change(t, func(r *object.Record) { r.Link.Assignments = as })
}

func (l *link) remove(t testing.TB) {
	t.Helper()
	if err := l.Store.DeleteObject(t.Context(), l.tenant.ID, l.record.ID, false, nil); err != nil {
		t.Fatal(err)
	}
}

// below makes a tenant below the world's, with an administrator, which the
// object of a manager says who runs.
func (w world) below(t testing.TB, name string, manager iam.ObjectID) (world, link) {
	t.Helper()
	child := w.newChild(t, name)
	found, err := w.Store.Related(t.Context(), w.tenant.ID, tenancy.RelatedFilter{Kind: iam.LinkChild, Search: child.Code})
	if err != nil {
		t.Fatal(err)
	}
	half := iam.Link{Kind: iam.LinkChild, Other: child.ID, OtherCode: child.Code, Manager: manager}
	there := world{w.Server, child, w.NewMember(t, child, "admin", "admin").Actor()}
	if len(found.Items) == 0 {
		return there, w.newLink(t, child.Code, half)
	}
	r, err := w.Store.ObjectByID(t.Context(), w.tenant.ID, found.Items[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	l := link{w, r}
	l.record.Link = &half
	l.change(t, func(*object.Record) {})
	return there, l
}

// beside makes a tenant that has nothing to do with the world's.
func (w world) beside(t testing.TB, name string) world {
	t.Helper()
	m := w.NewTenant(t, w.tenant.Code+"-"+name)
	return world{w.Server, m.Tenant, m.Actor()}
}

// group makes a group that has a role of permissions, if any, in the whole tenant.
func (w world) group(t testing.TB, name string, rights ...iam.Permission) iam.GroupID {
	t.Helper()
	g, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	if len(rights) > 0 {
		w.bind(t, iam.Binding{Group: g.ID, Role: w.NewRole(t, w.tenant, "of "+name, rights...).ID})
	}
	return g.ID
}

// member makes a user in groups.
func (w world) member(t testing.TB, name string, groups ...string) iam.Actor {
	t.Helper()
	by := w.NewMember(t, w.tenant, name).Actor()
	w.join(t, by.User, groups...)
	return by
}

// join puts a user into groups, and into no others.
func (w world) join(t testing.TB, u iam.UserID, groups ...string) {
	t.Helper()
	if groups == nil {
		groups = []string{}
	}
	_, err := w.Directory.UpdateUser(t.Context(), iam.System(w.tenant.ID, "test"), directory.UserKey{ID: u}, directory.UserChange{Groups: &groups})
	if err != nil {
		t.Fatal(err)
	}
}

// reach answers somebody in the world's tenant; ok is false where nothing lets them.
func (w world) reach(t testing.TB, by iam.Actor) (there iam.Actor, ok bool) {
	t.Helper()
	there, err := w.Access.Reach(t.Context(), by, w.tenant.ID)
	if err != nil && !iam.Is(err, iam.Denied) {
		t.Fatal(err)
	}
	return there, err == nil
}

// tried are the rights that tests look at.
var tried = []iam.Permission{iam.UsersRead, iam.UsersUpdate, iam.GroupsRead, iam.RolesRead, iam.TenantsUpdate}

// has checks by what relation somebody comes into the world's tenant, and which
// of the rights that are tried they have in the whole of it.
func (w world) has(t testing.TB, when string, by iam.Actor, reach iam.Reach, want ...iam.Permission) {
	t.Helper()
	there, ok := w.reach(t, by)
	if !ok {
		t.Errorf("%s: does not come in, want %s", when, reach)
		return
	}
	var got []iam.Permission
	for _, p := range tried {
		if w.may(t, there, p) {
			got = append(got, p)
		}
	}
	if there.Reach != reach || !slices.Equal(got, want) {
		t.Errorf("%s: comes in by %q with %v, want %q with %v", when, there.Reach, got, reach, want)
	}
}

// out checks that somebody does not come into the world's tenant, and that who
// they were there before has nothing in it any more.
func (w world) out(t testing.TB, when string, by iam.Actor, before ...iam.Actor) {
	t.Helper()
	if there, ok := w.reach(t, by); ok {
		t.Errorf("%s: comes in by %q", when, there.Reach)
	}
	for _, b := range before {
		for _, p := range tried {
			if w.may(t, b, p) {
				t.Errorf("%s: who was in still has %s", when, p)
			}
		}
	}
}

// come is reach of who does come in.
func (w world) come(t testing.TB, by iam.Actor) iam.Actor {
	t.Helper()
	there, ok := w.reach(t, by)
	if !ok {
		t.Fatalf("%s does not come into %s", by.Username, w.tenant.Code)
	}
	return there
}
