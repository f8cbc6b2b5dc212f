package authn_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// onNodes makes n attempts at the same time, each as one of the nodes in turn,
// and answers what came of them.
func onNodes(nodes []*apptest.Server, n int, attempt func(on *apptest.Server, i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = attempt(nodes[i%len(nodes)], i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// once demands that of many uses of one secret exactly one succeeded, and that
// the others were refused.
func once(t *testing.T, what string, errs []error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !iam.Is(err, iam.Invalid) && !iam.Is(err, iam.RateLimited):
			t.Errorf("%s: %v", what, err)
		}
	}
	if won != 1 {
		t.Errorf("%s: accepted %d times of %d at once", what, won, len(errs))
	}
}

// TestCodesAreGoodOnce: each code is accepted once, also when it is used many
// times at once, each time in another session, on two nodes.
func TestCodesAreGoodOnce(t *testing.T) {
	const uses = 100
	apptest.Each(t, func(t *testing.T, here *apptest.Server) {
		nodes := []*apptest.Server{here, here.Beside(t)}
		for i, tt := range []struct {
			name string
			code func(*testing.T, world) string
		}{
			{"TOTP", func(t *testing.T, w world) string { return w.withTOTP(t).next(t) }},
			{"e-mail", func(t *testing.T, w world) string {
				f := w.withEmail(t, "ann@example.org")
				if err := w.Authn.SendFactorCode(t.Context(), w.prover(t, w.begin(t, true)), f.ID); err != nil {
					t.Fatal(err)
				}
				return w.mailedCode(t, "ann@example.org")
			}},
			{"recovery", func(t *testing.T, w world) string {
				_, done := w.enrolTOTP(t, w.prover(t, w.begin(t, true)))
				return done.RecoveryCodes[0]
			}},
		} {
			w := newWorld(t, here, fmt.Sprintf("once-%d", i))
			w.settings(t, func(s *iam.Settings) { s.Lockout.FreeFailures, s.Lockout.FreeFailuresOfAddress = 100, 1000 })
			code := tt.code(t, w)
			provers := make([]authn.Prover, uses)
			for i := range provers {
				provers[i] = w.prover(t, w.begin(t, i%2 == 0))
			}
			once(t, tt.name, onNodes(nodes, uses, func(on *apptest.Server, i int) error {
				_, err := on.Authn.ProveFactor(t.Context(), provers[i], "", code)
				return err
			}))
			for _, on := range nodes {
				_, err := on.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, true)), "", code)
				wants(t, tt.name+" once more", err, iam.Invalid, iam.ReasonWrongCode)
			}
		}
	})
}

// TestEarlierStepsAreUsedUp: a code that was not used is not good any more
// either, once a later one was.
func TestEarlierStepsAreUsedUp(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"TOTP": func(t *testing.T, w world) {
		a := w.withTOTP(t)
		earlier := a.next(t)
		w.Clock.Advance(30 * time.Second)
		later := a.code(t)
		for _, code := range []string{later, later, earlier} {
			_, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, true)), "", code)
			if code == later && err == nil {
				later = "" // from now on it must not be
				continue
			}
			wants(t, "used before", err, iam.Invalid, iam.ReasonWrongCode)
		}
	}})
}

