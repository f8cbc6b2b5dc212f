package keyring

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	// refreshAfter is how long a node goes on making things with the newest
	// key that it knows, before it looks whether another node has rotated.
	refreshAfter = time.Minute
	// missPause is how long no unknown key id of a tenant is looked for after
	// one was looked for in vain: ids come from outside, and made-up ones must
	// not reach the store with every request.
	missPause = time.Second
	// maxRings bounds the number of tenants whose keys are held in memory.
	maxRings = 10_000
)

// ring is what a node knows of one tenant's keys. Readers take keys without a
// lock; who reads the store holds lock, so that of many who miss only the
// first does.
type ring struct {
	keys atomic.Pointer[keySet] // nil before the first reading
	lock chan struct{}          // a mutex that can be waited for with a context
	// missed is when an unknown id was last looked for in vain. Guarded by lock.
	missed time.Time
}

// keySet is the unwrapped keys of a tenant at one time. It never changes.
type keySet struct {
	read   time.Time
	keys   map[slot][]byte
	newest map[Purpose]uint64 // 0 when there is none
}

type slot struct {
	purpose Purpose
	id      string
}

func (r *ring) acquire(ctx context.Context) error {
	select {
	case r.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &iam.Error{Kind: iam.Unavailable, Message: "gave up waiting for keys", Err: ctx.Err()}
	}
}

func (r *ring) release() { <-r.lock }

// ring answers the place for a tenant's keys, and makes it when it is new.
func (k *Keyring) ring(t iam.TenantID) *ring {
	k.mu.RLock()
	r := k.rings[t]
	k.mu.RUnlock()
	if r != nil {
		return r
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if r := k.rings[t]; r != nil {
		return r
	}
	if len(k.rings) >= maxRings {
		for other := range k.rings { // in no order: whose keys are needed again are read again
			delete(k.rings, other)
			break
		}
	}
	r = &ring{lock: make(chan struct{}, 1)}
	k.rings[t] = r
	return r
}

// newest answers the key for new work, and makes the first one of a purpose.
func (k *Keyring) newest(ctx context.Context, t iam.TenantID, p Purpose) (id string, key []byte, err error) {
	r := k.ring(t)
	keys := r.keys.Load()
	if !k.usable(keys, p) {
		if keys, err = k.renew(ctx, t, r, p); err != nil {
			return "", nil, err
		}
	}
	id = formatID(keys.newest[p])
	return id, keys.keys[slot{p, id}], nil
}

// usable reports whether keys are recent and have one for a purpose.
func (k *Keyring) usable(keys *keySet, p Purpose) bool {
	if keys == nil || keys.newest[p] == 0 {
		return false
	}
	age := k.env.Now().Sub(keys.read)
	return age >= 0 && age < refreshAfter // a clock set back must not hold on to keys
}

// renew reads the keys anew, and makes the first one of a purpose when there
// is none.
func (k *Keyring) renew(ctx context.Context, t iam.TenantID, r *ring, p Purpose) (*keySet, error) {
	if err := r.acquire(ctx); err != nil {
		return nil, err
	}
	defer r.release()
	if keys := r.keys.Load(); k.usable(keys, p) {
		return keys, nil // somebody was faster
	}
	keys, err := k.read(ctx, t, r)
	if err != nil || keys.newest[p] > 0 {
		return keys, err
	}
	return k.add(ctx, t, r, p, 1)
}

// named answers the key of an id. When it is unknown the store is asked, but
// not more often than every missPause. NotFound when there is no such key.
func (k *Keyring) named(ctx context.Context, t iam.TenantID, p Purpose, id string) ([]byte, error) {
	if _, ok := parseID(id); !ok {
		return nil, errNoKey(t, p)
	}
	r := k.ring(t)
	if key, ok := r.keys.Load().key(p, id); ok {
		return key, nil
	}
	if err := r.acquire(ctx); err != nil {
		return nil, err
	}
	defer r.release()
	if key, ok := r.keys.Load().key(p, id); ok {
		return key, nil
	}
	if pause := k.env.Now().Sub(r.missed); pause >= 0 && pause < missPause {
		return nil, errNoKey(t, p)
	}
	keys, err := k.read(ctx, t, r)
	if err != nil {
		return nil, err
	}
	if key, ok := keys.key(p, id); ok {
		return key, nil
	}
	r.missed = k.env.Now()
	return nil, errNoKey(t, p)
}

func errNoKey(t iam.TenantID, p Purpose) error {
	return iam.E(iam.NotFound, "tenant %s has no such key for %s", t, p)
}

func (s *keySet) key(p Purpose, id string) ([]byte, bool) {
	if s == nil {
		return nil, false
	}
	key, ok := s.keys[slot{p, id}]
	return key, ok
}

// read loads and unwraps a tenant's keys. The caller holds r.
func (k *Keyring) read(ctx context.Context, t iam.TenantID, r *ring) (*keySet, error) {
	now := k.env.Now()
	rows, err := k.store.Keys(ctx, t)
	if err != nil {
		return nil, err
	}
	keys := &keySet{read: now, keys: make(map[slot][]byte, len(rows)), newest: make(map[Purpose]uint64)}
	for _, row := range rows {
		n, ok := parseID(row.ID)
		if !ok {
			return nil, iam.E(iam.Internal, "tenant %s has a key for %s whose id is not a number: %q", t, row.Purpose, row.ID)
		}
		if keys.keys[slot{row.Purpose, row.ID}], err = k.master.unwrap(t, row); err != nil {
			return nil, err
		}
		keys.newest[row.Purpose] = max(keys.newest[row.Purpose], n)
	}
	r.keys.Store(keys)
	return keys, nil
}
