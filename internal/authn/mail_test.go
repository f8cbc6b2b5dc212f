package authn_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const mailbox = "ann@example.com"

// withMailbox gives Ann an address that nobody has verified.
func (w world) withMailbox(t *testing.T) {
	t.Helper()
	w.update(t, directory.UserChange{Email: ptr(mailbox)})
}

// proveMailbox makes Ann's address one that was verified.
func (w world) proveMailbox(t *testing.T) {
	t.Helper()
	if a := w.account(t); a.Email != mailbox || a.EmailVerified {
		return
	}
	if err := w.Store.VerifyEmail(t.Context(), w.tenant.ID, w.ann.User.ID, mailbox); err != nil {
		t.Fatal(err)
	}
}

// account is what is stored of Ann now.
func (w world) account(t *testing.T) authn.Account {
	t.Helper()
	a, err := w.Store.AccountByID(t.Context(), w.tenant.ID, w.ann.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// tokenIn answers the token of the link in a mail, which must lead to a page of
// the tenant at the public URL.
func (w world) tokenIn(t *testing.T, m apptest.Mail, page string) string {
	t.Helper()
	before, after, _ := strings.Cut(m.Link, "?token=")
	token, err := url.QueryUnescape(after)
	if want := apptest.PublicURL + "/t/" + w.tenant.Code + page; before != want || err != nil || strings.Count(token, ".") != 2 {
		t.Fatalf("the link of %q leads to %q, want %q", m.Kind, before, want)
	}
	return token
}

// resetToken asks for a link by name and answers its token.
func (w world) resetToken(t *testing.T, name string) string {
	t.Helper()
	w.proveMailbox(t)
	m := w.NewMail(t, w.tenant.ID, mailbox, func() {
		if err := w.Authn.RequestReset(t.Context(), w.tenant.ID, name, from); err != nil {
			t.Fatal(err)
		}
	})
	return w.tokenIn(t, m, "/reset")
}

// noticeToken is that of the latest notice to an address.
func (w world) noticeToken(t *testing.T, to string, kind iam.MessageKind) string {
	t.Helper()
	m := w.LastMail(t, w.tenant.ID, to)
	if m.Kind != kind {
		t.Fatalf("the latest mail is %q, want %q", m.Kind, kind)
	}
	return w.tokenIn(t, m, "/not-me")
}

// works reports whether a password is Ann's, for an API client.
func (w world) works(t *testing.T, pw string) bool {
	t.Helper()
	_, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", pw, from)
	if err != nil && !iam.Is(err, iam.Unauthenticated) {
		t.Fatal(err)
	}
	return err == nil
}

// reasonOf is the reason code of an error.
func reasonOf(err error) iam.Reason {
	if e, ok := errors.AsType[*iam.Error](err); ok {
		return e.Code
	}
	return ""
}
