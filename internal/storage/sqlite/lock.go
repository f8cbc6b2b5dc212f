package sqlite

import "github.com/gatehouse-id/gatehouse/internal/storage"

// Lock is nothing: there is one writer.
func (db *DB) Lock(storage.RowLock, string) string { return "" }

// RowsAtOnce spares what a statement costs beside its rows: more of them gain no
// more.
func (db *DB) RowsAtOnce() int { return 32 }
