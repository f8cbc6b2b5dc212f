package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A tenant may bound how long new tokens and certificates are good. Those that
// are there stay as they are, and the operator is not bound.

// day is the unit of such bounds.
const day = 24 * time.Hour

// tokenLimit answers how long a new API token of the actor's may be good at
// most; 0 is for ever.
func (s *Service) tokenLimit(ctx context.Context, by iam.Actor) (time.Duration, error) {
	return s.credentialLimit(ctx, by, func(p iam.CredentialPolicy) int { return p.MaxTokenDays })
}

// certificateLimit is tokenLimit for client certificates.
func (s *Service) certificateLimit(ctx context.Context, by iam.Actor) (time.Duration, error) {
	return s.credentialLimit(ctx, by, func(p iam.CredentialPolicy) int { return p.MaxCertificateDays })
}

func (s *Service) credentialLimit(ctx context.Context, by iam.Actor, days func(iam.CredentialPolicy) int) (time.Duration, error) {
	if by.IsSystem() {
		return 0, nil
	}
	st, err := s.settings.Settings(ctx, by.Tenant)
	return time.Duration(days(st.Credentials)) * day, err
}

// checkTokenLife refuses a token without end, or with one too late, where the
// tenant has a limit.
func checkTokenLife(c *iam.Checker, expires, now time.Time, limit time.Duration) {
	switch days := int(limit / day); {
	case limit == 0:
	case expires.IsZero():
		c.Add("expires", iam.ReasonRequired, "expires is required: tokens of this tenant are good for at most %d days", days)
	case expires.Sub(now) > limit:
		c.Add("expires", iam.ReasonFormat, "expires must be at most %d days from now: tokens of this tenant are good for no longer", days)
	}
}
