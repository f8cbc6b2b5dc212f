package cloudforet_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Whose password an administrator has set gets a token for setting another one
// and for nothing else, and does not need the present one.
func TestPasswordThatMustChange(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		must := true
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: s.wonny.ID}, directory.UserChange{MustChangePassword: &must}); err != nil {
			t.Fatal(err)
		}
		limited, refresh := s.signIn(wonny, wonnyPassword)
		if diff := cmp.Diff([]any{"identity:UserProfile"}, payload(t, limited)["permissions"]); diff != "" {
			t.Errorf("permissions (-want +got):\n%s", diff)
		}
		profile := s.must("user-profile/get", limited, object{})
		if diff := cmp.Diff([]any{"UPDATE_PASSWORD"}, profile["required_actions"]); diff != "" {
			t.Errorf("required_actions (-want +got):\n%s", diff)
		}
		s.nothingElse(limited, "user-profile/get", "user-profile/update-password")
		told := s.refused(400, "ERROR_UPDATE_PASSWORD_REQUIRED", "token/grant", "", object{"grant_type": "REFRESH_TOKEN", "token": refresh, "scope": "USER"})
		if told != "Password reset is required.(user_id = "+wonny+")" {
			t.Errorf("told %q", told)
		}
		s.refused(403, "ERROR_PERMISSION_DENIED", "user-profile/update", limited, object{"password": "Staple of a river 9", "name": "Else"})

		out := s.must("user-profile/update-password", limited, object{"new_password": "Staple of a river 9"})
		if out["required_actions"] != nil {
			t.Errorf("after update_password: %v", out)
		}
		s.refused(401, "ERROR_AUTHENTICATE_FAILURE", "user-profile/get", limited, object{})
		access, _ := s.signIn(wonny, "Staple of a river 9")
		s.must("user-profile/get-workspaces", access, object{})
	})
}

// With MFA the code comes first, also for who has to set a password then.
func TestPasswordThatMustChangeWithMFA(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	access, _ := s.signIn(wonny, wonnyPassword)
	uri := s.enableOTP(access)
	must := true
	if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: s.wonny.ID}, directory.UserChange{MustChangePassword: &must}); err != nil {
		t.Fatal(err)
	}
	s.refused(500, "ERROR_MFA_REQUIRED", "token/issue", "", s.issueBody(wonny, wonnyPassword))
	limited := s.must("token/issue", "", s.withCode(wonny, wonnyPassword, s.otp(uri)))["access_token"].(string)
	s.nothingElse(limited, "user-profile/get", "user-profile/update-password")
	s.must("user-profile/update-password", limited, object{"new_password": "Staple of a river 9"})
	s.Clock.Advance(31 * time.Second)
	s.refused(500, "ERROR_MFA_REQUIRED", "token/issue", "", s.issueBody(wonny, "Staple of a river 9"))
	access = s.must("token/issue", "", s.withCode(wonny, "Staple of a river 9", s.otp(uri)))["access_token"].(string)
	s.must("user-profile/get-workspaces", access, object{})
}

// The same with the message of older clients.
func TestPasswordThatMustChangeByUpdate(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	must := true
	if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: s.wonny.ID}, directory.UserChange{MustChangePassword: &must}); err != nil {
		t.Fatal(err)
	}
	limited, _ := s.signIn(wonny, wonnyPassword)
	s.must("user-profile/update", limited, object{"password": "Staple of a river 9"})
	s.signIn(wonny, "Staple of a river 9")
}

