package notice

import (
	"context"
	"flag"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

var update = flag.Bool("update", false, "rewrite the mails in testdata: read the diff")

// tenant answers one tenant and how it looks.
type tenant struct {
	iam.Tenant
	settings iam.Settings
}

func (t *tenant) Settings(context.Context, iam.TenantID) (iam.Settings, error) {
	return t.settings, nil
}

func (t *tenant) Logo(context.Context, iam.TenantID) (iam.Image, error) {
	return iam.Image{}, iam.ErrNotFound("image", "logo")
}

type tenants struct{ *tenant }

func (t tenants) Tenant(context.Context, iam.Actor) (iam.Tenant, error) { return t.tenant.Tenant, nil }

var start = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

// newWriter answers a service that can write mails, for a tenant.
func newWriter(t *testing.T, publicURL string) (*Service, *tenant) {
	t.Helper()
	of := &tenant{Tenant: iam.Tenant{Code: "acme", Name: "Acme Corp."}, settings: iam.DefaultSettings()}
	s := New(Deps{Tenants: tenants{of}, Env: iam.Env{Now: func() time.Time { return start }}})
	if publicURL != "" {
		u, err := url.Parse(publicURL)
		if err != nil {
			t.Fatal(err)
		}
		s.publicURL = u
	}
	return s, of
}

func write(t *testing.T, s *Service, m iam.Message) Written {
	t.Helper()
	w, err := s.write(t.Context(), "", m)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// examples are the mails in testdata, by kind.
var examples = map[iam.MessageKind]iam.Message{
	iam.MessageReset:  {Token: "t.c.0123", Expires: start.Add(30 * time.Minute)},
	iam.MessageInvite: {Token: "t.c.0123", Expires: start.Add(7 * 24 * time.Hour)},
	iam.MessageSignup: {Token: "t.s.0123", Expires: start.Add(24 * time.Hour), Facts: map[string]string{"tenant": "acme-seoul",
		"address": "192.0.2.7"}},
	iam.MessageVerifyEmail: {Token: "t.c.0123", Code: "482913", Expires: start.Add(time.Hour)},
	iam.MessageFactorCode:  {Code: "482913", Expires: start.Add(10 * time.Minute)},
	iam.MessagePasswordChanged: {Token: "t.c.0123", Expires: start.Add(3 * 24 * time.Hour), Facts: map[string]string{
		"client": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "address": "192.0.2.7"}},
	iam.MessageEmailChanged:  {Token: "t.c.0123", Expires: start.Add(7 * 24 * time.Hour), Facts: map[string]string{"address": "192.0.2.7"}},
	iam.MessageFactorChanged: {Token: "t.c.0123", Facts: map[string]string{"what": iam.WhatPasskeyAdded, "at": "2026-03-01T18:29:00+09:00"}},
	iam.MessageKeyCreated: {Facts: map[string]string{"what": iam.WhatAccessKey, "id": "ncp_iam_0123", "by": "admin",
		"address": "2001:db8::7"}},
	iam.MessageTemporary: {Code: "Vb7-kq2M", Expires: start.Add(24 * time.Hour)},
	iam.MessageTicket: {Facts: map[string]string{"what": iam.WhatTicketComment, "subject": "Nothing loads", "tenant": "Acme Sales",
		"id": "01890a5d-ac96-774b-bcce-b302099a8057", "by": "lee@example.com"}},
	iam.MessageTenantState: {Facts: map[string]string{"what": iam.WhatTenantLeaving, "tenant": "Acme Sales", "id": "acme-sales",
		"reason": "REASON_SWITCHING", "by": "lee@example.com"}},
}

// TestMails compares every mail in every language with testdata, which a
// person has read.
func TestMails(t *testing.T) {
	s, of := newWriter(t, "https://id.example.com")
	for k, m := range examples {
		for _, l := range []string{"en", "ko"} {
			m.Kind, m.Username, m.Language = k, "kim", l
			of.settings.Branding = iam.Branding{SupportEmail: "help@acme.example"}
			if l == "en" {
				of.settings.Branding = iam.Branding{DisplayName: "Acme", LogoSum: "sum", Accent: "#ffcc00"}
			}
			w := write(t, s, m)
			name := filepath.Join("testdata", string(k)+"."+l)
			golden(t, name+".txt", "Subject: "+w.Subject+"\n\n"+w.Text)
			golden(t, name+".html", w.HTML)
		}
	}
	for k := range kinds {
		if _, ok := examples[k]; !ok {
			t.Errorf("there is no example of %s", k)
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got); -update rewrites it\n%s", file, d)
	}
}

// TestMailsStandAlone: nothing in a mail is loaded from anywhere, nothing in it
// is a script or a style sheet, and every address in it is ours.
func TestMailsStandAlone(t *testing.T) {
	addresses := regexp.MustCompile(`(?i)(?:href|src|url)\s*[=(]\s*["']?([^"')\s>]+)`)
	err := fs.WalkDir(os.DirFS("testdata"), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".html") {
			return err
		}
		html, err := os.ReadFile(filepath.Join("testdata", path))
		if err != nil {
			return err
		}
		for _, a := range addresses.FindAllStringSubmatch(string(html), -1) {
			if u := a[1]; !strings.HasPrefix(u, "https://id.example.com/t/acme/") && u != "cid:logo@gatehouse" && u != "mailto:help@acme.example" {
				t.Errorf("%s leads to %s", path, u)
			}
		}
		for _, tag := range []string{"<script", "<style", "<link", "<iframe", "<form", "ZgotmplZ"} {
			if strings.Contains(string(html), tag) {
				t.Errorf("%s has %s", path, tag)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLanguage: the message's, else the tenant's, else English.
func TestLanguage(t *testing.T) {
	s, of := newWriter(t, "https://id.example.com")
	for _, c := range []struct{ user, tenant, want string }{
		{"", "", "en"}, {"", "ko", "ko"}, {"ko", "en", "ko"}, {"ko-KR", "en", "ko"}, {"KO", "en", "ko"}, {"en-GB", "ko", "en"},
		{"fr", "ko", "ko"}, {"fr", "de", "en"}, {"kok", "en", "en"}, {"../../etc", "en", "en"},
	} {
		of.settings.Language = c.tenant
		w := write(t, s, iam.Message{Kind: iam.MessageReset, Token: "x", Language: c.user})
		if got := strings.Contains(w.Subject, "비밀번호"); got != (c.want == "ko") {
			t.Errorf("user %q, tenant %q: %q, want %s", c.user, c.tenant, w.Subject, c.want)
		}
	}
}

func TestLinks(t *testing.T) {
	for _, c := range []struct {
		publicURL string
		kind      iam.MessageKind
		token     string
		want      string
	}{
		{"https://id.example.com", iam.MessageReset, "a.b.c", "https://id.example.com/t/acme/reset?token=a.b.c"},
		{"https://id.example.com/", iam.MessageInvite, "a.b.c", "https://id.example.com/t/acme/invite?token=a.b.c"},
		{"https://example.com:8443/id/", iam.MessageVerifyEmail, "a.b.c", "https://example.com:8443/id/t/acme/verify?token=a.b.c"},
		{"https://id.example.com", iam.MessagePasswordChanged, "a.b.c", "https://id.example.com/t/acme/not-me?token=a.b.c"},
		{"https://id.example.com", iam.MessagePasswordChanged, "", ""},
		{"https://id.example.com", iam.MessageTemporary, "", "https://id.example.com/t/acme/sign-in"},
		{"https://id.example.com", iam.MessageFactorCode, "", ""},
		{"https://id.example.com", iam.MessageReset, "a&b=c#d\r\n e", "https://id.example.com/t/acme/reset?token=a%26b%3Dc%23d%0D%0A+e"},
		{"", iam.MessagePasswordChanged, "a.b.c", ""},
		{"", iam.MessageKeyCreated, "", ""},
	} {
		s, _ := newWriter(t, c.publicURL)
		got, err := s.link(kinds[c.kind], "acme", c.token)
		if err != nil || got != c.want {
			t.Errorf("%s with %q below %q: %q, %v; want %q", c.kind, c.token, c.publicURL, got, err, c.want)
		}
	}
	s, _ := newWriter(t, "")
	for _, m := range []iam.Message{{Kind: iam.MessageReset, Token: "x"}, {Kind: iam.MessageTemporary, Code: "x"}} {
		if _, err := s.write(t.Context(), "", m); !iam.Is(err, iam.Precondition) {
			t.Errorf("%s without a public URL: %v, want Precondition", m.Kind, err)
		}
	}
}

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		n    int
		unit string
	}{
		{-time.Hour, 1, "minute"}, {10 * time.Second, 1, "minute"}, {10*time.Minute - time.Second, 10, "minute"},
		{30 * time.Minute, 30, "minute"}, {time.Hour, 60, "minute"}, {2 * time.Hour, 2, "hour"}, {24 * time.Hour, 24, "hour"},
		{7*24*time.Hour - time.Second, 7, "day"},
	} {
		if got, want := *spanOf(start, start.Add(c.d)), (span{c.n, c.unit, start.Add(c.d)}); got != want {
			t.Errorf("%v is %v, want %v", c.d, got, want)
		}
	}
}

// TestFacts: what the request says of itself is not repeated in a mail that it
// has sent to another.
func TestFacts(t *testing.T) {
	const lure = "see http://evil.example"
	got := facts(iam.Message{Username: "kim", Facts: map[string]string{"client": lure, "address": lure, "at": lure, "by": "kim", "other": lure}}, start)
	if d := cmp.Diff([]fact{{Name: "at", Time: start}}, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	got = facts(iam.Message{Facts: map[string]string{"client": "Chrome/1 Windows " + lure, "address": "::ffff:192.0.2.1", "by": "a\r\nb",
		"what": "\u202ex"}}, start)
	want := []fact{{Name: "what", Text: "x"}, {Name: "by", Text: "a b"}, {Name: "at", Time: start}, {Name: "client", Text: "Chrome, Windows"},
		{Name: "address", Text: "192.0.2.1"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestWordsForWhatHappened: in every language.
func TestWordsForWhatHappened(t *testing.T) {
	s, _ := newWriter(t, "https://id.example.com")
	for _, what := range []string{iam.WhatTOTPAdded, iam.WhatTOTPRemoved, iam.WhatEmailAdded, iam.WhatEmailRemoved, iam.WhatPasskeyAdded,
		iam.WhatPasskeyRemoved, iam.WhatRecoveryRenewed, iam.WhatRecoveryUsed, iam.WhatFactorsReset, iam.WhatToken, iam.WhatAccessKey,
		iam.WhatCertificate, iam.WhatTicketOpened, iam.WhatTicketComment, iam.WhatTicketPriority, iam.WhatTicketEscalated,
		iam.WhatTicketClosed, iam.WhatTicketReopened, iam.WhatTicketSolved, iam.WhatTenantMade, iam.WhatTenantDisabled,
		iam.WhatTenantEnabled, iam.WhatTenantLeaving, iam.WhatTenantStaying, iam.WhatTenantDeleting} {
		for _, l := range []string{"en", "ko"} {
			w := write(t, s, iam.Message{Kind: iam.MessageFactorChanged, Language: l, Facts: map[string]string{"what": what}})
			if strings.Contains(w.Text, ": "+what+"\n") {
				t.Errorf("%s has no words for %q:\n%s", l, what, w.Text)
			}
		}
	}
}

func TestClientNames(t *testing.T) {
	for agent, want := range map[string]string{
		"": "", "curl/8.5.0": "", "<b>Firefox</b>": "",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":              "Edge, Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                            "Chrome, Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                      "Safari, macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1":     "Chrome, iPhone",
		"Mozilla/5.0 (Linux; Android 15; SM-S928N) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": "Samsung Internet, Android",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0 Whale/4.31.304.16 Safari/537.36":          "Whale, Windows",
		"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0":                                                             "Firefox, Linux",
	} {
		if got := clientName(agent); got != want {
			t.Errorf("%s is %q, want %q", agent, got, want)
		}
	}
}

func TestReadableOn(t *testing.T) {
	for colour, want := range map[string]string{"#ffffff": "#000000", "#000000": "#ffffff", "#ffcc00": "#000000", "#0b3d91": "#ffffff", defaultAccent: "#ffffff", "": "#ffffff"} {
		if got := readableOn(colour); got != want {
			t.Errorf("on %s text is %s, want %s", colour, got, want)
		}
	}
}
