package authn_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// begin proves Ann's password, on pages or not.
func (w world) begin(t *testing.T, pages bool) authn.Begun {
	t.Helper()
	b, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "ann", Password: phrase, Pages: pages}, from)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// prover answers who a session is of, to take its steps or to change factors.
func (w world) prover(t *testing.T, b authn.Begun) authn.Prover {
	t.Helper()
	p, err := w.Authn.PendingSession(t.Context(), b.Tenant, b.ID, from)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wants demands an error of a kind, with a reason.
func wants(t *testing.T, what string, err error, kind iam.Kind, reason iam.Reason) {
	t.Helper()
	if e, ok := errors.AsType[*iam.Error](err); !ok || e.Kind != kind || e.Code != reason {
		t.Errorf("%s: %v, want %v, %q", what, err, kind, reason)
	}
}

// phone is an authenticator app that knows a secret.
type phone struct {
	world
	id     iam.FactorID
	secret string
}

// code is what the app shows now.
func (a phone) code(t *testing.T) string {
	t.Helper()
	code, err := totp.GenerateCode(a.secret, a.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// wrong is a code that the app does not show, nor has just shown or will.
func (a phone) wrong(t *testing.T) string {
	t.Helper()
	var near []string
	for _, d := range []time.Duration{-time.Minute, -30 * time.Second, 0, 30 * time.Second, time.Minute} {
		code, err := totp.GenerateCode(a.secret, a.Clock.Now().Add(d))
		if err != nil {
			t.Fatal(err)
		}
		near = append(near, code)
	}
	for _, code := range []string{"000000", "111111", "222222", "333333", "444444", "555555"} {
		if !slices.Contains(near, code) {
			return code
		}
	}
	panic("unreachable")
}

// next waits until the app shows a code that was not used.
func (a phone) next(t *testing.T) string {
	t.Helper()
	a.Clock.Advance(90 * time.Second)
	return a.code(t)
}

// enrolTOTP sets up an authenticator app, and answers what came of it too.
func (w world) enrolTOTP(t *testing.T, p authn.Prover) (phone, authn.Enrolled) {
	t.Helper()
	e, err := w.Authn.EnrolTOTP(t.Context(), p, "Phone", 0)
	if err != nil {
		t.Fatal(err)
	}
	a := phone{w, e.Factor.ID, e.Secret}
	done, err := w.Authn.ConfirmFactor(t.Context(), p, e.Factor.ID, a.code(t))
	if err != nil {
		t.Fatal(err)
	}
	return a, done
}

// withTOTP gives Ann an authenticator app.
func (w world) withTOTP(t *testing.T) phone {
	t.Helper()
	a, _ := w.enrolTOTP(t, w.prover(t, w.begin(t, true)))
	return a
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// mails answers the mails of a kind to an address, latest first.
func (w world) mails(t *testing.T, to string, kind iam.MessageKind) []notice.Mail {
	t.Helper()
	l, err := w.Notice.Mails(t.Context(), iam.System(w.tenant.ID, "test"), notice.Filter{To: to}, iam.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(l.Items, func(m notice.Mail) bool { return m.Kind != kind })
}

// mailedCode is the code in the latest mail to an address.
func (w world) mailedCode(t *testing.T, to string) string {
	t.Helper()
	mails := w.mails(t, to, iam.MessageFactorCode)
	if len(mails) == 0 {
		t.Fatalf("no code was mailed to %s", to)
	}
	_, text, err := w.Notice.Read(t.Context(), iam.System(w.tenant.ID, "test"), mails[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return sixDigits.FindString(text.Text)
}

// withEmail gives Ann a factor of codes to an address.
func (w world) withEmail(t *testing.T, address string) iam.Factor {
	t.Helper()
	p := w.prover(t, w.begin(t, true))
	f, err := w.Authn.EnrolEmail(t.Context(), p, address, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Authn.ConfirmFactor(t.Context(), p, f.ID, w.mailedCode(t, address)); err != nil {
		t.Fatal(err)
	}
	return f
}

// settings changes those of the tenant.
func (w world) settings(t *testing.T, change func(*iam.Settings)) {
	t.Helper()
	if _, err := w.Tenancy.ChangeSettings(t.Context(), iam.System(w.tenant.ID, "test"), change); err != nil {
		t.Fatal(err)
	}
}

// lastLogin is the latest attempt in the tenant.
func (w world) lastLogin(t *testing.T) iam.LoginEvent {
	t.Helper()
	l, err := w.Authn.LoginEvents(t.Context(), w.by, "", iam.Page{Limit: 1})
	if err != nil || len(l.Items) == 0 {
		t.Fatal(l, err)
	}
	return l.Items[0]
}

func TestTOTP(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"from the first factor to the last": func(t *testing.T, w world) {
			ctx := t.Context()
			b := w.begin(t, true)
			if !b.Done() {
				t.Fatalf("steps %v without a factor", b.Pending)
			}
			a, done := w.enrolTOTP(t, w.prover(t, b))
			if len(done.RecoveryCodes) != 10 || done.Cookie != "" || !done.Factor.Active || done.Factor.Name != "Phone" {
				t.Errorf("confirmed: %d recovery codes, a session %v, factor %+v", len(done.RecoveryCodes), done.Cookie != "", done.Factor)
			}
			if n := len(w.mails(t, w.ann.User.Email, iam.MessageFactorChanged)); w.ann.User.Email != "" && n != 1 {
				t.Errorf("%d notices", n)
			}

			b = w.begin(t, true)
			if !slices.Equal(b.Pending, []iam.Step{iam.StepFactor}) {
				t.Fatalf("steps %v with a factor", b.Pending)
			}
			if _, _, err := w.Authn.Browser(ctx, b.Cookie, from); !iam.Is(err, iam.Unauthenticated) {
				t.Errorf("half a sign-in passes: %v", err)
			}
			p := w.prover(t, b)
			_, err := w.Authn.ProveFactor(ctx, p, iam.FactorTOTP, a.wrong(t))
			wants(t, "a wrong code", err, iam.Invalid, iam.ReasonWrongCode)
			if e := w.lastLogin(t); e.Result != iam.LoginFailure || e.Method != iam.MethodOTP || e.User != w.ann.User.ID || e.Reason == "" {
				t.Errorf("recorded %+v", e)
			}
			_, err = w.Authn.ProveFactor(ctx, p, iam.FactorEmail, a.next(t))
			wants(t, "a code of another kind", err, iam.Invalid, iam.ReasonWrongCode)
			b, err = w.Authn.ProveFactor(ctx, p, "", a.code(t))
			if err != nil || !b.Done() || !slices.Equal(b.Methods, []iam.AuthMethod{iam.MethodPassword, iam.MethodOTP}) {
				t.Fatalf("proved: %+v, %v", b.Session, err)
			}
			if _, _, err := w.Authn.Browser(ctx, b.Cookie, from); err != nil {
				t.Errorf("a whole sign-in does not pass: %v", err)
			}
			_, err = w.Authn.ProveFactor(ctx, w.prover(t, b), "", a.next(t))
			wants(t, "there is no step to take", err, iam.Precondition, "")

			p = w.prover(t, b)
			if err := w.Authn.RenameFactor(ctx, p, a.id, "Old phone"); err != nil {
				t.Error(err)
			}
			factors, err := w.Authn.Factors(ctx, p)
			if err != nil || len(factors) != 1 || factors[0].Name != "Old phone" || factors[0].LastUsed.IsZero() {
				t.Errorf("factors %+v, %v", factors, err)
			}
			if err := w.Authn.RemoveFactor(ctx, p, a.id); err != nil {
				t.Error(err)
			}
			if n, err := w.Authn.RecoveryCodesLeft(ctx, p); n != 0 || err != nil {
				t.Errorf("%d recovery codes without a factor, %v", n, err)
			}
			if b := w.begin(t, true); !b.Done() {
				t.Errorf("steps %v after the factor was removed", b.Pending)
			}
		},
		"a factor not confirmed": func(t *testing.T, w world) {
			ctx := t.Context()
			p := w.prover(t, w.begin(t, true))
			e, err := w.Authn.EnrolTOTP(ctx, p, "", 5*time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			first := phone{w, e.Factor.ID, e.Secret}
			if b := w.begin(t, true); !b.Done() {
				t.Errorf("a factor that is not confirmed is asked for: %v", b.Pending)
			}
			err = w.Authn.CheckCode(ctx, p, e.Factor.ID, first.code(t))
			wants(t, "it proves nothing", err, iam.NotFound, "")
			_, err = w.Authn.ConfirmFactor(ctx, p, e.Factor.ID, first.wrong(t))
			wants(t, "confirmed by a wrong code", err, iam.Invalid, iam.ReasonWrongCode)

			again, err := w.Authn.EnrolTOTP(ctx, p, "", 5*time.Minute)
			if err != nil || again.Secret == e.Secret {
				t.Fatal(err)
			}
			_, err = w.Authn.ConfirmFactor(ctx, p, e.Factor.ID, first.code(t))
			wants(t, "the one that was begun before", err, iam.NotFound, "")
			w.Clock.Advance(5 * time.Minute)
			second := phone{w, again.Factor.ID, again.Secret}
			_, err = w.Authn.ConfirmFactor(ctx, p, again.Factor.ID, second.code(t))
			wants(t, "too late", err, iam.NotFound, "")
			if factors, err := w.Authn.Factors(ctx, p); len(factors) != 0 || err != nil {
				t.Errorf("factors %+v, %v", factors, err)
			}
		},
		"API sign-ins": func(t *testing.T, w world) {
			a := w.withTOTP(t)
			_, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, from)
			wants(t, "by the password alone", err, iam.Unauthenticated, iam.ReasonBadPassword)
			_, err = w.Authn.Password(t.Context(), w.tenant.ID, "ann", phrase, from)
			wants(t, "by the password in each request", err, iam.Unauthenticated, iam.ReasonBadPassword)
			b, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, false)), iam.FactorTOTP, a.next(t))
			if err != nil || !b.Done() || b.Cookie != "" {
				t.Fatalf("%+v, %v", b.Session, err)
			}
			w.session(t, w.token(t, b.Session))
		},
		"names": func(t *testing.T, w world) {
			p := w.prover(t, w.begin(t, true))
			for _, name := range []string{strings.Repeat("x", 101), "a\x00b", "a\u202eb"} {
				if _, err := w.Authn.EnrolTOTP(t.Context(), p, name, 0); !iam.Is(err, iam.Invalid) {
					t.Errorf("name %q: %v", name, err)
				}
			}
		},
	})
}

func TestEmailFactor(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"prove": func(t *testing.T, w world) {
			ctx, address := t.Context(), "ann@example.org"
			f := w.withEmail(t, address)
			p := w.prover(t, w.begin(t, true))
			factors, err := w.Authn.Factors(ctx, p)
			if err != nil || len(factors) != 1 || factors[0].Email != "a...@example.org" {
				t.Errorf("who has not proved the factor sees %+v, %v", factors, err)
			}
			_, err = w.Authn.ProveFactor(ctx, p, iam.FactorEmail, "123456")
			wants(t, "no code was asked for", err, iam.Invalid, iam.ReasonWrongCode)
			if err := w.Authn.SendFactorCode(ctx, p, f.ID); err != nil {
				t.Fatal(err)
			}
			void := w.mailedCode(t, address)
			if err := w.Authn.SendFactorCode(ctx, p, f.ID); err != nil {
				t.Fatal(err)
			}
			code := w.mailedCode(t, address)
			if void != code {
				_, err = w.Authn.ProveFactor(ctx, p, iam.FactorEmail, void)
				wants(t, "the code before", err, iam.Invalid, iam.ReasonWrongCode)
			}
			b, err := w.Authn.ProveFactor(ctx, p, iam.FactorEmail, code[:3]+" "+code[3:])
			if err != nil || !slices.Equal(b.Methods, []iam.AuthMethod{iam.MethodPassword, iam.MethodEmail}) {
				t.Fatalf("%+v, %v", b.Session, err)
			}
			if factors, err := w.Authn.Factors(ctx, w.prover(t, b)); err != nil || factors[0].Email != address {
				t.Errorf("who is signed in sees %+v, %v", factors, err)
			}
			p = w.prover(t, w.begin(t, true))
			_, err = w.Authn.ProveFactor(ctx, p, iam.FactorEmail, code)
			wants(t, "the same code again", err, iam.Invalid, iam.ReasonWrongCode)
		},
		"codes expire, and wear out": func(t *testing.T, w world) {
			ctx, address := t.Context(), "ann@example.org"
			f := w.withEmail(t, address)
			w.settings(t, func(s *iam.Settings) { s.Lockout.FreeFailures = 50 })
			p := w.prover(t, w.begin(t, true))
			if err := w.Authn.SendFactorCode(ctx, p, f.ID); err != nil {
				t.Fatal(err)
			}
			code := w.mailedCode(t, address)
			for range 5 {
				_, err := w.Authn.ProveFactor(ctx, p, "", "000000")
				wants(t, "a wrong code", err, iam.Invalid, iam.ReasonWrongCode)
			}
			_, err := w.Authn.ProveFactor(ctx, p, "", code)
			wants(t, "the right code after five wrong ones", err, iam.Invalid, iam.ReasonWrongCode)

			if err := w.Authn.SendFactorCode(ctx, p, f.ID); err != nil {
				t.Fatal(err)
			}
			code = w.mailedCode(t, address)
			w.Clock.Advance(10 * time.Minute)
			_, err = w.Authn.ProveFactor(ctx, w.prover(t, w.begin(t, true)), "", code)
			wants(t, "the right code too late", err, iam.Invalid, iam.ReasonWrongCode)
		},
		"a mailbox is not filled": func(t *testing.T, w world) {
			ctx, address := t.Context(), "ann@example.org"
			f := w.withEmail(t, address)
			p := w.prover(t, w.begin(t, true))
			sent := 0
			for range 30 {
				if err := w.Authn.SendFactorCode(ctx, p, f.ID); err == nil {
					sent++
				} else {
					wants(t, "another code", err, iam.RateLimited, "")
				}
			}
			if n := len(w.mails(t, address, iam.MessageFactorCode)); sent > 10 || n != sent+1 {
				t.Errorf("%d codes were sent, %d mails are there", sent, n)
			}
			p = w.prover(t, w.proveByMail(t, address))
			for range 30 {
				if _, err := w.Authn.EnrolEmail(ctx, p, "stranger@example.net", 0); err != nil {
					wants(t, "another address", err, iam.RateLimited, "")
				}
			}
			if n := len(w.mails(t, "stranger@example.net", iam.MessageFactorCode)); n > 10 {
				t.Errorf("%d mails to a stranger", n)
			}
		},
		"no address": func(t *testing.T, w world) {
			p := w.prover(t, w.begin(t, true))
			for _, address := range []string{"", "ann", "Ann <ann@example.org>", "ann@example.org\r\nBcc: all@example.org"} {
				if _, err := w.Authn.EnrolEmail(t.Context(), p, address, 0); !iam.Is(err, iam.Invalid) {
					t.Errorf("%q: %v", address, err)
				}
			}
		},
	})
}

// proveByMail signs Ann in with the code that was mailed last.
func (w world) proveByMail(t *testing.T, address string) authn.Begun {
	t.Helper()
	b, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, true)), iam.FactorEmail, w.mailedCode(t, address))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRecovery(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"codes": func(t *testing.T, w world) {
			ctx := t.Context()
			_, done := w.enrolTOTP(t, w.prover(t, w.begin(t, true)))
			codes := done.RecoveryCodes
			b, err := w.Authn.ProveFactor(ctx, w.prover(t, w.begin(t, true)), "", strings.ToUpper(strings.ReplaceAll(codes[3], "-", "")))
			if err != nil || !b.Done() || !slices.Contains(b.Methods, iam.MethodRecovery) {
				t.Fatalf("%+v, %v", b.Session, err)
			}
			p := w.prover(t, b)
			if n, err := w.Authn.RecoveryCodesLeft(ctx, p); n != 9 || err != nil {
				t.Errorf("%d left, %v", n, err)
			}
			half := w.prover(t, w.begin(t, true))
			_, err = w.Authn.ProveFactor(ctx, half, "", codes[3])
			wants(t, "the same again", err, iam.Invalid, iam.ReasonWrongCode)
			_, err = w.Authn.ProveFactor(ctx, half, iam.FactorTOTP, codes[4])
			wants(t, "where a code of the app is asked for", err, iam.Invalid, iam.ReasonWrongCode)

			fresh, err := w.Authn.NewRecoveryCodes(ctx, p)
			if err != nil || len(fresh) != 10 {
				t.Fatal(fresh, err)
			}
			_, err = w.Authn.ProveFactor(ctx, half, "", codes[4])
			wants(t, "one of the earlier codes", err, iam.Invalid, iam.ReasonWrongCode)
			if b, err := w.Authn.ProveFactor(ctx, half, "", fresh[0]); err != nil || !b.Done() {
				t.Error(err)
			}
			// Another factor brings no new codes.
			if _, done := w.enrolTOTP(t, p); len(done.RecoveryCodes) != 0 {
				t.Errorf("%d codes with the second factor", len(done.RecoveryCodes))
			}
		},
		"of another user": func(t *testing.T, w world) {
			_, done := w.enrolTOTP(t, w.prover(t, w.begin(t, true)))
			w.NewMember(t, w.tenant, "Bob", "read")
			b, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "bob", Password: phrase, Pages: true}, from)
			if err != nil {
				t.Fatal(err)
			}
			w.enrolTOTP(t, w.prover(t, b))
			b, err = w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "bob", Password: phrase, Pages: true}, from)
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.Authn.ProveFactor(t.Context(), w.prover(t, b), "", done.RecoveryCodes[0])
			wants(t, "Ann's code for Bob", err, iam.Invalid, iam.ReasonWrongCode)
		},
		"without a factor": func(t *testing.T, w world) {
			_, err := w.Authn.NewRecoveryCodes(t.Context(), w.prover(t, w.begin(t, true)))
			wants(t, "there is nothing to recover", err, iam.Precondition, "")
		},
	})
}

