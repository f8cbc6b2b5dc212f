package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Control is what a decision looks at.
type Control uint8

const (
	ByRole Control = iota // what roles give (RBAC), and how far the credential reaches
	ByPlan                // what the plan of the tenant includes (PBAC)
	ByAll                 // both, as the guard of every operation does
)

// power is all that decides what an actor may do in the tenant in which they
// act. It holds for as long as one request.
type power struct {
	catalog  *rbac.Catalog
	above    bool // Gatehouse itself and its operator, above every tenant's rights
	policy   *rbac.Policy
	narrowed bool // to what is in reach, by the scope of a token
	reach    rbac.Set
	plan     *plan
}

// verdict is what a decision comes to, and why.
type verdict uint8

const (
	allowed  verdict = iota
	missing          // nothing gives the right
	beyond           // the token does not reach so far
	withheld         // the plan of the tenant does not include it
)

// power reads what decides about an actor.
func (s *Service) power(ctx context.Context, by iam.Actor) (p power, err error) {
	p.catalog = s.catalog
	if by.IsSystem() {
		p.above = true
		return p, nil
	}
	sub, err := s.held(ctx, by)
	if err != nil {
		return p, err
	}
	p.policy = sub.policy
	p.reach, p.narrowed = s.narrowed(by)
	p.plan, err = s.plan(ctx, by.Tenant)
	return p, err
}

// decide is the one decision: it guards every operation, and answers who asks
// what the guard would say.
func (p power) decide(c Control, endpoint int, namespace string) verdict {
	switch {
	case p.above || p.catalog.Public(endpoint):
		return allowed
	case c != ByPlan && !p.policy.Allows(endpoint, namespace):
		return missing
	case c != ByPlan && p.narrowed && !p.reach.Has(endpoint):
		return beyond
	case c != ByRole && p.plan.withheld.Has(endpoint):
		return withheld
	}
	return allowed
}

// Authorize answers nil when the actor may call the endpoint, an index of the
// catalogue, in a namespace of the tenant in which they act. Denied otherwise;
// Unavailable when the rights cannot be read.
func (s *Service) Authorize(ctx context.Context, by iam.Actor, endpoint int, namespace string) error {
	p, err := s.power(ctx, by)
	if err != nil {
		return err
	}
	switch p.decide(ByAll, endpoint, namespace) {
	case missing:
		return iam.E(iam.Denied, "%s may not do this: the right %s in namespace %q is missing",
			by.Username, s.catalog.Endpoint(endpoint).Permission, namespace)
	case beyond:
		return iam.E(iam.Denied, "%s may not do this with a token of scope %q", by.Username, by.Scope)
	case withheld:
		return errWithheld(s.catalog.Endpoint(endpoint).Permission, p.plan.addons[endpoint])
	default:
		return nil
	}
}

// May reports whether the actor holds a permission in the whole tenant.
func (s *Service) May(ctx context.Context, by iam.Actor, right iam.Permission) (bool, error) {
	p, err := s.power(ctx, by)
	if err != nil || p.above {
		return p.above, err
	}
	set := s.catalog.WithPermission(right)
	return !set.Empty() && p.policy.AllowsIn(iam.ScopeTenant, set) && (!p.narrowed || p.reach.Covers(set)) &&
		!p.plan.withheld.Covers(set), nil
}
