package storage

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	userWithID = `SELECT user_id FROM users WHERE tenant_id = $1 AND user_id = $2`
	writeMark  = `INSERT INTO imports (tenant_id, source_sum, position, tally, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, source_sum) DO UPDATE SET position = $3, tally = $4, updated_at = $5`
	readMark   = `SELECT source_sum, position, tally FROM imports WHERE tenant_id = $1 AND source_sum = $2`
	deleteMark = `DELETE FROM imports WHERE tenant_id = $1 AND source_sum = $2`
)

// ImportUsers implements directory.Store.
func (s *Store) ImportUsers(ctx context.Context, t iam.TenantID, w directory.ImportWrite) (left []int, err error) {
	defer s.wrap(&err, "ImportUsers(%s)", t)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		if left, err = x.importNew(ctx, w); err != nil {
			return err
		}
		security := false
		for i, u := range w.Old {
			if err := x.importOld(ctx, u, w.OldEvents[i]); err != nil {
				return err
			}
			security = security || u.Security || u.EndSessions
		}
		if err := x.note(ctx, w.OldEvents); err != nil {
			return err
		}
		if m := w.Mark; m.Source != "" && len(left) == 0 {
			if _, err := x.exec(ctx, writeMark, t, m.Source, m.Position, m.Tally, s.env.Time()); err != nil {
				return err
			}
		}
		if security {
			return x.bump(ctx)
		}
		return nil
	})
	return left, err
}

// importOld writes a user who is here.
func (x *call) importOld(ctx context.Context, w directory.UserWrite, event iam.Event) error {
	if err := x.updateUser(ctx, w, w.EndSessions); err != nil {
		return err
	}
	if err := x.updateUserValues(ctx, w.User); err != nil {
		return err
	}
	if w.EndSessions {
		if _, err := x.exec(ctx, deleteSessionsOf, x.tenant, w.User.ID); err != nil {
			return err
		}
	}
	return x.setNamed(ctx, w, []iam.Event{event})
}

// ImportMark implements directory.Store.
func (s *Store) ImportMark(ctx context.Context, t iam.TenantID, source string) (m directory.ImportMark, err error) {
	defer s.wrap(&err, "ImportMark(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		err := x.row(ctx, readMark, t, source).Scan(&m.Source, &m.Position, &m.Tally)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return m, err
}

// ForgetImport implements directory.Store.
func (s *Store) ForgetImport(ctx context.Context, t iam.TenantID, source string) (err error) {
	defer s.wrap(&err, "ForgetImport(%s)", t)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, deleteMark, t, source)
		return err
	})
}

// ResolveUsers implements directory.Store.
func (s *Store) ResolveUsers(ctx context.Context, t iam.TenantID, keys []directory.UserKey) (ids []iam.UserID, err error) {
	defer s.wrap(&err, "ResolveUsers(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		ids = make([]iam.UserID, len(keys))
		for i, k := range keys {
			query, key := usernameUser, iam.Fold(k.Username)
			if k.ID != "" {
				query, key = userWithID, string(k.ID)
				if !iam.ValidID(key) {
					continue
				}
			}
			err := x.row(ctx, query, t, key).Scan(&ids[i])
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		return nil
	})
	return ids, err
}
