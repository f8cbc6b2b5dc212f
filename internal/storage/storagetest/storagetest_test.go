package storagetest

import (
	"path/filepath"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/storage/postgres"
	"github.com/gatehouse-id/gatehouse/internal/storage/sqlite"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

func TestSQLite(t *testing.T) { Run(t, openSQLite) }

func openSQLite(t *testing.T) storage.Engine {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return ready(t, db)
}

func TestPostgres(t *testing.T) { Run(t, openPostgres) }

func openPostgres(t *testing.T) storage.Engine {
	t.Helper()
	db, err := postgres.Open(t.Context(), testpg.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	return ready(t, db)
}

func ready(t *testing.T, e storage.Engine) storage.Engine {
	t.Helper()
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := e.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e
}
