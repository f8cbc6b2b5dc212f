package gatehouse

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
)
