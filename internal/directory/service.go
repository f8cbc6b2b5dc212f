package directory

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

// Rights answers what an actor may give or take. Package access satisfies it.
type Rights interface {
	// May reports whether the actor holds a permission in the whole tenant.
	May(ctx context.Context, by iam.Actor, p iam.Permission) (bool, error)
	// CheckRoles answers Denied when the actor lacks a right of a role.
	CheckRoles(ctx context.Context, by iam.Actor, roles []iam.RoleID, scope iam.Scope) error
	// CheckGroups answers Denied when the actor lacks a right that a group gives.
	CheckGroups(ctx context.Context, by iam.Actor, groups []iam.GroupID) error
	// CheckUser answers Denied when the actor lacks a right that the user holds.
	CheckUser(ctx context.Context, by iam.Actor, user iam.UserID) error
	// CheckUsers is CheckUser of each of several users.
	CheckUsers(ctx context.Context, by iam.Actor, users []iam.UserID) error
	// Holders answers the users and groups to whom a right in the whole tenant
	// is bound.
	Holders(ctx context.Context, t iam.TenantID, right iam.Permission) ([]iam.UserID, []iam.GroupID, error)
}

// Settings answers what a tenant decides for itself; tenancy satisfies it.
type Settings interface {
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
}

// Service owns the rules of users and groups.
type Service struct {
	store    Store
	rights   Rights
	settings Settings
	hasher   *password.Hasher
	env      iam.Env
	mail     Mail
	queue    Queue
}

// New makes the service.
func New(store Store, rights Rights, settings Settings, hasher *password.Hasher, env iam.Env) *Service {
	return &Service{store: store, rights: rights, settings: settings, hasher: hasher, env: env}
}

// hash checks a password and hashes it, outside of any transaction. own says
// that it is the user's own choice, to which the policy applies; a password
// that an administrator sets has only to be one that can be typed in again.
func (s *Service) hash(ctx context.Context, t iam.TenantID, pw string, u iam.User, own bool) (string, error) {
	if own {
		settings, err := s.settings.Settings(ctx, t)
		if err != nil {
			return "", err
		}
		if err := password.Policy(settings.Password).Check(pw, password.Identity{Username: u.Username, Email: u.Email}); err != nil {
			return "", err
		}
	}
	return s.hasher.Hash(ctx, pw)
}

// checkPasswordOf answers Denied when the actor may not set passwords of
// others, and Invalid when the user is the actor: who changes their own proves
// the current one, which package authn asks for.
func (s *Service) checkPasswordOf(ctx context.Context, by iam.Actor, u iam.UserID) error {
	if isSelf(by, u) {
		var c iam.Checker
		c.Add("password", iam.ReasonSelf, "password cannot be set for oneself without the current one")
		return c.Err()
	}
	may, err := s.rights.May(ctx, by, iam.UsersPassword)
	if err == nil && !may {
		err = iam.E(iam.Denied, "%s may not set the password of another user: the right %s is missing", by.Username, iam.UsersPassword)
	}
	return err
}

// groupsToWrite resolves names to the groups that a user is to be in. Only
// those that are new to the user, or that it is to leave, are asked about.
func (s *Service) groupsToWrite(ctx context.Context, by iam.Actor, old []iam.Ref[iam.GroupID], names []string, makeMissing bool) (*[]iam.GroupID, []iam.Group, error) {
	if len(names) == 0 && len(old) == 0 {
		return nil, nil, nil
	}
	refs, _, err := s.store.Resolve(ctx, by.Tenant, names, nil)
	if err != nil {
		return nil, nil, err
	}
	now := s.env.Time()
	var made []iam.Group
	ids, err := settle(refs, "groups", "group", makeMissing, func(name string) (iam.GroupID, error) {
		g := iam.Group{ID: iam.GroupID(s.env.NewID()), Handle: name, Name: name, Created: now, Updated: now, Version: 1}
		made = append(made, g)
		return g.ID, checkGroup(g)
	})
	if err != nil || sameRefs(old, ids) {
		return nil, nil, err
	}
	return &ids, made, s.rights.CheckGroups(ctx, by, difference(old, ids))
}

// rolesToWrite is groupsToWrite for the roles of a user in the whole tenant.
func (s *Service) rolesToWrite(ctx context.Context, by iam.Actor, old []iam.Ref[iam.RoleID], names []string, makeMissing bool) (*[]iam.RoleID, []iam.Role, error) {
	if len(names) == 0 && len(old) == 0 {
		return nil, nil, nil
	}
	_, refs, err := s.store.Resolve(ctx, by.Tenant, nil, names)
	if err != nil {
		return nil, nil, err
	}
	now := s.env.Time()
	var made []iam.Role
	ids, err := settle(refs, "roles", "role", makeMissing, func(name string) (iam.RoleID, error) {
		r := iam.Role{ID: iam.RoleID(s.env.NewID()), Handle: name, Name: name, Created: now, Updated: now, Version: 1}
		made = append(made, r)
		return r.ID, checkName("roles", name)
	})
	if err != nil || sameRefs(old, ids) {
		return nil, nil, err
	}
	known := slices.DeleteFunc(difference(old, ids), func(id iam.RoleID) bool {
		return slices.ContainsFunc(made, func(r iam.Role) bool { return r.ID == id })
	})
	return &ids, made, s.rights.CheckRoles(ctx, by, known, iam.ScopeTenant)
}

// settle answers the ids of refs without repetition, making those that are
// missing when that is wanted.
func settle[T ~string](refs []iam.Ref[T], path, what string, makeMissing bool, create func(name string) (T, error)) ([]T, error) {
	ids := []T{}
	seen := map[string]T{}
	var c iam.Checker
	for _, r := range refs {
		key := iam.Fold(r.Name)
		id, again := seen[key]
		switch {
		case again:
		case r.ID != "":
			id = r.ID
		case makeMissing:
			var err error
			if id, err = create(r.Name); err != nil {
				return nil, err
			}
		default:
			c.Add(path, iam.ReasonFormat, "%s %q does not exist", what, r.Name)
			continue
		}
		seen[key] = id
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, c.Err()
}

// difference answers what is in only one of the two.
func difference[T ~string](old []iam.Ref[T], now []T) []T {
	var d []T
	for _, r := range old {
		if !slices.Contains(now, r.ID) {
			d = append(d, r.ID)
		}
	}
	for _, id := range now {
		if !slices.ContainsFunc(old, func(r iam.Ref[T]) bool { return r.ID == id }) {
			d = append(d, id)
		}
	}
	return d
}
