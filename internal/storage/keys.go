package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

const (
	readKeys   = `SELECT key_id, purpose, wrapped, created_at FROM tenant_keys WHERE tenant_id = $1`
	insertKey  = `INSERT INTO tenant_keys (tenant_id, purpose, key_id, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)`
	replaceKey = `UPDATE tenant_keys SET wrapped = $1 WHERE tenant_id = $2 AND purpose = $3 AND key_id = $4`
)

// Keys implements keyring.Store.
func (s *Store) Keys(ctx context.Context, t iam.TenantID) (keys []keyring.Key, err error) {
	defer s.wrap(&err, "Keys(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		keys, err = all(ctx, x, func(row scanner) (k keyring.Key, err error) {
			err = row.Scan(&k.ID, &k.Purpose, &k.Wrapped, to(&k.Created))
			return k, err
		}, readKeys, t)
		return err
	})
	return keys, err
}

// AddKey implements keyring.Store. NotFound: there is no such tenant.
func (s *Store) AddKey(ctx context.Context, t iam.TenantID, k keyring.Key) (err error) {
	defer s.wrap(&err, "AddKey(%s, %s, %s)", t, k.Purpose, k.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, insertKey, t, k.Purpose, k.ID, k.Wrapped, k.Created)
		return x.refers("tenant", string(t), x.unique("key", string(k.Purpose)+"/"+k.ID, err))
	})
}

// ReplaceKeys implements keyring.Store.
func (s *Store) ReplaceKeys(ctx context.Context, t iam.TenantID, ks []keyring.Key) (err error) {
	defer s.wrap(&err, "ReplaceKeys(%s)", t)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		for _, k := range ks {
			name := string(k.Purpose) + "/" + k.ID
			if err := x.one(ctx, "key", name, replaceKey, k.Wrapped, t, k.Purpose, k.ID); err != nil {
				return err
			}
		}
		return nil
	})
}
