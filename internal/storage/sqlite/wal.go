package sqlite

import (
	"context"
	"os"
	"strconv"
	"time"
)

// Sizes of the write-ahead log.
//
// SQLite copies it into the database once it has walCheckpointPages, and then
// starts it over, but only at a moment when nobody reads from it. Where reads
// overlap without a pause that moment never comes; so from walLimit on the
// writer waits for it a little, as readers that begin after the copying need
// no log any more.
const (
	walCheckpointPages = 1000     // of 4 KiB
	walKept            = 16 << 20 // bytes; what is above is given back
	walLimit           = 32 << 20 // bytes

	// With Options.Bulk.
	bulkCheckpointPages = 64_000
	bulkWALLimit        = 512 << 20 // bytes

	walPatience = 50 * time.Millisecond // for readers to finish
	walPause    = time.Second           // until the next try, when a long read is in the way
)

// walGuard keeps the log from growing without bound.
type walGuard struct {
	path  string
	limit int64
	again time.Time // not before
}

// check is called by the writer between groups.
func (g *walGuard) check(s *session) {
	info, err := os.Stat(g.path)
	if err != nil || info.Size() < g.limit || time.Now().Before(g.again) {
		return
	}
	if s.run(busyTimeout(walPatience)) != nil {
		return
	}
	// Where it fails, the log holds what it held, and a disk that fails will
	// fail the next group.
	var busy bool
	var frames, copied int
	err = s.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &copied)
	if err != nil || busy {
		g.again = time.Now().Add(walPause)
	}
	_ = s.run(busyTimeout(s.patience)) // where it fails, run gives the connection up
}

func busyTimeout(d time.Duration) string {
	return "PRAGMA busy_timeout = " + strconv.FormatInt(d.Milliseconds(), 10)
}
