package sqlite

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// TestLogIsBounded writes under readers of whom one always reads, so that the
// log can never be started over by itself.
func TestLogIsBounded(t *testing.T) {
	const limit = 6 << 20 // above walCheckpointPages of 4 KiB, where SQLite itself tries
	db := openTest(t, Options{walLimit: limit})

	stop := readWithoutPause(t, db)
	body := strings.Repeat("x", 1<<20)
	var largest int64
	for i := range 60 {
		write(t, db, "INSERT INTO notes VALUES ($1, $2)", i, body)
		info, err := os.Stat(db.path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		largest = max(largest, info.Size())
	}
	stop()
	if largest > 3*limit {
		t.Errorf("the log grew to %d bytes, want about %d", largest, limit)
	}
}

// readWithoutPause reads so that each snapshot ends after the next has begun.
func readWithoutPause(t *testing.T, db *DB) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		last := make(chan struct{})
		for ctx.Err() == nil {
			began, end := make(chan struct{}), make(chan struct{})
			wg.Go(func() {
				err := db.Snapshot(t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
					err := tx.QueryRowContext(ctx, "SELECT count(*) FROM notes").Scan(new(int))
					close(began)
					<-end
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
			<-began
			close(last)
			last = end
			time.Sleep(time.Millisecond)
		}
		close(last)
	})
	return func() { cancel(); wg.Wait() }
}
