package access

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// plan is what a tenant has not subscribed to, compiled once an epoch.
type plan struct {
	withheld rbac.Set
	rules    []withheldRule
	// addons are, of each endpoint that is withheld, the services by which a
	// subscription would include it. None where no subscription does.
	addons map[int][]string
}

// withheldRule is one thing that the plan withholds.
type withheldRule struct {
	iam.Withheld
	set rbac.Set
}

// plan answers the plan of a tenant. NotFound.
func (s *Service) plan(ctx context.Context, t iam.TenantID) (*plan, error) {
	return s.plans.Get(ctx, t, "", func(ctx context.Context) (*plan, error) {
		p, err := s.store.Plan(ctx, t)
		if err != nil {
			return nil, err
		}
		return compilePlan(s.catalog, p), nil
	})
}

func compilePlan(c *rbac.Catalog, of iam.Plan) *plan {
	p := &plan{addons: map[int][]string{}}
	for _, w := range of.Withheld {
		rule := withheldRule{w, c.Compile([]iam.Rule{{Permission: w.Permission}})}
		p.rules, p.withheld = append(p.rules, rule), p.withheld.Union(rule.set)
		for i := range c.Len() {
			if w.Addon != "" && rule.set.Has(i) && !slices.Contains(p.addons[i], w.Addon) {
				p.addons[i] = append(p.addons[i], w.Addon)
			}
		}
	}
	return p
}

// because answers the first rule by which an endpoint is withheld, nil when
// none does.
func (p *plan) because(endpoint int) *iam.Withheld {
	for i := range p.rules {
		if p.rules[i].set.Has(endpoint) {
			return &p.rules[i].Withheld
		}
	}
	return nil
}

// included answers Denied when the plan of a tenant withholds a right.
func (s *Service) included(ctx context.Context, t iam.TenantID, right iam.Permission) error {
	p, err := s.plan(ctx, t)
	if err != nil {
		return err
	}
	set := s.catalog.WithPermission(right)
	if set.Empty() || !p.withheld.Covers(set) {
		return nil
	}
	var addons []string
	for i := range s.catalog.Len() {
		if set.Has(i) {
			addons = p.addons[i]
			break
		}
	}
	return errWithheld(right, addons)
}

// errWithheld says what the plan lacks, and what would include it.
func errWithheld(right iam.Permission, addons []string) error {
	if len(addons) > 0 {
		return iam.E(iam.Denied, "the plan of this tenant does not include %s: it needs the add-on service %s", right, strings.Join(addons, " and "))
	}
	return iam.E(iam.Denied, "the plan of this tenant does not include %s", right)
}

// CheckPattern answers Invalid when no operation needs a permission of the
// pattern, which is as that of a rule.
func (s *Service) CheckPattern(pattern string) error {
	if !s.catalog.Compile([]iam.Rule{{Permission: pattern}}).Empty() {
		return nil
	}
	var c iam.Checker
	c.Add("permission", iam.ReasonFormat, "%.64q is no permission, nor a pattern of permissions such as users.* or *.read", pattern)
	return c.Err()
}
