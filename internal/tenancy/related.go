package tenancy

import (
	"context"
	"slices"
	"sort"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// ReachRights decides about people of one tenant in another. Package access
// satisfies it.
type ReachRights interface {
	// May reports whether the actor holds a permission in the whole tenant.
	May(ctx context.Context, by iam.Actor, right iam.Permission) (bool, error)
	// Reach answers the actor as they act in a tenant that is not their home.
	// Denied: nothing gives them anything there.
	Reach(ctx context.Context, by iam.Actor, t iam.TenantID) (iam.Actor, error)
}

// maxSearch bounds what is searched for, in characters.
const maxSearch = 256

// Related lists the tenants to which the actor's tenant has a half of a
// relation. Where the filter names a member, who has to be the actor, it is
// those that they have something in through one of their groups. Invalid;
// Denied: the actor is not at home here, and in no group.
func (s *Service) Related(ctx context.Context, by iam.Actor, f RelatedFilter) (RelatedPage, error) {
	if f.Member != "" && (f.Member != by.User || by.Home != by.Tenant) {
		return RelatedPage{}, iam.E(iam.Denied, "%s may ask for the tenants of their own groups, in their own tenant", by.Username)
	}
	f, err := checkRelated(f)
	if err != nil {
		return RelatedPage{}, err
	}
	return s.store.Related(ctx, by.Tenant, f)
}

// Supported lists the tenants that the actor, as one of the support tenant who
// may run tenants in the whole of it, looks after; for everybody else it is
// empty. Of the filter, Search, From and Limit count. Invalid.
func (s *Service) Supported(ctx context.Context, by iam.Actor, f RelatedFilter) (RelatedPage, error) {
	f, err := checkRelated(RelatedFilter{Search: f.Search, From: f.From, Limit: f.Limit})
	if err != nil {
		return RelatedPage{}, err
	}
	if supports, err := s.supports(ctx, by); err != nil || !supports {
		return RelatedPage{}, err
	}
	return s.store.Supported(ctx, f)
}

// supports reports whether the actor is at home in the support tenant, and may
// run tenants in the whole of it.
func (s *Service) supports(ctx context.Context, by iam.Actor) (bool, error) {
	support, err := s.store.SupportTenant(ctx)
	if err != nil || support == "" || by.Tenant != support || by.Home != support {
		return false, err
	}
	return s.rights.May(ctx, by, iam.TenantsUpdate)
}

func checkRelated(f RelatedFilter) (RelatedFilter, error) {
	var c iam.Checker
	c.Length("search", f.Search, 0, maxSearch)
	c.Length("name", f.Name, 0, maxSearch)
	c.Length("manager", f.Manager, 0, maxSearch)
	if f.From != "" && !iam.ValidID(f.From) {
		c.Add("from", iam.ReasonFormat, "from must be the id with which a page begins")
	}
	f.Limit = iam.Page{Limit: f.Limit}.Size()
	return f, c.Err()
}

// Reached is a tenant in which somebody may act besides their home.
type Reached struct {
	Tenant iam.Tenant
	// Actor is who they are there.
	Actor iam.Actor
}

// maxReached bounds the tenants of each relation that Reached looks at.
const maxReached = 100

// Reached lists the tenants in which the actor may act besides their home, by
// code: those right below it and those that it manages, in which a group of
// theirs is given something, and those that they support. It is empty for who
// is not at home. Of each relation it looks at the first maxReached.
func (s *Service) Reached(ctx context.Context, by iam.Actor) ([]Reached, error) {
	if by.Home != by.Tenant || by.User == "" {
		return nil, nil
	}
	var near []Related
	for _, kind := range []iam.LinkKind{iam.LinkChild, iam.LinkManaged} {
		p, err := s.Related(ctx, by, RelatedFilter{Kind: kind, Member: by.User, Limit: maxReached})
		if err != nil {
			return nil, err
		}
		near = append(near, p.Items...)
	}
	p, err := s.Supported(ctx, by, RelatedFilter{Limit: maxReached})
	if err != nil {
		return nil, err
	}
	var all []Reached
	for _, r := range append(near, p.Items...) {
		if r.State != iam.TenantActive || slices.ContainsFunc(all, func(a Reached) bool { return a.Tenant.ID == r.Tenant }) {
			continue
		}
		switch a, err := s.reach(ctx, by, r.Tenant); {
		case iam.Is(err, iam.Denied), iam.Is(err, iam.NotFound): // the other half is missing, or it is gone by now
		case err != nil:
			return nil, err
		default:
			all = append(all, a)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Tenant.Code < all[j].Tenant.Code })
	return all, nil
}

func (s *Service) reach(ctx context.Context, by iam.Actor, id iam.TenantID) (Reached, error) {
	t, err := s.store.Tenant(ctx, id)
	if err != nil {
		return Reached{}, err
	}
	there, err := s.rights.Reach(ctx, by, id)
	return Reached{Tenant: t, Actor: there}, err
}
