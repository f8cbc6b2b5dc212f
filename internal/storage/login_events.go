package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const insertLoginEvent = `INSERT INTO login_events
	(tenant_id, event_id, at, user_id, username, dialect, method, address, client, result, reason, session_id)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

// The condition on the generation also locks the row, so that a password
// cannot change between it and the session that is written next. Who has steps
// left has not signed in yet.
const (
	noteLogin = `UPDATE users SET last_login_at = $1, state = CASE WHEN state = 'pending' THEN 'enabled' ELSE state END
		WHERE tenant_id = $2 AND user_id = $3 AND generation = $4`
	noteStep = `UPDATE users SET generation = generation WHERE tenant_id = $1 AND user_id = $2 AND generation = $3`
)

// Nothing is recorded in a tenant that is being deleted, or else the attempts
// of many could keep it from ever being empty.
const recordingTenant = `SELECT tenant_id FROM tenants WHERE tenant_id = $1 AND state <> 'deleting'`

// RecordLogin implements authn.Store. NotFound: there is no such tenant, not
// any more either, or, with a session, no such user.
func (s *Store) RecordLogin(ctx context.Context, t iam.TenantID, e iam.LoginEvent, ns *authn.NewSession) (err error) {
	defer s.wrap(&err, "RecordLogin(%s, %s)", t, e.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if _, err := scanOne[iam.TenantID](x.row(ctx, recordingTenant, t)); err != nil {
			return found("tenant", string(t), err)
		}
		if ns != nil {
			if err := x.beginSession(ctx, e.At, *ns); err != nil {
				return err
			}
		}
		_, err := x.exec(ctx, insertLoginEvent, t, e.ID, e.At, e.User, e.Username, e.Dialect, e.Method, e.Address,
			e.Client, e.Result, e.Reason, e.Session)
		if err != nil {
			return x.refers("tenant", string(t), err)
		}
		if ns == nil {
			return nil
		}
		if err := x.notePlace(ctx, e.At, *ns); err != nil || ns.Replaces == "" {
			return err
		}
		return x.bump(ctx)
	})
}

// beginSession writes a session, in place of the one that it replaces, where
// the user's generation still is the session's.
func (x *call) beginSession(ctx context.Context, at time.Time, ns authn.NewSession) error {
	if err := checkID("user", ns.User); err != nil {
		return err
	}
	statement, args := noteLogin, []any{at, x.tenant, ns.User, ns.Generation}
	if len(ns.Pending) > 0 {
		statement, args = noteStep, args[1:]
	}
	n, err := x.exec(ctx, statement, args...)
	if err := x.versioned(ctx, n, err, "user", string(ns.User), userVersion, x.tenant, ns.User); err != nil {
		return err
	}
	if err := x.insertSession(ctx, ns); err != nil || ns.Replaces == "" {
		return err
	}
	return x.replaceSession(ctx, ns)
}

var loginEvents = listing[iam.LoginEvent]{
	table:   "login_events",
	columns: `p.event_id, p.at, p.user_id, p.username, p.dialect, p.method, p.address, p.client, p.result, p.reason, p.session_id`,
	id:      "event_id",
	idOf:    func(e iam.LoginEvent) string { return string(e.ID) },
	sorts: map[string]ordering[iam.LoginEvent]{
		"at": {column: "at", time: func(e iam.LoginEvent) time.Time { return e.At }},
	},
	sort: "at", latest: true,
	scan: scanLoginEvent,
}

func scanLoginEvent(row scanner) (e iam.LoginEvent, err error) {
	err = row.Scan(&e.ID, to(&e.At), &e.User, &e.Username, &e.Dialect, &e.Method, &e.Address, &e.Client, &e.Result, &e.Reason, &e.Session)
	return e, err
}

const readLoginEvent = `SELECT event_id, at, user_id, username, dialect, method, address, client, result, reason, session_id
	FROM login_events WHERE tenant_id = $1 AND event_id = $2`

// LoginEvent implements authn.Store.
func (s *Store) LoginEvent(ctx context.Context, t iam.TenantID, id iam.EventID) (e iam.LoginEvent, err error) {
	defer s.wrap(&err, "LoginEvent(%s, %s)", t, id)
	if err := checkID("login event", id); err != nil {
		return e, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		e, err = scanLoginEvent(x.row(ctx, readLoginEvent, t, id))
		return found("login event", string(id), err)
	})
	return e, err
}

// LoginEvents implements authn.Store.
func (s *Store) LoginEvents(ctx context.Context, t iam.TenantID, u iam.UserID, p iam.Page) (l iam.List[iam.LoginEvent], err error) {
	defer s.wrap(&err, "LoginEvents(%s, %s)", t, u)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		where := rowsOf(t)
		where.equal("user_id", string(u))
		l, err = loginEvents.list(ctx, x, where, p)
		return err
	})
	return l, err
}

// LoginEventsBetween implements authn.Store.
func (s *Store) LoginEventsBetween(ctx context.Context, t iam.TenantID, from, to time.Time, p iam.Page) (l iam.List[iam.LoginEvent], err error) {
	defer s.wrap(&err, "LoginEventsBetween(%s, %s, %s)", t, from, to)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		where := rowsOf(t)
		if !from.IsZero() {
			where.and("at >= ?", from)
		}
		if !to.IsZero() {
			where.and("at <= ?", to)
		}
		l, err = loginEvents.list(ctx, x, where, p)
		return err
	})
	return l, err
}

// An attempt that began no session leaves the last login as it is; one of a
// program, with a password in each request, is found among the attempts.
const (
	readLastLogins = `SELECT user_id, username, email, last_login_at FROM users WHERE tenant_id = $1 AND last_login_at > 0
		ORDER BY username_key`
	readInactive = `SELECT user_id, username, email, last_login_at FROM users u WHERE tenant_id = $1 AND last_login_at < $2
		AND NOT EXISTS (SELECT 1 FROM login_events e WHERE e.tenant_id = u.tenant_id AND e.user_id = CAST(u.user_id AS TEXT)
			AND e.at >= $2 AND e.result = 'success')
		ORDER BY username_key`
)

func scanLastLogin(row scanner) (l authn.LastLogin, err error) {
	err = row.Scan(&l.User, &l.Username, &l.Email, to(&l.At))
	return l, err
}

// LastLogins implements authn.Store.
func (s *Store) LastLogins(ctx context.Context, t iam.TenantID) (found []authn.LastLogin, err error) {
	defer s.wrap(&err, "LastLogins(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		found, err = all(ctx, x, scanLastLogin, readLastLogins, t)
		return err
	})
	return found, err
}

// InactiveUsers implements authn.Store.
func (s *Store) InactiveUsers(ctx context.Context, t iam.TenantID, since time.Time) (found []authn.LastLogin, err error) {
	defer s.wrap(&err, "InactiveUsers(%s, %s)", t, since)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		found, err = all(ctx, x, scanLastLogin, readInactive, t, since)
		return err
	})
	return found, err
}
