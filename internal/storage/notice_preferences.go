package storage

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

const (
	readRecipient = `SELECT u.user_id, u.username, u.email, u.language, p.code, p.enabled FROM users u
		LEFT JOIN notice_preferences p ON p.tenant_id = u.tenant_id AND p.user_id = u.user_id
		WHERE u.tenant_id = $1 AND u.user_id = $2`
	setPreference = `INSERT INTO notice_preferences (tenant_id, user_id, code, enabled, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, user_id, code) DO UPDATE SET enabled = $4, updated_at = $5`
)

// Recipient implements notice.Store.
func (s *Store) Recipient(ctx context.Context, t iam.TenantID, u iam.UserID) (r notice.Recipient, err error) {
	defer s.wrap(&err, "Recipient(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return r, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		r = notice.Recipient{Said: map[string]bool{}}
		_, err := all(ctx, x, func(row scanner) (_ struct{}, err error) {
			var code sql.NullString
			var on sql.NullBool
			err = row.Scan(&r.User, &r.Username, &r.Email, &r.Language, &code, &on)
			if code.Valid {
				r.Said[code.String] = on.Bool
			}
			return struct{}{}, err
		}, readRecipient, t, u)
		if err == nil && r.User == "" {
			return iam.ErrNotFound("user", string(u))
		}
		return err
	})
	return r, err
}

// SetPreferences implements notice.Store.
func (s *Store) SetPreferences(ctx context.Context, t iam.TenantID, u iam.UserID, said map[string]bool, at time.Time, mails []notice.Outgoing, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SetPreferences(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		for _, code := range slices.Sorted(maps.Keys(said)) { // in one order, so that two writers do not meet crosswise
			if _, err := x.exec(ctx, setPreference, t, u, code, said[code], at); err != nil {
				return x.refers("user", string(u), err)
			}
		}
		if err := x.insertMails(ctx, mails); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}
