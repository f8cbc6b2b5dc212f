package cluster

import (
	"context"

	"github.com/maypok86/otter/v2"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Cache remembers values of tenants for as long as their epochs stand. It is
// bounded, and safe for use by many goroutines.
type Cache[K comparable, V any] struct {
	epochs *Epochs
	kept   *otter.Cache[cacheKey[K], cached[V]]
}

type cacheKey[K comparable] struct {
	tenant iam.TenantID
	key    K
}

type cached[V any] struct {
	epoch int64
	value V
}

// NewCache makes a cache of at most size values.
func NewCache[K comparable, V any](epochs *Epochs, size int) *Cache[K, V] {
	return &Cache[K, V]{epochs: epochs, kept: otter.Must(&otter.Options[cacheKey[K], cached[V]]{MaximumSize: size})}
}

// Get answers the value of key in a tenant, loading it when it is not there or
// was read under an older epoch. Errors of load are answered and not kept.
// The epoch is read before load, so that a value can be kept under too old an
// epoch, never under too new a one.
func (c *Cache[K, V]) Get(ctx context.Context, t iam.TenantID, key K, load func(context.Context) (V, error)) (V, error) {
	epoch, err := c.epochs.Current(ctx, t)
	if err != nil {
		var none V
		return none, err
	}
	k := cacheKey[K]{t, key}
	if found, ok := c.kept.GetIfPresent(k); ok && found.epoch == epoch {
		return found.value, nil
	}
	v, err := load(ctx)
	if err != nil {
		var none V
		return none, err
	}
	c.kept.Set(k, cached[V]{epoch, v})
	return v, nil
}
