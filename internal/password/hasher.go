package password

import (
	"context"
	"crypto/subtle"
	"io"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	// maxWait is how long a hash waits for its turn. Who is still waiting
	// then is told to come back, which is better than a queue that grows.
	maxWait = 5 * time.Second
	// idleAfter is how long after the last hash its memory is given back to
	// the operating system. By itself the runtime keeps it for minutes:
	// measured, 88 MB after a burst on two cores, against 4 MB.
	idleAfter = 2 * time.Second
)

// Hasher makes and verifies hashes, as many at a time as its memory allows. It
// is safe for concurrent use.
type Hasher struct {
	params Params
	rand   io.Reader
	budget int64 // KiB for all hashes at a time
	memory *semaphore.Weighted
	// dummy is a hash that no password has.
	dummy string

	// dearest is how long the dearest foreign hash has taken, in nanoseconds.
	dearest atomic.Int64

	running atomic.Int64
	idle    *time.Timer
}

// NewHasher makes a hasher whose new hashes cost params, and which computes no
// more than concurrent of them at a time; 0 means one for each processor
// (GOMAXPROCS), beyond which nothing gets faster.
func NewHasher(params Params, concurrent int, env iam.Env) *Hasher {
	if concurrent == 0 {
		concurrent = runtime.GOMAXPROCS(0)
	}
	h := &Hasher{params: params, rand: env.Rand, budget: int64(concurrent) * int64(params.Memory)}
	h.memory = semaphore.NewWeighted(h.budget)
	h.dummy = phc{params, "argon2id", h.random(saltSize), h.random(hashSize)}.String()
	h.idle = time.AfterFunc(idleAfter, h.giveBack)
	h.idle.Stop()
	return h
}

// random panics where the source of randomness fails, as iam.Env does.
func (h *Hasher) random(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(h.rand, b); err != nil {
		panic("password: source of randomness failed: " + err.Error())
	}
	return b
}

// Hash prepares a password and answers its hash as a PHC string. It answers
// Invalid when Prepare does, Unavailable when ctx ends first, and RateLimited
// when too many others were waiting. Never call it within a transaction.
func (h *Hasher) Hash(ctx context.Context, pw string) (string, error) {
	prepared, err := Prepare(pw)
	if err != nil {
		return "", err
	}
	made := phc{Params: h.params, variant: "argon2id", salt: h.random(saltSize)}
	if made.hash, err = h.compute(ctx, prepared, made.Params, made.salt, hashSize); err != nil {
		return "", err
	}
	return made.String(), nil
}

// Verify reports in constant time whether a password has the hash. rehash says
// that it has, and that the hash is weaker than a new one would be, or is one of
// another system (Foreign): the caller, who has the password now, should store a new
// one. What Prepare refuses is a wrong password and no error. Errors are those of
// Hash, and Internal when the stored hash cannot be read. A wrong password takes as
// long as any other, see even.
func (h *Hasher) Verify(ctx context.Context, stored, pw string) (ok, rehash bool, err error) {
	begun := time.Now()
	ok, weaker, err := h.matches(ctx, stored, pw)
	if err == nil && !ok {
		h.even(ctx, begun)
	}
	return ok, ok && weaker, err
}

// Has is Verify where nobody is to be kept from learning whose the hash is: of
// somebody who has proved who they are.
func (h *Hasher) Has(ctx context.Context, stored, pw string) (bool, error) {
	ok, _, err := h.matches(ctx, stored, pw)
	return ok, err
}

// matches is Verify but for how long it takes.
func (h *Hasher) matches(ctx context.Context, stored, pw string) (ok, weaker bool, err error) {
	prepared, refused := Prepare(pw)
	if !isOwn(stored) {
		return h.matchesForeign(ctx, stored, pw, refused != nil)
	}
	want, err := parsePHC(stored)
	if err != nil {
		return false, false, unreadable(err)
	}
	if refused != nil {
		return false, false, nil //nolint:nilerr // it cannot be the password
	}
	got, err := h.compute(ctx, prepared, want.Params, want.salt, len(want.hash))
	if err != nil {
		return false, false, err
	}
	// More lanes make a hash no stronger.
	weaker = want.Memory < h.params.Memory || want.Time < h.params.Time || len(want.salt) < saltSize || len(want.hash) < hashSize
	return equal(got, want.hash), weaker, nil
}

// VerifyNothing takes the time that Verify takes and answers the errors that it
// would. It is for users who are unknown or have no password, so that nobody
// learns who is known by watching the clock.
func (h *Hasher) VerifyNothing(ctx context.Context, pw string) error {
	_, _, err := h.Verify(ctx, h.dummy, pw)
	return err
}

func unreadable(err error) error {
	return &iam.Error{Kind: iam.Internal, Message: "a stored password hash cannot be read", Err: err}
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// compute hashes when there is memory for it.
func (h *Hasher) compute(ctx context.Context, pw string, p Params, salt []byte, size int) (key []byte, err error) {
	err = h.run(ctx, p.Memory, func() {
		key = argon2.IDKey([]byte(pw), salt, p.Time, p.Memory, p.Lanes, uint32(size)) //nolint:gosec // size is at most maxHash
	})
	return key, err
}

// run does the work of a hash when there is memory for it, in KiB. What needs
// more than the whole budget, which only an imported hash can, is done alone.
func (h *Hasher) run(ctx context.Context, memory uint32, work func()) error {
	weight := min(max(int64(memory), int64(h.params.Memory)), h.budget)
	waiting, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	if err := h.memory.Acquire(waiting, weight); err != nil {
		if ctx.Err() != nil {
			return &iam.Error{Kind: iam.Unavailable, Message: "gave up waiting to check a password", Err: ctx.Err()}
		}
		return iam.E(iam.RateLimited, "too many passwords are being checked; try again later")
	}
	h.running.Add(1)
	defer func() {
		h.memory.Release(weight)
		if h.running.Add(-1) == 0 {
			h.idle.Reset(idleAfter)
		}
	}()
	work()
	return nil
}

// giveBack returns the memory of hashing to the operating system, unless more
// is being hashed.
func (h *Hasher) giveBack() {
	if h.running.Load() == 0 {
		debug.FreeOSMemory()
	}
}
