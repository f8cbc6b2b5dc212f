package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// TestWall asks without any WHERE, as a query that forgot its tenant would.
func TestWall(t *testing.T) {
	db := openTest(t, poolOf(1))
	write(t, db, tenantA, insertNamespace, string(tenantA), newID(1), "one")
	write(t, db, tenantB, insertNamespace, string(tenantB), newID(2), "two")
	for _, c := range []struct {
		scope               iam.TenantID
		namespaces, tenants int
	}{
		{tenantA, 1, 1}, {tenantB, 1, 1}, {"", 0, 0}, {storage.Everywhere, 0, 2},
	} {
		if n := value[int](t, db, c.scope, "SELECT count(*) FROM namespaces"); n != c.namespaces {
			t.Errorf("scope %q sees %d namespaces, want %d", c.scope, n, c.namespaces)
		}
		if n := value[int](t, db, c.scope, "SELECT count(*) FROM tenants"); n != c.tenants {
			t.Errorf("scope %q sees %d tenants, want %d", c.scope, n, c.tenants)
		}
	}

	const insufficientPrivilege = "42501"
	for _, scope := range []iam.TenantID{tenantA, "", storage.Everywhere} {
		err := exec(t.Context(), db, scope, insertNamespace, string(tenantB), newID(3), "three")
		if pg, ok := errors.AsType[*pgconn.PgError](err); !ok || pg.Code != insufficientPrivilege {
			t.Errorf("scope %q writes a row of tenant B: %v, want SQLSTATE %s", scope, err, insufficientPrivilege)
		}
	}
	write(t, db, tenantA, "UPDATE namespaces SET name = 'changed'")
	write(t, db, tenantA, "DELETE FROM namespaces")
	if got := value[string](t, db, tenantB, "SELECT name FROM namespaces"); got != "two" {
		t.Errorf("tenant A's statements made %q of tenant B's namespace", got)
	}
}

// TestScopeUnderLoad has two tenants share two connections.
func TestScopeUnderLoad(t *testing.T) {
	db := openTest(t, poolOf(2))
	var wg sync.WaitGroup
	for worker := range 8 {
		id := []iam.TenantID{tenantA, tenantB}[worker%2]
		wg.Go(func() {
			for range 100 {
				err := db.Read(t.Context(), id, func(ctx context.Context, tx storage.Tx) error {
					var seen iam.TenantID
					if err := tx.QueryRowContext(ctx, "SELECT tenant_id FROM tenants").Scan(&seen); err != nil {
						return err
					}
					if seen != id {
						return fmt.Errorf("tenant %s saw %s", id, seen)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestEnter changes the tenant within a transaction, and only there.
func TestEnter(t *testing.T) {
	db := openTest(t, poolOf(1))
	err := db.Write(t.Context(), tenantA, func(ctx context.Context, tx storage.Tx) error {
		for i, id := range []iam.TenantID{tenantB, tenantA} {
			if err := db.Enter(ctx, tx, id); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, insertNamespace, string(id), newID(i), "entered"); err != nil {
				return err
			}
		}
		return db.Enter(ctx, tx, tenantB)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []iam.TenantID{tenantA, tenantB} {
		if got := value[iam.TenantID](t, db, id, "SELECT tenant_id FROM namespaces"); got != id {
			t.Errorf("tenant %s sees the namespace of %s", id, got)
		}
	}
}

// TestScopeAfterErrors: after whatever went wrong on a connection, it shows the
// next one only what is theirs.
func TestScopeAfterErrors(t *testing.T) {
	db := openTest(t, poolOf(1))
	for name, use := range map[string]func(context.Context, context.CancelFunc, storage.Tx) error{
		"statement fails": func(ctx context.Context, _ context.CancelFunc, tx storage.Tx) error {
			_, err := tx.ExecContext(ctx, "SELECT no_such_column")
			return err
		},
		"cancelled": func(ctx context.Context, cancel context.CancelFunc, tx storage.Tx) error {
			cancel()
			_, err := tx.ExecContext(ctx, "SELECT pg_sleep(10)")
			return err
		},
		"connection dies": func(ctx context.Context, _ context.CancelFunc, tx storage.Tx) error {
			_, err := tx.ExecContext(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
			return err
		},
		"transaction left open": func(ctx context.Context, _ context.CancelFunc, tx storage.Tx) error {
			if _, err := tx.ExecContext(ctx, "BEGIN"); err != nil {
				return err
			}
			if err := db.Enter(ctx, tx, tenantB); err != nil {
				return err
			}
			return errors.New("and now")
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Read(ctx, tenantA, func(ctx context.Context, tx storage.Tx) error { return use(ctx, cancel, tx) })
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		cancel()
		for _, id := range []iam.TenantID{tenantA, tenantB} {
			if got := value[iam.TenantID](t, db, id, "SELECT tenant_id FROM tenants"); got != id {
				t.Errorf("%s: then tenant %s saw %s", name, id, got)
			}
		}
		if n := value[int](t, db, "", "SELECT count(*) FROM tenants"); n != 0 {
			t.Errorf("%s: then no scope saw %d tenants", name, n)
		}
	}
}