func TestResetFactors(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"by an administrator": func(t *testing.T, w world) {
			w.withTOTP(t)
			if err := w.Authn.ResetFactors(t.Context(), w.by, w.ann.User.ID); err != nil {
				t.Fatal(err)
			}
			if factors, err := w.Authn.FactorsOf(t.Context(), w.by, w.ann.User.ID); len(factors) != 0 || err != nil {
				t.Errorf("%v, %v", factors, err)
			}
			if b := w.begin(t, true); !b.Done() {
				t.Errorf("steps %v", b.Pending)
			}
			l, err := w.Audit.Events(t.Context(), w.by, audit.Filter{Action: "user.reset-factors"}, iam.Page{})
			if err != nil || len(l.Items) != 1 || l.Items[0].ObjectID != string(w.ann.User.ID) {
				t.Errorf("%v, %v", l.Items, err)
			}
		},
		"by others": func(t *testing.T, w world) {
			w.withTOTP(t)
			err := w.Authn.ResetFactors(t.Context(), w.ann.Actor(), w.ann.User.ID)
			wants(t, "one's own", err, iam.Denied, iam.ReasonSelf)
			reader := w.NewMember(t, w.tenant, "Reader", "read")
			if err := w.Authn.ResetFactors(t.Context(), reader.Actor(), w.ann.User.ID); !iam.Is(err, iam.Denied) {
				t.Errorf("without the right: %v", err)
			}
			w.NewRole(t, w.tenant, "helpdesk", iam.UsersPassword)
			helpdesk := w.NewMember(t, w.tenant, "Help", "helpdesk")
			if err := w.Authn.ResetFactors(t.Context(), helpdesk.Actor(), w.by.User); !iam.Is(err, iam.Denied) {
				t.Errorf("of somebody with more rights: %v", err)
			}
			err = w.Authn.ResetFactors(t.Context(), w.by, iam.UserID(w.Env().NewID()))
			wants(t, "of nobody", err, iam.NotFound, "")
			if b := w.begin(t, true); b.Done() {
				t.Error("the factor is gone")
			}
		},
	})
}

