package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// purgeEvery is how often what is of no use any more is removed, and
// retireEvery how often what a tenant does not want to keep longer is.
const (
	purgeEvery  = 10 * time.Minute
	retireEvery = time.Hour
)

// purgeBatch is how many rows one transaction removes.
const purgeBatch = 10_000

// Run notes the use of credentials and removes what has expired until ctx
// ends, and writes what is left then.
func (s *Service) Run(ctx context.Context) {
	flush := time.NewTicker(flushEvery)
	defer flush.Stop()
	purge := time.NewTicker(purgeEvery)
	defer purge.Stop()
	retire := time.NewTicker(retireEvery)
	defer retire.Stop()
	for {
		select {
		case <-ctx.Done():
			s.flushUsage(context.WithoutCancel(ctx))
			return
		case <-flush.C:
			s.flushUsage(ctx)
		case <-purge.C:
			s.purge(ctx)
		case <-retire.C:
			s.retire(ctx)
		}
	}
}

// purge removes expired sessions, challenges, and what else is forgotten.
func (s *Service) purge(ctx context.Context) {
	now := s.env.Time()
	s.inBatches(ctx, "expired sessions", func() (int, error) { return s.store.PurgeSessions(ctx, now, purgeBatch) })
	s.inBatches(ctx, "expired challenges", func() (int, error) { return s.store.PurgeSignInLeftovers(ctx, now, purgeBatch) })
}

// retire removes login events that their tenant does not want to keep longer.
func (s *Service) retire(ctx context.Context) {
	now := s.env.Time()
	for after, more := (iam.Cursor{}), true; more; more = after != (iam.Cursor{}) {
		tenants, err := s.store.AllTenants(ctx, iam.Page{After: after, Limit: iam.MaxPage})
		if err != nil {
			s.cannotRemove(ctx, "old login events", err)
			return
		}
		for _, t := range tenants.Items {
			settings, err := s.settings.Settings(ctx, t.ID)
			if err != nil {
				s.cannotRemove(ctx, "old login events", err)
				continue
			}
			if keep := settings.KeepLoginEvents; keep > 0 {
				s.inBatches(ctx, "old login events", func() (int, error) {
					return s.store.PurgeLoginEvents(ctx, t.ID, now.Add(-keep), purgeBatch)
				})
			}
		}
		after = tenants.Next
	}
}

// inBatches removes until a batch is not full.
func (s *Service) inBatches(ctx context.Context, what string, remove func() (int, error)) {
	for removed := purgeBatch; removed >= purgeBatch; {
		var err error
		if removed, err = remove(); err != nil {
			s.cannotRemove(ctx, what, err)
			return
		}
	}
}

func (s *Service) cannotRemove(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		s.log.WarnContext(ctx, "authn: cannot remove what is not kept", "what", what, "error", err)
	}
}
