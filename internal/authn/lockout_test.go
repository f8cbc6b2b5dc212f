package authn_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestLockout(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"delay grows":               testLockoutDelay,
		"unknown accounts alike":    testLockoutUnknown,
		"of an address":             testLockoutAddress,
		"in parallel":               testLockoutParallel,
		"many connections":          testLockoutBusy,
		"a second factor":           testLockoutFactor,
		"a factor by the password":  testLockoutNotForgotten,
		"refused though right":      testLockoutRefusals,
		"the present password":      testLockoutOwnPassword,
		"faults of ours":            testLockoutFault,
		"as the tenant has decided": testLockoutPolicy,
	})
}

// try signs in, and answers after how many seconds to come again; 0 when the
// attempt was made.
func (w world) try(t *testing.T, username, pw string, from authn.Origin) (seconds int, in bool) {
	t.Helper()
	_, err := w.Authn.SignIn(t.Context(), w.tenant.ID, username, pw, from)
	return blocked(t, err), err == nil
}

// blocked answers after how many seconds an error says to come again.
func blocked(t *testing.T, err error) (seconds int) {
	t.Helper()
	if e, ok := errors.AsType[*iam.Error](err); ok && e.Kind == iam.RateLimited {
		if n, err := fmt.Sscanf(e.Message, "too many attempts; try again in %d seconds", &seconds); n != 1 || err != nil || seconds < 1 {
			t.Errorf("%q", e.Message)
		}
	}
	return seconds
}

// testLockoutDelay: the right password is refused too while there is a block,
// and nothing is counted meanwhile.
func testLockoutDelay(t *testing.T, w world) {
	for i := range 6 {
		if wait, _ := w.try(t, "ann", "wrong", from); wait != 0 {
			t.Fatalf("attempt %d has to wait for %d seconds", i+1, wait)
		}
	}
	want := 1
	for range 12 {
		for range 3 {
			if wait, _ := w.try(t, "ANN ", phrase, from); wait != want {
				t.Fatalf("has to wait for %d seconds, want %d", wait, want)
			}
		}
		w.Clock.Advance(time.Duration(want) * time.Second)
		if wait, _ := w.try(t, "ann", "wrong", from); wait != 0 {
			t.Fatalf("after the wait: %d seconds more", wait)
		}
		want = min(2*want, 900)
	}
	w.Clock.Advance(15 * time.Minute)
	if _, in := w.try(t, "ann", phrase, from); !in {
		t.Error("the right password is refused after the wait")
	}
	for range 6 { // all is forgotten
		if wait, _ := w.try(t, "ann", "wrong", from); wait != 0 {
			t.Fatalf("has to wait for %d seconds after a success", wait)
		}
	}
	events := w.loginEvents(t)
	unheard := slices.DeleteFunc(slices.Clone(events), func(e iam.LoginEvent) bool { return e.Reason != "too many failed attempts" })
	if len(unheard) == 0 || len(unheard) > 36 || unheard[0].User != w.ann.User.ID || unheard[0].Result != iam.LoginFailure {
		t.Errorf("%d attempts that were not made are recorded", len(unheard))
	}
}

// testLockoutUnknown: who is unknown is blocked like who is known.
func testLockoutUnknown(t *testing.T, w world) {
	for i := range 20 {
		known, _ := w.try(t, "ann", "wrong", authn.Origin{Address: "192.0.2.1"})
		unknown, _ := w.try(t, "nobody", "wrong", authn.Origin{Address: "192.0.2.2"})
		if known != unknown {
			t.Fatalf("attempt %d: the known has to wait for %d seconds, the unknown for %d", i+1, known, unknown)
		}
		w.Clock.Advance(time.Duration(i%3) * time.Second)
	}
	if _, in := w.try(t, "ann", phrase, authn.Origin{Address: "192.0.2.3"}); in {
		t.Error("another address is not blocked for the account")
	}
}

// testLockoutAddress: who tries one password for many accounts is blocked, and
// people at other addresses are not.
func testLockoutAddress(t *testing.T, w world) {
	there := authn.Origin{Address: "198.51.100.7"}
	n := 0
	for ; n < 200; n++ {
		if wait, _ := w.try(t, fmt.Sprint("user", n), "Password1", there); wait != 0 {
			break
		}
	}
	if n != iam.DefaultSettings().Lockout.FreeFailuresOfAddress+1 {
		t.Errorf("%d accounts were tried from one address", n)
	}
	if wait, _ := w.try(t, "ann", phrase, there); wait == 0 {
		t.Error("Ann gets in from there")
	}
	if _, in := w.try(t, "ann", phrase, from); !in {
		t.Error("Ann does not get in from elsewhere")
	}
}

// testLockoutParallel: no more attempts are made than are let, however many
// come at once.
func testLockoutParallel(t *testing.T, w world) {
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { w.try(t, "ann", "wrong", from) })
	}
	all.Wait()
	made := 0
	for _, e := range w.loginEvents(t) {
		if e.Reason == "wrong password" {
			made++
		}
	}
	if made > iam.DefaultSettings().Lockout.FreeFailures+authn.PasswordBurst {
		t.Errorf("%d of 100 attempts were made", made)
	}
	if wait, in := w.try(t, "ann", phrase, from); in || wait == 0 {
		t.Errorf("after that Ann gets in, %v, or may try again after %v", in, wait)
	}
}

