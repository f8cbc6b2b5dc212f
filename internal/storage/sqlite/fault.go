package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// Fault tells what an error of a statement means.
func (db *DB) Fault(err error) storage.Fault { return fault(err) }

// fault reads SQLite's result codes (https://www.sqlite.org/rescode.html).
// A deadline that passed in the queue counts as a database that is down: it
// is too busy to be of use. A context that was cancelled does not.
func fault(err error) storage.Fault {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, sql.ErrConnDone) || errors.Is(err, errClosed) {
		return storage.FaultDown
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return storage.FaultNone
	}
	switch e.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		return storage.FaultUnique
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return storage.FaultReference
	}
	const primary = 0xff // the low byte of an extended code is the class
	switch e.Code() & primary {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return storage.FaultRetry
	case lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY, lib.SQLITE_CORRUPT,
		lib.SQLITE_NOTADB, lib.SQLITE_NOMEM, lib.SQLITE_PERM, lib.SQLITE_PROTOCOL, lib.SQLITE_NOLFS:
		return storage.FaultDown
	}
	return storage.FaultNone
}
