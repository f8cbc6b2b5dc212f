// Package audit owns the trail of what was done: it answers who changed what,
// when, from where, who from other tenants could act in one, and keeps the trail
// as long as it has to.
//
// Events are written by the storage method that makes the change, in its
// transaction; this package reads and retires them. It must not know what the
// changes mean, but for those of relations between tenants, which fold.go
// puts together.
package audit

import (
	"context"
	"log/slog"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store reads and retires events.
type Store interface {
	// Events lists events, latest first.
	Events(ctx context.Context, t iam.TenantID, f Filter, p iam.Page) (iam.List[iam.Event], error)
	// PurgeEvents removes events of a tenant from before the time, at most n,
	// and answers how many it removed.
	PurgeEvents(ctx context.Context, t iam.TenantID, before time.Time, n int) (int, error)
	HistoryStore
	// AllTenants lists every tenant of the installation.
	AllTenants(ctx context.Context, p iam.Page) (iam.List[iam.Tenant], error)
}

// Settings answers what a tenant decides for itself; package tenancy satisfies
// it.
type Settings interface {
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
}

// Filter narrows a list of events; empty members do not narrow.
type Filter struct {
	Action   string
	Object   string
	ObjectID string
	Actor    iam.UserID
	Home     iam.TenantID // of the actor, where it is another tenant
	Other    iam.TenantID // to which a relation leads, see iam.Told
	From, To time.Time    // From inclusive, To exclusive
}

// Service answers questions about the past.
type Service struct {
	store    Store
	settings Settings
	env      iam.Env
	log      *slog.Logger
}

// New makes the service.
func New(store Store, settings Settings, env iam.Env, log *slog.Logger) *Service {
	return &Service{store: store, settings: settings, env: env, log: log}
}

// Events lists the events of the actor's tenant, latest first.
func (s *Service) Events(ctx context.Context, by iam.Actor, f Filter, p iam.Page) (iam.List[iam.Event], error) {
	return s.store.Events(ctx, by.Tenant, f, p)
}

// retireEvery is how often events are removed that their tenant does not want
// to keep longer, and purgeBatch how many of them one transaction removes.
const (
	retireEvery = time.Hour
	purgeBatch  = 10_000
)

// Run retires old events until ctx ends.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(retireEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.retire(ctx)
		}
	}
}

// retire removes the events of all tenants that are older than each wants.
// What cannot be removed now is tried again the next time.
func (s *Service) retire(ctx context.Context) {
	for after, more := (iam.Cursor{}), true; more; more = after != (iam.Cursor{}) {
		tenants, err := s.store.AllTenants(ctx, iam.Page{After: after, Limit: iam.MaxPage})
		if err != nil {
			s.cannotRetire(ctx, err)
			return
		}
		for _, t := range tenants.Items {
			if err := s.retireOf(ctx, t.ID); err != nil {
				s.cannotRetire(ctx, err)
			}
		}
		after = tenants.Next
	}
}

// retireOf retires events of one tenant, batch by batch until none is left.
func (s *Service) retireOf(ctx context.Context, t iam.TenantID) error {
	settings, err := s.settings.Settings(ctx, t)
	if err != nil || settings.KeepAuditEvents == 0 {
		return err
	}
	before := s.env.Time().Add(-settings.KeepAuditEvents)
	for removed := purgeBatch; removed >= purgeBatch; {
		if removed, err = s.store.PurgeEvents(ctx, t, before, purgeBatch); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) cannotRetire(ctx context.Context, err error) {
	if ctx.Err() == nil {
		s.log.WarnContext(ctx, "audit: cannot retire events", "error", err)
	}
}
