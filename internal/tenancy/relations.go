package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// KnownTenant answers any tenant of the installation, by code, alias or id. It
// is for who speaks of another tenant: codes are no secret. NotFound.
func (s *Service) KnownTenant(ctx context.Context, name string) (iam.Tenant, error) {
	if iam.ValidID(name) {
		return s.store.Tenant(ctx, iam.TenantID(name))
	}
	return s.ByCode(ctx, name)
}

// RelationState answers whether a delegation between two tenants holds: that of
// which manager has, or would have, the half LinkManaged, and managed the half
// LinkAllowed. It is the same whichever of them asks.
func (s *Service) RelationState(ctx context.Context, manager, managed iam.TenantID) (iam.RelationState, error) {
	above, err := s.store.Tenant(ctx, manager)
	if err != nil {
		return unknown(err)
	}
	below, err := s.store.Tenant(ctx, managed)
	if err != nil {
		return unknown(err)
	}
	manages, managesNot, err := s.store.Half(ctx, manager, iam.LinkManaged, managed)
	if err != nil {
		return "", err
	}
	allows, allowsNot, err := s.store.Half(ctx, managed, iam.LinkAllowed, manager)
	switch {
	case err != nil:
		return "", err
	case manages == "", allows == "":
		return iam.RelationPending, nil
	case below.State != iam.TenantActive, allowsNot:
		return iam.RelationManagedDisabled, nil
	case above.State != iam.TenantActive, managesNot:
		return iam.RelationManagerDisabled, nil
	}
	return iam.RelationActive, nil
}

// unknown is the state of a relation to a tenant that is not there.
func unknown(err error) (iam.RelationState, error) {
	if iam.Is(err, iam.NotFound) {
		return iam.RelationUnknown, nil
	}
	return "", err
}
