package storage

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	readSettings = `SELECT s.settings, s.updated_at, s.version, COALESCE(i.sum, '') FROM tenants t
		LEFT JOIN tenant_settings s ON s.tenant_id = t.tenant_id
		LEFT JOIN tenant_images i ON i.tenant_id = t.tenant_id AND i.name = 'logo' WHERE t.tenant_id = $1`
	insertSettings = `INSERT INTO tenant_settings (tenant_id, settings, updated_at, version) VALUES ($1, $2, $3, 1) ON CONFLICT DO NOTHING`
	updateSettings = `UPDATE tenant_settings SET settings = $1, updated_at = $2, version = version + 1 WHERE tenant_id = $3 AND version = $4`
)

// Settings implements tenancy.Store. What is stored is read over the defaults,
// so that a setting which a later version adds has its default.
func (s *Store) Settings(ctx context.Context, t iam.TenantID) (st iam.Settings, err error) {
	defer s.wrap(&err, "Settings(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		st, err = scanSettings(x.row(ctx, readSettings, t))
		return found("tenant", string(t), err)
	})
	return st, err
}

func scanSettings(row scanner) (iam.Settings, error) {
	st := iam.DefaultSettings()
	var text sql.NullString
	var updated, version sql.NullInt64
	var logo string
	err := row.Scan(&text, &updated, &version, &logo)
	if err == nil && text.Valid {
		err = decodeJSON(text.String, &st)
	}
	st.Updated, st.Version, st.Branding.LogoSum = fromMicros(updated.Int64), version.Int64, logo
	return st, err
}

// UpdateSettings implements tenancy.Store.
func (s *Store) UpdateSettings(ctx context.Context, t iam.TenantID, in iam.Settings, jobs []iam.Job, events ...iam.Event) (st iam.Settings, err error) {
	defer s.wrap(&err, "UpdateSettings(%s)", t)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		var n int64
		var err error
		if in.Version == 0 {
			n, err = x.exec(ctx, insertSettings, t, encodeJSON(in), in.Updated)
		} else {
			n, err = x.exec(ctx, updateSettings, encodeJSON(in), in.Updated, t, in.Version)
		}
		if err != nil {
			return x.refers("tenant", string(t), err)
		}
		st, err = scanSettings(x.row(ctx, readSettings, t))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return iam.ErrNotFound("tenant", string(t))
		case err != nil:
			return err
		case n == 0:
			return iam.ErrStale("settings", string(t))
		}
		for _, j := range jobs {
			if err := x.insertJob(ctx, j); err != nil {
				return err
			}
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
	return st, err
}
