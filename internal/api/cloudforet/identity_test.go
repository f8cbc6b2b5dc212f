package cloudforet_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Whose profile it is follows from the token, whatever user_id, domain_id and
// other names of somebody the body, the query or headers have (threat class 1).
func TestBodyNeverNamesTheCaller(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		stranger := s.NewTenant(t, "stranger")
		victim := s.NewMember(t, s.Tenant, "victim").User
		address := "victim@example.com"
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: victim.ID}, directory.UserChange{Email: &address}); err != nil {
			t.Fatal(err)
		}
		read := func(tenant iam.TenantID, name string) iam.User {
			t.Helper()
			u, err := s.Directory.User(t.Context(), iam.System(tenant, "test"), directory.UserKey{Username: name})
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		before := []iam.User{read(s.Tenant.ID, "victim"), read(stranger.Tenant.ID, "admin")}
		mails := len(s.Mails(t, s.Tenant.ID, address))
		access, _ := s.signIn(wonny, wonnyPassword)
		for _, names := range []object{
			{"user_id": "victim", "domain_id": s.Tenant.ID},
			{"user_id": "admin", "domain_id": stranger.Tenant.ID, "workspace_id": "x", "id": victim.ID, "username": "victim", "own": "victim", "aud": "victim"},
		} {
			for _, call := range []struct {
				method string
				body   object
			}{
				{"get", object{}},
				{"update", object{"name": "Changed", "language": "ko", "tags": object{"user_id": "victim"}}},
				{"verify-email", object{}},
				{"enable-mfa", object{"mfa_type": "OTP", "options": object{"user_id": "victim"}}},
				{"get-workspaces", object{}},
				{"get-workspace-groups", object{}},
			} {
				for k, v := range names {
					call.body[k] = v
				}
				query := "?user_id=victim&domain_id=" + string(stranger.Tenant.ID)
				status, out := s.call("user-profile/"+call.method+query, access, call.body, "x_domain_id: "+string(stranger.Tenant.ID), "X-User-Id: victim")
				if status == 429 && call.method == "verify-email" {
					continue // the mail of a moment ago
				}
				if status != 200 {
					t.Errorf("%s %v: %d %v", call.method, call.body, status, out)
				}
				if id, ok := out["user_id"]; ok && (id != wonny || out["domain_id"] != string(s.Tenant.ID)) {
					t.Errorf("%s %v answers %v of %v", call.method, call.body, id, out["domain_id"])
				}
			}
		}
		after := []iam.User{read(s.Tenant.ID, "victim"), read(stranger.Tenant.ID, "admin")}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("somebody else changed (-before +after):\n%s", diff)
		}
		if n := len(s.Mails(t, s.Tenant.ID, address)); n != mails {
			t.Errorf("%d mails to somebody else", n-mails)
		}
		if u := s.user(wonny); u.DisplayName != "Changed" {
			t.Errorf("the caller's own name is %q", u.DisplayName)
		}
	})
}

// What a user says of themselves in one dialect is kept apart from what others
// say, and what cannot be kept is refused with its name.
func TestProfileLimits(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	access, _ := s.signIn(wonny, wonnyPassword)
	long := strings.Repeat("x", 5000)
	for key, tt := range map[string]struct {
		body object
		code string
	}{
		"name":     {object{"name": long}, "ERROR_INVALID_PARAMETER"},
		"language": {object{"language": "nonsense!"}, "ERROR_INVALID_PARAMETER"},
		"timezone": {object{"timezone": "Local"}, "ERROR_INVALID_PARAMETER"},
		"tags":     {object{"tags": object{"x": long}}, "ERROR_INVALID_PARAMETER"},
		"email":    {object{"email": 5}, "ERROR_INVALID_PARAMETER_TYPE"},
	} {
		told := s.refused(400, tt.code, "user-profile/update", access, tt.body)
		if !strings.Contains(told, "(key = "+key+", ") || strings.Contains(told, "cloudforet.tags") {
			t.Errorf("%s: told %q", key, told)
		}
	}
	if diff := cmp.Diff("Wonny", s.user(wonny).DisplayName); diff != "" {
		t.Errorf("name (-want +got):\n%s", diff)
	}
	s.must("user-profile/update", access, object{"tags": object{}})
	s.must("user-profile/update", access, object{"name": ""})
	if out := s.must("user-profile/get", access, object{}); out["name"] != nil {
		t.Errorf("an empty name is shown as %v", out["name"])
	}
	s.must("user-profile/update", access, object{"name": nil, "tags": nil, "email": nil})
}

// Only people have a profile: a program's token is known and refused.
func TestPrograms(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	s.nothingElse(s.AdminToken)
	for _, method := range []string{"get", "update", "update-password", "verify-email", "confirm-email", "enable-mfa", "disable-mfa",
		"confirm-mfa", "get-workspaces", "get-workspace-groups"} {
		s.refused(403, "ERROR_PERMISSION_DENIED", "user-profile/"+method, s.AdminToken, object{})
		s.refused(401, "ERROR_AUTHENTICATE_FAILURE", "user-profile/"+method, s.AdminToken+"0", object{})
		s.refused(401, "ERROR_AUTHENTICATE_FAILURE", "user-profile/"+method, "", object{})
	}
}
