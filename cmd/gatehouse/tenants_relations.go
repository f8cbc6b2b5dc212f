package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

type tenantSupportCmd struct {
	storageFlags
	Code string `arg:"" optional:"" help:"Code of the tenant that is to be the support tenant. Default: it stays as it is." default:""`
	None bool   `help:"There is to be no support tenant." env:"GATEHOUSE_NONE"`
	JSON bool   `help:"Print JSON for programs instead of a table for people." env:"GATEHOUSE_JSON"`
}

// Run changes which tenant is the support tenant, where that is wanted, and
// shows it.
func (cmd *tenantSupportCmd) Run(ctx context.Context, c console) (err error) {
	if cmd.None && cmd.Code != "" {
		return iam.E(iam.Invalid, "either a code or --none, not both")
	}
	a, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if cmd.Code != "" || cmd.None {
		if err := a.Tenancy.SetSupportTenant(ctx, iam.System("", "command line"), cmd.Code); err != nil {
			return err
		}
	}
	p := newPrinter(c.out, cmd.JSON, "code", "id", "name")
	switch t, err := a.Tenancy.SupportTenant(ctx); {
	case iam.Is(err, iam.NotFound):
		return p.flush()
	case err != nil:
		return err
	default:
		return errors.Join(p.row(t.Code, t.ID, t.Name), p.flush())
	}
}

type tenantAccessCmd struct{ oneTenantFlags }

// Run shows who of other tenants can act in a tenant, from what decides it.
func (cmd *tenantAccessCmd) Run(ctx context.Context, c console) error {
	return cmd.withTenant(ctx, c, func(a *app.App, by iam.Actor, t iam.Tenant) error {
		present, err := a.Audit.Present(ctx, by)
		if err != nil {
			return err
		}
		for above := t.Parent; above != "" && t.State == iam.TenantActive; {
			up, err := a.Tenancy.Tenant(ctx, iam.System(above, "command line"))
			if err != nil {
				return err
			}
			present = append(present, audit.Access{Relation: iam.ReachBelow, Tenant: iam.Ref[iam.TenantID]{ID: above, Name: up.Code}})
			above = up.Parent
		}
		p := newPrinter(c.out, cmd.JSON, "relation", "tenant", "group", "gives", "via")
		for _, of := range present {
			if of.Relation == iam.ReachSupport {
				t, err := a.Tenancy.SupportTenant(ctx)
				if iam.Is(err, iam.NotFound) {
					continue
				}
				if err != nil {
					return err
				}
				of.Tenant.Name = t.Code
			}
			if err := p.row(of.Relation, of.Tenant.Name, of.Group.Name, givesText(of), strings.Join(of.Via, ",")); err != nil {
				return err
			}
		}
		return p.flush()
	})
}

// givesText tells what people of another tenant can do.
func givesText(a audit.Access) string {
	switch {
	case a.Relation == iam.ReachBelow:
		return "what they have at home, with " + string(iam.TenantsUpdate)
	case a.Owner, a.Support.Mode == iam.SupportWrite:
		return "everything"
	case a.Support.Mode == iam.SupportRead:
		return "reading everything"
	case a.Support.Mode == iam.SupportNamespaces:
		return "everything in " + strings.Join(a.Support.Namespaces, ",")
	default:
		return strings.Join(a.Groups, ",")
	}
}

// addons are the add-on services that there are, and what they include.
var addons = map[string]string{support.DelegatedAccess: "delegations.*"}

type tenantAddonCmd struct {
	oneTenantFlags
	Addon string `arg:"" help:"Name of the add-on service: delegated-access, by which a tenant manages others and lets others manage it."`
	On    bool   `help:"The plan includes it." xor:"state" env:"GATEHOUSE_ADDON_ON"`
	Off   bool   `help:"The plan does not include it." xor:"state" env:"GATEHOUSE_ADDON_OFF"`
}

// Run changes whether a plan includes an add-on service, where that is wanted,
// and shows it. What the tenant has asked for by a ticket is done then.
func (cmd *tenantAddonCmd) Run(ctx context.Context, c console) error {
	permission, ok := addons[cmd.Addon]
	if !ok {
		return iam.E(iam.Invalid, "there is no add-on service %q", cmd.Addon)
	}
	return cmd.withTenant(ctx, c, func(a *app.App, by iam.Actor, t iam.Tenant) error {
		of := func(w iam.Withheld) bool { return w.Addon == cmd.Addon }
		includes := !slices.ContainsFunc(t.Plan.Withheld, of)
		if cmd.On && !includes || cmd.Off && includes {
			plan := t.Plan
			plan.Withheld = slices.DeleteFunc(slices.Clone(plan.Withheld), of)
			if cmd.Off {
				plan.Withheld = append(plan.Withheld, iam.Withheld{Permission: permission, Addon: cmd.Addon})
			}
			if err := a.Tenancy.SetPlan(ctx, by, t.ID, plan); err != nil {
				return err
			}
			includes = cmd.On
		}
		if cmd.On || cmd.Off {
			if err := a.Support.SolveSubscription(ctx, by, cmd.Addon, includes); err != nil {
				return err
			}
		}
		p := newPrinter(c.out, cmd.JSON, "code", "addon", "included")
		return errors.Join(p.row(t.Code, cmd.Addon, includes), p.flush())
	})
}
