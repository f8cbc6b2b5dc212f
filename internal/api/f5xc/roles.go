package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Access keeps roles and bindings, and decides. Package access satisfies it.
type Access interface {
	peopleAccess

	Roles(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.Role], error)
	CreateRole(ctx context.Context, by iam.Actor, in access.NewRole) (iam.Role, error)
	UpdateRole(ctx context.Context, by iam.Actor, k access.RoleKey, ch access.RoleChange) (iam.Role, error)
	DeleteRole(ctx context.Context, by iam.Actor, k access.RoleKey) (iam.Role, error)
	APIGroups(ctx context.Context, by iam.Actor, role iam.RoleID) ([]iam.APIGroup, error)
	AllAPIGroups(ctx context.Context, by iam.Actor) ([]iam.APIGroup, error)
	NamedAPIGroups(ctx context.Context, by iam.Actor, names []string) ([]iam.APIGroupID, error)
	RolesIn(ctx context.Context, by iam.Actor) (map[string][]iam.Role, error)
	May(ctx context.Context, by iam.Actor, p iam.Permission) (bool, error)
	Evaluate(ctx context.Context, by iam.Actor, c access.Control, namespace string, calls []access.Call) ([]access.Decision, error)
}

func (d *dialect) roleOperations() []api.Operation {
	const all, one = "/api/web/namespaces/{namespace}/roles", "/api/web/namespaces/{namespace}/roles/{name}"
	return append([]api.Operation{
		api.Handle(api.Op{
			ID: "role.list", Methods: []string{http.MethodGet}, Paths: []string{all}, Access: api.Requires(iam.RolesRead), Namespace: "namespace",
			Tag: "Roles", Summary: "List roles", Errors: []iam.Kind{iam.NotFound}, ResponseExample: listing{Fields: []string{""}}.list([]shown{exampleRole}),
		}, d.listRoles),
		api.Handle(api.Op{
			ID: "role.create", Methods: []string{http.MethodPost}, Paths: []string{all}, Access: api.Requires(iam.RolesCreate), Namespace: "namespace",
			Tag: "Roles", Summary: "Create a role", Description: "It allows nothing until it has API groups, which the custom form takes.",
			Errors: []iam.Kind{iam.NotFound, iam.Exists}, RequestExample: roleForm{Metadata: exampleRole.meta}, ResponseExample: writtenRoleOf(exampleRole),
		}, d.createRole),
		api.Handle(api.Op{
			ID: "role.get", Methods: []string{http.MethodGet}, Paths: []string{one}, Access: api.Requires(iam.RolesRead), Namespace: "namespace",
			Tag: "Roles", Summary: "Show a role", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: getAnswer{Metadata: exampleRole.meta, Spec: exampleRole.spec, System: exampleRole.system},
		}, d.getRole),
		api.Handle(api.Op{
			ID: "role.replace", Methods: []string{http.MethodPut}, Paths: []string{one}, Access: api.Requires(iam.RolesUpdate), Namespace: "namespace",
			Tag: "Roles", Summary: "Write the metadata of a role anew", Description: "Its API groups stay. A built-in role cannot be changed.",
			Errors: []iam.Kind{iam.NotFound, iam.Conflict, iam.Precondition}, RequestExample: roleForm{Metadata: exampleRole.meta}, ResponseExample: empty{},
		}, d.replaceRole),
		api.Handle(api.Op{
			ID: "role.delete", Methods: []string{http.MethodDelete}, Paths: []string{one}, Access: api.Requires(iam.RolesDelete), Namespace: "namespace",
			Tag: "Roles", Summary: "Delete a role",
			Description: "It is taken from all who have it, unless fail_if_referred is set. A built-in role cannot be deleted.",
			Errors:      []iam.Kind{iam.NotFound, iam.Precondition}, RequestExample: deleteForm{FailIfReferred: true}, ResponseExample: empty{},
		}, d.deleteRole),
	}, d.customRoleOperations()...)
}

