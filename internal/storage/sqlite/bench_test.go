package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// BenchmarkWrite measures durable writes of one row, each a request of its
// own, and tells how long the file system takes for one fsync.
func BenchmarkWrite(b *testing.B) {
	fsync := fsyncTime(b)
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			db := openTest(b, Options{})
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range writers {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						if err := exec(b.Context(), db, "INSERT INTO notes VALUES ($1, $2)", fmt.Sprint(n), "a note"); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
			b.ReportMetric(float64(fsync.Microseconds()), "µs/fsync")
		})
	}
}

// BenchmarkRead measures a look-up by key.
func BenchmarkRead(b *testing.B) {
	db := openTest(b, Options{})
	write(b, db, "INSERT INTO notes VALUES ('a', 'a note')")
	ctx, cancel := context.WithCancel(b.Context()) // as a request's is
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		err := db.Read(ctx, storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
			var body string
			return tx.QueryRowContext(ctx, "SELECT body FROM notes WHERE id = $1", "a").Scan(&body)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// fsyncTime is what a commit cannot be faster than.
func fsyncTime(b *testing.B) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	const times = 50
	start := time.Now()
	for range times {
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start) / times
}
