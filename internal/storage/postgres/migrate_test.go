package postgres

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// asOwner runs a statement as the role of the URL.
func asOwner(t *testing.T, db *DB, query string) {
	t.Helper()
	// Not the test's context, which has ended when it is cleaned up.
	err := db.Read(context.Background(), "", func(ctx context.Context, tx storage.Tx) error {
		if _, err := tx.ExecContext(ctx, "RESET ROLE"); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, query)
		return err
	})
	db.pool.Reset()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func TestMigrate(t *testing.T) {
	url := testpg.URL(t)
	db := openAt(t, url, nil)
	if err := db.CheckSchema(t.Context()); !iam.Is(err, iam.Precondition) || !strings.Contains(err.Error(), "gatehouse migrate") {
		t.Errorf("without a schema CheckSchema answers %v, want Precondition that names gatehouse migrate", err)
	}
	for range 2 {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.CheckSchema(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if got := value[string](t, db, "", "SELECT current_user"); got != role {
		t.Errorf("the program acts as %s, want %s", got, role)
	}
	if err := exec(t.Context(), db, "", "CREATE TABLE mine (id int)"); err == nil {
		t.Error("the program's role can make tables")
	}
	if err := exec(t.Context(), db, "", "DELETE FROM goose_db_version"); err == nil {
		t.Error("the program's role can change the books of the migrations")
	}

	asOwner(t, db, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "+role)
	if err := db.CheckSchema(t.Context()); !iam.Is(err, iam.Precondition) {
		t.Errorf("without rights CheckSchema answers %v, want Precondition", err)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}

	asOwner(t, db, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)")
	if err := db.CheckSchema(t.Context()); err != nil {
		t.Errorf("with a newer schema CheckSchema answers %v", err)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Errorf("with a newer schema Migrate answers %v", err)
	}
	asOwner(t, db, "UPDATE goose_db_version SET is_applied = false")
	if err := db.CheckSchema(t.Context()); !iam.Is(err, iam.Precondition) {
		t.Errorf("with an older schema CheckSchema answers %v, want Precondition", err)
	}
}

// TestMigrateTogether has several nodes start at once on nothing.
func TestMigrateTogether(t *testing.T) {
	url := testpg.URL(t)
	var wg sync.WaitGroup
	for range 3 {
		db := openAt(t, url, nil)
		wg.Go(func() {
			if err := db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
			if err := db.CheckSchema(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestMigrateAsOwner migrates as a role that is no superuser, as most servers
// have it, and as one that may not even make roles.
func TestMigrateAsOwner(t *testing.T) {
	for _, c := range []struct {
		name, rights string
		kind         iam.Kind
	}{
		{"may make roles", "CREATEROLE", iam.Internal},
		{"may not", "", iam.Precondition},
	} {
		t.Run(c.name, func(t *testing.T) {
			testpg.URL(t) // skips where there is no server
			server := openAt(t, os.Getenv(testpg.Variable), nil)
			login := "test_" + strings.ToLower(rand.Text())
			asOwner(t, server, "CREATE ROLE "+login+" LOGIN PASSWORD 'secret' "+c.rights)
			t.Cleanup(func() { asOwner(t, server, "DROP ROLE "+login) })
			address, err := url.Parse(testpg.URL(t))
			if err != nil {
				t.Fatal(err)
			}
			asOwner(t, server, "ALTER DATABASE "+strings.TrimPrefix(address.Path, "/")+" OWNER TO "+login)
			address.User = url.UserPassword(login, "secret")

			db := openAt(t, address.String(), nil)
			if err := db.CheckSchema(t.Context()); !iam.Is(err, iam.Precondition) {
				t.Errorf("before, CheckSchema answers %v, want Precondition", err)
			}
			err = db.Migrate(t.Context())
			if c.kind != iam.Internal {
				if !iam.Is(err, c.kind) || !strings.Contains(err.Error(), "CREATE ROLE "+role) {
					t.Errorf("Migrate answers %v, want %v that says what to do", err, c.kind)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := db.CheckSchema(t.Context()); err != nil {
				t.Error(err)
			}
			const insertTenant = `INSERT INTO tenants VALUES ($1, $2, '', '', '', '', '', '', 0, 0, 1)`
			write(t, db, tenantA, insertTenant, string(tenantA), nil)
			if n := value[int](t, db, tenantB, "SELECT count(*) FROM tenants"); n != 0 {
				t.Errorf("tenant B sees %d tenants, want 0", n)
			}
			// What a foreign key refers to need not be in sight.
			write(t, db, tenantB, insertTenant, string(tenantB), string(tenantA))
		})
	}
}
