package notice_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
	"github.com/gatehouse-id/gatehouse/internal/notice"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// The secrets of every mail in these tests.
const (
	theToken = "tenant.challenge.5ec2e7"
	theCode  = "482913"
	kim      = "kim@example.com"
)

func verification(s *apptest.Server, life time.Duration) iam.Message {
	return iam.Message{Kind: iam.MessageVerifyEmail, To: kim, Username: "kim", Token: theToken, Code: theCode, Expires: s.Clock.Now().Add(life)}
}

// news is a mail that does not expire.
func news() iam.Message {
	return iam.Message{Kind: iam.MessagePasswordChanged, To: kim, Username: "kim", Token: theToken}
}

func send(t *testing.T, s *apptest.Server, m iam.Message) iam.MailID {
	t.Helper()
	began := time.Now()
	if err := s.Notice.Send(t.Context(), s.Tenant.ID, m); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("Send took %v", took)
	}
	l, err := s.Notice.Mails(t.Context(), s.Operator(), notice.Filter{}, iam.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return l.Items[0].ID
}

func row(t *testing.T, s *apptest.Server, id iam.MailID) notice.Mail {
	t.Helper()
	m, err := s.Store.Mail(t.Context(), s.Tenant.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// becomes waits until a mail is as wanted.
func becomes(t *testing.T, s *apptest.Server, id iam.MailID, want func(notice.Mail) bool) notice.Mail {
	t.Helper()
	for range 1000 {
		if m := row(t, s, id); want(m) {
			return m
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("mail %+v", row(t, s, id))
	return notice.Mail{}
}

func in(state notice.State) func(notice.Mail) bool {
	return func(m notice.Mail) bool { return m.State == state }
}

// after waits for an attempt that did not end it.
func after(attempts int) func(notice.Mail) bool {
	return func(m notice.Mail) bool { return m.State == notice.StateQueued && m.Attempts >= attempts }
}

// parts answers the parts of a mail that are no containers, by media type.
func parts(t *testing.T, header map[string][]string, body io.Reader) map[string]string {
	t.Helper()
	h := mail.Header(header)
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	if !strings.HasPrefix(media, "multipart/") {
		switch h.Get("Content-Transfer-Encoding") {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return map[string]string{media: string(text)}
	}
	all[media] = ""
	for r := multipart.NewReader(body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range parts(t, p.Header, p) {
			all[k] = v
		}
		if p.Header.Get("Content-Id") != "" {
			all["id"] = p.Header.Get("Content-Id")
		}
	}
}

// TestSend: a mail arrives whole, with the look of its tenant, by STARTTLS and
// signed in, and its text is forgotten then. On both engines.
func TestSend(t *testing.T) {
	t.Parallel() // it mostly waits
	for name, database := range map[string]func(t *testing.T) app.Options{
		"sqlite":   func(*testing.T) app.Options { return app.Options{} },
		"postgres": func(t *testing.T) app.Options { return app.Options{Database: testpg.URL(t), Migrate: true} },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMailServer(t, notice.StartTLS)
			o := database(t)
			o.SMTP = m.options()
			testSend(t, apptest.Start(t, o), m)
		})
	}
}

func testSend(t *testing.T, s *apptest.Server, m *mailServer) {
	t.Helper()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 4))); err != nil {
		t.Fatal(err)
	}
	settings, err := s.Tenancy.SetLogo(t.Context(), s.Operator(), picture.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	settings.Language, settings.Branding.DisplayName, settings.Branding.SupportEmail = "ko", "한국 은행", "help@example.com"
	if _, err := s.Tenancy.UpdateSettings(t.Context(), s.Operator(), settings); err != nil {
		t.Fatal(err)
	}
	id := send(t, s, verification(s, time.Hour))
	sent := becomes(t, s, id, in(notice.StateSent))
	if sent.Attempts != 1 || sent.Sent.IsZero() || len(sent.Body) > 0 || sent.LastError != "" {
		t.Errorf("the row is %+v", sent)
	}
	if _, _, err := s.Notice.Read(t.Context(), s.Operator(), id); !iam.Is(err, iam.Precondition) {
		t.Errorf("the text of what was sent: %v, want Precondition", err)
	}

	got := m.got()
	if len(got) != 1 || got[0].from != "no-reply@gatehouse.test" || got[0].to != kim || !got[0].secure || got[0].user != smtpUser {
		t.Fatalf("the server got %+v", got)
	}
	msg, err := mail.ReadMessage(bytes.NewReader(got[0].text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != "[한국 은행] 이메일 주소 확인" {
		t.Errorf("subject %q, %v", subject, err)
	}
	for name, want := range map[string]string{"From": `"Gatehouse" <no-reply@gatehouse.test>`, "To": "<" + kim + ">",
		"Reply-To": "<help@example.com>", "Message-Id": "<" + string(id) + "@gatehouse.test>"} {
		if got := msg.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	all := parts(t, msg.Header, msg.Body)
	link := apptest.PublicURL + "/t/default/verify?token=" + theToken
	for media, wants := range map[string][]string{
		"text/plain": {theCode, link, "안녕하십니까, kim 님.", "문의: help@example.com"},
		"text/html":  {theCode, `href="` + link + `"`, `src="cid:logo@gatehouse"`, `alt="한국 은행"`, `lang="ko"`},
	} {
		for _, want := range wants {
			if !strings.Contains(all[media], want) {
				t.Errorf("%s has no %s:\n%s", media, want, all[media])
			}
		}
	}
	for _, media := range []string{"multipart/related", "multipart/alternative"} {
		if _, ok := all[media]; !ok {
			t.Errorf("there is no %s", media)
		}
	}
	if logo, err := png.Decode(strings.NewReader(all["image/png"])); err != nil || logo.Bounds().Dx() != 8 || all["id"] != "<logo@gatehouse>" {
		t.Errorf("the logo with id %q: %v", all["id"], err)
	}
}

// TestConnections: what protects the connection is what was said, and nothing
// is given away to a server that cannot do that.
func TestConnections(t *testing.T) {
	t.Parallel() // it mostly waits
	for _, c := range []struct {
		name    string
		speaks  notice.TLS
		change  func(*notice.SMTP)
		arrives bool
	}{
		{"tls", notice.Implicit, func(*notice.SMTP) {}, true},
		{"none, without signing in", notice.NoTLS, func(o *notice.SMTP) { o.User, o.Password = "", "" }, true},
		{"none, with a password that would be readable", notice.NoTLS, func(*notice.SMTP) {}, false},
		{"starttls, which the server does not offer", notice.NoTLS, func(o *notice.SMTP) { o.TLS = notice.StartTLS }, false},
		{"by default starttls", notice.NoTLS, func(o *notice.SMTP) { o.TLS = "" }, false},
		{"a certificate that nobody vouches for", notice.StartTLS, func(o *notice.SMTP) { o.RootCAs = nil }, false},
		{"a certificate of another host", notice.StartTLS, func(o *notice.SMTP) { o.Host = "localhost" }, false},
		{"a wrong password", notice.StartTLS, func(o *notice.SMTP) { o.Password = "wrong " + theCode }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMailServer(t, c.speaks)
			o := m.options()
			c.change(&o)
			s := apptest.Start(t, app.Options{SMTP: o})
			id := send(t, s, news())
			if c.arrives {
				becomes(t, s, id, in(notice.StateSent))
				if got := m.got(); len(got) != 1 || got[0].secure != (c.speaks != notice.NoTLS) {
					t.Errorf("the server got %+v", got)
				}
				return
			}
			failed := becomes(t, s, id, after(1))
			if failed.LastError == "" || len(m.got()) > 0 {
				t.Errorf("the server got %+v; the row is %+v", m.got(), failed)
			}
			if strings.Contains(failed.LastError+s.Log.String(), o.Password) && o.Password != "" {
				t.Errorf("the password is in the row or the log: %s\n%s", failed.LastError, s.Log)
			}
		})
	}
}

// TestServerIsDownForADay: what was sent meanwhile arrives once it is up again,
// each once; what has expired by then does not.
func TestServerIsDownForADay(t *testing.T) {
	t.Parallel() // it mostly waits
	m := newMailServer(t, notice.StartTLS)
	m.stop()
	s := apptest.Start(t, app.Options{SMTP: m.options()})
	first, second, code := send(t, s, news()), send(t, s, news()), send(t, s, verification(s, 30*time.Minute))
	for _, id := range []iam.MailID{first, second, code} {
		if failed := becomes(t, s, id, after(1)); !strings.Contains(failed.LastError, "refused") || len(failed.Body) == 0 {
			t.Errorf("the row is %+v", failed)
		}
	}
	// Both are tried in each quarter of the day. After the last they rest for a
	// quarter of a minute at least, so that none is under way, and its lease not
	// over, when the clock is moved once more.
	for range 4 {
		one, other := row(t, s, first).Attempts, row(t, s, second).Attempts
		s.Clock.Advance(6 * time.Hour)
		becomes(t, s, first, after(one+1))
		becomes(t, s, second, after(other+1))
	}
	if expired := becomes(t, s, code, in(notice.StateFailed)); !strings.HasPrefix(expired.LastError, "expired") || len(expired.Body) > 0 {
		t.Errorf("the expired one is %+v", expired)
	}
	m.start()
	s.Clock.Advance(11 * time.Minute) // the longest pause
	for _, id := range []iam.MailID{first, second} {
		becomes(t, s, id, in(notice.StateSent))
	}
	if got := m.got(); len(got) != 2 || bytes.Contains(got[0].text, []byte(theCode)) || bytes.Contains(got[1].text, []byte(theCode)) {
		t.Errorf("the server got %d mails:\n%s", len(got), got[0].text)
	}
}

// TestGivingUp: after four days a mail is failed, and its text is still there
// for the operator.
func TestGivingUp(t *testing.T) {
	t.Parallel() // it mostly waits
	m := newMailServer(t, notice.StartTLS)
	m.stop()
	s := apptest.Start(t, app.Options{SMTP: m.options()})
	id := send(t, s, news())
	becomes(t, s, id, after(1))
	s.Clock.Advance(4*24*time.Hour + time.Minute)
	failed := becomes(t, s, id, in(notice.StateFailed))
	if !strings.HasPrefix(failed.LastError, "given up; ") || failed.Attempts != 1 {
		t.Errorf("the row is %+v", failed)
	}
	if _, w, err := s.Notice.Read(t.Context(), s.Operator(), id); err != nil || !strings.Contains(w.Text, theToken) {
		t.Errorf("the text is %q, %v", w.Text, err)
	}
}

// TestRefusals: what is refused for good is not tried again; what is refused
// for now is, and so is what our own access to the server is to blame for.
func TestRefusals(t *testing.T) {
	t.Parallel() // it mostly waits
	m := newMailServer(t, notice.StartTLS)
	s := apptest.Start(t, app.Options{SMTP: m.options()})
	for _, c := range []struct {
		stage string
		code  int
		final bool
	}{
		{"RCPT", 550, true}, {"DATA", 554, true}, {"RCPT", 451, false}, {"DATA", 452, false}, {"MAIL", 550, false}, {"AUTH", 535, false},
	} {
		m.refuse(func(stage string) error {
			if stage != c.stage {
				return nil
			}
			return &smtp.SMTPError{Code: c.code, EnhancedCode: smtp.EnhancedCode{c.code / 100, 7, 1}, Message: "not today"}
		})
		before, refused := len(m.got()), m.refusals()
		id := send(t, s, news())
		if c.final {
			failed := becomes(t, s, id, in(notice.StateFailed))
			if failed.Attempts != 1 || !strings.Contains(failed.LastError, "not today") || len(failed.Body) == 0 {
				t.Errorf("%s %d: the row is %+v", c.stage, c.code, failed)
			}
			s.Clock.Advance(time.Hour)
			time.Sleep(time.Second) // two looks at the jobs
			if n := m.refusals() - refused; n != 1 {
				t.Errorf("%s %d: tried %d times", c.stage, c.code, n)
			}
			continue
		}
		becomes(t, s, id, after(1))
		m.refuse(nil)
		s.Clock.Advance(time.Hour)
		becomes(t, s, id, in(notice.StateSent))
		got := m.got()[before:]
		if c.stage == "DATA" { // it was handed over twice: a receiver can tell
			if len(got) < 2 || messageID(t, got[0]) != messageID(t, got[len(got)-1]) {
				t.Errorf("%d mails with ids %s and %s", len(got), messageID(t, got[0]), messageID(t, got[len(got)-1]))
			}
		} else if len(got) != 1 {
			t.Errorf("%s %d: the server got %d mails", c.stage, c.code, len(got))
		}
	}
}

func messageID(t *testing.T, l letter) string {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(l.text))
	if err != nil {
		t.Fatal(err)
	}
	return msg.Header.Get("Message-Id")
}

// TestSilentServer: a mail server that takes connections and says nothing
// keeps no request and no other job waiting.
func TestSilentServer(t *testing.T) {
	t.Parallel() // it mostly waits
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := newMailServer(t, notice.StartTLS)
	o := m.options()
	o.Port = l.Addr().(*net.TCPAddr).Port
	s := apptest.Start(t, app.Options{SMTP: o})
	held := make(chan net.Conn, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				close(held)
				return
			}
			held <- c
		}
	}()
	for range 12 {
		send(t, s, news())
	}
	conn := <-held // an attempt is under way
	region, j, err := s.Tenancy.RequestRegion(t.Context(), s.Operator(), "seoul", "")
	if err != nil {
		t.Fatal(err)
	}
	if j, err = s.Jobs.Wait(t.Context(), s.Tenant.ID, j.ID, 5*time.Second); err != nil || j.Status != iam.JobSuccessful {
		t.Errorf("region %s: job %s, %v", region.Name, j.Status, err)
	}
	// Let go of everything, so that the server can stop at once.
	_ = l.Close()
	_ = conn.Close()
	for c := range held {
		_ = c.Close()
	}
}

