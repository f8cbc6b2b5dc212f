package authn_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestReset(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"by name":                  testReset,
		"by address":               testResetByAddress,
		"nobody learns who is who": testResetUnknown,
		"nothing from the request": testResetHostile,
		"tampered with":            testResetTampered,
		"thirty minutes":           testResetExpiry,
		"void by what happens":     testResetVoid,
		"refused password":         testResetPolicy,
		"proves no other address":  testResetOtherAddress,
		"second factor stays":      testResetFactor,
		"one mail a minute":        testResetOften,
		"by many requests":         testResetLimit,
		"not from there":           testResetDoor,
		"run again":                testResetRunAgain,
		"invitation":               testInvite,
		"invitation refused":       testInviteRefused,
	})
}

const newPhrase = "another good phrase"

// isVoid demands that a link does not hold, for reading and for use.
func (w world) isVoid(t *testing.T, what, token string) {
	t.Helper()
	_, _, err := w.Authn.CheckResetLink(t.Context(), token)
	wants(t, what+", checked", err, iam.Invalid, iam.ReasonWrongCode)
	_, err = w.Authn.Reset(t.Context(), token, newPhrase+" of "+what, from)
	wants(t, what+", used", err, iam.Invalid, iam.ReasonWrongCode)
	if err != nil && len(token) > 8 && strings.Contains(err.Error(), token[len(token)-8:]) {
		t.Errorf("%s: %q repeats the link", what, err)
	}
}

func testReset(t *testing.T, w world) {
	ctx := t.Context()
	w.withMailbox(t)
	_, old := w.signIn(t)
	token := w.resetToken(t, " ANN ")
	w.session(t, old) // to ask ends nothing
	for range 10 {    // nor does looking at the link
		if tenant, name, err := w.Authn.CheckResetLink(ctx, token); err != nil || tenant != w.tenant.ID || name != "Ann" {
			t.Fatalf("the link is %v's, %q's, %v", tenant, name, err)
		}
	}
	b, err := w.Authn.Reset(ctx, token, newPhrase, from)
	if err != nil || !b.Done() || !b.Pages || b.Tenant != w.tenant.ID || !slices.Equal(b.Methods, []iam.AuthMethod{iam.MethodEmail}) {
		t.Fatalf("%+v, %v", b.Session, err)
	}
	if by, _, err := w.Authn.Browser(ctx, b.Cookie, from); err != nil || by.User != w.ann.User.ID {
		t.Errorf("the cookie is %+v's, %v", by, err)
	}
	_, err = w.Authn.Session(ctx, old, from)
	refused(t, "the session of before", err)
	if w.works(t, phrase) || !w.works(t, newPhrase) {
		t.Error("the old password works, or the new does not")
	}
	if a := w.account(t); !a.EmailVerified || a.MustChangePassword {
		t.Errorf("after the reset: %+v", a)
	}
	w.isVoid(t, "a used link", token)
	if m := w.LastMail(t, w.tenant.ID, mailbox); m.Kind != iam.MessagePasswordChanged {
		t.Errorf("the last mail is %q", m.Kind)
	}
	l, err := w.Audit.Events(ctx, w.by, audit.Filter{Action: "user.change-password"}, iam.Page{})
	if err != nil || len(l.Items) != 1 || l.Items[0].ActorID != w.ann.User.ID || l.Items[0].Method != iam.MethodEmail {
		t.Errorf("the trail is %+v, %v", l.Items, err)
	}
	secret := token[strings.LastIndexByte(token, '.')+1:]
	if strings.Contains(w.Log.String(), secret) {
		t.Error("the link is in the log")
	}
}

func testResetByAddress(t *testing.T, w world) {
	w.withMailbox(t)
	for _, name := range []string{mailbox, "ann"} {
		w.sendReset(t, name, 0)
		if n := len(w.Mails(t, w.tenant.ID, mailbox)); n != 0 {
			t.Fatalf("%d mails to an address that nobody has verified, for %q", n, name)
		}
	}
	if err := w.Store.VerifyEmail(t.Context(), w.tenant.ID, w.ann.User.ID, mailbox); err != nil {
		t.Fatal(err)
	}
	if _, name, err := w.Authn.CheckResetLink(t.Context(), w.resetToken(t, "ANN@example.com")); err != nil || name != "Ann" {
		t.Errorf("%q, %v", name, err)
	}
}