// Neither way to set one's password goes without the present one, and the
// rules are asked in the vendor's order.
func TestPasswordRules(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	access, _ := s.signIn(wonny, wonnyPassword)
	format := "The password format is incorrect. (rule = "
	for _, tt := range []struct{ current, pw, code, told string }{
		{"", "short", "ERROR_REQUIRED_PARAMETER", "Required parameter. (key = current_password)"},
		{"Wrong 12345", "Short 1", "ERROR_INCORRECT_PASSWORD_FORMAT", format + "At least 9 characters long.)"},
		{"Wrong 12345", "NO LOWER 1", "ERROR_INCORRECT_PASSWORD_FORMAT", format + "Contains at least one lowercase character)"},
		{"Wrong 12345", "no upper 1", "ERROR_INCORRECT_PASSWORD_FORMAT", format + "Contains at least one uppercase character)"},
		{"Wrong 12345", "No number at all", "ERROR_INCORRECT_PASSWORD_FORMAT", format + "Contains at least one number)"},
		{"Wrong 12345", "Staple of a river 9", "ERROR_PASSWORD_NOT_MATCHED", "Password does not match. (user_id = " + wonny + ")"},
		{wonnyPassword, wonnyPassword, "ERROR_PASSWORD_NOT_CHANGED", "The password cannot be the same as the old password. (user_id = " + wonny + ")"},
	} {
		for method, key := range map[string]string{"user-profile/update-password": "new_password", "user-profile/update": "password"} {
			body := object{key: tt.pw}
			if tt.current != "" {
				body["current_password"] = tt.current
			}
			if told := s.refused(400, tt.code, method, access, body); told != tt.told {
				t.Errorf("%s %v: told %q, want %q", method, body, told, tt.told)
			}
		}
	}
	s.refused(400, "ERROR_REQUIRED_PARAMETER", "user-profile/update-password", access, object{"current_password": wonnyPassword})
	// The tenant's own policy comes after the vendor's rule.
	s.settings(func(in *iam.Settings) { in.Password.MinLength = 40 })
	told := s.refused(400, "ERROR_INCORRECT_PASSWORD_FORMAT", "user-profile/update-password", access,
		object{"current_password": wonnyPassword, "new_password": "Staple of a river 9"})
	if !strings.HasPrefix(told, format) {
		t.Errorf("told %q", told)
	}
	s.signIn(wonny, wonnyPassword)
}

// Who asks for a new password learns nothing, and who may not use one gets no
// mail (threat class 19).
func TestResetTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		by := s.Operator()
		made := map[string]iam.User{}
		for _, name := range []string{"verified", "unverified", "disabled"} {
			u, err := s.Directory.CreateUser(t.Context(), by, directory.NewUser{Username: name, Password: wonnyPassword, Email: name + "@example.com"})
			if err != nil {
				t.Fatal(err)
			}
			if name != "unverified" {
				if err := s.Store.VerifyEmail(t.Context(), s.Tenant.ID, u.ID, u.Email); err != nil {
					t.Fatal(err)
				}
			}
			made[name] = u
		}
		disabled := iam.UserDisabled
		if _, err := s.Directory.UpdateUser(t.Context(), by, directory.UserKey{ID: made["disabled"].ID}, directory.UserChange{State: &disabled}); err != nil {
			t.Fatal(err)
		}

		for _, name := range []string{"nobody", "unverified", "disabled"} {
			for _, domain := range []string{string(s.Tenant.ID), "default"} {
				if out := s.must("user-profile/reset-password", "", object{"user_id": name, "domain_id": domain}); len(out) != 0 {
					t.Errorf("%s is answered %v", name, out)
				}
			}
		}
		s.must("user-profile/reset-password", "", object{"user_id": "verified", "domain_id": "elsewhere"})
		mail := s.NewMail(t, s.Tenant.ID, "verified@example.com", func() {
			s.must("user-profile/reset-password", "", object{"user_id": "verified", "domain_id": s.Tenant.ID})
		})
		if !strings.Contains(mail.Link, "/t/default/reset?token=") || strings.Contains(mail.Link, "access_token") {
			t.Errorf("the link is %q", mail.Link)
		}
		time.Sleep(100 * time.Millisecond)
		to := []string{}
		for _, m := range s.Mails(t, s.Tenant.ID, "") {
			to = append(to, m.To)
		}
		if slices.Contains(to, "disabled@example.com") {
			t.Errorf("mails went to %v", to)
		}
		s.refused(400, "ERROR_REQUIRED_PARAMETER", "user-profile/reset-password", "", object{"domain_id": s.Tenant.ID})
		s.refused(400, "ERROR_REQUIRED_PARAMETER", "user-profile/reset-password", "", object{"user_id": "verified"})
	})
}
