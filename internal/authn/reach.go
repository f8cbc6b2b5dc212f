package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Reach answers an actor as they act in the tenant of a code, which is not their
// home, with a relation of the two tenants. NotFound, in the same words: there
// is no such tenant, none lets them, or they are not at home; or the tenant
// takes no requests from where this one comes.
func (s *Service) Reach(ctx context.Context, by iam.Actor, code string) (iam.Actor, error) {
	there, ok, err := s.reach(ctx, by, code)
	if err == nil && (!ok || there.Tenant == by.Tenant) {
		err = iam.ErrNotFound("tenant", code)
	}
	return there, err
}

// ofTenant answers an actor in the tenant of a code: where that is their home
// or empty, as they are. Unauthenticated: nothing lets them act there.
func (s *Service) ofTenant(ctx context.Context, by iam.Actor, code string) (iam.Actor, error) {
	if code == "" {
		return by, nil
	}
	there, ok, err := s.reach(ctx, by, code)
	if err == nil && !ok {
		err = unauthenticated()
	}
	return there, err
}

// reach answers an actor in the tenant of a code. ok is false where nothing
// lets them act there, from where they are.
func (s *Service) reach(ctx context.Context, by iam.Actor, code string) (there iam.Actor, ok bool, err error) {
	t, err := s.Tenant(ctx, code)
	switch {
	case iam.Is(err, iam.Unauthenticated):
		return iam.Actor{}, false, nil
	case err != nil:
		return iam.Actor{}, false, err
	case t == by.Tenant:
		return by, true, nil
	}
	there, err = s.rights.Reach(ctx, by, t)
	if iam.Is(err, iam.Denied) {
		return iam.Actor{}, false, nil
	}
	if err != nil {
		return iam.Actor{}, false, err
	}
	settings, err := s.settings.Settings(ctx, t)
	if err != nil {
		return iam.Actor{}, false, err
	}
	return there, within(settings.Networks, by.Address), nil
}
