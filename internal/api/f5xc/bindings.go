package f5xc

import (
	"cmp"
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// The vendor keeps each role that a user has in a namespace as an object,
// namespace_role. Here it is a view of a binding of the user itself, whose id
// is its name. What a binding reaches beyond one namespace is shown as further
// objects, which have the namespace in their name too: a view that left them
// out would show less than a user may do.

func (d *dialect) bindingOperations() []api.Operation {
	const all, one = "/api/web/namespaces/{namespace}/namespace_roles", "/api/web/namespaces/{namespace}/namespace_roles/{name}"
	example := namespaceRoleShown(iam.Tenant{Code: iam.DefaultTenant}, access.Grant{
		Binding: iam.Binding{ID: "0191a5c4-7a3c-7b1e-9d2f-3c4b5a697889", Created: exampleTime},
		Role:    iam.Role{ID: iam.RoleID(exampleRole.system.UID), Name: exampleRole.meta.Name},
	}, iam.Ref[iam.UserID]{ID: "0191a5c4-7a3c-7b1e-9d2f-3c4b5a697888", Name: "mina@example.com"}, "", "0191a5c4-7a3c-7b1e-9d2f-3c4b5a697889", "shop")
	return append([]api.Operation{
		// It shows of users what their list shows, and asks for the same right.
		api.Handle(api.Op{
			ID: "namespace-role.list", Methods: []string{http.MethodGet}, Paths: []string{all}, Access: api.Requires(iam.UsersRead), Namespace: "namespace",
			Tag: "Roles", Summary: "List the roles of users in namespaces", Description: "Roles that users have through groups are not among them.",
			Errors: []iam.Kind{iam.NotFound}, ResponseExample: listing{Fields: []string{""}}.list([]shown{example}),
		}, d.listNamespaceRoles),
		api.Handle(api.Op{
			ID: "namespace-role.get", Methods: []string{http.MethodGet}, Paths: []string{one}, Access: api.Requires(iam.UsersRead), Namespace: "namespace",
			Tag: "Roles", Summary: "Show a role of a user in a namespace", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: getAnswer{Metadata: example.meta, Spec: example.spec, System: example.system},
		}, d.getNamespaceRole),
	}, d.rolePolicyOperations()...)
}

type namespaceRoleSpec struct {
	Namespace string      `json:"namespace"`
	Role      []objectRef `json:"role"`
	User      []objectRef `json:"user"`
}

// namespaceRoleShown shows a binding of a user, which somebody made, under a
// name, in a namespace.
func namespaceRoleShown(t iam.Tenant, g access.Grant, u iam.Ref[iam.UserID], creator, name, namespace string) shown {
	return shown{kind: kindNamespaceRole,
		meta: objectMeta{Name: name, Namespace: iam.NamespaceSystem, Labels: tags(nil), Annotations: tags(nil)},
		system: systemMeta{UID: string(g.Binding.ID), Created: timeOf(g.Binding.Created), CreatorClass: creatorClass(g.Binding.CreatedBy), CreatorID: creator,
			Tenant: t.Code, Finalizers: []string{}},
		spec: namespaceRoleSpec{Namespace: namespace, Role: []objectRef{roleLike(kindRole, t, g.Role).ref()},
			User: []objectRef{{Kind: kindUser, Name: u.Name, Namespace: iam.NamespaceSystem, Tenant: t.Code, UID: string(u.ID)}}},
	}
}

// shownAs answers the names and namespaces of the objects that a binding is
// shown as.
func (p places) shownAs(b iam.Binding) (names, namespaces []string) {
	namespaces = p.names(b.Scope)
	_, grouped := b.Scope.NamespaceGroup()
	for i, n := range namespaces {
		name := string(b.ID)
		if grouped || i > 0 {
			if n == string(iam.ScopeApplications) {
				n = "applications"
			}
			name += "-" + n
		}
		names = append(names, name)
	}
	return names, namespaces
}

func (d *dialect) listNamespaceRoles(ctx context.Context, c *api.Call, in struct {
	inNamespace
	listing
}) (listAnswer, error) {
	all, err := d.namespaceRoles(ctx, c.Actor, in.Namespace)
	if err != nil {
		return listAnswer{}, err
	}
	return in.pick(all)
}

func (d *dialect) getNamespaceRole(ctx context.Context, c *api.Call, in namedFormat) (getAnswer, error) {
	f, err := in.read()
	if err != nil {
		return getAnswer{}, err
	}
	all, err := d.namespaceRoles(ctx, c.Actor, in.Namespace)
	if err != nil {
		return getAnswer{}, err
	}
	for _, s := range all {
		if s.meta.Name == in.Name {
			return s.get(f, func() (_, _, _ []objectRef, _ error) { return []objectRef{}, []objectRef{}, []objectRef{}, nil })
		}
	}
	return getAnswer{}, iam.ErrNotFound("namespace_role", in.Name)
}

// namespaceRoles shows every binding of a user, in the order in which they were made.
func (d *dialect) namespaceRoles(ctx context.Context, by iam.Actor, namespace string) ([]shown, error) {
	if err := inSystem("namespace_roles", namespace); err != nil {
		return nil, err
	}
	t, err := d.Tenancy.Tenant(ctx, by)
	if err != nil {
		return nil, err
	}
	p, err := d.places(ctx, by)
	if err != nil {
		return nil, err
	}
	users, err := d.userRefs(ctx, by)
	if err != nil {
		return nil, err
	}
	grants, err := d.Access.AllGrants(ctx, by)
	if err != nil {
		return nil, err
	}
	all := []shown{}
	for _, g := range grants {
		u, ok := users[g.Binding.User]
		if !ok {
			continue // of a group, or of somebody who has just come
		}
		creator := cmp.Or(users[g.Binding.CreatedBy].Name, string(g.Binding.CreatedBy)) // who may be gone
		names, namespaces := p.shownAs(g.Binding)
		for i, name := range names {
			all = append(all, namespaceRoleShown(t, g, u, creator, name, namespaces[i]))
		}
	}
	return all, nil
}

// userRefs answers the users of the actor's tenant.
func (d *dialect) userRefs(ctx context.Context, by iam.Actor) (map[iam.UserID]iam.Ref[iam.UserID], error) {
	refs := map[iam.UserID]iam.Ref[iam.UserID]{}
	for page := (iam.Page{Limit: iam.MaxPage}); ; {
		found, err := d.Directory.Users(ctx, by, directory.UserFilter{}, page)
		if err != nil {
			return nil, err
		}
		for _, u := range found.Items {
			refs[u.ID] = iam.Ref[iam.UserID]{ID: u.ID, Name: u.Username, Handle: u.Handle}
		}
		if found.Next == (iam.Cursor{}) {
			return refs, nil
		}
		page.After = found.Next
	}
}
