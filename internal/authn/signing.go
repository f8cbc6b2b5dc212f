package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// SignRS256 makes a JWT (RFC 7519) of claims, signed with the tenant's RSA
// key, which is made when there is none. It is for dialects whose clients
// verify tokens themselves.
func (s *Service) SignRS256(ctx context.Context, t iam.TenantID, claims any) (string, error) {
	panic("unfinished")
}

// VerifyRS256 verifies a JWT of the tenant and reads its claims. What they say
// is for the caller to check, their expiry too. Unauthenticated.
func (s *Service) VerifyRS256(ctx context.Context, t iam.TenantID, token string, claims any) error {
	panic("unfinished")
}

// JWKS answers the public keys of the tenant as a JSON Web Key Set (RFC 7517).
func (s *Service) JWKS(ctx context.Context, t iam.TenantID) ([]byte, error) { panic("unfinished") }

// LiveSession answers the actor of a session that a token which was verified
// names. Unauthenticated: it has ended or has steps left, or its user may not act.
func (s *Service) LiveSession(ctx context.Context, t iam.TenantID, id iam.SessionID, from Origin) (iam.Actor, iam.Session, error) {
	panic("unfinished")
}
