package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertIdentity = `INSERT INTO identities (tenant_id, provider_id, issuer, subject, user_id, email, created_at, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	useIdentity = `UPDATE identities SET email = $1, last_used_at = $2
		WHERE tenant_id = $3 AND provider_id = $4 AND issuer = $5 AND subject = $6`
	deleteIdentity = `DELETE FROM identities WHERE tenant_id = $1 AND user_id = $2 AND provider_id = $3 AND subject = $4`
	readIdentities = `SELECT provider_id, issuer, subject, user_id, email, created_at, last_used_at FROM identities WHERE tenant_id = $1`
	readIdentity   = readIdentities + ` AND provider_id = $2 AND issuer = $3 AND subject = $4`
	listIdentities = readIdentities + ` AND user_id = $2 ORDER BY created_at, provider_id, subject`

	// Whether a user has anything to sign in with on pages.
	hasWayIn = `SELECT password_hash <> ''
		OR EXISTS (SELECT 1 FROM identities i WHERE i.tenant_id = u.tenant_id AND i.user_id = u.user_id)
		OR EXISTS (SELECT 1 FROM factors f WHERE f.tenant_id = u.tenant_id AND f.user_id = u.user_id AND f.active AND f.kind = 'passkey')
		FROM users u WHERE u.tenant_id = $1 AND u.user_id = $2`

	deleteSessionsOfIdentity = `DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND session_id IN (
		SELECT p.session_id FROM session_providers p
		WHERE p.tenant_id = $1 AND p.provider_id = $3 AND p.subject = $4 AND CAST(p.session_id AS TEXT) <> $5)`
)

func scanIdentity(row scanner) (i iam.Identity, err error) {
	err = row.Scan(&i.Provider, &i.Issuer, &i.Subject, &i.User, &i.Email, to(&i.Created), to(&i.LastUsed))
	return i, err
}

// Identity implements federation.Store.
func (s *Store) Identity(ctx context.Context, t iam.TenantID, p iam.ProviderID, issuer, subject string) (i iam.Identity, err error) {
	defer s.wrap(&err, "Identity(%s, %s)", t, p)
	if err := checkID("provider", p); err != nil {
		return i, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		i, err = scanIdentity(x.row(ctx, readIdentity, t, p, issuer, subject))
		return found("identity", iam.Cut(subject, 64), err)
	})
	return i, err
}

// Identities implements federation.Store.
func (s *Store) Identities(ctx context.Context, t iam.TenantID, u iam.UserID) (is []iam.Identity, err error) {
	defer s.wrap(&err, "Identities(%s, %s)", t, u)
	if !iam.ValidID(string(u)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		is, err = all(ctx, x, scanIdentity, listIdentities, t, u)
		return err
	})
	return is, err
}

// InsertIdentity implements federation.Store.
func (s *Store) InsertIdentity(ctx context.Context, t iam.TenantID, i iam.Identity, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertIdentity(%s, %s)", t, i.User)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.insertIdentity(ctx, i); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

func (x *call) insertIdentity(ctx context.Context, i iam.Identity) error {
	if err := checkID("user", i.User); err != nil {
		return err
	}
	if err := checkID("provider", i.Provider); err != nil {
		return err
	}
	_, err := x.exec(ctx, insertIdentity, x.tenant, i.Provider, i.Issuer, i.Subject, i.User, i.Email, i.Created, i.LastUsed)
	return x.refers("user or provider", string(i.User), x.unique("identity", iam.Cut(i.Subject, 64), err))
}

// UseIdentity implements federation.Store.
func (s *Store) UseIdentity(ctx context.Context, t iam.TenantID, i iam.Identity) (err error) {
	defer s.wrap(&err, "UseIdentity(%s, %s)", t, i.User)
	if !iam.ValidID(string(i.Provider)) {
		return nil
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, useIdentity, i.Email, i.LastUsed, t, i.Provider, i.Issuer, i.Subject)
		return err
	})
}

// DeleteIdentity implements federation.Store. The epoch comes first, so that of
// two who take the last ways in from one user each sees what the other did.
func (s *Store) DeleteIdentity(ctx context.Context, t iam.TenantID, i iam.Identity, keep iam.SessionID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteIdentity(%s, %s)", t, i.User)
	if err := checkID("user", i.User); err != nil {
		return err
	}
	if err := checkID("provider", i.Provider); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.bump(ctx); err != nil {
			return err
		}
		if err := x.one(ctx, "identity", iam.Cut(i.Subject, 64), deleteIdentity, t, i.User, i.Provider, i.Subject); err != nil {
			return err
		}
		left, err := scanOne[bool](x.row(ctx, hasWayIn, t, i.User))
		if err != nil {
			return err
		}
		if !left {
			return iam.E(iam.Precondition, "nothing would be left to sign in with: set a password or add a passkey first").Because(iam.ReasonLastWay)
		}
		if _, err := x.exec(ctx, deleteSessionsOfIdentity, t, i.User, i.Provider, i.Subject, keep); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}
