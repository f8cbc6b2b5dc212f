package postgres

import "github.com/gatehouse-id/gatehouse/internal/storage"

// Lock takes the weakest row lock that does it
// (https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS):
// a row that is kept can still be changed, but for its key.
func (db *DB) Lock(l storage.RowLock, table string) string {
	if l == storage.Kept {
		return " FOR KEY SHARE OF " + table
	}
	return " FOR SHARE OF " + table
}

// RowsAtOnce spares round trips. A statement has at most 65,535 parameters.
func (db *DB) RowsAtOnce() int { return 100 }
