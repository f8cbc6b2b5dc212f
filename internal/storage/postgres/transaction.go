package postgres

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// A write that loses to another transaction is tried so often, with pauses
// that double from the first to the longest, each up to half as long again.
const (
	attempts     = 10
	firstPause   = 2 * time.Millisecond
	longestPause = 100 * time.Millisecond
)

// patience bounds a Read or Write as a whole. Where the network swallows what
// is sent to the server, nobody else would notice for many minutes.
const patience = 10 * time.Second

// Read runs fn on a connection that sees one tenant.
func (db *DB) Read(ctx context.Context, t iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return db.lend(ctx, t, func(conn *sql.Conn) error { return fn(ctx, conn) })
}

// Snapshot runs fn in a read-only transaction, for as long as it takes.
func (db *DB) Snapshot(ctx context.Context, t iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	return db.lend(ctx, t, func(conn *sql.Conn) error {
		return transact(ctx, conn, sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, fn)
	})
}

// Write runs fn in a transaction, again where PostgreSQL asks for it: after a
// deadlock, or, where it is a distributed one, a serialization failure.
//
// A connection lost during COMMIT leaves it open whether the transaction took
// place. It is not tried again: the caller is told, and looks.
func (db *DB) Write(ctx context.Context, t iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return db.lend(ctx, t, func(conn *sql.Conn) error {
		pause := firstPause
		for n := 1; ; n++ {
			err := transact(ctx, conn, sql.TxOptions{Isolation: sql.LevelReadCommitted}, fn)
			if n == attempts || fault(err) != storage.FaultRetry {
				return err
			}
			select {
			case <-time.After(pause + rand.N(pause/2)): //nolint:gosec // nothing is secret about it
				pause = min(2*pause, longestPause)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
}

// lend acquires a connection that sees tenant t. The pool closes it, instead of
// taking it back, when it is broken or still in a transaction.
func (db *DB) lend(ctx context.Context, t iam.TenantID, use func(*sql.Conn) error) error {
	conn, err := db.sql.Conn(withScope(ctx, t))
	if err != nil {
		return err
	}
	defer conn.Close()
	return use(conn)
}

// transact runs fn in a transaction.
func transact(ctx context.Context, conn *sql.Conn, opt sql.TxOptions, fn func(context.Context, storage.Tx) error) error {
	tx, err := conn.BeginTx(ctx, &opt)
	if err != nil {
		return err
	}
	// Also where fn panics. After Commit it does nothing.
	defer tx.Rollback()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}
