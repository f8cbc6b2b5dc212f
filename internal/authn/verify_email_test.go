package authn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestVerifyEmail(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"by code":              testVerifyCode,
		"by link":              testVerifyLink,
		"of a new address":     testVerifyNew,
		"of another by then":   testVerifyOther,
		"guessed":              testVerifyGuessed,
		"one hour":             testVerifyExpiry,
		"one mail a minute":    testVerifyOften,
		"what is no address":   testVerifyInvalid,
		"one code by many":     testVerifyByMany,
		"codes have no zero":   testVerifyDigits,
		"of who may not act":   testVerifyDisabled,
		"not by a reset's way": testVerifyPurpose,
	})
}

// verification asks for a mail, and answers it with the token of its link.
func (w world) verification(t *testing.T, email, to string) (m apptest.Mail, token string) {
	t.Helper()
	if err := w.Authn.SendVerification(t.Context(), w.ann.Actor(), email); err != nil {
		t.Fatal(err)
	}
	m = w.LastMail(t, w.tenant.ID, to)
	if m.Kind != iam.MessageVerifyEmail || len(m.Code) != 6 {
		t.Fatalf("the mail is %q with code %q", m.Kind, m.Code)
	}
	return m, w.tokenIn(t, m, "/verify")
}

func testVerifyCode(t *testing.T, w world) {
	w.withMailbox(t)
	m, token := w.verification(t, "", mailbox)
	if err := w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), " "+m.Code+"\n"); err != nil || !w.account(t).EmailVerified {
		t.Fatalf("%v, %+v", err, w.account(t))
	}
	wants(t, "the code again", w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), m.Code), iam.Invalid, iam.ReasonWrongCode)
	wants(t, "the link besides", w.Authn.ConfirmEmailLink(t.Context(), token, from), iam.Invalid, iam.ReasonWrongCode)
	if strings.Contains(w.Log.String(), m.Code) {
		t.Error("the code is in the log")
	}
}

func testVerifyLink(t *testing.T, w world) {
	w.withMailbox(t)
	m, token := w.verification(t, "", mailbox)
	if err := w.Authn.ConfirmEmailLink(t.Context(), token, from); err != nil || !w.account(t).EmailVerified {
		t.Fatalf("%v, %+v", err, w.account(t))
	}
	wants(t, "the link again", w.Authn.ConfirmEmailLink(t.Context(), token, from), iam.Invalid, iam.ReasonWrongCode)
	wants(t, "the code besides", w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), m.Code), iam.Invalid, iam.ReasonWrongCode)
}

// testVerifyNew: another address is the user's at once, not verified, and who
// reads the mail of the one before is told, and can undo it.
func testVerifyNew(t *testing.T, w world) {
	w.withMailbox(t)
	if err := w.Store.VerifyEmail(t.Context(), w.tenant.ID, w.ann.User.ID, mailbox); err != nil {
		t.Fatal(err)
	}
	m, _ := w.verification(t, "new@example.com", "new@example.com")
	if a := w.account(t); a.Email != "new@example.com" || a.EmailVerified {
		t.Errorf("after the request: %+v", a)
	}
	told := w.noticeToken(t, mailbox, iam.MessageEmailChanged)
	if err := w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), m.Code); err != nil || !w.account(t).EmailVerified {
		t.Errorf("%v, %+v", err, w.account(t))
	}
	if err := w.Authn.NotMeLink(t.Context(), told, from); err != nil {
		t.Fatal(err)
	}
	if a := w.account(t); a.Email != mailbox || a.PasswordHash != "" {
		t.Errorf("after it was undone: %+v", a)
	}
}

// testVerifyOther: what was sent to one address proves no other.
func testVerifyOther(t *testing.T, w world) {
	w.withMailbox(t)
	m, token := w.verification(t, "", mailbox)
	w.update(t, directory.UserChange{Email: ptr("other@example.com")})
	wants(t, "the code", w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), m.Code), iam.Invalid, iam.ReasonWrongCode)
	wants(t, "the link", w.Authn.ConfirmEmailLink(t.Context(), token, from), iam.Invalid, iam.ReasonWrongCode)
	if a := w.account(t); a.EmailVerified || a.Email != "other@example.com" {
		t.Errorf("%+v", a)
	}
}

