package authn

import (
	"cmp"
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A provisioning token is an API token of iam.ScopeProvisioning, by which a
// provisioning client looks after the people of a tenant. It is of the tenant
// rather than of the one who has made it: who may do everything there sees all
// of them, and ends any.

// ProvisioningDays is how many days one is good where nobody says, and
// MaxProvisioningDays how many at most.
const (
	ProvisioningDays    = 365
	MaxProvisioningDays = 730
)

// CreateProvisioningToken makes a provisioning token of a user's, good for so
// many days, 0 for ProvisioningDays, and answers it whole, once. Invalid, also
// for one that is good for longer than the tenant allows; Denied: the actor may
// not do everything, or the user is somebody else.
func (s *Service) CreateProvisioningToken(ctx context.Context, by iam.Actor, tenantCode string, u iam.UserID, name string, days int) (string, iam.APIToken, error) {
	if err := s.rights.CheckAll(ctx, by); err != nil {
		return "", iam.APIToken{}, err
	}
	var c iam.Checker
	if days < 0 || days > MaxProvisioningDays {
		c.Add("days", iam.ReasonFormat, "days must be between 1 and %d", MaxProvisioningDays)
	}
	if err := c.Err(); err != nil {
		return "", iam.APIToken{}, err
	}
	expires := s.env.Time().Add(time.Duration(cmp.Or(days, ProvisioningDays)) * day)
	return s.CreateToken(ctx, by, tenantCode, NewToken{User: u, Name: name, Scope: iam.ScopeProvisioning, Expires: expires})
}

// ProvisioningTokens lists the provisioning tokens of the actor's tenant, newest
// first. Denied: the actor may not do everything.
func (s *Service) ProvisioningTokens(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.APIToken], error) {
	if err := s.rights.CheckAll(ctx, by); err != nil {
		return iam.List[iam.APIToken]{}, err
	}
	return s.store.TokensOfScope(ctx, by.Tenant, iam.ScopeProvisioning, p)
}

// RevokeProvisioningToken ends a provisioning token of the actor's tenant,
// whoever's it is. NotFound; Denied: the actor may not do everything.
func (s *Service) RevokeProvisioningToken(ctx context.Context, by iam.Actor, id iam.TokenID) error {
	if err := s.rights.CheckAll(ctx, by); err != nil {
		return err
	}
	r, err := s.store.Token(ctx, by.Tenant, id)
	if err != nil {
		return err
	}
	if r.Scope != iam.ScopeProvisioning {
		return iam.ErrNotFound("token", string(id))
	}
	return s.store.DeleteToken(ctx, by.Tenant, id, s.env.Event(by, "token", "revoke", string(id), r.Name))
}
