package storage

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	readSupportAccess = `SELECT mode, namespaces, disabled, by_name, updated_at FROM support_access WHERE tenant_id = $1`
	// lockSupportAccess changes nothing, and makes who changes it meanwhile wait.
	lockSupportAccess = `UPDATE support_access SET mode = mode WHERE tenant_id = $1`
	setSupportAccess  = `INSERT INTO support_access (tenant_id, mode, namespaces, disabled, by_name, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id) DO UPDATE SET mode = $2, namespaces = $3, disabled = $4,
		by_name = $5, updated_at = $6`

	// supportSetting is the setting of the installation that has the id of its
	// support tenant.
	supportSetting = "support_tenant"
	replaceSetting = `INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`
	removeSetting  = `DELETE FROM installation WHERE name = $1`
)

// SupportAccess implements tenancy.Store and access.Store.
func (s *Store) SupportAccess(ctx context.Context, t iam.TenantID) (a iam.SupportAccess, err error) {
	defer s.wrap(&err, "SupportAccess(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		a, err = x.supportAccess(ctx)
		return err
	})
	return a, err
}

func (x *call) supportAccess(ctx context.Context) (a iam.SupportAccess, err error) {
	err = x.row(ctx, readSupportAccess, x.tenant).Scan(&a.Mode, jsonTo[[]string]{&a.Namespaces}, &a.Disabled, &a.By, to(&a.Updated))
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return a, err
}

// endSupportIn takes a namespace that ends out of those in which support may do
// something: another one that gets its name is not meant.
func (x *call) endSupportIn(ctx context.Context, namespace string) error {
	n, err := x.exec(ctx, lockSupportAccess, x.tenant)
	if err != nil || n == 0 {
		return err
	}
	a, err := x.supportAccess(ctx)
	if err != nil || !slices.Contains(a.Namespaces, namespace) {
		return err
	}
	a = a.Without(namespace)
	_, err = x.exec(ctx, setSupportAccess, x.tenant, a.Mode, encodeTexts(a.Namespaces), a.Disabled, a.By, a.Updated)
	return err
}

// SetSupportAccess implements tenancy.Store.
func (s *Store) SetSupportAccess(ctx context.Context, t iam.TenantID, a iam.SupportAccess, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SetSupportAccess(%s)", t)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, setSupportAccess, t, a.Mode, encodeTexts(a.Namespaces), a.Disabled, a.By, a.Updated)
		if err != nil {
			return x.refers("tenant", string(t), err)
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// SupportTenant implements tenancy.Store and access.Store.
func (s *Store) SupportTenant(ctx context.Context) (t iam.TenantID, err error) {
	id, _, err := s.Setting(ctx, supportSetting)
	return iam.TenantID(id), err
}

// SetSupportTenant implements tenancy.Store.
func (s *Store) SetSupportTenant(ctx context.Context, t iam.TenantID) (err error) {
	defer s.wrap(&err, "SetSupportTenant(%s)", t)
	if t != "" {
		if err := checkID("tenant", t); err != nil {
			return err
		}
	}
	return s.writeIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		var was iam.TenantID
		err := x.row(ctx, readSetting, supportSetting).Scan(&was)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if t == "" {
			_, err = x.exec(ctx, removeSetting, supportSetting)
		} else {
			var version int64
			if err := x.row(ctx, tenantVersion, t).Scan(&version); err != nil {
				return found("tenant", string(t), err)
			}
			_, err = x.exec(ctx, replaceSetting, supportSetting, t)
		}
		if err != nil || t == was {
			return err
		}
		for _, id := range []iam.TenantID{min(was, t), max(was, t)} {
			if id == "" {
				continue
			}
			if err := x.bumpOf(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
}
