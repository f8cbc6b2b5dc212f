package sqlite

import (
	"context"
	"embed"
	"errors"
	"io/fs"

	"github.com/pressly/goose/v3"

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

// Migrate brings the schema up to date. A current one costs one query.
//
// Two processes may do it at once: each migration is a transaction that holds
// the write lock, the slower one fails on what is already there, and looks
// again.
func (db *DB) Migrate(ctx context.Context) error {
	want, err := storage.LatestMigration(migrations())
	if err != nil {
		return err
	}
	have, err := db.version(ctx)
	for err == nil && have < want {
		failure := db.migrateUp(ctx)
		var now int64
		now, err = db.version(ctx)
		if failure != nil && now == have {
			return &iam.Error{Kind: iam.Unavailable, Message: "the database cannot be migrated", Err: failure}
		}
		have = now
	}
	return err
}

func (db *DB) migrateUp(ctx context.Context) error {
	pool, err := openPool(db.path, db.opt.BusyTimeout, usual, readWrite)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, pool, migrations(),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return errors.Join(err, pool.Close())
	}
	_, err = provider.Up(ctx)
	return errors.Join(err, pool.Close())
}

// CheckSchema compares the schema with what this program needs.
func (db *DB) CheckSchema(ctx context.Context) error {
	want, err := storage.LatestMigration(migrations())
	if err != nil {
		return err
	}
	err = db.Read(ctx, storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
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

// version answers the version of the schema, 0 when there is none.
func (db *DB) version(ctx context.Context) (int64, error) {
	var v int64
	err := db.Read(ctx, storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		var err error
		v, err = schemaVersion(ctx, tx)
		return err
	})
	if err != nil {
		return 0, &iam.Error{Kind: iam.Unavailable, Message: "the version of the database cannot be read", Err: err}
	}
	return v, nil
}

// schemaVersion reads the books of the migrations.
func schemaVersion(ctx context.Context, tx storage.Tx) (int64, error) {
	var kept bool
	err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = $1", goose.DefaultTablename).Scan(&kept)
	if err != nil || !kept {
		return 0, err
	}
	var v int64
	err = tx.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+goose.DefaultTablename+" WHERE is_applied").Scan(&v)
	return v, err
}
