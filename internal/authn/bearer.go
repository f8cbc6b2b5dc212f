package authn

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Bearer answers who a bearer token (RFC 6750) speaks for: an API token, or
// else a session token. code is that of the tenant which the request's host or
// path names, empty where neither does; the token has to be of that tenant.
// Unauthenticated as for Token and Session, and for a token of another tenant.
func (s *Service) Bearer(ctx context.Context, raw, code string, from Origin) (iam.Actor, error) {
	prove := s.Session
	if strings.HasPrefix(raw, tokenPrefix) {
		prove = s.Token
	}
	by, err := prove(ctx, raw, from)
	if err != nil {
		return iam.Actor{}, err
	}
	return s.ofTenant(ctx, by, code)
}

// ofTenant answers an actor whose home is the tenant of a code, or any where
// that is empty. Unauthenticated: it is another.
func (s *Service) ofTenant(ctx context.Context, by iam.Actor, code string) (iam.Actor, error) {
	if code == "" {
		return by, nil
	}
	t, err := s.Tenant(ctx, code)
	if err != nil {
		return iam.Actor{}, err
	}
	if t != by.Home {
		return iam.Actor{}, unauthenticated()
	}
	return by, nil
}
