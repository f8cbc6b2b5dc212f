package tenancy

import (
	"context"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/picture"
)

// SettingsStore keeps what tenants decide for themselves.
type SettingsStore interface {
	// Settings answers the settings of a tenant, the default ones where it has
	// none. NotFound: there is no such tenant.
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
	// UpdateSettings writes the settings, but for what names the logo, where
	// the stored version is s.Version, counts it and the epoch up, and answers
	// them. Conflict, NotFound.
	UpdateSettings(ctx context.Context, t iam.TenantID, s iam.Settings, events ...iam.Event) (iam.Settings, error)
	// Image answers an image of a tenant by name. NotFound.
	Image(ctx context.Context, t iam.TenantID, name string) (iam.Image, error)
	// SetImage writes an image of a tenant, or removes it when it is empty, and
	// counts the epoch up. NotFound: there is no such tenant.
	SetImage(ctx context.Context, t iam.TenantID, name string, i iam.Image, events ...iam.Event) error
}

// settingsKey is the one key under which a tenant's settings are remembered.
const settingsKey = ""

// Settings answers what a tenant decides for itself. What it refers to is
// shared with other callers. NotFound.
func (s *Service) Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error) {
	return s.settings.Get(ctx, t, settingsKey, func(ctx context.Context) (iam.Settings, error) { return s.store.Settings(ctx, t) })
}

// UpdateSettings replaces the settings of the actor's tenant, with effect on
// the next request. The version must be the one that was read; the logo stays,
// see SetLogo. Invalid; Conflict; Precondition: the networks would shut the
// actor out.
func (s *Service) UpdateSettings(ctx context.Context, by iam.Actor, in iam.Settings) (iam.Settings, error) {
	if err := checkSettings(in); err != nil {
		return iam.Settings{}, err
	}
	if !by.IsSystem() && len(in.Networks) > 0 && !contains(in.Networks, by.Address) {
		return iam.Settings{}, iam.E(iam.Precondition, "the networks do not contain %s, from where this request comes", by.Address).Because(iam.ReasonSelf)
	}
	old, err := s.store.Settings(ctx, by.Tenant)
	if err != nil {
		return iam.Settings{}, err
	}
	if in.Version != old.Version {
		return iam.Settings{}, iam.ErrStale("settings", string(by.Tenant))
	}
	in.Updated = s.env.Time()
	e := s.env.Event(by, "settings", "update", string(by.Tenant), "")
	e.Details = iam.Merge(e.Details, changedSettings(old, in))
	return s.store.UpdateSettings(ctx, by.Tenant, in, e)
}

// changedSettings names what a change touched, for the audit trail.
func changedSettings(old, in iam.Settings) map[string]string {
	m := map[string]string{}
	note := func(name string, changed bool) {
		if changed {
			m[name] = "changed"
		}
	}
	in.Branding.LogoSum = old.Branding.LogoSum
	note("password", old.Password != in.Password)
	note("lockout", old.Lockout != in.Lockout)
	note("session", old.Session != in.Session)
	note("factor", old.Factor != in.Factor)
	note("networks", !slices.Equal(old.Networks, in.Networks))
	note("keep_login_events", old.KeepLoginEvents != in.KeepLoginEvents)
	note("keep_audit_events", old.KeepAuditEvents != in.KeepAuditEvents)
	note("language", old.Language != in.Language)
	note("branding", old.Branding != in.Branding)
	note("terms", old.Terms != in.Terms)
	return m
}

