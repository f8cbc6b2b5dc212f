package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// LimitAddress counts something that anybody may ask for, by the address from
// where it is asked, as failures to sign in are counted. what names it among
// the counts. RateLimited; NotFound: there is no such tenant.
func (s *Service) LimitAddress(ctx context.Context, t iam.TenantID, what, address string) error {
	policy, err := s.lockoutPolicy(ctx, t)
	if err != nil {
		return err
	}
	return s.limit(ctx, t, LockoutSubject{Name: what + ":" + network(address), Free: policy.FreeFailuresOfAddress, Policy: policy})
}

// LimitName is LimitAddress for what is asked about a name, whether it is known
// or not, such as an e-mail address to which a mail would go.
func (s *Service) LimitName(ctx context.Context, t iam.TenantID, what, name string) error {
	policy, err := s.lockoutPolicy(ctx, t)
	if err != nil {
		return err
	}
	return s.limit(ctx, t, LockoutSubject{Name: what + "/" + iam.Cut(iam.Fold(name), maxName), Free: policy.FreeFailures, Policy: policy})
}

func (s *Service) limit(ctx context.Context, t iam.TenantID, subject LockoutSubject) error {
	now := s.env.Time()
	until, err := s.store.CountFailure(ctx, t, now, []LockoutSubject{subject})
	if err == nil && !until.IsZero() {
		err = tooMany(until.Sub(now))
	}
	return err
}
