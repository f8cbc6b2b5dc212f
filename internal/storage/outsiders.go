package storage

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	tenantsAbove = `WITH RECURSIVE above (id, parent_id, depth) AS (
			SELECT tenant_id, parent_id, 0 FROM tenants WHERE tenant_id = $1
			UNION ALL SELECT t.tenant_id, t.parent_id, a.depth + 1 FROM above a JOIN tenants t ON t.tenant_id = a.parent_id)
		SELECT id FROM above WHERE depth > 0 ORDER BY depth`

	actingGroups = `SELECT m.group_id FROM memberships m WHERE m.tenant_id = $1 AND m.user_id = $2
		AND EXISTS (SELECT 1 FROM users u JOIN tenants t ON t.tenant_id = u.tenant_id
			WHERE u.tenant_id = $1 AND u.user_id = $2 AND u.state <> 'disabled' AND t.state = 'active') ORDER BY m.group_id`

	groupNamed = `SELECT group_id, name, handle FROM user_groups WHERE tenant_id = $1 AND name_key = $2`
)

// groupHoldings are what a group holds in a tenant that is active.
var groupHoldings = `SELECT ` + bindingColumns + `, g.name, ` + scopeColumns + ` FROM bindings b
	JOIN user_groups g ON g.tenant_id = b.tenant_id AND g.group_id = b.group_id ` + scopeJoin + `
	WHERE b.tenant_id = $1 AND b.group_id = $2 AND EXISTS (SELECT 1 FROM tenants t WHERE t.tenant_id = $1 AND t.state = 'active')`

// Above implements access.Store. A tenant that is not there has none above it.
func (s *Store) Above(ctx context.Context, t iam.TenantID) (above []iam.TenantID, err error) {
	defer s.wrap(&err, "Above(%s)", t)
	if err := checkID("tenant", t); err != nil {
		return nil, err
	}
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		above, err = all(ctx, x, scanOne[iam.TenantID], tenantsAbove, t)
		return err
	})
	return above, err
}

// MemberOf implements access.Store.
func (s *Store) MemberOf(ctx context.Context, t iam.TenantID, u iam.UserID) (groups []iam.GroupID, err error) {
	defer s.wrap(&err, "MemberOf(%s, %s)", t, u)
	return s.groupIDs(ctx, t, u, actingGroups)
}

// GroupsOf implements access.Store.
func (s *Store) GroupsOf(ctx context.Context, t iam.TenantID, u iam.UserID) (groups []iam.GroupID, err error) {
	defer s.wrap(&err, "GroupsOf(%s, %s)", t, u)
	return s.groupIDs(ctx, t, u, groupsOfUser+` ORDER BY group_id`)
}

// groupIDs answers none for an id that cannot be one.
func (s *Store) groupIDs(ctx context.Context, t iam.TenantID, u iam.UserID, query string) (groups []iam.GroupID, err error) {
	if !iam.ValidID(string(u)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		groups, err = all(ctx, x, scanOne[iam.GroupID], query, t, u)
		return err
	})
	return groups, err
}

// GroupsNamed implements access.Store. They are in the order of their names as
// given, each once.
func (s *Store) GroupsNamed(ctx context.Context, t iam.TenantID, names []string) (groups []iam.Ref[iam.GroupID], err error) {
	defer s.wrap(&err, "GroupsNamed(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		groups = nil
		for _, name := range names {
			var g iam.Ref[iam.GroupID]
			err := x.row(ctx, groupNamed, t, iam.Fold(name)).Scan(&g.ID, &g.Name, &g.Handle)
			switch {
			case errors.Is(err, sql.ErrNoRows), err == nil && slices.Contains(groups, g):
			case err != nil:
				return err
			default:
				groups = append(groups, g)
			}
		}
		return nil
	})
	return groups, err
}

// GroupHoldings implements access.Store.
func (s *Store) GroupHoldings(ctx context.Context, t iam.TenantID, groups []iam.GroupID) (hs []access.Holding, err error) {
	defer s.wrap(&err, "GroupHoldings(%s)", t)
	err = s.snapshot(ctx, t, func(ctx context.Context, x *call) error {
		hs = nil
		for _, g := range slices.Compact(slices.Sorted(slices.Values(groups))) {
			if !iam.ValidID(string(g)) {
				continue // which holds nothing
			}
			some, err := all(ctx, x, scanHolding, groupHoldings, t, g)
			if err != nil {
				return err
			}
			hs = append(hs, some...)
		}
		return nil
	})
	return hs, err
}
