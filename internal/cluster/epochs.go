// Package cluster owns what nodes have to agree on: the epoch of each tenant,
// a number that grows in the transaction of every write that can change a
// decision. What a node caches is valid while the epoch is the one under which
// it was read, see Cache.
//
// It must not know what is cached or why an epoch grew, and no SQL.
package cluster

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store reads epochs.
type Store interface {
	// Epoch answers the epoch of one tenant. NotFound: there is no such tenant.
	Epoch(ctx context.Context, t iam.TenantID) (int64, error)
	// EpochsSince answers the epochs that changed at or after a time, and the
	// present one. Both are the database's, which is one for all nodes. Since
	// the zero time nothing has changed.
	EpochsSince(ctx context.Context, since time.Time) (epochs map[iam.TenantID]int64, now time.Time, err error)
}

// Poll is how often a node asks for changes of others. With it, a change is
// everywhere within a second.
const Poll = 500 * time.Millisecond

// stale is how old the last successful poll may be before the epochs known
// here are no longer trusted, and each use asks the database.
const stale = 900 * time.Millisecond

// overlap covers a transaction that commits after a later one, when asking for
// changes since the last poll.
const overlap = 30 * time.Second

// Epochs is what this node knows of the tenants' epochs.
type Epochs struct {
	store Store
	env   iam.Env
	log   *slog.Logger

	mu     sync.RWMutex
	known  map[iam.TenantID]int64
	polled time.Time // last success, by the local clock
}

// NewEpochs makes an empty view; Run keeps it fresh.
func NewEpochs(store Store, env iam.Env, log *slog.Logger) *Epochs {
	return &Epochs{store: store, env: env, log: log, known: map[iam.TenantID]int64{}}
}

// Current answers the tenant's epoch: from memory while the view is fresh,
// from the database otherwise, so that a node cut off from the database
// trusts nothing it remembers. NotFound, Unavailable.
func (e *Epochs) Current(ctx context.Context, t iam.TenantID) (int64, error) {
	now := e.env.Now()
	e.mu.RLock()
	n, ok := e.known[t]
	fresh := now.Sub(e.polled) < stale
	e.mu.RUnlock()
	if ok && fresh {
		return n, nil
	}
	n, err := e.store.Epoch(ctx, t)
	if err != nil {
		return 0, err
	}
	e.Advance(t, n)
	return n, nil
}

// Advance records an epoch that this node wrote or read. It never goes back.
func (e *Epochs) Advance(t iam.TenantID, epoch int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.known[t] = max(e.known[t], epoch)
}

// Run polls until ctx ends.
func (e *Epochs) Run(ctx context.Context) {
	tick := time.NewTicker(Poll)
	defer tick.Stop()
	var since time.Time // by the database's clock; nothing is known before the first poll
	failing := false
	for {
		began := e.env.Now()
		changed, now, err := e.store.EpochsSince(ctx, since)
		switch {
		case err == nil:
			e.merge(changed, began)
			since, failing = now.Add(-overlap), false
		case ctx.Err() == nil && !failing:
			failing = true
			e.log.WarnContext(ctx, "cluster: cannot read epochs; caches are bypassed until it works again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// merge takes what a poll found that began at the time.
func (e *Epochs) merge(changed map[iam.TenantID]int64, began time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for t, n := range changed {
		if old, ok := e.known[t]; ok {
			e.known[t] = max(old, n)
		}
	}
	e.polled = began
}
