package access

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What one must hold in order to give it is what the roles say, whether or not
// they are disabled today and whatever the plan of the tenant withholds: both
// may be otherwise tomorrow.

// CheckRoles answers Denied when the actor lacks a right that one of the roles
// would give in the scope. Unknown roles are NotFound.
func (s *Service) CheckRoles(ctx context.Context, by iam.Actor, roles []iam.RoleID, scope iam.Scope) error {
	if by.IsSystem() || len(roles) == 0 {
		return nil
	}
	book, err := s.rulebook(ctx, by.Tenant)
	if err != nil {
		return err
	}
	for _, id := range roles {
		r, ok := book[id]
		if !ok { // perhaps another node made it a moment ago
			if book, err = s.readRulebook(ctx, by.Tenant); err != nil {
				return err
			}
			if r, ok = book[id]; !ok {
				return iam.ErrNotFound("role", string(id))
			}
		}
		if err := s.checkSet(ctx, by, scope, r.Set, "role "+r.Name); err != nil {
			return err
		}
	}
	return nil
}

// CheckGroups answers Denied when the actor lacks a right that being in one of
// the groups gives, here or in another tenant.
func (s *Service) CheckGroups(ctx context.Context, by iam.Actor, groups []iam.GroupID) error {
	if by.IsSystem() {
		return nil
	}
	for _, g := range groups {
		bindings, err := s.store.GroupBindings(ctx, by.Tenant, g)
		if err != nil {
			return err
		}
		for _, b := range bindings {
			if err := s.CheckRoles(ctx, by, []iam.RoleID{b.Role}, b.Scope); err != nil {
				return err
			}
		}
	}
	return s.checkAssignedGroups(ctx, by, groups)
}

// CheckBindings answers Denied when the actor lacks a right, in one of the
// scopes, that a binding whose own scope is a certain namespace or group of
// namespaces gives: who could put a namespace into the group, or take it out,
// would give that right, or take it away.
func (s *Service) CheckBindings(ctx context.Context, by iam.Actor, of iam.Scope, in ...iam.Scope) error {
	if by.IsSystem() || len(in) == 0 {
		return nil
	}
	bindings, err := s.store.ScopeBindings(ctx, by.Tenant, of)
	if err != nil {
		return err
	}
	roles := rolesOf(bindings)
	for _, scope := range in {
		if err := s.CheckRoles(ctx, by, roles, scope); err != nil {
			return err
		}
	}
	return nil
}

// rolesOf answers the roles of bindings, each once.
func rolesOf(bindings []iam.Binding) []iam.RoleID {
	var roles []iam.RoleID
	for _, b := range bindings {
		if !slices.Contains(roles, b.Role) {
			roles = append(roles, b.Role)
		}
	}
	return roles
}

// CheckUser answers Denied when the actor lacks a right that a user of the
// tenant holds, here or in another one: who could set that user's password would gain it. Everybody
// passes for themselves, unless they came with a token that is narrower.
func (s *Service) CheckUser(ctx context.Context, by iam.Actor, user iam.UserID) error {
	if by.IsSystem() || by.Home == by.Tenant && by.User == user && by.Scope == "" {
		return nil
	}
	own, err := s.held(ctx, by)
	if err != nil {
		return err
	}
	// A disabled user, or role, gives nothing today and may be enabled
	// tomorrow, so this looks at what is bound, not at what holds.
	other, err := s.bound(ctx, by.Tenant, user)
	if err != nil {
		return err
	}
	narrow, ok := s.narrowed(by)
	if !own.policy.Covers(other.policy) || ok && !other.policy.Within(s.catalog, narrow) {
		return iam.E(iam.Denied, "%s may not do this to a user with more rights than their own", by.Username).Because(iam.ReasonGrant)
	}
	return s.checkAssignedUser(ctx, by, user)
}

// fewUsers are checked one by one; of more it is asked first whether the actor holds
// whatever they may hold, as who changes large groups mostly does.
const fewUsers = 8

// CheckUsers is CheckUser of each of several users.
func (s *Service) CheckUsers(ctx context.Context, by iam.Actor, users []iam.UserID) error {
	if len(users) > fewUsers {
		if err := s.CheckAll(ctx, by); !iam.Is(err, iam.Denied) {
			return err
		}
	}
	for _, u := range users {
		if err := s.CheckUser(ctx, by, u); err != nil {
			return err
		}
	}
	return nil
}

// checkAPIGroups answers Denied when the actor lacks a right that one of the
// API groups allows, and NotFound for one that is not there.
func (s *Service) checkAPIGroups(ctx context.Context, by iam.Actor, ids []iam.APIGroupID) error {
	if len(ids) == 0 {
		return nil
	}
	_, groups, err := s.store.Rulebook(ctx, by.Tenant)
	if err != nil {
		return err
	}
	for _, id := range ids {
		i := slices.IndexFunc(groups, func(g iam.APIGroup) bool { return g.ID == id })
		if i < 0 {
			return iam.ErrNotFound("API group", string(id))
		}
		if err := s.checkAPIGroup(ctx, by, groups[i]); err != nil {
			return err
		}
	}
	return nil
}

// checkAPIGroup answers Denied when the actor lacks a right that an API group
// allows.
func (s *Service) checkAPIGroup(ctx context.Context, by iam.Actor, g iam.APIGroup) error {
	return s.checkSet(ctx, by, iam.ScopeTenant, s.catalog.Compile(s.withRules(g).Rules), "API group "+g.Name)
}

func (s *Service) checkSet(ctx context.Context, by iam.Actor, scope iam.Scope, set rbac.Set, what string) error {
	if by.IsSystem() {
		return nil
	}
	sub, err := s.held(ctx, by)
	if err != nil {
		return err
	}
	if !sub.policy.AllowsIn(scope, set) || !s.reaches(by, set) {
		return iam.E(iam.Denied, "%s may not give away %s, which allows more than they may do", by.Username, what).Because(iam.ReasonGrant)
	}
	return nil
}
