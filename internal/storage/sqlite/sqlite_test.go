package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// openTest answers a database with one table, notes.
func openTest(t testing.TB, opt Options) *DB {
	t.Helper()
	db := openAt(t, filepath.Join(t.TempDir(), "data", "test.db"), opt)
	write(t, db, "CREATE TABLE notes (id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL)")
	return db
}

func openAt(t testing.TB, path string, opt Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, opt)
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

// write runs one statement.
func write(t testing.TB, db *DB, query string, args ...any) {
	t.Helper()
	if err := exec(t.Context(), db, query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func exec(ctx context.Context, db *DB, query string, args ...any) error {
	return db.Write(ctx, storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

// value answers the one value that a query reads.
func value[T any](t testing.TB, db *DB, query string, args ...any) (v T) {
	t.Helper()
	err := db.Read(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		return tx.QueryRowContext(ctx, query, args...).Scan(&v)
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func TestOpen(t *testing.T) {
	t.Run("nobody else may read what it makes", func(t *testing.T) {
		db := openTest(t, Options{})
		got := map[string]fs.FileMode{}
		err := filepath.WalkDir(filepath.Dir(db.path), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			got[filepath.Base(path)] = info.Mode().Perm()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]fs.FileMode{"data": 0o700, "test.db": 0o600, "test.db-wal": 0o600, "test.db-shm": 0o600}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("modes (-want +got):\n%s", diff)
		}
	})

	t.Run("any name of a file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "a b?mode=memory&x#y%41", "t.db")
		db := openAt(t, path, Options{})
		write(t, db, "CREATE TABLE notes (id TEXT)")
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	})

	t.Run("a file that is no database", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "t.db")
		if err := os.WriteFile(path, []byte("This is not a database, though long enough to be one."), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), path, Options{}); !iam.Is(err, iam.Unavailable) {
			t.Errorf("Open answers %v, want Unavailable", err)
		}
	})
}

// TestSettings proves what durability and integrity hang on, for each kind of
// connection.
func TestSettings(t *testing.T) {
	db := openTest(t, Options{})
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "journal_size_limit": "16777216",
	}
	for kind, run := range map[string]func(context.Context, iam.TenantID, func(context.Context, storage.Tx) error) error{
		"reader": db.Read, "writer": db.Write,
	} {
		got := map[string]string{}
		err := run(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
			for name := range want {
				var v string
				if err := tx.QueryRowContext(ctx, "PRAGMA "+name).Scan(&v); err != nil {
					return err
				}
				got[name] = v
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
}

func TestFault(t *testing.T) {
	db := openTest(t, Options{})
	write(t, db, "CREATE TABLE answers (id TEXT NOT NULL REFERENCES notes (id), n BIGINT UNIQUE)")
	write(t, db, "INSERT INTO notes VALUES ('a', '')")
	write(t, db, "INSERT INTO answers VALUES ('a', 1)")
	for _, c := range []struct {
		query string
		want  storage.Fault
	}{
		{"INSERT INTO notes VALUES ('a', '')", storage.FaultUnique},
		{"INSERT INTO answers VALUES ('a', 1)", storage.FaultUnique},
		{"INSERT INTO answers (rowid, id) VALUES (1, 'a')", storage.FaultUnique},
		{"INSERT INTO answers VALUES ('b', 2)", storage.FaultReference},
		{"DELETE FROM notes", storage.FaultReference},
		{"INSERT INTO notes (id) VALUES ('b')", storage.FaultNone}, // NOT NULL
		{"no such statement", storage.FaultNone},
		{`SELECT "no_such_column" FROM notes`, storage.FaultNone},
	} {
		err := exec(t.Context(), db, c.query)
		if err == nil {
			t.Errorf("%s: no error", c.query)
		}
		if got := db.Fault(err); got != c.want {
			t.Errorf("%s: fault %d, want %d (%v)", c.query, got, c.want, err)
		}
	}
	for err, want := range map[error]storage.Fault{
		nil: storage.FaultNone, context.Canceled: storage.FaultNone, errors.New("other"): storage.FaultNone,
		context.DeadlineExceeded: storage.FaultDown,
	} {
		if got := db.Fault(err); got != want {
			t.Errorf("%v: fault %d, want %d", err, got, want)
		}
	}
}
