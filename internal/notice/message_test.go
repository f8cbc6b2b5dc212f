package notice

import (
	"bytes"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const from = `"Gatehouse, 게이트하우스" <no-reply@example.com>`

// wire answers a mail as it goes over the wire, read again.
func wire(t interface {
	Helper()
	Fatal(...any)
}, m Mail, w Written) *mail.Message {
	t.Helper()
	msg, err := SMTP{From: from}.message(m, w, iam.Image{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	read, err := mail.ReadMessage(&b)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// headers are all that a mail has.
var headers = []string{"Auto-Submitted", "Content-Type", "Date", "From", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-Id", "Mime-Version", "Reply-To", "Subject", "To", "X-Auto-Response-Suppress"}

// TestNoTextBecomesAHeader: whatever names and words there are, a mail has the
// headers of a mail and one recipient, and its subject is read as it was written.
func TestNoTextBecomesAHeader(t *testing.T) {
	s, of := newWriter(t, "https://id.example.com")
	text := rapid.OneOf(rapid.String(), rapid.Just("x\r\nBcc: evil@example.com\r\n\r\nbody"), rapid.Just("=?utf-8?q?a?="),
		rapid.StringOf(rapid.RuneFrom([]rune("a\r\n\t :<>@가=?\u2028\x00"))))
	rapid.Check(t, func(t *rapid.T) {
		of.settings.Branding.DisplayName, of.Name = text.Draw(t, "display name"), text.Draw(t, "name")
		of.settings.Branding.SupportEmail = "help@acme.example"
		k := rapid.SampledFrom(slices.Sorted(func(yield func(iam.MessageKind) bool) {
			for k := range kinds {
				if !yield(k) {
					return
				}
			}
		})).Draw(t, "kind")
		w, err := s.write(t.Context(), theTenant, iam.Message{Kind: k, User: kim, Username: text.Draw(t, "user name"), Token: text.Draw(t, "token"),
			Facts: map[string]string{"what": text.Draw(t, "what"), "by": text.Draw(t, "by")}})
		if err != nil {
			t.Fatal(err)
		}
		got := wire(t, Mail{ID: "0190", To: "kim@example.com", Subject: w.Subject, Created: start}, w)
		for name := range got.Header {
			if !slices.Contains(headers, name) {
				t.Errorf("header %s: %q", name, got.Header[name])
			}
		}
		for name, want := range map[string]string{"To": "<kim@example.com>", "Reply-To": "<help@acme.example>"} {
			if got := got.Header[name]; !slices.Equal(got, []string{want}) {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
		if err != nil || subject != w.Subject || strings.ContainsAny(w.Subject, "\r\n") {
			t.Errorf("subject %q is read as %q, %v", w.Subject, subject, err)
		}
	})
}

func TestSenderAndMessageID(t *testing.T) {
	m := Mail{ID: "01890000-0000-7000-8000-000000000001", To: "kim@example.com", Subject: "[한국] 인증 코드", Created: start}
	got := wire(t, m, Written{Text: "t", HTML: "h"})
	list, err := got.Header.AddressList("From")
	if err != nil || len(list) != 1 || list[0].Name != "Gatehouse, 게이트하우스" || list[0].Address != "no-reply@example.com" {
		t.Errorf("from %v, %v", list, err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<01890000-0000-7000-8000-000000000001@example.com>", "Date": "Sun, 01 Mar 2026 09:30:00 +0000",
		"Auto-Submitted": "auto-generated", "Reply-To": "",
	} {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if raw := got.Header.Get("Subject"); strings.ContainsFunc(raw, func(r rune) bool { return r > 126 }) {
		t.Errorf("the subject is not encoded (RFC 2047): %q", raw)
	}
}

func TestSMTPCheck(t *testing.T) {
	good := SMTP{Host: "mail.example.com", From: "no-reply@example.com"}
	for _, c := range []struct {
		change func(*SMTP)
		want   string // the field, empty where all is well
	}{
		{func(o *SMTP) {}, ""},
		{func(o *SMTP) { *o = SMTP{} }, ""},
		{func(o *SMTP) { *o = SMTP{TLS: StartTLS} }, ""},
		{func(o *SMTP) { o.From = from; o.Port = 2525; o.TLS = NoTLS; o.User = "u"; o.Password = "p" }, ""},
		{func(o *SMTP) { o.Host = "::1" }, ""},
		{func(o *SMTP) { o.Host = "" }, "smtp-host"},
		{func(o *SMTP) { o.Host = "mail.example.com:25" }, "smtp-host"},
		{func(o *SMTP) { o.Host = "unix:///run/smtp" }, "smtp-host"},
		{func(o *SMTP) { o.Port = 65536 }, "smtp-port"},
		{func(o *SMTP) { o.Port = -1 }, "smtp-port"},
		{func(o *SMTP) { o.TLS = "ssl" }, "smtp-tls"},
		{func(o *SMTP) { o.From = "" }, "smtp-from"},
		{func(o *SMTP) { o.From = "Gatehouse" }, "smtp-from"},
		{func(o *SMTP) { o.From = "a@example.com, b@example.com" }, "smtp-from"},
		{func(o *SMTP) { o.From = "\"a\r\nBcc: b@example.com\" <a@example.com>" }, "smtp-from"},
		{func(o *SMTP) { o.From = "\"a\u202eb\" <a@example.com>" }, "smtp-from"},
		{func(o *SMTP) { o.Password = "secret" }, "smtp-user"},
	} {
		o := good
		c.change(&o)
		err := o.Check()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%+v: %v", o, err)
		case c.want != "" && (!iam.Is(err, iam.Invalid) || !strings.Contains(err.Error(), "["+c.want+":")):
			t.Errorf("%+v: %v, want an error of %s", o, err, c.want)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("the password is in %v", err)
		}
	}
}
