package sqlite

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// TestMark: around no write is the mark the same, whoever writes; without a write it stays.
func TestMark(t *testing.T) {
	db := openTest(t, Options{})
	others := []*DB{db, openAt(t, db.path, Options{})} // the second stands for another process
	for n := range 20 {
		before := awaitMark(t, db)
		if n%3 == 0 {
			time.Sleep(time.Duration(n) * time.Millisecond)
		}
		value[int](t, db, "SELECT count(*) FROM notes") // reading is no change
		if again, ok := db.Mark(); !ok || again != before {
			t.Fatalf("without a write the mark %v became %v, %v", before, again, ok)
		}
		write(t, others[n%2], "INSERT INTO notes VALUES ($1, '')", fmt.Sprint(n))
		if after, ok := db.Mark(); ok && after == before {
			t.Fatalf("write %d left the mark at %v", n, before)
		}
		if after := awaitMark(t, db); after == before {
			t.Fatalf("write %d left the mark at %v", n, before)
		}
	}
}

// awaitMark waits until there is a mark.
func awaitMark(t *testing.T, db *DB) storage.Mark {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if m, ok := db.Mark(); ok {
			return m
		}
		if time.Now().After(deadline) {
			t.Fatal("there is no mark")
		}
	}
}

// TestMarkOutlivesConnections: the mark follows the writes also after the
// writer has had to open another connection.
func TestMarkOutlivesConnections(t *testing.T) {
	db := openTest(t, Options{})
	err := db.Write(t.Context(), storage.Everywhere, func(_ context.Context, tx storage.Tx) error {
		tx.(*session).broken = true // so that the writer gives it up
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.readers.close(); err != nil {
		t.Fatal(err)
	}
	before := awaitMark(t, db)
	write(t, db, "INSERT INTO notes VALUES ('b', '')")
	if after := awaitMark(t, db); after == before {
		t.Errorf("a write over a new connection left the mark at %v", before)
	}
}
