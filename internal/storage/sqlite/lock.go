package sqlite

import "github.com/gatehouse-id/gatehouse/internal/storage"

// Lock is nothing: there is one writer.
func (db *DB) Lock(storage.RowLock, string) string { return "" }

// RowsAtOnce is one: there is no network between, and the driver looks each
// parameter up by its name, among all of the statement.
func (db *DB) RowsAtOnce() int { return 1 }
