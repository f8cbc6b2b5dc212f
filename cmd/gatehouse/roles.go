package main

import (
	"context"
	"errors"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type roleCmd struct {
	List   roleListCmd   `cmd:"" help:"List roles."`
	Grant  roleGrantCmd  `cmd:"" help:"Give a role to a user or a group."`
	Revoke roleRevokeCmd `cmd:"" help:"Take a role from a user or a group."`
	Held   roleHeldCmd   `cmd:"" help:"List the roles that a user has, and through what, or those of a group."`
}

type roleListCmd struct{ tenantFlags }

// Run lists all roles.
func (cmd *roleListCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		p := newPrinter(c.out, cmd.JSON, "name", "id", "builtin", "description")
		err := iam.Each(whole, func(page iam.Page) (iam.List[iam.Role], error) { return a.Access.Roles(ctx, by, page) },
			func(r iam.Role) error { return p.row(r.Name, r.ID, r.Builtin, r.Description) })
		return errors.Join(err, p.flush())
	})
}

// holderFlags name who has a role.
type holderFlags struct {
	User  string `help:"User who has it. Either this or --group." default:"" env:"GATEHOUSE_ROLE_USER"`
	Group string `help:"Group whose members have it. Either this or --user." default:"" env:"GATEHOUSE_ROLE_GROUP"`
}

// holder answers the binding of nothing yet to the user or the group.
func (f holderFlags) holder(ctx context.Context, a *app.App, by iam.Actor) (b iam.Binding, err error) {
	switch {
	case (f.User == "") == (f.Group == ""):
		return b, errors.New("say who has it: either --user or --group")
	case f.User != "":
		b.User, err = userNamed(ctx, a, by, f.User)
	default:
		var g iam.Group
		g, err = a.Directory.Group(ctx, by, directory.GroupKey{Name: f.Group})
		b.Group = g.ID
	}
	return b, err
}

// bindingFlags name one binding.
type bindingFlags struct {
	tenantFlags
	holderFlags
	Role  string `arg:"" help:"Name of the role."`
	Scope string `help:"Where it holds: a namespace, 'group:' and the name of a group of namespaces, or '*' for all namespaces but system. Default: the whole tenant." default:"" env:"GATEHOUSE_ROLE_SCOPE"`
}

// binding answers the binding that is meant, as a new one.
func (f bindingFlags) binding(ctx context.Context, a *app.App, by iam.Actor) (iam.Binding, error) {
	b, err := f.holder(ctx, a, by)
	if err != nil {
		return b, err
	}
	r, err := a.Access.Role(ctx, by, access.RoleKey{Name: f.Role})
	if err != nil {
		return b, err
	}
	b.Role, b.Scope = r.ID, iam.Scope(f.Scope)
	if name, ok := strings.CutPrefix(f.Scope, iam.ScopeGroupPrefix); ok {
		var g iam.NamespaceGroup
		g, err = namespaceGroupNamed(ctx, a, by, name)
		b.Scope = iam.GroupScope(g.ID)
	}
	return b, err
}

// print prints the binding that a command was about.
func (f bindingFlags) print(c console, id iam.BindingID) error {
	p := newPrinter(c.out, f.JSON, "binding", "role", "user", "group", "scope")
	return errors.Join(p.row(id, f.Role, f.User, f.Group, scopeText(iam.Scope(f.Scope), "")), p.flush())
}

type roleGrantCmd struct{ bindingFlags }

// Run gives a role.
func (cmd *roleGrantCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		b, err := cmd.binding(ctx, a, by)
		if err != nil {
			return err
		}
		if b, err = a.Access.Bind(ctx, by, b); err != nil {
			return err
		}
		return cmd.print(c, b.ID)
	})
}

type roleRevokeCmd struct{ bindingFlags }

// Run takes a role.
func (cmd *roleRevokeCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		b, err := cmd.binding(ctx, a, by)
		if err != nil {
			return err
		}
		held, err := heldBy(ctx, a, by, b)
		if err != nil {
			return err
		}
		for _, h := range held {
			if h.Binding.User == b.User && h.Binding.Group == b.Group && h.Binding.Role == b.Role && h.Binding.Scope == b.Scope {
				return errors.Join(a.Access.Unbind(ctx, by, h.Binding.ID), cmd.print(c, h.Binding.ID))
			}
		}
		return iam.E(iam.NotFound, "role %q is not given to %s%s in that scope", cmd.Role, cmd.User, cmd.Group)
	})
}

type roleHeldCmd struct {
	tenantFlags
	holderFlags
}

// Run lists what is given to a user, also through groups, or to a group.
func (cmd *roleHeldCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		b, err := cmd.holder(ctx, a, by)
		if err != nil {
			return err
		}
		held, err := heldBy(ctx, a, by, b)
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "role", "scope", "through", "namespaces", "binding")
		for _, h := range held {
			err := p.row(h.Role.Name, scopeText(h.Binding.Scope, h.NamespaceGroup), h.Group, strings.Join(h.Namespaces, ","), h.Binding.ID)
			if err != nil {
				return err
			}
		}
		return p.flush()
	})
}

// heldBy answers what is bound to the user, also through groups, or to the
// group, that b names.
func heldBy(ctx context.Context, a *app.App, by iam.Actor, b iam.Binding) ([]access.UserBinding, error) {
	if b.User != "" {
		return a.Access.UserBindings(ctx, by, b.User)
	}
	return a.Access.GroupBindings(ctx, by, b.Group)
}

// scopeText is a scope for people: the whole tenant has a word that no
// namespace can have, and a group of namespaces its name.
func scopeText(s iam.Scope, namespaceGroup string) string {
	switch _, group := s.NamespaceGroup(); {
	case s == iam.ScopeTenant:
		return "(tenant)"
	case group && namespaceGroup != "":
		return iam.ScopeGroupPrefix + namespaceGroup
	default:
		return string(s)
	}
}