// testLockoutBusy: who signs in on many connections at once, with the right
// password, is not taken for somebody who guesses.
func testLockoutBusy(t *testing.T, w world) {
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			if wait, in := w.try(t, "ann", phrase, from); !in {
				t.Errorf("Ann does not get in for %v", wait)
			}
		})
	}
	all.Wait()
	for range iam.DefaultSettings().Lockout.FreeFailures { // nor has anything stayed behind
		w.try(t, "ann", "wrong", from)
	}
	if wait, in := w.try(t, "ann", phrase, from); !in {
		t.Errorf("after as many failures as are free Ann does not get in for %v", wait)
	}
}

// testLockoutFactor: a second factor cannot be found by trying codes, also not
// when the password is known and proved again and again.
func testLockoutFactor(t *testing.T, w world) {
	a := w.withTOTP(t)
	made := 0
	for range 1000 {
		b, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "ann", Password: phrase, Pages: true}, from)
		if blocked(t, err) != 0 {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		p := w.prover(t, b)
		for range 3 {
			if _, err := w.Authn.ProveFactor(t.Context(), p, "", a.wrong(t)); blocked(t, err) == 0 {
				made++
			}
		}
	}
	if made > 8 { // a second or two may pass meanwhile
		t.Errorf("%d codes were tried", made)
	}
}

// testLockoutNotForgotten: the password alone takes nothing back but itself.
func testLockoutNotForgotten(t *testing.T, w world) {
	a := w.withTOTP(t)
	w.Clock.Advance(time.Minute)
	for range 5 {
		b := w.begin(t, true)
		if _, err := w.Authn.ProveFactor(t.Context(), w.prover(t, b), iam.FactorTOTP, a.wrong(t)); !iam.Is(err, iam.Invalid) {
			t.Fatal(err)
		}
	}
	b := w.begin(t, true) // the sixth that is counted, and taken back
	p := w.prover(t, b)
	_, err := w.Authn.ProveFactor(t.Context(), p, iam.FactorTOTP, a.wrong(t)) // the sixth failure
	if !iam.Is(err, iam.Invalid) {
		t.Fatal(err)
	}
	if _, err := w.Authn.ProveFactor(t.Context(), p, iam.FactorTOTP, a.code(t)); blocked(t, err) == 0 {
		t.Errorf("after six failures: %v", err)
	}
	w.Clock.Advance(2 * time.Second)
	if done, err := w.Authn.ProveFactor(t.Context(), p, iam.FactorTOTP, a.next(t)); err != nil || !done.Done() {
		t.Fatalf("the right code: %v, steps %v", err, done.Pending)
	}
	for range 6 { // now all is forgotten
		if wait, _ := w.try(t, "ann", "wrong", from); wait != 0 {
			t.Fatalf("has to wait for %d seconds", wait)
		}
	}
}

// testLockoutRefusals: an attempt that is refused for another reason than the
// password counts like one with a wrong password, or else the count would tell
// that the password is right.
func testLockoutRefusals(t *testing.T, w world) {
	w.withTOTP(t)
	for i := range 7 {
		wait, in := w.try(t, "ann", phrase, from)
		if in || (wait != 0) != (i == 6) {
			t.Fatalf("attempt %d: in %t, wait for %d seconds", i+1, in, wait)
		}
	}
}

func testLockoutOwnPassword(t *testing.T, w world) {
	p := w.prover(t, w.begin(t, true))
	n := 0
	for ; n < 20; n++ {
		_, err1 := w.Authn.Reauthenticate(t.Context(), p, "wrong")
		_, err2 := w.Authn.ChangeOwnPassword(t.Context(), p, "wrong", "another good phrase")
		if blocked(t, err1) != 0 || blocked(t, err2) != 0 {
			break
		}
		wants(t, "reauthenticated", err1, iam.Unauthenticated, iam.ReasonWrongPassword)
		wants(t, "changed", err2, iam.Unauthenticated, iam.ReasonWrongPassword)
	}
	if n != 3 {
		t.Errorf("the present password was guessed at %d times", 2*n)
	}
	if _, err := w.Authn.Reauthenticate(t.Context(), p, phrase); blocked(t, err) == 0 {
		t.Errorf("with the right one: %v", err)
	}
	events := w.loginEvents(t)
	if e := events[len(events)-2]; e.Reason != "wrong password" || e.User != w.ann.User.ID || e.Method != iam.MethodPassword {
		t.Errorf("recorded %+v", e)
	}
}

// testLockoutFault: what could not be checked for a fault of ours is nobody's
// failure.
func testLockoutFault(t *testing.T, w world) {
	broken := strings.Replace(w.account(t).PasswordHash, "argon2id", "argon9", 1)
	if err := w.Store.SetPassword(t.Context(), w.tenant.ID, w.ann.User.ID, 1, broken, false); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, from); !iam.Is(err, iam.Internal) {
			t.Fatal(err)
		}
	}
}

func testLockoutPolicy(t *testing.T, w world) {
	w.settings(t, func(st *iam.Settings) { st.Lockout.FreeFailures, st.Lockout.Delay = 1, time.Minute })
	w.try(t, "ann", "wrong", from)
	w.try(t, "ann", "wrong", from)
	if wait, _ := w.try(t, "ann", phrase, from); wait < 58 || wait > 60 {
		t.Errorf("has to wait for %d seconds", wait)
	}
}
