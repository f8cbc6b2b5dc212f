package sqlite

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestMigrate(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "test.db"), Options{})
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

	const set = "UPDATE goose_db_version SET version_id = $1 WHERE version_id = (SELECT max(version_id) FROM goose_db_version)"
	write(t, db, set, 999)
	if err := db.CheckSchema(t.Context()); err != nil {
		t.Errorf("with a newer schema CheckSchema answers %v", err)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Errorf("with a newer schema Migrate answers %v", err)
	}

	write(t, db, "INSERT INTO installation VALUES ('restore_unfinished', '2026-01-01T00:00:00Z')")
	if err := db.CheckSchema(t.Context()); !iam.Is(err, iam.Precondition) {
		t.Errorf("after half a restore CheckSchema answers %v, want Precondition", err)
	}
}

// TestMigrateTogether has servers and commands start at once on nothing.
func TestMigrateTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := Open(t.Context(), path, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
			if err := db.CheckSchema(t.Context()); err != nil {
				t.Error(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// BenchmarkStart measures opening a database whose schema is current, as at
// each start of a server.
func BenchmarkStart(b *testing.B) {
	path := filepath.Join(b.TempDir(), "test.db")
	for b.Loop() {
		db, err := Open(b.Context(), path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Migrate(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
