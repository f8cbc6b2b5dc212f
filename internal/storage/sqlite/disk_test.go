//go:build unix

package sqlite

import (
	"context"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// limitFiles makes the operating system refuse to let any file of this process
// grow beyond some bytes, as a full disk does, until it is called with 0.
func limitFiles(t *testing.T) func(bytes uint64) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ) // so that it is an error of write(2)
	set := func(bytes uint64) {
		limit := before
		if bytes > 0 {
			limit.Cur = bytes
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { set(0); signal.Reset(syscall.SIGXFSZ) })
	return set
}

// TestDiskFails fills the disk under a running database and makes room again.
// Not in parallel with others: the limit is the process's.
func TestDiskFails(t *testing.T) {
	db := openTest(t, Options{})
	value[int](t, db, "SELECT 1") // with a reader there, the log outlives the writer's connection
	const index = 32 << 10        // of the log: a reader makes it anew, in the file -shm
	limit := limitFiles(t)
	limit(10 * index)

	var err error
	body := strings.Repeat("x", 10_000)
	acknowledged := 0
	for ; err == nil && acknowledged < 100; acknowledged++ {
		err = exec(t.Context(), db, "INSERT INTO notes VALUES ($1, $2)", acknowledged, body)
	}
	acknowledged--
	if db.Fault(err) != storage.FaultDown {
		t.Fatalf("on a full disk a write answers %v, want a database that is down", err)
	}
	limit(2 * index) // the log is longer: not a page more
	if err := db.Ping(t.Context()); !iam.Is(err, iam.Unavailable) {
		t.Errorf("on a full disk Ping answers %v, want Unavailable", err)
	}
	if n := value[int](t, db, "SELECT count(*) FROM notes"); n != acknowledged {
		t.Errorf("on a full disk %d notes can be read, want the %d acknowledged", n, acknowledged)
	}

	limit(0)
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("with room again Ping answers %v", err)
	}
	write(t, db, "INSERT INTO notes VALUES ('more', $1)", body)
	if n := value[int](t, db, "SELECT count(*) FROM notes"); n != acknowledged+1 {
		t.Errorf("%d notes, want the %d acknowledged", n, acknowledged+1)
	}
	if got := value[string](t, db, "PRAGMA integrity_check"); got != "ok" {
		t.Errorf("integrity_check: %s", got)
	}
}

// TestDatabaseIsFull: a request that does not fit spoils neither the one
// before it in its group nor the next write. (SQLite answers SQLITE_FULL and
// may have rolled back all of the transaction.)
func TestDatabaseIsFull(t *testing.T) {
	db := openTest(t, Options{})
	write(t, db, "PRAGMA max_page_count = 20") // of the writer's connection
	err := exec(t.Context(), db, "INSERT INTO notes VALUES ('large', $1)", strings.Repeat("x", 200_000))
	if db.Fault(err) != storage.FaultDown {
		t.Errorf("a note that does not fit: %v, want a database that is down", err)
	}
	if n := value[int](t, db, "SELECT count(*) FROM notes"); n != 0 {
		t.Errorf("%d notes, want 0", n)
	}
	write(t, db, "INSERT INTO notes VALUES ('small', '')")
}

// TestReadersSurviveTheDisk: a reader whose connection saw the disk fail is
// replaced.
func TestReadersSurviveTheDisk(t *testing.T) {
	db := openTest(t, Options{Readers: 1})
	value[int](t, db, "SELECT 1")
	before := db.readers.idle[0]
	err := db.Read(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO notes VALUES ('a', '')") // SQLITE_READONLY
		return err
	})
	if db.Fault(err) != storage.FaultDown {
		t.Fatal(err)
	}
	if value[int](t, db, "SELECT 1"); db.readers.idle[0] == before {
		t.Error("the connection is still in use")
	}
}
