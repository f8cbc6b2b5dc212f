package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

var lockoutPolicy = iam.LockoutPolicy{Delay: time.Second, MaxDelay: 10 * time.Second, Window: time.Hour}

// lockoutSubjects are a name with so many free failures, and an address with
// twice as many.
func lockoutSubjects(free int) []authn.LockoutSubject {
	return []authn.LockoutSubject{{Name: "user:kim", Free: free, Policy: lockoutPolicy}, {Name: "addr:192.0.2.1", Free: 2 * free, Policy: lockoutPolicy}}
}

func testLockouts(f *fixture) {
	now := f.env.Time()
	both := lockoutSubjects(3)
	user := both[:1]
	fail := func(subjects []authn.LockoutSubject, want time.Duration) {
		f.Helper()
		until, err := f.store.CountFailure(f.ctx(), f.tenant.ID, now, subjects)
		f.ok(err)
		if want == 0 != until.IsZero() || want > 0 && !until.Equal(now.Add(want)) {
			f.Fatalf("blocked until %v, want %v after %v", until, want, now)
		}
	}
	f.bumps(false, func() {
		for range 4 { // the fourth may still be tried, and blocks
			fail(both, 0)
		}
		fail(both, time.Second)
		fail(user, time.Second)
	})
	now = now.Add(999 * time.Millisecond)
	fail(both, time.Millisecond) // what was refused has not made it longer
	const most = 10 * time.Second
	for delay := time.Second; ; delay = min(2*delay, most) { // each doubles, up to the most
		now = now.Add(delay)
		fail(user, 0)
		fail(user, min(2*delay, most))
		if delay == most {
			break
		}
	}

	// An attempt that succeeds leaves things as they were before it.
	now = now.Add(10 * time.Second)
	fail(user, 0)
	f.ok(f.store.ForgetFailures(f.ctx(), f.tenant.ID, user))
	fail(user, 0)
	fail(user, 10*time.Second)
	// Nobody else's failures are touched, nor is what nobody counted.
	f.ok(f.store.ForgetFailures(f.ctx(), f.tenant.ID, []authn.LockoutSubject{{Name: "user:lee"}, {Name: "user:lee", Clear: true}}))
	fail(user, 10*time.Second)

	user[0].Clear = true
	f.ok(f.store.ForgetFailures(f.ctx(), f.tenant.ID, user))
	for range 4 {
		fail(user, 0)
	}
	fail(user, time.Second)

	// All are forgotten so long after the last.
	now = now.Add(lockoutPolicy.Window)
	fail(user, 0)
	fail(user, 2*time.Second)
	now = now.Add(lockoutPolicy.Window + time.Microsecond)
	for range 4 {
		fail(user, 0)
	}
	fail(user, time.Second)

	for _, id := range []iam.TenantID{iam.TenantID(f.env.NewID()), "no id"} {
		_, err := f.store.CountFailure(f.ctx(), id, now, both)
		f.fails(err, iam.NotFound)
	}
	going := f.newTenant("")
	going.Own = iam.TenantDeleting
	f.ok(f.store.UpdateTenant(f.ctx(), going.ID, going))
	_, err := f.store.CountFailure(f.ctx(), going.ID, now, both)
	f.fails(err, iam.NotFound)
}

// testLockoutBurst: more attempts may be under way than may fail, as long as
// none has failed; then only one at a time.
func testLockoutBurst(f *fixture) {
	now := f.env.Time()
	subject := []authn.LockoutSubject{{Name: "user:burst", Free: 2, Burst: 3, Policy: lockoutPolicy}}
	begin := func(want bool) {
		f.Helper()
		until, err := f.store.CountFailure(f.ctx(), f.tenant.ID, now, subject)
		f.ok(err)
		if until.IsZero() != want {
			f.Fatalf("an attempt may be made: %v, want %v", until.IsZero(), want)
		}
	}
	failed := func() { f.Helper(); f.ok(f.store.ConfirmFailures(f.ctx(), f.tenant.ID, now, subject)) }
	succeeded := func(all bool) {
		f.Helper()
		subject[0].Clear = all
		f.ok(f.store.ForgetFailures(f.ctx(), f.tenant.ID, subject))
	}
	for range 5 {
		begin(true)
	}
	begin(false) // five are under way
	succeeded(false)
	begin(true)
	failed()
	failed()
	begin(false) // as many failed as may, and three are under way
	succeeded(true)
	begin(true) // the failures are forgotten, and two are under way
	for range 3 {
		failed()
	}
	begin(false) // three failed, where two may
	now = now.Add(lockoutPolicy.Delay)
	begin(true)
	begin(false)
	now = now.Add(2 * time.Minute) // the node that made it has died
	begin(true)
	failed()
	begin(false)
}

// testLockoutMemory: attempts that succeed do not keep failures remembered.
func testLockoutMemory(f *fixture) {
	now := f.env.Time()
	address := []authn.LockoutSubject{{Name: "addr:192.0.2.2", Free: 3, Policy: lockoutPolicy}}
	count := func() time.Time {
		f.Helper()
		until, err := f.store.CountFailure(f.ctx(), f.tenant.ID, now, address)
		f.ok(err)
		return until
	}
	for range 3 {
		count()
	}
	for range 4 { // colleagues sign in all the time
		now = now.Add(lockoutPolicy.Window / 3)
		count()
		f.ok(f.store.ForgetFailures(f.ctx(), f.tenant.ID, address))
	}
	for range 3 {
		if until := count(); !until.IsZero() {
			f.Fatalf("failures of more than a window ago block until %v", until)
		}
	}
}

// testLockoutRace: of many attempts at once no more are let than are free, and
// the one that blocks.
func testLockoutRace(f *fixture) {
	now := f.env.Time()
	subjects := lockoutSubjects(5)
	reversed := []authn.LockoutSubject{subjects[1], subjects[0]}
	let := make(chan bool, 100)
	for _, err := range race(cap(let), func(i int) error {
		mine := subjects
		if i%2 == 0 {
			mine = reversed
		}
		until, err := f.store.CountFailure(f.ctx(), f.tenant.ID, now, mine)
		let <- err == nil && until.IsZero()
		return err
	}) {
		f.ok(err)
	}
	n := 0
	for range cap(let) {
		if <-let {
			n++
		}
	}
	same(f, n, 6)
}
