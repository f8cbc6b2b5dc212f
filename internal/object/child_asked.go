package object

import (
	"context"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// CheckChild answers Invalid, with paths below "spec", for a tenant that nobody
// could make, whatever there is beside it.
func (s *Service) CheckChild(n iam.NewChild) error {
	text, err := specOfChild(n)
	if err != nil {
		return err
	}
	spec, err := childTenant.decode(text, nil)
	if err != nil {
		return err
	}
	return childTenant.hooks.check(spec)
}

// Child answers how a tenant below the actor's stands that CreateChild was asked
// for under the name of its domain. NotFound: it was not.
func (s *Service) Child(ctx context.Context, by iam.Actor, domain string) (iam.Child, error) {
	r, err := s.Store.Object(ctx, by.Tenant, childTenant.Name, iam.NamespaceSystem, domain)
	if err != nil {
		return iam.Child{}, err
	}
	link, err := s.Store.Link(ctx, by.Tenant, r.ID)
	if err != nil {
		return iam.Child{}, err
	}
	var spec childTenantSpec
	if err := json.Unmarshal(r.Spec, &spec); err != nil {
		return iam.Child{}, err
	}
	asked := iam.Child{Tenant: link.Other, Created: r.Created}
	if spec.Customer != nil {
		asked.Owner = spec.Customer.Email
	}
	switch childStatusOf(r).Phase {
	case childInitializing, childCreating:
	case childCreateFailed:
		asked.Failed = true
	default:
		standing, err := s.childStanding(ctx, by.Tenant, []Record{r})
		if err != nil {
			return iam.Child{}, err
		}
		asked.State = iam.TenantState(standing[r.ID])
		asked.Failed = asked.State == "" // it was made, and is gone
	}
	return asked, nil
}
