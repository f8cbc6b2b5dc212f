package keyring

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"slices"
	"strconv"
	"sync"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Keyring gives out the keys of all tenants. It is safe for concurrent use,
// and so must be the source of randomness in its Env.
//
// Errors are those of the store, and Internal where a key does not open: with
// the wrong master key nothing is ever made or verified.
type Keyring struct {
	master Master
	store  Store
	env    iam.Env

	mu    sync.RWMutex
	rings map[iam.TenantID]*ring
}

// New makes a keyring over a store. Keys are read when they are needed.
func New(master Master, store Store, env iam.Env) *Keyring {
	return &Keyring{master: master, store: store, env: env, rings: make(map[iam.TenantID]*ring)}
}

// MAC computes the HMAC-SHA-256 (RFC 2104) of data with the newest key of a
// purpose. The key's id is to be kept beside it.
func (k *Keyring) MAC(ctx context.Context, t iam.TenantID, p Purpose, data []byte) (keyID string, mac []byte, err error) {
	id, key, err := k.newest(ctx, t, p)
	if err != nil {
		return "", nil, err
	}
	return id, sum(key, data), nil
}

// VerifyMAC reports in constant time whether mac is that of data under the key
// of that id. An unknown key verifies nothing and is no error.
func (k *Keyring) VerifyMAC(ctx context.Context, t iam.TenantID, p Purpose, keyID string, data, mac []byte) (bool, error) {
	key, err := k.named(ctx, t, p, keyID)
	if iam.Is(err, iam.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return hmac.Equal(mac, sum(key, data)), nil
}

func sum(key, data []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return h.Sum(nil)
}

// Signing answers the newest key of a purpose, 32 bytes, and its id, for a
// library that signs by itself.
func (k *Keyring) Signing(ctx context.Context, t iam.TenantID, p Purpose) (keyID string, key []byte, err error) {
	id, key, err := k.newest(ctx, t, p)
	return id, slices.Clone(key), err
}

// Verifying answers the key of that id, whatever its age. It answers NotFound
// when the tenant has none such.
func (k *Keyring) Verifying(ctx context.Context, t iam.TenantID, p Purpose, keyID string) ([]byte, error) {
	key, err := k.named(ctx, t, p, keyID)
	return slices.Clone(key), err
}

// Rotate makes a newer key for a purpose and answers its id. Older ones stay
// for verification. Other nodes begin to use it within refreshAfter, and
// verify with it at once. Of two nodes that rotate at the same moment both
// answer the one key that came of it.
func (k *Keyring) Rotate(ctx context.Context, t iam.TenantID, p Purpose) (keyID string, err error) {
	r := k.ring(t)
	if err := r.acquire(ctx); err != nil {
		return "", err
	}
	defer r.release()
	keys, err := k.read(ctx, t, r)
	if err != nil {
		return "", err
	}
	keys, err = k.add(ctx, t, r, p, keys.newest[p]+1)
	if err != nil {
		return "", err
	}
	return formatID(keys.newest[p]), nil
}

// add makes the n-th key for a purpose, or finds that another node just has,
// and answers the keys of the tenant with it. The caller holds r.
func (k *Keyring) add(ctx context.Context, t iam.TenantID, r *ring, p Purpose, n uint64) (*keySet, error) {
	key := make([]byte, keySize)
	if _, err := io.ReadFull(k.env.Rand, key); err != nil {
		return nil, &iam.Error{Kind: iam.Internal, Message: "source of randomness failed", Err: err}
	}
	id := formatID(n)
	wrapped, err := k.master.wrap(t, p, id, key, k.env.Rand)
	if err != nil {
		return nil, err
	}
	err = k.store.AddKey(ctx, t, Key{ID: id, Purpose: p, Wrapped: wrapped, Created: k.env.Time()})
	if err != nil && !iam.Is(err, iam.Exists) {
		return nil, err
	}
	// What the store has counts, not what was made here.
	keys, err := k.read(ctx, t, r)
	if err != nil {
		return nil, err
	}
	if keys.newest[p] < n {
		return nil, iam.E(iam.Internal, "key %s for %s of tenant %s was stored and is not there", id, p, t)
	}
	return keys, nil
}

// Rewrap wraps all keys of a tenant with another master key. The keys
// themselves stay. It is done for every tenant with the nodes stopped, which
// are then started with the new master key; a run that was cut short is simply
// repeated, since keys that already are under the new one are left alone.
func (k *Keyring) Rewrap(ctx context.Context, t iam.TenantID, to Master) error {
	rows, err := k.store.Keys(ctx, t)
	if err != nil {
		return err
	}
	var changed []Key
	for _, row := range rows {
		if to.wrapped(row) {
			continue
		}
		key, err := k.master.unwrap(t, row)
		if err != nil {
			return err
		}
		if row.Wrapped, err = to.wrap(t, row.Purpose, row.ID, key, k.env.Rand); err != nil {
			return err
		}
		changed = append(changed, row)
	}
	if len(changed) == 0 {
		return nil
	}
	return k.store.ReplaceKeys(ctx, t, changed)
}

func formatID(n uint64) string { return strconv.FormatUint(n, 10) }

// parseID reads a key's id in the one form that formatID writes. ok is false
// for anything else, which then is no key's id.
func parseID(id string) (n uint64, ok bool) {
	n, err := strconv.ParseUint(id, 10, 32)
	return n, err == nil && n > 0 && formatID(n) == id
}
