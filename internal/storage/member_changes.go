package storage

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	isMember     = `SELECT user_id FROM memberships WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3`
	attributesOf = `SELECT user_id, attributes FROM users WHERE tenant_id = $1 AND user_id = $2`
)

// ChangeMembers implements directory.Store. The group is not written at the
// version that somebody has read: who joins and who leaves at the same time do
// not take anything from each other.
func (s *Store) ChangeMembers(ctx context.Context, t iam.TenantID, id iam.GroupID, c directory.MemberChange, events ...iam.Event) (g iam.Group, err error) {
	defer s.wrap(&err, "ChangeMembers(%s, %s)", t, id)
	if err := checkID("group", id); err != nil {
		return g, err
	}
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		if g, err = scanGroup(x.row(ctx, readGroupByID, t, id)); err != nil {
			return found("group", string(id), err)
		}
		n, err := x.changeMembers(ctx, id, c)
		if err != nil || n == 0 {
			return err
		}
		if err := x.one(ctx, "group", string(id), touchGroup, c.At, t, id); err != nil {
			return err
		}
		if g, err = scanGroup(x.row(ctx, readGroupByID, t, id)); err != nil { // which somebody may have renamed before it was locked
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
	return g, err
}

// changeMembers answers how many have joined or left. All who do this to a group
// lock its rows in one order.
func (x *call) changeMembers(ctx context.Context, g iam.GroupID, c directory.MemberChange) (changed int64, err error) {
	joins := make(map[iam.UserID]bool, len(c.Join)+len(c.Leave))
	for _, u := range c.Leave {
		joins[u] = false
	}
	for _, u := range c.Join {
		joins[u] = true
	}
	for _, u := range slices.Sorted(maps.Keys(joins)) {
		var n int64
		switch {
		case joins[u]:
			n, err = x.join(ctx, g, u, c.At)
		case iam.ValidID(string(u)):
			n, err = x.exec(ctx, deleteMember, x.tenant, g, u)
		}
		if err != nil {
			return 0, err
		}
		changed += n
	}
	return changed, nil
}

// join answers how many have become members: none, where the user is one already.
func (x *call) join(ctx context.Context, g iam.GroupID, u iam.UserID, at time.Time) (int64, error) {
	if err := checkID("user", u); err != nil {
		return 0, err
	}
	n, err := x.exec(ctx, insertMember, x.tenant, g, u, at)
	return n, x.refers("user", string(u), err)
}

// MembersAmong implements directory.Store.
func (s *Store) MembersAmong(ctx context.Context, t iam.TenantID, g iam.GroupID, users []iam.UserID) (members []iam.UserID, err error) {
	defer s.wrap(&err, "MembersAmong(%s, %s)", t, g)
	if !iam.ValidID(string(g)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		members, err = each(ctx, x, users, scanOne[iam.UserID], isMember, t, g)
		return err
	})
	return members, err
}

// Synced implements directory.Store.
func (s *Store) Synced(ctx context.Context, t iam.TenantID, users []iam.UserID) (synced []iam.UserID, err error) {
	defer s.wrap(&err, "Synced(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		found, err := each(ctx, x, users, scanAttributes, attributesOf, t)
		synced = nil
		for _, u := range found {
			if u.Synced() {
				synced = append(synced, u.ID)
			}
		}
		return err
	})
	return synced, err
}

// each answers the rows of a query about one id after the other, none for what cannot
// be one. PostgreSQL answers so as fast, and does not mistake a list of ids for most
// of a table.
func each[T any, I ~string](ctx context.Context, x *call, ids []I, scan func(scanner) (T, error), query string, args ...any) (items []T, err error) {
	for _, id := range ids {
		if !iam.ValidID(string(id)) {
			continue
		}
		some, err := all(ctx, x, scan, query, append(slices.Clone(args), id)...)
		if err != nil {
			return nil, err
		}
		items = append(items, some...)
	}
	return items, nil
}

func scanAttributes(row scanner) (u iam.User, err error) {
	err = row.Scan(&u.ID, to(&u.Attributes))
	return u, err
}

// MembersBeside implements directory.Store.
func (s *Store) MembersBeside(ctx context.Context, t iam.TenantID, g iam.GroupID, users []iam.UserID) (others []iam.UserID, err error) {
	defer s.wrap(&err, "MembersBeside(%s, %s)", t, g)
	if !iam.ValidID(string(g)) {
		return nil, nil
	}
	named := make(map[iam.UserID]bool, len(users))
	for _, u := range users {
		named[u] = true
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		others = nil
		rows, err := x.query(ctx, usersOfGroup, t, g)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var u iam.UserID
			if err := rows.Scan(&u); err != nil {
				return err
			}
			if !named[u] {
				others = append(others, u)
			}
		}
		return rows.Err()
	})
	return others, err
}
