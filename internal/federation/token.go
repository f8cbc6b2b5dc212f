package federation

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxSubject bounds a subject, in bytes (OpenID Connect Core 1.0 section 2).
const maxSubject = 255

// verifier checks signature, issuer and audience of tokens of a provider. Times
// are for timely, with the skew that the tenant allows.
func (s *Service) verifier(up upstream, clientID string, types ...string) *oidc.IDTokenVerifier {
	return oidc.NewVerifier(up.issuer, keySet{s, up.jwks, types}, &oidc.Config{ClientID: clientID, SupportedSigningAlgs: algorithms,
		SkipExpiryCheck: true})
}

// times are those that a token says, as seconds since 1970 that may have a
// fraction (RFC 7519 section 2).
type times struct {
	Expires   *float64 `json:"exp"`
	IssuedAt  *float64 `json:"iat"`
	NotBefore *float64 `json:"nbf"`
}

// timely answers an error for a token that is not good now, by clocks that
// differ by skew at most.
func (t times) timely(now time.Time, skew time.Duration) error {
	seconds := float64(now.UnixMilli()) / 1000
	switch {
	case t.Expires == nil || t.IssuedAt == nil:
		return errors.New("the token does not say when it was issued and expires")
	case *t.Expires+skew.Seconds() <= seconds:
		return errors.New("the token has expired")
	case *t.IssuedAt-skew.Seconds() > seconds || t.NotBefore != nil && *t.NotBefore-skew.Seconds() > seconds:
		return errors.New("the token is not good yet")
	}
	return nil
}

// rules are claims of an ID token by which it is judged, beside those that the
// library looks at.
type rules struct {
	times
	AuthorizedParty *string         `json:"azp"`
	Events          json.RawMessage `json:"events"` // of a logout token
}

// redeem gets tokens for a code and answers what the ID token claims, checked as
// OpenID Connect Core 1.0 section 3.1.3.7 has it, and itself. An access token
// comes for user info.
func (s *Service) redeem(ctx context.Context, r Record, up upstream, redirect, secret, code string, f flow) (claims, *oauth2.Token, string, error) {
	config := up.config(r.ClientID, secret, redirect, nil)
	token, err := config.Exchange(s.speaking(ctx), code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return nil, nil, "", fault(err, "the provider does not take back the code that it has given out")
	}
	raw, _ := token.Extra("id_token").(string)
	c, err := s.checkIDToken(ctx, r, up, raw, token.AccessToken, f.Nonce)
	if err != nil {
		return nil, nil, "", notProved(err)
	}
	if f.Fresh && !c.provedSince(f.Expires.Add(-flowLife-r.ClockSkew)) {
		return nil, nil, "", notProved(errors.New("the provider has proved the user too long ago"))
	}
	return c, token, raw, nil
}

// checkIDToken answers what an ID token claims of whom it is about.
func (s *Service) checkIDToken(ctx context.Context, r Record, up upstream, raw, access, nonce string) (claims, error) {
	id, err := s.verifier(up, r.ClientID, typeJWT).Verify(s.speaking(ctx), raw)
	if err != nil {
		return nil, err
	}
	var rules rules
	if err := id.Claims(&rules); err != nil {
		return nil, err
	}
	if err := rules.timely(s.Env.Now(), r.ClockSkew); err != nil {
		return nil, err
	}
	switch {
	case id.Subject == "" || len(id.Subject) > maxSubject:
		return nil, errors.New("the token has no subject, or one that is too long")
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1:
		return nil, errors.New("the token is for another sign-in: its nonce differs")
	case rules.AuthorizedParty != nil && *rules.AuthorizedParty != r.ClientID, rules.AuthorizedParty == nil && len(id.Audience) > 1:
		return nil, errors.New("the token was issued to another client")
	case rules.Events != nil:
		return nil, errors.New("the token tells of an event and proves nobody")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(access); err != nil {
			return nil, err
		}
	}
	var c claims
	err = id.Claims(&c)
	return c, err
}

// userInfo asks the provider for more of a subject; nil where it is not to be
// asked.
func (s *Service) userInfo(ctx context.Context, up upstream, token *oauth2.Token, subject string) (claims, error) {
	if up.userInfo == "" {
		return nil, nil
	}
	ctx = s.speaking(ctx)
	from := &oidc.ProviderConfig{IssuerURL: up.issuer, UserInfoURL: up.userInfo, JWKSURL: up.jwks, Algorithms: algorithms}
	info, err := from.NewProvider(ctx).UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, fault(err, "the provider does not tell who that is")
	}
	if info.Subject != subject {
		return nil, notProved(fmt.Errorf("user info is of subject %q instead of %q", iam.Cut(info.Subject, maxSubject), subject))
	}
	var c claims
	if err := info.Claims(&c); err != nil {
		return nil, fault(err, "the provider does not tell who that is")
	}
	return c, nil
}

// notProved is the answer where what a provider says of somebody does not hold,
// whatever the reason: that is for the log.
func notProved(err error) error {
	return &iam.Error{Kind: iam.Unauthenticated, Code: iam.ReasonNotProved, Message: "what the provider says of you does not hold", Err: err}
}
