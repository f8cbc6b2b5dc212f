package apptest

import (
	"regexp"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// Mail is a mail as whoever it is for would read it.
type Mail struct {
	Kind                    iam.MessageKind
	To, Subject, Text, HTML string
	// Code is what is to be typed in, and Link what is to be opened; empty
	// where the mail has none.
	Code, Link string
}

var (
	mailedCode = regexp.MustCompile(`(?m)^    (\S+)$`)
	mailedLink = regexp.MustCompile(`(?m)^https?://\S+$`)
)

// Mails answers the mails of a tenant that were not sent, oldest first; those
// of one address only unless it is empty.
func (s *Server) Mails(t testing.TB, tenant iam.TenantID, to string) []Mail {
	t.Helper()
	by := iam.System(tenant, "test")
	found, err := s.Notice.Mails(t.Context(), by, notice.Filter{To: to}, iam.Page{Desc: true})
	if err != nil {
		t.Fatal(err)
	}
	var mails []Mail
	for _, m := range found.Items {
		_, w, err := s.Notice.Read(t.Context(), by, m.ID)
		if iam.Is(err, iam.Precondition) {
			continue // sent, or expired
		}
		if err != nil {
			t.Fatalf("mail %s: %v", m.ID, err)
		}
		read := Mail{Kind: m.Kind, To: m.To, Subject: m.Subject, Text: w.Text, HTML: w.HTML, Link: mailedLink.FindString(w.Text)}
		if code := mailedCode.FindStringSubmatch(w.Text); code != nil {
			read.Code = code[1]
		}
		mails = append(mails, read)
	}
	return mails
}

// LastMail answers the latest mail to an address, which must be there.
func (s *Server) LastMail(t testing.TB, tenant iam.TenantID, to string) Mail {
	t.Helper()
	mails := s.Mails(t, tenant, to)
	if len(mails) == 0 {
		t.Fatalf("no mail to %s", to)
	}
	return mails[len(mails)-1]
}

// NewMail does what leads to a mail, waits for it, since a job may write it,
// and answers it.
func (s *Server) NewMail(t testing.TB, tenant iam.TenantID, to string, do func()) Mail {
	t.Helper()
	before := len(s.Mails(t, tenant, to))
	do()
	for range 500 {
		if mails := s.Mails(t, tenant, to); len(mails) > before {
			return mails[before]
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("no new mail to %s after ten seconds", to)
	return Mail{}
}
