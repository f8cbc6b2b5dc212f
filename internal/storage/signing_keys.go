package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertSigningKey = `INSERT INTO signing_keys (tenant_id, key_id, algorithm, public_key, private_key, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`
	readSigningKeys = `SELECT key_id, algorithm, public_key, private_key, created_at FROM signing_keys
		WHERE tenant_id = $1 ORDER BY created_at DESC, key_id DESC`
	readNewestSigningKey = `SELECT key_id, algorithm, public_key, private_key, created_at FROM signing_keys
		WHERE tenant_id = $1 AND algorithm = $2 ORDER BY created_at DESC, key_id DESC LIMIT 1`
)

func scanSigningKey(row scanner) (k authn.SigningKey, err error) {
	err = row.Scan(&k.ID, &k.Algorithm, &k.Public, &k.Private, to(&k.Created))
	return k, err
}

// InsertSigningKey implements authn.Store. It counts the epoch up first, since all
// who do that wait for each other.
func (s *Store) InsertSigningKey(ctx context.Context, t iam.TenantID, k authn.SigningKey) (newest authn.SigningKey, err error) {
	defer s.wrap(&err, "InsertSigningKey(%s, %s)", t, k.ID)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.bump(ctx); err != nil {
			return err
		}
		present, err := all(ctx, x, scanSigningKey, readNewestSigningKey, t, k.Algorithm)
		if err != nil {
			return err
		}
		if len(present) > 0 {
			newest = present[0]
			return nil
		}
		newest = k
		_, err = x.exec(ctx, insertSigningKey, t, k.ID, k.Algorithm, k.Public, k.Private, k.Created)
		return x.unique("signing key", k.ID, err)
	})
	return newest, err
}

// SigningKeys implements authn.Store.
func (s *Store) SigningKeys(ctx context.Context, t iam.TenantID) (keys []authn.SigningKey, err error) {
	defer s.wrap(&err, "SigningKeys(%s)", t)
	err = s.snapshot(ctx, t, func(ctx context.Context, x *call) error {
		if _, err := scanOne[int64](x.row(ctx, readEpoch, t)); err != nil {
			return found("tenant", string(t), err)
		}
		keys, err = all(ctx, x, scanSigningKey, readSigningKeys, t)
		return err
	})
	return keys, err
}
