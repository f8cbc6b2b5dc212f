package bench

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// The tests here run with all the others, on machines that are busy with them.
// So they count what a process itself took of the processors, and their bounds
// are far from what is measured on a quiet machine: what they catch is a
// mistake that costs a multiple.
const (
	leastReadShare  = 0.15 // of the processor time of a bare answer to that of a read
	mostCreateTime  = 1500 * time.Microsecond
	mostStartTime   = 500 * time.Millisecond
	mostBinary      = 40e6  // bytes
	mostStarted     = 40e6  // bytes in memory
	mostWhileHashes = 350e6 // bytes in memory
)

func TestReadIsCheap(t *testing.T) {
	s, body := withAlice(t)
	yardstick := bare(t, body)
	ours, theirs := dial(t, s.Addr, clients), dial(t, yardstick.addr, clients)
	get := always(request(http.MethodGet, alicePath, adminToken, ""))
	read, answer := costOf(t, s.Pid, ours, get), costOf(t, yardstick.pid, theirs, get)
	if share := float64(answer) / float64(read); share < leastReadShare {
		t.Errorf("a read costs %v, a bare answer %v: its share is %.2f, want %.2f at least", read, answer, share, leastReadShare)
	}
}

func TestCreateIsCheap(t *testing.T) {
	s := testproc.Serve(t, admin, "--data", t.TempDir())
	if cost := costOf(t, s.Pid, dial(t, s.Addr, creators), newUsers(creators)); cost > mostCreateTime {
		t.Errorf("making a user costs %v, want %v at most", cost, mostCreateTime)
	}
}

// costOf answers how much of the processors a process takes for one request.
func costOf(t *testing.T, pid int, conns []*conn, next func(int) []byte) time.Duration {
	t.Helper()
	load(t, conns, 100*time.Millisecond, next)
	before, answered := processorTime(t, pid), 0
	for processorTime(t, pid)-before < 400*time.Millisecond { // it is counted in steps of 10 ms
		answered += load(t, conns, 100*time.Millisecond, next).answers
	}
	return (processorTime(t, pid) - before) / time.Duration(answered)
}

func TestProcessIsSmall(t *testing.T) {
	info, err := os.Stat(testproc.Build(t, "cmd/gatehouse"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > mostBinary {
		t.Errorf("the binary has %d bytes, want %.0f at most", info.Size(), mostBinary)
	}

	data := existingData(t)
	best := time.Hour
	for range 5 {
		best = min(best, startTime(t, data))
	}
	if best > mostStartTime {
		t.Errorf("the server is ready after %v, want %v at most", best, mostStartTime)
	}

	s := testproc.Serve(t, nil, "--data", data)
	if m := memoryOf(t, s.Pid); m.now > mostStarted {
		t.Errorf("after the start the server has %d bytes in memory, want %.0f at most", m.now, mostStarted)
	}
	load(t, dial(t, s.Addr, clients), time.Second, always(signIn()))
	if m := memoryOf(t, s.Pid); m.peak > mostWhileHashes {
		t.Errorf("hashing passwords the server has %d bytes in memory, want %.0f at most", m.peak, mostWhileHashes)
	}
}