// sendReset does what the job of a request does, at once.
func (w world) sendReset(t *testing.T, name string, attempts int) {
	t.Helper()
	payload, err := json.Marshal(map[string]any{"Name": name, "From": from})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Authn.Runners()["authn.reset"](t.Context(), w.tenant.ID, iam.Job{Payload: payload, Attempts: attempts}); err != nil {
		t.Fatal(err)
	}
}

// testResetUnknown: the answer is the same for everybody, and only who is there
// and can use it gets a mail.
func testResetUnknown(t *testing.T, w world) {
	for name, change := range map[string]directory.UserChange{
		"disabled":        {State: ptr(iam.UserDisabled), Email: ptr("disabled@example.com")},
		"without address": {},
		"barred":          {Rules: &iam.UserRules{NoPages: true}, Email: ptr("barred@example.com")},
	} {
		u := w.NewMember(t, w.tenant, name).User
		if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: u.ID}, change); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"nobody", "disabled", "without address", "barred", "", "\x00\xff", strings.Repeat("x", 1<<16)} {
		if err := w.Authn.RequestReset(t.Context(), w.tenant.ID, name, from); err != nil {
			t.Errorf("%.20q: %v", name, err)
		}
		w.sendReset(t, iam.Cut(name, 20), 0)
	}
	if err := w.Authn.RequestReset(t.Context(), iam.TenantID(w.Env().NewID()), "ann", from); err != nil {
		t.Errorf("in a tenant that is not there: %v", err)
	}
	if mails := w.Mails(t, w.tenant.ID, ""); len(mails) != 0 {
		t.Errorf("mails: %+v", mails)
	}
}

// testResetHostile: what the request says of itself is in no link.
func testResetHostile(t *testing.T, w world) {
	w.withMailbox(t)
	w.proveMailbox(t)
	hostile := authn.Origin{Dialect: "evil.example", Address: "evil.example", Client: "https://evil.example/reset?token=1", RequestID: "evil.example"}
	m := w.NewMail(t, w.tenant.ID, mailbox, func() {
		if err := w.Authn.RequestReset(t.Context(), w.tenant.ID, "ann", hostile); err != nil {
			t.Fatal(err)
		}
	})
	w.tokenIn(t, m, "/reset")
	if strings.Contains(m.Text+m.HTML+m.Subject, "evil") {
		t.Errorf("the mail repeats the request:\n%s", m.Text)
	}
}

// testResetTampered changes each character of a link.
func testResetTampered(t *testing.T, w world) {
	w.withMailbox(t)
	token := w.resetToken(t, "ann")
	for i := range token {
		c := []byte(token)
		c[i] ^= 1
		if _, _, err := w.Authn.CheckResetLink(t.Context(), string(c)); reasonOf(err) != iam.ReasonWrongCode {
			t.Fatalf("with character %d changed: %v", i, err)
		}
	}
	for _, c := range []string{"", "..", token[:len(token)-1], token + "0", strings.ToUpper(token), " " + token} {
		w.isVoid(t, fmt.Sprintf("%.10q", c), c)
	}
	// The secret of one purpose is worth nothing for another.
	for name, use := range map[string]func(string) error{
		"verify": func(s string) error { return w.Authn.ConfirmEmailLink(t.Context(), s, from) },
		"not me": func(s string) error { return w.Authn.NotMeLink(t.Context(), s, from) },
	} {
		wants(t, name, use(token), iam.Invalid, iam.ReasonWrongCode)
	}
	if _, err := w.Authn.Reset(t.Context(), token, newPhrase, from); err != nil {
		t.Errorf("the link itself: %v", err)
	}
}

func testResetExpiry(t *testing.T, w world) {
	w.withMailbox(t)
	token := w.resetToken(t, "ann")
	w.Clock.Advance(30*time.Minute - 5*time.Second)
	if _, _, err := w.Authn.CheckResetLink(t.Context(), token); err != nil {
		t.Errorf("before: %v", err)
	}
	w.Clock.Advance(5 * time.Second)
	w.isVoid(t, "after", token)
}

