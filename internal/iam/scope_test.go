package iam_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestScopes(t *testing.T) {
	group := iam.NamespaceGroupID("0190a000-0000-7000-8000-000000000001")
	for _, tt := range []struct {
		scope     iam.Scope
		namespace string
		group     iam.NamespaceGroupID
		inGroup   bool
	}{
		{iam.ScopeTenant, "", "", false},
		{iam.ScopeApplications, "", "", false},
		{"shop", "shop", "", false},
		{"system", "system", "", false},
		{"group", "group", "", false},
		{iam.GroupScope(group), "", group, true},
		{"group:", "", "", true}, // of no group that there can be
	} {
		namespace, ok := tt.scope.Namespace()
		if namespace != tt.namespace || ok != (tt.namespace != "") {
			t.Errorf("%q: namespace %q, %v", tt.scope, namespace, ok)
		}
		if g, ok := tt.scope.NamespaceGroup(); g != tt.group || ok != tt.inGroup {
			t.Errorf("%q: group %q, %v", tt.scope, g, ok)
		}
	}
}
