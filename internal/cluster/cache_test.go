package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// get asks a cache for "key", which loads v when it has to.
func get(t *testing.T, c *Cache[string, string], tenant iam.TenantID, v string) string {
	t.Helper()
	got, err := c.Get(t.Context(), tenant, "key", func(context.Context) (string, error) { return v, nil })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestCacheLoadsOnceAnEpoch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		d.write("a", 0)
		d.write("b", 0)
		e, _ := node(t, d)
		c := NewCache[string, string](e, 100)
		for _, step := range []struct {
			load, want string
			write      bool
		}{
			{load: "one", want: "one"},
			{load: "two", want: "one"},
			{load: "three", want: "three", write: true},
			{load: "four", want: "three"},
		} {
			if step.write {
				e.Advance("a", d.write("a", 0))
			}
			if got := get(t, c, "a", step.load); got != step.want {
				t.Errorf("got %q, want %q", got, step.want)
			}
		}
		if got := get(t, c, "b", "of b"); got != "of b" {
			t.Errorf("tenant b was answered %q", got)
		}
		d.write("a", 0) // by another node
		poll()
		if got := get(t, c, "a", "five"); got != "five" {
			t.Errorf("got %q after another node's write", got)
		}
	})
}

// TestCacheForgetsWhatWasLoadedDuringAWrite has the epoch grow while a value
// of before is being loaded: it may answer that call, and none after it.
func TestCacheForgetsWhatWasLoadedDuringAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		d.write("a", 0)
		e, _ := node(t, d)
		c := NewCache[string, string](e, 100)
		got, err := c.Get(t.Context(), "a", "key", func(context.Context) (string, error) {
			e.Advance("a", d.write("a", 0))
			return "old", nil
		})
		if got != "old" || err != nil {
			t.Fatal(got, err)
		}
		if got := get(t, c, "a", "new"); got != "new" {
			t.Errorf("got %q, loaded before the write", got)
		}
	})
}

// TestSlowLoadDoesNotBringBackThePast has a load that began under an old epoch
// end after one that began under the new.
func TestSlowLoadDoesNotBringBackThePast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		d.write("a", 0)
		e, _ := node(t, d)
		c := NewCache[string, string](e, 100)
		var slow sync.WaitGroup
		slow.Go(func() {
			_, _ = c.Get(t.Context(), "a", "key", func(context.Context) (string, error) {
				time.Sleep(300 * time.Millisecond)
				return "old", nil
			})
		})
		synctest.Wait()
		e.Advance("a", d.write("a", 0))
		if got := get(t, c, "a", "new"); got != "new" {
			t.Fatalf("got %q", got)
		}
		slow.Wait()
		if got := get(t, c, "a", "newer"); got == "old" {
			t.Error("the slow load brought the past back")
		}
	})
}

func TestCacheKeepsNoErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		d.write("a", 0)
		e, _ := node(t, d)
		c := NewCache[string, string](e, 100)
		broken := errors.New("broken")
		v, err := c.Get(t.Context(), "a", "key", func(context.Context) (string, error) { return "half", broken })
		if v != "" || !errors.Is(err, broken) {
			t.Errorf("got %q, %v; want the error alone", v, err)
		}
		if got := get(t, c, "a", "whole"); got != "whole" {
			t.Errorf("got %q", got)
		}
	})
}

// TestCacheOfACutOffNode: what is remembered is not answered when nobody knows
// whether it still holds.
func TestCacheOfACutOffNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		d.write("a", 0)
		e, _ := node(t, d)
		c := NewCache[string, string](e, 100)
		get(t, c, "a", "one")
		d.fail(errDown)
		time.Sleep(time.Second)
		v, err := c.Get(t.Context(), "a", "key", func(context.Context) (string, error) { return "two", nil })
		if v != "" || !iam.Is(err, iam.Unavailable) {
			t.Errorf("got %q, %v; want Unavailable", v, err)
		}
	})
}

func TestCacheIsBounded(t *testing.T) {
	d := &database{}
	d.write("a", 0)
	e := NewEpochs(d, iam.Env{Now: time.Now}, slog.New(slog.DiscardHandler))
	c := NewCache[string, string](e, 10)
	for i := range 1000 {
		_, err := c.Get(t.Context(), "a", fmt.Sprint(i), func(context.Context) (string, error) { return "v", nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	c.kept.CleanUp()
	if n := c.kept.EstimatedSize(); n > 10 {
		t.Errorf("keeps %d values, want at most 10", n)
	}
}

// TestCacheByManyAtOnce is for the race detector, and for the rule: once a
// write is known here, no Get that begins answers what was before it.
func TestCacheByManyAtOnce(t *testing.T) {
	d := &database{}
	d.write("a", 0)
	e := NewEpochs(d, iam.Env{Now: time.Now}, slog.New(slog.DiscardHandler))
	e.merge(nil, time.Now().Add(time.Hour)) // fresh for the whole test
	c := NewCache[string, int64](e, 100)
	var truth, known atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 2000 {
				least := known.Load()
				got, err := c.Get(t.Context(), "a", "key", func(context.Context) (int64, error) { return truth.Load(), nil })
				if err != nil || got < least {
					t.Errorf("got %d, %v; want at least %d", got, err, least)
					return
				}
			}
		})
	}
	all.Go(func() {
		for range 500 {
			n := truth.Add(1)
			e.Advance("a", d.write("a", 0))
			known.Store(n)
		}
	})
	all.Wait()
}

func TestFactsAreBelievedForASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFacts[string](iam.Env{Now: time.Now}, 10)
		ask := func(key, load string, err error) string {
			t.Helper()
			v, got := f.Get(t.Context(), key, func(context.Context) (string, error) { return load, err })
			if !errors.Is(got, err) || err != nil && v != "" {
				t.Errorf("Get = %q, %v; want %v", v, got, err)
			}
			return v
		}
		broken := errors.New("broken")
		ask("a", "half", broken) // and is not kept
		for _, step := range []struct {
			load, want string
			then       time.Duration
		}{
			{"one", "one", time.Second - 1},
			{"two", "one", 1},
			{"three", "three", 0},
			{"four", "three", 0},
		} {
			if got := ask("a", step.load, nil); got != step.want {
				t.Errorf("got %q, want %q", got, step.want)
			}
			time.Sleep(step.then)
		}
		if got := ask("b", "of b", nil); got != "of b" {
			t.Errorf("another key is answered %q", got)
		}
		time.Sleep(time.Second)
		ask("a", "", broken) // what was believed is not, when the truth cannot be had
	})
}
