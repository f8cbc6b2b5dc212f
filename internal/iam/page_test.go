package iam_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestEach: every item of a list is visited once, in its order, up to the first error.
func TestEach(t *testing.T) {
	list := func(p iam.Page) (l iam.List[int], err error) {
		at, _ := strconv.Atoi(p.After.ID)
		for ; at < 5 && len(l.Items) < p.Limit; at++ {
			l.Items = append(l.Items, at)
		}
		if at < 5 {
			l.Next = iam.Cursor{ID: strconv.Itoa(at)}
		}
		return l, err
	}
	failed := errors.New("failed")
	for stop, want := range map[int][]int{-1: {0, 1, 2, 3, 4}, 3: {0, 1, 2, 3}} {
		var got []int
		err := iam.Each(iam.Page{Limit: 2}, list, func(n int) error {
			if got = append(got, n); n == stop {
				return failed
			}
			return nil
		})
		if d := cmp.Diff(want, got); d != "" || errors.Is(err, failed) != (stop >= 0) {
			t.Errorf("stopped at %d: %v (-want +got):\n%s", stop, err, d)
		}
	}
	broken := func(iam.Page) (iam.List[int], error) { return iam.List[int]{}, failed }
	if err := iam.Each(iam.Page{}, broken, func(int) error { return nil }); !errors.Is(err, failed) {
		t.Errorf("a list that cannot be read: %v", err)
	}
}
