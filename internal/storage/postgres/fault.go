package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// Fault tells what an error of a statement means.
func (db *DB) Fault(err error) storage.Fault { return fault(err) }

// fault reads SQLSTATE codes (PostgreSQL manual, appendix A), and the errors
// of connections that never got so far as to have one.
func fault(err error) storage.Fault {
	// Whatever kept a connection from coming about, also in the server's own
	// words: nothing can be asked.
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return storage.FaultDown
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return stateFault(e.Code)
	}
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return storage.FaultNone
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone),
		errors.Is(err, puddle.ErrClosedPool), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, net.ErrClosed):
		return storage.FaultDown
	}
	// A connection that ended between two statements fails the second before it
	// is sent, with an error that has no name of its own.
	if _, ok := errors.AsType[net.Error](err); ok || pgconn.SafeToRetry(err) {
		return storage.FaultDown
	}
	return storage.FaultNone
}

func stateFault(state string) storage.Fault {
	switch state {
	case "23505": // unique_violation
		return storage.FaultUnique
	case "23503", "23001": // foreign_key_violation, restrict_violation
		return storage.FaultReference
	case "40001", "40P01", "55P03": // serialization_failure, deadlock_detected, lock_not_available
		return storage.FaultRetry
	case "25006", // read_only_sql_transaction: a standby
		"57014", // query_canceled: by the server's own timeout
		"58030": // io_error
		return storage.FaultDown
	}
	if len(state) == 5 {
		switch {
		case state[:2] == "08", // connection exception
			state[:2] == "53",   // insufficient resources: disk, memory, connections
			state[:4] == "57P0": // shutting down, starting up
			return storage.FaultDown
		}
	}
	return storage.FaultNone
}
