package directory

import (
	"context"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxBindings bounds the bindings of one write.
const maxBindings = 10_000

// held is a role by id in a scope.
type held struct {
	role  iam.RoleID
	scope iam.Scope
}

func heldByUser(u iam.User) []held {
	var all []held
	for _, b := range u.Bindings {
		all = append(all, held{b.Role.ID, b.Scope})
	}
	return all
}

// heldByGroup answers the roles of a group, which do not come with it.
func (s *Service) heldByGroup(ctx context.Context, t iam.TenantID, g iam.GroupID) ([]held, error) {
	bindings, err := s.store.GroupBindings(ctx, t, g)
	var all []held
	for _, b := range bindings {
		all = append(all, held{b.Role, b.Scope})
	}
	return all, err
}

// bindingsToWrite answers the bindings that a user or a group, which of names,
// is to have, nil when it has just these. Those that it gains or loses are
// asked about, each in its scope.
func (s *Service) bindingsToWrite(ctx context.Context, by iam.Actor, of iam.Binding, old []held, wanted []ScopedRole) (*[]iam.Binding, error) {
	roles, err := s.rolesIn(ctx, by, wanted)
	if err != nil {
		return nil, err
	}
	changed := false
	for _, h := range append(without(roles, old), without(old, roles)...) {
		changed = true
		if err := s.rights.CheckRoles(ctx, by, []iam.RoleID{h.role}, h.scope); err != nil {
			return nil, err
		}
	}
	if !changed {
		return nil, nil
	}
	bindings := make([]iam.Binding, len(roles))
	for i, h := range roles {
		of.ID, of.Role, of.Scope, of.CreatedBy, of.Created = iam.BindingID(s.env.NewID()), h.role, h.scope, by.User, s.env.Time()
		bindings[i] = of
	}
	return &bindings, nil
}

// rolesIn finds roles, each with its scope once.
func (s *Service) rolesIn(ctx context.Context, by iam.Actor, wanted []ScopedRole) ([]held, error) {
	var c iam.Checker
	if len(wanted) > maxBindings {
		c.Add("bindings", iam.ReasonLength, "bindings must have at most %d items", maxBindings)
		return nil, c.Err()
	}
	names := make([]string, len(wanted))
	for i, w := range wanted {
		names[i] = w.Role
	}
	_, refs, err := s.store.Resolve(ctx, by.Tenant, nil, names)
	if err != nil {
		return nil, err
	}
	roles := make([]held, 0, len(refs))
	seen := map[held]bool{}
	for i, r := range refs {
		h := held{r.ID, wanted[i].Scope}
		switch {
		case r.ID == "":
			path := fmt.Sprintf("bindings[%d].role", i)
			c.Add(path, iam.ReasonFormat, "%s: role %q does not exist", path, iam.Cut(r.Name, 64))
		case !seen[h]:
			seen[h] = true
			roles = append(roles, h)
		}
	}
	return roles, c.Err()
}

// without answers what is in a and not in b.
func without[T comparable](a, b []T) []T {
	in := make(map[T]bool, len(b))
	for _, v := range b {
		in[v] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(v T) bool { return in[v] })
}