// testResetVoid: a link is void when the password was set by whatever way, when
// the user was disabled, also if enabled again, and when a later one was asked for.
func testResetVoid(t *testing.T, w world) {
	for name, happen := range map[string]func(w world){
		"asked again": func(w world) {
			w.Clock.Advance(time.Minute)
			w.resetToken(t, "ann")
		},
		"changed": func(w world) {
			if _, err := w.Authn.ChangePassword(t.Context(), w.tenant.ID, "ann", phrase, newPhrase, from); err != nil {
				t.Fatal(err)
			}
		},
		"set by an administrator": func(w world) { w.update(t, directory.UserChange{Password: ptr("hunter2hunter2")}) },
		"disabled":                func(w world) { w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)}) },
		"disabled and enabled": func(w world) {
			w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
			w.update(t, directory.UserChange{State: ptr(iam.UserEnabled)})
		},
		"deleted": func(w world) {
			if _, err := w.Directory.DeleteUser(t.Context(), w.by, directory.UserKey{ID: w.ann.User.ID}); err != nil {
				t.Fatal(err)
			}
		},
		"tenant disabled": func(w world) { w.setTenant(t, iam.TenantDisabled) },
	} {
		w := newWorld(t, w.Server, w.tenant.Code+"-"+strings.ReplaceAll(name, " ", "-"))
		w.withMailbox(t)
		token := w.resetToken(t, "ann")
		happen(w)
		w.isVoid(t, name, token)
	}
}

func testResetPolicy(t *testing.T, w world) {
	w.withMailbox(t)
	w.settings(t, func(st *iam.Settings) { st.Password.MinLength = 12 })
	token := w.resetToken(t, "ann")
	for pw, reason := range map[string]iam.Reason{"short": iam.ReasonWeakPassword, "elevenchars": iam.ReasonWeakPassword, phrase: iam.ReasonSamePassword} {
		_, err := w.Authn.Reset(t.Context(), token, pw, from)
		wants(t, pw, err, iam.Invalid, reason)
	}
	if a := w.account(t); a.Generation != 1 {
		t.Errorf("what was refused has changed %+v", a)
	}
	if _, err := w.Authn.Reset(t.Context(), token, newPhrase, from); err != nil {
		t.Errorf("the link after a refused password: %v", err)
	}
}

// testResetOtherAddress: a link proves the address that it was sent to, and no
// other that the user has by then.
func testResetOtherAddress(t *testing.T, w world) {
	w.withMailbox(t)
	token := w.resetToken(t, "ann")
	w.update(t, directory.UserChange{Email: ptr("other@example.com")})
	if _, err := w.Authn.Reset(t.Context(), token, newPhrase, from); err != nil {
		t.Fatal(err)
	}
	if a := w.account(t); a.EmailVerified || a.Email != "other@example.com" {
		t.Errorf("after the reset: %+v", a)
	}
}

func testResetFactor(t *testing.T, w world) {
	w.withMailbox(t)
	a := w.withTOTP(t)
	b, err := w.Authn.Reset(t.Context(), w.resetToken(t, "ann"), newPhrase, from)
	if err != nil || !slices.Equal(b.Pending, []iam.Step{iam.StepFactor}) {
		t.Fatalf("steps %v, %v", b.Pending, err)
	}
	_, _, err = w.Authn.Browser(t.Context(), b.Cookie, from)
	refused(t, "without the factor", err)
	if done, err := w.Authn.ProveFactor(t.Context(), w.prover(t, b), "", a.next(t)); err != nil || !done.Done() {
		t.Errorf("with the factor: %v, %v", done.Pending, err)
	}
}

func testResetOften(t *testing.T, w world) {
	w.withMailbox(t)
	w.proveMailbox(t)
	for range 5 {
		w.sendReset(t, "ann", 1)
	}
	if n := len(w.Mails(t, w.tenant.ID, mailbox)); n != 1 {
		t.Errorf("%d mails at once", n)
	}
	w.Clock.Advance(time.Minute)
	w.sendReset(t, "ann", 1)
	if n := len(w.Mails(t, w.tenant.ID, mailbox)); n != 2 {
		t.Errorf("%d mails after a minute", n)
	}
}

// testResetLimit: one address cannot ask for ever.
func testResetLimit(t *testing.T, w world) {
	n := 0
	for ; n < 200; n++ {
		if err := w.Authn.RequestReset(t.Context(), w.tenant.ID, fmt.Sprint("user", n), from); err != nil {
			if blocked(t, err) == 0 {
				t.Fatal(err)
			}
			break
		}
	}
	if n != 51 {
		t.Errorf("%d requests were taken", n)
	}
	if !w.works(t, phrase) {
		t.Error("and now nobody can sign in from there")
	}
}

