package main

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

type namespaceCmd struct {
	Create namespaceCreateCmd `cmd:"" help:"Make a namespace."`
	List   namespaceListCmd   `cmd:"" help:"List namespaces."`
	Delete namespaceDeleteCmd `cmd:"" help:"Remove a namespace without objects, and the roles that were given in it."`
	Group  namespaceGroupCmd  `cmd:"" help:"Manage groups of namespaces, in which roles can be given as in one."`
}

type namespaceCreateCmd struct {
	tenantFlags
	Name        string `arg:"" help:"Name: lower-case letters, digits and '-'. It cannot be changed."`
	Description string `help:"What it is for." default:"" env:"GATEHOUSE_NAMESPACE_DESCRIPTION"`
}

// Run makes a namespace.
func (cmd *namespaceCreateCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		n, err := a.Tenancy.CreateNamespace(ctx, by, tenancy.NewNamespace{Name: cmd.Name, Description: cmd.Description})
		if err != nil {
			return err
		}
		return cmd.printNamespaces(c, n)
	})
}

type namespaceListCmd struct{ tenantFlags }

// Run lists all namespaces.
func (cmd *namespaceListCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		all, err := a.Tenancy.Namespaces(ctx, by)
		if err != nil {
			return err
		}
		return cmd.printNamespaces(c, all...)
	})
}

func (f tenantFlags) printNamespaces(c console, namespaces ...iam.Namespace) error {
	p := newPrinter(c.out, f.JSON, "name", "id", "description", "created")
	for _, n := range namespaces {
		if err := p.row(n.Name, n.ID, n.Description, timeText(n.Created)); err != nil {
			return err
		}
	}
	return p.flush()
}

type namespaceDeleteCmd struct {
	tenantFlags
	Name string `arg:"" help:"Name of the namespace."`
}

// Run removes a namespace.
func (cmd *namespaceDeleteCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		if err := a.Tenancy.DeleteNamespace(ctx, by, cmd.Name); err != nil {
			return err
		}
		return cmd.printDeleted(c, cmd.Name)
	})
}

func (f tenantFlags) printDeleted(c console, name string) error {
	p := newPrinter(c.out, f.JSON, "deleted")
	return errors.Join(p.row(name), p.flush())
}

type namespaceGroupCmd struct {
	Create namespaceGroupCreateCmd `cmd:"" help:"Make a group of namespaces."`
	List   namespaceGroupListCmd   `cmd:"" help:"List groups of namespaces."`
	Set    namespaceGroupSetCmd    `cmd:"" help:"Say which namespaces are in a group, in place of those that were."`
	Delete namespaceGroupDeleteCmd `cmd:"" help:"Remove a group, and the roles that were given in it. The namespaces stay."`
}

// namespaceGroupArgs are a group and its namespaces.
type namespaceGroupArgs struct {
	Name       string   `arg:"" help:"Name of the group."`
	Namespaces []string `arg:"" optional:"" name:"namespace" help:"Namespaces in it. Default: none."`
}

type namespaceGroupCreateCmd struct {
	tenantFlags
	namespaceGroupArgs
}

// Run makes a group of namespaces.
func (cmd *namespaceGroupCreateCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		g, err := a.Tenancy.CreateNamespaceGroup(ctx, by, tenancy.NewNamespaceGroup{Name: cmd.Name, Namespaces: cmd.Namespaces})
		if err != nil {
			return err
		}
		return cmd.printNamespaceGroups(c, g)
	})
}

type namespaceGroupListCmd struct{ tenantFlags }

// Run lists all groups of namespaces.
func (cmd *namespaceGroupListCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		all, err := a.Tenancy.NamespaceGroups(ctx, by)
		if err != nil {
			return err
		}
		return cmd.printNamespaceGroups(c, all...)
	})
}

func (f tenantFlags) printNamespaceGroups(c console, groups ...iam.NamespaceGroup) error {
	p := newPrinter(c.out, f.JSON, "name", "id", "namespaces", "created")
	for _, g := range groups {
		if err := p.row(g.Name, g.ID, names(g.Namespaces), timeText(g.Created)); err != nil {
			return err
		}
	}
	return p.flush()
}

type namespaceGroupSetCmd struct {
	tenantFlags
	namespaceGroupArgs
}

// Run replaces the namespaces of a group.
func (cmd *namespaceGroupSetCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		g, err := namespaceGroupNamed(ctx, a, by, cmd.Name)
		if err != nil {
			return err
		}
		g, err = a.Tenancy.UpdateNamespaceGroup(ctx, by, g.ID, tenancy.NamespaceGroupChange{Namespaces: &cmd.Namespaces})
		if err != nil {
			return err
		}
		return cmd.printNamespaceGroups(c, g)
	})
}

type namespaceGroupDeleteCmd struct {
	tenantFlags
	Name string `arg:"" help:"Name of the group."`
}

// Run removes a group of namespaces.
func (cmd *namespaceGroupDeleteCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		g, err := namespaceGroupNamed(ctx, a, by, cmd.Name)
		if err != nil {
			return err
		}
		if err := a.Tenancy.DeleteNamespaceGroup(ctx, by, g.ID); err != nil {
			return err
		}
		return cmd.printDeleted(c, g.Name)
	})
}

// namespaceGroupNamed finds a group of namespaces by its name. NotFound.
func namespaceGroupNamed(ctx context.Context, a *app.App, by iam.Actor, name string) (iam.NamespaceGroup, error) {
	all, err := a.Tenancy.NamespaceGroups(ctx, by)
	if err != nil {
		return iam.NamespaceGroup{}, err
	}
	for _, g := range all {
		if iam.Fold(g.Name) == iam.Fold(name) {
			return g, nil
		}
	}
	return iam.NamespaceGroup{}, iam.ErrNotFound("namespace group", name)
}
