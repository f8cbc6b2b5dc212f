package access

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Groups that are assigned to groups of other tenants give more than their own
// bindings tell, and nobody here can know what that will be tomorrow. Who
// assigns them, or decides who is in them, has everything already, or just what
// they give.

// CheckAll answers Denied unless the actor holds every right in the whole of
// the tenant in which they act, and came with no narrower token: who hands out
// what groups of other tenants have cannot know what that will be tomorrow.
func (s *Service) CheckAll(ctx context.Context, by iam.Actor) error {
	return s.checkSet(ctx, by, iam.ScopeTenant, s.all, "rights in other tenants")
}

// checkAssignedGroups answers Denied when one of the groups is assigned to some
// of another tenant, and the actor is neither in it, with all of their rights,
// nor passes CheckAll.
func (s *Service) checkAssignedGroups(ctx context.Context, by iam.Actor, groups []iam.GroupID) error {
	if by.IsSystem() || len(groups) == 0 {
		return nil
	}
	assigned, err := s.store.Assigned(ctx, by.Tenant, groups)
	if err != nil || len(assigned) == 0 {
		return err
	}
	// An outsider who is in a group here has not what it is assigned elsewhere.
	if by.Home == by.Tenant && by.Scope == "" {
		own, err := s.store.MemberOf(ctx, by.Home, by.User)
		if err != nil {
			return err
		}
		assigned = slices.DeleteFunc(assigned, func(g iam.GroupID) bool { return slices.Contains(own, g) })
	}
	if len(assigned) == 0 {
		return nil
	}
	return s.CheckAll(ctx, by)
}

// checkAssignedUser is checkAssignedGroups of the groups of a user, whatever
// the state of that user.
func (s *Service) checkAssignedUser(ctx context.Context, by iam.Actor, user iam.UserID) error {
	groups, err := s.store.GroupsOf(ctx, by.Tenant, user)
	if err != nil {
		return err
	}
	return s.checkAssignedGroups(ctx, by, groups)
}