// TestGuessingIsStopped: of a thousand wrong codes by any path no more are
// compared than a few, and after them the right one is not either, until the
// lock-out is over.
func TestGuessingIsStopped(t *testing.T) {
	const guesses = 1000
	type guess func(i int) error
	paths := map[string]func(*testing.T, world, phone, iam.Factor) guess{
		"TOTP": func(t *testing.T, w world, a phone, _ iam.Factor) guess {
			p, wrong := w.prover(t, w.begin(t, true)), a.wrong(t)
			return func(int) error { _, err := w.Authn.ProveFactor(t.Context(), p, iam.FactorTOTP, wrong); return err }
		},
		"any kind, without pages": func(t *testing.T, w world, a phone, _ iam.Factor) guess {
			p, wrong := w.prover(t, w.begin(t, false)), a.wrong(t)
			return func(int) error { _, err := w.Authn.ProveFactor(t.Context(), p, "", wrong); return err }
		},
		"recovery": func(t *testing.T, w world, _ phone, _ iam.Factor) guess {
			p := w.prover(t, w.begin(t, true))
			return func(i int) error {
				_, err := w.Authn.ProveFactor(t.Context(), p, "", fmt.Sprintf("abcde-%05d", i))
				return err
			}
		},
		"e-mail, with new codes": func(t *testing.T, w world, a phone, f iam.Factor) guess {
			p, wrong := w.prover(t, w.begin(t, true)), a.wrong(t)
			return func(i int) error {
				if i%4 == 0 {
					_ = w.Authn.SendFactorCode(t.Context(), p, f.ID) // which is limited too
				}
				_, err := w.Authn.ProveFactor(t.Context(), p, iam.FactorEmail, wrong)
				return err
			}
		},
		"checks": func(t *testing.T, w world, a phone, _ iam.Factor) guess {
			b, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, false)), iam.FactorTOTP, a.next(t))
			if err != nil {
				t.Fatal(err)
			}
			p, wrong := w.prover(t, b), a.wrong(t)
			return func(int) error { return w.Authn.CheckCode(t.Context(), p, a.id, wrong) }
		},
		"confirmation of somebody else's address": func(t *testing.T, w world, a phone, _ iam.Factor) guess {
			b, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, true)), iam.FactorTOTP, a.next(t))
			if err != nil {
				t.Fatal(err)
			}
			p := w.prover(t, b)
			f, err := w.Authn.EnrolEmail(t.Context(), p, "stranger@example.net", 0)
			if err != nil {
				t.Fatal(err)
			}
			return func(int) error {
				_, err := w.Authn.ConfirmFactor(t.Context(), p, f.ID, "000000") // no code begins with 0
				return err
			}
		},
		"a new sign-in each time": func(t *testing.T, w world, a phone, _ iam.Factor) guess {
			wrong := a.wrong(t)
			return func(int) error {
				b, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "ann", Password: phrase, Pages: true}, from)
				if err != nil {
					return err
				}
				_, err = w.Authn.ProveFactor(t.Context(), w.prover(t, b), iam.FactorTOTP, wrong)
				return err
			}
		},
	}
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		n := 0
		for name, path := range paths {
			n++
			w := newWorld(t, s, fmt.Sprintf("guess-%d", n))
			t.Run(name, func(t *testing.T) {
				// So long that real time, which goes on meanwhile, does not count.
				w.settings(t, func(s *iam.Settings) { s.Lockout.Delay = s.Lockout.MaxDelay })
				f := w.withEmail(t, "ann@example.org")
				w.Clock.Advance(time.Minute)
				if err := w.Authn.SendFactorCode(t.Context(), w.prover(t, w.begin(t, true)), f.ID); err != nil {
					t.Fatal(err)
				}
				a, _ := w.enrolTOTP(t, w.prover(t, w.proveByMail(t, "ann@example.org")))
				try := path(t, w, a, f)
				heard := 0
				for i := range guesses {
					switch err := try(i); {
					case iam.Is(err, iam.Invalid):
						heard++
					case !iam.Is(err, iam.RateLimited):
						t.Fatalf("guess %d: %v", i, err)
					}
				}
				if heard < 5 || heard > 6 {
					t.Errorf("%d of %d guesses were compared", heard, guesses)
				}
				_, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "ann", Password: phrase, Pages: true}, from)
				wants(t, "the right password, while it is locked", err, iam.RateLimited, "")
				w.Clock.Advance(time.Hour)
				if b, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, true)), iam.FactorTOTP, a.code(t)); err != nil || !b.Done() {
					t.Errorf("after the lock-out: %v", err)
				}
			})
		}
	})
}

// change is a way to change the factors of a user, or how they sign in.
type change struct {
	name string
	do   func(authn.Prover) error
}