// testVerifyGuessed: a code wears out, and guessing is blocked besides.
func testVerifyGuessed(t *testing.T, w world) {
	w.settings(t, func(st *iam.Settings) { st.Lockout.FreeFailures = 20 })
	w.withMailbox(t)
	m, _ := w.verification(t, "", mailbox)
	wrong := "000000"
	for range 5 {
		wants(t, "wrong", w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), wrong), iam.Invalid, iam.ReasonWrongCode)
	}
	wants(t, "the code after five wrong ones", w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), m.Code), iam.Invalid, iam.ReasonWrongCode)
	for range 15 {
		wants(t, "wrong", w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), wrong), iam.Invalid, iam.ReasonWrongCode)
	}
	if err := w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), wrong); blocked(t, err) == 0 {
		t.Errorf("after 21: %v", err)
	}
}

func testVerifyExpiry(t *testing.T, w world) {
	w.withMailbox(t)
	m, token := w.verification(t, "", mailbox)
	w.Clock.Advance(time.Hour)
	wants(t, "the code", w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), m.Code), iam.Invalid, iam.ReasonWrongCode)
	wants(t, "the link", w.Authn.ConfirmEmailLink(t.Context(), token, from), iam.Invalid, iam.ReasonWrongCode)
	m, _ = w.verification(t, "", mailbox)
	w.Clock.Advance(time.Hour - 5*time.Second)
	if err := w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), m.Code); err != nil {
		t.Errorf("within the hour: %v", err)
	}
}

// testVerifyOften: neither the address that one has nor any other is flooded.
func testVerifyOften(t *testing.T, w world) {
	w.withMailbox(t)
	m, _ := w.verification(t, "", mailbox)
	for _, email := range []string{"", mailbox, "other@example.com"} {
		if err := w.Authn.SendVerification(t.Context(), w.ann.Actor(), email); blocked(t, err) == 0 {
			t.Errorf("%q: %v", email, err)
		}
	}
	if a := w.account(t); a.Email != mailbox {
		t.Errorf("what was refused has changed %+v", a)
	}
	w.Clock.Advance(time.Minute)
	next, _ := w.verification(t, "", mailbox)
	if m.Code != next.Code {
		wants(t, "the code before", w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), m.Code), iam.Invalid, iam.ReasonWrongCode)
	}
	if err := w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), next.Code); err != nil {
		t.Error(err)
	}
}

func testVerifyInvalid(t *testing.T, w world) {
	if err := w.Authn.SendVerification(t.Context(), w.ann.Actor(), ""); !iam.Is(err, iam.Precondition) {
		t.Errorf("without an address: %v", err)
	}
	for _, email := range []string{"ann", "Ann <ann@example.com>", "ann@example.com\r\nBcc: all@example.com", strings.Repeat("x", 255) + "@example.com"} {
		if err := w.Authn.SendVerification(t.Context(), w.ann.Actor(), email); !iam.Is(err, iam.Invalid) {
			t.Errorf("%q: %v", email, err)
		}
	}
	if a := w.account(t); a.Email != "" {
		t.Errorf("what was refused has changed %+v", a)
	}
}

func testVerifyByMany(t *testing.T, w world) {
	w.settings(t, func(st *iam.Settings) { st.Lockout.FreeFailures = 100 })
	w.withMailbox(t)
	m, _ := w.verification(t, "", mailbox)
	once(t, "the code", onNodes([]*apptest.Server{w.Server}, 50, func(_ *apptest.Server, i int) error {
		return w.Authn.ConfirmEmail(t.Context(), w.ann.Actor(), m.Code)
	}))
}

func testVerifyDigits(t *testing.T, w world) {
	w.withMailbox(t)
	seen := map[string]bool{}
	for range 20 {
		m, _ := w.verification(t, "", mailbox)
		if m.Code[0] < '1' || strings.Trim(m.Code, "0123456789") != "" {
			t.Fatalf("code %q", m.Code)
		}
		seen[m.Code] = true
		w.Clock.Advance(time.Minute)
	}
	if len(seen) < 18 {
		t.Errorf("%d different codes of 20", len(seen))
	}
}

func testVerifyDisabled(t *testing.T, w world) {
	w.withMailbox(t)
	_, token := w.verification(t, "", mailbox)
	w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
	wants(t, "the link", w.Authn.ConfirmEmailLink(t.Context(), token, from), iam.Invalid, iam.ReasonWrongCode)
	if w.account(t).EmailVerified {
		t.Error("the address of a disabled user was verified")
	}
}

// testVerifyPurpose: what proves an address sets no password.
func testVerifyPurpose(t *testing.T, w world) {
	w.withMailbox(t)
	_, token := w.verification(t, "", mailbox)
	w.isVoid(t, "the link that verifies", token)
}
