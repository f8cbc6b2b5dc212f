package storage

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// rule is an iam.Rule in the column of JSON.
type rule struct {
	Permission string   `json:"permission,omitempty"`
	Methods    []string `json:"methods,omitempty"`
	Path       string   `json:"path,omitempty"`
}

func encodeAPIRules(rules []iam.Rule) (string, error) {
	rows := make([]rule, len(rules))
	for i, r := range rules {
		rows[i] = rule(r)
	}
	b, err := json.Marshal(rows)
	return string(b), err
}

const (
	insertAPIGroup = `INSERT INTO api_groups
		(tenant_id, api_group_id, name, name_key, description, builtin, rules, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`
	ensureAPIGroup = insertAPIGroup + ` ON CONFLICT DO NOTHING`
	updateAPIGroup = `UPDATE api_groups SET name = $1, name_key = $2, description = $3, rules = $4, updated_at = $5,
		version = version + 1 WHERE tenant_id = $6 AND api_group_id = $7 AND version = $8`
	apiGroupVersion = `SELECT version FROM api_groups WHERE tenant_id = $1 AND api_group_id = $2`
	deleteAPIGroup  = `DELETE FROM api_groups WHERE tenant_id = $1 AND api_group_id = $2`
	readAPIGroups   = `SELECT api_group_id, name, description, builtin, rules, created_at, updated_at, version FROM api_groups
		WHERE tenant_id = $1`
	readAPIGroupByName = readAPIGroups + ` AND name_key = $2`
)

// InsertAPIGroup implements access.Store. No role has a new group, so the
// epoch stays.
func (s *Store) InsertAPIGroup(ctx context.Context, t iam.TenantID, g iam.APIGroup, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertAPIGroup(%s, %s)", t, g.ID)
	args, err := apiGroupArgs(t, g)
	if err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, insertAPIGroup, args...)
		if err != nil {
			return x.refers("tenant", string(t), x.unique("API group", g.Name, err))
		}
		return x.note(ctx, events)
	})
}

func apiGroupArgs(t iam.TenantID, g iam.APIGroup) ([]any, error) {
	rules, err := encodeAPIRules(g.Rules)
	return []any{t, g.ID, g.Name, iam.Fold(g.Name), g.Description, g.Builtin, rules, g.Created, g.Updated}, err
}

// EnsureAPIGroups implements access.Store. No role has a new group, so the
// epoch stays.
func (s *Store) EnsureAPIGroups(ctx context.Context, t iam.TenantID, groups []iam.APIGroup) (stored []iam.APIGroup, err error) {
	defer s.wrap(&err, "EnsureAPIGroups(%s)", t)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		stored = make([]iam.APIGroup, len(groups))
		for _, i := range inOrder(groups) {
			if stored[i], err = x.ensureAPIGroup(ctx, groups[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return stored, nil
}

// inOrder answers the places of API groups in the order of their names, in
// which several are written; see compareBindings.
func inOrder(groups []iam.APIGroup) []int {
	places := make([]int, len(groups))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return strings.Compare(groups[a].Name, groups[b].Name) })
	return places
}

// ensureAPIGroup answers the built-in API group of a name, and makes it where
// it is not there.
func (x *call) ensureAPIGroup(ctx context.Context, g iam.APIGroup) (iam.APIGroup, error) {
	g.Builtin = true
	args, err := apiGroupArgs(x.tenant, g)
	if err != nil {
		return g, err
	}
	if _, err := x.exec(ctx, ensureAPIGroup, args...); err != nil {
		return g, x.refers("tenant", string(x.tenant), err)
	}
	stored, err := scanAPIGroup(x.row(ctx, readAPIGroupByName, x.tenant, iam.Fold(g.Name)))
	if err == nil && !stored.Builtin {
		err = iam.ErrExists("API group", g.Name)
	}
	return stored, err
}

// UpdateAPIGroup implements access.Store.
func (s *Store) UpdateAPIGroup(ctx context.Context, t iam.TenantID, g iam.APIGroup, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateAPIGroup(%s, %s)", t, g.ID)
	if err := checkID("API group", g.ID); err != nil {
		return err
	}
	rules, err := encodeAPIRules(g.Rules)
	if err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, updateAPIGroup, g.Name, iam.Fold(g.Name), g.Description, rules, g.Updated, t, g.ID, g.Version)
		err = x.unique("API group", g.Name, err)
		if err := x.versioned(ctx, n, err, "API group", string(g.ID), apiGroupVersion, t, g.ID); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// DeleteAPIGroup implements access.Store. No role has it, so the epoch stays.
func (s *Store) DeleteAPIGroup(ctx context.Context, t iam.TenantID, id iam.APIGroupID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteAPIGroup(%s, %s)", t, id)
	if err := checkID("API group", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "API group", string(id), deleteAPIGroup, t, id); err != nil {
			return x.inUse("API group", string(id), "roles", err)
		}
		return x.note(ctx, events)
	})
}

func scanAPIGroup(row scanner) (g iam.APIGroup, err error) {
	var rules []rule
	err = row.Scan(&g.ID, &g.Name, &g.Description, &g.Builtin, jsonTo[[]rule]{&rules}, to(&g.Created), to(&g.Updated), &g.Version)
	for _, r := range rules {
		g.Rules = append(g.Rules, iam.Rule(r))
	}
	return g, err
}

// Rulebook implements access.Store. It reads one state of both, so that no
// role has an API group that is not answered.
func (s *Store) Rulebook(ctx context.Context, t iam.TenantID) (roles []iam.Role, groups []iam.APIGroup, err error) {
	defer s.wrap(&err, "Rulebook(%s)", t)
	err = s.snapshot(ctx, t, func(ctx context.Context, x *call) error {
		if roles, err = all(ctx, x, scanRole, readRoles, t); err != nil {
			return err
		}
		groups, err = all(ctx, x, scanAPIGroup, readAPIGroups, t)
		return err
	})
	return roles, groups, err
}
