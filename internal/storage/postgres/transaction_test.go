package postgres

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

func TestWriteIsWhole(t *testing.T) {
	db := openTest(t, poolOf(1))
	errOwn := errors.New("own")
	half := func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.ExecContext(ctx, insertNamespace, string(tenantA), newID(1), "half")
		return err
	}
	err := db.Write(t.Context(), tenantA, func(ctx context.Context, tx storage.Tx) error {
		return errors.Join(half(ctx, tx), errOwn)
	})
	if !errors.Is(err, errOwn) {
		t.Errorf("a write that fails answers %v", err)
	}
	func() {
		defer func() {
			if err, _ := recover().(error); !errors.Is(err, errOwn) {
				t.Error("the panic was lost")
			}
		}()
		_ = db.Write(t.Context(), tenantA, func(ctx context.Context, tx storage.Tx) error {
			if err := half(ctx, tx); err != nil {
				t.Error(err)
			}
			panic(errOwn)
		})
	}()
	if n := value[int](t, db, tenantA, "SELECT count(*) FROM namespaces"); n != 0 {
		t.Errorf("%d namespaces, want 0", n)
	}
}

func TestSnapshotSeesOneState(t *testing.T) {
	db := openTest(t, poolOf(2))
	counts := func(ctx context.Context, tx storage.Tx) (n int) {
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM namespaces").Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	err := db.Snapshot(t.Context(), tenantA, func(ctx context.Context, tx storage.Tx) error {
		before := counts(ctx, tx)
		write(t, db, tenantA, insertNamespace, string(tenantA), newID(1), "one")
		if after := counts(ctx, tx); before != 0 || after != 0 {
			t.Errorf("the snapshot saw %d namespaces, then %d; want 0 and 0", before, after)
		}
		_, err := tx.ExecContext(ctx, insertNamespace, string(tenantA), newID(2), "two")
		return err
	})
	if db.Fault(err) != storage.FaultDown { // read_only_sql_transaction
		t.Errorf("writing in a snapshot answers %v", err)
	}
}

// TestWriteTriesAgain: so often as PostgreSQL asks for it, within bounds.
func TestWriteTriesAgain(t *testing.T) {
	db := openTest(t, poolOf(1))
	const lose = `DO $$ BEGIN RAISE EXCEPTION 'test' USING ERRCODE = '40001'; END $$`
	for _, c := range []struct{ loses, runs int }{{0, 1}, {3, 4}, {attempts, attempts}} {
		runs := 0
		err := db.Write(t.Context(), tenantA, func(ctx context.Context, tx storage.Tx) error {
			runs++
			if _, err := tx.ExecContext(ctx, insertNamespace, string(tenantA), newID(c.loses), newID(c.loses)); err != nil {
				return err
			}
			if runs > c.loses {
				return nil
			}
			_, err := tx.ExecContext(ctx, lose)
			return err
		})
		if runs != c.runs {
			t.Errorf("a write that loses %d times ran %d times, want %d", c.loses, runs, c.runs)
		}
		if won := c.loses < attempts; won != (err == nil) || !won && db.Fault(err) != storage.FaultRetry {
			t.Errorf("a write that loses %d times answers %v", c.loses, err)
		}
	}
	if n := value[int](t, db, tenantA, "SELECT count(*) FROM namespaces"); n != 2 {
		t.Errorf("%d namespaces, want 2", n)
	}
}

// TestDeadlock has two writes take two locks in opposite order.
func TestDeadlock(t *testing.T) {
	db := openTest(t, func(cfg *pgxpool.Config) { cfg.ConnConfig.RuntimeParams["deadlock_timeout"] = "10ms" })
	for i, name := range []string{"one", "two"} {
		write(t, db, tenantA, insertNamespace, string(tenantA), newID(i), name)
	}
	const touch = "UPDATE namespaces SET version = version + 1 WHERE tenant_id = $1 AND name = $2"
	var both, wg sync.WaitGroup
	both.Add(2)
	for _, order := range [][]string{{"one", "two"}, {"two", "one"}} {
		wg.Go(func() {
			first := true
			err := db.Write(t.Context(), tenantA, func(ctx context.Context, tx storage.Tx) error {
				if _, err := tx.ExecContext(ctx, touch, string(tenantA), order[0]); err != nil {
					return err
				}
				if first {
					first = false
					both.Done()
					both.Wait()
				}
				_, err := tx.ExecContext(ctx, touch, string(tenantA), order[1])
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := value[int](t, db, tenantA, "SELECT min(version) FROM namespaces"); n != 3 {
		t.Errorf("version %d, want 3: each write counts once", n)
	}
}
