package authn

import (
	"context"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// flushEvery is how often the last use of tokens is written, so that showing
// it does not cost a write a request.
const flushEvery = time.Minute

// usage gathers when tokens were last used.
type usage struct {
	mu   sync.Mutex
	seen map[iam.TenantID]map[iam.TokenID]time.Time
}

func (u *usage) note(t iam.TenantID, id iam.TokenID, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	m := u.seen[t]
	if m == nil {
		m = map[iam.TokenID]time.Time{}
		u.seen[t] = m
	}
	m[id] = at
}

// take answers what was gathered and begins anew.
func (u *usage) take() map[iam.TenantID]map[iam.TokenID]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	seen := u.seen
	u.seen = map[iam.TenantID]map[iam.TokenID]time.Time{}
	return seen
}

func (s *Service) flushUsage(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for t, used := range s.used.take() {
		if err := s.store.TouchTokens(ctx, t, used); err != nil {
			s.log.WarnContext(ctx, "authn: cannot note the use of tokens", "tenant", t, "error", err)
		}
	}
}
