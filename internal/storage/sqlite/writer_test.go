package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// hold keeps the writer busy until n more requests are queued behind it.
func hold(t *testing.T, db *DB, n int) {
	t.Helper()
	started := make(chan struct{})
	held := make(chan error, 1)
	go func() {
		held <- db.Write(t.Context(), storage.Everywhere, func(context.Context, storage.Tx) error {
			close(started)
			for len(db.writer.queue) < n {
				time.Sleep(time.Millisecond)
			}
			return nil
		})
	}()
	<-started
	t.Cleanup(func() {
		if err := <-held; err != nil {
			t.Error(err)
		}
	})
}

// TestGroup lets three requests share a commit: one fails, one panics, one is
// in order. Each has written a note before.
func TestGroup(t *testing.T) {
	db := openTest(t, Options{})
	insert := func(ctx context.Context, tx storage.Tx, id string) {
		if _, err := tx.ExecContext(ctx, "INSERT INTO notes VALUES ($1, '')", id); err != nil {
			t.Error(err)
		}
	}
	errOwn := errors.New("own")
	var answered atomic.Int32
	hold(t, db, 3)
	var wg sync.WaitGroup
	wg.Go(func() {
		err := db.Write(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
			insert(ctx, tx, "fails")
			return errOwn
		})
		answered.Add(1)
		if !errors.Is(err, errOwn) {
			t.Errorf("the request that fails got %v", err)
		}
	})
	wg.Go(func() {
		defer func() {
			answered.Add(1)
			if v := fmt.Sprint(recover()); !strings.Contains(v, "oh") || !strings.Contains(v, "writer_test.go") {
				t.Errorf("the request that panics got %q, want its value and where it was", v)
			}
		}()
		_ = db.Write(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
			insert(ctx, tx, "panics")
			panic("oh")
		})
	})
	wg.Go(func() {
		err := db.Write(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
			insert(ctx, tx, "works")
			time.Sleep(20 * time.Millisecond) // for those who would answer too early
			if n := answered.Load(); n != 0 {
				t.Errorf("%d requests were answered before their commit", n)
			}
			return nil
		})
		if err != nil {
			t.Errorf("the request in order got %v", err)
		}
	})
	wg.Wait()
	if got := value[string](t, db, "SELECT group_concat(id) FROM notes"); got != "works" {
		t.Errorf("notes: %s; want works", got)
	}
}

// TestFirstOfGroup: the first request of a group runs behind no savepoint. Where it
// fails or panics nothing of it is kept, and those who share its commit are not lost
// with it.
func TestFirstOfGroup(t *testing.T) {
	errOwn := errors.New("own")
	for name, fail := range map[string]func() error{
		"fails":  func() error { return errOwn },
		"panics": func() error { panic(errOwn) },
	} {
		t.Run(name, func(t *testing.T) {
			db := openTest(t, Options{})
			note := func(id string, more func() error) error {
				return db.Write(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
					_, err := tx.ExecContext(ctx, "INSERT INTO notes VALUES ($1, '')", id)
					return errors.Join(err, more())
				})
			}
			first, running := make(chan error, 1), make(chan struct{})
			var behind sync.WaitGroup
			go func() {
				defer func() {
					if recover() != nil {
						first <- errOwn
					}
				}()
				first <- note("first", func() error {
					close(running)
					for len(db.writer.queue) < 2 {
						time.Sleep(time.Millisecond)
					}
					return fail()
				})
			}()
			<-running
			for _, id := range []string{"second", "third"} {
				behind.Go(func() {
					if err := note(id, func() error { return nil }); err != nil {
						t.Errorf("the %s got %v", id, err)
					}
				})
			}
			if err := <-first; !errors.Is(err, errOwn) {
				t.Errorf("the first got %v", err)
			}
			behind.Wait()
			if got := value[string](t, db, "SELECT group_concat(id) FROM (SELECT id FROM notes ORDER BY id)"); got != "second,third" {
				t.Errorf("notes: %s; want second,third", got)
			}
		})
	}
}

