package storage

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	readAlias   = `SELECT name FROM tenant_names WHERE tenant_id = $1 AND kind = 'alias'`
	deleteAlias = `DELETE FROM tenant_names WHERE tenant_id = $1 AND kind = 'alias'`
	insertAlias = `INSERT INTO tenant_names (name, kind, tenant_id) VALUES ($1, 'alias', $2)`
)

// TenantAlias implements tenancy.Store.
func (s *Store) TenantAlias(ctx context.Context, t iam.TenantID) (alias string, err error) {
	defer s.wrap(&err, "TenantAlias(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		err := x.row(ctx, readAlias, t).Scan(&alias)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return alias, err
}

// SetTenantAlias implements tenancy.Store.
func (s *Store) SetTenantAlias(ctx context.Context, t iam.TenantID, alias string, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SetTenantAlias(%s, %q)", t, alias)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		var version int64
		if err := x.row(ctx, tenantVersion, t).Scan(&version); err != nil {
			return found("tenant", string(t), err)
		}
		if _, err := x.exec(ctx, deleteAlias, t); err != nil {
			return err
		}
		if alias != "" {
			if _, err := x.exec(ctx, insertAlias, alias, t); err != nil {
				return x.unique("tenant", alias, err)
			}
		}
		return x.note(ctx, events)
	})
}
