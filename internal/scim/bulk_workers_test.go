package scim

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

// TestParallel: each is done once, and a panic in a worker is one of the caller,
// who can recover from it: it does not end the program.
func TestParallel(t *testing.T) {
	for _, n := range []int{0, 1, bulkWorkers, 3*bulkWorkers + 1} {
		counts := make([]atomic.Int32, n)
		parallel(n, func(i int) { counts[i].Add(1) })
		for i := range counts {
			if c := counts[i].Load(); c != 1 {
				t.Errorf("%d of %d was done %d times", i, n, c)
			}
		}
	}
	defer func() {
		if told := fmt.Sprint(recover()); !strings.HasPrefix(told, "lion at large") || !strings.Contains(told, "bulk_workers_test.go") {
			t.Errorf("the panic is told as %q", told)
		}
	}()
	parallel(40, func(i int) {
		if i == 20 {
			panic("lion at large")
		}
	})
}
