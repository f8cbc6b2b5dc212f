package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// plan is an iam.Plan in the column of JSON.
type plan struct {
	Name     string     `json:"name,omitempty"`
	Type     string     `json:"type,omitempty"`
	Withheld []withheld `json:"withheld,omitempty"`
}

type withheld struct {
	Permission string `json:"permission"`
	Addon      string `json:"addon,omitempty"`
}

func encodePlan(p iam.Plan) string {
	column := plan{Name: p.Name, Type: p.Type}
	for _, w := range p.Withheld {
		column.Withheld = append(column.Withheld, withheld(w))
	}
	return encodeJSON(column)
}

// planTo scans a column that encodePlan made.
type planTo struct{ plan *iam.Plan }

func (d planTo) Scan(src any) error {
	var column plan
	if err := (jsonTo[plan]{&column}).Scan(src); err != nil {
		return err
	}
	*d.plan = iam.Plan{Name: column.Name, Type: column.Type}
	for _, w := range column.Withheld {
		d.plan.Withheld = append(d.plan.Withheld, iam.Withheld(w))
	}
	return nil
}

const (
	readPlan = `SELECT plan FROM tenants WHERE tenant_id = $1`
	setPlan  = `UPDATE tenants SET plan = $1 WHERE tenant_id = $2`
)

// Plan implements access.Store.
func (s *Store) Plan(ctx context.Context, t iam.TenantID) (p iam.Plan, err error) {
	defer s.wrap(&err, "Plan(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		return found("tenant", string(t), x.row(ctx, readPlan, t).Scan(planTo{&p}))
	})
	return p, err
}

// SetPlan implements tenancy.Store. The version stays: it is the tenant's own
// changes that it counts, and UpdateTenant leaves the plan alone.
func (s *Store) SetPlan(ctx context.Context, id iam.TenantID, p iam.Plan, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SetPlan(%s)", id)
	return s.write(ctx, id, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "tenant", string(id), setPlan, encodePlan(p), id); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}