func (d *dialect) listRoles(ctx context.Context, c *api.Call, in struct {
	inNamespace
	listing
}) (listAnswer, error) {
	t, roles, err := d.rolesIn(ctx, c.Actor, in.Namespace)
	if err != nil {
		return listAnswer{}, err
	}
	all := make([]shown, len(roles))
	for i, r := range roles {
		all[i] = roleShown(t, r)
	}
	return in.pick(all)
}

// roleForm is a role as a caller sends it.
type roleForm struct {
	Metadata objectMeta `json:"metadata"`
	Spec     empty      `json:"spec"`
}

// writtenRole is a role that was made.
type writtenRole struct {
	Metadata objectMeta `json:"metadata"`
	Spec     any        `json:"spec"`
	System   systemMeta `json:"system_metadata"`

	version int64
}

// Headers tells the version as the entity tag that If-Match takes.
func (r writtenRole) Headers(h http.Header) { entityTag(h, r.version) }

func writtenRoleOf(s shown) writtenRole { return writtenRole{s.meta, s.spec, s.system, s.version} }

func (d *dialect) createRole(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body roleForm `body:"required"`
}) (writtenRole, error) {
	r, err := d.makeRole(ctx, c.Actor, in.Namespace, in.Body.Metadata, nil)
	if err != nil {
		return writtenRole{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	return writtenRoleOf(roleShown(t, r)), err
}

func (d *dialect) getRole(ctx context.Context, c *api.Call, in namedFormat) (getAnswer, error) {
	f, t, r, err := d.roleToShow(ctx, c.Actor, in)
	if err != nil {
		return getAnswer{}, err
	}
	return roleShown(t, r).get(f, func() (referring, _, _ []objectRef, err error) {
		referring, err = d.refersToRole(ctx, c.Actor, t, r)
		return referring, nil, nil, err
	})
}

func (d *dialect) replaceRole(ctx context.Context, c *api.Call, in struct {
	named
	matching
	Body roleForm `body:"required"`
}) (empty, error) {
	version, err := in.matching.version("")
	if err != nil {
		return empty{}, err
	}
	r, err := d.roleIn(ctx, c.Actor, in.Namespace, in.Name)
	if err != nil {
		return empty{}, err
	}
	m := in.Body.Metadata
	if err := repeats("metadata.name", m.Name, in.Name); err != nil {
		return empty{}, err
	}
	attributes, err := roleAttributes(in.Namespace, m)
	if err != nil {
		return empty{}, err
	}
	_, err = d.Access.UpdateRole(ctx, c.Actor, access.RoleKey{ID: r.ID}, access.RoleChange{Description: &m.Description, Disabled: &m.Disable,
		Attributes: attributes, Version: version})
	return empty{}, inWords(err, roleNamesInWords)
}

// deleteForm is what a caller may say about a deletion.
type deleteForm struct {
	FailIfReferred bool   `json:"fail_if_referred"`
	Name           string `json:"name"`
	Namespace      string `json:"namespace"`
}

func (d *dialect) deleteRole(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Name string     `path:"name"`
	Body deleteForm `body:"optional"`
}) (empty, error) {
	if err := repeats("name", in.Body.Name, in.Name); err != nil {
		return empty{}, err
	}
	if err := repeats("namespace", in.Body.Namespace, in.Namespace); err != nil {
		return empty{}, err
	}
	r, err := d.roleIn(ctx, c.Actor, in.Namespace, in.Name)
	if err != nil {
		return empty{}, err
	}
	if in.Body.FailIfReferred {
		if err := d.freeRole(ctx, c.Actor, r); err != nil {
			return empty{}, err
		}
	}
	_, err = d.Access.DeleteRole(ctx, c.Actor, access.RoleKey{ID: r.ID})
	return empty{}, err
}

// freeRole answers Precondition while somebody has a role, or an object refers
// to it.
func (d *dialect) freeRole(ctx context.Context, by iam.Actor, r iam.Role) error {
	referring, err := d.refersToRole(ctx, by, iam.Tenant{}, r)
	if err != nil || len(referring) == 0 {
		return err
	}
	return iam.E(iam.Precondition, "role %q is referred to: %s %q is one of %d", r.Name, referring[0].Kind, referring[0].Name,
		len(referring)).Because(iam.ReasonInUse).About(r.Name)
}
