package main

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

type tenantCmd struct {
	Create  tenantCreateCmd  `cmd:"" help:"Make a tenant."`
	List    tenantListCmd    `cmd:"" help:"List all tenants."`
	Tree    tenantTreeCmd    `cmd:"" help:"Print which tenants are below which."`
	Disable tenantDisableCmd `cmd:"" help:"Let nobody sign in to a tenant, and to those below it, for the time being."`
	Enable  tenantEnableCmd  `cmd:"" help:"Let people sign in again. Refuses the wish of a tenant that it end."`
	Delete  tenantDeleteCmd  `cmd:"" help:"Erase a tenant. Grants the wish of a tenant that it end."`
	Plan    tenantPlanCmd    `cmd:"" help:"Show and change what a tenant has subscribed to: rights that the plan withholds nobody has in it."`
	Addon   tenantAddonCmd   `cmd:"" help:"Show and change whether the plan of a tenant includes an add-on service."`
	Support tenantSupportCmd `cmd:"" help:"Show and change whose people may look after all other tenants, as far as those let them."`
	Access  tenantAccessCmd  `cmd:"" help:"Show who of other tenants can act in a tenant, and by which relation."`
}

type tenantCreateCmd struct {
	storageFlags
	Code   string `arg:"" help:"Code: lower-case letters, digits, '-' and '_'. It cannot be changed."`
	Name   string `help:"Name for people. Default: the code." default:"" env:"GATEHOUSE_TENANT_NAME"`
	Parent string `help:"Code of the tenant above it. Default: none." default:"" env:"GATEHOUSE_TENANT_PARENT"`
	JSON   bool   `help:"Print JSON for programs instead of a table for people." env:"GATEHOUSE_JSON"`
}

// Run makes a tenant. It is empty: user create and token create with --tenant
// put somebody into it.
func (cmd *tenantCreateCmd) Run(ctx context.Context, c console) (err error) {
	a, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	var parent iam.Tenant
	if cmd.Parent != "" {
		if parent, err = a.Tenancy.ByCode(ctx, cmd.Parent); err != nil {
			return err
		}
	}
	t, err := a.Tenancy.CreateTenant(ctx, iam.System("", "command line"), parent.ID, tenancy.NewTenant{Code: cmd.Code, Name: cmd.Name})
	if err != nil {
		return err
	}
	p := newPrinter(c.out, cmd.JSON, "code", "id", "name", "parent")
	return errors.Join(p.row(t.Code, t.ID, t.Name, parent.Code), p.flush())
}

type tenantListCmd struct {
	storageFlags
	JSON bool `help:"Print JSON for programs instead of a table for people." env:"GATEHOUSE_JSON"`
}

// Run lists all tenants of the installation.
func (cmd *tenantListCmd) Run(ctx context.Context, c console) (err error) {
	a, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	p := newPrinter(c.out, cmd.JSON, "code", "id", "name", "state", "parent", "plan", "created", "ending")
	err = iam.Each(whole, func(page iam.Page) (iam.List[iam.Tenant], error) {
		return a.Tenancy.All(ctx, iam.System("", "command line"), page)
	}, func(t iam.Tenant) error {
		return p.row(t.Code, t.ID, t.Name, t.State, t.Parent, t.Plan.Name, timeText(t.Created), endingText(t.Ending))
	})
	return errors.Join(err, p.flush())
}

// endingText tells why a tenant is to end, and who says so; empty where nobody
// does.
func endingText(e *iam.Ending) string {
	if e == nil {
		return ""
	}
	text := timeText(e.At) + " " + e.By
	for _, why := range []string{e.Reason, e.Feedback} {
		if why != "" {
			text += ": " + why
		}
	}
	return text
}
