package storage

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertBinding = `INSERT INTO bindings (tenant_id, binding_id, user_id, group_id, role_id, scope, created_by, created_at,
		namespace_id, namespace_group_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`
	deleteBinding = `DELETE FROM bindings WHERE tenant_id = $1 AND binding_id = $2`

	bindingColumns = `b.binding_id, b.user_id, b.group_id, b.role_id, b.scope, b.created_by, b.created_at`
	readBinding    = `SELECT ` + bindingColumns + ` FROM bindings b WHERE b.tenant_id = $1 AND b.binding_id = $2`
	allBindings    = `SELECT ` + bindingColumns + ` FROM bindings b WHERE b.tenant_id = $1 ORDER BY b.created_at, b.binding_id`
	groupBindings  = `SELECT ` + bindingColumns + ` FROM bindings b WHERE b.tenant_id = $1 AND b.group_id = $2`
	roleGroups     = `SELECT ` + bindingColumns + ` FROM bindings b WHERE b.tenant_id = $1 AND b.role_id = $2 AND b.group_id IS NOT NULL`

	namespaceBindings      = `SELECT ` + bindingColumns + ` FROM bindings b WHERE b.tenant_id = $1 AND b.namespace_id = $2`
	namespaceGroupBindings = `SELECT ` + bindingColumns + ` FROM bindings b WHERE b.tenant_id = $1 AND b.namespace_group_id = $2`

	// $3 is whether the state of the user matters not.
	actingUser = ` FROM users u JOIN tenants t ON t.tenant_id = u.tenant_id
		WHERE u.tenant_id = $1 AND u.user_id = $2 AND ($3 OR u.state <> 'disabled' AND t.state = 'active')`
)

// holdings are a user's own and those of its groups, each with the group and
// with the namespaces that its scope has where that is a group of namespaces.
var holdings = `SELECT ` + bindingColumns + `, '', ` + scopeColumns + ` FROM bindings b ` + scopeJoin + `
		WHERE b.tenant_id = $1 AND b.user_id = $2 AND EXISTS (SELECT 1` + actingUser + `)
	UNION ALL SELECT ` + bindingColumns + `, g.name, ` + scopeColumns + ` FROM memberships m
		JOIN bindings b ON b.tenant_id = m.tenant_id AND b.group_id = m.group_id
		JOIN user_groups g ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id ` + scopeJoin + `
		WHERE m.tenant_id = $1 AND m.user_id = $2 AND EXISTS (SELECT 1` + actingUser + `)`

var scopeColumns = `COALESCE(s.name, ''), CASE WHEN b.namespace_group_id IS NULL THEN '' ELSE
	(SELECT COALESCE(string_agg(` + netstring("n.name") + `, '' ORDER BY n.name), '') FROM namespace_group_members i CROSS JOIN namespaces n
		WHERE i.tenant_id = b.tenant_id AND i.namespace_group_id = b.namespace_group_id
		AND n.tenant_id = i.tenant_id AND n.namespace_id = i.namespace_id) END`

const scopeJoin = `LEFT JOIN namespace_groups s ON s.tenant_id = b.tenant_id AND s.namespace_group_id = b.namespace_group_id`

func scanHolding(row scanner) (h access.Holding, err error) {
	h.Binding, err = scanBinding(row, &h.GroupName, &h.NamespaceGroup, textsTo{&h.Namespaces})
	return h, err
}

func scanBinding(row scanner, more ...any) (b iam.Binding, err error) {
	var user, group sql.NullString
	err = row.Scan(append([]any{&b.ID, &user, &group, &b.Role, &b.Scope, &b.CreatedBy, to(&b.Created)}, more...)...)
	b.User, b.Group = iam.UserID(user.String), iam.GroupID(group.String)
	return b, err
}

func scanPlainBinding(row scanner) (iam.Binding, error) { return scanBinding(row) }

// Holdings implements access.Store.
func (s *Store) Holdings(ctx context.Context, t iam.TenantID, u iam.UserID, anyState bool) (hs []access.Holding, err error) {
	defer s.wrap(&err, "Holdings(%s, %s)", t, u)
	if !iam.ValidID(string(u)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		hs, err = all(ctx, x, scanHolding, holdings, t, u, anyState)
		return err
	})
	return hs, err
}

// GroupBindings implements access.Store.
func (s *Store) GroupBindings(ctx context.Context, t iam.TenantID, g iam.GroupID) (bs []iam.Binding, err error) {
	defer s.wrap(&err, "GroupBindings(%s, %s)", t, g)
	return s.bindingsOf(ctx, t, groupBindings, string(g))
}

// RoleGroups implements access.Store.
func (s *Store) RoleGroups(ctx context.Context, t iam.TenantID, r iam.RoleID) (bs []iam.Binding, err error) {
	defer s.wrap(&err, "RoleGroups(%s, %s)", t, r)
	return s.bindingsOf(ctx, t, roleGroups, string(r))
}

