package postgres

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// Ping asks whether the database takes writes: a standby does not.
func (db *DB) Ping(ctx context.Context) error {
	var readOnly bool
	err := db.Read(ctx, storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT current_setting('transaction_read_only')::boolean").Scan(&readOnly)
	})
	switch {
	case err != nil:
		return &iam.Error{Kind: iam.Unavailable, Message: "the database cannot be reached", Err: err}
	case readOnly:
		return iam.E(iam.Unavailable, "the database is read only")
	}
	return nil
}

// Mark has none to offer: asking the server whether it has changed costs as
// much as asking it for the row.
func (db *DB) Mark() (storage.Mark, bool) { return storage.Mark{}, false }
