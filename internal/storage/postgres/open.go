package postgres

import (
	"context"
	"database/sql"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// DB is a PostgreSQL database.
type DB struct {
	pool *pgxpool.Pool
	sql  *sql.DB // the same connections, for the SQL that both engines share
}

var _ storage.Engine = (*DB)(nil)

// Open sets up the pool for a URL (postgres://user:password@host/database) or
// a connection string of libpq. It does not connect yet: a database that is
// down is found out by whoever needs it first. Invalid: the URL is malformed.
//
// Parameters that a URL may set and that otherwise get a default here:
// pool_max_conns, connect_timeout, application_name.
func Open(ctx context.Context, url string) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		// pgx leaves the password out of its error, as the log needs it.
		return nil, &iam.Error{Kind: iam.Invalid, Message: "the URL of the database is malformed", Err: err}
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = int32(max(16, 4*runtime.NumCPU())) //nolint:gosec // no machine has so many
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "gatehouse"
	}
	return open(ctx, cfg)
}

func open(ctx context.Context, cfg *pgxpool.Config) (*DB, error) {
	cfg.MaxConnLifetimeJitter = cfg.MaxConnLifetime / 10
	cfg.AfterConnect = assumeRole
	cfg.PrepareConn = enterScope
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, &iam.Error{Kind: iam.Unavailable, Message: "the database cannot be opened", Err: err}
	}
	return &DB{pool: pool, sql: stdlib.OpenDBFromPool(pool)}, nil
}

// Close waits for the connections that are in use, then closes all.
func (db *DB) Close() error {
	err := db.sql.Close()
	db.pool.Close()
	return err
}

// role is the one that the program acts in. It owns nothing, cannot log in,
// and is held by row-level security.
const role = "gatehouse_app"

// assumeRole makes a new connection act in the program's role. Where the role
// is missing or out of reach it stays what it is, for Migrate and CheckSchema
// to deal with.
func assumeRole(ctx context.Context, conn *pgx.Conn) error {
	// set_config('role') is SET ROLE, here with a condition.
	const query = `SELECT set_config('role', rolname, false) FROM pg_roles
		WHERE rolname = '` + role + `' AND pg_has_role(oid, 'MEMBER')`
	return conn.PgConn().Exec(ctx, query).Close()
}
