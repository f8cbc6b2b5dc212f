package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// standingColumns are authn.Standing of a user u in a tenant t.
const standingColumns = `u.user_id, u.username, u.state, t.state, u.rules`

// synced is whether a provisioning client looks after a user u. No value can have
// the text: there its quotes are escaped.
const synced = `u.attributes LIKE '%"sync\_mode":"` + iam.SyncModeSCIM + `"%' ESCAPE '\'`

//nolint:gosec // SQL about credentials, not credentials
const (
	readAccount = `SELECT ` + standingColumns + `, u.password_hash, u.generation, u.email, u.must_change_password,
		u.password_changed_at, u.email_verified, u.language, ` + synced + `
		FROM users u JOIN tenants t ON t.tenant_id = u.tenant_id WHERE u.tenant_id = $1 AND `
	readAccountByName  = readAccount + `u.username_key = $2`
	readAccountByID    = readAccount + `u.user_id = $2`
	readAccountByEmail = readAccount + `u.email_key = $2 AND u.email_verified LIMIT 2`

	setPassword = `UPDATE users SET password_hash = $1, must_change_password = $2, generation = generation + 1, updated_at = $3,
		password_changed_at = CASE WHEN $1 = '' THEN CAST(0 AS BIGINT) ELSE $3 END, version = version + 1
		WHERE tenant_id = $4 AND user_id = $5 AND generation = $6`
	rehash          = `UPDATE users SET password_hash = $1 WHERE tenant_id = $2 AND user_id = $3 AND password_hash = $4`
	requirePassword = `UPDATE users SET must_change_password = TRUE, updated_at = $1, version = version + 1
		WHERE tenant_id = $2 AND user_id = $3`
	setEmail = `UPDATE users SET email = $1, email_key = $2, email_verified = FALSE, updated_at = $3, version = version + 1
		WHERE tenant_id = $4 AND user_id = $5`
	verifyEmail = `UPDATE users SET email_verified = TRUE, updated_at = $1, version = version + 1
		WHERE tenant_id = $2 AND user_id = $3 AND email_key = $4`
)

func standingTo(s *authn.Standing) []any {
	return []any{&s.User, &s.Username, &s.State, &s.TenantState, to(&s.Rules)}
}

func scanAccount(row scanner) (a authn.Account, err error) {
	err = row.Scan(append(standingTo(&a.Standing), &a.PasswordHash, &a.Generation, &a.Email, &a.MustChangePassword,
		to(&a.PasswordChanged), &a.EmailVerified, &a.Language, &a.Synced)...)
	return a, err
}

// Account implements authn.Store.
func (s *Store) Account(ctx context.Context, t iam.TenantID, username string) (a authn.Account, err error) {
	defer s.wrap(&err, "Account(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		a, err = scanAccount(x.row(ctx, readAccountByName, t, iam.Fold(username)))
		return found("user", username, err)
	})
	return a, err
}

// AccountByID implements authn.Store.
func (s *Store) AccountByID(ctx context.Context, t iam.TenantID, u iam.UserID) (a authn.Account, err error) {
	defer s.wrap(&err, "AccountByID(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return a, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		a, err = scanAccount(x.row(ctx, readAccountByID, t, u))
		return found("user", string(u), err)
	})
	return a, err
}

// AccountByEmail implements authn.Store.
func (s *Store) AccountByEmail(ctx context.Context, t iam.TenantID, email string) (a authn.Account, err error) {
	defer s.wrap(&err, "AccountByEmail(%s)", t)
	key := iam.Fold(email)
	if key == "" {
		return a, iam.ErrNotFound("user", email)
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		accounts, err := all(ctx, x, scanAccount, readAccountByEmail, t, key)
		if err != nil {
			return err
		}
		if len(accounts) != 1 {
			return iam.ErrNotFound("user", email)
		}
		a = accounts[0]
		return nil
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
		if err := x.keepPassword(ctx, u, generation); err != nil {
			return err
		}
		n, err := x.exec(ctx, setPassword, hash, mustChange, s.env.Time(), t, u, generation)
		if err := x.versioned(ctx, n, err, "user", string(u), userVersion, t, u); err != nil {
			return err
		}
		if _, err := x.exec(ctx, deleteSessionsOf, t, u); err != nil {
			return err
		}
		if _, err := x.exec(ctx, deletePasswordLinks, t, u, authn.PurposeReset, authn.PurposeInvite); err != nil {
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

// RequirePassword implements authn.Store.
func (s *Store) RequirePassword(ctx context.Context, t iam.TenantID, u iam.UserID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "RequirePassword(%s, %s)", t, u)
	return s.changeUser(ctx, t, u, events, requirePassword, s.env.Time(), t, u)
}

// SetEmail implements authn.Store.
func (s *Store) SetEmail(ctx context.Context, t iam.TenantID, u iam.UserID, email string, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SetEmail(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "user", string(u), setEmail, email, iam.Fold(email), s.env.Time(), t, u); err != nil {
			return err
		}
		if err := x.indexUser(ctx, u); err != nil { // where addresses are listed, this is one of them
			return err
		}
		return x.note(ctx, events)
	})
}

// VerifyEmail implements authn.Store.
func (s *Store) VerifyEmail(ctx context.Context, t iam.TenantID, u iam.UserID, email string, events ...iam.Event) (err error) {
	defer s.wrap(&err, "VerifyEmail(%s, %s)", t, u)
	return s.changeUser(ctx, t, u, events, verifyEmail, s.env.Time(), t, u, iam.Fold(email))
}

// changeUser runs a statement that changes one user, in a way that alters no
// decision which somebody may remember.
func (s *Store) changeUser(ctx context.Context, t iam.TenantID, u iam.UserID, events []iam.Event, statement string, args ...any) error {
	if err := checkID("user", u); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "user", string(u), statement, args...); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}
