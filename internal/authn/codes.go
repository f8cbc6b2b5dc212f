package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Tenant resolves a tenant's code, or its id, for a caller who is not known
// yet. Unauthenticated: there is no such tenant.
//
// Which tenant a code means is remembered for a second only: after a tenant is
// deleted, another may take its code. Whether the tenant is active is read with
// each credential.
func (s *Service) Tenant(ctx context.Context, code string) (iam.TenantID, error) {
	if iam.ValidID(code) {
		return iam.TenantID(code), nil // nothing is found under an id that is not there
	}
	id, err := s.codes.Get(ctx, code, func(ctx context.Context) (iam.TenantID, error) {
		t, err := s.store.TenantByCode(ctx, code)
		return t.ID, err
	})
	if iam.Is(err, iam.NotFound) {
		return "", unauthenticated()
	}
	return id, err
}
