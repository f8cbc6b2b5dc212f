package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertRole = `INSERT INTO roles
		(tenant_id, role_id, handle, name, name_key, description, builtin, disabled, attributes, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) ON CONFLICT DO NOTHING`
	updateRole = `UPDATE roles SET name = $1, name_key = $2, description = $3, disabled = $4, attributes = $5, updated_at = $6,
		version = version + 1 WHERE tenant_id = $7 AND role_id = $8 AND version = $9`
	roleVersion = `SELECT version FROM roles WHERE tenant_id = $1 AND role_id = $2`
	roleByName  = `SELECT role_id FROM roles WHERE tenant_id = $1 AND name_key = $2`
	deleteRole  = `DELETE FROM roles WHERE tenant_id = $1 AND role_id = $2`

	insertRoleAPIGroup  = `INSERT INTO role_api_groups (tenant_id, role_id, api_group_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	deleteRoleAPIGroups = `DELETE FROM role_api_groups WHERE tenant_id = $1 AND role_id = $2`
)

// InsertRole implements access.Store.
func (s *Store) InsertRole(ctx context.Context, t iam.TenantID, r iam.Role, events ...iam.Event) (stored iam.Role, err error) {
	defer s.wrap(&err, "InsertRole(%s, %s)", t, r.ID)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		if stored, err = x.insertRole(ctx, r); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
	return stored, err
}

// insertRole writes a role under the first handle that is free. Exists: the
// name is taken; NotFound: an API group is not there.
func (x *call) insertRole(ctx context.Context, r iam.Role) (iam.Role, error) {
	r.Version = 1
	err := underHandle("role", r.Handle, func(handle string) (int64, error) {
		r.Handle = handle
		n, err := x.exec(ctx, insertRole, roleArgs(x.tenant, r)...)
		return n, x.refers("tenant", string(x.tenant), err)
	}, func() error {
		var other iam.RoleID
		return free("role", r.Name, x.row(ctx, roleByName, x.tenant, iam.Fold(r.Name)).Scan(&other))
	})
	if err != nil {
		return iam.Role{}, err
	}
	return r, x.insertAPIGroupsOf(ctx, r)
}

func roleArgs(t iam.TenantID, r iam.Role) []any {
	return []any{t, r.ID, r.Handle, r.Name, iam.Fold(r.Name), r.Description, r.Builtin, r.Disabled, r.Attributes, r.Created,
		r.Updated}
}

func (x *call) insertAPIGroupsOf(ctx context.Context, r iam.Role) error {
	for _, id := range r.APIGroups {
		if err := checkID("API group", id); err != nil {
			return err
		}
		if _, err := x.exec(ctx, insertRoleAPIGroup, x.tenant, r.ID, id); err != nil {
			return x.refers("API group", string(id), err)
		}
	}
	return nil
}

// UpdateRole implements access.Store. NotFound also for an API group that is
// not there.
func (s *Store) UpdateRole(ctx context.Context, t iam.TenantID, r iam.Role, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateRole(%s, %s)", t, r.ID)
	if err := checkID("role", r.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, updateRole, r.Name, iam.Fold(r.Name), r.Description, r.Disabled, r.Attributes, r.Updated, t, r.ID, r.Version)
		err = x.unique("role", r.Name, err)
		if err := x.versioned(ctx, n, err, "role", string(r.ID), roleVersion, t, r.ID); err != nil {
			return err
		}
		if _, err := x.exec(ctx, deleteRoleAPIGroups, t, r.ID); err != nil {
			return err
		}
		if err := x.insertAPIGroupsOf(ctx, r); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// DeleteRole implements access.Store.
func (s *Store) DeleteRole(ctx context.Context, t iam.TenantID, id iam.RoleID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteRole(%s, %s)", t, id)
	if err := checkID("role", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "role", string(id), deleteRole, t, id); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

const (
	roleColumns = `p.role_id, p.handle, p.name, p.description, p.builtin, p.disabled, p.attributes, p.created_at, p.updated_at,
		p.version,
		(SELECT COALESCE(string_agg(CAST(a.api_group_id AS TEXT), ''), '') FROM role_api_groups a
			WHERE a.tenant_id = p.tenant_id AND a.role_id = p.role_id)`
	readRoles        = `SELECT ` + roleColumns + ` FROM roles p WHERE p.tenant_id = $1`
	readRoleByID     = readRoles + ` AND p.role_id = $2`
	readRoleByHandle = readRoles + ` AND p.handle = $2`
	readRoleByName   = readRoles + ` AND p.name_key = $2`
)

func scanRole(row scanner) (r iam.Role, err error) {
	err = row.Scan(&r.ID, &r.Handle, &r.Name, &r.Description, &r.Builtin, &r.Disabled, to(&r.Attributes), to(&r.Created),
		to(&r.Updated), &r.Version, idsTo[iam.APIGroupID]{&r.APIGroups})
	return r, err
}

// Role implements access.Store.
func (s *Store) Role(ctx context.Context, t iam.TenantID, k access.RoleKey) (r iam.Role, err error) {
	defer s.wrap(&err, "Role(%s)", t)
	query, key, arg := readRoleByName, k.Name, iam.Fold(k.Name)
	switch {
	case k.ID != "":
		if err := checkID("role", k.ID); err != nil {
			return r, err
		}
		query, key, arg = readRoleByID, string(k.ID), string(k.ID)
	case k.Handle != "":
		query, key, arg = readRoleByHandle, k.Handle, k.Handle
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		r, err = scanRole(x.row(ctx, query, t, arg))
		return found("role", key, err)
	})
	return r, err
}

var roles = listing[iam.Role]{
	table:   "roles",
	columns: roleColumns,
	id:      "role_id",
	idOf:    func(r iam.Role) string { return string(r.ID) },
	sorts: map[string]ordering[iam.Role]{
		"name":    {column: "name_key", text: func(r iam.Role) string { return iam.Fold(r.Name) }},
		"created": {column: "created_at", time: func(r iam.Role) time.Time { return r.Created }},
	},
	sort: "name",
	scan: scanRole,
}

// Roles implements access.Store.
func (s *Store) Roles(ctx context.Context, t iam.TenantID, p iam.Page) (l iam.List[iam.Role], err error) {
	defer s.wrap(&err, "Roles(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		l, err = roles.list(ctx, x, rowsOf(t), p)
		return err
	})
	return l, err
}
