package sqlite

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// Ping reads, and takes the write lock. It costs no fsync, unless the disk
// failed the last write: then it writes a page, to find out whether that has
// passed.
func (db *DB) Ping(ctx context.Context) error {
	err := db.Read(ctx, storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		var n int
		return tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n)
	})
	if err == nil {
		err = db.Write(ctx, storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
			if !db.writer.failed.Load() {
				return nil
			}
			// Nobody uses this number; setting it writes the first page.
			_, err := tx.ExecContext(ctx, "PRAGMA user_version = 0")
			return err
		})
	}
	if err != nil {
		return &iam.Error{Kind: iam.Unavailable, Message: "the database cannot be read and written", Err: err}
	}
	return nil
}
