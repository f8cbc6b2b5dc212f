package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// relations are those by which somebody comes into a tenant that is not their
// home, the ones that come first first.
var relations = []iam.Reach{iam.ReachTree, iam.ReachDelegation, iam.ReachSupport}

// Reach answers the actor as they act in a tenant that is not their home,
// through a relation of the two that gives them a right there. Where several
// do, the tree comes before a delegation, and that before support. The actor
// remembers by which relation they came, and nothing of what it gives: that is
// found out with each decision. Denied: none gives anything, which is so where
// a tenant is not active or not there; or the actor is not at home.
func (s *Service) Reach(ctx context.Context, by iam.Actor, t iam.TenantID) (iam.Actor, error) {
	if t == by.Tenant {
		return by, nil
	}
	if by.Home == by.Tenant && !by.IsSystem() && by.User != "" {
		for _, r := range relations {
			there := by
			there.Tenant, there.Reach = t, r
			sub, err := s.outsider(ctx, there)
			switch {
			case iam.Is(err, iam.NotFound):
				return iam.Actor{}, errUnreached(by)
			case err != nil:
				return iam.Actor{}, err
			case len(rbac.Active(sub.grants)) > 0:
				there.HomeCode, err = s.codeOf(ctx, by.Home)
				return there, err
			}
		}
	}
	return iam.Actor{}, errUnreached(by)
}

func errUnreached(by iam.Actor) error {
	return iam.E(iam.Denied, "nothing lets %s act in that tenant", by.Username)
}

// Enter answers the actor as they act in t, a tenant below their own that
// tenancy found for them, to use a right there. They keep the rights of their
// home, and can give away in t no more than those. Denied: they may not run
// tenants in the whole of their own, or are not at home, or the plan of t
// withholds the right; Precondition: t is being deleted.
func (s *Service) Enter(ctx context.Context, by iam.Actor, t iam.Tenant, right iam.Permission) (iam.Actor, error) {
	if t.ID == by.Tenant {
		return by, nil
	}
	// What somebody may in one tenant as an outsider says nothing of the rights
	// of their home, which they would have below it.
	if by.Home != by.Tenant && !by.IsSystem() {
		return iam.Actor{}, iam.E(iam.Denied, "%s may not go on from one tenant to another", by.Username)
	}
	may, err := s.May(ctx, by, iam.TenantsUpdate)
	if err != nil {
		return iam.Actor{}, err
	}
	if !may {
		return iam.Actor{}, iam.E(iam.Denied, "%s may not work in tenants below their own: the right %s in the whole tenant is missing",
			by.Username, iam.TenantsUpdate)
	}
	if t.State == iam.TenantDeleting {
		return iam.Actor{}, iam.E(iam.Precondition, "tenant %q is being deleted", t.Code).About(t.Code)
	}
	if !by.IsSystem() {
		if err := s.included(ctx, t.ID, right); err != nil {
			return iam.Actor{}, err
		}
		if by.HomeCode, err = s.codeOf(ctx, by.Home); err != nil {
			return iam.Actor{}, err
		}
		by.Reach = iam.ReachBelow
	}
	by.Tenant = t.ID
	return by, nil
}

// codeOf answers the code of a tenant. NotFound.
func (s *Service) codeOf(ctx context.Context, t iam.TenantID) (string, error) {
	p, err := s.place(ctx, t)
	if err != nil {
		return "", err
	}
	return p.code, nil
}

// place is what is remembered of a tenant that people come into, under its
// epoch.
type place struct {
	code   string
	active bool
	above  []iam.TenantID // the nearest first
	// support is what it gives to those of the support tenant, which this one
	// is where supports is set.
	support  office
	supports bool
}

// place answers a tenant. NotFound.
func (s *Service) place(ctx context.Context, t iam.TenantID) (*place, error) {
	return s.places.Get(ctx, t, "", func(ctx context.Context) (*place, error) {
		of, err := s.store.Tenant(ctx, t)
		if err != nil {
			return nil, err
		}
		p := &place{code: of.Code, active: of.State == iam.TenantActive}
		if p.above, err = s.store.Above(ctx, t); err != nil {
			return nil, err
		}
		support, err := s.store.SupportAccess(ctx, t)
		if err != nil {
			return nil, err
		}
		p.support = supporting(support)
		supporter, err := s.store.SupportTenant(ctx)
		p.supports = supporter == t
		return p, err
	})
}
