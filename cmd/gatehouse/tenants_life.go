package main

import (
	"context"
	"errors"
	"sort"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// oneTenantFlags are those of commands about one tenant as a whole.
type oneTenantFlags struct {
	storageFlags
	Code string `arg:"" help:"Code of the tenant."`
	JSON bool   `help:"Print JSON for programs instead of a table for people." env:"GATEHOUSE_JSON"`
}

// withTenant opens the storage and calls do with the tenant, as its operator.
func (f oneTenantFlags) withTenant(ctx context.Context, c console, do func(a *app.App, by iam.Actor, t iam.Tenant) error) (err error) {
	a, err := f.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	t, err := a.Tenancy.ByCode(ctx, f.Code)
	if err != nil {
		return err
	}
	return do(a, iam.System(t.ID, "command line"), t)
}

type tenantTreeCmd struct {
	storageFlags
	JSON bool `help:"Print JSON for programs instead of a table for people." env:"GATEHOUSE_JSON"`
}

// Run prints all tenants, each behind the one that it is below, and further to
// the right.
func (cmd *tenantTreeCmd) Run(ctx context.Context, c console) (err error) {
	a, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	below := map[iam.TenantID][]iam.Tenant{}
	err = iam.Each(whole, func(page iam.Page) (iam.List[iam.Tenant], error) {
		return a.Tenancy.All(ctx, iam.System("", "command line"), page)
	}, func(t iam.Tenant) error {
		below[t.Parent] = append(below[t.Parent], t)
		return nil
	})
	p := newPrinter(c.out, cmd.JSON, "code", "depth", "id", "name", "state")
	var branch func(of iam.TenantID, depth int) error
	branch = func(of iam.TenantID, depth int) error {
		sort.Slice(below[of], func(i, j int) bool { return below[of][i].Code < below[of][j].Code })
		for _, t := range below[of] {
			code := t.Code
			if !cmd.JSON {
				code = strings.Repeat("  ", depth) + code
			}
			if err := errors.Join(p.row(code, depth, t.ID, t.Name, t.State), branch(t.ID, depth+1)); err != nil {
				return err
			}
		}
		return nil
	}
	return errors.Join(err, branch("", 0), p.flush())
}

type tenantDisableCmd struct{ oneTenantFlags }

// Run disables a tenant.
func (cmd *tenantDisableCmd) Run(ctx context.Context, c console) error {
	return cmd.setState(ctx, c, iam.TenantDisabled)
}

type tenantEnableCmd struct{ oneTenantFlags }

// Run enables a tenant. It stays suspended while one above it is not active.
func (cmd *tenantEnableCmd) Run(ctx context.Context, c console) error {
	return cmd.setState(ctx, c, iam.TenantActive)
}

func (f oneTenantFlags) setState(ctx context.Context, c console, state iam.TenantState) error {
	return f.withTenant(ctx, c, func(a *app.App, by iam.Actor, t iam.Tenant) error {
		t, err := a.Tenancy.SetState(ctx, by, t.ID, state)
		if err != nil {
			return err
		}
		p := newPrinter(c.out, f.JSON, "code", "id", "name", "state")
		return errors.Join(p.row(t.Code, t.ID, t.Name, t.State), p.flush())
	})
}

type tenantDeleteCmd struct {
	oneTenantFlags
	Tree bool `help:"Erase the tenants below it too. Without this, a tenant that has any is refused." env:"GATEHOUSE_TREE"`
}

// Run erases a tenant. It may be run again after it was cut short.
func (cmd *tenantDeleteCmd) Run(ctx context.Context, c console) error {
	return cmd.withTenant(ctx, c, func(a *app.App, by iam.Actor, t iam.Tenant) error {
		if err := a.Tenancy.Erase(ctx, by, t.ID, cmd.Tree); err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "code", "id", "name")
		return errors.Join(p.row(t.Code, t.ID, t.Name), p.flush())
	})
}
