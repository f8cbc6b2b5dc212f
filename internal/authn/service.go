package authn

import (
	"context"
	"log/slog"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

// SessionLife is how long a session lasts unless it is refreshed.
const SessionLife = time.Hour

// refreshLimit is how long after a sign-in a session can be refreshed
// (NIST 800-63B section 4.1.3: reauthentication at least daily).
const refreshLimit = 12 * time.Hour

// Service proves who callers are.
type Service struct {
	store    Store
	keys     *keyring.Keyring
	hasher   *password.Hasher
	env      iam.Env
	log      *slog.Logger
	tokens   *cluster.Cache[iam.TokenID, TokenRecord]
	sessions *cluster.Cache[iam.SessionID, SessionRecord]
	codes    *cluster.Facts[iam.TenantID]
	used     usage
}

// maxCached bounds each cache, in credentials.
const maxCached = 100_000

// New makes the service.
func New(store Store, epochs *cluster.Epochs, keys *keyring.Keyring, hasher *password.Hasher, env iam.Env, log *slog.Logger) *Service {
	return &Service{
		store: store, keys: keys, hasher: hasher, env: env, log: log,
		tokens:   cluster.NewCache[iam.TokenID, TokenRecord](epochs, maxCached),
		sessions: cluster.NewCache[iam.SessionID, SessionRecord](epochs, maxCached),
		codes:    cluster.NewFacts[iam.TenantID](env, maxCached),
		used:     usage{seen: map[iam.TenantID]map[iam.TokenID]time.Time{}},
	}
}

// Origin says where a request comes from, for actors and events.
type Origin struct {
	Dialect   string
	Address   string // the client's, after trusted proxies
	Client    string // the User-Agent
	RequestID string
}

// unauthenticated is the one answer to every credential that does not hold,
// whatever the reason.
func unauthenticated() error {
	return iam.E(iam.Unauthenticated, "the credentials are missing, wrong or no longer valid")
}

// badCredentials is the one answer to every failed sign-in.
func badCredentials() error {
	return iam.E(iam.Unauthenticated, "the user name or the password is wrong").Because(iam.ReasonBadPassword)
}

// Run notes the use of tokens and removes expired sessions until ctx ends, and
// writes what is left then.
func (s *Service) Run(ctx context.Context) {
	flush := time.NewTicker(flushEvery)
	defer flush.Stop()
	purge := time.NewTicker(10 * time.Minute)
	defer purge.Stop()
	for {
		select {
		case <-ctx.Done():
			s.flushUsage(context.WithoutCancel(ctx))
			return
		case <-flush.C:
			s.flushUsage(ctx)
		case <-purge.C:
			s.purgeSessions(ctx)
		}
	}
}

// purgeBatch is how many sessions one transaction removes.
const purgeBatch = 10_000

// purgeSessions removes expired sessions, batch by batch until none is left.
func (s *Service) purgeSessions(ctx context.Context) {
	for removed := purgeBatch; removed >= purgeBatch; {
		var err error
		if removed, err = s.store.PurgeSessions(ctx, s.env.Time(), purgeBatch); err != nil {
			if ctx.Err() == nil {
				s.log.WarnContext(ctx, "authn: cannot remove expired sessions", "error", err)
			}
			return
		}
	}
}
