package tenancy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// planTypes are what a plan may be for.
var planTypes = []string{"FREE", "INDIVIDUAL", "TEAM", "ORGANIZATION"}

// Bounds of a plan.
const (
	maxPlanName = 100 // characters, also of an add-on service
	maxWithheld = 100
)

// SetPlan says what a tenant has subscribed to, with effect on the next
// request. Denied: only the operator does; Invalid; NotFound.
func (s *Service) SetPlan(ctx context.Context, by iam.Actor, id iam.TenantID, p iam.Plan) error {
	if !by.IsSystem() {
		return iam.E(iam.Denied, "only the operator says what a tenant has subscribed to")
	}
	if err := s.checkPlan(p); err != nil {
		return err
	}
	by.Tenant, by.Home = id, id
	e := s.env.Event(by, "tenant", "plan", string(id), p.Name)
	e.Details = iam.Merge(e.Details, map[string]string{"type": p.Type, "withheld": fmt.Sprint(p.Withheld)})
	return s.store.SetPlan(ctx, id, p, e)
}

func (s *Service) checkPlan(p iam.Plan) error {
	var c iam.Checker
	checkWord(&c, "name", p.Name)
	if p.Type != "" && !slices.Contains(planTypes, p.Type) {
		c.Add("type", iam.ReasonFormat, "type must be one of %s", strings.Join(planTypes, ", "))
	}
	if len(p.Withheld) > maxWithheld {
		c.Add("withheld", iam.ReasonLength, "withheld must have at most %d members", maxWithheld)
	}
	for i, w := range p.Withheld {
		path := fmt.Sprintf("withheld[%d]", i)
		if err := s.rights.CheckPattern(w.Permission); err != nil {
			c.Add(path+".permission", iam.ReasonFormat, "%s.permission: %.64q is no permission, nor a pattern of permissions", path, w.Permission)
		}
		checkWord(&c, path+".addon", w.Addon)
	}
	return c.Err()
}

func checkWord(c *iam.Checker, path, word string) {
	c.Length(path, word, 0, maxPlanName)
	if !iam.Printable(word) {
		c.Add(path, iam.ReasonFormat, "%s must not contain control or invisible characters", path)
	}
}
