package ncloud

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// policyCheckOperations are what one asks before a policy is made or removed.
func (d *dialect) policyCheckOperations() []api.Operation {
	return []api.Operation{
		api.Handle(api.Op{
			ID: "policy.resources", Methods: []string{http.MethodGet}, Paths: at("/policies/{id}/resources"), Access: api.Requires(iam.RolesRead),
			Tag: "Policy", Summary: "List who has a policy", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: resources{[]accountRef{accountRefOf(exampleTenant, exampleUser)}, []groupRef{exampleGroup}, []roleRef{}},
		}, d.policyResources),
		api.Handle(api.Op{
			ID: "policy.validate", Methods: []string{http.MethodPost}, Paths: at("/policy/validation"), Access: api.Requires(iam.RolesRead),
			Tag: "Policy", Summary: "Tell whether a policy could be made", RequestExample: policyForm{PolicyName: "helpdesk", Permissions: examplePermissions},
			ResponseExample: validation{Success: true, Details: []finding{}},
		}, d.validatePolicy),
	}
}

// resources are those who have a policy.
type resources struct {
	SubAccounts []accountRef `json:"subAccounts" doc:"The first 500, in the order of their login ids."`
	Groups      []groupRef   `json:"groups"`
	Roles       []roleRef    `json:"roles"`
}

func (d *dialect) policyResources(ctx context.Context, c *api.Call, in byID) (resources, error) {
	r, err := d.policy(ctx, c.Actor, in.ID)
	if err != nil {
		return resources{}, err
	}
	who := resources{[]accountRef{}, []groupRef{}, []roleRef{}}
	users, err := d.Directory.Users(ctx, c.Actor, directory.UserFilter{Role: r.ID}, iam.Page{Sort: "username", Limit: maxList})
	if err != nil {
		return resources{}, err
	}
	for _, u := range users.Items {
		who.SubAccounts = append(who.SubAccounts, accountRefOf(c.Actor.Tenant, u))
	}
	bindings, err := d.Access.RoleGroups(ctx, c.Actor, r.ID)
	if err != nil {
		return resources{}, err
	}
	for _, b := range bindings {
		if b.Scope != iam.ScopeTenant {
			continue
		}
		switch g, err := d.Directory.Group(ctx, c.Actor, directory.GroupKey{ID: b.Group}); {
		case iam.Is(err, iam.NotFound): // gone since
		case err != nil:
			return resources{}, err
		case isRole(g):
			who.Roles = append(who.Roles, roleRefOf(c.Actor.Tenant, g))
		default:
			who.Groups = append(who.Groups, groupRefOf(c.Actor.Tenant, g))
		}
	}
	return who, nil
}

// validation says whether a policy could be made.
type validation struct {
	Success bool      `json:"success"`
	Details []finding `json:"details"`
}

type finding struct {
	Level   string `json:"level" doc:"ERROR: the policy would be refused; WARNING: it would be taken, and do less than it says."`
	Message string `json:"message"`
}

func (d *dialect) validatePolicy(ctx context.Context, c *api.Call, in struct {
	Body policyForm `body:"required"`
}) (validation, error) {
	v := validation{Success: true, Details: []finding{}}
	doc, err := in.Body.check()
	if e, ok := errors.AsType[*iam.Error](err); ok {
		for _, f := range e.Fields {
			v.Details = append(v.Details, finding{"ERROR", f.Message})
		}
	}
	switch _, err := d.Access.Role(ctx, c.Actor, access.RoleKey{Name: in.Body.PolicyName}); {
	case err == nil:
		v.Details = append(v.Details, finding{"ERROR", "policyName is taken"})
	case !iam.Is(err, iam.NotFound):
		return validation{}, err
	}
	v.Success = len(v.Details) == 0
	for _, product := range slices.Compact(slices.Sorted(slices.Values(doc.foreign))) {
		v.Details = append(v.Details, finding{"WARNING", "product " + iam.Cut(product, 64) + " is kept, and allows nothing in Gatehouse itself"})
	}
	return v, nil
}
