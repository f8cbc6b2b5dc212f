package storage

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertMember = `INSERT INTO memberships (tenant_id, group_id, user_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	deleteMember = `DELETE FROM memberships WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3`
	deleteAll    = `DELETE FROM memberships WHERE tenant_id = $1 AND group_id = $2`

	groupsOfUser = `SELECT group_id FROM memberships WHERE tenant_id = $1 AND user_id = $2`
	usersOfGroup = `SELECT user_id FROM memberships WHERE tenant_id = $1 AND group_id = $2`

	readMembers = `SELECT m.group_id, u.user_id, u.username, u.handle FROM memberships m
		JOIN users u ON u.tenant_id = m.tenant_id AND u.user_id = m.user_id WHERE m.tenant_id = $1`
	membersOfAll   = readMembers + ` ORDER BY m.group_id, u.username_key`
	membersOfGroup = readMembers + ` AND m.group_id = $2 ORDER BY u.username_key`
)

func scanMembership(row scanner) (m directory.Membership, err error) {
	err = row.Scan(&m.Group, &m.User.ID, &m.User.Name, &m.User.Handle)
	return m, err
}

// Members implements directory.Store. Groups are in the order of their ids,
// which is that in which they were made.
func (s *Store) Members(ctx context.Context, t iam.TenantID, of ...iam.GroupID) (ms []directory.Membership, err error) {
	defer s.wrap(&err, "Members(%s)", t)
	if len(of) == 0 {
		err = s.read(ctx, t, func(ctx context.Context, x *call) error {
			ms, err = all(ctx, x, scanMembership, membersOfAll, t)
			return err
		})
		return ms, err
	}
	groups := slices.Compact(slices.Sorted(slices.Values(of)))
	read := s.read
	if len(groups) > 1 {
		read = s.snapshot
	}
	err = read(ctx, t, func(ctx context.Context, x *call) error {
		ms = nil
		for _, g := range groups {
			if !iam.ValidID(string(g)) {
				continue // which has no members
			}
			some, err := all(ctx, x, scanMembership, membersOfGroup, t, g)
			if err != nil {
				return err
			}
			ms = append(ms, some...)
		}
		return nil
	})
	return ms, err
}

// setGroups makes the groups of a user those that the write says.
func (x *call) setGroups(ctx context.Context, w directory.UserWrite) error {
	return replaced(ctx, x, w.Groups, groupsOfUser, w.User.ID, func(id iam.GroupID) error {
		_, err := x.exec(ctx, deleteMember, x.tenant, id, w.User.ID)
		return err
	}, func(id iam.GroupID) error {
		if err := checkID("group", id); err != nil {
			return err
		}
		_, err := x.exec(ctx, insertMember, x.tenant, id, w.User.ID, w.User.Updated)
		return x.refers("group", string(id), err)
	})
}

// setMembers makes the members of a group those that the write says.
func (x *call) setMembers(ctx context.Context, w directory.GroupWrite) error {
	if w.Members != nil && len(*w.Members) == 0 { // perhaps of very many
		_, err := x.exec(ctx, deleteAll, x.tenant, w.Group.ID)
		return err
	}
	return replaced(ctx, x, w.Members, usersOfGroup, w.Group.ID, func(id iam.UserID) error {
		_, err := x.exec(ctx, deleteMember, x.tenant, w.Group.ID, id)
		return err
	}, func(id iam.UserID) error {
		_, err := x.join(ctx, w.Group.ID, id, w.Group.Updated)
		return err
	})
}

// replaced makes the ids that belong to an owner those that are wanted, unless
// wanted is nil. current reads them by tenant and owner. Those that stay keep
// their rows.
func replaced[T, O ~string](ctx context.Context, x *call, wanted *[]T, current string, owner O, remove, insert func(T) error) error {
	if wanted == nil {
		return nil
	}
	old, err := all(ctx, x, scanOne[T], current, x.tenant, owner)
	if err != nil {
		return err
	}
	return reconcile(old, *wanted, remove, insert)
}

// reconcile removes what is there and not wanted, and then inserts what is
// wanted and not there, each once.
func reconcile[T comparable](old, wanted []T, remove, insert func(T) error) error {
	keep := make(map[T]bool, len(wanted))
	for _, v := range wanted {
		keep[v] = true
	}
	for _, v := range old {
		if keep[v] {
			delete(keep, v)
			continue
		}
		if err := remove(v); err != nil {
			return err
		}
	}
	for _, v := range wanted {
		if !keep[v] {
			continue
		}
		delete(keep, v)
		if err := insert(v); err != nil {
			return err
		}
	}
	return nil
}