// TestKept: without a mail server a mail is kept, for the operator only, and
// stays so.
func TestKept(t *testing.T) {
	t.Parallel() // it mostly waits
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		id := send(t, s, verification(s, time.Hour))
		kept := becomes(t, s, id, in(notice.StateKept))
		if kept.Attempts != 0 || kept.LastError != "" {
			t.Errorf("the row is %+v", kept)
		}
		if m := s.LastMail(t, s.Tenant.ID, kim); m.Code != theCode || m.Link != apptest.PublicURL+"/t/default/verify?token="+theToken || m.Kind != iam.MessageVerifyEmail {
			t.Errorf("the mail is %+v", m)
		}
		_, w, err := s.Notice.Read(t.Context(), s.Operator(), id)
		if err != nil || !strings.Contains(w.Text, theCode) || !strings.Contains(w.HTML, theCode) {
			t.Errorf("%+v, %v", w, err)
		}

		admin := iam.Actor{Tenant: s.Tenant.ID, Home: s.Tenant.ID, User: s.Admin.ID, Method: iam.MethodToken}
		if _, _, err := s.Notice.Read(t.Context(), admin, id); !iam.Is(err, iam.Denied) {
			t.Errorf("an administrator reads the code of another: %v, want Denied", err)
		}
		if _, err := s.Notice.Mails(t.Context(), admin, notice.Filter{}, iam.Page{}); !iam.Is(err, iam.Denied) {
			t.Errorf("an administrator lists mails: %v, want Denied", err)
		}
		other := s.NewTenant(t, "acme")
		if _, _, err := s.Notice.Read(t.Context(), iam.System(other.Tenant.ID, "test"), id); !iam.Is(err, iam.NotFound) {
			t.Errorf("read in another tenant: %v, want NotFound", err)
		}
	})
}

