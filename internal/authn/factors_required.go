package authn

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// factorSteps answers what a sign-in has to do about second factors after its
// password: prove one where the user has one, set one up where there is none
// but the tenant or the user's rules ask for one.
func (s *Service) factorSteps(ctx context.Context, t iam.TenantID, a Account) ([]iam.Step, error) {
	has, err := s.hasFactor(ctx, t, a.User)
	if err != nil {
		return nil, err
	}
	if has {
		return []iam.Step{iam.StepFactor}, nil
	}
	required, err := s.factorRequired(ctx, t, a.Standing)
	if err != nil || !required {
		return nil, err
	}
	return []iam.Step{iam.StepEnrolFactor}, nil
}

// hasFactor reports whether a user has an active factor.
func (s *Service) hasFactor(ctx context.Context, t iam.TenantID, u iam.UserID) (bool, error) {
	factors, err := s.store.Factors(ctx, t, u)
	return slices.ContainsFunc(factors, func(f FactorRecord) bool { return f.Active }), err
}

// factorRequired reports whether a user may not be without a factor.
func (s *Service) factorRequired(ctx context.Context, t iam.TenantID, st Standing) (bool, error) {
	if st.Rules.RequireFactor {
		return true, nil
	}
	settings, err := s.settings.Settings(ctx, t)
	return settings.Factor.Required, err
}
