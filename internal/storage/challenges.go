package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertChallenge = `INSERT INTO challenges
		(tenant_id, challenge_id, user_id, purpose, subject, key_id, mac, data, attempts, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	deleteChallenge     = `DELETE FROM challenges WHERE tenant_id = $1 AND challenge_id = $2`
	deletePurpose       = `DELETE FROM challenges WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3`
	deleteEarlier       = deletePurpose + ` AND subject = $4`
	deleteSince         = deletePurpose + ` AND created_at >= $4`
	deletePasswordLinks = `DELETE FROM challenges WHERE tenant_id = $1 AND user_id = $2 AND purpose IN ($3, $4)`

	challengeColumns = `challenge_id, COALESCE(CAST(user_id AS TEXT), ''), purpose, subject, key_id, mac, data, attempts, created_at, expires_at`
	readChallenge    = `SELECT ` + challengeColumns + ` FROM challenges WHERE tenant_id = $1 AND challenge_id = $2 AND expires_at > $3`
	findChallenge    = `SELECT ` + challengeColumns + ` FROM challenges
		WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3 AND subject = $4 AND expires_at > $5
		ORDER BY created_at DESC, challenge_id DESC LIMIT 1`
	tryChallenge = `UPDATE challenges SET attempts = attempts + 1
		WHERE tenant_id = $1 AND challenge_id = $2 AND expires_at > $3 AND attempts < $4 RETURNING ` + challengeColumns
)

func scanChallenge(row scanner) (c authn.Challenge, err error) {
	err = row.Scan(&c.ID, &c.User, &c.Purpose, &c.Subject, &c.KeyID, &c.MAC, &c.Data, &c.Attempts, to(&c.Created), to(&c.Expires))
	return c, err
}

// InsertChallenge implements authn.Store.
func (s *Store) InsertChallenge(ctx context.Context, t iam.TenantID, c authn.Challenge, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertChallenge(%s, %s)", t, c.ID)
	var user any
	if c.User != "" {
		if err := checkID("user", c.User); err != nil {
			return err
		}
		user = c.User
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if user != nil {
			if _, err := x.exec(ctx, deleteEarlier, t, user, c.Purpose, c.Subject); err != nil {
				return err
			}
		}
		// An empty list of bytes is no NULL.
		_, err := x.exec(ctx, insertChallenge, t, c.ID, user, c.Purpose, c.Subject, c.KeyID, append([]byte{}, c.MAC...),
			append([]byte{}, c.Data...), c.Attempts, c.Created, c.Expires)
		if err != nil {
			return x.refers("user", string(c.User), err)
		}
		return x.note(ctx, events)
	})
}

// Challenge implements authn.Store.
func (s *Store) Challenge(ctx context.Context, t iam.TenantID, id iam.ChallengeID, now time.Time) (c authn.Challenge, err error) {
	defer s.wrap(&err, "Challenge(%s, %s)", t, id)
	if err := checkID("challenge", id); err != nil {
		return c, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		c, err = scanChallenge(x.row(ctx, readChallenge, t, id, now))
		return found("challenge", string(id), err)
	})
	return c, err
}

// FindChallenge implements authn.Store.
func (s *Store) FindChallenge(ctx context.Context, t iam.TenantID, u iam.UserID, purpose authn.Purpose, subject string, now time.Time) (c authn.Challenge, err error) {
	defer s.wrap(&err, "FindChallenge(%s, %s, %s)", t, u, purpose)
	if err := checkID("user", u); err != nil {
		return c, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		c, err = scanChallenge(x.row(ctx, findChallenge, t, u, purpose, subject, now))
		return found("challenge", string(purpose), err)
	})
	return c, err
}

// TryChallenge implements authn.Store.
func (s *Store) TryChallenge(ctx context.Context, t iam.TenantID, id iam.ChallengeID, now time.Time, most int) (c authn.Challenge, err error) {
	defer s.wrap(&err, "TryChallenge(%s, %s)", t, id)
	if err := checkID("challenge", id); err != nil {
		return c, err
	}
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		c, err = scanChallenge(x.row(ctx, tryChallenge, t, id, now, most))
		return found("challenge", string(id), err)
	})
	return c, err
}

// SpendChallenge implements authn.Store.
func (s *Store) SpendChallenge(ctx context.Context, t iam.TenantID, id iam.ChallengeID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SpendChallenge(%s, %s)", t, id)
	if err := checkID("challenge", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "challenge", string(id), deleteChallenge, t, id); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

// EndChallenges implements authn.Store.
func (s *Store) EndChallenges(ctx context.Context, t iam.TenantID, u iam.UserID, purpose authn.Purpose, since time.Time) (err error) {
	defer s.wrap(&err, "EndChallenges(%s, %s, %s)", t, u, purpose)
	if !iam.ValidID(string(u)) {
		return nil
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, deleteSince, t, u, purpose, since)
		return err
	})
}

// forgottenAfter is how long after the last failure no tenant remembers it: it
// is more than the longest window and the longest block together.
const forgottenAfter = 48 * time.Hour

// Tenant by tenant, since every index begins with the tenant.
const (
	purgeChallenges = `DELETE FROM challenges WHERE (tenant_id, challenge_id) IN (
		SELECT c.tenant_id, c.challenge_id FROM tenants t CROSS JOIN challenges c
		WHERE c.tenant_id = t.tenant_id AND c.expires_at < $1 LIMIT $2)`
	purgeSignatures = `DELETE FROM used_signatures WHERE (tenant_id, signature) IN (
		SELECT s.tenant_id, s.signature FROM tenants t CROSS JOIN used_signatures s
		WHERE s.tenant_id = t.tenant_id AND s.expires_at < $1 LIMIT $2)`
	purgeLockouts = `DELETE FROM lockouts WHERE (tenant_id, subject) IN (
		SELECT l.tenant_id, l.subject FROM tenants t CROSS JOIN lockouts l
		WHERE l.tenant_id = t.tenant_id AND l.last_at < $1 LIMIT $2)`
)

// PurgeSignInLeftovers implements authn.Store.
func (s *Store) PurgeSignInLeftovers(ctx context.Context, before time.Time, n int) (removed int, err error) {
	defer s.wrap(&err, "PurgeSignInLeftovers(%s, %d)", before, n)
	removed, err = s.purge(ctx, before, n, purgeChallenges, purgeSignatures)
	if err != nil {
		return 0, err
	}
	forgotten, err := s.purge(ctx, before.Add(-forgottenAfter), n, purgeLockouts)
	return removed + forgotten, err
}
