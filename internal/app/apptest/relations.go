package apptest

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// NewGroup makes a group of users, by name, with a role in the whole of a
// tenant; with none where that is empty.
func (s *Server) NewGroup(t testing.TB, tenant iam.Tenant, name, role string, members ...string) iam.Group {
	t.Helper()
	in := directory.NewGroup{Name: name, Members: members}
	if role != "" {
		in.Bindings = []directory.ScopedRole{{Role: role}}
	}
	g, err := s.Directory.CreateGroup(t.Context(), iam.System(tenant.ID, "test"), in)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// kindsOf are the kinds of objects that links come from.
var kindsOf = map[iam.LinkKind]string{iam.LinkManager: "child_tenant_manager", iam.LinkManaged: "managed_tenant", iam.LinkAllowed: "allowed_tenant"}

// Link writes the half of a relation that is of a tenant, whatever anybody may.
func (s *Server) Link(t testing.TB, tenant iam.Tenant, name string, l iam.Link) iam.ObjectID {
	t.Helper()
	now := s.Env().Time()
	r := object.Record{Metadata: object.Metadata{Namespace: iam.NamespaceSystem, Name: name}, ID: iam.ObjectID(s.Env().NewID()), Kind: kindsOf[l.Kind],
		Spec: []byte("{}"), Link: &l, Created: now, Updated: now, Version: 1}
	if err := s.Store.InsertObject(t.Context(), tenant.ID, r, nil, nil); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// Delegate gives the members of a group of one tenant what a group of another
// one has, by both halves of a delegation.
func (s *Server) Delegate(t testing.TB, manager iam.Tenant, group iam.Group, managed iam.Tenant, theirs iam.Group) {
	t.Helper()
	s.Link(t, manager, managed.Code, iam.Link{Kind: iam.LinkManaged, Other: managed.ID, OtherCode: managed.Code,
		Assignments: []iam.Assignment{{Group: group.ID, Theirs: []string{theirs.Name}}}})
	s.Link(t, managed, manager.Code, iam.Link{Kind: iam.LinkAllowed, Other: manager.ID, OtherCode: manager.Code,
		Assignments: []iam.Assignment{{Group: theirs.ID}}})
}
