package scim

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// bulkWorkers is how many resources of one request are made at once, so that
// they share commits.
const bulkWorkers = 16

// doAll carries out steps that know nothing of each other.
func (b *bulk) doAll(ctx context.Context, steps []*step) {
	if len(steps) == 1 {
		b.do(ctx, steps[0])
	} else {
		parallel(len(steps), func(i int) { b.do(ctx, steps[i]) })
	}
	for _, p := range steps {
		b.settle(p)
	}
}

// parallel calls do for 0 to n-1, by a few goroutines. A panic in one is that of
// the caller.
func parallel(n int, do func(i int)) {
	var next atomic.Int64
	var failed atomic.Pointer[string]
	var workers sync.WaitGroup
	for range min(n, bulkWorkers) {
		workers.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					text := fmt.Sprintf("%v\n\nin a worker:\n%s", v, debug.Stack())
					failed.Store(&text)
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	workers.Wait()
	if text := failed.Load(); text != nil {
		panic(*text)
	}
}
