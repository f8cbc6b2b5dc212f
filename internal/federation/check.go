package federation

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Limits, in characters unless something else is said.
const (
	maxName      = 63 // as of a host's label
	maxText      = 256
	maxSecret    = 1024
	maxURL       = 2048 // bytes
	maxScopes    = 256  // bytes
	maxForwarded = 16   // parameters
	maxParameter = 64
	maxClaim     = 128

	// MaxClockSkew bounds how far a provider's clock may differ.
	MaxClockSkew = 10 * time.Minute
)

// reserved are the parameters of an authorization request that are ours to say
// (RFC 6749, RFC 7636, RFC 9101, RFC 9126, RFC 8707, OpenID Connect Core 1.0):
// none goes on from who opens the sign-in page.
var reserved = []string{"client_id", "client_secret", "response_type", "response_mode", "redirect_uri", "scope", "state", "nonce",
	"code_challenge", "code_challenge_method", "request", "request_uri", "registration", "claims", "prompt", "login_hint", "id_token_hint",
	"ui_locales", "max_age", "acr_values", "hd", "code", "iss", "resource", "dpop_jkt"}

// check answers Invalid for what no sign-in could be made with, or no safe one.
func (s *Service) check(p iam.Provider, secret string) error {
	var c iam.Checker
	if p.Name != "" && (len(p.Name) > maxName || strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" ||
		strings.HasPrefix(p.Name, "-") || strings.HasSuffix(p.Name, "-")) {
		c.Add("name", iam.ReasonFormat, "name must have at most %d lower-case letters, digits and '-', and begin and end with a letter or digit", maxName)
	}
	if !slices.Contains([]iam.ProviderType{iam.ProviderOIDC, iam.ProviderGoogle, iam.ProviderAzure, iam.ProviderOkta}, p.Type) {
		c.Add("type", iam.ReasonFormat, "type must be oidc, google, azure or okta")
	}
	text(&c, "display_name", p.DisplayName, 0, maxText)
	text(&c, "client_id", p.ClientID, 1, maxText)
	c.Length("client_secret", secret, 0, maxSecret)
	text(&c, "mappers.email", p.Mappers.Email, 0, maxClaim)
	if !slices.Contains([]iam.Prompt{"", iam.PromptNone, iam.PromptConsent, iam.PromptLogin, iam.PromptSelectAccount}, p.Prompt) {
		c.Add("prompt", iam.ReasonFormat, "prompt must be none, consent, login or select_account")
	}
	if p.ClockSkew < 0 || p.ClockSkew > MaxClockSkew {
		c.Add("allowed_clock_skew", iam.ReasonFormat, "allowed_clock_skew must be between 0 and %d seconds", int(MaxClockSkew.Seconds()))
	}
	checkScopes(&c, p.Scopes)
	checkForwarded(&c, p.Forwarded)
	if d := p.HostedDomain; d != "" && (len(d) > 253 || strings.Trim(d, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || !strings.Contains(d, ".")) {
		c.Add("hosted_domain", iam.ReasonFormat, "hosted_domain must be a domain in lower case such as example.com")
	}
	s.checkPlaces(&c, p)
	return c.Err()
}

func text(c *iam.Checker, path, value string, low, high int) {
	c.Length(path, value, low, high)
	if !iam.Printable(value) {
		c.Add(path, iam.ReasonFormat, "%s must not contain control or invisible characters", path)
	}
}

// checkScopes: words of printable ASCII but quotes and backslashes (RFC 6749
// section 3.3).
func checkScopes(c *iam.Checker, scopes string) {
	outside := func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }
	if len(scopes) > maxScopes || strings.ContainsFunc(scopes, outside) {
		c.Add("default_scopes", iam.ReasonFormat, "default_scopes must be at most %d bytes of words with spaces between", maxScopes)
	}
}

func checkForwarded(c *iam.Checker, names []string) {
	if len(names) > maxForwarded {
		c.Add("forwarded_query_parameters", iam.ReasonLength, "forwarded_query_parameters must have at most %d names", maxForwarded)
	}
	for _, n := range names {
		switch {
		case n == "" || len(n) > maxParameter ||
			strings.Trim(strings.ToLower(n), "abcdefghijklmnopqrstuvwxyz0123456789_-.") != "":
			c.Add("forwarded_query_parameters", iam.ReasonFormat,
				"forwarded_query_parameters must be names of at most %d letters, digits, '_', '-' and '.'", maxParameter)
		case slices.Contains(reserved, strings.ToLower(n)):
			c.Add("forwarded_query_parameters", iam.ReasonFormat, "forwarded_query_parameters must not have %q, which is Gatehouse's to say", n)
		}
	}
}

// checkPlaces checks where the provider is.
func (s *Service) checkPlaces(c *iam.Checker, p iam.Provider) {
	for _, at := range []struct{ path, url string }{
		{"issuer", p.Issuer}, {"authorization_url", p.AuthorizationURL}, {"token_url", p.TokenURL}, {"user_info_url", p.UserInfoURL},
		{"jwks_url", p.JWKSURL}, {"logout_url", p.LogoutURL},
	} {
		if at.url == "" {
			continue
		}
		if fault := s.urlFault(at.url); fault != "" {
			c.Add(at.path, iam.ReasonFormat, "%s %s", at.path, fault)
		} else if at.path == "issuer" && strings.Contains(at.url, "?") {
			c.Add(at.path, iam.ReasonFormat, "issuer must not have a query")
		} else if d := anyDirectory(p, at.url); d != "" {
			c.Add(at.path, iam.ReasonFormat, "%s must name one directory, not %q, which has the people of all of them", at.path, d)
		}
	}
	if p.Type != "" && issuerOf(p) == "" {
		c.Add("issuer", iam.ReasonRequired, "issuer is required: without it nobody can tell whose tokens are believed")
	}
}

// urlFault says why no request is made to an address; empty for none. Plain
// http is for networks that the operator has named.
func (s *Service) urlFault(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > maxURL || !iam.Printable(address):
		return "must be a URL"
	case u.Scheme != "https" && u.Scheme != "http":
		return "must begin with https://"
	case u.Hostname() == "" || u.User != nil || u.Fragment != "" || strings.Contains(address, "#"):
		return "must name a host, and have neither a user nor a fragment"
	case u.Scheme == "http" && !s.Fetch.Plain(u.Hostname()):
		return "must begin with https://"
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && s.Fetch.Check(a) != nil {
		return "must not lead into a private network"
	}
	return ""
}
