package storage

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// makeNamed makes the groups and roles that a write of a user brings along.
// made tells whether a role is new. Conflict, with ReasonAppeared: somebody
// else has made one of that name meanwhile, and nobody has asked yet whether
// what it gives may be given to the user.
func (x *call) makeNamed(ctx context.Context, w directory.UserWrite) (made bool, err error) {
	for _, g := range w.NewGroups {
		if _, err := x.insertGroup(ctx, g); err != nil {
			return false, appeared("group", g.Name, err)
		}
	}
	for _, r := range w.NewRoles {
		if _, err := x.insertRole(ctx, r); err != nil {
			return false, appeared("role", r.Name, err)
		}
	}
	return len(w.NewRoles) > 0, nil
}

func appeared(what, name string, err error) error {
	if iam.Is(err, iam.Exists) {
		return iam.E(iam.Conflict, "%s %q was made in the meantime", what, name).Because(iam.ReasonAppeared).About(name)
	}
	return err
}

const (
	groupsOfUser = `SELECT group_id FROM memberships WHERE tenant_id = $1 AND user_id = $2`
	insertMember = `INSERT INTO memberships (tenant_id, group_id, user_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	deleteMember = `DELETE FROM memberships WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3`

	rolesOfUser    = `SELECT role_id FROM bindings WHERE tenant_id = $1 AND user_id = $2 AND scope = ''`
	insertUserRole = `INSERT INTO bindings (tenant_id, binding_id, user_id, role_id, scope, created_by, created_at)
		VALUES ($1, $2, $3, $4, '', $5, $6) ON CONFLICT DO NOTHING`
	deleteUserRole = `DELETE FROM bindings WHERE tenant_id = $1 AND role_id = $2 AND user_id = $3 AND scope = ''`
)

// setNamed makes memberships and bindings in the whole tenant what the write
// says. Those that stay keep their rows.
func (x *call) setNamed(ctx context.Context, w directory.UserWrite, events []iam.Event) error {
	u, at := w.User.ID, w.User.Updated
	err := replace(ctx, x, u, w.Groups, groupsOfUser, deleteMember, func(id iam.GroupID) error {
		if err := checkID("group", id); err != nil {
			return err
		}
		_, err := x.exec(ctx, insertMember, x.tenant, id, u, at)
		return x.refers("group", string(id), err)
	})
	if err != nil {
		return err
	}
	return replace(ctx, x, u, w.Roles, rolesOfUser, deleteUserRole, func(id iam.RoleID) error {
		if err := checkID("role", id); err != nil {
			return err
		}
		_, err := x.exec(ctx, insertUserRole, x.tenant, x.store.env.NewID(), u, id, author(events), at)
		return x.refers("role", string(id), err)
	})
}

// replace makes the ids that a user refers to those that are wanted, unless
// wanted is nil. current reads them by tenant and user; remove removes one by
// tenant, id and user.
func replace[T ~string](ctx context.Context, x *call, u iam.UserID, wanted *[]T, current, remove string, insert func(T) error) error {
	if wanted == nil {
		return nil
	}
	old, err := all(ctx, x, scanOne[T], current, x.tenant, u)
	if err != nil {
		return err
	}
	for _, id := range old {
		if slices.Contains(*wanted, id) {
			continue
		}
		if _, err := x.exec(ctx, remove, x.tenant, id, u); err != nil {
			return err
		}
	}
	for _, id := range *wanted {
		if slices.Contains(old, id) {
			continue
		}
		if err := insert(id); err != nil {
			return err
		}
	}
	return nil
}