func TestRequiredFactor(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"by the tenant": func(t *testing.T, w world) {
			w.settings(t, func(s *iam.Settings) { s.Factor.Required = true })
			requiresFactor(t, w)
		},
		"by the user's rules": func(t *testing.T, w world) {
			w.update(t, directory.UserChange{Rules: &iam.UserRules{RequireFactor: true}})
			requiresFactor(t, w)
		},
		"of an allowed kind": func(t *testing.T, w world) {
			ctx := t.Context()
			a := w.withTOTP(t)
			w.settings(t, func(s *iam.Settings) { s.Factor.TOTP, s.Factor.Email, s.Factor.Passkey = false, false, false })
			b, err := w.Authn.ProveFactor(ctx, w.prover(t, w.begin(t, true)), iam.FactorTOTP, a.next(t))
			if err != nil || !b.Done() {
				t.Fatalf("what there is does not work any more: %v", err)
			}
			p := w.prover(t, b)
			_, err = w.Authn.EnrolTOTP(ctx, p, "", 0)
			wants(t, "TOTP", err, iam.Precondition, "")
			_, err = w.Authn.EnrolEmail(ctx, p, "ann@example.org", 0)
			wants(t, "e-mail", err, iam.Precondition, "")
			_, err = w.Authn.BeginPasskeyEnrolment(ctx, p)
			wants(t, "passkey", err, iam.Precondition, "")
		},
	})
}

