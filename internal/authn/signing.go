package authn

import (
	"context"
	"encoding/json"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxJWT bounds a JWT as a whole, in bytes.
const maxJWT = 16 << 10

// SignRS256 makes a JWT (RFC 7519) of claims, signed with the tenant's RSA
// key, which is made when there is none. It is for dialects whose clients
// verify tokens themselves. NotFound: there is no such tenant.
func (s *Service) SignRS256(ctx context.Context, t iam.TenantID, claims any) (string, error) {
	keys, err := s.ensureSigningKeys(ctx, t)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed, err := keys.signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// VerifyRS256 verifies a JWT of the tenant and reads its claims. What they say
// is for the caller to check, their expiry too. Unauthenticated.
//
// The algorithm is RS256 and the key one of the tenant's own, whatever the
// token says: its header only chooses among those keys.
func (s *Service) VerifyRS256(ctx context.Context, t iam.TenantID, token string, claims any) error {
	if len(token) > maxJWT {
		return unauthenticated()
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return unauthenticated()
	}
	keys, err := s.signingKeys(ctx, t)
	if iam.Is(err, iam.NotFound) {
		return unauthenticated()
	}
	if err != nil {
		return err
	}
	key, ok := keys.public[signed.Signatures[0].Header.KeyID]
	if !ok {
		return unauthenticated()
	}
	payload, err := signed.Verify(key)
	if err != nil || json.Unmarshal(payload, claims) != nil {
		return unauthenticated()
	}
	return nil
}

// JWKS answers the public keys of the tenant as a JSON Web Key Set (RFC 7517).
// NotFound: there is no such tenant.
func (s *Service) JWKS(ctx context.Context, t iam.TenantID) ([]byte, error) {
	keys, err := s.ensureSigningKeys(ctx, t)
	if err != nil {
		return nil, err
	}
	return keys.set, nil
}

// LiveSession answers the actor of a session that a token which was verified
// names. Unauthenticated: it has ended or has steps left, or its user may not act.
func (s *Service) LiveSession(ctx context.Context, t iam.TenantID, id iam.SessionID, from Origin) (iam.Actor, iam.Session, error) {
	r, err := s.liveSession(ctx, t, id, from)
	if err != nil {
		return iam.Actor{}, iam.Session{}, err
	}
	return s.actor(t, r.Standing, iam.MethodSession, id, from), r.Session, nil
}