// TestManyWriters: what was acknowledged is there, whole, and nothing else.
func TestManyWriters(t *testing.T) {
	db := openTest(t, Options{})
	const writers, each = 16, 40
	errOwn := errors.New("own")
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				fails := (w+i)%3 == 0
				err := db.Write(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
					for _, half := range []string{"left", "right"} {
						id := fmt.Sprintf("%d-%d-%s", w, i, half)
						if _, err := tx.ExecContext(ctx, "INSERT INTO notes VALUES ($1, $2)", id, half); err != nil {
							return err
						}
						if fails {
							return errOwn
						}
					}
					return nil
				})
				if fails != errors.Is(err, errOwn) || !fails && err != nil {
					t.Errorf("request %d of writer %d: %v", i, w, err)
				}
			}
		})
	}
	wg.Wait()
	var want int
	for w := range writers {
		for i := range each {
			if (w+i)%3 != 0 {
				want++
			}
		}
	}
	for _, half := range []string{"left", "right"} {
		if n := value[int](t, db, "SELECT count(*) FROM notes WHERE body = $1", half); n != want {
			t.Errorf("%d %s halves, want %d", n, half, want)
		}
	}
}

// TestWriteGivesUpWaiting: a request whose context ends in the queue is
// answered at once, and never runs.
func TestWriteGivesUpWaiting(t *testing.T) {
	db := openTest(t, Options{})
	release := make(chan struct{})
	started := make(chan struct{})
	held := make(chan error, 1)
	go func() {
		held <- db.Write(t.Context(), storage.Everywhere, func(context.Context, storage.Tx) error {
			close(started)
			<-release
			return nil
		})
	}()
	<-started
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	err := exec(ctx, db, "INSERT INTO notes VALUES ('late', '')")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the request that waited got %v", err)
	}
	close(release)
	if err := <-held; err != nil {
		t.Error(err)
	}
	write(t, db, "INSERT INTO notes VALUES ('next', '')") // behind the one that gave up
	if got := value[string](t, db, "SELECT group_concat(id) FROM notes"); got != "next" {
		t.Errorf("notes: %s; want next", got)
	}
}

// TestWriteRunsToItsEnd: once it runs, its context does not end any more, for
// others share the transaction.
func TestWriteRunsToItsEnd(t *testing.T) {
	db := openTest(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Write(ctx, storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		cancel()
		_, err := tx.ExecContext(ctx, "INSERT INTO notes VALUES ('a', '')")
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if n := value[int](t, db, "SELECT count(*) FROM notes"); n != 1 {
		t.Errorf("%d notes, want 1", n)
	}
}

// TestOtherProcess has two databases on one file, as a server and a command
// beside it have.
func TestOtherProcess(t *testing.T) {
	db := openTest(t, Options{BusyTimeout: 100 * time.Millisecond})
	patient := openAt(t, db.path, Options{})
	locked := make(chan struct{})
	release := make(chan struct{})
	other := openAt(t, db.path, Options{})
	held := make(chan error, 1)
	go func() {
		held <- other.Write(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
			close(locked)
			<-release
			_, err := tx.ExecContext(ctx, "INSERT INTO notes VALUES ('other', '')")
			return err
		})
	}()
	<-locked
	if err := exec(t.Context(), db, "INSERT INTO notes VALUES ('mine', '')"); db.Fault(err) != storage.FaultRetry {
		t.Errorf("behind a long transaction of another process: %v, want a fault that retrying helps", err)
	}
	go func() {
		time.Sleep(50 * time.Millisecond)
		close(release)
	}()
	write(t, patient, "INSERT INTO notes VALUES ('patient', '')")
	if err := <-held; err != nil {
		t.Error(err)
	}
	write(t, db, "INSERT INTO notes VALUES ('again', '')")
	if got := value[string](t, db, "SELECT group_concat(id) FROM (SELECT id FROM notes ORDER BY id)"); got != "again,other,patient" {
		t.Errorf("notes: %s; want again,other,patient", got)
	}
}

// TestClose: what is queued is still written; what comes later is refused.
func TestClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	started, queued := make(chan struct{}), make(chan error, 1)
	held := make(chan error, 1)
	go func() {
		held <- db.Write(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
			close(started)
			for len(db.writer.queue) == 0 {
				time.Sleep(time.Millisecond)
			}
			_, err := tx.ExecContext(ctx, "CREATE TABLE notes (id TEXT)")
			return err
		})
	}()
	<-started
	go func() { queued <- exec(t.Context(), db, "INSERT INTO notes VALUES ('queued')") }()
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-queued; err != nil {
		t.Errorf("the queued request got %v", err)
	}
	if err := exec(t.Context(), db, "INSERT INTO notes VALUES ('late')"); db.Fault(err) != storage.FaultDown {
		t.Errorf("a write after Close got %v", err)
	}
	again := openAt(t, path, Options{})
	if got := value[string](t, again, "SELECT group_concat(id) FROM notes"); got != "queued" {
		t.Errorf("notes: %s; want queued", got)
	}
}
