package authn

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// MinTokenSecret is the least length of a token's secret, in characters.
const MinTokenSecret = 32

// maxToken bounds a token as a whole, in bytes.
const maxToken = 512

// tokenPrefix begins every API token, so that scanners of leaked secrets can
// know one.
const tokenPrefix = "gh_"

// splitToken takes gh_<tenant>_<id>_<secret> apart. The tenant is a code or an
// id; a code with '_' in it stands in tokens as the tenant's id.
func splitToken(raw string) (tenant string, id iam.TokenID, secret string, ok bool) {
	rest, ok := strings.CutPrefix(raw, tokenPrefix)
	if !ok || len(raw) > maxToken {
		return "", "", "", false
	}
	tenant, rest, _ = strings.Cut(rest, "_")
	name, secret, _ := strings.Cut(rest, "_")
	return tenant, iam.TokenID(name), secret, tenant != "" && name != "" && secret != ""
}

// Token answers who an API token speaks for. Unauthenticated: it is malformed,
// unknown, expired, revoked, or its user may not act, or not from here.
func (s *Service) Token(ctx context.Context, raw string, from Origin) (iam.Actor, error) {
	code, id, secret, ok := splitToken(raw)
	if !ok {
		return iam.Actor{}, unauthenticated()
	}
	t, err := s.Tenant(ctx, code)
	if err != nil {
		return iam.Actor{}, err
	}
	r, err := s.tokens.Get(ctx, t, id, func(ctx context.Context) (TokenRecord, error) { return s.store.Token(ctx, t, id) })
	if iam.Is(err, iam.NotFound) {
		return iam.Actor{}, unauthenticated()
	}
	if err != nil {
		return iam.Actor{}, err
	}
	right, err := s.keys.VerifyMAC(ctx, t, keyring.PurposeToken, r.KeyID, macInput(id, secret), r.MAC)
	if err != nil {
		return iam.Actor{}, err
	}
	now := s.env.Time()
	if !right || !r.Expires.IsZero() && !now.Before(r.Expires) {
		return iam.Actor{}, unauthenticated()
	}
	if err := s.admit(ctx, t, r.Standing, onAPI, r.Networks, from); err != nil {
		return iam.Actor{}, err
	}
	s.used.tokens.note(t, id, now)
	by := s.actor(t, r.Standing, iam.MethodToken, "", from)
	by.Token, by.Scope = id, r.Scope
	return by, nil
}

// macInput binds the secret to the id, so that a row's hash is worth nothing
// under another id.
func macInput(id iam.TokenID, secret string) []byte { return []byte(string(id) + "\x00" + secret) }

// NewToken is what a caller says of an API token to be made.
type NewToken struct {
	User    iam.UserID
	Name    string
	Expires time.Time // zero: never
	// Scope and Networks are as in iam.APIToken.
	Scope    string
	Networks []netip.Prefix
	// ID and Secret are chosen by the caller when they bring a token of their
	// own, and made here when both are empty.
	ID     iam.TokenID
	Secret string
	// Untold leaves out the mail to the user, who learns of it otherwise.
	Untold bool
}

// maxScope bounds the scope of a token, in characters.
const maxScope = 1024

