package authn

import (
	"context"

	"github.com/maypok86/otter/v2"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// tenantCodes remembers which tenant a code means. A code belongs to one
// tenant for life and ids are never used again, so what is remembered stays
// true; whether the tenant is active is read with each credential.
type tenantCodes struct {
	store Store
	known *otter.Cache[string, iam.TenantID]
}

func newTenantCodes(store Store) *tenantCodes {
	return &tenantCodes{store, otter.Must(&otter.Options[string, iam.TenantID]{MaximumSize: 100_000})}
}

// Tenant resolves a tenant's code, or its id, for a caller who is not known
// yet. Unauthenticated: there is no such tenant.
func (s *Service) Tenant(ctx context.Context, code string) (iam.TenantID, error) {
	if iam.ValidID(code) {
		return iam.TenantID(code), nil // nothing is found under an id that is not there
	}
	if id, ok := s.codes.known.GetIfPresent(code); ok {
		return id, nil
	}
	t, err := s.store.TenantByCode(ctx, code)
	if iam.Is(err, iam.NotFound) {
		return "", unauthenticated()
	}
	if err != nil {
		return "", err
	}
	s.codes.known.Set(code, t.ID)
	return t.ID, nil
}
