package storage

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxSessions bounds the list of a user's sessions.
const maxSessions = 1000

const (
	readSessionsOf = readSessions + ` s.tenant_id = $1 AND s.user_id = $2 AND s.expires_at > $3
		ORDER BY s.last_seen_at DESC, s.created_at DESC LIMIT $4`
	deleteOtherSessions = `DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND session_id <> $3`
	deleteUnproven      = `DELETE FROM sessions WHERE tenant_id = $1 AND pages AND pending NOT LIKE '%` + string(iam.StepEnrolFactor) + `' AND NOT EXISTS (SELECT 1 FROM factors f
		WHERE f.tenant_id = sessions.tenant_id AND f.user_id = sessions.user_id AND f.active)`
	touchSession     = `UPDATE sessions SET last_seen_at = $1 WHERE tenant_id = $2 AND session_id = $3 AND last_seen_at < $1`
	purgeLoginEvents = `DELETE FROM login_events WHERE tenant_id = $1 AND event_id IN (
		SELECT event_id FROM login_events WHERE tenant_id = $1 AND at < $2 LIMIT $3)`
)

// Sessions implements authn.Store.
func (s *Store) Sessions(ctx context.Context, t iam.TenantID, u iam.UserID) (sessions []iam.Session, err error) {
	defer s.wrap(&err, "Sessions(%s, %s)", t, u)
	if !iam.ValidID(string(u)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		records, err := all(ctx, x, scanSession, readSessionsOf, t, u, s.env.Time(), maxSessions)
		sessions = make([]iam.Session, len(records))
		for i, r := range records {
			sessions[i] = r.Session
		}
		return err
	})
	return sessions, err
}

// EndSessions implements authn.Store.
func (s *Store) EndSessions(ctx context.Context, t iam.TenantID, u iam.UserID, but iam.SessionID, events ...iam.Event) (ended int, err error) {
	defer s.wrap(&err, "EndSessions(%s, %s)", t, u)
	if !iam.ValidID(string(u)) {
		return 0, nil
	}
	statement, args := deleteSessionsOf, []any{t, u}
	if iam.ValidID(string(but)) {
		statement, args = deleteOtherSessions, append(args, but)
	}
	return s.endSessions(ctx, t, events, statement, args...)
}

// EndUnprovenSessions implements authn.Store.
func (s *Store) EndUnprovenSessions(ctx context.Context, t iam.TenantID, but iam.SessionID, events ...iam.Event) (ended int, err error) {
	defer s.wrap(&err, "EndUnprovenSessions(%s)", t)
	statement, args := deleteUnproven, []any{t}
	if iam.ValidID(string(but)) {
		statement, args = deleteUnproven+` AND session_id <> $2`, append(args, but)
	}
	return s.endSessions(ctx, t, events, statement, args...)
}

// endSessions removes sessions by a statement, and answers how many.
func (s *Store) endSessions(ctx context.Context, t iam.TenantID, events []iam.Event, statement string, args ...any) (ended int, err error) {
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, statement, args...)
		if err != nil {
			return err
		}
		ended = int(n)
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
	return ended, err
}

// TouchSessions implements authn.Store. All nodes lock the rows in one order,
// so that none waits for the other in a circle.
func (s *Store) TouchSessions(ctx context.Context, t iam.TenantID, seen map[iam.SessionID]time.Time) (err error) {
	defer s.wrap(&err, "TouchSessions(%s)", t)
	ids := slices.Sorted(maps.Keys(seen))
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		for _, id := range ids {
			if !iam.ValidID(string(id)) {
				continue
			}
			if _, err := x.exec(ctx, touchSession, seen[id], t, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// PurgeLoginEvents implements authn.Store.
func (s *Store) PurgeLoginEvents(ctx context.Context, t iam.TenantID, before time.Time, n int) (removed int, err error) {
	defer s.wrap(&err, "PurgeLoginEvents(%s, %s, %d)", t, before, n)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		rows, err := x.exec(ctx, purgeLoginEvents, t, before, n)
		removed = int(rows)
		return err
	})
	return removed, err
}
