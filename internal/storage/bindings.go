package storage

import (
	"context"
	"database/sql"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertBinding = `INSERT INTO bindings (tenant_id, binding_id, user_id, group_id, role_id, scope, created_by, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	deleteBinding = `DELETE FROM bindings WHERE tenant_id = $1 AND binding_id = $2`

	bindingColumns = `b.binding_id, b.user_id, b.group_id, b.role_id, b.scope, b.created_by, b.created_at`
	readBinding    = `SELECT ` + bindingColumns + ` FROM bindings b WHERE b.tenant_id = $1 AND b.binding_id = $2`
	groupBindings  = `SELECT ` + bindingColumns + ` FROM bindings b WHERE b.tenant_id = $1 AND b.group_id = $2`

	// $3 is whether the state of the user matters not.
	actingUser = ` FROM users u JOIN tenants t ON t.tenant_id = u.tenant_id
		WHERE u.tenant_id = $1 AND u.user_id = $2 AND ($3 OR u.state <> 'disabled' AND t.state = 'active')`
	holdings = `SELECT ` + bindingColumns + `, '' FROM bindings b
			WHERE b.tenant_id = $1 AND b.user_id = $2 AND EXISTS (SELECT 1` + actingUser + `)
		UNION ALL SELECT ` + bindingColumns + `, g.name FROM memberships m
			JOIN bindings b ON b.tenant_id = m.tenant_id AND b.group_id = m.group_id
			JOIN user_groups g ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id
			WHERE m.tenant_id = $1 AND m.user_id = $2 AND EXISTS (SELECT 1` + actingUser + `)`
)

func scanBinding(row scanner, more ...any) (b iam.Binding, err error) {
	var user, group sql.NullString
	err = row.Scan(append([]any{&b.ID, &user, &group, &b.Role, &b.Scope, &b.CreatedBy, to(&b.Created)}, more...)...)
	b.User, b.Group = iam.UserID(user.String), iam.GroupID(group.String)
	return b, err
}

// Holdings implements access.Store.
func (s *Store) Holdings(ctx context.Context, t iam.TenantID, u iam.UserID, anyState bool) (hs []access.Holding, err error) {
	defer s.wrap(&err, "Holdings(%s, %s)", t, u)
	if !iam.ValidID(string(u)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		hs, err = all(ctx, x, func(row scanner) (h access.Holding, err error) {
			h.Binding, err = scanBinding(row, &h.GroupName)
			return h, err
		}, holdings, t, u, anyState)
		return err
	})
	return hs, err
}

// GroupBindings implements access.Store.
func (s *Store) GroupBindings(ctx context.Context, t iam.TenantID, g iam.GroupID) (bs []iam.Binding, err error) {
	defer s.wrap(&err, "GroupBindings(%s, %s)", t, g)
	if !iam.ValidID(string(g)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		bs, err = all(ctx, x, func(row scanner) (iam.Binding, error) { return scanBinding(row) }, groupBindings, t, g)
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

// InsertBinding implements access.Store.
func (s *Store) InsertBinding(ctx context.Context, t iam.TenantID, b iam.Binding, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertBinding(%s, %s)", t, b.ID)
	if err := checkID("role", b.Role); err != nil {
		return err
	}
	what, holder := "user", string(b.User)
	var user, group any
	if b.User != "" {
		user = b.User
	} else {
		what, holder, group = "group", string(b.Group), b.Group
	}
	if err := checkID(what, holder); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		// The failure of the insertion would not tell which one is not there.
		var version int64
		if err := x.row(ctx, roleVersion, t, b.Role).Scan(&version); err != nil {
			return found("role", string(b.Role), err)
		}
		_, err := x.exec(ctx, insertBinding, t, b.ID, user, group, b.Role, b.Scope, b.CreatedBy, b.Created)
		if err != nil {
			return x.refers(what, holder, x.unique("binding", string(b.ID), err))
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
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