func testResetDoor(t *testing.T, w world) {
	w.withMailbox(t)
	token := w.resetToken(t, "ann")
	w.setRules(t, iam.UserRules{Pages: iam.SourceRule{On: true, Sources: []iam.Source{{Type: iam.SourceIP, Value: "198.51.100.0/24"}}}})
	_, err := w.Authn.Reset(t.Context(), token, newPhrase, from)
	wants(t, "from where one may not come", err, iam.Invalid, iam.ReasonWrongCode)
	if e := w.lastLogin(t); e.Reason != "address not allowed to the user" || e.Method != iam.MethodEmail {
		t.Errorf("recorded %+v", e)
	}
	if !w.works(t, phrase) {
		t.Error("the password has changed")
	}
}

// testResetRunAgain: a job that was cut off behind the link sends another.
func testResetRunAgain(t *testing.T, w world) {
	w.withMailbox(t)
	w.proveMailbox(t)
	w.sendReset(t, "ann", 1)
	w.sendReset(t, "ann", 2)
	if n := len(w.Mails(t, w.tenant.ID, mailbox)); n != 2 {
		t.Errorf("%d mails", n)
	}
}

func testInvite(t *testing.T, w world) {
	ctx := t.Context()
	u, err := w.Directory.CreateUser(ctx, w.by, directory.NewUser{Username: "new", Email: mailbox})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Authn.Invite(ctx, w.by, u.ID); err != nil {
		t.Fatal(err)
	}
	m := w.LastMail(t, w.tenant.ID, mailbox)
	token := w.tokenIn(t, m, "/invite")
	w.Clock.Advance(7*24*time.Hour - 5*time.Second)
	b, err := w.Authn.Reset(ctx, token, newPhrase, from)
	if err != nil || !b.Done() || b.User != u.ID {
		t.Fatalf("%+v, %v", b.Session, err)
	}
	w.isVoid(t, "a used invitation", token)
	if u, err := w.Directory.User(ctx, w.by, directory.UserKey{ID: u.ID}); err != nil || u.State != iam.UserEnabled || !u.EmailVerified {
		t.Errorf("who was invited: %+v, %v", u, err)
	}
	// Who has a password gets a link to choose another.
	if err := w.Authn.Invite(ctx, w.by, u.ID); err != nil {
		t.Fatal(err)
	}
	token = w.tokenIn(t, w.LastMail(t, w.tenant.ID, mailbox), "/reset")
	w.Clock.Advance(30 * time.Minute)
	w.isVoid(t, "after half an hour", token)
}

func testInviteRefused(t *testing.T, w world) {
	ctx := t.Context()
	if err := w.Authn.Invite(ctx, w.by, w.ann.User.ID); !iam.Is(err, iam.Precondition) {
		t.Errorf("without an address: %v", err)
	}
	w.withMailbox(t)
	if err := w.Authn.Invite(ctx, w.ann.Actor(), w.by.User); !iam.Is(err, iam.Denied) {
		t.Errorf("by somebody: %v", err)
	}
	if err := w.Authn.Invite(ctx, w.by, iam.UserID(w.Env().NewID())); !iam.Is(err, iam.NotFound) {
		t.Errorf("nobody: %v", err)
	}
	w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
	if err := w.Authn.Invite(ctx, w.by, w.ann.User.ID); !iam.Is(err, iam.Precondition) {
		t.Errorf("disabled: %v", err)
	}
	if mails := w.Mails(t, w.tenant.ID, ""); len(mails) != 0 {
		t.Errorf("mails: %+v", mails)
	}
}

// TestResetLinkByMany: of a hundred uses of one link at once, on two nodes, one
// sets the password, and it is that one's.
func TestResetLinkByMany(t *testing.T) {
	apptest.Each(t, func(t *testing.T, here *apptest.Server) {
		w := newWorld(t, here, "acme")
		w.withMailbox(t)
		token := w.resetToken(t, "ann")
		phrases := make([]string, 100)
		for i := range phrases {
			phrases[i] = fmt.Sprint("another good phrase ", i)
		}
		errs := onNodes([]*apptest.Server{here, here.Beside(t)}, len(phrases), func(on *apptest.Server, i int) error {
			_, err := on.Authn.Reset(t.Context(), token, phrases[i], from)
			return err
		})
		once(t, "the link", errs)
		winner := slices.Index(errs, nil)
		if !w.works(t, phrases[winner]) {
			t.Error("the password is not that of the one who was told so")
		}
		if n := w.account(t).Generation; n != 2 {
			t.Errorf("generation %d", n)
		}
	})
}
