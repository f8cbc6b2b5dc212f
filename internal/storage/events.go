package storage

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const insertEvent = `INSERT INTO audit_events
	(tenant_id, event_id, at, actor_id, actor_name, method, action, object, object_id, name, address, request_id, details)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

// note writes the events of a change, in its transaction.
func (x *call) note(ctx context.Context, events []iam.Event) error {
	for _, e := range events {
		_, err := x.exec(ctx, insertEvent, x.tenant, e.ID, e.At, e.ActorID, e.ActorName, e.Method, e.Action,
			e.Object, e.ObjectID, e.Name, e.Address, e.RequestID, e.Details)
		if err != nil {
			return err
		}
	}
	return nil
}

// author answers who makes a change, by its events.
func author(events []iam.Event) iam.UserID {
	if len(events) == 0 {
		return ""
	}
	return events[0].ActorID
}

var events = listing[iam.Event]{
	table: "audit_events",
	columns: `p.event_id, p.at, p.actor_id, p.actor_name, p.method, p.action, p.object, p.object_id, p.name, p.address,
		p.request_id, p.details`,
	id:   "event_id",
	idOf: func(e iam.Event) string { return string(e.ID) },
	sorts: map[string]ordering[iam.Event]{
		"at": {column: "at", time: func(e iam.Event) time.Time { return e.At }},
	},
	sort: "at", latest: true,
	scan: scanEvent,
}

func scanEvent(row scanner) (e iam.Event, err error) {
	err = row.Scan(&e.ID, to(&e.At), &e.ActorID, &e.ActorName, &e.Method, &e.Action, &e.Object, &e.ObjectID, &e.Name,
		&e.Address, &e.RequestID, to(&e.Details))
	return e, err
}

// Events implements audit.Store.
func (s *Store) Events(ctx context.Context, t iam.TenantID, f audit.Filter, p iam.Page) (l iam.List[iam.Event], err error) {
	defer s.wrap(&err, "Events(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		where := rowsOf(t)
		where.equal("object", f.Object)
		where.equal("object_id", f.ObjectID)
		where.equal("action", f.Action)
		where.equal("actor_id", string(f.Actor))
		if !where.told(iam.DetailHome, f.Home) || !where.told(iam.DetailOther, f.Other) {
			return nil // an id that cannot be one
		}
		if !f.From.IsZero() {
			where.and("at >= ?", f.From)
		}
		if !f.To.IsZero() {
			where.and("at < ?", f.To)
		}
		l, err = events.list(ctx, x, where, p)
		return err
	})
	return l, err
}

// told narrows to events whose details name a tenant, unless its id is empty. No
// value can have the text that is looked for: there its quotes are escaped. ok
// is false for an id that cannot be one.
func (f *filter) told(member string, t iam.TenantID) (ok bool) {
	switch {
	case t == "":
	case !iam.ValidID(string(t)):
		return false
	default:
		f.and(`details LIKE ? ESCAPE '\'`, `%"`+strings.ReplaceAll(member, "_", `\_`)+`":"`+string(t)+`"%`)
	}
	return true
}

const purgeEvents = `DELETE FROM audit_events WHERE tenant_id = $1 AND event_id IN (
	SELECT event_id FROM audit_events WHERE tenant_id = $1 AND at < $2 LIMIT $3)`

// PurgeEvents implements audit.Store.
func (s *Store) PurgeEvents(ctx context.Context, t iam.TenantID, before time.Time, n int) (removed int, err error) {
	defer s.wrap(&err, "PurgeEvents(%s, %s, %d)", t, before, n)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		rows, err := x.exec(ctx, purgeEvents, t, before, n)
		removed = int(rows)
		return err
	})
	return removed, err
}

// purge removes what is older, of any tenant, with statements that each remove
// at most n rows.
func (s *Store) purge(ctx context.Context, before time.Time, n int, statements ...string) (removed int, err error) {
	err = s.writeIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		removed = 0
		for _, statement := range statements {
			rows, err := x.exec(ctx, statement, before, n)
			if err != nil {
				return err
			}
			removed += int(rows)
		}
		return nil
	})
	return removed, err
}
