package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// NamespaceGroupStore keeps groups of namespaces. The changes that can change
// a decision count the tenant's epoch up.
type NamespaceGroupStore interface {
	// InsertNamespaceGroup writes a group with its namespaces, by their ids.
	// Exists: the name is taken; NotFound: a namespace is gone.
	InsertNamespaceGroup(ctx context.Context, t iam.TenantID, g iam.NamespaceGroup, events ...iam.Event) error
	// UpdateNamespaceGroup writes name, attributes and namespaces at g.Version.
	// NotFound, Conflict, Exists.
	UpdateNamespaceGroup(ctx context.Context, t iam.TenantID, g iam.NamespaceGroup, events ...iam.Event) error
	// DeleteNamespaceGroup removes a group and the bindings in its scope. NotFound.
	DeleteNamespaceGroup(ctx context.Context, t iam.TenantID, id iam.NamespaceGroupID, events ...iam.Event) error
	// NamespaceGroup answers one group. NotFound.
	NamespaceGroup(ctx context.Context, t iam.TenantID, id iam.NamespaceGroupID) (iam.NamespaceGroup, error)
	// NamespaceGroups answers all groups, by name.
	NamespaceGroups(ctx context.Context, t iam.TenantID) ([]iam.NamespaceGroup, error)
}

// Rights is asked before bindings begin or cease to hold because a namespace
// moves or ends; package access satisfies it.
type Rights interface {
	// CheckBindings answers Denied when the actor lacks a right, in one of the
	// scopes, that a binding whose own scope is a certain namespace or group
	// of namespaces gives.
	CheckBindings(ctx context.Context, by iam.Actor, of iam.Scope, in ...iam.Scope) error
	// CheckPattern answers Invalid when no operation needs a permission of the
	// pattern.
	CheckPattern(pattern string) error
	SupportRights
	ReachRights
}

// maxNamespaceGroups bounds the groups of namespaces of a tenant.
const maxNamespaceGroups = 1000

// NamespaceGroup answers one group of namespaces. NotFound.
func (s *Service) NamespaceGroup(ctx context.Context, by iam.Actor, id iam.NamespaceGroupID) (iam.NamespaceGroup, error) {
	return s.store.NamespaceGroup(ctx, by.Tenant, id)
}

// NamespaceGroups answers all groups of namespaces of the actor's tenant, by
// name. There are at most some thousand.
func (s *Service) NamespaceGroups(ctx context.Context, by iam.Actor) ([]iam.NamespaceGroup, error) {
	return s.store.NamespaceGroups(ctx, by.Tenant)
}

// NewNamespaceGroup is what a caller says of a group to be made. Namespaces
// are names.
type NewNamespaceGroup struct {
	Name       string
	Attributes map[string]string
	Namespaces []string
}

// CreateNamespaceGroup makes a group of namespaces. Invalid, also for a
// namespace that is not there; Exists; Precondition: there are as many as
// there may be.
func (s *Service) CreateNamespaceGroup(ctx context.Context, by iam.Actor, in NewNamespaceGroup) (iam.NamespaceGroup, error) {
	now := s.env.Time()
	g := iam.NamespaceGroup{ID: iam.NamespaceGroupID(s.env.NewID()), Name: in.Name, Attributes: in.Attributes,
		CreatedBy: by.User, UpdatedBy: by.User, Created: now, Updated: now, Version: 1}
	if err := checkNamespaceGroup(g); err != nil {
		return iam.NamespaceGroup{}, err
	}
	present, err := s.store.NamespaceGroups(ctx, by.Tenant)
	if err != nil {
		return iam.NamespaceGroup{}, err
	}
	if len(present) >= maxNamespaceGroups {
		return iam.NamespaceGroup{}, iam.E(iam.Precondition, "a tenant has at most %d groups of namespaces", maxNamespaceGroups).Because(iam.ReasonLimit)
	}
	if g.Namespaces, err = s.members(ctx, by, in.Namespaces); err != nil {
		return iam.NamespaceGroup{}, err
	}
	if err := s.store.InsertNamespaceGroup(ctx, by.Tenant, g, s.env.Event(by, "namespace-group", "create", string(g.ID), g.Name)); err != nil {
		return iam.NamespaceGroup{}, err
	}
	return g, nil
}

// NamespaceGroupChange says what to change in a group of namespaces; nil
// members stay. Attributes are merged, a nil value removes one. Namespaces,
// by name, replace those of before. Version 0 takes the group as it is.
type NamespaceGroupChange struct {
	Name       *string
	Attributes map[string]*string
	Namespaces *[]string
	Version    int64
}

