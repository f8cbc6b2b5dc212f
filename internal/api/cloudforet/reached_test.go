package cloudforet_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// TestWorkspacesElsewhere: in a tenant that a relation lets them into, people
// see the workspaces in which it gives them a role, by either way; what is
// about themselves is at home.
func TestWorkspacesElsewhere(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		shop := s.NewTenant(t, "shop")
		there := iam.System(shop.Tenant.ID, "test")
		for _, name := range []string{"web", "warehouse"} {
			if _, err := s.Tenancy.CreateNamespace(t.Context(), there, tenancy.NewNamespace{Name: name}); err != nil {
				t.Fatal(err)
			}
		}
		keeper, err := s.Access.CreateRole(t.Context(), there, access.NewRole{Name: "Keeper", Attributes: map[string]string{"cloudforet.role_type": "WORKSPACE_OWNER"}})
		if err != nil {
			t.Fatal(err)
		}
		guests, err := s.Directory.CreateGroup(t.Context(), there, directory.NewGroup{Name: "guests", Bindings: []directory.ScopedRole{{Role: keeper.Handle, Scope: "web"}}})
		if err != nil {
			t.Fatal(err)
		}
		s.Delegate(t, s.Tenant, s.NewGroup(t, s.Tenant, "operators", "", wonny), shop.Tenant, guests)
		token, refresh := s.signIn(wonny, wonnyPassword)

		ask := func(prefix, method, token string) (int, object) {
			t.Helper()
			a := s.Do(t, "POST", prefix+"/identity/v2/"+method, token, "{}")
			var out object
			if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
				t.Fatalf("%s%s answers %d %s: %v", prefix, method, a.Status, a.Body, err)
			}
			return a.Status, out
		}
		for _, prefix := range []string{"/managed_tenant/shop", "/t/shop"} {
			status, out := ask(prefix, "user-profile/get-workspaces", token)
			results, _ := out["results"].([]any)
			if status != http.StatusOK || len(results) != 1 {
				t.Fatalf("%s: %d %v", prefix, status, out)
			}
			w := results[0].(object)
			got := []any{w["name"], w["domain_id"], w["role_name"], w["role_type"]}
			if diff := cmp.Diff([]any{"web", string(shop.Tenant.ID), "Keeper", "WORKSPACE_OWNER"}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", prefix, diff)
			}
		}
		if out := s.must("user-profile/get-workspaces", token, object{}); len(out) != 0 {
			t.Errorf("at home: %v", out)
		}

		// Who they are is not for another tenant to say, nor to change.
		for prefix, want := range map[string]string{"/managed_tenant/shop": "ERROR_UNSUPPORTED_API", "/t/shop": "ERROR_AUTHENTICATE_FAILURE"} {
			for _, method := range []string{"user-profile/get", "user-profile/update", "user-profile/enable-mfa"} {
				status, out := ask(prefix, method, token)
				if detail, _ := out["detail"].(object); status < 400 || detail["code"] != want {
					t.Errorf("%s/%s: %d %v, want %s", prefix, method, status, out, want)
				}
			}
		}
		for _, prefix := range []string{"/managed_tenant/shop", "/t/shop"} {
			for _, method := range []string{"user-profile/verify-email", "user-profile/confirm-email"} {
				if status, out := ask(prefix, method, token); status != http.StatusForbidden {
					t.Errorf("%s/%s: %d %v", prefix, method, status, out)
				}
			}
		}
		a := s.Do(t, "POST", "/t/shop/identity/token/grant", "", `{"grant_type":"REFRESH_TOKEN","scope":"USER","token":"`+refresh+`"}`)
		if a.Status != http.StatusUnauthorized || !strings.Contains(a.Body, "ERROR_AUTHENTICATE_FAILURE") {
			t.Errorf("a token of another tenant is granted: %d %s", a.Status, a.Body)
		}

		// Nobody else gets in, and nobody stays.
		s.NewMember(t, s.Tenant, "stranger")
		stranger, _ := s.signIn("stranger", apptest.AdminPassword)
		none := []string{}
		if _, err := s.Directory.UpdateGroup(t.Context(), s.Operator(), directory.GroupKey{Name: "operators"}, directory.GroupChange{Members: &none}); err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{stranger, token} {
			for prefix, want := range map[string]int{"/managed_tenant/shop": http.StatusNotFound, "/t/shop": http.StatusUnauthorized} {
				if status, out := ask(prefix, "user-profile/get-workspaces", token); status != want {
					t.Errorf("%s: %d %v", prefix, status, out)
				}
			}
		}
	})
}
