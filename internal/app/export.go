package app

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

// exportPage is how many users or groups are read at once.
const exportPage = 1000

// Exporter answers what gives a tenant's people, groups and bindings to files.
func (a *App) Exporter() transfer.Source { return exporter{a} }

// exporter is transfer.Source out of the directory, SCIM and access.
type exporter struct{ *App }

// exporting is one run.
type exporting struct {
	*App
	by         iam.Actor
	types      scim.TypeSet
	namespaces map[iam.Scope]string // names of the groups of namespaces
	visit      func(transfer.Entry) error
}

// Each implements transfer.Source. What changes meanwhile may be there as it was
// before or as it is after.
func (x exporter) Each(ctx context.Context, by iam.Actor, kinds []transfer.Kind, visit func(transfer.Entry) error) error {
	types, err := x.SCIM.TypeSet(ctx, by)
	if err != nil {
		return err
	}
	groups, err := x.Tenancy.NamespaceGroups(ctx, by)
	if err != nil {
		return err
	}
	run := exporting{x.App, by, types, make(map[iam.Scope]string, len(groups)), visit}
	for _, g := range groups {
		run.namespaces[iam.GroupScope(g.ID)] = g.Name
	}
	if slices.Contains(kinds, transfer.User) {
		err = run.users(ctx, run.user)
	}
	if err == nil && slices.Contains(kinds, transfer.Group) {
		err = run.groups(ctx, func(g iam.Group) error { return run.group(ctx, g) })
	}
	if err == nil && slices.Contains(kinds, transfer.Binding) {
		if err = run.users(ctx, run.bindingsOfUser); err == nil {
			err = run.groups(ctx, func(g iam.Group) error { return run.bindingsOfGroup(ctx, g) })
		}
	}
	return err
}

func (x exporting) users(ctx context.Context, visit func(iam.User) error) error {
	return iam.Each(iam.Page{Limit: exportPage, Sort: "username"}, func(p iam.Page) (iam.List[iam.User], error) {
		return x.Directory.Users(ctx, x.by, directory.UserFilter{}, p)
	}, visit)
}

func (x exporting) groups(ctx context.Context, visit func(iam.Group) error) error {
	return iam.Each(iam.Page{Limit: exportPage}, func(p iam.Page) (iam.List[iam.Group], error) {
		return x.Directory.Groups(ctx, x.by, p)
	}, visit)
}

func (x exporting) user(u iam.User) error {
	return x.visit(transfer.Entry{Kind: transfer.User, Resource: withoutMeta(x.types.Users.UserDocument(u))})
}

func (x exporting) group(ctx context.Context, g iam.Group) error {
	found, err := x.Directory.Members(ctx, x.by, g.ID)
	if err != nil {
		return err
	}
	members := make([]iam.Ref[iam.UserID], len(found))
	for i, m := range found {
		members[i] = m.User
	}
	return x.visit(transfer.Entry{Kind: transfer.Group, Resource: withoutMeta(x.types.Groups.GroupDocument(g, members))})
}

// withoutMeta leaves out what is true of a resource in this directory only, but
// its id, by which others of the file refer to it.
func withoutMeta(r scim.Resource) map[string]any {
	delete(r, "meta")
	return r
}

// bindingsOfUser are those that the roles of the user's own resource do not tell of.
func (x exporting) bindingsOfUser(u iam.User) error {
	for _, b := range u.Bindings {
		if b.Scope == iam.ScopeTenant {
			continue
		}
		if err := x.binding(b.Role.Name, b.Scope, "user", string(u.ID), u.Username); err != nil {
			return err
		}
	}
	return nil
}

func (x exporting) bindingsOfGroup(ctx context.Context, g iam.Group) error {
	grants, err := x.Access.GroupGrants(ctx, x.by, g.ID)
	if err != nil {
		return err
	}
	for _, grant := range grants {
		if err := x.binding(grant.Role.Name, grant.Binding.Scope, "group", string(g.ID), g.Name); err != nil {
			return err
		}
	}
	return nil
}

func (x exporting) binding(role string, scope iam.Scope, subject, id, name string) error {
	r := map[string]any{"schemas": []any{transfer.URNBinding}, memberRole: role, subject: map[string]any{"value": id, "display": name}}
	if group, ok := x.namespaces[scope]; ok {
		r[memberNamespaceGroup] = group
	} else if scope != iam.ScopeTenant {
		r[memberNamespace] = string(scope)
	}
	return x.visit(transfer.Entry{Kind: transfer.Binding, Resource: r})
}