func TestSendRefusesWhatIsNoAddress(t *testing.T) {
	s := apptest.SQLite(t)
	for _, to := range []string{"", "kim", "kim@example.com\r\nBcc: evil@example.com", "Kim <kim@example.com>", "a@b.c, d@e.f", "a b@example.com",
		"kim@exa\u202emple.com", strings.Repeat("a", 250) + "@example.com"} {
		m := news()
		m.To = to
		err := s.Notice.Send(t.Context(), s.Tenant.ID, m)
		if !iam.Is(err, iam.Invalid) || !strings.Contains(err.Error(), "[email:") {
			t.Errorf("to %q: %v, want Invalid", to, err)
		}
	}
	if err := s.Notice.Send(t.Context(), iam.TenantID(s.Env().NewID()), news()); !iam.Is(err, iam.NotFound) {
		t.Errorf("in a tenant that is not: %v, want NotFound", err)
	}
	if mails := s.Mails(t, s.Tenant.ID, ""); len(mails) > 0 {
		t.Errorf("there are %d mails", len(mails))
	}
}

// TestSecretsAreSealed: neither the database nor the log nor the trail has a
// code or a token in the clear, whatever became of the mail.
func TestSecretsAreSealed(t *testing.T) {
	t.Parallel() // it mostly waits
	data := t.TempDir()
	m := newMailServer(t, notice.StartTLS)
	s := apptest.Start(t, app.Options{Data: data, SMTP: m.options()})
	becomes(t, s, send(t, s, verification(s, time.Hour)), in(notice.StateSent))
	m.refuse(func(string) error { return &smtp.SMTPError{Code: 550, Message: "no"} })
	becomes(t, s, send(t, s, verification(s, time.Hour)), after(1))
	m.stop()
	becomes(t, s, send(t, s, verification(s, time.Hour)), after(1))

	files, err := filepath.Glob(filepath.Join(data, "gatehouse.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("files %v, %v", files, err)
	}
	secrets := []string{theToken, theCode, smtpPassword}
	found := false
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(content, []byte(kim))
		for _, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s has %q in the clear", filepath.Base(f), secret)
			}
		}
	}
	if !found {
		t.Errorf("no file has the address: the test looks at the wrong place")
	}
	for _, secret := range secrets {
		if strings.Contains(s.Log.String(), secret) {
			t.Errorf("the log has %q:\n%s", secret, s.Log)
		}
	}
	events, err := s.Audit.Events(t.Context(), s.Operator(), audit.Filter{}, iam.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events.Items {
		if strings.Contains(e.Object+e.Name, "mail") {
			t.Errorf("event %+v", e)
		}
	}
	jobs, err := s.Jobs.Jobs(t.Context(), s.Operator(), job.Filter{}, iam.Page{})
	if err != nil || len(jobs.Items) > 0 {
		t.Errorf("the jobs of mails are listed: %+v, %v", jobs.Items, err)
	}
}

func TestRetention(t *testing.T) {
	t.Parallel() // it mostly waits
	s := apptest.SQLite(t)
	old := send(t, s, news())
	becomes(t, s, old, in(notice.StateKept))
	s.Clock.Advance(notice.Retention - time.Hour)
	recent := send(t, s, news())
	notice.Purge(s.Notice, t.Context())
	row(t, s, old)
	s.Clock.Advance(2 * time.Hour)
	notice.Purge(s.Notice, t.Context())
	if _, err := s.Store.Mail(t.Context(), s.Tenant.ID, old); !iam.Is(err, iam.NotFound) {
		t.Errorf("after 30 days: %v, want NotFound", err)
	}
	row(t, s, recent)
}
