package password

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// cheap parameters keep the tests fast.
var cheap = Params{Memory: 64, Time: 1, Lanes: 1}

var env = iam.Env{Now: time.Now, Rand: rand.Reader}

func TestHash(t *testing.T) {
	ctx := t.Context()
	h := NewHasher(cheap, 0, env)
	stored, err := h.Hash(ctx, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("Hash = %q", stored)
	}
	if again, _ := h.Hash(ctx, "correct horse"); again == stored {
		t.Error("two hashes of one password are the same: no salt")
	}
	for pw, want := range map[string]bool{
		"correct horse":      true,
		"correct\u00a0horse": true, // another kind of space
		"correct horse ":     false,
		"Correct horse":      false,
		"correct":            false,
		"":                   false,
		"correct horse\x00":  false,
	} {
		ok, rehash, err := h.Verify(ctx, stored, pw)
		if ok != want || rehash || err != nil {
			t.Errorf("Verify(%q) = %v, %v, %v; want %v", pw, ok, rehash, err, want)
		}
	}
	for _, pw := range []string{"", "\x00", "a\xff", strings.Repeat("a", maxBytes+1)} {
		if _, err := h.Hash(ctx, pw); !iam.Is(err, iam.Invalid) {
			t.Errorf("Hash(%.10q) = %v, want Invalid", pw, err)
		}
	}
	if _, _, err := h.Verify(ctx, stored[1:], "x"); !iam.Is(err, iam.Internal) || err == nil {
		t.Errorf("Verify of a damaged hash = %v, want Internal", err)
	}
}

// The published answer of the argon2 command for these parameters.
func TestVerifyKnownAnswer(t *testing.T) {
	const stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, _, err := NewHasher(cheap, 0, env).Verify(t.Context(), stored, "password"); !ok || err != nil {
		t.Errorf("Verify = %v, %v", ok, err)
	}
}

func TestRehash(t *testing.T) {
	ctx := t.Context()
	current := Params{Memory: 128, Time: 2, Lanes: 1}
	for _, tt := range []struct {
		name   string
		params Params
		want   bool
	}{
		{"same", current, false},
		{"less memory", Params{127, 2, 1}, true},
		{"fewer passes", Params{128, 1, 1}, true},
		{"more of both", Params{256, 3, 1}, false},
		{"more lanes", Params{128, 2, 2}, false},
	} {
		stored, err := NewHasher(tt.params, 0, env).Hash(ctx, "pw")
		if err != nil {
			t.Fatal(err)
		}
		h := NewHasher(current, 0, env)
		if ok, rehash, err := h.Verify(ctx, stored, "pw"); !ok || rehash != tt.want || err != nil {
			t.Errorf("%s: Verify = %v, rehash %v, %v; want rehash %v", tt.name, ok, rehash, err, tt.want)
		}
		if ok, rehash, _ := h.Verify(ctx, stored, "other"); ok || rehash {
			t.Errorf("%s: a wrong password answers %v, rehash %v", tt.name, ok, rehash)
		}
	}
}

func TestVerifyNothingDoesTheSameWork(t *testing.T) {
	ctx := t.Context()
	slow := NewHasher(Params{Memory: 4096, Time: 4, Lanes: 1}, 0, env)
	stored, err := slow.Hash(ctx, "pw")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parsePHC(stored)
	if err != nil {
		t.Fatal(err)
	}
	if dummy, err := parsePHC(slow.dummy); err != nil || dummy.Params != parsed.Params || len(dummy.hash) != len(parsed.hash) {
		t.Errorf("the dummy hash costs %+v, %v; a real one %+v", dummy.Params, err, parsed.Params)
	}
	known, unknown := time.Hour, time.Hour // the quickest of some
	for range 5 {
		begin := time.Now()
		if _, _, err := slow.Verify(ctx, stored, "wrong"); err != nil {
			t.Fatal(err)
		}
		middle := time.Now()
		if err := slow.VerifyNothing(ctx, "wrong"); err != nil {
			t.Fatal(err)
		}
		known, unknown = min(known, middle.Sub(begin)), min(unknown, time.Since(middle))
	}
	if unknown < known/4 {
		t.Errorf("a known user takes %v, an unknown one %v", known, unknown)
	}
}

func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap, 1, env)
		if err := h.memory.Acquire(t.Context(), h.budget); err != nil { // others are hashing
			t.Fatal(err)
		}
		begin := time.Now()
		if _, err := h.Hash(t.Context(), "pw"); !iam.Is(err, iam.RateLimited) {
			t.Errorf("Hash when all are busy = %v, want RateLimited", err)
		}
		if waited := time.Since(begin); waited != maxWait {
			t.Errorf("it waited %v, want %v", waited, maxWait)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := h.VerifyNothing(ctx, "pw"); !iam.Is(err, iam.Unavailable) {
			t.Errorf("VerifyNothing when ctx ends = %v, want Unavailable", err)
		}
		h.memory.Release(h.budget)
		if _, err := h.Hash(t.Context(), "pw"); err != nil {
			t.Errorf("Hash afterwards = %v", err)
		}
		h.idle.Stop()
	})
}

// Each hash takes its share of the memory, whatever a stored hash asks for.
func TestMemoryIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name   string
		memory string // that the stored hash asks for
		free   int64  // KiB of the budget of two hashes
		want   bool   // that it is computed
	}{
		{"one place", "m=64", 64, true},
		{"no place", "m=64", 63, false},
		{"a small hash takes a whole place", "m=8", 63, false},
		{"a larger one takes more", "m=65", 64, false},
		{"until it has all", "m=65", 65, true},
		{"over the budget it must be alone", "m=1024", 127, false},
		{"and then it may", "m=1024", 128, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := NewHasher(cheap, 2, env)
			if err := h.memory.Acquire(t.Context(), h.budget-tt.free); err != nil {
				t.Fatal(err)
			}
			_, _, err := h.Verify(t.Context(), strings.Replace(goodPHC, "m=64", tt.memory, 1), "pw")
			if tt.want != (err == nil) || err != nil && !iam.Is(err, iam.RateLimited) {
				t.Errorf("%s: Verify = %v, want computed %v", tt.name, err, tt.want)
			}
			h.idle.Stop()
		})
	}
}

func TestGivesMemoryBack(t *testing.T) {
	h := NewHasher(Params{Memory: 64 * 1024, Time: 1, Lanes: 1}, 1, env)
	if _, err := h.Hash(t.Context(), "pw"); err != nil {
		t.Fatal(err)
	}
	loaded := resident(t)
	h.idle.Reset(0)
	for deadline := time.Now().Add(5 * time.Second); resident(t) > loaded-32*1024; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d KiB are resident when idle, %d after hashing with 64 MiB", resident(t), loaded)
		}
	}
}

// resident answers the resident memory of this process in KiB.
func resident(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("no /proc on this system")
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func BenchmarkHash(b *testing.B) {
	for _, clients := range []int{1, 8} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			h := NewHasher(DefaultParams(), 0, env)
			b.ReportAllocs()
			b.SetParallelism(clients)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := h.Hash(b.Context(), "correct horse battery staple"); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
