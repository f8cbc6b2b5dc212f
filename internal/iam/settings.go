package iam

import (
	"net/netip"
	"time"
)

// Settings are what a tenant decides for itself about how its people prove who
// they are and how it looks to them. The zero Settings are not usable; start
// from DefaultSettings.
type Settings struct {
	Password PasswordPolicy
	Lockout  LockoutPolicy
	Session  SessionPolicy
	Factor   FactorPolicy
	// Credentials bound how long what programs sign in with may be good.
	Credentials CredentialPolicy
	// Networks are where people and programs of the tenant may come from;
	// empty is anywhere.
	Networks []netip.Prefix
	// KeepLoginEvents and KeepAuditEvents are how long attempts to sign in
	// and the trail of changes are kept; 0 is for ever.
	KeepLoginEvents time.Duration
	KeepAuditEvents time.Duration
	// Language is that of pages and mails for who has not chosen one: "en", "ko".
	Language string
	Branding Branding
	Terms    Terms
	// ScannerURL is where people of the tenant are sent with a one-time token,
	// to a web application scanner; empty is none.
	ScannerURL string
	Updated    time.Time
	Version    int64 // 0 while nothing was ever changed
}

// PasswordPolicy is what a tenant asks of new passwords. Lengths and counts are in
// characters (code points) of the prepared password. The zero PasswordPolicy
// refuses everything; start from DefaultSettings.
type PasswordPolicy struct {
	MinLength int
	MaxLength int
	// How many characters of a class there must be at least. Symbols are all
	// that are neither letters nor digits, spaces included.
	MinLower   int
	MinUpper   int
	MinDigits  int
	MinSymbols int
	// NotUsername refuses the user's own name and e-mail address, also with
	// digits and symbols put before or behind.
	NotUsername bool
	// RefuseCommon refuses the most common passwords, in whatever case.
	RefuseCommon bool
	// MinStrength is the least strength, 0 to 4.
	MinStrength int
	// History is how many earlier passwords of the user are refused, at most
	// MaxPasswordHistory. The present one always is.
	History int
	// MaxAge is how long a password is good; 0 is for ever, which NIST
	// SP 800-63B section 5.1.1.2 advises.
	MaxAge time.Duration
}

// MaxPasswordHistory bounds PasswordPolicy.History: each costs a hash.
const MaxPasswordHistory = 24

// LockoutPolicy says what failed attempts to sign in lead to. Attempts of one account
// (whether it exists or not) and of one address are counted apart.
type LockoutPolicy struct {
	// FreeFailures and FreeFailuresOfAddress are how many failures in Window
	// have no consequence. Each further one blocks for twice as long as the
	// one before, from Delay up to MaxDelay.
	FreeFailures          int
	FreeFailuresOfAddress int
	Delay                 time.Duration
	MaxDelay              time.Duration
	// Window is how long after the last failure all are forgotten.
	Window time.Duration
}

// SessionPolicy limits sessions on pages. Sessions of API clients end as their dialect
// says, but not later than Absolute.
type SessionPolicy struct {
	Idle     time.Duration // without a request
	Absolute time.Duration // after the sign-in
}

// FactorPolicy says which second factors there are and who needs one.
type FactorPolicy struct {
	Required bool // of everybody who signs in on a page
	// Changing holds while a job tells people that Required was switched on,
	// or off; read only.
	Changing bool
	TOTP     bool
	Email    bool
	Passkey  bool
}

// CredentialPolicy bounds the life of new credentials, in days. 0 is no bound.
type CredentialPolicy struct {
	MaxTokenDays       int
	MaxCertificateDays int
	MaxKubeConfigDays  int
}

// Branding is how a tenant looks to its people.
type Branding struct {
	DisplayName  string // empty: the tenant's name
	SupportEmail string
	// LogoSum is iam.Image.Sum of the logo; empty without one; read only.
	LogoSum string
	// Accent is the colour of buttons and links, "#rrggbb"; empty is Gatehouse's own.
	Accent string
}

// Terms are the terms of service that a tenant asks its people to accept; the
// zero Terms are none.
type Terms struct {
	Version string
	Text    string
}

// DefaultSettings are those of a tenant that has not decided otherwise.
func DefaultSettings() Settings {
	return Settings{
		Password: PasswordPolicy{MinLength: 8, MaxLength: 256, NotUsername: true, RefuseCommon: true},
		Lockout: LockoutPolicy{FreeFailures: 5, FreeFailuresOfAddress: 50, Delay: time.Second,
			MaxDelay: 15 * time.Minute, Window: time.Hour},
		Session:         SessionPolicy{Idle: 8 * time.Hour, Absolute: 24 * time.Hour},
		Factor:          FactorPolicy{TOTP: true, Email: true, Passkey: true},
		KeepLoginEvents: 365 * 24 * time.Hour,
		KeepAuditEvents: 400 * 24 * time.Hour,
		Language:        "en",
	}
}

// UserRules restrict how one user may come in, beside what the tenant says.
// The zero UserRules restrict nothing.
type UserRules struct {
	NoPages       bool // may not sign in on pages
	NoAPI         bool // may not call APIs, with whatever credential
	RequireFactor bool // needs a second factor on pages though the tenant asks for none
	// WantFactor is the user's own wish to be asked for a second factor: the next
	// sign-in on pages sets one up. It goes with the last factor that they remove.
	WantFactor bool
	Pages      SourceRule
	API        SourceRule
}

// SourceRule says where requests may come from. Sources are kept while the
// rule is off, and are all refused when it is on and has none.
type SourceRule struct {
	On      bool
	Sources []Source
}

// Source is one place of a SourceRule. Only those of SourceIP can match: which
// virtual network a request comes from is known to a vendor's cloud alone.
type Source struct {
	Type  SourceType
	Value string // of SourceIP an address or a network (CIDR)
}

// SourceType is what kind of place a Source names.
type SourceType string

const (
	SourceIP        SourceType = "IP"
	SourceVPC       SourceType = "VPC"
	SourceVPCServer SourceType = "VPC_SERVER"
)

// Allows reports whether a request may come from an address. An address that
// is not one, as of a connection that is not TCP, is allowed by a rule only
// that is off.
func (r SourceRule) Allows(address string) bool {
	if !r.On {
		return true
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	for _, s := range r.Sources {
		if s.Type != SourceIP {
			continue
		}
		if p, err := ParseNetwork(s.Value); err == nil && p.Contains(a) {
			return true
		}
	}
	return false
}

// ParseNetwork reads a network (CIDR, RFC 4632) or a single address. Bits behind
// the prefix are Invalid rather than ignored, and so is an IPv6 zone.
func ParseNetwork(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		a, errAddr := netip.ParseAddr(s)
		if errAddr != nil || a.Zone() != "" {
			return netip.Prefix{}, E(Invalid, "%q is neither a network such as 10.0.0.0/8 nor an address", Cut(s, 64)).Because(ReasonFormat)
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	if p != p.Masked() {
		return netip.Prefix{}, E(Invalid, "%s has bits set behind its prefix; the network is %s", p, p.Masked()).Because(ReasonFormat)
	}
	if p.Addr().Is4In6() {
		return netip.Prefix{}, E(Invalid, "%s is an IPv4 network in IPv6 notation", p).Because(ReasonFormat)
	}
	return p, nil
}
