package authn

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// factorSteps answers what a sign-in has to do about second factors after its
// password: prove one where the user has one, set one up where there is none
// but the tenant or the user's rules ask for one, or the user wants it.
func (s *Service) factorSteps(ctx context.Context, t iam.TenantID, a Account) ([]iam.Step, error) {
	has, err := s.hasFactor(ctx, t, a.User)
	if err != nil {
		return nil, err
	}
	if has {
		return []iam.Step{iam.StepFactor}, nil
	}
	required, err := s.factorRequired(ctx, t, a.Standing)
	if err != nil || !required && !a.Rules.WantFactor {
		return nil, err
	}
	return []iam.Step{iam.StepEnrolFactor}, nil
}

// OwnFactors is how it stands with the second factors of an actor.
type OwnFactors struct {
	Active   bool // there is one
	Wanted   bool // the actor wishes to be asked for one
	Required bool // one may not be without
}

// OwnFactors answers the actor's. NotFound: they are no user of the tenant in
// which they act.
func (s *Service) OwnFactors(ctx context.Context, by iam.Actor) (OwnFactors, error) {
	a, err := s.store.AccountByID(ctx, by.Tenant, by.User)
	if err != nil {
		return OwnFactors{}, err
	}
	own := OwnFactors{Wanted: a.Rules.WantFactor}
	if own.Active, err = s.hasFactor(ctx, by.Tenant, by.User); err != nil {
		return OwnFactors{}, err
	}
	own.Required, err = s.factorRequired(ctx, by.Tenant, a.Standing)
	return own, err
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
