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
	"github.com/gatehouse-id/gatehouse/internal/keyring"
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

// keys keeps those of one tenant.
type keys struct{ rows []keyring.Key }

func (k *keys) Keys(context.Context, iam.TenantID) ([]keyring.Key, error) { return k.rows, nil }

func (k *keys) AddKey(_ context.Context, _ iam.TenantID, key keyring.Key) error {
	k.rows = append(k.rows, key)
	return nil
}

func (k *keys) ReplaceKeys(context.Context, iam.TenantID, []keyring.Key) error { return nil }

// zeros is what keys are made of here, so that mails are always the same.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// kim is whose wishes count in these tests.
const (
	theTenant = iam.TenantID("01890000-0000-7000-8000-000000000001")
	kim       = iam.UserID("01890000-0000-7000-8000-000000000002")
)

var start = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

// newWriter answers a service that can write mails, for a tenant.
func newWriter(t *testing.T, publicURL string) (*Service, *tenant) {
	t.Helper()
	of := &tenant{Tenant: iam.Tenant{Code: "acme", Name: "Acme Corp."}, settings: iam.DefaultSettings()}
	env := iam.Env{Now: func() time.Time { return start }, Rand: zeros{}}
	master, err := keyring.ParseMaster(strings.Repeat("0", 64))
	if err != nil {
		t.Fatal(err)
	}
	s := New(Deps{Tenants: tenants{of}, Keys: keyring.New(master, &keys{}, env), Env: env})
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
	w, err := s.write(t.Context(), theTenant, m)
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
	iam.MessageNewPlace: {Token: "t.c.0123", Expires: start.Add(7 * 24 * time.Hour), Facts: map[string]string{
		"client": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "address": "192.0.2.7"}},
	iam.MessageKeyExpiring: {Facts: map[string]string{"what": iam.WhatToken, "id": "5ec2e7", "name": "nightly build",
		"until": "2026-03-08T09:30:00Z"}},
	iam.MessageIdentityLinked:  {Facts: map[string]string{"what": iam.WhatIdentityLinked, "name": "Contoso", "address": "192.0.2.7"}},
	iam.MessageNoticeOff:       {Facts: map[string]string{"notice": "password-changed", "address": "192.0.2.7"}},
	iam.MessageAccessRequested: {Facts: map[string]string{"by": "lee@example.com"}},
	iam.MessageFactorPolicy:    {Facts: map[string]string{"what": iam.WhatFactorRequired, "by": "lee@example.com"}},
	iam.MessageProviderChanged: {Facts: map[string]string{"what": iam.WhatProviderUpdated, "name": "Contoso", "id": "azure", "by": "lee@example.com"}},
	iam.MessageTenantState: {Facts: map[string]string{"what": iam.WhatTenantLeaving, "tenant": "Acme Sales", "id": "acme-sales",
		"reason": "REASON_SWITCHING", "by": "lee@example.com"}},
}

// TestMails compares every mail in every language with testdata, which a
// person has read.
func TestMails(t *testing.T) {
	s, of := newWriter(t, "https://id.example.com")
	for k, m := range examples {
		for _, l := range []string{"en", "ko"} {
			m.Kind, m.User, m.Username, m.Language = k, kim, "kim", l
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
	got := facts(iam.Message{Username: "kim", Facts: map[string]string{"client": lure, "address": lure, "at": lure, "until": lure, "notice": lure,
		"by": "kim", "other": lure}}, "en", start)
	if d := cmp.Diff([]fact{{Name: "at", Time: start}}, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	got = facts(iam.Message{Facts: map[string]string{"client": "Chrome/1 Windows " + lure, "address": "::ffff:192.0.2.1", "by": "a\r\nb",
		"what": "\u202ex"}}, "en", start)
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
		iam.WhatTenantEnabled, iam.WhatTenantLeaving, iam.WhatTenantStaying, iam.WhatTenantDeleting, iam.WhatIdentityLinked,
		iam.WhatIdentityUnlinked, iam.WhatFactorRequired, iam.WhatFactorOptional, iam.WhatProviderCreated, iam.WhatProviderUpdated,
		iam.WhatProviderDeleted} {
		for _, l := range []string{"en", "ko"} {
			w := write(t, s, iam.Message{Kind: iam.MessageFactorChanged, Language: l, Facts: map[string]string{"what": what}})
			if strings.Contains(w.Text, ": "+what+"\n") {
				t.Errorf("%s has no words for %q:\n%s", l, what, w.Text)
			}
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
