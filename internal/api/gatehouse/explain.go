package gatehouse

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) explainOperations() []api.Operation {
	return []api.Operation{api.Handle(api.Op{
		ID: "explain", Methods: []string{http.MethodPost}, Paths: []string{"/api/gatehouse/v1/explain"}, Access: api.SignedIn(),
		Tag: "Decisions", Summary: "Say why somebody may make a call, or what is in the way",
		Description: "It is decided by what guards the operations. Everybody may ask about themselves; to ask about others needs " +
			"the right roles.read.",
		Errors: []iam.Kind{iam.Denied, iam.NotFound}, RequestExample: explainRequestExample, ResponseExample: explainAnswerExample,
	}, d.explain)}
}

type explainRequest struct {
	User      string `json:"user" doc:"User name of who would make the call. Absent: the caller."`
	Method    string `json:"method"`
	Path      string `json:"path" doc:"As it is sent, or the template of an operation. It is below no /t/<tenant>."`
	Namespace string `json:"namespace" doc:"In which it is decided where the path has a template of one. Absent: system."`
}

type explanation struct {
	Allowed    bool           `json:"allowed"`
	Reason     string         `json:"reason" doc:"For people."`
	User       string         `json:"user"`
	Operation  *operation     `json:"operation,omitzero" doc:"Which serves the call. Absent: none does."`
	Permission iam.Permission `json:"permission,omitzero" doc:"The right that it needs. Absent: none."`
	Namespace  string         `json:"namespace,omitzero" doc:"In which it is needed."`

	Binding  *bindingRef   `json:"binding,omitzero" doc:"Which gives the right, or would if its role were not disabled."`
	Group    *named        `json:"group,omitzero" doc:"Through which the user has the binding. Absent: it is the user's own."`
	Role     *roleRef      `json:"role,omitzero"`
	APIGroup string        `json:"api_group,omitzero" doc:"Of the role, by name."`
	Rule     *rule         `json:"rule,omitzero" doc:"Of the API group."`
	Plan     *withheldRule `json:"plan,omitzero" doc:"What withholds the right in this tenant, whatever the roles."`
}

type bindingRef struct {
	ID    iam.BindingID `json:"id"`
	Scope string        `json:"scope" doc:"A namespace; \"*\" for all but system; \"group:\" and the id of a group of namespaces; empty for the whole tenant."`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type roleRef struct {
	ID       iam.RoleID `json:"id"`
	Name     string     `json:"name"`
	Disabled bool       `json:"disabled"`
}

type withheldRule struct {
	Permission string `json:"permission"`
	Addon      string `json:"addon,omitzero" doc:"The add-on service that would include it."`
}

func (d *dialect) explain(ctx context.Context, c *api.Call, in struct {
	Body explainRequest `body:"required"`
}) (explanation, error) {
	var check iam.Checker
	check.Length("method", in.Body.Method, 1, 16)
	check.Length("path", in.Body.Path, 1, 4096)
	check.Length("namespace", in.Body.Namespace, 0, 256)
	if err := check.Err(); err != nil {
		return explanation{}, err
	}
	of, err := d.about(ctx, c.Actor, in.Body.User)
	if err != nil {
		return explanation{}, err
	}
	call := access.Call{Method: in.Body.Method, Path: in.Body.Path}
	x, err := d.Access.ExplainCall(ctx, c.Actor, of, cmp.Or(in.Body.Namespace, iam.NamespaceSystem), call)
	if err != nil {
		return explanation{}, err
	}
	answer := explanation{Allowed: x.Allowed, Reason: inWords(c.Actor, of, call, x), User: of.Username, Namespace: x.Namespace}
	if x.Operation != nil {
		o := operationOf(*x.Operation)
		answer.Operation, answer.Permission = &o, x.Operation.Permission
	}
	if g := x.Bound.Grant; g != nil {
		answer.Binding = &bindingRef{g.Binding.ID, string(g.Binding.Scope)}
		answer.Role = &roleRef{g.Role.ID, g.Role.Name, g.Role.Disabled}
		if g.Group.ID != "" {
			answer.Group = &named{string(g.Group.ID), g.Group.Name}
		}
	}
	if x.Bound.APIGroup != nil {
		answer.APIGroup = x.Bound.APIGroup.Name
	}
	if x.Bound.Rule != nil {
		r := ruleOf(*x.Bound.Rule)
		answer.Rule = &r
	}
	if x.Withheld != nil {
		answer.Plan = &withheldRule{x.Withheld.Permission, x.Withheld.Addon}
	}
	return answer, nil
}

// about answers whom a question is about. Whether somebody else is there is
// told only to who may know it.
func (d *dialect) about(ctx context.Context, by iam.Actor, username string) (iam.User, error) {
	if username == "" || iam.Fold(username) == iam.Fold(by.Username) {
		by.Tenant = by.Home // where their account is, whatever tenant they ask about
		return d.Directory.User(ctx, by, directory.UserKey{ID: by.User})
	}
	may, err := d.Access.May(ctx, by, iam.RolesRead)
	if err != nil {
		return iam.User{}, err
	}
	if !may {
		return iam.User{}, iam.E(iam.Denied, "%s may not ask about others: the right %s in the whole tenant is missing", by.Username, iam.RolesRead)
	}
	return d.Directory.User(ctx, by, directory.UserKey{Username: username})
}

// inWords is an explanation for people: the first thing that is in the way, or
// what allows the call.
func inWords(by iam.Actor, of iam.User, c access.Call, x access.CallExplanation) string {
	who := of.Username
	switch g := x.Bound.Grant; {
	case x.Operation == nil:
		return "No operation of this server serves " + c.Method + " " + c.Path + "."
	case x.Public:
		return "Everybody may call this, without signing in."
	case x.Disabled:
		return who + " is disabled."
	case x.Beyond:
		return "The token of " + who + ", of scope " + by.Scope + ", does not reach so far."
	case x.Bound.Open:
		return "Everybody who is signed in may call this."
	case !x.Bound.Allowed && g != nil:
		return "Role " + g.Role.Name + ", which would give " + who + " the right " + string(x.Operation.Permission) + ", is disabled."
	case !x.Bound.Allowed:
		return "Nothing gives " + who + " the right " + string(x.Operation.Permission) + " in namespace " + x.Namespace + "."
	case x.Withheld != nil && x.Withheld.Addon != "":
		return "The plan of the tenant does not include " + x.Withheld.Permission + ": it needs the add-on service " + x.Withheld.Addon + "."
	case x.Withheld != nil:
		return "The plan of the tenant does not include " + x.Withheld.Permission + "."
	default:
		var b strings.Builder
		b.WriteString("Role " + g.Role.Name + ", bound to ")
		if g.Group.ID != "" {
			b.WriteString("group " + g.Group.Name + ", which " + who + " is in,")
		} else {
			b.WriteString(who)
		}
		b.WriteString(" in " + placeInWords(g.Binding.Scope, g.NamespaceGroup.Name) + ", gives the right " + string(x.Operation.Permission) + ".")
		return b.String()
	}
}

func placeInWords(s iam.Scope, group string) string {
	switch _, ofGroup := s.NamespaceGroup(); {
	case s == iam.ScopeTenant:
		return "the whole tenant"
	case s == iam.ScopeApplications:
		return "every namespace but " + iam.NamespaceSystem
	case ofGroup:
		return "the namespaces of group " + group
	default:
		return "namespace " + string(s)
	}
}
