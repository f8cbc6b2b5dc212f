package signup

import (
	"context"
	"time"
)

// What has expired is kept for a while, so that who comes late learns why, and
// is removed in batches.
const (
	keepExpired = 7 * 24 * time.Hour
	purgeEvery  = time.Hour
	purgeBatch  = 10_000 // rows
)

// Run removes what is not kept any longer until ctx ends, also where sign-up was
// closed since.
func (s *Service) Run(ctx context.Context) {
	purge := time.NewTicker(purgeEvery)
	defer purge.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-purge.C:
			s.purge(ctx)
		}
	}
}

func (s *Service) purge(ctx context.Context) {
	before := s.Env.Time().Add(-keepExpired)
	for removed := purgeBatch; removed >= purgeBatch; {
		var err error
		if removed, err = s.Store.PurgeSignups(ctx, before, purgeBatch); err != nil {
			if ctx.Err() == nil {
				s.Log.WarnContext(ctx, "signup: cannot remove what has expired", "error", err)
			}
			return
		}
	}
}
