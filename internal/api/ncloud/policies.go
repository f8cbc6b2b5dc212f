package ncloud

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// attrAPIGroup names the API group that this dialect made for a policy.
const attrAPIGroup = "ncloud.apiGroup"

// Types of policies.
const (
	policySystem = "SYSTEM_MANAGED"
	policyCustom = "USER_CREATED"
)

// policy is a policy in a list.
type policy struct {
	PolicyID   string `json:"policyId"`
	PolicyName string `json:"policyName"`
	PolicyType string `json:"policyType"`
	PolicyDesc string `json:"policyDesc"`
	NRN        string `json:"nrn"`
}

func policyOf(t iam.TenantID, r iam.Role) policy {
	kind := policyCustom
	if r.Builtin {
		kind = policySystem
	}
	return policy{string(r.ID), r.Name, kind, r.Description, nrn(t, "Policy", string(r.ID))}
}

// policyDetail is one policy.
type policyDetail struct {
	policy
	Permissions *[]permission `json:"permissions,omitzero" doc:"Where withPermissions asks for them."`
}

type policyForm struct {
	PolicyName  string            `json:"policyName" doc:"3 to 30 letters, digits and . _ -, the first a letter. Cannot be changed."`
	Description *string           `json:"description,omitzero" doc:"At most 300 bytes."`
	Permissions []permission      `json:"permissions"`
	Tags        map[string]string `json:"tags,omitzero" doc:"At most 20."`
}

func (f *policyForm) check() (policyDocument, error) {
	var check iam.Checker
	checkName(&check, "policyName", f.PolicyName, maxPolicyName)
	return f.checkRest(&check)
}

// checkRest checks all but the name, and answers every broken rule.
func (f *policyForm) checkRest(check *iam.Checker) (policyDocument, error) {
	if f.Description != nil && len(*f.Description) > maxDescription {
		check.Add("description", iam.ReasonLength, "description must have at most %d bytes", maxDescription)
	}
	doc, err := readPermissions(f.Permissions)
	if e, ok := errors.AsType[*iam.Error](err); ok {
		for _, field := range e.Fields {
			check.Add(field.Path, field.Reason, "%s", field.Message)
		}
	}
	return doc, check.Err()
}

func (f *policyForm) description() string {
	if f.Description == nil {
		return ""
	}
	return *f.Description
}

func (d *dialect) policyOperations() []api.Operation {
	form := policyForm{PolicyName: "helpdesk", Permissions: examplePermissions}
	one := result{Success: true, ID: examplePolicy.PolicyID}
	return []api.Operation{
		api.Handle(api.Op{
			ID: "policy.list", Methods: []string{http.MethodGet}, Paths: at("/policies"), Access: api.Requires(iam.RolesRead),
			Tag: "Policy", Summary: "List policies, by name", ResponseExample: pageOf([]policy{examplePolicy}, 1, examplePage, same[policy]),
		}, d.listPolicies),
		api.Handle(api.Op{
			ID: "policy.create", Methods: []string{http.MethodPost}, Paths: at("/policies"), Access: api.Requires(iam.RolesCreate),
			Tag: "Policy", Summary: "Make a policy", Description: "Nobody can put a right into a policy that they do not hold.",
			Errors: []iam.Kind{iam.Exists, iam.Precondition}, RequestExample: form, ResponseExample: one,
		}, d.createPolicy),
		api.Handle(api.Op{
			ID: "policy.get", Methods: []string{http.MethodGet}, Paths: at("/policies/{id}"), Access: api.Requires(iam.RolesRead),
			Tag: "Policy", Summary: "Get a policy", Errors: []iam.Kind{iam.NotFound}, ResponseExample: policyDetail{examplePolicy, &examplePermissions},
		}, d.getPolicy),
		api.Handle(api.Op{
			ID: "policy.update", Methods: []string{http.MethodPut}, Paths: at("/policies/{id}"), Access: api.Requires(iam.RolesUpdate),
			Tag: "Policy", Summary: "Replace the permissions of a policy", Errors: []iam.Kind{iam.NotFound, iam.Precondition, iam.Conflict},
			RequestExample: form, ResponseExample: one,
		}, d.updatePolicy),
		api.Handle(api.Op{
			ID: "policy.delete", Methods: []string{http.MethodDelete}, Paths: at("/policies/{id}"), Access: api.Requires(iam.RolesDelete),
			Tag: "Policy", Summary: "Delete a policy, and take it from all who have it", Errors: []iam.Kind{iam.NotFound, iam.Precondition},
			ResponseExample: done,
		}, d.deletePolicy),
		api.Handle(api.Op{
			ID: "policy.delete-many", Methods: []string{http.MethodDelete}, Paths: at("/policies"), Access: api.Requires(iam.RolesDelete),
			Tag: "Policy", Summary: "Delete policies", RequestExample: []string{examplePolicy.PolicyID}, ResponseExample: []result{one},
		}, d.deletePolicies),
	}
}

