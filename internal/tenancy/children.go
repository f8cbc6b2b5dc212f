package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Children keeps an object for each tenant in the one above it. Package object
// satisfies it.
type Children interface {
	// Adopt makes the object of a tenant in the actor's, which is the one above.
	Adopt(ctx context.Context, by iam.Actor, t iam.Tenant) error
	// Release removes one from the actor's tenant, if it is there.
	Release(ctx context.Context, by iam.Actor, id iam.ObjectID) error
}

// UseChildren tells the service who keeps the objects of children. It is called
// once, before the service is used.
func (s *Service) UseChildren(c Children) { s.children = c }

// adopt sees to it that a tenant has an object in the one above.
func (s *Service) adopt(ctx context.Context, by iam.Actor, t iam.Tenant) error {
	if t.Parent == "" {
		return nil
	}
	there, _, err := s.store.Half(ctx, t.Parent, iam.LinkChild, t.ID)
	if err != nil || there != "" {
		return err
	}
	if by, err = s.below(ctx, by, t.Parent); err != nil {
		return err
	}
	return s.children.Adopt(ctx, by, t)
}

// release sees to it that a tenant that is gone has no object in the one above.
func (s *Service) release(ctx context.Context, t iam.Tenant) error {
	if t.Parent == "" {
		return nil
	}
	there, _, err := s.store.Half(ctx, t.Parent, iam.LinkChild, t.ID)
	if err != nil || there == "" {
		return err
	}
	return s.children.Release(ctx, iam.System(t.Parent, "tenant erased"), there)
}

// Children answers the states of the tenants right below one, by their objects:
// empty of those that are not there. manager is the name of the object that they
// have as theirs; empty for any.
func (s *Service) Children(ctx context.Context, t iam.TenantID, manager string) (map[iam.ObjectID]iam.TenantState, error) {
	states := map[iam.ObjectID]iam.TenantState{}
	for f := (RelatedFilter{Kind: iam.LinkChild, Manager: manager, Limit: iam.MaxPage}); ; {
		p, err := s.store.Related(ctx, t, f)
		if err != nil {
			return nil, err
		}
		for _, r := range p.Items {
			states[r.ID] = r.State
		}
		if f.From = p.Next; f.From == "" {
			return states, nil
		}
	}
}

// HasChildren reports whether there are tenants below one.
func (s *Service) HasChildren(ctx context.Context, id iam.TenantID) (bool, error) {
	below, err := s.store.Descendants(ctx, id, TenantFilter{ChildrenOnly: true}, iam.Page{Limit: 1})
	return len(below.Items) > 0, err
}