// CreateToken makes an API token and answers it whole, for the one time that
// it can be seen. Only the operator makes one for somebody else: a token has
// the rights of its user. Who came with a token of some scope makes none of a
// wider one. Invalid, also for one that is good for longer than the tenant
// allows; Denied; Exists: the id is taken; NotFound: no such user.
func (s *Service) CreateToken(ctx context.Context, by iam.Actor, tenantCode string, in NewToken) (string, iam.APIToken, error) {
	if in.ID == "" && in.Secret == "" {
		in.ID, in.Secret = iam.TokenID(s.env.Secret(6)), s.env.Secret(32)
	}
	if err := ownToken(by, in.User); err != nil {
		return "", iam.APIToken{}, err
	}
	limit, err := s.tokenLimit(ctx, by)
	if err != nil {
		return "", iam.APIToken{}, err
	}
	now := s.env.Time()
	var c iam.Checker
	c.Length("name", in.Name, 0, 256)
	c.Length("scope", in.Scope, 0, maxScope)
	checkToken(&c, in.ID, in.Secret)
	if !in.Expires.IsZero() && !in.Expires.After(now) {
		c.Add("expires", iam.ReasonFormat, "expires must be in the future")
	}
	checkTokenLife(&c, in.Expires, now, limit)
	if err := c.Err(); err != nil {
		return "", iam.APIToken{}, err
	}
	if err := checkNetworks(in.Networks); err != nil {
		return "", iam.APIToken{}, err
	}
	in.Scope = strings.Join(strings.Fields(in.Scope), " ")
	if err := s.rights.CheckScope(ctx, by, in.Scope); err != nil {
		return "", iam.APIToken{}, err
	}
	var a Account // without an address nobody is told
	if !in.Untold {
		if a, err = s.store.AccountByID(ctx, by.Tenant, in.User); err != nil {
			return "", iam.APIToken{}, err
		}
	}
	keyID, mac, err := s.keys.MAC(ctx, by.Tenant, keyring.PurposeToken, macInput(in.ID, in.Secret))
	if err != nil {
		return "", iam.APIToken{}, err
	}
	r := TokenRecord{KeyID: keyID, MAC: mac, APIToken: iam.APIToken{ID: in.ID, User: in.User, Name: in.Name, Scope: in.Scope,
		Networks: in.Networks, Created: now, Expires: in.Expires}}
	if err := s.store.InsertToken(ctx, by.Tenant, r, s.env.Event(by, "token", "create", string(in.ID), in.Name)); err != nil {
		return "", iam.APIToken{}, err
	}
	s.tellOf(ctx, by.Tenant, a, iam.MessageKeyCreated, by, issued{issuedToken, string(in.ID)})
	s.remind(ctx, by.Tenant, issued{issuedToken, string(in.ID)}, in.Expires)
	if strings.Contains(tenantCode, "_") {
		tenantCode = string(by.Tenant)
	}
	return tokenPrefix + tenantCode + "_" + string(in.ID) + "_" + in.Secret, r.APIToken, nil
}

// ownToken answers Denied when the actor may not make or end tokens of a user.
func ownToken(by iam.Actor, u iam.UserID) error {
	if by.IsSystem() || by.Home == by.Tenant && by.User == u {
		return nil
	}
	return iam.E(iam.Denied, "%s may make and revoke their own tokens only", by.Username)
}

// checkToken is the rule for the parts of a token.
func checkToken(c *iam.Checker, id iam.TokenID, secret string) {
	c.Length("id", string(id), 1, 64)
	if strings.Trim(string(id), alphanumeric+"-") != "" {
		c.Add("id", iam.ReasonFormat, "the id of a token has letters, digits and '-' only")
	}
	switch {
	case len(secret) < MinTokenSecret:
		c.Add("secret", iam.ReasonLength, "the secret of a token has at least %d characters", MinTokenSecret)
	case len(secret) > 256 || strings.Trim(secret, alphanumeric+"-_") != "":
		c.Add("secret", iam.ReasonFormat, "the secret of a token has at most 256 letters, digits, '-' and '_'")
	}
}

// ParseToken checks the form of a token that somebody brings, for a tenant.
// Invalid, with the rule that it breaks, never with the token.
func ParseToken(raw, tenantCode string) (iam.TokenID, string, error) {
	code, id, secret, ok := splitToken(raw)
	if !ok {
		return "", "", iam.E(iam.Invalid, "a token has the form gh_<tenant>_<id>_<secret>")
	}
	var c iam.Checker
	if code != tenantCode {
		c.Add("tenant", iam.ReasonFormat, "the token names another tenant than %q", tenantCode)
	}
	checkToken(&c, id, secret)
	if err := c.Err(); err != nil {
		return "", "", err
	}
	return id, secret, nil
}

// Tokens lists API tokens, of one user when u is not empty.
func (s *Service) Tokens(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.APIToken], error) {
	return s.store.Tokens(ctx, by.Tenant, u, p)
}

// RevokeToken ends an API token: one of the actor's own, or any for the
// operator. Who came with a token of some scope ends that one only. NotFound,
// also for that of another.
func (s *Service) RevokeToken(ctx context.Context, by iam.Actor, id iam.TokenID) error {
	r, err := s.store.Token(ctx, by.Tenant, id)
	if err != nil {
		return err
	}
	if ownToken(by, r.User) != nil || by.Scope != "" && by.Token != id {
		return iam.ErrNotFound("token", string(id))
	}
	return s.store.DeleteToken(ctx, by.Tenant, id, s.env.Event(by, "token", "revoke", string(id), ""))
}
