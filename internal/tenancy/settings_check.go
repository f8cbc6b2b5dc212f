package tenancy

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

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
	maxLifeDays   = 3650 // of a bound for credentials
	maxURL        = 2048
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
	between(&c, "credentials.max_token_days", in.Credentials.MaxTokenDays, 0, maxLifeDays)
	between(&c, "credentials.max_certificate_days", in.Credentials.MaxCertificateDays, 0, maxLifeDays)
	between(&c, "credentials.max_kube_config_days", in.Credentials.MaxKubeConfigDays, 0, maxLifeDays)
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
	checkScanner(&c, in.ScannerURL)
	return c.Err()
}

// checkScanner refuses addresses to which nobody should be sent with a token
// that is proof of who they are: it would go over the network in the clear.
func checkScanner(c *iam.Checker, address string) {
	if address == "" {
		return
	}
	c.Length("scanner_url", address, 0, maxURL)
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		c.Add("scanner_url", iam.ReasonFormat, "scanner_url must be an https address without user name and fragment")
	}
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
