package notice

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Written is a mail as its reader sees it.
type Written struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html"`
	// Logo says that the HTML shows the tenant's logo.
	Logo bool `json:"logo,omitzero"`
	// ReplyTo is the tenant's address for questions; empty is none.
	ReplyTo string `json:"reply_to,omitzero"`
	// Unsubscribe is the link by which its reader ends this kind of notice;
	// empty where they cannot.
	Unsubscribe string `json:"unsubscribe,omitzero"`
}

// page is what the templates are filled with.
type page struct {
	Language string
	Name     string // of the tenant
	Logo     bool
	Accent   string // colour of the button
	OnAccent string // colour of the text on it
	Support  string
	Username string
	Link     string
	Code     string
	Within   *span // how long link and code are good; nil without either
	Facts    []fact
	// Unsubscribe is as in Written.
	Unsubscribe string
}

// span is how long something is good, in the largest unit that tells it
// without a fraction that matters, and until when: a mail may be read late.
type span struct {
	N     int
	Unit  string // "minute", "hour", "day"
	Until time.Time
}

// write writes a message in the look of a tenant.
func (s *Service) write(ctx context.Context, t iam.TenantID, m iam.Message) (Written, error) {
	k, known := kinds[m.Kind]
	if !known {
		return Written{}, iam.E(iam.Internal, "there is no mail of kind %q", m.Kind)
	}
	tenant, err := s.tenants.Tenant(ctx, iam.System(t, "notice"))
	if err != nil {
		return Written{}, err
	}
	settings, err := s.tenants.Settings(ctx, t)
	if err != nil {
		return Written{}, err
	}
	p := page{
		Language: language(m.Language, settings.Language), Name: tenant.Name, Logo: settings.Branding.LogoSum != "",
		Accent: defaultAccent, Support: settings.Branding.SupportEmail, Username: oneLine(m.Username), Code: m.Code,
	}
	p.Facts = facts(m, p.Language, s.env.Time())
	if settings.Branding.DisplayName != "" {
		p.Name = settings.Branding.DisplayName
	}
	p.Name = oneLine(p.Name)
	if settings.Branding.Accent != "" {
		p.Accent = settings.Branding.Accent
	}
	p.OnAccent = readableOn(p.Accent)
	if p.Link, err = s.link(k, tenant.Code, m.Token); err != nil {
		return Written{}, err
	}
	if e, ok := entryOfKind(m.Kind); ok && m.User != "" {
		if p.Unsubscribe, err = s.unsubscribeLink(ctx, t, tenant.Code, m.User, e); err != nil {
			return Written{}, err
		}
	}
	if !m.Expires.IsZero() && (p.Link != "" || p.Code != "") {
		p.Within = spanOf(s.env.Now(), m.Expires.UTC())
	}
	w, err := render(m.Kind, p)
	w.Logo, w.ReplyTo, w.Unsubscribe = p.Logo, p.Support, p.Unsubscribe
	return w, err
}

// language answers the first of the wanted languages (BCP 47) that mails are
// written in.
func language(wanted ...string) string {
	for _, w := range wanted {
		base, _, _ := strings.Cut(iam.Fold(w), "-")
		if base == "en" || base == "ko" {
			return base
		}
	}
	return "en"
}

// oneLine answers s without what could end a line, hide text, or pass for an
// encoded word (RFC 2047) in a header. Names are checked where they are made;
// this is the last wall.
func oneLine(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || !iam.Printable(string(r)) })
	return strings.ReplaceAll(strings.Join(words, " "), "=?", "= ?")
}

func spanOf(now, until time.Time) *span {
	minutes := max(int((until.Sub(now)+30*time.Second)/time.Minute), 1)
	switch {
	case minutes >= 48*60:
		return &span{minutes / (24 * 60), "day", until}
	case minutes >= 120:
		return &span{minutes / 60, "hour", until}
	default:
		return &span{minutes, "minute", until}
	}
}
