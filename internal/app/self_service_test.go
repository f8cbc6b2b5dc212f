package app_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// administrative are the members by which some dialect says of a user what only
// an administrator says.
func administrative(role, group string) map[string]any {
	everything := []any{map[string]any{"namespace": "*", "role": role}, map[string]any{"namespace": "system", "role": role}}
	return map[string]any{
		"state": "ENABLED", "disabled": false, "username": "root", "name": "root", "user_id": "root", "label": "root", "email": "root@example.com",
		"user_email": "root@example.com", "email_verified": true, "emailVerified": true, "verified": true,
		"role": role, "roles": []string{role}, "role_name": role, "role_type": "DOMAIN_ADMIN", "roleType": "DOMAIN_ADMIN",
		"namespace_roles": everything, "bindings": everything, "namespace_access": everything, "permissions": []string{"*"}, "api_groups": []string{"gatehouse-all"},
		"group": group, "groups": []string{group}, "group_names": []string{group}, "user_groups": []string{group},
		"attributes": map[string]string{"domain_owner": "true", "sync_mode": "SCIM", "f5xc.idm_type": "SSO"}, "domain_owner": true,
		"tags": map[string]string{"domain_owner": "true"}, "type": "SERVICE", "user_type": "API_USER", "sync_mode": "SCIM", "idm_type": "SSO",
		"auth_type": "EXTERNAL", "backend": "EXTERNAL", "rules": map[string]any{"NoPages": false}, "isMfaMandatory": false, "mfa": map[string]any{"state": "DISABLED"},
		"must_change_password": false, "reset_password": false, "password": "another long phrase", "tenant": "other", "tenant_id": "other", "domain_id": "other",
		"metadata": map[string]any{"name": "root", "namespace": "system"}, "spec": map[string]any{"roles": []string{role}, "namespace_roles": everything},
		"version": 1, "number": 1, "subAccountNo": 1, "handle": "root", "created": "2020-01-01T00:00:00Z", "scope": "*",
	}
}

// Nobody makes themselves more than they are by an operation on their own
// account: whatever else its body names stays as it is.
func TestSelfServiceTakesNothingElse(t *testing.T) {
	s := apptest.SQLite(t)
	m := s.NewMember(t, s.Tenant, "mallory")
	role, group := "admin", s.NewGroup(t, s.Tenant, "admins", "admin").Name
	state := func() (iam.User, map[string][]string) {
		u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: m.User.ID})
		if err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(u.Attributes, func(name, _ string) bool { return strings.HasPrefix(name, "f5xc.tos_") })
		all := rows(t, s, s.Tenant.ID)
		maps.DeleteFunc(all, func(table string, _ []string) bool {
			switch table {
			case "bindings", "memberships", "roles", "role_api_groups", "api_groups", "user_groups", "tenants", "tenant_settings", "tenant_links", "assignments",
				"providers", "identities", "objects":
				return false
			}
			return true
		})
		return u, all
	}
	// What is one's own to say, and what follows from saying it.
	own := []cmp.Option{cmpopts.IgnoreFields(iam.User{}, "GivenName", "FamilyName", "DisplayName", "Phone", "Language", "TimeZone", "Theme",
		"Rules.WantFactor", "Version", "Updated", "LastLogin"), cmpopts.EquateEmpty()}
	if a := s.Do(t, http.MethodPost, "/api/web/custom/idm/user/sync", m.Token, "{}"); a.Status != http.StatusOK { // from pending
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	before, rights := state()
	done := 0
	each(s, func(op api.Registered, method, path string) {
		if op.Op.Access != api.SignedIn() || method == http.MethodGet {
			return
		}
		token, _, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code, authn.NewToken{User: m.User.ID})
		if err != nil {
			t.Fatal(err)
		}
		target := parameter.ReplaceAllString(path, "system")
		for _, body := range selfBodies(t, op, administrative(role, group)) {
			a := s.Do(t, method, target, token, body)
			if a.Status >= http.StatusInternalServerError && a.Status != http.StatusNotImplemented {
				t.Errorf("%s %s: %d %s", method, target, a.Status, a.Body)
			}
			if a.Status == http.StatusOK {
				done++
			}
			after, now := state()
			if diff := cmp.Diff(before, after, own...) + cmp.Diff(rights, now); diff != "" {
				t.Fatalf("%s %s %s\nanswers %d %s and changes (-before +after):\n%s", method, target, body, a.Status, a.Body, diff)
			}
		}
	})
	if done < 10 {
		t.Errorf("only %d requests were taken: nothing was tried", done)
	}
}

// selfBodies are requests for an operation: its own example with more, and with
// all that it can be told otherwise.
func selfBodies(t *testing.T, op api.Registered, more map[string]any) []string {
	t.Helper()
	example := map[string]any{}
	if op.Op.RequestExample != nil {
		out, err := json.Marshal(op.Op.RequestExample)
		if err != nil {
			t.Fatal(err)
		}
		if json.Unmarshal(out, &example) != nil { // a list
			example = map[string]any{}
		}
	}
	beside, over := maps.Clone(more), maps.Clone(example)
	maps.Copy(beside, example)
	maps.Copy(over, more)
	return []string{text(t, beside), text(t, over), text(t, more)}
}
