package gatehouse

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What the document shows of each operation. The people in it are invented.
var (
	exampleOperation = operation{Dialect: "fess", Operation: "user.list", Method: "GET", Path: "/api/admin/user/settings"}
	exampleRule      = rule{Methods: []string{"GET"}, Path: "/api/admin/user/settings"}

	explainRequestExample = explainRequest{User: "jiwoo", Method: "GET", Path: "/api/admin/user/settings"}
	explainAnswerExample  = explanation{
		Allowed: true, Reason: "Role auditor, bound to group compliance, which jiwoo is in, in the whole tenant, gives the right users.read.",
		User: "jiwoo", Operation: &exampleOperation, Permission: "users.read", Namespace: "system",
		Binding: &bindingRef{ID: "01932f6d-8a00-7000-8000-5c0de5c0de11"},
		Group:   &named{ID: "01932f6d-8a00-7000-8000-5c0de5c0de12", Name: "compliance"},
		Role:    &roleRef{ID: "01932f6d-8a00-7000-8000-5c0de5c0de13", Name: "auditor"}, APIGroup: "auditing", Rule: &exampleRule,
	}

	apiGroupRequestExample = apiGroupRequest{Name: "auditing", Description: "What auditors look at", Rules: []rule{exampleRule}}
	apiGroupExample        = apiGroup{Name: "auditing", Description: "What auditors look at", Rules: []rule{exampleRule},
		Elements: []operation{exampleOperation}, Version: 1}
	apiGroupListExample = apiGroupList{Items: []apiGroup{apiGroupExample}}

	exampleTime      = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)
	eventListExample = eventList{Items: []event{{ID: "01932f6d-8a00-7000-8000-5c0de5c0de14", At: exampleTime,
		Actor: eventActor{ID: "01932f6d-8a00-7000-8000-5c0de5c0de15", Name: "sora", Method: iam.MethodToken,
			HomeTenant: &tenantRef{"01932f6d-8a00-7000-8000-5c0de5c0de16", "acme"}, Reach: iam.ReachTree},
		Action: "user.create", Object: "user", ObjectID: "01932f6d-8a00-7000-8000-5c0de5c0de17", Name: "jiwoo", Address: "192.0.2.7",
		RequestID: "9f2c1e04"}}, Next: "1793611800000000_01932f6d-8a00-7000-8000-5c0de5c0de14"}
	historyExample = history{Items: []accessed{{Relation: iam.ReachTree, Tenant: &tenantRef{"01932f6d-8a00-7000-8000-5c0de5c0de16", "acme"},
		Group: &named{"01932f6d-8a00-7000-8000-5c0de5c0de12", "operators"}, Groups: []string{"admins"}, From: exampleTime,
		To: exampleTime.AddDate(0, 1, 0), By: "mina"}}}

	schemaDefinition = map[string]any{"name": "HR", "description": "What HR knows of people", "attributes": []any{
		map[string]any{"name": "badge", "type": "string", "multiValued": false, "description": "Number of the badge", "required": false,
			"caseExact": true, "mutability": "readWrite", "returned": "default", "uniqueness": "none"},
		map[string]any{"name": "rooms", "type": "complex", "multiValued": true, "description": "Where the person sits", "required": false,
			"caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none", "subAttributes": []any{
				map[string]any{"name": "value", "type": "string", "multiValued": false, "description": "Number of the room", "required": true,
					"caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none"}}},
	}}
	schemaRequestExample = schemaRequest{ResourceType: "User", Definition: schemaDefinition}
	schemaExample        = schema{URN: "urn:acme:hr:2.0:User", ResourceType: "User", Definition: schemaDefinition,
		Created: exampleTime, Updated: exampleTime, Version: 1}
	schemaListExample = schemaList{Items: []schema{schemaExample}}
)
