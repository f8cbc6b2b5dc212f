package notice_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// letter is what a mail server was handed.
type letter struct {
	from, to, user string
	secure         bool // the connection
	text           []byte
}

// mailServer takes mails in this process. It can go down and come up again at
// the same address.
type mailServer struct {
	t       *testing.T
	speaks  notice.TLS
	address string
	tls     *tls.Config
	roots   *x509.CertPool

	mu      sync.Mutex
	letters []letter
	refusal func(stage string) error // "MAIL", "RCPT", "DATA", "AUTH"; nil takes everything
	refused int

	running  *smtp.Server
	listener net.Listener
}

const (
	smtpUser     = "relay"
	smtpPassword = "a password that only the relay knows"
)

func newMailServer(t *testing.T, speaks notice.TLS) *mailServer {
	t.Helper()
	m := &mailServer{t: t, speaks: speaks, address: "127.0.0.1:0"}
	m.certify()
	m.start()
	t.Cleanup(m.stop)
	return m
}

// certify makes the server's own certificate.
func (m *mailServer) certify() {
	m.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		m.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		m.t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		m.t.Fatal(err)
	}
	m.roots = x509.NewCertPool()
	m.roots.AddCert(c)
	m.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func (m *mailServer) start() {
	m.t.Helper()
	l, err := net.Listen("tcp", m.address)
	if err != nil {
		m.t.Fatal(err)
	}
	m.address = l.Addr().String()
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		_, secure := c.TLSConnectionState()
		return &delivery{server: m, letter: letter{secure: secure}}, nil
	}))
	s.Domain, s.AllowInsecureAuth, s.ErrorLog = "mail.test", m.speaks == notice.NoTLS, log.New(io.Discard, "", 0)
	switch m.speaks {
	case notice.Implicit:
		l = tls.NewListener(l, m.tls)
	case notice.StartTLS:
		s.TLSConfig = m.tls
	}
	m.running, m.listener = s, l
	go func() { _ = s.Serve(l) }()
}

func (m *mailServer) stop() {
	if m.running != nil {
		_ = m.listener.Close() // Serve may not have come to know it yet
		_ = m.running.Close()
		m.running = nil
	}
}

// options are how to send by the server.
func (m *mailServer) options() notice.SMTP {
	host, port, err := net.SplitHostPort(m.address)
	if err != nil {
		m.t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		m.t.Fatal(err)
	}
	return notice.SMTP{Host: host, Port: n, User: smtpUser, Password: smtpPassword, TLS: m.speaks, RootCAs: m.roots,
		From: "Gatehouse <no-reply@gatehouse.test>"}
}

// refuse sets what the server refuses from now on; nil is nothing.
func (m *mailServer) refuse(refusal func(stage string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refusal = refusal
}

func (m *mailServer) asks(stage string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refusal == nil {
		return nil
	}
	err := m.refusal(stage)
	if err != nil {
		m.refused++
	}
	return err
}

// got answers what was handed in so far, taken or not.
func (m *mailServer) got() []letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]letter{}, m.letters...)
}

func (m *mailServer) refusals() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refused
}

// delivery is one connection.
type delivery struct {
	server *mailServer
	letter letter
}

func (d *delivery) AuthMechanisms() []string { return []string{sasl.Plain} }

func (d *delivery) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if err := d.server.asks("AUTH"); err != nil {
			return err
		}
		if user != smtpUser || password != smtpPassword {
			return smtp.ErrAuthFailed
		}
		d.letter.user = user
		return nil
	}), nil
}

func (d *delivery) Mail(from string, _ *smtp.MailOptions) error {
	d.letter.from = from
	return d.server.asks("MAIL")
}

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.letter.to = to
	return d.server.asks("RCPT")
}

func (d *delivery) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	d.letter.text = text
	d.server.mu.Lock()
	d.server.letters = append(d.server.letters, d.letter)
	d.server.mu.Unlock()
	return d.server.asks("DATA")
}

func (d *delivery) Reset()        {}
func (d *delivery) Logout() error { return nil }
