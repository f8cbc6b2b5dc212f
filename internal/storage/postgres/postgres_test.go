package postgres

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// Two tenants that see nothing of each other.
const (
	tenantA iam.TenantID = "0190a000-0000-7000-8000-00000000000a"
	tenantB iam.TenantID = "0190a000-0000-7000-8000-00000000000b"
)

// openTest answers a database with tenants A and B. tune, if any, changes how
// the pool is set up.
func openTest(t testing.TB, tune func(*pgxpool.Config)) *DB {
	t.Helper()
	db := openAt(t, testpg.URL(t), tune)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []iam.TenantID{tenantA, tenantB} {
		write(t, db, id, `INSERT INTO tenants VALUES ($1, NULL, $2, '', '', '', 'active', '{}', 0, 0, 1)`, string(id), "code-"+string(id))
	}
	return db
}

func openAt(t testing.TB, url string, tune func(*pgxpool.Config)) *DB {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	if tune != nil {
		tune(cfg)
	}
	db, err := open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// poolOf is for openTest.
func poolOf(n int32) func(*pgxpool.Config) {
	return func(cfg *pgxpool.Config) { cfg.MaxConns = n }
}

// write runs one statement.
func write(t testing.TB, db *DB, id iam.TenantID, query string, args ...any) {
	t.Helper()
	if err := exec(t.Context(), db, id, query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func exec(ctx context.Context, db *DB, id iam.TenantID, query string, args ...any) error {
	return db.Write(ctx, id, func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

// insertNamespace is a statement for write; its arguments are the tenant, an
// id and a name.
const insertNamespace = `INSERT INTO namespaces VALUES ($1, $2, $3, '', 0, 0, 1)`

// newID answers ids that differ.
func newID(n int) string { return fmt.Sprintf("0190a000-0000-7000-8000-%012d", n) }

// value answers the one value that a query reads.
func value[T any](t *testing.T, db *DB, id iam.TenantID, query string, args ...any) (v T) {
	t.Helper()
	err := db.Read(t.Context(), id, func(ctx context.Context, tx storage.Tx) error {
		return tx.QueryRowContext(ctx, query, args...).Scan(&v)
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func TestOpen(t *testing.T) {
	t.Run("malformed URL", func(t *testing.T) {
		_, err := Open(t.Context(), "postgres://u:hidden@host:port/d")
		if !iam.Is(err, iam.Invalid) {
			t.Errorf("Open answers %v, want Invalid", err)
		}
		if strings.Contains(fmt.Sprint(err), "hidden") {
			t.Errorf("the password shows in %v", err)
		}
	})
	t.Run("defaults", func(t *testing.T) {
		db, err := Open(t.Context(), "postgres://host/d")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		cfg := db.pool.Config()
		if cfg.MaxConns < 16 || cfg.ConnConfig.ConnectTimeout <= 0 || cfg.ConnConfig.RuntimeParams["application_name"] != "gatehouse" {
			t.Errorf("pool of %d, connect timeout %v, parameters %v", cfg.MaxConns, cfg.ConnConfig.ConnectTimeout, cfg.ConnConfig.RuntimeParams)
		}
	})
	t.Run("the URL decides", func(t *testing.T) {
		db, err := Open(t.Context(), "postgres://host/d?pool_max_conns=3&application_name=other")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		cfg := db.pool.Config()
		if cfg.MaxConns != 3 || cfg.ConnConfig.RuntimeParams["application_name"] != "other" {
			t.Errorf("pool of %d, parameters %v", cfg.MaxConns, cfg.ConnConfig.RuntimeParams)
		}
	})
}

func TestFault(t *testing.T) {
	db := openTest(t, nil)
	write(t, db, tenantA, insertNamespace, string(tenantA), newID(1), "one")
	for _, c := range []struct {
		query string
		want  storage.Fault
	}{
		{`INSERT INTO namespaces VALUES ('` + string(tenantA) + `', '` + newID(2) + `', 'one', '', 0, 0, 1)`, storage.FaultUnique},
		{`INSERT INTO namespaces VALUES ('` + string(tenantA) + `', '` + newID(1) + `', 'two', '', 0, 0, 1)`, storage.FaultUnique},
		{`INSERT INTO memberships VALUES ('` + string(tenantA) + `', '` + newID(1) + `', '` + newID(2) + `', 0)`, storage.FaultReference},
		{`DELETE FROM tenants`, storage.FaultReference},
		{`INSERT INTO row_counts VALUES ('` + string(tenantA) + `', NULL, 0, 0)`, storage.FaultNone}, // NOT NULL
		{`SELECT no_such_column`, storage.FaultNone},
		{`SELECT * FROM users WHERE user_id = 'not an id'`, storage.FaultNone},
	} {
		err := exec(t.Context(), db, tenantA, c.query)
		if err == nil {
			t.Errorf("%s: no error", c.query)
		}
		if got := db.Fault(err); got != c.want {
			t.Errorf("%s: fault %d, want %d (%v)", c.query, got, c.want, err)
		}
	}
	for state, want := range map[string]storage.Fault{
		"40001": storage.FaultRetry, "40P01": storage.FaultRetry, "55P03": storage.FaultRetry,
		"08006": storage.FaultDown, "53100": storage.FaultDown, "53200": storage.FaultDown, "53300": storage.FaultDown,
		"57P01": storage.FaultDown, "57P03": storage.FaultDown, "58030": storage.FaultDown, "25006": storage.FaultDown,
		"42501": storage.FaultNone, "22P02": storage.FaultNone,
	} {
		err := db.Read(t.Context(), tenantA, func(ctx context.Context, tx storage.Tx) error {
			_, err := tx.ExecContext(ctx, `DO $$ BEGIN RAISE EXCEPTION 'test' USING ERRCODE = '`+state+`'; END $$`)
			return err
		})
		if got := db.Fault(err); got != want {
			t.Errorf("SQLSTATE %s: fault %d, want %d", state, got, want)
		}
	}

	conn, err := pgx.Connect(t.Context(), db.pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "SELECT 1"); db.Fault(err) != storage.FaultDown {
		t.Errorf("on a connection that has ended a statement answers %v: fault %d", err, db.Fault(err))
	}
}

func TestPing(t *testing.T) {
	url := testpg.URL(t)
	if err := openAt(t, url, nil).Ping(t.Context()); err != nil {
		t.Error(err)
	}
	standby := openAt(t, url, func(cfg *pgxpool.Config) {
		cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	})
	if err := standby.Ping(t.Context()); !iam.Is(err, iam.Unavailable) {
		t.Errorf("a database that is read only answers %v, want Unavailable", err)
	}
	nowhere := openAt(t, "postgres:///d?host="+t.TempDir(), nil)
	if err := nowhere.Ping(t.Context()); !iam.Is(err, iam.Unavailable) {
		t.Errorf("where there is no database, Ping answers %v, want Unavailable", err)
	}
}
