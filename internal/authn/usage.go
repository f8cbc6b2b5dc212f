package authn

import (
	"context"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// flushEvery is how often the last use of credentials is written, so that
// showing it does not cost a write a request.
const flushEvery = time.Minute

// usage gathers when credentials were last used, by their kind.
type usage struct {
	tokens       uses[iam.TokenID]
	keys         uses[iam.AccessKeyID]
	certificates uses[string] // by serial number
	sessions     uses[iam.SessionID]
}

// uses gathers when the credentials of one kind were last used. The zero uses
// are ready, and safe for use by many goroutines.
type uses[K ~string] struct {
	mu   sync.Mutex
	seen map[iam.TenantID]map[K]time.Time
}

func (u *uses[K]) note(t iam.TenantID, id K, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	m := u.seen[t]
	if m == nil {
		if u.seen == nil {
			u.seen = map[iam.TenantID]map[K]time.Time{}
		}
		m = map[K]time.Time{}
		u.seen[t] = m
	}
	m[id] = at
}

// take answers what was gathered and begins anew.
func (u *uses[K]) take() map[iam.TenantID]map[K]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	seen := u.seen
	u.seen = nil
	return seen
}

// flushUsage writes what was gathered.
func (s *Service) flushUsage(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	flush(ctx, s, &s.used.tokens, s.store.TouchTokens)
	flush(ctx, s, &s.used.keys, s.store.TouchAccessKeys)
	flush(ctx, s, &s.used.certificates, s.store.TouchCertificates)
	flush(ctx, s, &s.used.sessions, s.store.TouchSessions)
}

func flush[K ~string](ctx context.Context, s *Service, u *uses[K], touch func(context.Context, iam.TenantID, map[K]time.Time) error) {
	for t, used := range u.take() {
		if err := touch(ctx, t, used); err != nil {
			s.log.WarnContext(ctx, "authn: cannot note the use of credentials", "tenant", t, "error", err)
		}
	}
}
