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
// of the tenant, good for as long as the session is. One with steps left gets
// none: Unauthenticated.
func (s *Service) SessionToken(ctx context.Context, t iam.TenantID, session iam.Session) (string, error) {
	if len(session.Pending) > 0 {
		return "", unauthenticated()
	}
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
	if _, err := s.session(ctx, named.Tenant, named.Session); err != nil {
		return iam.Actor{}, err
	}
	err = s.checkSignature(ctx, named.Tenant, signed)
	if iam.Is(err, iam.NotFound) || err == nil && s.env.Now().Unix() >= named.Expires {
		err = unauthenticated()
	}
	if err != nil {
		return iam.Actor{}, err
	}
	r, err := s.liveSession(ctx, named.Tenant, named.Session, from)
	if err != nil {
		return iam.Actor{}, err
	}
	return s.actor(named.Tenant, r.Standing, iam.MethodSession, r.ID, from), nil
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
// lasts as long again, but not longer than refreshLimit after the sign-in, or
// as the tenant allows where the session has a life of its own. An actor who
// proved their password with this very request gets a new one.
// Unauthenticated: the session has ended, also by another Refresh, or the user
// may not act any more; Invalid: the actor came with a token, key or
// certificate, whose end a session would outlive.
func (s *Service) Refresh(ctx context.Context, by iam.Actor, from Origin) (iam.Session, error) {
	switch by.Method {
	case iam.MethodSession, iam.MethodPassword:
	case iam.MethodToken:
		return iam.Session{}, iam.E(iam.Invalid, "an API token cannot be refreshed; sign in with a password")
	default:
		return iam.Session{}, iam.E(iam.Invalid, "only a sign-in with a password can be refreshed")
	}
	a, err := s.store.AccountByID(ctx, by.Home, by.User)
	if iam.Is(err, iam.NotFound) {
		err = unauthenticated()
	}
	if err == nil {
		err = s.admit(ctx, by.Home, a.Standing, onAPI, nil, from)
	}
	if err != nil {
		return iam.Session{}, err
	}
	if by.Session == "" {
		b, err := s.enter(ctx, by.Home, entry{account: a, method: iam.MethodPassword, methods: []iam.AuthMethod{iam.MethodPassword}}, from)
		return b.Session, err
	}
	old, err := s.store.Session(ctx, by.Home, by.Session)
	if iam.Is(err, iam.NotFound) || err == nil && (old.Pages || len(old.Pending) > 0) {
		err = unauthenticated()
	}
	if err != nil {
		return iam.Session{}, err
	}
	next, err := s.refreshed(ctx, by.Home, old, a, from)
	if err != nil {
		return iam.Session{}, err
	}
	err = s.store.ReplaceSession(ctx, by.Home, by.Session, next)
	if iam.Is(err, iam.NotFound) || iam.Is(err, iam.Conflict) {
		return iam.Session{}, unauthenticated()
	}
	return next.Session, err
}

// refreshed is the session that comes in place of an old one. Unauthenticated:
// the sign-in is too long ago.
func (s *Service) refreshed(ctx context.Context, t iam.TenantID, old SessionRecord, a Account, from Origin) (NewSession, error) {
	settings, err := s.settings.Settings(ctx, t)
	if err != nil {
		return NewSession{}, err
	}
	now := s.env.Time()
	life, limit := SessionLife, min(refreshLimit, settings.Session.Absolute)
	if old.Life > 0 {
		life, limit = old.Life, settings.Session.Absolute
	}
	next := old.Session
	next.ID, next.Username, next.Dialect, next.Address, next.Client = iam.SessionID(s.env.NewID()), a.Username, from.Dialect,
		from.Address, iam.Cut(from.Client, maxName)
	next.Created, next.LastSeen, next.Expires = now, now, now.Add(life)
	if last := old.SignedIn.Add(limit); next.Expires.After(last) {
		next.Expires = last
	}
	if !next.Expires.After(now.Add(time.Minute)) {
		return NewSession{}, iam.E(iam.Unauthenticated, "the sign-in is too long ago; sign in again")
	}
	return NewSession{Session: next, Generation: a.Generation, Life: old.Life}, nil
}

// SignOut ends the actor's session. An actor without one has nothing to end.
func (s *Service) SignOut(ctx context.Context, by iam.Actor) error {
	if by.Session == "" {
		return nil
	}
	err := s.store.EndSession(ctx, by.Home, by.Session, s.env.Event(by, "session", "end", string(by.Session), by.Username))
	if iam.Is(err, iam.NotFound) {
		return nil // it has ended already
	}
	return err
}
