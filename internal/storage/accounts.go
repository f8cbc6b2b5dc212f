package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// standingColumns are authn.Standing of a user u in a tenant t.
const standingColumns = `u.user_id, u.username, u.state, t.state, u.rules`

//nolint:gosec // SQL about credentials, not credentials
const (
	readAccount = `SELECT ` + standingColumns + `, u.password_hash, u.generation, u.email, u.must_change_password,
		u.password_changed_at, u.email_verified, u.language
		FROM users u JOIN tenants t ON t.tenant_id = u.tenant_id WHERE u.tenant_id = $1 AND u.username_key = $2`
	setPassword = `UPDATE users SET password_hash = $1, must_change_password = $2, generation = generation + 1, updated_at = $3,
		password_changed_at = $3, version = version + 1 WHERE tenant_id = $4 AND user_id = $5 AND generation = $6`
	rehash = `UPDATE users SET password_hash = $1 WHERE tenant_id = $2 AND user_id = $3 AND password_hash = $4`
)

func standingTo(s *authn.Standing) []any {
	return []any{&s.User, &s.Username, &s.State, &s.TenantState, to(&s.Rules)}
}

// Account implements authn.Store.
func (s *Store) Account(ctx context.Context, t iam.TenantID, username string) (a authn.Account, err error) {
	defer s.wrap(&err, "Account(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		err := x.row(ctx, readAccount, t, iam.Fold(username)).
			Scan(append(standingTo(&a.Standing), &a.PasswordHash, &a.Generation, &a.Email, &a.MustChangePassword,
				to(&a.PasswordChanged), &a.EmailVerified, &a.Language)...)
		return found("user", username, err)
	})
	return a, err
}

// SetPassword implements authn.Store. It is a change of the user, and counts
// the version up too.
func (s *Store) SetPassword(ctx context.Context, t iam.TenantID, u iam.UserID, generation int64, hash string, mustChange bool, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SetPassword(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, setPassword, hash, mustChange, s.env.Time(), t, u, generation)
		if err := x.versioned(ctx, n, err, "user", string(u), userVersion, t, u); err != nil {
			return err
		}
		if _, err := x.exec(ctx, deleteSessionsOf, t, u); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// Rehash implements authn.Store. Where the hash is another one by now, or the
// user has gone, there is nothing to do.
func (s *Store) Rehash(ctx context.Context, t iam.TenantID, u iam.UserID, old, hash string) (err error) {
	defer s.wrap(&err, "Rehash(%s, %s)", t, u)
	if !iam.ValidID(string(u)) {
		return nil
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, rehash, hash, t, u, old)
		return err
	})
}
