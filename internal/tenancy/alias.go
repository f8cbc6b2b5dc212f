package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// AliasStore keeps the second names of tenants.
type AliasStore interface {
	// TenantAlias answers the alias of a tenant, empty where it has none.
	TenantAlias(ctx context.Context, t iam.TenantID) (string, error)
	// SetTenantAlias replaces the alias of a tenant, or removes it when it is
	// empty. Exists: the name is that of a tenant; NotFound.
	SetTenantAlias(ctx context.Context, t iam.TenantID, alias string, events ...iam.Event) error
}

// Alias answers the name by which people find the actor's tenant to sign in:
// the one that was chosen, else its code. NotFound.
func (s *Service) Alias(ctx context.Context, by iam.Actor) (string, error) {
	alias, err := s.store.TenantAlias(ctx, by.Tenant)
	if err != nil || alias != "" {
		return alias, err
	}
	t, err := s.store.Tenant(ctx, by.Tenant)
	return t.Code, err
}

// SetAlias gives the actor's tenant a second name beside its code, good in host
// names and paths, in place of the one it had. Invalid; Exists: the name is
// another tenant's code or alias.
func (s *Service) SetAlias(ctx context.Context, by iam.Actor, alias string) error {
	if !validCode(alias) {
		var c iam.Checker
		c.Add("alias", iam.ReasonFormat, "alias must be lower-case letters, digits, '-' and '_', and begin and end with a letter or digit")
		return c.Err()
	}
	t, err := s.store.Tenant(ctx, by.Tenant)
	if err != nil {
		return err
	}
	if alias == t.Code {
		alias = ""
	}
	return s.store.SetTenantAlias(ctx, t.ID, alias, s.env.Event(by, "tenant", "set-alias", string(t.ID), t.Name))
}
