package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Call is a request that somebody might make: a method, and a path as it is
// sent, or as a template of an operation. It is below no /t/<tenant>.
type Call struct{ Method, Path string }

// Decision says whether a call is allowed.
type Decision struct {
	Allowed bool
	// Addons are the add-on services that the plan would have to include.
	Addons []string
}

// Evaluate answers whether the actor may make each of the calls: what Authorize
// answers for the operation that would serve it. A path that names a namespace
// is decided in that one, a template of one in the namespace given. A call that
// no operation serves is not allowed.
func (s *Service) Evaluate(ctx context.Context, by iam.Actor, c Control, namespace string, calls []Call) ([]Decision, error) {
	p, err := s.power(ctx, by)
	if err != nil {
		return nil, err
	}
	decisions := make([]Decision, len(calls))
	for i, call := range calls {
		endpoint, in, ok := s.catalog.Match(call.Method, call.Path)
		if !ok {
			continue
		}
		if in == "" {
			in = namespace
		}
		switch p.decide(c, endpoint, in) {
		case allowed:
			decisions[i].Allowed = true
		case withheld:
			decisions[i].Addons = p.plan.addons[endpoint]
		}
	}
	return decisions, nil
}
