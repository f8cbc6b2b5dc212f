package ncloud

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type policyList struct {
	IDs []string `json:"policyIdList"`
}

// Names of what was done, which the vendor's answers tell.
const (
	namePolicyAdded   = "addPolicy"
	namePolicyRemoved = "removePolicy"
)

func (d *dialect) attachmentOperations() []api.Operation {
	op := func(id, method, path, summary string, p iam.Permission) api.Op {
		return api.Op{ID: id, Methods: []string{method}, Paths: at(path), Access: api.Requires(p), Tag: "Assignment", Summary: summary,
			Description: "Each id has a result of its own. Nobody can give or take a right that they do not hold.", Errors: []iam.Kind{iam.NotFound},
			RequestExample: policyList{[]string{examplePolicy.PolicyID}}, ResponseExample: []result{{Success: true, ID: examplePolicy.PolicyID}}}
	}
	return []api.Operation{
		api.Handle(op("account.add-policies", http.MethodPost, "/sub-accounts/{id}/policies", "Assign policies to a sub account", iam.UsersUpdate), d.addToAccount),
		api.Handle(op("account.remove-policies", http.MethodDelete, "/sub-accounts/{id}/policies", "Take policies from a sub account", iam.UsersUpdate), d.removeFromAccount),
		api.Handle(op("group.add-policies", http.MethodPost, "/groups/{id}/policies", "Assign policies to a group", iam.GroupsUpdate), d.addToGroup),
		api.Handle(op("group.remove-policies", http.MethodDelete, "/groups/{id}/policies", "Take policies from a group", iam.GroupsUpdate), d.removeFromGroup),
		api.Handle(op("role.add-policies", http.MethodPost, "/roles/{id}/policies", "Assign policies to a role", iam.GroupsUpdate), d.addToRole),
		api.Handle(op("role.remove-policies", http.MethodDelete, "/roles/{id}/policies", "Take policies from a role", iam.GroupsUpdate), d.removeFromRole),
	}
}

type assignment struct {
	byID
	Body policyList `body:"required"`
}

func (d *dialect) addToAccount(ctx context.Context, c *api.Call, in assignment) ([]result, error) {
	return d.changeAccountPolicies(ctx, c, in, true)
}

func (d *dialect) removeFromAccount(ctx context.Context, c *api.Call, in assignment) ([]result, error) {
	return d.changeAccountPolicies(ctx, c, in, false)
}

// changeAccountPolicies assigns policies to a sub account or takes them from
// it, all in one write.
func (d *dialect) changeAccountPolicies(ctx context.Context, c *api.Call, in assignment, add bool) ([]result, error) {
	if err := checkList("policyIdList", in.Body.IDs); err != nil {
		return nil, err
	}
	roles, err := d.policies(ctx, c.Actor, in.Body.IDs)
	if err != nil {
		return nil, err
	}
	known := map[string]string{}
	for id, r := range roles {
		known[id] = r.Handle
	}
	var results []result
	_, err = d.change(ctx, c.Actor, in.ID, func(u iam.User) (*directory.UserChange, error) {
		var handles []string
		results, handles = assign(c, in.Body.IDs, known, handlesOf(u.Roles), add, notAPolicy, alreadyAPolicy)
		if handles == nil {
			return nil, nil
		}
		return &directory.UserChange{Roles: &handles}, nil
	})
	return named(results, add), err
}

// policies answers the policies that there are among ids, by id.
func (d *dialect) policies(ctx context.Context, by iam.Actor, ids []string) (map[string]iam.Role, error) {
	known := map[string]iam.Role{}
	for _, id := range ids {
		switch r, err := d.policy(ctx, by, id); {
		case err == nil:
			known[id] = r
		case !iam.Is(err, iam.NotFound):
			return nil, err
		}
	}
	return known, nil
}

// named adds to results what was done.
func named(results []result, add bool) []result {
	for i := range results {
		switch {
		case !results[i].Success:
		case add:
			results[i].Name = namePolicyAdded
		default:
			results[i].Name = namePolicyRemoved
		}
	}
	return results
}

func (d *dialect) addToGroup(ctx context.Context, c *api.Call, in assignment) ([]result, error) {
	g, err := d.group(ctx, c.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return d.bind(ctx, c, g.ID, in.Body.IDs)
}

func (d *dialect) addToRole(ctx context.Context, c *api.Call, in assignment) ([]result, error) {
	g, err := d.role(ctx, c.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return d.bind(ctx, c, g.ID, in.Body.IDs)
}

// bind assigns policies to a group of the core. Whether the caller may is asked
// for all of them before the first is assigned.
func (d *dialect) bind(ctx context.Context, c *api.Call, g iam.GroupID, ids []string) ([]result, error) {
	if err := checkList("policyIdList", ids); err != nil {
		return nil, err
	}
	roles, err := d.policies(ctx, c.Actor, ids)
	if err != nil {
		return nil, err
	}
	wanted := make([]iam.RoleID, 0, len(roles))
	for _, r := range roles {
		wanted = append(wanted, r.ID)
	}
	if err := d.Access.CheckRoles(ctx, c.Actor, wanted, iam.ScopeTenant); err != nil {
		return nil, err
	}
	results := make([]result, len(ids))
	for i, id := range ids {
		r, ok := roles[id]
		if !ok {
			results[i] = result{ID: id, Message: notAPolicy.in(c.Request)}
			continue
		}
		switch _, err := d.Access.Bind(ctx, c.Actor, iam.Binding{Group: g, Role: r.ID}); {
		case err == nil:
			results[i] = result{Success: true, ID: id}
		case iam.Is(err, iam.Exists):
			results[i] = result{ID: id, Message: alreadyAPolicy.in(c.Request)}
		default:
			return nil, err
		}
	}
	return named(results, true), nil
}

func (d *dialect) removeFromGroup(ctx context.Context, c *api.Call, in assignment) ([]result, error) {
	g, err := d.group(ctx, c.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return d.unbind(ctx, c, g.ID, in.Body.IDs)
}

func (d *dialect) removeFromRole(ctx context.Context, c *api.Call, in assignment) ([]result, error) {
	g, err := d.role(ctx, c.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return d.unbind(ctx, c, g.ID, in.Body.IDs)
}

// unbind takes policies from a group of the core.
func (d *dialect) unbind(ctx context.Context, c *api.Call, g iam.GroupID, ids []string) ([]result, error) {
	if err := checkList("policyIdList", ids); err != nil {
		return nil, err
	}
	grants, err := d.Access.GroupGrants(ctx, c.Actor, g)
	if err != nil {
		return nil, err
	}
	bindings := map[string]iam.BindingID{}
	for _, grant := range grants {
		if grant.Binding.Scope == iam.ScopeTenant {
			bindings[string(grant.Role.ID)] = grant.Binding.ID
		}
	}
	results := make([]result, len(ids))
	for i, id := range ids {
		binding, ok := bindings[id]
		delete(bindings, id) // whoever names it twice finds it gone
		if ok {
			err = d.Access.Unbind(ctx, c.Actor, binding)
		}
		switch {
		case !ok, iam.Is(err, iam.NotFound):
			results[i] = result{ID: id, Message: notAPolicy.in(c.Request)}
		case err != nil:
			return nil, err
		default:
			results[i] = result{Success: true, ID: id}
		}
	}
	return named(results, false), nil
}