// changes are all of them, for a user who has a TOTP factor.
func (w world) changes(t *testing.T, a phone) []change {
	ctx := t.Context()
	return []change{
		{"enrol TOTP", func(p authn.Prover) error { _, err := w.Authn.EnrolTOTP(ctx, p, "", 0); return err }},
		{"enrol e-mail", func(p authn.Prover) error { _, err := w.Authn.EnrolEmail(ctx, p, "me@example.net", 0); return err }},
		{"enrol a passkey", func(p authn.Prover) error { _, err := w.Authn.BeginPasskeyEnrolment(ctx, p); return err }},
		{"remove", func(p authn.Prover) error { return w.Authn.RemoveFactor(ctx, p, a.id) }},
		{"new recovery codes", func(p authn.Prover) error { _, err := w.Authn.NewRecoveryCodes(ctx, p); return err }},
	}
}

// TestFactorCannotBeLeft: who has proved a password only, and has to prove a
// factor, can do nothing else: not set up another, not remove it, not set a
// password, by no path.
func TestFactorCannotBeLeft(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"the factor is to be proved": func(t *testing.T, w world) {
			ctx := t.Context()
			// Begun before the user signed out and forgot it.
			own := w.prover(t, w.begin(t, true))
			a, _ := w.enrolTOTP(t, own)
			waiting, err := w.Authn.EnrolTOTP(ctx, own, "", time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			passkey, err := w.Authn.BeginPasskeyEnrolment(ctx, own)
			if err != nil {
				t.Fatal(err)
			}
			for _, pages := range []bool{true, false} {
				p := w.prover(t, w.begin(t, pages))
				second := phone{w, waiting.Factor.ID, waiting.Secret}
				for _, c := range append(w.changes(t, a), []change{
					{"rename", func(p authn.Prover) error { return w.Authn.RenameFactor(ctx, p, a.id, "mine") }},
					{"confirm", func(p authn.Prover) error {
						_, err := w.Authn.ConfirmFactor(ctx, p, second.id, second.code(t))
						return err
					}},
					{"remove what is not confirmed", func(p authn.Prover) error { return w.Authn.RemoveFactor(ctx, p, second.id) }},
					{"finish a passkey", func(p authn.Prover) error {
						_, err := w.Authn.FinishPasskeyEnrolment(ctx, p, passkey.ID, "", []byte("{}"))
						return err
					}},
					{"check a code", func(p authn.Prover) error { return w.Authn.CheckCode(ctx, p, a.id, a.code(t)) }},
					{"set a password", func(p authn.Prover) error { _, err := w.Authn.SetPassword(ctx, p, "another good phrase"); return err }},
				}...) {
					wants(t, c.name, c.do(p), iam.Precondition, "")
				}
				for _, again := range []authn.Prover{p, w.prover(t, w.begin(t, pages))} {
					if got := again.Session().Pending; !slices.Equal(got, []iam.Step{iam.StepFactor}) {
						t.Errorf("steps %v", got)
					}
				}
			}
		},
		"a factor is to be set up, and the user has got one meanwhile": func(t *testing.T, w world) {
			ctx := t.Context()
			w.settings(t, func(s *iam.Settings) { s.Factor.Required = true })
			// Somebody who knows the password has begun to set up a factor.
			other := w.begin(t, true)
			theirs := w.prover(t, other)
			waiting, err := w.Authn.EnrolTOTP(ctx, theirs, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			passkey, err := w.Authn.BeginPasskeyEnrolment(ctx, theirs)
			if err != nil {
				t.Fatal(err)
			}
			// The user sets up theirs, which takes the place of that.
			own := w.prover(t, w.begin(t, true))
			a, _ := w.enrolTOTP(t, own)
			stranger := phone{w, waiting.Factor.ID, waiting.Secret}
			if _, err := w.Authn.ConfirmFactor(ctx, theirs, stranger.id, stranger.code(t)); !iam.Is(err, iam.NotFound) {
				t.Errorf("confirmed beside the user's own: %v", err)
			}
			device := newDevice()
			_, err = w.Authn.FinishPasskeyEnrolment(ctx, theirs, passkey.ID, "", device.create(t, passkey))
			refused(t, "a passkey beside the user's own", err)
			for _, c := range w.changes(t, a) {
				if err := c.do(theirs); !iam.Is(err, iam.Unauthenticated) && !iam.Is(err, iam.Precondition) {
					t.Errorf("%s: %v", c.name, err)
				}
			}
			factors, err := w.Authn.FactorsOf(ctx, w.by, w.ann.User.ID)
			if active := slices.DeleteFunc(factors, func(f iam.Factor) bool { return !f.Active }); err != nil || len(active) != 1 || active[0].ID != a.id {
				t.Errorf("factors %+v, %v", factors, err)
			}
		},
	})
}

