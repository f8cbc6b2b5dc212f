package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Grant is a binding with the role that it gives, and the group through which
// a user has it, if any.
type Grant struct {
	Binding iam.Binding
	Role    iam.Role
	Group   iam.Ref[iam.GroupID]
}

// Grants answers what is bound to a user, to itself and to its groups, whatever
// its state.
func (s *Service) Grants(ctx context.Context, by iam.Actor, user iam.UserID) ([]Grant, error) {
	sub, err := s.bound(ctx, by.Tenant, user)
	if err != nil {
		return nil, err
	}
	grants := make([]Grant, len(sub.grants))
	for i, g := range sub.grants {
		grants[i] = Grant{Binding: g.Binding, Role: g.Role.Role, Group: g.Group}
	}
	return grants, nil
}

// AllGrants answers every binding of the tenant with its role, in the order in
// which they were made. Of a group it tells the id only.
func (s *Service) AllGrants(ctx context.Context, by iam.Actor) ([]Grant, error) {
	bindings, err := s.store.AllBindings(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	return s.withRoles(ctx, by.Tenant, bindings)
}

// withRoles answers bindings, each with its role.
func (s *Service) withRoles(ctx context.Context, t iam.TenantID, bindings []iam.Binding) ([]Grant, error) {
	if len(bindings) == 0 {
		return nil, nil
	}
	book, err := s.rulebook(ctx, t)
	if err != nil {
		return nil, err
	}
	grants := make([]Grant, 0, len(bindings))
	for _, b := range bindings {
		if role, ok := book[b.Role]; ok {
			grants = append(grants, Grant{Binding: b, Role: role.Role, Group: iam.Ref[iam.GroupID]{ID: b.Group}})
		}
	}
	return grants, nil
}

// GroupGrants answers what is bound to a group.
func (s *Service) GroupGrants(ctx context.Context, by iam.Actor, group iam.GroupID) ([]Grant, error) {
	bindings, err := s.store.GroupBindings(ctx, by.Tenant, group)
	if err != nil {
		return nil, err
	}
	return s.withRoles(ctx, by.Tenant, bindings)
}

// RoleGroups answers the bindings of a role that are of groups.
func (s *Service) RoleGroups(ctx context.Context, by iam.Actor, role iam.RoleID) ([]iam.Binding, error) {
	return s.store.RoleGroups(ctx, by.Tenant, role)
}

// APIGroups answers the API groups of a role as they are now; of a built-in
// role the one that it stands for. NotFound.
func (s *Service) APIGroups(ctx context.Context, by iam.Actor, role iam.RoleID) ([]iam.APIGroup, error) {
	book, err := s.readRulebook(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	r, ok := book[role]
	if !ok {
		return nil, iam.ErrNotFound("role", string(role))
	}
	return r.Groups, nil
}
