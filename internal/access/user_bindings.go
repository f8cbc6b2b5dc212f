package access

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// UserBinding is a binding that a user has, its own or that of one of its
// groups, together with what it names.
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
// empty for a user who is not there.
func (s *Service) UserBindings(ctx context.Context, by iam.Actor, u iam.UserID) ([]UserBinding, error) {
	sub, err := s.bound(ctx, by.Tenant, u)
	if err != nil || len(sub.grants) == 0 {
		return nil, err
	}
	namespaces, err := s.store.Namespaces(ctx, by.Tenant)
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
	bindings := make([]UserBinding, len(sub.grants))
	for i, g := range sub.grants {
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
