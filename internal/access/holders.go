package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Holders answers to whom something is bound that gives a right in the whole
// tenant, or in the namespace in which its people are: users themselves, and
// groups with whatever members. What the plan withholds, and who is disabled,
// is not looked at.
func (s *Service) Holders(ctx context.Context, t iam.TenantID, right iam.Permission) (users []iam.UserID, groups []iam.GroupID, err error) {
	bindings, err := s.store.AllBindings(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	book, err := s.rulebook(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	set := s.catalog.WithPermission(right)
	for _, b := range bindings {
		role, ok := book[b.Role]
		if !ok || role.Disabled || set.Empty() || !role.Set.Covers(set) || b.Scope != iam.ScopeTenant && b.Scope != iam.NamespaceSystem {
			continue
		}
		if b.Group != "" {
			groups = append(groups, b.Group)
		} else {
			users = append(users, b.User)
		}
	}
	return users, groups, nil
}
