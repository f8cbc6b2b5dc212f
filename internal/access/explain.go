package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Explain answers why a user of the actor's tenant may call an endpoint in a
// namespace, or that nothing gives the right. It does not look at the plan.
func (s *Service) Explain(ctx context.Context, by iam.Actor, user iam.UserID, endpoint int, namespace string) (rbac.Explanation, error) {
	sub, err := s.subject(ctx, by.Tenant, user)
	if err != nil {
		return rbac.Explanation{}, err
	}
	return rbac.Explain(s.catalog, sub.grants, endpoint, namespace), nil
}

// CallExplanation says why a call is allowed or not. It is allowed when an
// operation serves it and that is public, or when nothing is in the way: the
// user may act, what is bound gives the right, the token reaches so far and
// the plan includes it.
type CallExplanation struct {
	Allowed bool
	// Operation is the one that serves the call; the rest is empty when none
	// does. Namespace is the one in which it was decided.
	Operation *Operation
	Namespace string
	Public    bool // nobody is asked who they are
	Disabled  bool // the user may not act at all
	Bound     rbac.Explanation
	// Beyond is set where the right is there, and the token of the actor does
	// not reach so far. It is of the actor only: of other users nobody knows
	// with which token they will come.
	Beyond   bool
	Withheld *iam.Withheld // by which the plan withholds the right
}

// ExplainCall answers why somebody, who was read just now, may make a call in
// the actor's tenant, or what is in the way: a user of the tenant, or the actor,
// wherever they are at home. As for Evaluate, a path that names a
// namespace is decided in that one.
func (s *Service) ExplainCall(ctx context.Context, by iam.Actor, of iam.User, namespace string, c Call) (x CallExplanation, err error) {
	endpoint, in, ok := s.catalog.Match(c.Method, c.Path)
	if !ok {
		return x, nil
	}
	if in == "" {
		in = namespace
	}
	who := by
	if of.ID != by.User {
		who = iam.Actor{Tenant: by.Tenant, Home: by.Tenant, User: of.ID, Username: of.Username}
	}
	p, err := s.power(ctx, who)
	if err != nil {
		return x, err
	}
	sub, err := s.held(ctx, who)
	if err != nil {
		return x, err
	}
	x.Bound = rbac.Explain(s.catalog, sub.grants, endpoint, in)
	served := operationOf(s.catalog.Endpoint(endpoint))
	x.Operation, x.Namespace = &served, in
	x.Public = s.catalog.Public(endpoint)
	x.Disabled = of.State == iam.UserDisabled && !x.Public
	verdict := p.decide(ByAll, endpoint, in)
	x.Allowed, x.Beyond = verdict == allowed && !x.Disabled, verdict == beyond
	if !p.above {
		x.Withheld = p.plan.because(endpoint)
	}
	return x, nil
}
