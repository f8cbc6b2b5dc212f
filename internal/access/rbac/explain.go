package rbac

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Explanation says why a call is allowed, or that nothing allows it.
type Explanation struct {
	Allowed bool
	// Open is set when the endpoint needs no right. The rest is then empty,
	// as it is when the call is not allowed.
	Open     bool
	Grant    *Grant
	APIGroup *iam.APIGroup
	Rule     *iam.Rule
}

// Explain answers what Policy.Allows answers for a policy of the same grants,
// with the first grant, API group and rule that make it so. It costs time in
// proportion to the grants and is meant for people who ask.
func Explain(c *Catalog, grants []Grant, endpoint int, namespace string) Explanation {
	if c.open.Has(endpoint) {
		return Explanation{Allowed: true, Open: true}
	}
	for i := range grants {
		g := &grants[i]
		if !g.holdsIn(namespace) || !g.Role.Set.Has(endpoint) {
			continue
		}
		for j := range g.Role.Groups {
			group := &g.Role.Groups[j]
			for k := range group.Rules {
				if m, ok := newMatcher(group.Rules[k]); ok && c.matches(m, endpoint) {
					return Explanation{Allowed: true, Grant: g, APIGroup: group, Rule: &group.Rules[k]}
				}
			}
		}
	}
	return Explanation{}
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
