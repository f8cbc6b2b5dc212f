package authn_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestPasswords(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"policy of the tenant":       testPasswordPolicy,
		"history":                    testPasswordHistory,
		"one's own, with the old":    testChangeOwnPassword,
		"one's own, recently proved": testSetPasswordRecently,
		"by a passkey's way":         testSetPasswordByMail,
		"must change":                testMustChange,
		"expired":                    testExpired,
	})
}

func testPasswordPolicy(t *testing.T, w world) {
	w.settings(t, func(st *iam.Settings) { st.Password.MinDigits, st.Password.MinUpper = 2, 1 })
	p := w.prover(t, w.begin(t, true))
	for pw, ok := range map[string]bool{newPhrase: false, newPhrase + "12": false, "Another good phrase 1": false} {
		_, err1 := w.Authn.ChangeOwnPassword(t.Context(), p, phrase, pw)
		_, err2 := w.Authn.ChangePassword(t.Context(), w.tenant.ID, "ann", phrase, pw, from)
		_, err3 := w.Authn.SetPassword(t.Context(), p, pw)
		for i, err := range []error{err1, err2, err3} {
			if (err == nil) != ok || reasonOf(err) != iam.ReasonWeakPassword {
				t.Errorf("%q: %d: %v", pw, i, err)
			}
		}
	}
	if _, err := w.Authn.ChangeOwnPassword(t.Context(), p, phrase, "Another good phrase 12"); err != nil {
		t.Error(err)
	}
}

// testPasswordHistory: the present password is always refused, and as many
// earlier ones as the tenant remembers.
func testPasswordHistory(t *testing.T, w world) {
	w.settings(t, func(st *iam.Settings) { st.Password.History = 2 })
	nth := func(i int) string { return fmt.Sprint("a good phrase, number ", i) }
	change := func(old, pw string) error {
		_, err := w.Authn.ChangePassword(t.Context(), w.tenant.ID, "ann", old, pw, from)
		return err
	}
	old := phrase
	for i := range 3 {
		if err := change(old, nth(i)); err != nil {
			t.Fatal(err)
		}
		old = nth(i)
	}
	for _, pw := range []string{nth(2), nth(1), nth(0)} {
		wants(t, pw, change(old, pw), iam.Invalid, iam.ReasonSamePassword)
	}
	if err := change(old, phrase); err != nil {
		t.Errorf("one that is not remembered any more: %v", err)
	}
	w.settings(t, func(st *iam.Settings) { st.Password.History = 0 })
	wants(t, "the present one, without a history", change(phrase, phrase), iam.Invalid, iam.ReasonSamePassword)
	if err := change(phrase, nth(2)); err != nil {
		t.Errorf("without a history: %v", err)
	}
}

func testChangeOwnPassword(t *testing.T, w world) {
	ctx := t.Context()
	w.withMailbox(t)
	a := w.withTOTP(t)
	b, err := w.Authn.ProveFactor(ctx, w.prover(t, w.begin(t, true)), "", a.next(t))
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.Authn.ProveFactor(ctx, w.prover(t, w.begin(t, true)), "", a.next(t))
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Hour)
	p := w.prover(t, b)
	_, err = w.Authn.ChangeOwnPassword(ctx, p, "wrong", newPhrase)
	wants(t, "without the present one", err, iam.Unauthenticated, iam.ReasonWrongPassword)
	next, err := w.Authn.ChangeOwnPassword(ctx, p, phrase, newPhrase)
	if err != nil || !next.Done() || !next.Pages || len(next.Methods) != 2 {
		t.Fatalf("%+v, %v", next.Session, err)
	}
	for _, cookie := range []string{b.Cookie, other.Cookie} {
		_, _, err = w.Authn.Browser(ctx, cookie, from)
		refused(t, "a session of before", err)
	}
	if _, _, err := w.Authn.Browser(ctx, next.Cookie, from); err != nil {
		t.Errorf("the session after: %v", err)
	}
	w.noticeToken(t, mailbox, iam.MessagePasswordChanged)
	_, err = w.Authn.ChangeOwnPassword(ctx, p, newPhrase, "a third good phrase")
	if err == nil {
		t.Error("changed in the name of a session that has ended")
	}
}

// testSetPasswordRecently: a password that was proved within ten minutes need
// not be given again.
func testSetPasswordRecently(t *testing.T, w world) {
	p := w.prover(t, w.begin(t, true))
	w.Clock.Advance(10*time.Minute - 5*time.Second)
	p2 := p
	w.Clock.Advance(5 * time.Second)
	_, err := w.Authn.SetPassword(t.Context(), p2, newPhrase)
	wants(t, "ten minutes later", err, iam.Precondition, iam.ReasonReauth)
	if !w.works(t, phrase) {
		t.Error("the password has changed")
	}
	p = w.prover(t, w.begin(t, true))
	w.Clock.Advance(10*time.Minute - 5*time.Second)
	if b, err := w.Authn.SetPassword(t.Context(), p, newPhrase); err != nil || !b.Done() {
		t.Errorf("within ten minutes: %v", err)
	}
	if !w.works(t, newPhrase) {
		t.Error("the password has not changed")
	}
}

// testSetPasswordByMail: who came without the password sets another one only
// where there is none.
func testSetPasswordByMail(t *testing.T, w world) {
	w.withMailbox(t)
	b, err := w.Authn.Reset(t.Context(), w.resetToken(t, "ann"), newPhrase, from)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Authn.SetPassword(t.Context(), w.prover(t, b), "a third good phrase")
	wants(t, "once more", err, iam.Precondition, iam.ReasonReauth)
}

func testMustChange(t *testing.T, w world) {
	w.update(t, directory.UserChange{Password: ptr("weak")})
	b, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "ann", Password: "weak", Pages: true}, from)
	if err != nil || len(b.Pending) != 1 || b.Pending[0] != iam.StepSetPassword {
		t.Fatalf("steps %v, %v", b.Pending, err)
	}
	p := w.prover(t, b)
	_, err = w.Authn.SetPassword(t.Context(), p, "weak")
	wants(t, "the same", err, iam.Invalid, iam.ReasonWeakPassword)
	w.Clock.Advance(9 * time.Minute)
	if b, err = w.Authn.SetPassword(t.Context(), p, newPhrase); err != nil || !b.Done() {
		t.Fatalf("%v, %v", b.Pending, err)
	}
	if b := w.beginWith(t, newPhrase); !b.Done() {
		t.Errorf("and again: %v", b.Pending)
	}
}

func testExpired(t *testing.T, w world) {
	w.settings(t, func(st *iam.Settings) { st.Password.MaxAge = 30 * 24 * time.Hour })
	if b := w.begin(t, true); !b.Done() {
		t.Fatalf("steps %v", b.Pending)
	}
	w.Clock.Advance(30 * 24 * time.Hour)
	b := w.begin(t, true)
	if len(b.Pending) != 1 || b.Pending[0] != iam.StepSetPassword {
		t.Fatalf("steps %v", b.Pending)
	}
	if _, err := w.Authn.SetPassword(t.Context(), w.prover(t, b), newPhrase); err != nil {
		t.Fatal(err)
	}
	if b := w.beginWith(t, newPhrase); !b.Done() {
		t.Errorf("a new one has expired: %v", b.Pending)
	}
}

// beginWith proves a password of Ann's on pages.
func (w world) beginWith(t *testing.T, pw string) authn.Begun {
	t.Helper()
	b, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "ann", Password: pw, Pages: true}, from)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
