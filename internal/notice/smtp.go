package notice

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/mail"
	"net/netip"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TLS is how a connection to the mail server is protected.
type TLS string

const (
	StartTLS TLS = "starttls" // RFC 3207, and nothing is said to a server that does not offer it
	Implicit TLS = "tls"      // from the first byte (RFC 8314)
	NoTLS    TLS = "none"     // readable by whoever is in between
)

// SMTP is the mail server that takes the mails (RFC 6409). Without a host
// there is none.
type SMTP struct {
	Host     string
	Port     int // 0 is the usual one: 587, 465 with TLS from the start, 25 without any
	User     string
	Password string
	TLS      TLS    // empty is StartTLS
	From     string // "Gatehouse <no-reply@example.com>"
	// RootCAs are the authorities that may vouch for the server; nil are those
	// of the system.
	RootCAs *x509.CertPool
}

// Configured reports whether there is a mail server.
func (o SMTP) Configured() bool { return o.Host != "" }

// Check answers Invalid, with the names of the options, for what cannot work.
func (o SMTP) Check() error {
	var c iam.Checker
	if !o.Configured() {
		if o.User != "" || o.From != "" {
			c.Add("smtp-host", iam.ReasonRequired, "smtp-host is required where other options of the mail server are set")
		}
		return c.Err()
	}
	if strings.ContainsAny(o.Host, " /@:") && !isIPv6(o.Host) {
		c.Add("smtp-host", iam.ReasonFormat, "smtp-host must be the name or address of a host, without a port")
	}
	if o.Port < 0 || o.Port > 65535 {
		c.Add("smtp-port", iam.ReasonFormat, "smtp-port must be between 1 and 65535")
	}
	switch o.TLS {
	case "", StartTLS, Implicit, NoTLS:
	default:
		c.Add("smtp-tls", iam.ReasonFormat, "smtp-tls must be starttls, tls or none")
	}
	if from, err := mail.ParseAddress(o.From); err != nil || !iam.ValidEmail(from.Address) || !iam.Printable(from.Name) {
		c.Add("smtp-from", iam.ReasonFormat, `smtp-from must be an address such as "Gatehouse <no-reply@example.com>"`)
	}
	if o.User == "" && o.Password != "" {
		c.Add("smtp-user", iam.ReasonRequired, "smtp-user is required with a password")
	}
	return c.Err()
}

func isIPv6(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.Is6()
}

// smtpTimeout is how long the server may take for each of: to be reached and
// say hello, and to take the mail.
const smtpTimeout = 15 * time.Second

// client makes a client for one connection.
func (o SMTP) client() (*gomail.Client, error) {
	secure := &tls.Config{ServerName: o.Host, MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs}
	opts := []gomail.Option{gomail.WithTimeout(smtpTimeout), gomail.WithTLSConfig(secure)}
	port := o.Port
	usual := func(n int) {
		if port == 0 {
			port = n
		}
	}
	switch o.TLS {
	case Implicit:
		usual(465)
		opts = append(opts, gomail.WithSSL())
	case NoTLS:
		usual(25)
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		usual(587)
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	opts = append(opts, gomail.WithPort(port))
	if o.User != "" {
		// Without TLS it finds only what does not show the password.
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(o.User), gomail.WithPassword(o.Password))
	}
	host := o.Host
	if isIPv6(host) {
		host = "[" + host + "]"
	}
	return gomail.NewClient(host, opts...)
}

// message makes the message that goes over the wire (RFC 5322). Its id is the
// same whenever it is made of the same mail, so that a receiver who gets it
// twice can tell.
func (o SMTP) message(m Mail, w Written, logo iam.Image) (*gomail.Msg, error) {
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	msg.ToMailAddress(&mail.Address{Address: m.To})
	if w.ReplyTo != "" {
		msg.ReplyToMailAddress(&mail.Address{Address: w.ReplyTo})
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(string(m.ID) + from.Address[strings.LastIndexByte(from.Address, '@'):])
	msg.SetDateWithValue(m.Created)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's absence note is to answer
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	if w.Unsubscribe != "" {
		msg.SetGenHeader("List-Unsubscribe", "<"+w.Unsubscribe+">") // RFC 2369
		if strings.HasPrefix(w.Unsubscribe, "https:") {
			msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058, of https alone
		}
	}
	msg.SetBodyString(gomail.TypeTextPlain, w.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, w.HTML)
	if len(logo.Content) > 0 {
		err = msg.EmbedReader("logo", bytes.NewReader(logo.Content), gomail.WithFileContentID("<logo@gatehouse>"),
			gomail.WithFileContentType(gomail.ContentType(logo.MediaType)))
	}
	return msg, err
}

// send hands a message to the server. final is set when another attempt would
// end the same: the server refused the recipient or the content for good. What
// is wrong with our own access to it is for the operator to repair meanwhile.
func (o SMTP) send(ctx context.Context, msg *gomail.Msg) (final bool, err error) {
	c, err := o.client()
	if err != nil {
		return false, err
	}
	err = c.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() {
		return false, nil // whatever happened on the way out
	}
	var refused *gomail.SendError
	if errors.As(err, &refused) && refused.ErrorCode() >= 500 {
		switch refused.Reason {
		case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
			return true, err
		}
	}
	return false, err
}
