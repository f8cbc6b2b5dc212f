package storage_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/storage/postgres"
	"github.com/gatehouse-id/gatehouse/internal/storage/sqlite"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// engines makes an empty, migrated database of each engine.
var engines = map[string]func(testing.TB) storage.Engine{
	"SQLite": func(t testing.TB) storage.Engine {
		t.Helper()
		db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{})
		return migrated(t, db, err)
	},
	"PostgreSQL": func(t testing.TB) storage.Engine {
		t.Helper()
		db, err := postgres.Open(t.Context(), testpg.URL(t))
		return migrated(t, db, err)
	},
}

func migrated(t testing.TB, e storage.Engine, err error) storage.Engine {
	t.Helper()
	if err == nil {
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
		err = e.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// catalogOf answers the catalog of a database.
func catalogOf(t testing.TB, e storage.Engine) (c storage.Catalog) {
	t.Helper()
	err := e.Read(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) (err error) {
		c, err = e.Catalog(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// inOrder answers the tables, those that others refer to first.
func inOrder(t testing.TB, e storage.Engine) []storage.Table {
	t.Helper()
	tables, err := catalogOf(t, e).InOrder()
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// A tenant and its child.
const (
	parent iam.TenantID = "0190a000-0000-7000-8000-0000000000aa"
	child  iam.TenantID = "0190a000-0000-7000-8000-000000000001" // sorts before its parent
)

// fill puts one row for each tenant into every table, also of those that
// belong to no tenant. Columns of one name have one value in a tenant, so that
// every reference finds its row.
func fill(t testing.TB, e storage.Engine) {
	t.Helper()
	tables := inOrder(t, e)
	for _, id := range []iam.TenantID{parent, child} {
		err := e.Write(t.Context(), id, func(ctx context.Context, tx storage.Tx) error {
			for _, table := range tables {
				if err := insert(ctx, tx, table, id); err != nil {
					return fmt.Errorf("table %s: %w", table.Name, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// insert writes the row of one tenant.
func insert(ctx context.Context, tx storage.Tx, table storage.Table, id iam.TenantID) error {
	var names, places []string
	var values []any
	for i, c := range table.Columns {
		names = append(names, c.Name)
		places = append(places, fmt.Sprintf("$%d", i+1))
		values = append(values, sample(table.Name, c, id))
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO "+table.Name+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(places, ", ")+")", values...)
	return err
}

// nullable are the columns that may hold nothing: they do in the child's rows.
var nullable = []string{"bindings.namespace_id", "bindings.namespace_group_id", "challenges.user_id", "factors.credential_id", "jobs.open_key", "sessions.mac",
	"tenant_links.manager_id", "tenant_links.other_id"}

// sample answers what a column holds in the row of a tenant.
func sample(table string, c storage.Column, id iam.TenantID) any {
	switch {
	case c.Name == "parent_id" && id == child:
		return string(parent)
	case c.Name == "parent_id", table == "bindings" && c.Name == "group_id", id == child && slices.Contains(nullable, table+"."+c.Name):
		return nil
	case c.Name == "tenant_id":
		return string(id)
	case strings.HasSuffix(c.Name, "_id"):
		return string(id[:24]) + fmt.Sprintf("%012x", len(c.Name))
	}
	switch c.Type {
	case storage.TypeInteger:
		return int64(1_700_000_000_000_001)%1_000_003 + int64(len(c.Name))
	case storage.TypeBoolean:
		return strings.HasPrefix(c.Name, "email")
	case storage.TypeBytes:
		return []byte{0, 1, 0xff, '\n'}
	default:
		return c.Name + ` "of" <한국어> ` + "\n\t" + string(id)
	}
}

// countAll answers how many rows of a table a scope sees.
func countAll(t testing.TB, e storage.Engine, scope iam.TenantID, table string) (n int) {
	t.Helper()
	err := e.Read(t.Context(), scope, func(ctx context.Context, tx storage.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
