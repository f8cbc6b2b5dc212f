package authn_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

// walker is somebody with a browser, and what this test knows of what they have
// proved. It is the model against which every answer is held.
type walker struct {
	world
	t        *testing.T
	app      *phone // their authenticator app, nil without one
	password string // the one that was last set with a proof
	n        int    // passwords chosen so far
	hasher   *password.Hasher

	session *authn.Begun // the latest, nil without one
	pending []iam.Step   // what is left of it
	proved  time.Time    // when something was last proved
	byPW    bool         // a password was, in this session
}

// TestWalk takes random ways through sign-in, factor, password and link, and
// demands that the password never changes without the proof that it takes: the
// present password proved in this session and not long ago, or asked for by the
// step that is next, or a link out of the mailbox. A factor is never left out.
func TestWalk(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("25"); err != nil { // each has some fifty sign-ins
			t.Fatal(err)
		}
	}
	s := apptest.SQLite(t)
	hasher := password.NewHasher(password.DefaultParams(), 1, s.Env())
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		w := newWorld(t, s, fmt.Sprint("walk", n))
		w.settings(t, func(st *iam.Settings) { st.Lockout.FreeFailures, st.Lockout.FreeFailuresOfAddress = 100, 10_000 })
		w.withMailbox(t)
		w.proveMailbox(t)
		k := &walker{world: w, t: t, password: phrase, hasher: hasher}
		if rapid.Bool().Draw(rt, "with a factor") {
			app := w.withTOTP(t)
			k.app = &app
		}
		rt.Repeat(map[string]func(*rapid.T){
			"sign in":            k.signsIn,
			"sign in wrongly":    k.signsInWrongly,
			"prove the factor":   k.provesFactor,
			"guess the factor":   k.guessesFactor,
			"set the password":   k.setsPassword,
			"set a weak one":     k.setsWeakPassword,
			"change it":          k.changesPassword,
			"change it wrongly":  k.changesWrongly,
			"reauthenticate":     k.reauthenticates,
			"wait":               k.waits,
			"reset by link":      k.resets,
			"be asked to change": k.mustChange,
			"":                   k.check,
		})
	})
}

// prover answers who the session is of; ok is false where there is none.
func (k *walker) prover() (p authn.Prover, ok bool) {
	if k.session == nil {
		return p, false
	}
	p, err := k.Authn.Pending(k.t.Context(), k.session.Cookie, from)
	return p, err == nil
}

// fresh is a password that was never used.
func (k *walker) fresh() string {
	k.n++
	return fmt.Sprint("a good phrase, number ", k.n)
}

// begun notes the session that came of a proof.
func (k *walker) begun(rt *rapid.T, b authn.Begun, pending []iam.Step, byPW bool) {
	if !slices.Equal(b.Pending, pending) {
		rt.Fatalf("steps %v, want %v", b.Pending, pending)
	}
	k.session, k.pending, k.proved, k.byPW = &b, pending, b.SignedIn, byPW
}

func (k *walker) steps(rt *rapid.T) (steps []iam.Step) {
	if k.app != nil {
		steps = append(steps, iam.StepFactor)
	}
	if k.account(k.t).MustChangePassword {
		steps = append(steps, iam.StepSetPassword)
	}
	return steps
}

func (k *walker) signsIn(rt *rapid.T) {
	want := k.steps(rt)
	b, err := k.Authn.BeginSignIn(k.t.Context(), k.tenant.ID, authn.Attempt{Username: "ann", Password: k.password, Pages: true}, from)
	if err != nil {
		rt.Fatal(err)
	}
	k.begun(rt, b, want, true)
}

func (k *walker) signsInWrongly(rt *rapid.T) {
	if _, err := k.Authn.BeginSignIn(k.t.Context(), k.tenant.ID, authn.Attempt{Username: "ann", Password: "wrong", Pages: true}, from); err == nil {
		rt.Fatal("signed in with a wrong password")
	}
}

func (k *walker) provesFactor(rt *rapid.T) {
	p, ok := k.prover()
	if !ok || k.app == nil {
		return
	}
	b, err := k.Authn.ProveFactor(k.t.Context(), p, iam.FactorTOTP, k.app.next(k.t))
	if !slices.Contains(k.pending, iam.StepFactor) {
		if err == nil {
			rt.Fatal("took a step that was not asked for")
		}
		return
	}
	if err != nil {
		rt.Fatal(err)
	}
	k.begun(rt, b, k.pending[1:], k.byPW)
}