// TestPasswordIsNoFactor: a session that was begun by a password alone, before
// the user had a factor, can change nothing once there is one, however recent
// it is.
func TestPasswordIsNoFactor(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"changes": func(t *testing.T, w world) {
		ctx := t.Context()
		for _, pages := range []bool{true, false} {
			theirs := w.prover(t, w.begin(t, pages))
			passkey, err := w.Authn.BeginPasskeyEnrolment(ctx, theirs)
			if err != nil {
				t.Fatal(err)
			}
			a := w.withTOTP(t)
			for _, c := range w.changes(t, a) {
				wants(t, c.name, c.do(theirs), iam.Precondition, iam.ReasonReauth)
			}
			_, err = w.Authn.FinishPasskeyEnrolment(ctx, theirs, passkey.ID, "", newDevice().create(t, passkey))
			wants(t, "a passkey that was begun before", err, iam.Precondition, iam.ReasonReauth)
			if err := w.Authn.ResetFactors(ctx, w.by, w.ann.User.ID); err != nil {
				t.Fatal(err)
			}
		}
	}})
}

// TestChangesNeedProof: whatever changes factors asks for a recent sign-in on
// pages, and elsewhere for a code that was just checked.
func TestChangesNeedProof(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"on pages": func(t *testing.T, w world) {
			a := w.withTOTP(t)
			b, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, true)), "", a.next(t))
			if err != nil {
				t.Fatal(err)
			}
			p := w.prover(t, b)
			w.Clock.Advance(16 * time.Minute)
			for _, c := range w.changes(t, a) {
				wants(t, c.name+", long after the sign-in", c.do(p), iam.Precondition, iam.ReasonReauth)
			}
			again, err := w.Authn.Reauthenticate(t.Context(), p, phrase)
			if err != nil || again.Done() {
				t.Fatalf("the password alone is enough: %v", err)
			}
			again, err = w.Authn.ProveFactor(t.Context(), w.prover(t, again), "", a.code(t))
			if err != nil {
				t.Fatal(err)
			}
			w.changed(t, a, w.prover(t, again))
		},
		"on pages, by a code": func(t *testing.T, w world) {
			a := w.withTOTP(t)
			b, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, true)), "", a.next(t))
			if err != nil {
				t.Fatal(err)
			}
			p := w.prover(t, b)
			w.Clock.Advance(16 * time.Minute)
			if err := w.Authn.CheckCode(t.Context(), p, a.id, a.code(t)); err != nil {
				t.Fatal(err)
			}
			w.changed(t, a, p)
		},
		"without pages": func(t *testing.T, w world) {
			a := w.withTOTP(t)
			used := a.next(t)
			b, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, false)), "", used)
			if err != nil {
				t.Fatal(err)
			}
			p, other := w.prover(t, b), w.prover(t, w.begin(t, false))
			for _, c := range w.changes(t, a) {
				wants(t, c.name+", just after the sign-in", c.do(p), iam.Precondition, iam.ReasonReauth)
			}
			err = w.Authn.CheckCode(t.Context(), p, a.id, used)
			wants(t, "the code that was used to sign in", err, iam.Invalid, iam.ReasonWrongCode)
			if err := w.Authn.CheckCode(t.Context(), p, a.id, a.next(t)); err != nil {
				t.Fatal(err)
			}
			b, err = w.Authn.ProveFactor(t.Context(), other, "", a.next(t))
			if err != nil {
				t.Fatal(err)
			}
			other = w.prover(t, b)
			for _, c := range w.changes(t, a) {
				wants(t, c.name+", on another session than the code", c.do(other), iam.Precondition, iam.ReasonReauth)
			}
			w.Clock.Advance(2 * time.Minute) // of the five
			w.changed(t, a, p)
		},
		"without pages, too late": func(t *testing.T, w world) {
			a := w.withTOTP(t)
			b, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, false)), "", a.next(t))
			if err != nil {
				t.Fatal(err)
			}
			p := w.prover(t, b)
			if err := w.Authn.CheckCode(t.Context(), p, a.id, a.next(t)); err != nil {
				t.Fatal(err)
			}
			w.Clock.Advance(5 * time.Minute)
			for _, c := range w.changes(t, a) {
				wants(t, c.name, c.do(p), iam.Precondition, iam.ReasonReauth)
			}
		},
	})
}

