package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) customRoleOperations() []api.Operation {
	const all, one = "/api/web/custom/namespaces/{namespace}/roles", "/api/web/custom/namespaces/{namespace}/roles/{name}"
	groups := []string{"gatehouse-users-read"}
	object := roleObjectOf(exampleRole)
	return []api.Operation{
		api.Handle(api.Op{
			ID: "role.custom-list", Methods: []string{http.MethodGet}, Paths: []string{all}, Access: api.Requires(iam.RolesRead), Namespace: "namespace",
			Tag: "Roles", Summary: "List roles with their API groups", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: itemsOf[roleItem]{[]roleItem{roleItemOf(exampleRole, groups)}},
		}, d.listCustomRoles),
		api.Handle(api.Op{
			ID: "role.custom-create", Methods: []string{http.MethodPost}, Paths: []string{all}, Access: api.Requires(iam.RolesCreate), Namespace: "namespace",
			Tag: "Roles", Summary: "Create a role of API groups", Description: "Nobody gives rights away that they do not have in the whole tenant.",
			Errors:         []iam.Kind{iam.NotFound, iam.Exists},
			RequestExample: customRoleForm{APIGroups: groups, Metadata: exampleRole.meta, Namespace: iam.NamespaceSystem}, ResponseExample: object,
		}, d.createCustomRole),
		api.Handle(api.Op{
			ID: "role.custom-get", Methods: []string{http.MethodGet}, Paths: []string{one}, Access: api.Requires(iam.RolesRead), Namespace: "namespace",
			Tag: "Roles", Summary: "Show a role with its API groups", Errors: []iam.Kind{iam.NotFound}, ResponseExample: customRole{groups, object},
		}, d.getCustomRole),
		api.Handle(api.Op{
			ID: "role.custom-replace", Methods: []string{http.MethodPut}, Paths: []string{one}, Access: api.Requires(iam.RolesUpdate), Namespace: "namespace",
			Tag: "Roles", Summary: "Give a role other API groups", Description: "Its metadata stay. A built-in role cannot be changed.",
			Errors:         []iam.Kind{iam.NotFound, iam.Conflict, iam.Precondition},
			RequestExample: customRoleChange{APIGroups: groups, Name: exampleRole.meta.Name, Namespace: iam.NamespaceSystem}, ResponseExample: object,
		}, d.replaceCustomRole),
	}
}

// roleItem is a role in the list of the custom form.
type roleItem struct {
	APIGroups []string `json:"api_groups"`
	Disabled  bool     `json:"disabled"`
	Spec      any      `json:"get_spec"`
	Name      string   `json:"name"`
	Namespace string   `json:"namespace"`
	Tenant    string   `json:"tenant"`
	UID       string   `json:"uid"`
}

func roleItemOf(s shown, groups []string) roleItem {
	return roleItem{groups, s.meta.Disable, s.spec, s.meta.Name, s.meta.Namespace, s.system.Tenant, s.system.UID}
}

// roleObject is a role in answers of the custom form.
type roleObject struct {
	Metadata objectMeta `json:"metadata"`
	Spec     globalSpec `json:"spec"`
	System   systemMeta `json:"system_metadata"`

	version int64
}

type globalSpec struct {
	Global any `json:"gc_spec"`
}

// Headers tells the version as the entity tag that If-Match takes.
func (r roleObject) Headers(h http.Header) { entityTag(h, r.version) }

func roleObjectOf(s shown) roleObject {
	return roleObject{s.meta, globalSpec{s.spec}, s.system, s.version}
}

// customRole is one role with its API groups.
type customRole struct {
	APIGroups []string   `json:"api_groups"`
	Object    roleObject `json:"object"`
}

// Headers tells the version as the entity tag that If-Match takes.
func (r customRole) Headers(h http.Header) { r.Object.Headers(h) }

func (d *dialect) listCustomRoles(ctx context.Context, c *api.Call, in inNamespace) (itemsOf[roleItem], error) {
	t, roles, err := d.rolesIn(ctx, c.Actor, in.Namespace)
	if err != nil {
		return itemsOf[roleItem]{}, err
	}
	names, err := d.apiGroupNames(ctx, c.Actor)
	if err != nil {
		return itemsOf[roleItem]{}, err
	}
	items := make([]roleItem, len(roles))
	for i, r := range roles {
		items[i] = roleItemOf(roleShown(t, r), names.of(r))
	}
	return itemsOf[roleItem]{items}, nil
}

// customRoleForm is a role as a caller sends it.
type customRoleForm struct {
	APIGroups []string   `json:"api_groups" rule:"message.required=true;repeated.min_items=1"`
	Metadata  objectMeta `json:"metadata"`
	Namespace string     `json:"namespace" rule:"string.const=system"`
	Spec      empty      `json:"spec"`
}

func (d *dialect) createCustomRole(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body customRoleForm `body:"required"`
}) (roleObject, error) {
	r, err := d.makeRole(ctx, c.Actor, in.Namespace, in.Body.Metadata, in.Body.APIGroups)
	if err != nil {
		return roleObject{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	return roleObjectOf(roleShown(t, r)), err
}

func (d *dialect) getCustomRole(ctx context.Context, c *api.Call, in struct {
	named
}) (customRole, error) {
	r, err := d.roleIn(ctx, c.Actor, in.Namespace, in.Name)
	if err != nil {
		return customRole{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	if err != nil {
		return customRole{}, err
	}
	names, err := d.apiGroupNames(ctx, c.Actor)
	return customRole{names.of(r), roleObjectOf(roleShown(t, r))}, err
}

// customRoleChange says which API groups a role is to have.
type customRoleChange struct {
	APIGroups []string `json:"api_groups" rule:"message.required=true;repeated.min_items=1"`
	Name      string   `json:"name"`
	Namespace string   `json:"namespace" rule:"string.const=system"`
	Spec      empty    `json:"spec"`
}

func (d *dialect) replaceCustomRole(ctx context.Context, c *api.Call, in struct {
	named
	matching
	Body customRoleChange `body:"required"`
}) (roleObject, error) {
	version, err := in.matching.version("")
	if err != nil {
		return roleObject{}, err
	}
	if err := repeats("name", in.Body.Name, in.Name); err != nil {
		return roleObject{}, err
	}
	r, err := d.roleIn(ctx, c.Actor, in.Namespace, in.Name)
	if err != nil {
		return roleObject{}, err
	}
	groups, err := d.apiGroups(ctx, c.Actor, in.Body.APIGroups)
	if err != nil {
		return roleObject{}, err
	}
	r, err = d.Access.UpdateRole(ctx, c.Actor, access.RoleKey{ID: r.ID}, access.RoleChange{APIGroups: &groups, Version: version})
	if err != nil {
		return roleObject{}, inWords(err, roleNamesInWords)
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	return roleObjectOf(roleShown(t, r)), err
}
