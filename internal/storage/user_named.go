package storage

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// makeNamed makes the groups and roles that a write of a user brings along. It
// answers the write with the ids of what is there now: somebody else may have
// made one of the same name meanwhile. made tells whether a role is new.
func (x *call) makeNamed(ctx context.Context, w directory.UserWrite) (made bool, _ directory.UserWrite, err error) {
	groups := map[iam.GroupID]iam.GroupID{}
	for _, g := range w.NewGroups {
		stored, err := x.insertGroup(ctx, g)
		if iam.Is(err, iam.Exists) {
			err = x.row(ctx, groupByName, x.tenant, iam.Fold(g.Name)).Scan(&stored.ID)
		}
		if err != nil {
			return false, w, err
		}
		groups[g.ID] = stored.ID
	}
	roles := map[iam.RoleID]iam.RoleID{}
	for _, r := range w.NewRoles {
		stored, err := x.insertRole(ctx, r)
		if iam.Is(err, iam.Exists) {
			err = x.row(ctx, roleByName, x.tenant, iam.Fold(r.Name)).Scan(&stored.ID)
		} else {
			made = true
		}
		if err != nil {
			return false, w, err
		}
		roles[r.ID] = stored.ID
	}
	w.Groups, w.Roles = replaced(w.Groups, groups), replaced(w.Roles, roles)
	return made, w, nil
}

// replaced answers ids with those in the map replaced.
func replaced[T comparable](ids *[]T, by map[T]T) *[]T {
	if ids == nil {
		return nil
	}
	out := make([]T, len(*ids))
	for i, id := range *ids {
		out[i] = id
		if other, ok := by[id]; ok {
			out[i] = other
		}
	}
	return &out
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