// changed makes every change, removal last.
func (w world) changed(t *testing.T, a phone, p authn.Prover) {
	t.Helper()
	all := w.changes(t, a)
	slices.SortStableFunc(all, func(x, y change) int {
		return strings.Compare(fmt.Sprint(x.name == "remove"), fmt.Sprint(y.name == "remove"))
	})
	for _, c := range all {
		if err := c.do(p); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestNoSecretIsToldTwice: secrets and codes are in none of the events, lists
// and logs.
func TestNoSecretIsToldTwice(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		w := newWorld(t, s, "secrets")
		ctx := t.Context()
		a, done := w.enrolTOTP(t, w.prover(t, w.begin(t, true)))
		secrets := append([]string{a.secret}, done.RecoveryCodes...)
		wrong, right := a.wrong(t), a.next(t)
		p := w.prover(t, w.begin(t, true))
		for _, code := range []string{wrong, "zzzzz-zzzzz", done.RecoveryCodes[1][1:], right} {
			if _, err := w.Authn.ProveFactor(ctx, p, "", code); err != nil && strings.Contains(err.Error(), code) {
				t.Errorf("%q repeats the code", err)
			}
			secrets = append(secrets, code)
		}
		b, err := w.Authn.ProveFactor(ctx, w.prover(t, w.begin(t, true)), "", done.RecoveryCodes[0])
		if err != nil {
			t.Fatal(err)
		}
		p = w.prover(t, b)
		fresh, err := w.Authn.NewRecoveryCodes(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		f, err := w.Authn.EnrolEmail(ctx, p, "ann@example.org", 0)
		if err != nil {
			t.Fatal(err)
		}
		code := w.mailedCode(t, "ann@example.org")
		if _, err := w.Authn.ConfirmFactor(ctx, p, f.ID, code); err != nil {
			t.Fatal(err)
		}
		secrets = append(append(secrets, fresh...), code)

		events, err := w.Audit.Events(ctx, w.by, audit.Filter{}, iam.Page{})
		if err != nil {
			t.Fatal(err)
		}
		logins, err := w.Authn.LoginEvents(ctx, w.by, "", iam.Page{})
		if err != nil {
			t.Fatal(err)
		}
		factors, err := w.Authn.FactorsOf(ctx, w.by, w.ann.User.ID)
		if err != nil {
			t.Fatal(err)
		}
		places := map[string]string{"the trail": fmt.Sprintf("%+v", events.Items), "login events": fmt.Sprintf("%+v", logins.Items),
			"factors": fmt.Sprintf("%+v", factors), "the log": s.Log.String()}
		for place, text := range places {
			// Ids, times and addresses have digits too: a code stands alone.
			for _, secret := range secrets {
				if slices.Contains(strings.FieldsFunc(text, separates), secret) {
					t.Errorf("%q is in %s", secret, place)
				}
			}
		}
		if len(events.Items) < 5 || len(logins.Items) < 5 {
			t.Errorf("%d events, %d attempts", len(events.Items), len(logins.Items))
		}
	})
}

// separates reports whether a character stands between words.
func separates(r rune) bool { return strings.ContainsRune(" \t\n\"'=:;,.[]{}()<>/&?", r) }
