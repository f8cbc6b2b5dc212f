package storage

import (
	"context"
	"database/sql"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Tx runs statements. On a read it is a connection, on a write a transaction.
// Statements are prepared once and kept.
//
// It serves one goroutine, and one statement at a time: rows are read to their
// end or closed before the next statement begins.
type Tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Engine is what SQLite and PostgreSQL have in common. Errors of statements
// come back as the driver made them, for Fault; those of Migrate, CheckSchema
// and Ping are iam errors.
type Engine interface {
	// Read runs fn outside of a transaction, on a connection that sees the
	// rows of one tenant, or of all for Everywhere.
	Read(ctx context.Context, t iam.TenantID, fn func(context.Context, Tx) error) error
	// Snapshot runs fn in a read transaction: all its statements see one state.
	Snapshot(ctx context.Context, t iam.TenantID, fn func(context.Context, Tx) error) error
	// Write runs fn in a transaction and answers after it is durable. fn may
	// run more than once and must have no effect but its statements and
	// variables that it sets anew each time. It must not call Read, Snapshot
	// or Write, which could wait for it forever, and it returns when a
	// statement fails: on PostgreSQL no further one would work.
	//
	// What fn reads may be changed by others before fn writes, on PostgreSQL
	// (READ COMMITTED). Unique keys, foreign keys and "UPDATE ... WHERE
	// version = $n" hold whatever happens in between; a fn that decides from
	// rows which it does not write takes a row lock first: with Lock, or by an
	// UPDATE that all who decide so make, such as that of the tenant's epoch.
	Write(ctx context.Context, t iam.TenantID, fn func(context.Context, Tx) error) error
	// Enter changes the scope of a transaction, of Snapshot or Write, for the
	// rest of it. It is for the few that touch several tenants.
	Enter(ctx context.Context, tx Tx, t iam.TenantID) error
	// Lock is the SQL that a SELECT of a Write ends with so that those rows of
	// one of its tables that it finds stay as they are until the Write ends.
	// It is empty where nobody else writes meanwhile.
	Lock(l RowLock, table string) string
	// RowsAtOnce is how many rows a statement inserts where many are to be
	// inserted: as many as make it fastest.
	RowsAtOnce() int
	// Mark answers a mark of the present state of the database: nobody has
	// written to it between two equal ones, in this process or another. ok is
	// false while, or where, there is none to be had for less than a read.
	Mark() (m Mark, ok bool)
	// Clock is the SQL of the database's clock, in microseconds since 1970:
	// one for all nodes, whose own clocks may differ.
	Clock() string
	// Catalog answers what the database is made of.
	Catalog(ctx context.Context, tx Tx) (Catalog, error)
	// Fault tells what an error of a statement means.
	Fault(err error) Fault
	// Migrate brings the schema up to this program's version. A newer one is
	// left as it is.
	Migrate(ctx context.Context) error
	// CheckSchema answers Precondition when the schema is older than this
	// program needs, or there is none, or a restore into it was cut off.
	CheckSchema(ctx context.Context) error
	// Ping answers Unavailable when the database cannot be reached or written.
	Ping(ctx context.Context) error
	Close() error
}

// RowLock is what does not happen to a row while it is locked.
type RowLock uint8

const (
	Kept   RowLock = iota // nobody removes it
	Frozen                // nobody changes it either
)

// Mark tells one state of a database from another; what is in it is the
// engine's affair.
type Mark [48]byte

// Everywhere is the scope of the few methods that look across tenants: the
// tenant tree, epochs, jobs to claim, and retention. Only tables whose
// row-level security says so can be seen with it.
const Everywhere iam.TenantID = "*"

// Fault is what an error of a database means, in a closed set.
type Fault uint8

const (
	FaultNone      Fault = iota // not an error of the database
	FaultUnique                 // a unique key is taken
	FaultReference              // what is referred to is not there, or is still referred to
	FaultRetry                  // lost to another transaction; the engine retries it by itself
	FaultDown                   // unreachable, full, read only or shutting down
)