// requiresFactor: Ann, who needs a factor and has none, sets one up, and cannot
// be without one from then on.
func requiresFactor(t *testing.T, w world) {
	t.Helper()
	ctx := t.Context()
	_, err := w.Authn.SignIn(ctx, w.tenant.ID, "ann", phrase, from)
	wants(t, "by the password alone", err, iam.Unauthenticated, iam.ReasonBadPassword)
	b := w.begin(t, true)
	if !slices.Equal(b.Pending, []iam.Step{iam.StepEnrolFactor}) {
		t.Fatalf("steps %v", b.Pending)
	}
	a, done := w.enrolTOTP(t, w.prover(t, b))
	if !done.Done() || done.Cookie == "" || len(done.RecoveryCodes) != 10 {
		t.Fatalf("session %+v, %d recovery codes", done.Session, len(done.RecoveryCodes))
	}
	if _, _, err := w.Authn.Browser(ctx, done.Cookie, from); err != nil {
		t.Error(err)
	}
	p := w.prover(t, done.Begun)
	err = w.Authn.RemoveFactor(ctx, p, a.id)
	wants(t, "the last one is removed", err, iam.Precondition, iam.ReasonInUse)
	w.enrolTOTP(t, p)
	if err := w.Authn.RemoveFactor(ctx, p, a.id); err != nil {
		t.Errorf("one of two is removed: %v", err)
	}
}
