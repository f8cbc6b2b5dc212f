package gatehouse

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) apiGroupOperations() []api.Operation {
	const all, one = "/api/gatehouse/v1/api_groups", "/api/gatehouse/v1/api_groups/{name}"
	return []api.Operation{
		api.Handle(api.Op{
			ID: "api_group.list", Methods: []string{http.MethodGet}, Paths: []string{all}, Access: api.Requires(iam.RolesRead),
			Tag: "API groups", Summary: "List API groups, the tenant's own and those that are built in, with what they allow",
			ResponseExample: apiGroupListExample,
		}, d.apiGroups),
		api.Handle(api.Op{
			ID: "api_group.create", Methods: []string{http.MethodPost}, Paths: []string{all}, Access: api.Requires(iam.RolesCreate),
			Status: http.StatusCreated, Tag: "API groups", Summary: "Make an API group",
			Description: "Its rules may allow no more than the caller may do.",
			Errors:      []iam.Kind{iam.Exists}, RequestExample: apiGroupRequestExample, ResponseExample: apiGroupExample,
		}, d.createAPIGroup),
		api.Handle(api.Op{
			ID: "api_group.replace", Methods: []string{http.MethodPut}, Paths: []string{one}, Access: api.Requires(iam.RolesUpdate),
			Tag: "API groups", Summary: "Replace description and rules of an API group",
			Errors:         []iam.Kind{iam.NotFound, iam.Conflict, iam.Precondition},
			RequestExample: apiGroupRequestExample, ResponseExample: apiGroupExample,
		}, d.replaceAPIGroup),
		api.Handle(api.Op{
			ID: "api_group.delete", Methods: []string{http.MethodDelete}, Paths: []string{one}, Access: api.Requires(iam.RolesDelete),
			Tag: "API groups", Summary: "Delete an API group that no role has", Errors: []iam.Kind{iam.NotFound, iam.Precondition},
		}, d.deleteAPIGroup),
	}
}

// rule allows operations: by permission, or by path and methods.
type rule struct {
	Permission string   `json:"permission,omitzero" doc:"A permission such as users.read, or a pattern: *, users.*, *.read. Either this or path."`
	Methods    []string `json:"methods,omitzero" doc:"Of path. Absent: all."`
	Path       string   `json:"path,omitzero" doc:"The template of an operation, or the start of one with * after it."`
}

func ruleOf(r iam.Rule) rule { return rule(r) }

func rulesFrom(rules []rule) []iam.Rule {
	all := make([]iam.Rule, len(rules))
	for i, r := range rules {
		all[i] = iam.Rule(r)
	}
	return all
}

// operation is one of this server, of whatever dialect.
type operation struct {
	Dialect   string `json:"dialect"`
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
}

func operationOf(o access.Operation) operation { return operation{o.Dialect, o.ID, o.Method, o.Path} }

type apiGroup struct {
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Builtin     bool        `json:"builtin"`
	Rules       []rule      `json:"rules"`
	Elements    []operation `json:"elements" doc:"The operations of this server that the rules allow."`
	Version     int64       `json:"version,omitzero" doc:"Absent: built in."`
}

func (d *dialect) apiGroupOf(g iam.APIGroup) apiGroup {
	out := apiGroup{Name: g.Name, Description: g.Description, Builtin: g.Builtin, Rules: []rule{}, Elements: []operation{}}
	for _, r := range g.Rules {
		out.Rules = append(out.Rules, ruleOf(r))
	}
	for _, o := range d.Access.Operations(g.Rules) {
		out.Elements = append(out.Elements, operationOf(o))
	}
	if !g.Builtin {
		out.Version = g.Version
	}
	return out
}

type apiGroupList struct {
	Items []apiGroup `json:"items"`
}

func (d *dialect) apiGroups(ctx context.Context, c *api.Call, _ struct{}) (apiGroupList, error) {
	groups, err := d.Access.AllAPIGroups(ctx, c.Actor)
	if err != nil {
		return apiGroupList{}, err
	}
	list := apiGroupList{Items: make([]apiGroup, len(groups))}
	for i, g := range groups {
		list.Items[i] = d.apiGroupOf(g)
	}
	return list, nil
}

type apiGroupRequest struct {
	Name        string `json:"name,omitzero"`
	Description string `json:"description,omitzero"`
	Rules       []rule `json:"rules"`
	Version     int64  `json:"version,omitzero" doc:"The one that is replaced. Absent: whichever there is."`
}

func (d *dialect) createAPIGroup(ctx context.Context, c *api.Call, in struct {
	Body apiGroupRequest `body:"required"`
}) (apiGroup, error) {
	g, err := d.Access.CreateAPIGroup(ctx, c.Actor, in.Body.Name, in.Body.Description, rulesFrom(in.Body.Rules))
	if err != nil {
		return apiGroup{}, err
	}
	return d.apiGroupOf(g), nil
}

func (d *dialect) replaceAPIGroup(ctx context.Context, c *api.Call, in struct {
	Name string          `path:"name"`
	Body apiGroupRequest `body:"required"`
}) (apiGroup, error) {
	if in.Body.Name != "" && in.Body.Name != in.Name {
		var check iam.Checker
		check.Add("name", iam.ReasonFormat, "name must be that of the path, or absent")
		return apiGroup{}, check.Err()
	}
	g, err := d.Access.OwnAPIGroup(ctx, c.Actor, in.Name)
	if err != nil {
		return apiGroup{}, err
	}
	g.Description, g.Rules = in.Body.Description, rulesFrom(in.Body.Rules)
	if in.Body.Version != 0 {
		g.Version = in.Body.Version
	}
	if g, err = d.Access.UpdateAPIGroup(ctx, c.Actor, g); err != nil {
		return apiGroup{}, err
	}
	return d.apiGroupOf(g), nil
}

func (d *dialect) deleteAPIGroup(ctx context.Context, c *api.Call, in struct {
	Name string `path:"name"`
}) (api.NoContent, error) {
	g, err := d.Access.OwnAPIGroup(ctx, c.Actor, in.Name)
	if err != nil {
		return api.NoContent{}, err
	}
	return api.NoContent{}, d.Access.DeleteAPIGroup(ctx, c.Actor, g.ID)
}
