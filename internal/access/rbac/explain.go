package rbac

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Explanation says why a call is allowed, or that nothing allows it.
type Explanation struct {
	Allowed bool
	// Open is set when the endpoint needs no right. The rest is then empty, as
	// it is when nothing allows the call. It tells of a role that is disabled
	// when that would allow the call.
	Open     bool
	Grant    *Grant
	APIGroup *iam.APIGroup
	Rule     *iam.Rule
}

// Explain answers what Policy.Allows answers for a policy of those of the
// grants whose role is not disabled, with the first grant, API group and rule
// that make it so. It costs time in proportion to the grants and is meant for
// people who ask.
func Explain(c *Catalog, grants []Grant, endpoint int, namespace string) Explanation {
	if c.open.Has(endpoint) {
		return Explanation{Allowed: true, Open: true}
	}
	var disabled Explanation
	for i := range grants {
		g := &grants[i]
		if !g.holdsIn(namespace) || !g.Role.Set.Has(endpoint) || g.Role.Disabled && disabled.Grant != nil {
			continue
		}
		x := c.reason(g, endpoint)
		if !g.Role.Disabled {
			x.Allowed = true
			return x
		}
		disabled = x
	}
	return disabled
}

// reason finds what in the role of a grant allows an endpoint.
func (c *Catalog) reason(g *Grant, endpoint int) Explanation {
	for i := range g.Role.Groups {
		group := &g.Role.Groups[i]
		for j := range group.Rules {
			if m, ok := newMatcher(group.Rules[j]); ok && c.matches(m, endpoint) {
				return Explanation{Grant: g, APIGroup: group, Rule: &group.Rules[j]}
			}
		}
	}
	return Explanation{Grant: g}
}

// holdsIn reports whether a grant holds in a namespace.
func (g Grant) holdsIn(namespace string) bool {
	switch g.Binding.Scope {
	case iam.ScopeTenant:
		return true
	case iam.ScopeApplications:
		return inApplications(iam.Scope(namespace))
	default:
		return slices.Contains(g.Named(), namespace)
	}
}
