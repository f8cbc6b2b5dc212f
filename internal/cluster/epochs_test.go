package cluster

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// database is the table of epochs, which other nodes write too.
type database struct {
	mu     sync.Mutex
	epochs map[iam.TenantID]row
	down   error
	slow   time.Duration // how long EpochsSince takes after it has read
	ahead  time.Duration // of the database's clock before that of the nodes
	reads  int           // calls of Epoch
	polls  int           // calls of EpochsSince
}

type row struct {
	epoch   int64
	changed time.Time
}

// errDown is what a database that cannot be reached is to the core.
var errDown = iam.E(iam.Unavailable, "the database is down")

// write counts the epoch of a tenant up, as a transaction that began a while
// ago and is now committed.
func (d *database) write(t iam.TenantID, ago time.Duration) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.epochs == nil {
		d.epochs = map[iam.TenantID]row{}
	}
	d.epochs[t] = row{d.epochs[t].epoch + 1, time.Now().Add(d.ahead - ago)}
	return d.epochs[t].epoch
}

func (d *database) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = err
}

// quicken makes the polls that begin from now on quick.
func (d *database) quicken() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slow = 0
}

// counts answers the calls since it was last asked.
func (d *database) counts() (reads, polls int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	reads, polls = d.reads, d.polls
	d.reads, d.polls = 0, 0
	return reads, polls
}

func (d *database) Epoch(_ context.Context, t iam.TenantID) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reads++
	r, ok := d.epochs[t]
	switch {
	case d.down != nil:
		return 0, d.down
	case !ok:
		return 0, iam.ErrNotFound("tenant", string(t))
	}
	return r.epoch, nil
}

func (d *database) EpochsSince(_ context.Context, since time.Time) (map[iam.TenantID]int64, time.Time, error) {
	d.mu.Lock()
	d.polls++
	found, now := map[iam.TenantID]int64{}, time.Now().Add(d.ahead)
	for t, r := range maps.All(d.epochs) {
		if !since.IsZero() && !r.changed.Before(since) {
			found[t] = r.epoch
		}
	}
	err, slow := d.down, d.slow
	d.mu.Unlock()
	time.Sleep(slow)
	return found, now, err
}

// node is a view of the database that polls until the end of the test, and its
// log.
func node(t *testing.T, d *database) (*Epochs, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	e := NewEpochs(d, iam.Env{Now: time.Now}, slog.New(slog.NewTextHandler(log, nil)))
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { e.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	synctest.Wait()
	return e, log
}

// poll lets a poll happen.
func poll() {
	time.Sleep(Poll)
	synctest.Wait()
}

// want demands an epoch.
func want(t *testing.T, e *Epochs, tenant iam.TenantID, epoch int64) {
	t.Helper()
	if got, err := e.Current(t.Context(), tenant); err != nil || got != epoch {
		t.Errorf("epoch of %s = %d, %v; want %d", tenant, got, err, epoch)
	}
}

func TestKnownEpochsCostNoRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		d.write("a", 0)
		e, _ := node(t, d)
		for range 100 {
			want(t, e, "a", 1)
			time.Sleep(100 * time.Millisecond)
		}
		if reads, polls := d.counts(); reads != 1 || polls < 19 || polls > 22 {
			t.Errorf("%d reads and %d polls in ten seconds, want 1 and 20", reads, polls)
		}
	})
}

func TestWithoutPollsNothingIsTrusted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		e := NewEpochs(d, iam.Env{Now: time.Now}, slog.New(slog.DiscardHandler))
		for range 3 {
			want(t, e, "a", d.write("a", 0))
		}
	})
}

// TestChangesOfOthersArriveWithinASecond writes at every moment between two
// polls, also in transactions that took long, whatever the node's clock says.
func TestChangesOfOthersArriveWithinASecond(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			d := &database{slow: 50 * time.Millisecond, ahead: ahead}
			d.write("a", 0)
			e, _ := node(t, d)
			want(t, e, "a", 1)
			for i := range 100 {
				epoch := d.write("a", time.Duration(i%20)*time.Second)
				time.Sleep(time.Second - 1)
				want(t, e, "a", epoch)
				time.Sleep(37 * time.Millisecond)
			}
		})
	}
}

func TestOwnChangesHoldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		d.write("a", 0)
		e, _ := node(t, d)
		want(t, e, "a", 1)
		e.Advance("a", d.write("a", 0))
		want(t, e, "a", 2)
		e.Advance("a", 1) // of a transaction that answers late
		want(t, e, "a", 2)
	})
}

// TestCutOffNodeTrustsNothing takes the database away: within a second every
// use fails, instead of answering from memory what may have changed.
func TestCutOffNodeTrustsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		d.write("a", 0)
		e, log := node(t, d)
		want(t, e, "a", 1)
		d.fail(errDown)
		time.Sleep(time.Second)
		for range 5 {
			if n, err := e.Current(t.Context(), "a"); !iam.Is(err, iam.Unavailable) {
				t.Fatalf("epoch %d, %v a second after the database went; want Unavailable", n, err)
			}
			time.Sleep(2 * time.Second)
		}
		if got := strings.Count(log.String(), "cannot read epochs"); got != 1 {
			t.Errorf("logged %d times in ten seconds, want once\n%s", got, log)
		}

		// What was missed meanwhile is there after the first poll that works.
		d.write("a", 0)
		time.Sleep(9 * time.Second)
		d.fail(nil)
		want(t, e, "a", 2)
		poll()
		d.counts()
		want(t, e, "a", 2)
		if reads, _ := d.counts(); reads != 0 {
			t.Error("still asks the database for each use after it came back")
		}
	})
}

// TestChangesDuringAnOutageAreFound has the database change while this node
// alone cannot reach it, for longer than polls overlap.
func TestChangesDuringAnOutageAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		d.write("a", 0)
		d.write("b", 0)
		e, _ := node(t, d)
		want(t, e, "a", 1)
		want(t, e, "b", 1)
		d.fail(errDown)
		time.Sleep(time.Second)
		d.write("a", 0)
		time.Sleep(10 * time.Minute)
		d.fail(nil)
		poll()
		d.counts()
		want(t, e, "a", 2)
		want(t, e, "b", 1)
		if reads, _ := d.counts(); reads != 0 {
			t.Errorf("%d reads: the poll did not find what changed during the outage", reads)
		}
	})
}

// TestSlowPollCountsFromItsBeginning: what a poll read is as old as the poll,
// not as its answer.
func TestSlowPollCountsFromItsBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{slow: 45 * time.Second}
		d.write("a", 0)
		d.write("b", 0)
		e, _ := node(t, d)
		want(t, e, "a", 1)
		want(t, e, "b", 1)
		epoch := d.write("a", 0) // after the poll has read
		d.write("b", 0)
		d.quicken()
		time.Sleep(45 * time.Second) // longer than polls overlap
		synctest.Wait()
		want(t, e, "a", epoch)
		poll()
		want(t, e, "b", 2)
	})
}

func TestInventedTenantsLeaveNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		d.write("a", 0)
		e, _ := node(t, d)
		for _, tenant := range []iam.TenantID{"x", "y", "z"} {
			if _, err := e.Current(t.Context(), tenant); !iam.Is(err, iam.NotFound) {
				t.Errorf("epoch of an invented tenant: %v, want NotFound", err)
			}
		}
		if len(e.known) != 0 {
			t.Errorf("remembers %v", e.known)
		}
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		log := &bytes.Buffer{}
		e := NewEpochs(d, iam.Env{Now: time.Now}, slog.New(slog.NewTextHandler(log, nil)))
		ctx, stop := context.WithCancel(t.Context())
		d.fail(errors.New("canceled")) // as every database says when the context ends
		stop()
		e.Run(ctx)
		if log.Len() > 0 {
			t.Errorf("logged at the end: %s", log)
		}
	})
}
