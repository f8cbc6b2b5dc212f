package object

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// OtherTenants are the tenants besides one's own; package tenancy satisfies it.
type OtherTenants interface {
	// KnownTenant answers any tenant of the installation, by code or id. NotFound.
	KnownTenant(ctx context.Context, name string) (iam.Tenant, error)
	// RelationState answers whether a delegation between two tenants holds.
	RelationState(ctx context.Context, manager, managed iam.TenantID) (iam.RelationState, error)
	// Children answers the states of the tenants below one, by their objects:
	// empty of those that are not there. manager is the name of the one that they
	// have; empty for any.
	Children(ctx context.Context, t iam.TenantID, manager string) (map[iam.ObjectID]iam.TenantState, error)
	// NewBelow answers a tenant as it could be made below the actor's: Invalid;
	// Exists: the code is taken.
	NewBelow(ctx context.Context, by iam.Actor, code, name string) (iam.Tenant, error)
	// Found makes that tenant, disabled, with namespaces besides those that all
	// have, and with the plan of the one above under a name of its own unless
	// that is empty. It may find it made. Exists: the code was taken meanwhile.
	Found(ctx context.Context, by iam.Actor, t iam.Tenant, namespaces []string, plan string) error
	// Furnish writes what a new tenant looks like; what is empty stays. support
	// lets the support tenant look at everything.
	Furnish(ctx context.Context, t iam.TenantID, logo, favicon []byte, supportEmail string, support bool) error
	// Open makes a tenant active that was founded.
	Open(ctx context.Context, by iam.Actor, id iam.TenantID) error
	// SetState makes a tenant below the actor's active or disabled.
	SetState(ctx context.Context, by iam.Actor, id iam.TenantID, state iam.TenantState) (iam.Tenant, error)
	// CloseTree lets nobody into a tenant below the actor's any more, nor into
	// those below it, for good. NotFound.
	CloseTree(ctx context.Context, by iam.Actor, id iam.TenantID) error
	// RemoveTree erases a tenant and all below it, and takes its object away.
	RemoveTree(ctx context.Context, id iam.TenantID) error
	// HasChildren reports whether there are tenants below one.
	HasChildren(ctx context.Context, id iam.TenantID) (bool, error)
	// IsBuiltinRole reports whether every tenant is born with a role.
	IsBuiltinRole(name string) bool
}

// People makes the first users and groups of a tenant. What is there already
// stays as it is.
type People interface {
	// MakeGroup makes a group that has roles, by their handles, in scopes.
	MakeGroup(ctx context.Context, by iam.Actor, name string, roles []iam.RoleIn) error
	// InviteOwner makes a user who may do everything, and mails an invitation.
	InviteOwner(ctx context.Context, by iam.Actor, o iam.NewOwner) error
}

// Adopt makes the object of a tenant that was made below the actor's without.
func (s *Service) Adopt(ctx context.Context, by iam.Actor, t iam.Tenant) error {
	spec, err := childSpecOf(t)
	if err != nil {
		return err
	}
	now := s.Env.Time()
	r := Record{ID: iam.ObjectID(s.Env.NewID()), Kind: childTenant.Name, Spec: spec, Created: now, Updated: now, Version: 1,
		Metadata: Metadata{Namespace: iam.NamespaceSystem, Name: t.Code}, Link: &iam.Link{Kind: iam.LinkChild, Other: t.ID, OtherCode: t.Code}}
	if by.Home == by.Tenant {
		r.CreatedBy = by.User
	}
	err = s.Store.InsertObject(ctx, by.Tenant, r, nil, nil, s.event(by, "create", r, relating{}))
	if iam.Is(err, iam.Exists) { // the name is that of another tenant's object
		r.Name = t.Code + "-" + iam.Short(t.ID)
		err = s.Store.InsertObject(ctx, by.Tenant, r, nil, nil, s.event(by, "create", r, relating{}))
	}
	return err
}

// Release removes the object of a tenant that is gone.
func (s *Service) Release(ctx context.Context, by iam.Actor, id iam.ObjectID) error {
	r, err := s.Store.ObjectByID(ctx, by.Tenant, id)
	if err == nil {
		if err = s.tellLink(ctx, by.Tenant, &r); err == nil {
			err = s.Store.DeleteObject(ctx, by.Tenant, id, false, nil, s.event(by, "delete", r, relating{}))
		}
	}
	if iam.Is(err, iam.NotFound) {
		return nil
	}
	return err
}
