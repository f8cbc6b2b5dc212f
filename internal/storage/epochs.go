package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const bumpEpoch = `UPDATE tenant_epochs SET epoch = epoch + 1, changed_at = $1 WHERE tenant_id = $2 RETURNING epoch`

// bump counts the epoch of the call's tenant up. It comes last in a
// transaction, since on PostgreSQL all that do it queue for the row.
func (x *call) bump(ctx context.Context) error {
	err := x.row(ctx, bumpEpoch, x.store.env.Time(), x.tenant).Scan(&x.epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return iam.ErrNotFound("tenant", string(x.tenant))
	}
	return err
}

// The epoch of a tenant that is no more stays, for EpochsSince only.
const readEpoch = `SELECT e.epoch FROM tenants t JOIN tenant_epochs e ON e.tenant_id = t.tenant_id WHERE t.tenant_id = $1`

// Epoch implements cluster.Store.
func (s *Store) Epoch(ctx context.Context, t iam.TenantID) (epoch int64, err error) {
	defer s.wrap(&err, "Epoch(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		return found("tenant", string(t), x.row(ctx, readEpoch, t).Scan(&epoch))
	})
	return epoch, err
}

const readEpochsSince = `SELECT tenant_id, epoch FROM tenant_epochs WHERE changed_at >= $1`

// EpochsSince implements cluster.Store.
func (s *Store) EpochsSince(ctx context.Context, since time.Time) (epochs map[iam.TenantID]int64, err error) {
	defer s.wrap(&err, "EpochsSince(%s)", since)
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		epochs = map[iam.TenantID]int64{}
		rows, err := x.query(ctx, readEpochsSince, since)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t iam.TenantID
			var n int64
			if err := rows.Scan(&t, &n); err != nil {
				return err
			}
			epochs[t] = n
		}
		return rows.Err()
	})
	return epochs, err
}
