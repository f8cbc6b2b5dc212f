package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertGroup = `INSERT INTO user_groups
		(tenant_id, group_id, handle, name, name_key, description, attributes, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1) ON CONFLICT DO NOTHING`
	updateGroup = `UPDATE user_groups SET name = $1, name_key = $2, description = $3, attributes = $4, updated_at = $5,
		version = version + 1 WHERE tenant_id = $6 AND group_id = $7 AND version = $8`
	touchGroup = `UPDATE user_groups SET updated_at = $1, version = version + 1 WHERE tenant_id = $2 AND group_id = $3`

	groupVersion = `SELECT version FROM user_groups WHERE tenant_id = $1 AND group_id = $2`
	groupByName  = `SELECT group_id FROM user_groups WHERE tenant_id = $1 AND name_key = $2`
	deleteGroup  = `DELETE FROM user_groups WHERE tenant_id = $1 AND group_id = $2 AND ($3 = 0 OR version = $3)`
)

// InsertGroup implements directory.Store. A new group without members gives
// nobody a right, and the epoch stays.
func (s *Store) InsertGroup(ctx context.Context, t iam.TenantID, w directory.GroupWrite, events ...iam.Event) (stored iam.Group, err error) {
	defer s.wrap(&err, "InsertGroup(%s, %s)", t, w.Group.ID)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		if stored, err = x.insertGroup(ctx, w.Group); err != nil {
			return err
		}
		if err := x.fillGroup(ctx, w, events); err != nil || w.Members == nil && w.Bindings == nil {
			return err
		}
		return x.bump(ctx)
	})
	return stored, err
}

// insertGroup writes a group under the first handle that is free. Exists: the
// name is taken.
func (x *call) insertGroup(ctx context.Context, g iam.Group) (iam.Group, error) {
	g.Version = 1
	err := underHandle("group", g.Handle, func(handle string) (int64, error) {
		g.Handle = handle
		n, err := x.exec(ctx, insertGroup, x.tenant, g.ID, handle, g.Name, iam.Fold(g.Name), g.Description, g.Attributes, g.Created, g.Updated)
		return n, x.refers("tenant", string(x.tenant), err)
	}, func() error {
		var other iam.GroupID
		return free("group", g.Name, x.row(ctx, groupByName, x.tenant, iam.Fold(g.Name)).Scan(&other))
	})
	if err != nil {
		return g, err
	}
	return g, x.insertGroupValues(ctx, g)
}

// UpdateGroup implements directory.Store. The epoch grows also where only the
// name changes, by which other tenants give what the group has.
func (s *Store) UpdateGroup(ctx context.Context, t iam.TenantID, w directory.GroupWrite, events ...iam.Event) (err error) {
	g := w.Group
	defer s.wrap(&err, "UpdateGroup(%s, %s)", t, g.ID)
	if err := checkID("group", g.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, updateGroup, g.Name, iam.Fold(g.Name), g.Description, g.Attributes, g.Updated, t, g.ID, g.Version)
		err = x.unique("group", g.Name, err)
		if err := x.versioned(ctx, n, err, "group", string(g.ID), groupVersion, t, g.ID); err != nil {
			return err
		}
		if err := x.updateGroupValues(ctx, g); err != nil {
			return err
		}
		if err := x.fillGroup(ctx, w, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// fillGroup writes what goes with a group.
func (x *call) fillGroup(ctx context.Context, w directory.GroupWrite, events []iam.Event) error {
	if err := x.setMembers(ctx, w); err != nil {
		return err
	}
	if _, err := x.changeMembers(ctx, w.Group.ID, directory.MemberChange{Join: w.Join, Leave: w.Leave, At: w.Group.Updated}); err != nil {
		return err
	}
	if err := x.setGroupBindings(ctx, w); err != nil {
		return err
	}
	return x.note(ctx, events)
}

// DeleteGroup implements directory.Store.
func (s *Store) DeleteGroup(ctx context.Context, t iam.TenantID, id iam.GroupID, version int64, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteGroup(%s, %s)", t, id)
	if err := checkID("group", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, deleteGroup, t, id, version)
		if err := x.versioned(ctx, n, err, "group", string(id), groupVersion, t, id); err != nil {
			return err
		}
		if err := x.linksChanged(ctx); err != nil { // those that gave it something
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

const (
	groupColumns      = `p.group_id, p.handle, p.name, p.description, p.attributes, p.created_at, p.updated_at, p.version`
	readGroup         = `SELECT ` + groupColumns + ` FROM user_groups p WHERE p.tenant_id = $1 AND `
	readGroupByID     = readGroup + `p.group_id = $2`
	readGroupByHandle = readGroup + `p.handle = $2`
	readGroupByName   = readGroup + `p.name_key = $2`
)

func scanGroup(row scanner) (g iam.Group, err error) {
	err = row.Scan(&g.ID, &g.Handle, &g.Name, &g.Description, to(&g.Attributes), to(&g.Created), to(&g.Updated), &g.Version)
	return g, err
}

// Group implements directory.Store.
func (s *Store) Group(ctx context.Context, t iam.TenantID, k directory.GroupKey) (g iam.Group, err error) {
	defer s.wrap(&err, "Group(%s)", t)
	query, key := readGroupByName, k.Name
	arg := iam.Fold(k.Name)
	switch {
	case k.ID != "":
		if err := checkID("group", k.ID); err != nil {
			return g, err
		}
		query, key, arg = readGroupByID, string(k.ID), string(k.ID)
	case k.Handle != "":
		query, key, arg = readGroupByHandle, k.Handle, k.Handle
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		g, err = scanGroup(x.row(ctx, query, t, arg))
		return found("group", key, err)
	})
	return g, err
}

var groups = listing[iam.Group]{
	table:   "user_groups",
	columns: groupColumns,
	id:      "group_id",
	idOf:    func(g iam.Group) string { return string(g.ID) },
	sorts: map[string]ordering[iam.Group]{
		"name":    {column: "name_key", text: func(g iam.Group) string { return iam.Fold(g.Name) }},
		"created": {column: "created_at", time: func(g iam.Group) time.Time { return g.Created }},
	},
	sort: "name",
	scan: scanGroup,
}

// Groups implements directory.Store.
func (s *Store) Groups(ctx context.Context, t iam.TenantID, p iam.Page) (l iam.List[iam.Group], err error) {
	defer s.wrap(&err, "Groups(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		l, err = groups.list(ctx, x, rowsOf(t), p)
		return err
	})
	return l, err
}
