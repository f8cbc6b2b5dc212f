package notice

import (
	"context"
	"time"
)

// Retention is how long mails are kept, whatever became of them.
const Retention = 30 * 24 * time.Hour

// purgeBatch is how many mails one transaction removes.
const purgeBatch = 10_000

// Run retires old mails every ten minutes until ctx ends.
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

// purge retires old mails, batch by batch until none is left.
func (s *Service) purge(ctx context.Context) {
	for removed := purgeBatch; removed >= purgeBatch; {
		var err error
		if removed, err = s.store.PurgeMails(ctx, s.env.Time().Add(-Retention), purgeBatch); err != nil {
			if ctx.Err() == nil {
				s.log.WarnContext(ctx, "mail: cannot retire old mails", "error", err)
			}
			return
		}
	}
}