// everyPolicy answers all policies that keep says, by name. The vendor has no
// more than hundreds of them.
func (d *dialect) everyPolicy(ctx context.Context, by iam.Actor, keep func(iam.Role) bool) ([]iam.Role, error) {
	var all []iam.Role
	for p := (iam.Page{Limit: iam.MaxPage}); ; {
		found, err := d.Access.Roles(ctx, by, p)
		if err != nil {
			return nil, err
		}
		for _, r := range found.Items {
			if keep(r) {
				all = append(all, r)
			}
		}
		if found.Next == (iam.Cursor{}) {
			return all, nil
		}
		p.After = found.Next
	}
}

func (d *dialect) listPolicies(ctx context.Context, c *api.Call, in struct {
	paging
	searching
	Type string `query:"type" doc:"SYSTEM_MANAGED or USER_CREATED."`
}) (page[policy], error) {
	p, err := in.read()
	if err == nil {
		err = in.check("policyName")
	}
	if err == nil && in.Type != "" && in.Type != policySystem && in.Type != policyCustom {
		var check iam.Checker
		check.Add("type", iam.ReasonFormat, "type must be %s or %s", policySystem, policyCustom)
		err = check.Err()
	}
	if err != nil {
		return page[policy]{}, err
	}
	found, err := d.everyPolicy(ctx, c.Actor, func(r iam.Role) bool {
		return (in.Type == "" || r.Builtin == (in.Type == policySystem)) && contains(r.Name, in.Word)
	})
	return pageOf(cut(found, p), len(found), p, func(r iam.Role) policy { return policyOf(c.Actor.Tenant, r) }), err
}

// createPolicy makes a role and the API group that has its rules. The group's
// name is nobody's to choose, and so cannot be taken.
func (d *dialect) createPolicy(ctx context.Context, c *api.Call, in struct {
	Body policyForm `body:"required"`
}) (result, error) {
	f := &in.Body
	doc, err := f.check()
	if err != nil {
		return result{}, err
	}
	tags, err := checkTags(f.Tags)
	if err != nil {
		return result{}, err
	}
	g, err := d.createRules(ctx, c.Actor, f.PolicyName, doc.rules)
	if err != nil {
		return result{}, err
	}
	r, err := d.Access.CreateRole(ctx, c.Actor, access.NewRole{Name: f.PolicyName, Description: f.description(), APIGroups: []iam.APIGroupID{g.ID},
		Attributes: iam.Merge(map[string]string{attrPermissions: doc.text, attrAPIGroup: string(g.ID)}, tagAttributes(tags))})
	if err != nil {
		d.removeRules(ctx, c.Actor, g.ID)
		return result{}, inWords(err, map[string]string{"name": "policyName"})
	}
	return result{Success: true, ID: string(r.ID)}, nil
}

func (d *dialect) createRules(ctx context.Context, by iam.Actor, policyName string, rules []iam.Rule) (iam.APIGroup, error) {
	return d.Access.CreateAPIGroup(ctx, by, policyName+" "+d.Env.Secret(4), "Rules of the policy "+policyName, rules)
}

// removeRules removes an API group that a policy had. One that another role
// uses by now stays, and so does one that cannot be removed at the moment: it
// allows nobody anything.
func (d *dialect) removeRules(ctx context.Context, by iam.Actor, id iam.APIGroupID) {
	_ = d.Access.DeleteAPIGroup(ctx, by, id)
}

