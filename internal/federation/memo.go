package federation

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// How long documents of providers are remembered, and how long it is that they
// could not be had: anybody can have them asked for.
const (
	documentLife = 10 * time.Minute
	failureLife  = 5 * time.Second
	maxDocuments = 1000
)

// memo remembers documents by address. Of many who want one at once it is
// fetched for one.
type memo[V any] struct {
	env    iam.Env
	flight singleflight.Group

	mu   sync.Mutex
	kept map[string]document[V]
}

type document[V any] struct {
	value  V
	at     time.Time // when it was fetched; zero: never
	err    error     // of the last attempt
	failed time.Time
}

func newMemo[V any](env iam.Env) *memo[V] { return &memo[V]{env: env, kept: map[string]document[V]{}} }

// get answers a document that is no older than age, loading it where there is
// none. While the last attempt to load one has just failed there is no other.
func (m *memo[V]) get(ctx context.Context, address string, age time.Duration, load func(context.Context) (V, error)) (V, error) {
	now := m.env.Now()
	m.mu.Lock()
	d := m.kept[address]
	m.mu.Unlock()
	if !d.at.IsZero() && now.Sub(d.at) < age {
		return d.value, nil
	}
	if d.err != nil && now.Sub(d.failed) < failureLife {
		return d.value, d.err
	}
	v, err, _ := m.flight.Do(address, func() (any, error) {
		v, err := load(context.WithoutCancel(ctx)) // others wait for it
		m.keep(address, v, err)
		return v, err
	})
	return v.(V), err
}

func (m *memo[V]) keep(address string, v V, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.kept[address]
	if err != nil {
		d.err, d.failed = err, m.env.Now() // what was there stays for who may have it
	} else {
		d = document[V]{value: v, at: m.env.Now()}
	}
	for old := range m.kept {
		if len(m.kept) < maxDocuments {
			break
		}
		delete(m.kept, old) // any: it is fetched again
	}
	m.kept[address] = d
}
