package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

//go:embed migrations/*.sql
var embedded embed.FS

// migrations answers the folder of the migrations.
func migrations() fs.FS {
	folder, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the name above is a constant
	}
	return folder
}

const (
	// lockTimeout bounds how long a change of a table waits for those who use
	// it: who comes after it in the queue would wait as long.
	lockTimeout = "3s"
	// ddlAttempts is how often such a change is tried.
	ddlAttempts = 20

	// Another node that migrates is waited for: so often, so long.
	nodeAttempts = 1200
	nodePause    = 250 * time.Millisecond
)

// Migrate makes the program's role, brings the schema up to date and gives the
// role its rights. It acts as the role of the URL, which has to own the
// database's schema and, the first time, to be allowed to make roles. Of
// several nodes that do it at once, one does.
func (db *DB) Migrate(ctx context.Context) error {
	want, err := storage.LatestMigration(migrations())
	if err != nil {
		return err
	}
	// A pool that was opened before there was the role is in order, but for
	// its connections; who finds everything done may still have such.
	defer db.pool.Reset()

	cfg := db.pool.Config().ConnConfig
	cfg.RuntimeParams["lock_timeout"] = lockTimeout
	owner := stdlib.OpenDB(*cfg)
	defer owner.Close()
	err = migrate(ctx, owner, want)
	if err != nil && !iam.Is(err, iam.Precondition) {
		return &iam.Error{Kind: iam.Unavailable, Message: "the database cannot be migrated", Err: err}
	}
	return err
}

func migrate(ctx context.Context, owner *sql.DB, want int64) (err error) {
	if done, err := prepared(ctx, owner, want); done || err != nil {
		return err
	}
	nodes, err := lock.NewPostgresTableLocker(
		lock.WithTableLockTimeout(nodePause, nodeAttempts), lock.WithTableLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	if err := nodes.Lock(ctx, owner); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, nodes.Unlock(ctx, owner)) }()

	if err := makeRole(ctx, owner); err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, owner, migrations(),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		// Each migration is a transaction; what an attempt got done stays.
		_, err := provider.Up(ctx)
		if err == nil {
			break
		}
		if n == ddlAttempts || fault(err) != storage.FaultRetry {
			return err
		}
	}
	_, err = owner.ExecContext(ctx, grantRights)
	return err
}

// prepared reports whether there is nothing for Migrate to do: it looks at the
// last thing that Migrate does, besides the version.
func prepared(ctx context.Context, owner *sql.DB, want int64) (bool, error) {
	have, err := schemaVersion(ctx, owner)
	if err != nil || have < want {
		return false, err
	}
	var ready sql.NullBool // NULL: there is no such role
	err = owner.QueryRowContext(ctx, roleReady).Scan(&ready)
	return ready.Bool, err
}

// CheckSchema compares the schema, and the role that connections act in, with
// what this program needs.
func (db *DB) CheckSchema(ctx context.Context) error {
	want, err := storage.LatestMigration(migrations())
	if err != nil {
		return err
	}
	err = db.Read(ctx, storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		var acting bool
		if err := tx.QueryRowContext(ctx, "SELECT current_user = '"+role+"'").Scan(&acting); err != nil {
			return err
		}
		if !acting {
			return iam.E(iam.Precondition, "the role %s is missing, or is not granted to the role of the URL: run gatehouse migrate", role)
		}
		have, err := schemaVersion(ctx, tx)
		if err != nil {
			return err
		}
		return storage.CheckVersion(ctx, tx, have, want)
	})
	if err != nil && !iam.Is(err, iam.Precondition) {
		return &iam.Error{Kind: iam.Unavailable, Message: "the schema of the database cannot be checked", Err: err}
	}
	return err
}

// schemaVersion reads the books of the migrations; 0 where there are none, or
// none that the connection's role may see.
func schemaVersion(ctx context.Context, tx storage.Tx) (int64, error) {
	var kept bool
	err := tx.QueryRowContext(ctx, `SELECT coalesce(has_table_privilege(to_regclass($1)::oid, 'SELECT'), false)`,
		goose.DefaultTablename).Scan(&kept)
	if err != nil || !kept {
		return 0, err
	}
	var v int64
	err = tx.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+goose.DefaultTablename+" WHERE is_applied").Scan(&v)
	return v, err
}
