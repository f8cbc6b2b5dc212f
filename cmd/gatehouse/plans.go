package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type tenantPlanCmd struct {
	storageFlags
	Code     string   `arg:"" help:"Code of the tenant."`
	Name     string   `help:"Name of the plan. Default: as it is." default:"" env:"GATEHOUSE_PLAN_NAME"`
	Type     string   `help:"FREE, INDIVIDUAL, TEAM or ORGANIZATION. Default: as it is." default:"" env:"GATEHOUSE_PLAN_TYPE"`
	Withhold []string `help:"Right that the plan does not include, such as 'users.*', and the add-on service that would: 'users.*=people'. May be given several times; those given are all. Default: as it is." default:"" placeholder:"PERMISSION[=ADDON]" env:"GATEHOUSE_PLAN_WITHHOLD"`
	Clear    bool     `help:"Begin with a plan of no name that includes everything." env:"GATEHOUSE_PLAN_CLEAR"`
	JSON     bool     `help:"Print JSON for programs instead of a table for people." env:"GATEHOUSE_JSON"`
}

// Run changes what a tenant has subscribed to, where that is wanted, and shows
// it.
func (cmd *tenantPlanCmd) Run(ctx context.Context, c console) (err error) {
	a, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	t, err := a.Tenancy.ByCode(ctx, cmd.Code)
	if err != nil {
		return err
	}
	plan := cmd.plan(t.Plan)
	if cmd.Clear || cmd.Name != "" || cmd.Type != "" || len(cmd.Withhold) > 0 {
		if err := a.Tenancy.SetPlan(ctx, iam.System("", "command line"), t.ID, plan); err != nil {
			return err
		}
	}
	p := newPrinter(c.out, cmd.JSON, "code", "plan", "type", "withheld")
	return errors.Join(p.row(t.Code, plan.Name, plan.Type, withheldText(plan)), p.flush())
}

// plan answers a plan as the command changes it.
func (cmd *tenantPlanCmd) plan(p iam.Plan) iam.Plan {
	if cmd.Clear {
		p = iam.Plan{}
	}
	if cmd.Name != "" {
		p.Name = cmd.Name
	}
	if cmd.Type != "" {
		p.Type = cmd.Type
	}
	if len(cmd.Withhold) > 0 {
		p.Withheld = nil
		for _, text := range cmd.Withhold {
			permission, addon, _ := strings.Cut(text, "=")
			p.Withheld = append(p.Withheld, iam.Withheld{Permission: permission, Addon: addon})
		}
	}
	return p
}

// withheldText writes what a plan withholds as it is given to --withhold.
func withheldText(p iam.Plan) string {
	words := make([]string, len(p.Withheld))
	for i, w := range p.Withheld {
		words[i] = fmt.Sprint(w)
	}
	return strings.Join(words, ",")
}