func (k *walker) guessesFactor(rt *rapid.T) {
	if p, ok := k.prover(); ok && k.app != nil {
		if _, err := k.Authn.ProveFactor(k.t.Context(), p, "", k.app.wrong(k.t)); err == nil {
			rt.Fatal("a wrong code was taken")
		}
	}
}

// maySet is the rule that this test is about.
func (k *walker) maySet() bool {
	if len(k.pending) > 0 {
		return k.pending[0] == iam.StepSetPassword
	}
	return k.byPW && k.Clock.Now().Sub(k.proved) < 10*time.Minute
}

func (k *walker) setsPassword(rt *rapid.T) {
	p, ok := k.prover()
	if !ok {
		return
	}
	pw := k.fresh()
	b, err := k.Authn.SetPassword(k.t.Context(), p, pw)
	if (err == nil) != k.maySet() {
		rt.Fatalf("set the password: %v, with steps %v, %v after the proof", err, k.pending, k.Clock.Now().Sub(k.proved))
	}
	if err == nil {
		k.password = pw
		k.begun(rt, b, k.pending[min(1, len(k.pending)):], true)
	}
}

func (k *walker) setsWeakPassword(rt *rapid.T) {
	if p, ok := k.prover(); ok {
		for _, pw := range []string{"weak", k.password} {
			if _, err := k.Authn.SetPassword(k.t.Context(), p, pw); err == nil {
				rt.Fatalf("set %q", pw)
			}
		}
	}
}

func (k *walker) changesPassword(rt *rapid.T) {
	p, ok := k.prover()
	if !ok {
		return
	}
	pw := k.fresh()
	b, err := k.Authn.ChangeOwnPassword(k.t.Context(), p, k.password, pw)
	if (err == nil) != (len(k.pending) == 0) {
		rt.Fatalf("changed the password: %v, with steps %v", err, k.pending)
	}
	if err == nil {
		k.password = pw
		k.begun(rt, b, nil, true)
	}
}

func (k *walker) changesWrongly(rt *rapid.T) {
	if p, ok := k.prover(); ok {
		if _, err := k.Authn.ChangeOwnPassword(k.t.Context(), p, "wrong", k.fresh()); err == nil {
			rt.Fatal("changed the password without the present one")
		}
	}
}

func (k *walker) reauthenticates(rt *rapid.T) {
	p, ok := k.prover()
	if !ok {
		return
	}
	b, err := k.Authn.Reauthenticate(k.t.Context(), p, k.password)
	if (err == nil) != (len(k.pending) == 0) {
		rt.Fatalf("reauthenticated: %v, with steps %v", err, k.pending)
	}
	if err == nil {
		var want []iam.Step
		if k.app != nil {
			want = []iam.Step{iam.StepFactor}
		}
		k.begun(rt, b, want, true)
	}
}

func (k *walker) waits(rt *rapid.T) {
	k.Clock.Advance(time.Duration(rapid.IntRange(10, 700).Draw(rt, "seconds")) * time.Second)
}

// resets asks for a link, and uses it up.
func (k *walker) resets(rt *rapid.T) {
	k.Clock.Advance(time.Minute)
	k.sendReset(k.t, "ann", 1)
	token := k.tokenIn(k.t, k.LastMail(k.t, k.tenant.ID, mailbox), "/reset")
	pw := k.fresh()
	b, err := k.Authn.Reset(k.t.Context(), token, pw, from)
	if err != nil {
		rt.Fatal(err)
	}
	k.password = pw
	k.begun(rt, b, k.steps(rt), false)
	if _, err := k.Authn.Reset(k.t.Context(), token, k.fresh(), from); err == nil {
		rt.Fatal("a link was used twice")
	}
}

func (k *walker) mustChange(*rapid.T) {
	k.update(k.t, directory.UserChange{MustChangePassword: ptr(true)})
}

// check holds what is stored against the model.
func (k *walker) check(rt *rapid.T) {
	a := k.account(k.t)
	if right, _, err := k.hasher.Verify(k.t.Context(), a.PasswordHash, k.password); err != nil || !right {
		rt.Fatalf("the password is not the one that was last set with a proof: %v", err)
	}
	if k.session == nil {
		return
	}
	_, _, err := k.Authn.Browser(k.t.Context(), k.session.Cookie, from)
	if err == nil && len(k.pending) > 0 {
		rt.Fatalf("signed in with steps %v left", k.pending)
	}
}
