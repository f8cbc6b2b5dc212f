package authn_test

import (
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestResetBy(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"an administrator":         testResetPassword,
		"nothing where nothing":    testResetPasswordRefused,
		"without a password":       testResetNoPassword,
		"oneself":                  testSendOwnPasswordLink,
		"asked for":                testSendPasswordLink,
		"who lacks the right":      testResetByWhomever,
		"on a page that calls API": testBrowserCall,
	})
}

func testResetPassword(t *testing.T, w world) {
	ctx := t.Context()
	w.withMailbox(t)
	w.proveMailbox(t)
	session, token := w.signIn(t)
	old := w.resetToken(t, "ann")
	if err := w.Authn.ResetPassword(ctx, w.by, w.ann.User.ID); err != nil {
		t.Fatal(err)
	}
	_, err := w.Authn.Session(ctx, token, from)
	refused(t, "the session "+string(session.ID), err)
	if a := w.account(t); w.works(t, phrase) || a.PasswordHash != "" || !a.MustChangePassword {
		t.Errorf("%+v", a)
	}
	w.isVoid(t, "the link of before", old)
	m := w.LastMail(t, w.tenant.ID, mailbox)
	if m.Kind != iam.MessageReset {
		t.Fatalf("%+v", m)
	}
	err = w.Authn.ResetPassword(ctx, w.by, w.ann.User.ID)
	wants(t, "at once again", err, iam.RateLimited, "")
	if _, err := w.Authn.Reset(ctx, w.tokenIn(t, m, "/reset"), newPhrase, from); err != nil || !w.works(t, newPhrase) {
		t.Errorf("the link: %v", err)
	}
	l, err := w.Audit.Events(ctx, w.by, audit.Filter{Action: "user.reset-password"}, iam.Page{})
	if err != nil || len(l.Items) != 1 || l.Items[0].ActorID != w.by.User || l.Items[0].ObjectID != string(w.ann.User.ID) {
		t.Errorf("the trail is %+v, %v", l.Items, err)
	}
}

func testResetPasswordRefused(t *testing.T, w world) {
	ctx := t.Context()
	err := w.Authn.ResetPassword(ctx, w.by, w.ann.User.ID)
	wants(t, "no address", err, iam.Precondition, "")
	w.withMailbox(t)
	w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
	err = w.Authn.ResetPassword(ctx, w.by, w.ann.User.ID)
	wants(t, "disabled", err, iam.Precondition, "")
	w.update(t, directory.UserChange{State: ptr(iam.UserEnabled)})
	if !w.works(t, phrase) || len(w.Mails(t, w.tenant.ID, mailbox)) != 0 {
		t.Error("something was done")
	}
	err = w.Authn.ResetPassword(ctx, w.by, iam.UserID(w.Env().NewID()))
	wants(t, "nobody", err, iam.NotFound, "")
}

// Who has no password signs in otherwise: their sessions end all the same.
func testResetNoPassword(t *testing.T, w world) {
	ctx := t.Context()
	w.withMailbox(t)
	if err := w.Authn.ResetPassword(ctx, w.by, w.ann.User.ID); err != nil {
		t.Fatal(err)
	}
	m := w.LastMail(t, w.tenant.ID, mailbox)
	if m.Kind != iam.MessageInvite {
		t.Fatalf("to an address that nobody has verified: %+v", m)
	}
	begun, err := w.Authn.Reset(ctx, w.tokenIn(t, m, "/invite"), newPhrase, from)
	if err != nil {
		t.Fatal(err)
	}
	a := w.account(t)
	if err := w.Store.SetPassword(ctx, w.tenant.ID, a.User, a.Generation, "", false); err != nil {
		t.Fatal(err)
	}
	_, _, err = w.Authn.Browser(ctx, begun.Cookie, from)
	refused(t, "without a password", err)
	w.Clock.Advance(time.Minute)
	if err := w.Authn.ResetPassword(ctx, w.by, w.ann.User.ID); err != nil {
		t.Fatal(err)
	}
	if m := w.LastMail(t, w.tenant.ID, mailbox); m.Kind != iam.MessageReset {
		t.Errorf("to a verified address: %+v", m)
	}
}

