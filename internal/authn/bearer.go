package authn

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Bearer answers who a bearer token (RFC 6750) speaks for: an API token, or
// else a session token. code is that of the tenant which the request's host or
// path names, empty where neither does; the token has to be of that tenant, or
// of somebody whom a relation of the tenants lets act there. Unauthenticated as
// for Token and Session, and for everybody else.
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
