package sqlite

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

func TestSnapshotSeesOneState(t *testing.T) {
	db := openTest(t, Options{})
	write(t, db, "INSERT INTO notes VALUES ('a', '')")
	counts := func(ctx context.Context, tx storage.Tx) (n int) {
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM notes").Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	err := db.Snapshot(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		before := counts(ctx, tx)
		write(t, db, "INSERT INTO notes VALUES ('b', '')") // not held up by the snapshot
		if after := counts(ctx, tx); before != 1 || after != 1 {
			t.Errorf("the snapshot saw %d notes, then %d; want 1 and 1", before, after)
		}
		if n := value[int](t, db, "SELECT count(*) FROM notes"); n != 2 {
			t.Errorf("another reader sees %d notes, want 2", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	db := openTest(t, Options{})
	err := db.Read(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO notes VALUES ('a', '')")
		return err
	})
	if err == nil {
		t.Error("a reader has written")
	}
}

// TestReadersAreBounded holds the only reader and asks for another one.
func TestReadersAreBounded(t *testing.T) {
	db := openTest(t, Options{Readers: 1})
	err := db.Read(t.Context(), storage.Everywhere, func(ctx context.Context, _ storage.Tx) error {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		return db.Read(ctx, storage.Everywhere, func(context.Context, storage.Tx) error {
			t.Error("there were two readers")
			return nil
		})
	})
	if !errors.Is(err, context.DeadlineExceeded) || db.Fault(err) != storage.FaultDown {
		t.Errorf("the second reader got %v, want a deadline that counts as a database that is down", err)
	}
}

// TestReadersComeBack: neither an error, a panic, a cancelled context nor a
// transaction that failed costs a reader.
func TestReadersComeBack(t *testing.T) {
	db := openTest(t, Options{Readers: 1})
	errOwn := errors.New("own")
	if err := db.Snapshot(t.Context(), "", func(context.Context, storage.Tx) error { return errOwn }); !errors.Is(err, errOwn) {
		t.Errorf("Snapshot answers %v, want the error of its function", err)
	}
	func() {
		defer func() {
			if err, _ := recover().(error); !errors.Is(err, errOwn) {
				t.Error("the panic was lost")
			}
		}()
		_ = db.Snapshot(t.Context(), "", func(context.Context, storage.Tx) error { panic(errOwn) })
	}()
	cancelled, cancel := context.WithCancel(t.Context())
	err := db.Read(cancelled, "", func(ctx context.Context, tx storage.Tx) error {
		cancel()
		return tx.QueryRowContext(ctx, "SELECT 1").Scan(new(int))
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a statement after the end of the context answers %v", err)
	}
	if n := value[int](t, db, "SELECT count(*) FROM notes"); n != 0 {
		t.Errorf("%d notes, want 0", n)
	}
}

// TestStatementsAreBounded runs more different statements than are kept.
func TestStatementsAreBounded(t *testing.T) {
	db := openTest(t, Options{Readers: 1})
	for i := range 2 * statementsKept {
		if n := value[int](t, db, fmt.Sprintf("SELECT %d", i)); n != i {
			t.Fatalf("SELECT %d answers %d", i, n)
		}
	}
	if n := len(db.readers.idle[0].statements); n > statementsKept {
		t.Errorf("%d statements kept, want at most %d", n, statementsKept)
	}
}

// TestNameless: parameters lose their names where that changes nothing.
func TestNameless(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT 1":                               "SELECT 1",
		"VALUES ($1, $2), ($3, 1)":               "VALUES (?, ?), (?, 1)",
		"$1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11":     "? ? ? ? ? ? ? ? ? ? ?",
		"a = $1 AND b = $2 OR a = $1":            "a = $1 AND b = $2 OR a = $1",
		"a = $2 AND b = $1":                      "a = $2 AND b = $1",
		"a = $1 AND b = $10":                     "a = $1 AND b = $10",
		"a = $1 AND json_extract(b, '$.c') = $2": "a = $1 AND json_extract(b, '$.c') = $2",
		"a = $01":                                "a = $01",
		"a = $name":                              "a = $name",
	} {
		if got := nameless(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}