// bindingsOf answers none for an id that cannot be one.
func (s *Store) bindingsOf(ctx context.Context, t iam.TenantID, query, id string) (bs []iam.Binding, err error) {
	if !iam.ValidID(id) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		bs, err = all(ctx, x, scanPlainBinding, query, t, id)
		return err
	})
	return bs, err
}

// ScopeBindings implements access.Store. There are none in a scope that is not
// there.
func (s *Store) ScopeBindings(ctx context.Context, t iam.TenantID, scope iam.Scope) (bs []iam.Binding, err error) {
	defer s.wrap(&err, "ScopeBindings(%s, %s)", t, scope)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		namespace, group, err := x.scope(ctx, scope)
		switch {
		case iam.Is(err, iam.NotFound):
			return nil
		case err != nil:
			return err
		case namespace != nil:
			bs, err = all(ctx, x, scanPlainBinding, namespaceBindings, t, namespace)
		case group != nil:
			bs, err = all(ctx, x, scanPlainBinding, namespaceGroupBindings, t, group)
		}
		return err
	})
	return bs, err
}

// Binding implements access.Store.
func (s *Store) Binding(ctx context.Context, t iam.TenantID, id iam.BindingID) (b iam.Binding, err error) {
	defer s.wrap(&err, "Binding(%s, %s)", t, id)
	if err := checkID("binding", id); err != nil {
		return b, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		b, err = scanBinding(x.row(ctx, readBinding, t, id))
		return found("binding", string(id), err)
	})
	return b, err
}

// AllBindings implements access.Store.
func (s *Store) AllBindings(ctx context.Context, t iam.TenantID) (bs []iam.Binding, err error) {
	defer s.wrap(&err, "AllBindings(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		bs, err = all(ctx, x, scanPlainBinding, allBindings, t)
		return err
	})
	return bs, err
}

// InsertBinding implements access.Store.
func (s *Store) InsertBinding(ctx context.Context, t iam.TenantID, b iam.Binding, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertBinding(%s, %s)", t, b.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		inserted, err := x.insertBinding(ctx, b)
		if err != nil {
			return err
		}
		if !inserted {
			return iam.ErrExists("binding", string(b.ID))
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// InsertBindings implements access.Store.
func (s *Store) InsertBindings(ctx context.Context, t iam.TenantID, bs []iam.Binding, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertBindings(%s)", t)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		for _, b := range slices.SortedFunc(slices.Values(bs), compareBindings) {
			if _, err := x.insertBinding(ctx, b); err != nil {
				return err
			}
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// compareBindings is the order in which several bindings are written. Who wrote
// the same ones at once in another order would wait for each other, until
// PostgreSQL notices after a second.
func compareBindings(a, b iam.Binding) int {
	return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Scope, b.Scope))
}

// insertBinding writes a binding. inserted is false where the same one is
// there. NotFound: its user, group, role, namespace or group of namespaces is
// not.
func (x *call) insertBinding(ctx context.Context, b iam.Binding) (inserted bool, err error) {
	if err := checkID("role", b.Role); err != nil {
		return false, err
	}
	what, holder := "user", string(b.User)
	var user, group any
	if b.User != "" {
		user = b.User
	} else {
		what, holder, group = "group", string(b.Group), b.Group
	}
	if err := checkID(what, holder); err != nil {
		return false, err
	}
	// The failure of the insertion would not tell which one is not there.
	var version int64
	if err := x.row(ctx, roleVersion, x.tenant, b.Role).Scan(&version); err != nil {
		return false, found("role", string(b.Role), err)
	}
	namespace, namespaces, err := x.scope(ctx, b.Scope)
	if err != nil {
		return false, err
	}
	n, err := x.exec(ctx, insertBinding, x.tenant, b.ID, user, group, b.Role, b.Scope, b.CreatedBy, b.Created, namespace, namespaces)
	return n > 0, x.refers(what, holder, err)
}

// DeleteBinding implements access.Store.
func (s *Store) DeleteBinding(ctx context.Context, t iam.TenantID, id iam.BindingID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteBinding(%s, %s)", t, id)
	if err := checkID("binding", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "binding", string(id), deleteBinding, t, id); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// scope answers what a scope refers to, as columns: the namespace or the group
// of namespaces that the binding ends with. NotFound: it is not there.
func (x *call) scope(ctx context.Context, s iam.Scope) (namespace, group any, err error) {
	if name, ok := s.Namespace(); ok {
		n, err := scanNamespace(x.row(ctx, readNamespace, x.tenant, name))
		return n.ID, nil, found("namespace", name, err)
	}
	if id, ok := s.NamespaceGroup(); ok {
		if err := checkID("namespace group", id); err != nil {
			return nil, nil, err
		}
		var version int64
		err := x.row(ctx, namespaceGroupVersion, x.tenant, id).Scan(&version)
		return nil, id, found("namespace group", string(id), err)
	}
	return nil, nil, nil
}