func testSendOwnPasswordLink(t *testing.T, w world) {
	ctx := t.Context()
	ann := w.ann.Actor()
	wants(t, "no address", w.Authn.SendOwnPasswordLink(ctx, ann), iam.Precondition, "")
	w.withMailbox(t)
	wants(t, "not verified", w.Authn.SendOwnPasswordLink(ctx, ann), iam.Precondition, "")
	w.proveMailbox(t)
	if err := w.Authn.SendOwnPasswordLink(ctx, ann); err != nil {
		t.Fatal(err)
	}
	m := w.LastMail(t, w.tenant.ID, mailbox)
	wants(t, "at once again", w.Authn.SendOwnPasswordLink(ctx, ann), iam.RateLimited, "")
	if _, err := w.Authn.Reset(ctx, w.tokenIn(t, m, "/reset"), newPhrase, from); err != nil || !w.works(t, newPhrase) {
		t.Errorf("the link: %v", err)
	}
}

func testSendPasswordLink(t *testing.T, w world) {
	ctx := t.Context()
	w.withMailbox(t)
	if err := w.Authn.SendPasswordLink(ctx, w.by, w.ann.User.ID); err != nil {
		t.Fatal(err)
	}
	wants(t, "at once again", w.Authn.SendPasswordLink(ctx, w.by, w.ann.User.ID), iam.RateLimited, "")
	w.Clock.Advance(59 * time.Second)
	wants(t, "in less than a minute", w.Authn.SendPasswordLink(ctx, w.by, w.ann.User.ID), iam.RateLimited, "")
	w.Clock.Advance(time.Second)
	if err := w.Authn.SendPasswordLink(ctx, w.by, w.ann.User.ID); err != nil {
		t.Error(err)
	}
	if n := len(w.Mails(t, w.tenant.ID, mailbox)); n != 2 || !w.works(t, phrase) {
		t.Errorf("%d mails", n)
	}
}

func testResetByWhomever(t *testing.T, w world) {
	ctx := t.Context()
	w.withMailbox(t)
	w.proveMailbox(t)
	w.NewRole(t, w.tenant, "desk", iam.UsersPassword)
	desk := w.NewMember(t, w.tenant, "desk", "desk").Actor()
	narrow := w.by
	narrow.Scope = string(iam.UsersRead)
	for name, by := range map[string]iam.Actor{"no right": w.NewMember(t, w.tenant, "guest", "guest").Actor(), "less than the user has": desk,
		"a narrow token": narrow} {
		for what, err := range map[string]error{"reset": w.Authn.ResetPassword(ctx, by, w.ann.User.ID),
			"link": w.Authn.SendPasswordLink(ctx, by, w.ann.User.ID)} {
			if !iam.Is(err, iam.Denied) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	if !w.works(t, phrase) || len(w.Mails(t, w.tenant.ID, mailbox)) != 0 {
		t.Error("something was done")
	}
}

func testBrowserCall(t *testing.T, w world) {
	ctx := t.Context()
	b, err := w.Authn.BeginSignIn(ctx, w.tenant.ID, authn.Attempt{Username: "ann", Password: phrase, Pages: true}, from)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"", w.tenant.Code} {
		if by, err := w.Authn.BrowserCall(ctx, b.Cookie, code, from); err != nil || by.User != w.ann.User.ID || by.Tenant != w.tenant.ID {
			t.Errorf("%q: %+v, %v", code, by, err)
		}
	}
	_, err = w.Authn.BrowserCall(ctx, b.Cookie, iam.DefaultTenant, from)
	refused(t, "in another tenant", err)
	_, err = w.Authn.BrowserCall(ctx, b.Cookie, "nowhere", from)
	refused(t, "in no tenant", err)
	w.update(t, directory.UserChange{Rules: &iam.UserRules{API: iam.SourceRule{On: true}}})
	_, err = w.Authn.BrowserCall(ctx, b.Cookie, "", from)
	refused(t, "who may not call from here", err)
	if _, _, err := w.Authn.Browser(ctx, b.Cookie, from); err != nil {
		t.Errorf("pages: %v", err)
	}
}
