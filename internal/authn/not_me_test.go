package authn_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestNotMe(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"a sign-in":               testNotMe,
		"a sign-in of another":    testNotMeOther,
		"a change of password":    testNotMeLink,
		"after more changes":      testNotMeAfterMore,
		"a link once, for a week": testNotMeOnce,
		"by many at once":         testNotMeByMany,
	})
}

func testNotMe(t *testing.T, w world) {
	ctx := t.Context()
	theirs := w.begin(t, true)
	mine := w.begin(t, true)
	event := w.loginEvents(t)[0]
	by, _, err := w.Authn.Browser(ctx, mine.Cookie, from)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Authn.NotMe(ctx, by, event.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = w.Authn.Browser(ctx, theirs.Cookie, from)
	refused(t, "the other session", err)
	if _, _, err := w.Authn.Browser(ctx, mine.Cookie, from); err != nil {
		t.Errorf("one's own session: %v", err)
	}
	if b := w.begin(t, true); len(b.Pending) != 1 || b.Pending[0] != iam.StepSetPassword {
		t.Errorf("the next sign-in asks for %v", b.Pending)
	}
}

func testNotMeOther(t *testing.T, w world) {
	w.NewMember(t, w.tenant, "bob")
	if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "bob", phrase, from); err != nil {
		t.Fatal(err)
	}
	for _, id := range []iam.EventID{w.lastLogin(t).ID, iam.EventID(w.Env().NewID()), "no id"} {
		if err := w.Authn.NotMe(t.Context(), w.ann.Actor(), id); !iam.Is(err, iam.NotFound) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if w.account(t).MustChangePassword {
		t.Error("what was refused has changed something")
	}
}

// stolen has somebody who knows Ann's password change it, and answers the link
// of the notice that she gets.
func (w world) stolen(t *testing.T) (session iam.Session, notice string) {
	t.Helper()
	session, err := w.Authn.ChangePassword(t.Context(), w.tenant.ID, "ann", phrase, "the thief's own phrase", from)
	if err != nil {
		t.Fatal(err)
	}
	return session, w.noticeToken(t, mailbox, iam.MessagePasswordChanged)
}

func testNotMeLink(t *testing.T, w world) {
	w.withMailbox(t)
	session, notice := w.stolen(t)
	token := w.token(t, session)
	if err := w.Authn.NotMeLink(t.Context(), notice, from); err != nil {
		t.Fatal(err)
	}
	_, err := w.Authn.Session(t.Context(), token, from)
	refused(t, "the thief's session", err)
	if w.works(t, "the thief's own phrase") || w.works(t, phrase) {
		t.Error("a password works")
	}
	reset := w.tokenIn(t, w.LastMail(t, w.tenant.ID, mailbox), "/reset")
	if b, err := w.Authn.Reset(t.Context(), reset, newPhrase, from); err != nil || !b.Done() {
		t.Errorf("steps %v, %v", b.Pending, err)
	}
}

// testNotMeAfterMore: further changes, of the password and of the address, do
// not void the notice of the first, and lead the way back to the address that
// it was sent to.
func testNotMeAfterMore(t *testing.T, w world) {
	ctx := t.Context()
	w.withMailbox(t)
	session, notice := w.stolen(t)
	thief := w.session(t, w.token(t, session))
	if err := w.Authn.SendVerification(ctx, thief, "thief@example.com"); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if _, err := w.Authn.ChangePassword(ctx, w.tenant.ID, "ann", fmt.Sprint("the thief's own phrase", strings.Repeat("!", i)),
			fmt.Sprint("the thief's own phrase", strings.Repeat("!", i+1)), from); err != nil {
			t.Fatal(err)
		}
	}
	toThief := w.noticeToken(t, "thief@example.com", iam.MessagePasswordChanged)
	if err := w.Authn.NotMeLink(ctx, notice, from); err != nil {
		t.Fatal(err)
	}
	if a := w.account(t); a.Email != mailbox || a.PasswordHash != "" {
		t.Errorf("%+v", a)
	}
	reset := w.tokenIn(t, w.LastMail(t, w.tenant.ID, mailbox), "/reset")
	if _, err := w.Authn.Reset(ctx, reset, newPhrase, from); err != nil {
		t.Errorf("the way back: %v", err)
	}
	wants(t, "the thief's notice", w.Authn.NotMeLink(ctx, toThief, from), iam.Invalid, iam.ReasonWrongCode)
	if a := w.account(t); a.Email != mailbox || !w.works(t, newPhrase) {
		t.Errorf("after the thief's notice: %+v", a)
	}
}

func testNotMeOnce(t *testing.T, w world) {
	w.withMailbox(t)
	_, first := w.stolen(t)
	if err := w.Authn.NotMeLink(t.Context(), first, from); err != nil {
		t.Fatal(err)
	}
	wants(t, "again", w.Authn.NotMeLink(t.Context(), first, from), iam.Invalid, iam.ReasonWrongCode)

	other := newWorld(t, w.Server, w.tenant.Code+"-other")
	other.withMailbox(t)
	_, late := other.stolen(t)
	w.Clock.Advance(7 * 24 * time.Hour)
	wants(t, "a week later", other.Authn.NotMeLink(t.Context(), late, from), iam.Invalid, iam.ReasonWrongCode)
	if !other.works(t, "the thief's own phrase") {
		t.Error("what was refused has changed something")
	}
}

// testNotMeByMany: of many uses of one link one is told that it succeeded, and
// the link that it mails is good.
func testNotMeByMany(t *testing.T, w world) {
	w.withMailbox(t)
	_, notice := w.stolen(t)
	once(t, "the notice", onNodes([]*apptest.Server{w.Server}, 50, func(*apptest.Server, int) error {
		return w.Authn.NotMeLink(t.Context(), notice, from)
	}))
	reset := w.tokenIn(t, w.LastMail(t, w.tenant.ID, mailbox), "/reset")
	if _, err := w.Authn.Reset(t.Context(), reset, newPhrase, from); err != nil {
		t.Errorf("the link that was mailed: %v", err)
	}
}
