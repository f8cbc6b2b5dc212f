package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// CheckCode answers nil where a tenant can be made with a code. It is for
// everybody: codes are no secret. Invalid, of "code"; Exists.
func (s *Service) CheckCode(ctx context.Context, code string) error {
	var c iam.Checker
	checkCode(&c, code)
	if err := c.Err(); err != nil {
		return err
	}
	_, err := s.store.TenantByCode(ctx, code)
	return free("tenant", code, err)
}

// Known answers a tenant by its code or its id, out of the actor's own, those
// below it, and those that it manages. NotFound for any other.
func (s *Service) Known(ctx context.Context, by iam.Actor, codeOrID string) (iam.Tenant, error) {
	t, err := s.KnownTenant(ctx, codeOrID)
	if err != nil || t.ID == by.Tenant {
		return t, err
	}
	below, err := s.store.Descendants(ctx, by.Tenant, TenantFilter{ID: t.ID}, iam.Page{Limit: 1})
	if err != nil {
		return iam.Tenant{}, err
	}
	if len(below.Items) > 0 {
		return t, nil
	}
	state, err := s.RelationState(ctx, by.Tenant, t.ID)
	if err == nil && state != iam.RelationActive {
		err = iam.ErrNotFound("tenant", codeOrID)
	}
	if err != nil {
		return iam.Tenant{}, err
	}
	return t, nil
}
