package authn

import (
	"context"
	"encoding/json"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// claims of a session token (RFC 7519). Clients read Username and Expires; the
// others lead back to the row that the token stands for.
type claims struct {
	Username string        `json:"username"`
	Expires  int64         `json:"exp"` // seconds since 1970
	Issued   int64         `json:"iat"`
	Tenant   iam.TenantID  `json:"tid"`
	Session  iam.SessionID `json:"sid"`
}

// SessionToken makes a token for a session: a JWT signed with HS256 and a key
// of the tenant, good for as long as the session is.
func (s *Service) SessionToken(ctx context.Context, t iam.TenantID, session iam.Session) (string, error) {
	kid, key, err := s.keys.Signing(ctx, t, keyring.PurposeSession)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: key},
		(&jose.SignerOptions{}).WithType("JWT").WithHeader(jose.HeaderKey("kid"), kid))
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims{Username: session.Username, Expires: session.Expires.Unix(),
		Issued: session.Created.Unix(), Tenant: t, Session: session.ID})
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// Session answers who a session token speaks for. Unauthenticated: it is
// malformed, forged, expired, its session has ended, or its user may not act.
//
// What the token says of itself only leads to a row; the row has to be there
// before a key is looked for, so that invented tenants cost nothing that stays.
func (s *Service) Session(ctx context.Context, token string, from Origin) (iam.Actor, error) {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return iam.Actor{}, unauthenticated()
	}
	var named claims
	if err := json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &named); err != nil ||
		!iam.ValidID(string(named.Tenant)) || !iam.ValidID(string(named.Session)) {
		return iam.Actor{}, unauthenticated()
	}
	r, err := s.sessions.Get(ctx, named.Tenant, named.Session, func(ctx context.Context) (SessionRecord, error) {
		return s.store.Session(ctx, named.Tenant, named.Session)
	})
	if err == nil {
		err = s.checkSignature(ctx, named.Tenant, signed)
	}
	if iam.Is(err, iam.NotFound) {
		return iam.Actor{}, unauthenticated()
	}
	if err != nil {
		return iam.Actor{}, err
	}
	now := s.env.Now()
	if !r.Standing.Good() || !now.Before(r.Expires) || now.Unix() >= named.Expires {
		return iam.Actor{}, unauthenticated()
	}
	return s.actor(named.Tenant, r.Standing, iam.MethodSession, named.Session, from), nil
}

// checkSignature verifies a session token with the key of its tenant that it
// names. NotFound: there is no such key.
func (s *Service) checkSignature(ctx context.Context, t iam.TenantID, signed *jose.JSONWebSignature) error {
	key, err := s.keys.Verifying(ctx, t, keyring.PurposeSession, signed.Signatures[0].Header.KeyID)
	if err != nil {
		return err
	}
	if _, err := signed.Verify(key); err != nil {
		return unauthenticated()
	}
	return nil
}

// Refresh ends the actor's session and begins another in its place, which
// lasts as long again, but not longer than refreshLimit after the sign-in.
// An actor who proved their password with this very request gets a new one.
// Unauthenticated: the session has ended, also by another Refresh, or the user
// may not act any more; Invalid: the actor came with an API token, whose end a
// session would outlive.
func (s *Service) Refresh(ctx context.Context, by iam.Actor, from Origin) (iam.Session, error) {
	if by.Method == iam.MethodToken {
		return iam.Session{}, iam.E(iam.Invalid, "an API token cannot be refreshed; sign in with a password")
	}
	a, err := s.store.Account(ctx, by.Tenant, by.Username)
	if err != nil && !iam.Is(err, iam.NotFound) {
		return iam.Session{}, err
	}
	// Since the actor was authenticated, the user may have gone, been disabled
	// or been renamed, and another may have taken the name.
	if err != nil || a.User != by.User || !a.Good() {
		return iam.Session{}, unauthenticated()
	}
	if by.Session == "" {
		return s.begin(ctx, by.Tenant, a, from)
	}
	old, err := s.store.Session(ctx, by.Tenant, by.Session)
	if iam.Is(err, iam.NotFound) {
		return iam.Session{}, unauthenticated()
	}
	if err != nil {
		return iam.Session{}, err
	}
	now := s.env.Time()
	next := s.newSession(a.User, a.Username, now, from)
	next.SignedIn = old.SignedIn
	if last := old.SignedIn.Add(refreshLimit); next.Expires.After(last) {
		next.Expires = last
	}
	if !next.Expires.After(now.Add(time.Minute)) {
		return iam.Session{}, iam.E(iam.Unauthenticated, "the sign-in is too long ago; sign in again")
	}
	err = s.store.ReplaceSession(ctx, by.Tenant, by.Session, NewSession{Session: next, Generation: a.Generation})
	if iam.Is(err, iam.NotFound) || iam.Is(err, iam.Conflict) {
		return iam.Session{}, unauthenticated()
	}
	return next, err
}

// SignOut ends the actor's session. An actor without one has nothing to end.
func (s *Service) SignOut(ctx context.Context, by iam.Actor) error {
	if by.Session == "" {
		return nil
	}
	err := s.store.EndSession(ctx, by.Tenant, by.Session, s.env.Event(by, "session", "end", string(by.Session), by.Username))
	if iam.Is(err, iam.NotFound) {
		return nil // it has ended already
	}
	return err
}
