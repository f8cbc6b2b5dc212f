package testpg

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// TestURL proves what other tests rely on: each database is empty and one's
// own, and is gone afterwards even while somebody is still connected.
func TestURL(t *testing.T) {
	var first string
	t.Run("own database", func(t *testing.T) {
		first = URL(t)
		second := URL(t)
		a, b := connect(t, first), connect(t, second)
		if _, err := a.Exec(t.Context(), "CREATE TABLE mine (id int)"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			conn *pgx.Conn
			want int
		}{{a, 1}, {b, 0}} {
			var n int
			err := c.conn.QueryRow(t.Context(),
				"SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'").Scan(&n)
			if err != nil {
				t.Fatal(err)
			}
			if n != c.want {
				t.Errorf("%s has %d tables, want %d", c.conn.Config().Database, n, c.want)
			}
		}
	})
	if first == "" {
		return // the subtest was skipped, or has failed, for want of a server
	}

	_, err := pgx.Connect(t.Context(), first)
	const unknownDatabase = "3D000" // invalid_catalog_name
	if pg, ok := errors.AsType[*pgconn.PgError](err); !ok || pg.Code != unknownDatabase {
		t.Errorf("after its test the database answers %v, want SQLSTATE %s", err, unknownDatabase)
	}
}

// connect leaves the connection open, so that the database has to be dropped
// from under it.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
