package storage_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// globalTables are those that belong to no tenant: what is looked up before
// the tenant is known, and what the installation as a whole has to remember.
var globalTables = []string{"installation", "tenant_names"}

// TestKeysStartWithTenant: so that the schema can be distributed by tenant, and
// that a reference never leaves its tenant.
func TestKeysStartWithTenant(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			tables := catalogOf(t, open(t)).Tables
			if len(tables) < 20 {
				t.Errorf("the catalog has %d tables only", len(tables))
			}
			for _, table := range tables {
				if table.OfTenant() == slices.Contains(globalTables, table.Name) {
					t.Errorf("table %s: its primary key is %v; is it global?", table.Name, table.Primary())
				}
				for _, k := range table.Keys {
					tree := table.Name == "tenants" && k.References == "tenants" // the parent of a tenant
					if table.OfTenant() && k.Columns[0] != "tenant_id" && !tree {
						t.Errorf("table %s: key %v does not start with tenant_id", table.Name, k.Columns)
					}
				}
			}
		})
	}
}

// TestTwins: both engines have the same migrations, and the same tables with
// the same columns and keys come out of them.
func TestTwins(t *testing.T) {
	shape := func(e storage.Engine) map[string][]string {
		tables := map[string][]string{}
		for _, table := range catalogOf(t, e).Tables {
			for i, c := range table.Columns {
				tables[table.Name] = append(tables[table.Name], fmt.Sprintf("column %02d %+v", i, c))
			}
			for _, k := range table.Keys {
				k.Name = "" // each engine's own
				tables[table.Name] = append(tables[table.Name], fmt.Sprintf("key %+v", k))
			}
			slices.Sort(tables[table.Name])
		}
		return tables
	}
	if diff := cmp.Diff(shape(engines["SQLite"](t)), shape(engines["PostgreSQL"](t))); diff != "" {
		t.Errorf("tables (-SQLite +PostgreSQL):\n%s", diff)
	}

	files := func(folder string) (names []string) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	if diff := cmp.Diff(files("sqlite/migrations"), files("postgres/migrations")); diff != "" {
		t.Errorf("migrations (-SQLite +PostgreSQL):\n%s", diff)
	}
}

// everywhere are the tables that show the rows of all tenants to who asks for
// them: the tree, epochs, jobs to claim, and what is kept for a time.
var everywhere = []string{"challenges", "jobs", "lockouts", "mails", "sessions", "signups", "support_access", "tenant_epochs",
	"tenant_links", "tenants", "tickets", "used_signatures"}

// TestWall walks every table with one row of each of two tenants in it.
func TestWall(t *testing.T) {
	e := engines["PostgreSQL"](t)
	fill(t, e)
	for _, table := range inOrder(t, e) {
		if slices.Contains(globalTables, table.Name) {
			continue
		}
		all := 0
		if slices.Contains(everywhere, table.Name) {
			all = 2
		}
		for scope, want := range map[iam.TenantID]int{"": 0, parent: 1, child: 1, storage.Everywhere: all} {
			if n := countAll(t, e, scope, table.Name); n != want {
				t.Errorf("scope %q sees %d rows of %s, want %d", scope, n, table.Name, want)
			}
		}
		err := e.Write(t.Context(), parent, func(ctx context.Context, tx storage.Tx) error {
			return insert(ctx, tx, table, child)
		})
		const insufficientPrivilege = "42501"
		if pg, ok := errors.AsType[*pgconn.PgError](err); !ok || pg.Code != insufficientPrivilege {
			t.Errorf("writing another tenant's row into %s answers %v, want SQLSTATE %s", table.Name, err, insufficientPrivilege)
		}
	}
}
