// Package audit owns the trail of what was done: it answers who changed what,
// when, from where, and keeps it as long as it has to.
//
// Events are written by the storage method that makes the change, in its
// transaction; this package reads and retires them. It must not know what the
// changes mean.
package audit

import (
	"context"
	"log/slog"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Retention is how long events are kept.
const Retention = 400 * 24 * time.Hour

// Store reads and retires events.
type Store interface {
	// Events lists events, latest first.
	Events(ctx context.Context, t iam.TenantID, f Filter, p iam.Page) (iam.List[iam.Event], error)
	// PurgeEvents removes events of any tenant from before the time, at most
	// n, and answers how many it removed.
	PurgeEvents(ctx context.Context, before time.Time, n int) (int, error)
}

// Filter narrows a list of events; empty members do not narrow.
type Filter struct {
	Action   string
	Object   string
	ObjectID string
	Actor    iam.UserID
	From, To time.Time // From inclusive, To exclusive
}

// Service answers questions about the past.
type Service struct {
	store Store
	env   iam.Env
	log   *slog.Logger
}

// New makes the service.
func New(store Store, env iam.Env, log *slog.Logger) *Service {
	return &Service{store: store, env: env, log: log}
}

// Events lists the events of the actor's tenant, latest first.
func (s *Service) Events(ctx context.Context, by iam.Actor, f Filter, p iam.Page) (iam.List[iam.Event], error) {
	return s.store.Events(ctx, by.Tenant, f, p)
}

// purgeBatch is how many events of a kind one transaction removes.
const purgeBatch = 10_000

// Run retires old events every ten minutes until ctx ends.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.purge(ctx)
		}
	}
}

// purge retires old events, batch by batch until none is left.
func (s *Service) purge(ctx context.Context) {
	for removed := purgeBatch; removed >= purgeBatch; {
		var err error
		if removed, err = s.store.PurgeEvents(ctx, s.env.Time().Add(-Retention), purgeBatch); err != nil {
			if ctx.Err() == nil {
				s.log.WarnContext(ctx, "audit: cannot retire events", "error", err)
			}
			return
		}
	}
}
