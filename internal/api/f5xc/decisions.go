package f5xc

import (
	"context"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxDecisions bounds the body of a question about calls, in bytes: a thousand
// lists of a hundred.
const maxDecisions = 16 << 20

func (d *dialect) decisionOperations() []api.Operation {
	return []api.Operation{
		api.Handle(api.Op{
			ID: "namespace.evaluate-api-access", Methods: []string{http.MethodPost}, Paths: []string{"/api/web/namespaces/system/evaluate-api-access"},
			Access: api.SignedIn(), Tag: "Decisions", Summary: "Tell which calls the caller may make",
			Description: "The answer is that of the guard of each operation. A list is allowed when all of its calls are; a call that no operation serves is not.",
			MaxBody:     maxDecisions, RequestExample: evaluateRequest{Namespace: iam.NamespaceSystem, Lists: []callList{{ID: "users", Items: exampleCalls}}},
			ResponseExample: evaluateResponse{[]decisionList{exampleDecisions}},
		}, d.evaluate),
		api.Handle(api.Op{
			ID: "namespace.evaluate-batch-api-access", Methods: []string{http.MethodPost}, Paths: []string{"/api/web/namespaces/system/evaluate-batch-api-access"},
			Access: api.SignedIn(), Tag: "Decisions", Summary: "Tell which calls the caller may make in several namespaces",
			MaxBody: maxDecisions, RequestExample: batchRequest{[]namespaceCalls{{iam.NamespaceSystem, []callList{{ID: "users", Items: exampleCalls}}}}},
			ResponseExample: batchResponse{[]namespaceDecisions{{[]decisionList{exampleDecisions}, iam.NamespaceSystem}}},
		}, d.evaluateBatch),
		api.Handle(api.Op{
			ID: "namespace.lookup-user-roles", Methods: []string{http.MethodPost}, Paths: []string{"/api/web/namespaces/system/lookup-user-roles"},
			Access: api.SignedIn(), Tag: "Decisions", Summary: "List the roles that the caller has in a namespace",
			Description:    "Those of the caller's groups count. Without a namespace it is system.",
			RequestExample: lookupRequest{iam.NamespaceSystem}, ResponseExample: lookupResponse{[]string{access.RoleAdmin}},
		}, d.lookupRoles),
	}
}

// control is what a decision looks at.
type control string

// Names implements message.Enum.
func (control) Names() []string { return []string{"RBAC", "PBAC", "ALL"} }

// controls are those of the core.
var controls = map[control]access.Control{"": access.ByRole, "RBAC": access.ByRole, "PBAC": access.ByPlan, "ALL": access.ByAll}

type evaluateRequest struct {
	Control   control    `json:"access_control_type"`
	Lists     []callList `json:"item_lists" rule:"repeated.max_items=1000"`
	Namespace string     `json:"namespace"`
}

type callList struct {
	Items []apiCall `json:"items" rule:"repeated.max_items=100"`
	ID    string    `json:"list_id"`
}

// apiCall is one call. There may be a hundred thousand of them.
type apiCall struct {
	Method string `json:"method"`
	Path   string `json:"path"`
}

type evaluateResponse struct {
	Lists []decisionList `json:"item_lists"`
}

type decisionList struct {
	Items  []decision `json:"items"`
	ID     string     `json:"list_id"`
	Result bool       `json:"result"`
}

// decision is what was decided of one call. What would enable it is told where
// the plan was looked at: add-on services, or nothing.
type decision struct {
	Addons *addonServices `json:"addon_services,omitzero"`
	Method string         `json:"method"`
	None   *empty         `json:"none,omitzero"`
	Path   string         `json:"path"`
	Result bool           `json:"result"`
}

type addonServices struct {
	Names []string `json:"addon_service_names"`
}

// nothing is shared by all decisions that nothing would enable.
var nothing = &empty{}

func decisionOf(c apiCall, control access.Control, d access.Decision) decision {
	told := decision{Method: c.Method, Path: c.Path, Result: d.Allowed}
	switch {
	case control == access.ByRole:
	case len(d.Addons) > 0:
		told.Addons = &addonServices{d.Addons}
	default:
		told.None = nothing
	}
	return told
}

func (d *dialect) evaluate(ctx context.Context, c *api.Call, in struct {
	Body evaluateRequest `body:"required"`
}) (evaluateResponse, error) {
	lists, err := d.decide(ctx, c.Actor, controls[in.Body.Control], in.Body.Namespace, in.Body.Lists)
	return evaluateResponse{lists}, err
}

type batchRequest struct {
	List []namespaceCalls `json:"batch_namespace_api_list" rule:"repeated.max_items=75"`
}

type namespaceCalls struct {
	Namespace string     `json:"namespace"`
	Lists     []callList `json:"item_lists" rule:"repeated.max_items=15"`
}

type batchResponse struct {
	List []namespaceDecisions `json:"batch_namespace_api_list"`
}

type namespaceDecisions struct {
	Lists     []decisionList `json:"item_lists"`
	Namespace string         `json:"namespace"`
}

// evaluateBatch decides as the guard does, which looks at roles and plan: the
// message has no member to say otherwise.
func (d *dialect) evaluateBatch(ctx context.Context, c *api.Call, in struct {
	Body batchRequest `body:"required"`
}) (batchResponse, error) {
	out := batchResponse{make([]namespaceDecisions, len(in.Body.List))}
	for i, n := range in.Body.List {
		lists, err := d.decide(ctx, c.Actor, access.ByAll, n.Namespace, n.Lists)
		if err != nil {
			return batchResponse{}, err
		}
		out.List[i] = namespaceDecisions{lists, n.Namespace}
	}
	return out, nil
}

// decide answers lists of calls in a namespace, which is system where none is named.
func (d *dialect) decide(ctx context.Context, by iam.Actor, control access.Control, namespace string, lists []callList) ([]decisionList, error) {
	if namespace == "" {
		namespace = iam.NamespaceSystem
	}
	n := 0
	for _, l := range lists {
		n += len(l.Items)
	}
	calls := make([]access.Call, 0, n)
	for _, l := range lists {
		for _, c := range l.Items {
			calls = append(calls, access.Call(c))
		}
	}
	decided, err := d.Access.Evaluate(ctx, by, control, namespace, calls)
	if err != nil {
		return nil, err
	}
	out := make([]decisionList, len(lists))
	items := make([]decision, n)
	for i, l := range lists {
		o := &out[i]
		o.ID, o.Result, o.Items, items = l.ID, true, items[:len(l.Items):len(l.Items)], items[len(l.Items):]
		for j, c := range l.Items {
			o.Items[j] = decisionOf(c, control, decided[j])
			o.Result = o.Result && decided[j].Allowed
		}
		decided = decided[len(l.Items):]
	}
	return out, nil
}

type lookupRequest struct {
	Namespace string `json:"namespace"`
}

type lookupResponse struct {
	Roles []string `json:"roles"`
}

func (d *dialect) lookupRoles(ctx context.Context, c *api.Call, in struct {
	Body lookupRequest `body:"optional"`
}) (lookupResponse, error) {
	if in.Body.Namespace == "" {
		in.Body.Namespace = iam.NamespaceSystem
	}
	roles, err := d.Access.RolesIn(ctx, c.Actor)
	return lookupResponse{roleNames(roles[in.Body.Namespace])}, err
}

// roleNames are the names of roles, each once and in order.
func roleNames(roles []iam.Role) []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.Name
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var (
	exampleCalls     = []apiCall{{http.MethodGet, "/api/web/custom/namespaces/system/user_roles"}}
	exampleDecisions = decisionList{[]decision{{Method: exampleCalls[0].Method, Path: exampleCalls[0].Path, Result: true}}, "users", true}
)
