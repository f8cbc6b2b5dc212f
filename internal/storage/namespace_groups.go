package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertNamespaceGroup = `INSERT INTO namespace_groups (tenant_id, namespace_group_id, name, name_key, attributes,
		created_by, updated_by, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`
	updateNamespaceGroup = `UPDATE namespace_groups SET name = $1, name_key = $2, attributes = $3, updated_by = $4, updated_at = $5,
		version = version + 1 WHERE tenant_id = $6 AND namespace_group_id = $7 AND version = $8`
	namespaceGroupVersion = `SELECT version FROM namespace_groups WHERE tenant_id = $1 AND namespace_group_id = $2`
	deleteNamespaceGroup  = `DELETE FROM namespace_groups WHERE tenant_id = $1 AND namespace_group_id = $2`

	namespaceGroupMembers = `SELECT namespace_id FROM namespace_group_members WHERE tenant_id = $1 AND namespace_group_id = $2`
	insertGroupNamespace  = `INSERT INTO namespace_group_members (tenant_id, namespace_group_id, namespace_id) VALUES ($1, $2, $3)`
	deleteGroupNamespace  = `DELETE FROM namespace_group_members WHERE tenant_id = $1 AND namespace_group_id = $2 AND namespace_id = $3`
)

// InsertNamespaceGroup implements tenancy.Store. Nobody has a binding in its
// scope yet, so the epoch stays.
func (s *Store) InsertNamespaceGroup(ctx context.Context, t iam.TenantID, g iam.NamespaceGroup, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertNamespaceGroup(%s, %s)", t, g.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, insertNamespaceGroup, t, g.ID, g.Name, iam.Fold(g.Name), g.Attributes, g.CreatedBy, g.UpdatedBy, g.Created, g.Updated)
		if err != nil {
			return x.refers("tenant", string(t), x.unique("namespace group", g.Name, err))
		}
		if err := x.setNamespaces(ctx, g); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

// UpdateNamespaceGroup implements tenancy.Store. NotFound also for a namespace
// that is gone.
func (s *Store) UpdateNamespaceGroup(ctx context.Context, t iam.TenantID, g iam.NamespaceGroup, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateNamespaceGroup(%s, %s)", t, g.ID)
	if err := checkID("namespace group", g.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, updateNamespaceGroup, g.Name, iam.Fold(g.Name), g.Attributes, g.UpdatedBy, g.Updated, t, g.ID, g.Version)
		err = x.unique("namespace group", g.Name, err)
		if err := x.versioned(ctx, n, err, "namespace group", string(g.ID), namespaceGroupVersion, t, g.ID); err != nil {
			return err
		}
		if err := x.setNamespaces(ctx, g); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// setNamespaces makes the namespaces of a group those of g.
func (x *call) setNamespaces(ctx context.Context, g iam.NamespaceGroup) error {
	before, err := all(ctx, x, scanOne[iam.NamespaceID], namespaceGroupMembers, x.tenant, g.ID)
	if err != nil {
		return err
	}
	rest := make(map[iam.NamespaceID]bool, len(before))
	for _, id := range before {
		rest[id] = true
	}
	for _, n := range g.Namespaces {
		if rest[n.ID] {
			delete(rest, n.ID)
			continue
		}
		if err := checkID("namespace", n.ID); err != nil {
			return err
		}
		if _, err := x.exec(ctx, insertGroupNamespace, x.tenant, g.ID, n.ID); err != nil {
			return x.refers("namespace", n.Name, err)
		}
	}
	for _, id := range before {
		if !rest[id] {
			continue
		}
		if _, err := x.exec(ctx, deleteGroupNamespace, x.tenant, g.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// DeleteNamespaceGroup implements tenancy.Store. The bindings in its scope go
// by a foreign key.
func (s *Store) DeleteNamespaceGroup(ctx context.Context, t iam.TenantID, id iam.NamespaceGroupID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteNamespaceGroup(%s, %s)", t, id)
	if err := checkID("namespace group", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "namespace group", string(id), deleteNamespaceGroup, t, id); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

var (
	readNamespaceGroups = `SELECT p.namespace_group_id, p.name, p.attributes, p.created_by, p.updated_by, p.created_at, p.updated_at, p.version,
		(SELECT ` + refText("n.namespace_id", "n.name", "n.name") + ` FROM namespace_group_members m CROSS JOIN namespaces n
			WHERE m.tenant_id = p.tenant_id AND m.namespace_group_id = p.namespace_group_id
			AND n.tenant_id = m.tenant_id AND n.namespace_id = m.namespace_id)
		FROM namespace_groups p WHERE p.tenant_id = $1`
	readNamespaceGroup  = readNamespaceGroups + ` AND p.namespace_group_id = $2`
	listNamespaceGroups = readNamespaceGroups + ` ORDER BY p.name_key`
)

func scanNamespaceGroup(row scanner) (g iam.NamespaceGroup, err error) {
	err = row.Scan(&g.ID, &g.Name, to(&g.Attributes), &g.CreatedBy, &g.UpdatedBy, to(&g.Created), to(&g.Updated), &g.Version,
		refsTo[iam.NamespaceID]{&g.Namespaces})
	return g, err
}

// NamespaceGroup implements tenancy.Store.
func (s *Store) NamespaceGroup(ctx context.Context, t iam.TenantID, id iam.NamespaceGroupID) (g iam.NamespaceGroup, err error) {
	defer s.wrap(&err, "NamespaceGroup(%s, %s)", t, id)
	if err := checkID("namespace group", id); err != nil {
		return g, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		g, err = scanNamespaceGroup(x.row(ctx, readNamespaceGroup, t, id))
		return found("namespace group", string(id), err)
	})
	return g, err
}

// NamespaceGroups implements tenancy.Store.
func (s *Store) NamespaceGroups(ctx context.Context, t iam.TenantID) (gs []iam.NamespaceGroup, err error) {
	defer s.wrap(&err, "NamespaceGroups(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		gs, err = all(ctx, x, scanNamespaceGroup, listNamespaceGroups, t)
		return err
	})
	return gs, err
}