// policy answers one policy. NotFound.
func (d *dialect) policy(ctx context.Context, by iam.Actor, id string) (iam.Role, error) {
	r, err := d.Access.Role(ctx, by, access.RoleKey{ID: iam.RoleID(id)})
	return r, missing(err, reasonNoPolicy)
}

func (d *dialect) getPolicy(ctx context.Context, c *api.Call, in struct {
	byID
	WithPermissions bool `query:"withPermissions"`
}) (policyDetail, error) {
	r, err := d.policy(ctx, c.Actor, in.ID)
	if err != nil {
		return policyDetail{}, err
	}
	detail := policyDetail{policy: policyOf(c.Actor.Tenant, r)}
	if in.WithPermissions {
		groups, err := d.Access.APIGroups(ctx, c.Actor, r.ID)
		if err != nil {
			return policyDetail{}, missing(err, reasonNoPolicy)
		}
		shown := permissionsOf(r, groups)
		detail.Permissions = &shown
	}
	return detail, nil
}

// updatePolicy replaces the permissions of a policy: in the API group that was
// made for it, or in a new one where others may use those that it has.
func (d *dialect) updatePolicy(ctx context.Context, c *api.Call, in struct {
	byID
	Body policyForm `body:"required"`
}) (result, error) {
	f := &in.Body
	r, err := d.policy(ctx, c.Actor, in.ID)
	if err != nil {
		return result{}, err
	}
	var check iam.Checker
	if f.PolicyName != "" && f.PolicyName != r.Name {
		check.Add("policyName", iam.ReasonFormat, "policyName cannot be changed")
	}
	doc, err := f.checkRest(&check)
	if err != nil {
		return result{}, err
	}
	if r.Builtin {
		return result{}, iam.E(iam.Precondition, "policy %q is built in and cannot be changed", r.Name).Because(iam.ReasonBuiltin)
	}
	change := access.RoleChange{Description: f.Description, Version: r.Version, Attributes: map[string]*string{attrPermissions: &doc.text}}
	groups, err := d.Access.APIGroups(ctx, c.Actor, r.ID)
	if err != nil {
		return result{}, missing(err, reasonNoPolicy)
	}
	if len(groups) == 1 && string(groups[0].ID) == r.Attributes[attrAPIGroup] {
		groups[0].Rules = doc.rules
		_, err = d.Access.UpdateAPIGroup(ctx, c.Actor, groups[0])
	} else {
		var g iam.APIGroup
		g, err = d.createRules(ctx, c.Actor, r.Name, doc.rules)
		made := string(g.ID)
		change.APIGroups, change.Attributes[attrAPIGroup] = &[]iam.APIGroupID{g.ID}, &made
	}
	if err == nil {
		_, err = d.Access.UpdateRole(ctx, c.Actor, access.RoleKey{ID: r.ID}, change)
	}
	return result{Success: true, ID: string(r.ID)}, missing(err, reasonNoPolicy)
}

func (d *dialect) deletePolicy(ctx context.Context, c *api.Call, in byID) (result, error) {
	r, err := d.Access.DeleteRole(ctx, c.Actor, access.RoleKey{ID: iam.RoleID(in.ID)})
	if err != nil {
		return result{}, missing(err, reasonNoPolicy)
	}
	if own := iam.APIGroupID(r.Attributes[attrAPIGroup]); slices.Contains(r.APIGroups, own) {
		d.removeRules(ctx, c.Actor, own)
	}
	return done, nil
}

func (d *dialect) deletePolicies(ctx context.Context, c *api.Call, in struct {
	Body []string `body:"required" doc:"Ids of policies."`
}) ([]result, error) {
	if err := checkList("policies", in.Body); err != nil {
		return nil, err
	}
	results := make([]result, len(in.Body))
	for i, id := range in.Body {
		_, err := d.deletePolicy(ctx, c, byID{id})
		results[i] = result{Success: true, ID: id}
		switch {
		case iam.Is(err, iam.NotFound):
			results[i] = result{ID: id, Message: notAPolicy.in(c.Request)}
		case iam.Is(err, iam.Precondition):
			results[i] = result{ID: id, Message: systemPolicy.in(c.Request)}
		case err != nil:
			return nil, err
		}
	}
	return results, nil
}
