package access

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// UserBinding is a binding that a user or a group has, its own or that of one
// of the user's groups, together with what it names.
type UserBinding struct {
	Binding iam.Binding
	Role    iam.Role
	// Group is the name of the group through which the user has the binding,
	// and NamespaceGroup that of the group of namespaces that is its scope.
	// Both are empty where there is none.
	Group          string
	NamespaceGroup string
	// Namespaces are those that the binding reaches now, by name and in its
	// order. Other bindings may share the slice.
	Namespaces []string
}

// UserBindings answers every binding that a user of the actor's tenant has,
// whatever the state of the user, by the name of the role and the scope. It is
// empty for a user who is not there. To an outsider who asks for themselves it
// answers those through which they hold what they do.
func (s *Service) UserBindings(ctx context.Context, by iam.Actor, u iam.UserID) ([]UserBinding, error) {
	if by.Reach.Delegated() && u == by.User {
		sub, err := s.outsider(ctx, by)
		if err != nil {
			return nil, err
		}
		return s.describe(ctx, by.Tenant, rbac.Active(sub.grants))
	}
	sub, err := s.bound(ctx, by.Tenant, u)
	if err != nil {
		return nil, err
	}
	return s.describe(ctx, by.Tenant, sub.grants)
}

// GroupBindings answers every binding of a group of the actor's tenant, in the
// same order. It is empty for a group that is not there.
func (s *Service) GroupBindings(ctx context.Context, by iam.Actor, g iam.GroupID) ([]UserBinding, error) {
	bindings, err := s.store.GroupBindings(ctx, by.Tenant, g)
	if err != nil || len(bindings) == 0 {
		return nil, err
	}
	book, err := s.rulebook(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	groups, err := s.store.NamespaceGroups(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	var grants []rbac.Grant
	for _, b := range bindings {
		role, ok := book[b.Role]
		if !ok {
			continue // as for a user
		}
		grant := rbac.Grant{Binding: b, Role: role}
		for _, group := range groups {
			if b.Scope == iam.GroupScope(group.ID) {
				grant.NamespaceGroup = iam.Ref[iam.NamespaceGroupID]{ID: group.ID, Name: group.Name}
				for _, n := range group.Namespaces {
					grant.Namespaces = append(grant.Namespaces, n.Name)
				}
			}
		}
		grants = append(grants, grant)
	}
	return s.describe(ctx, by.Tenant, grants)
}

// describe answers grants with the namespaces that they reach, in order.
func (s *Service) describe(ctx context.Context, t iam.TenantID, grants []rbac.Grant) ([]UserBinding, error) {
	if len(grants) == 0 {
		return nil, nil
	}
	namespaces, err := s.store.Namespaces(ctx, t)
	if err != nil {
		return nil, err
	}
	var everywhere, applications []string
	for _, n := range namespaces {
		everywhere = append(everywhere, n.Name)
		if n.Name != iam.NamespaceSystem {
			applications = append(applications, n.Name)
		}
	}
	bindings := make([]UserBinding, len(grants))
	for i, g := range grants {
		b := UserBinding{Binding: g.Binding, Role: g.Role.Role, Group: g.Group.Name, NamespaceGroup: g.NamespaceGroup.Name}
		switch g.Binding.Scope {
		case iam.ScopeTenant:
			b.Namespaces = everywhere
		case iam.ScopeApplications:
			b.Namespaces = applications
		default:
			b.Namespaces = g.Named()
		}
		bindings[i] = b
	}
	slices.SortFunc(bindings, func(a, b UserBinding) int {
		return cmp.Or(strings.Compare(a.Role.Name, b.Role.Name), strings.Compare(string(a.Binding.Scope), string(b.Binding.Scope)),
			strings.Compare(string(a.Binding.ID), string(b.Binding.ID)))
	})
	return bindings, nil
}
