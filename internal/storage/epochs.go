package storage

import (
	"context"
	"math"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// epochStatements are those with the database's clock in them. Nodes find what
// others have changed by when they did, so the time must be of one clock.
type epochStatements struct{ insert, bump, bumpBelow, since string }

func epochsSQL(clock string) epochStatements {
	return epochStatements{
		insert: `INSERT INTO tenant_epochs (tenant_id, epoch, changed_at) VALUES ($1, 1, ` + clock + `)`,
		bump:   `UPDATE tenant_epochs SET epoch = epoch + 1, changed_at = ` + clock + ` WHERE tenant_id = $1 RETURNING epoch`,
		bumpBelow: below + `UPDATE tenant_epochs SET epoch = epoch + 1, changed_at = ` + clock + `
			WHERE tenant_id IN (SELECT id FROM below) RETURNING tenant_id, epoch`,
		// The row of no tenant has the clock.
		since: `SELECT '', ` + clock + ` UNION ALL SELECT CAST(tenant_id AS TEXT), epoch FROM tenant_epochs WHERE changed_at >= $1`,
	}
}

// bump counts the epoch of the call's tenant up. It comes last in a
// transaction, since on PostgreSQL all that do it queue for the row.
func (x *call) bump(ctx context.Context) error { return x.bumpOf(ctx, x.tenant) }

// bumpOf counts the epoch of a tenant up.
func (x *call) bumpOf(ctx context.Context, t iam.TenantID) error {
	var epoch int64
	if err := x.row(ctx, x.store.epochs.bump, t).Scan(&epoch); err != nil {
		return found("tenant", string(t), err)
	}
	x.bumped(t, epoch)
	return nil
}

// bumpBelow counts the epochs of a tenant and of all below it up. The call sees
// everywhere.
func (x *call) bumpBelow(ctx context.Context, t iam.TenantID) error {
	rows, err := x.query(ctx, x.store.epochs.bumpBelow, t)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id iam.TenantID
		var epoch int64
		if err := rows.Scan(&id, &epoch); err != nil {
			return err
		}
		x.bumped(id, epoch)
	}
	return rows.Err()
}

// bumped remembers a new epoch until the write is durable.
func (x *call) bumped(t iam.TenantID, epoch int64) {
	if x.epochs == nil {
		x.epochs = map[iam.TenantID]int64{}
	}
	x.epochs[t] = epoch
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

// EpochsSince implements cluster.Store.
func (s *Store) EpochsSince(ctx context.Context, since time.Time) (epochs map[iam.TenantID]int64, now time.Time, err error) {
	defer s.wrap(&err, "EpochsSince(%s)", since)
	from := int64(math.MaxInt64) // for a caller who only asks for the clock
	if !since.IsZero() {
		from = since.UnixMicro()
	}
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		epochs = map[iam.TenantID]int64{}
		rows, err := x.query(ctx, s.epochs.since, from)
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
			if t == "" {
				now = fromMicros(n)
			} else {
				epochs[t] = n
			}
		}
		return rows.Err()
	})
	return epochs, now, err
}
