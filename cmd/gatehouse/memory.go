package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// garbage is how much of it may gather before it is collected, in percent of
// what is in use. The heap is small, a few MB, so that the runtime's 100 would
// collect dozens of times a second under load: measured, 15 % of the time.
const garbage = 200

// Idle is a process that has allocated less than idleAllocation in idleTime.
// What runs in the background allocates a tenth of that.
const (
	idleTime       = 15 * time.Second
	idleAllocation = 4 << 20 // bytes
)

// collectLess trades memory for time while there is something to do, unless
// the operator has set GOGC.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}

// giveBackWhenIdle returns to the operating system what the start has taken, and
// memory once the process has become idle, until ctx ends: by itself the runtime
// would keep for minutes what a burst of requests has taken.
func giveBackWhenIdle(ctx context.Context, period time.Duration) {
	debug.FreeOSMemory()
	tick := time.NewTicker(period)
	defer tick.Stop()
	last, busy := allocated(), true
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := allocated()
		idle := now-last < idleAllocation
		if idle && busy {
			debug.FreeOSMemory()
		}
		last, busy = now, !idle
	}
}

// allocated is how much the process has allocated since its start, in bytes.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