func contains(networks []netip.Prefix, address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, p := range networks {
		if p.Contains(a.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

// Bounds of settings.
const (
	maxNetworks   = 256
	minIdle       = time.Minute
	maxAbsolute   = 30 * 24 * time.Hour
	leastAge      = 24 * time.Hour // of what ends with age: passwords, events
	maxRetention  = 10 * 365 * 24 * time.Hour
	longestBlock  = 24 * time.Hour
	leastMinimum  = 4   // characters; below, a password is none
	greatestShort = 128 // of MinLength
	maxVersion    = 64
	maxTerms      = 64 << 10
)

var colour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

func checkSettings(in iam.Settings) error {
	var c iam.Checker
	checkPasswordPolicy(&c, in.Password)
	between(&c, "lockout.free_failures", in.Lockout.FreeFailures, 1, 100)
	between(&c, "lockout.free_failures_of_address", in.Lockout.FreeFailuresOfAddress, 1, 10_000)
	between(&c, "lockout.delay", in.Lockout.Delay, time.Second, longestBlock)
	between(&c, "lockout.max_delay", in.Lockout.MaxDelay, min(in.Lockout.Delay, longestBlock), longestBlock)
	between(&c, "lockout.window", in.Lockout.Window, time.Minute, longestBlock)
	between(&c, "session.absolute", in.Session.Absolute, minIdle, maxAbsolute)
	between(&c, "session.idle", in.Session.Idle, minIdle, max(in.Session.Absolute, minIdle))
	if in.Factor.Required && !in.Factor.TOTP && !in.Factor.Email && !in.Factor.Passkey {
		c.Add("factor.required", iam.ReasonFormat, "a factor cannot be required while none is allowed")
	}
	checkNetworks(&c, in.Networks)
	orForEver(&c, "keep_login_events", in.KeepLoginEvents)
	orForEver(&c, "keep_audit_events", in.KeepAuditEvents)
	if in.Language != "en" && in.Language != "ko" {
		c.Add("language", iam.ReasonFormat, "language must be en or ko")
	}
	c.Length("branding.display_name", in.Branding.DisplayName, 0, 100)
	if !iam.Printable(in.Branding.DisplayName) {
		c.Add("branding.display_name", iam.ReasonFormat, "branding.display_name must not contain control or invisible characters")
	}
	if in.Branding.SupportEmail != "" && !iam.ValidEmail(in.Branding.SupportEmail) {
		c.Add("branding.support_email", iam.ReasonFormat, "branding.support_email must be an address such as person@example.com")
	}
	if in.Branding.Accent != "" && !colour.MatchString(in.Branding.Accent) {
		c.Add("branding.accent", iam.ReasonFormat, "branding.accent must be a colour such as #1a73e8")
	}
	checkTerms(&c, in.Terms)
	return c.Err()
}

// checkTerms refuses terms that nobody could accept by their version.
func checkTerms(c *iam.Checker, t iam.Terms) {
	least := 0
	if t.Text != "" {
		least = 1
	}
	c.Length("terms.version", t.Version, least, maxVersion)
	if !iam.Printable(t.Version) || strings.TrimSpace(t.Version) != t.Version {
		c.Add("terms.version", iam.ReasonFormat, "terms.version must not have invisible characters or white space around it")
	}
	c.Length("terms.text", t.Text, 0, maxTerms)
}

func checkPasswordPolicy(c *iam.Checker, p iam.PasswordPolicy) {
	between(c, "password.min_length", p.MinLength, leastMinimum, greatestShort)
	between(c, "password.max_length", p.MaxLength, max(p.MinLength, 16), 256)
	for _, n := range []struct {
		path string
		n    int
	}{{"password.min_lower", p.MinLower}, {"password.min_upper", p.MinUpper}, {"password.min_digits", p.MinDigits}, {"password.min_symbols", p.MinSymbols}} {
		between(c, n.path, n.n, 0, 16)
	}
	between(c, "password.min_strength", p.MinStrength, 0, 4)
	between(c, "password.history", p.History, 0, iam.MaxPasswordHistory)
	if p.MinLower+p.MinUpper+p.MinDigits+p.MinSymbols > p.MaxLength {
		c.Add("password.max_length", iam.ReasonFormat, "password.max_length must leave room for the characters that are asked for")
	}
	orForEver(c, "password.max_age", p.MaxAge)
}

// checkNetworks refuses what would be written, and never match.
func checkNetworks(c *iam.Checker, networks []netip.Prefix) {
	if len(networks) > maxNetworks {
		c.Add("networks", iam.ReasonLength, "networks must have at most %d members", maxNetworks)
	}
	for _, p := range networks {
		if _, err := iam.ParseNetwork(p.String()); err != nil {
			c.Add("networks", iam.ReasonFormat, "networks: %s is not a network such as 10.0.0.0/8", p)
		}
	}
}

// orForEver checks how old something may become; 0 is for ever.
func orForEver(c *iam.Checker, path string, age time.Duration) {
	if age != 0 {
		between(c, path, age, leastAge, maxRetention)
	}
}

// between checks a number or a duration against its bounds.
func between[T int | time.Duration](c *iam.Checker, path string, v, low, high T) {
	if v < low || v > high {
		c.Add(path, iam.ReasonFormat, "%s must be between %v and %v", path, low, high)
	}
}

// imageLogo is the name of the tenant's logo among its images.
const imageLogo = "logo"

// imageFavicon is the name of the picture that browsers show beside its title.
const imageFavicon = "favicon"

// Sizes, in pixels.
const (
	logoWidth   = 480
	logoHeight  = 160
	faviconSide = 64
)

// Logo answers the logo of a tenant. NotFound.
func (s *Service) Logo(ctx context.Context, t iam.TenantID) (iam.Image, error) {
	return s.store.Image(ctx, t, imageLogo)
}

// SetLogo makes an image the logo of the actor's tenant, or removes it when
// the content is empty, and answers the settings, which name it. Invalid, as
// for picture.Fit.
func (s *Service) SetLogo(ctx context.Context, by iam.Actor, content []byte) (iam.Settings, error) {
	var i iam.Image
	if len(content) > 0 {
		var err error
		if i, err = picture.Fit(content, logoWidth, logoHeight); err != nil {
			return iam.Settings{}, err
		}
		i.Updated = s.env.Time()
	}
	if err := s.store.SetImage(ctx, by.Tenant, imageLogo, i, s.env.Event(by, "settings", "set-logo", string(by.Tenant), "")); err != nil {
		return iam.Settings{}, err
	}
	return s.store.Settings(ctx, by.Tenant)
}

// Favicon answers the favicon of a tenant. NotFound.
func (s *Service) Favicon(ctx context.Context, t iam.TenantID) (iam.Image, error) {
	return s.store.Image(ctx, t, imageFavicon)
}

// SetFavicon makes an image the favicon of the actor's tenant. Invalid, as for
// picture.Fit.
func (s *Service) SetFavicon(ctx context.Context, by iam.Actor, content []byte) error {
	i, err := picture.Fit(content, faviconSide, faviconSide)
	if err != nil {
		return err
	}
	i.Updated = s.env.Time()
	return s.store.SetImage(ctx, by.Tenant, imageFavicon, i, s.env.Event(by, "settings", "set-favicon", string(by.Tenant), ""))
}
