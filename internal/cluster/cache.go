package cluster

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Cache remembers values of tenants for as long as their epochs stand. It is
// bounded, and safe for use by many goroutines.
type Cache[K ~string, V any] struct {
	epochs *Epochs
	kept   *kept
}

// kept is one type for what all caches keep: every other one would add its own
// copy of the library, 200 kB each, to the program.
type kept = otter.Cache[cacheKey, any]

type cacheKey struct {
	tenant iam.TenantID
	key    string
}

type cached[V any] struct {
	epoch int64
	value V
}

func newKept(size int) *kept {
	return otter.Must(&otter.Options[cacheKey, any]{MaximumSize: size})
}

// NewCache makes a cache of at most size values.
func NewCache[K ~string, V any](epochs *Epochs, size int) *Cache[K, V] {
	return &Cache[K, V]{epochs: epochs, kept: newKept(size)}
}

// Get answers the value of key in a tenant, loading it when it is not there or
// was read under an older epoch. Errors of load are answered and not kept.
// The epoch is read before load, so that a value can be kept under too old an
// epoch, never under too new a one.
func (c *Cache[K, V]) Get(ctx context.Context, t iam.TenantID, key K, load func(context.Context) (V, error)) (V, error) {
	var none V
	epoch, err := c.epochs.Current(ctx, t)
	if err != nil {
		return none, err
	}
	k := cacheKey{t, string(key)}
	if found, ok := c.kept.GetIfPresent(k); ok {
		if found := found.(*cached[V]); found.epoch == epoch {
			return found.value, nil
		}
	}
	v, err := load(ctx)
	if err != nil {
		return none, err
	}
	c.kept.Set(k, &cached[V]{epoch, v})
	return v, nil
}

// Facts remembers values that belong to no tenant, for a second: as long as a
// change may take to be known everywhere. It is bounded, and safe for use by
// many goroutines.
type Facts[V any] struct {
	env  iam.Env
	kept *kept
}

// factLife is how long a fact is believed.
const factLife = time.Second

type fact[V any] struct {
	until time.Time
	value V
}

// NewFacts makes a memory of at most size values.
func NewFacts[V any](env iam.Env, size int) *Facts[V] { return &Facts[V]{env, newKept(size)} }

// Get answers the value of key, loading it when it is not there or no longer
// believed. Errors of load are answered and not kept.
func (f *Facts[V]) Get(ctx context.Context, key string, load func(context.Context) (V, error)) (V, error) {
	k := cacheKey{key: key}
	now := f.env.Now()
	if found, ok := f.kept.GetIfPresent(k); ok {
		if found := found.(*fact[V]); now.Before(found.until) {
			return found.value, nil
		}
	}
	v, err := load(ctx)
	if err != nil {
		var none V
		return none, err
	}
	f.kept.Set(k, &fact[V]{now.Add(factLife), v})
	return v, nil
}