// UpdateNamespaceGroup changes a group of namespaces. With its namespaces the
// rights of all change at once who have bindings in its scope. NotFound;
// Invalid, also for a namespace that is not there; Exists; Conflict; Denied:
// a binding in its scope gives a right that the actor lacks in a namespace
// which comes or goes.
func (s *Service) UpdateNamespaceGroup(ctx context.Context, by iam.Actor, id iam.NamespaceGroupID, ch NamespaceGroupChange) (iam.NamespaceGroup, error) {
	g, err := s.store.NamespaceGroup(ctx, by.Tenant, id)
	if err != nil {
		return iam.NamespaceGroup{}, err
	}
	if ch.Version != 0 && ch.Version != g.Version {
		return iam.NamespaceGroup{}, iam.ErrStale("namespace group", g.Name)
	}
	set(&g.Name, ch.Name)
	g.Attributes = iam.Patch(g.Attributes, ch.Attributes)
	if err := checkNamespaceGroup(g); err != nil {
		return iam.NamespaceGroup{}, err
	}
	if ch.Namespaces != nil {
		members, err := s.members(ctx, by, *ch.Namespaces)
		if err != nil {
			return iam.NamespaceGroup{}, err
		}
		moved := append(less(members, g.Namespaces), less(g.Namespaces, members)...)
		if err := s.rights.CheckBindings(ctx, by, iam.GroupScope(g.ID), moved...); err != nil {
			return iam.NamespaceGroup{}, err
		}
		g.Namespaces = members
	}
	g.Updated, g.UpdatedBy = s.env.Time(), by.User
	if err := s.store.UpdateNamespaceGroup(ctx, by.Tenant, g, s.env.Event(by, "namespace-group", "update", string(g.ID), g.Name)); err != nil {
		return iam.NamespaceGroup{}, err
	}
	g.Version++
	return g, nil
}

// DeleteNamespaceGroup removes a group of namespaces and the bindings in its
// scope. The namespaces stay. NotFound; Denied: one of those bindings gives a
// right that the actor lacks there.
func (s *Service) DeleteNamespaceGroup(ctx context.Context, by iam.Actor, id iam.NamespaceGroupID) error {
	g, err := s.store.NamespaceGroup(ctx, by.Tenant, id)
	if err != nil {
		return err
	}
	if err := s.rights.CheckBindings(ctx, by, iam.GroupScope(id), iam.GroupScope(id)); err != nil {
		return err
	}
	return s.store.DeleteNamespaceGroup(ctx, by.Tenant, id, s.env.Event(by, "namespace-group", "delete", string(id), g.Name))
}

// members finds namespaces by name, each once, in the order of their names.
func (s *Service) members(ctx context.Context, by iam.Actor, names []string) ([]iam.Ref[iam.NamespaceID], error) {
	if len(names) == 0 {
		return nil, nil
	}
	all, err := s.store.Namespaces(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	var c iam.Checker
	wanted := make(map[string]bool, len(names))
	for _, name := range names {
		wanted[name] = true
	}
	if wanted[iam.NamespaceSystem] { // a group is of applications: who may do something in all of those may give it away in a group
		c.Add("namespaces", iam.ReasonFormat, "namespace %q cannot be in a group", iam.NamespaceSystem)
	}
	var refs []iam.Ref[iam.NamespaceID]
	for _, n := range all {
		if wanted[n.Name] {
			refs = append(refs, iam.Ref[iam.NamespaceID]{ID: n.ID, Name: n.Name, Handle: n.Name})
			delete(wanted, n.Name)
		}
	}
	for _, name := range names {
		if wanted[name] {
			c.Add("namespaces", iam.ReasonFormat, "namespace %q does not exist", iam.Cut(name, 64))
			delete(wanted, name)
		}
	}
	return refs, c.Err()
}

// less answers the scopes of those in a that are not in b.
func less(a, b []iam.Ref[iam.NamespaceID]) []iam.Scope {
	there := make(map[iam.NamespaceID]bool, len(b))
	for _, n := range b {
		there[n.ID] = true
	}
	var scopes []iam.Scope
	for _, n := range a {
		if !there[n.ID] {
			scopes = append(scopes, iam.Scope(n.Name))
		}
	}
	return scopes
}

func checkNamespaceGroup(g iam.NamespaceGroup) error {
	var c iam.Checker
	checkText(&c, g.Name, "")
	checkAttributes(&c, g.Attributes)
	return c.Err()
}
