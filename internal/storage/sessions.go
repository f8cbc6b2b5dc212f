package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A session of an earlier generation than its user's has ended, whether or not
// its row is still there.
const (
	insertSession = `INSERT INTO sessions
		(tenant_id, session_id, user_id, generation, dialect, method, address, client, signed_in_at, created_at, expires_at,
		last_seen_at, pages, methods, pending, life, key_id, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
	deleteSession    = `DELETE FROM sessions WHERE tenant_id = $1 AND session_id = $2`
	deleteSessionsOf = `DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2`
	takeSession      = `DELETE FROM sessions WHERE tenant_id = $1 AND session_id = $2 AND user_id = $3 AND generation =
		(SELECT u.generation FROM users u WHERE u.tenant_id = $1 AND u.user_id = $3)`
	readSessions = `SELECT ` + standingColumns + `, s.session_id, s.dialect, s.method, s.address, s.client, s.signed_in_at,
		s.created_at, s.expires_at, s.last_seen_at, s.pages, s.methods, s.pending, s.life, s.key_id, s.mac
		FROM sessions s
		JOIN users u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id AND u.generation = s.generation
		JOIN tenants t ON t.tenant_id = s.tenant_id
		WHERE`
	readSession   = readSessions + ` s.tenant_id = $1 AND s.session_id = $2`
	purgeSessions = `DELETE FROM sessions WHERE (tenant_id, session_id) IN (
		SELECT s.tenant_id, s.session_id FROM tenants t CROSS JOIN sessions s
		WHERE s.tenant_id = t.tenant_id AND s.expires_at < $1 LIMIT $2)`
)

func (x *call) insertSession(ctx context.Context, ns authn.NewSession) error {
	_, err := x.exec(ctx, insertSession, x.tenant, ns.ID, ns.User, ns.Generation, ns.Dialect, ns.Method, ns.Address, ns.Client,
		ns.SignedIn, ns.Created, ns.Expires, ns.LastSeen, ns.Pages, joinWords(ns.Methods), joinWords(ns.Pending),
		ns.Life.Microseconds(), ns.KeyID, ns.MAC)
	if err != nil || ns.Provider == nil {
		return x.refers("user", string(ns.User), err)
	}
	return x.insertSessionProvider(ctx, ns.ID, *ns.Provider)
}

func scanSession(row scanner) (r authn.SessionRecord, err error) {
	var life int64
	err = row.Scan(append(standingTo(&r.Standing), &r.ID, &r.Dialect, &r.Method, &r.Address, &r.Client, to(&r.SignedIn),
		to(&r.Created), to(&r.Expires), to(&r.LastSeen), &r.Pages, wordsTo[iam.AuthMethod]{&r.Methods},
		wordsTo[iam.Step]{&r.Pending}, &life, &r.KeyID, &r.MAC)...)
	r.User, r.Username, r.Life = r.Standing.User, r.Standing.Username, time.Duration(life)*time.Microsecond
	return r, err
}

// takeSession removes a session of a user that another one replaces.
func (x *call) takeSession(ctx context.Context, old iam.SessionID, u iam.UserID) error {
	return x.one(ctx, "session", string(old), takeSession, x.tenant, old, u)
}

// Session implements authn.Store. Whether a session has expired is for the
// caller to say, who keeps what is answered longer than this takes.
func (s *Store) Session(ctx context.Context, t iam.TenantID, id iam.SessionID) (r authn.SessionRecord, err error) {
	defer s.wrap(&err, "Session(%s, %s)", t, id)
	if err := checkID("session", id); err != nil {
		return r, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		r, err = scanSession(x.row(ctx, readSession, t, id))
		return found("session", string(id), err)
	})
	return r, err
}

// EndSession implements authn.Store.
func (s *Store) EndSession(ctx context.Context, t iam.TenantID, id iam.SessionID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "EndSession(%s, %s)", t, id)
	if err := checkID("session", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "session", string(id), deleteSession, t, id); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// ReplaceSession implements authn.Store. The old session must be one of the
// same user.
func (s *Store) ReplaceSession(ctx context.Context, t iam.TenantID, old iam.SessionID, ns authn.NewSession) (err error) {
	defer s.wrap(&err, "ReplaceSession(%s, %s)", t, old)
	if err := checkID("session", old); err != nil {
		return err
	}
	if err := checkID("user", ns.User); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.takeSession(ctx, old, ns.User); err != nil {
			return err
		}
		if err := x.insertSession(ctx, ns); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// PurgeSessions implements authn.Store.
func (s *Store) PurgeSessions(ctx context.Context, before time.Time, n int) (removed int, err error) {
	defer s.wrap(&err, "PurgeSessions(%s, %d)", before, n)
	return s.purge(ctx, before, n, purgeSessions)
}
