package authn

import (
	"context"
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
// unknown, expired, revoked, or its user may not act.
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
	if !right || !r.Standing.Good() || !r.Expires.IsZero() && !now.Before(r.Expires) {
		return iam.Actor{}, unauthenticated()
	}
	s.used.note(t, id, now)
	return iam.Actor{
		Tenant: t, Home: t, User: r.User, Username: r.Standing.Username, Method: iam.MethodToken, Token: id,
		Address: from.Address, Client: from.Client, RequestID: from.RequestID,
	}, nil
}

// macInput binds the secret to the id, so that a row's hash is worth nothing
// under another id.
func macInput(id iam.TokenID, secret string) []byte { return []byte(string(id) + "\x00" + secret) }

// NewToken is what a caller says of an API token to be made.
type NewToken struct {
	User    iam.UserID
	Name    string
	Expires time.Time // zero: never
	// ID and Secret are chosen by the caller when they bring a token of their
	// own, and made here when both are empty.
	ID     iam.TokenID
	Secret string
}

// CreateToken makes an API token and answers it whole, for the one time that
// it can be seen. Invalid; Exists: the id is taken; NotFound: no such user.
func (s *Service) CreateToken(ctx context.Context, by iam.Actor, tenantCode string, in NewToken) (string, iam.APIToken, error) {
	if in.ID == "" && in.Secret == "" {
		in.ID, in.Secret = iam.TokenID(s.env.Secret(6)), s.env.Secret(32)
	}
	now := s.env.Time()
	var c iam.Checker
	c.Length("name", in.Name, 0, 256)
	c.Length("id", string(in.ID), 1, 64)
	if strings.Trim(string(in.ID), alphanumeric+"-") != "" {
		c.Add("id", iam.ReasonFormat, "the id of a token has letters, digits and '-' only")
	}
	if len(in.Secret) < MinTokenSecret || len(in.Secret) > 256 || strings.Trim(in.Secret, alphanumeric+"-_") != "" {
		c.Add("secret", iam.ReasonFormat, "the secret of a token has between %d and 256 letters, digits, '-' and '_'", MinTokenSecret)
	}
	if !in.Expires.IsZero() && !in.Expires.After(now) {
		c.Add("expires", iam.ReasonFormat, "expires must be in the future")
	}
	if err := c.Err(); err != nil {
		return "", iam.APIToken{}, err
	}
	keyID, mac, err := s.keys.MAC(ctx, by.Tenant, keyring.PurposeToken, macInput(in.ID, in.Secret))
	if err != nil {
		return "", iam.APIToken{}, err
	}
	r := TokenRecord{APIToken: iam.APIToken{ID: in.ID, User: in.User, Name: in.Name, Created: now, Expires: in.Expires}, KeyID: keyID, MAC: mac}
	if err := s.store.InsertToken(ctx, by.Tenant, r, s.env.Event(by, "token", "create", string(in.ID), in.Name)); err != nil {
		return "", iam.APIToken{}, err
	}
	if strings.Contains(tenantCode, "_") {
		tenantCode = string(by.Tenant)
	}
	return tokenPrefix + tenantCode + "_" + string(in.ID) + "_" + in.Secret, r.APIToken, nil
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// ParseToken checks the form of a token that somebody brings, for a tenant.
// Invalid, with the rule that it breaks, never with the token.
func ParseToken(raw, tenantCode string) (iam.TokenID, string, error) {
	code, id, secret, ok := splitToken(raw)
	switch {
	case !ok:
		return "", "", iam.E(iam.Invalid, "a token has the form gh_<tenant>_<id>_<secret>")
	case code != tenantCode:
		return "", "", iam.E(iam.Invalid, "the token names another tenant than %q", tenantCode)
	case len(secret) < MinTokenSecret:
		return "", "", iam.E(iam.Invalid, "the secret of the token is shorter than %d characters", MinTokenSecret)
	}
	return id, secret, nil
}

// Tokens lists API tokens, of one user when u is not empty.
func (s *Service) Tokens(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.APIToken], error) {
	return s.store.Tokens(ctx, by.Tenant, u, p)
}

// RevokeToken ends an API token. NotFound.
func (s *Service) RevokeToken(ctx context.Context, by iam.Actor, id iam.TokenID) error {
	return s.store.DeleteToken(ctx, by.Tenant, id, s.env.Event(by, "token", "revoke", string(id), ""))
}
