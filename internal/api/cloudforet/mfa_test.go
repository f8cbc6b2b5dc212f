package cloudforet_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What the vendor's console looks for in the text of an error.
var (
	consoleEmail = regexp.MustCompile(`[a-zA-Z0-9._-]+@[a-zA-Z0-9._-]+\.[a-zA-Z0-9_-]+`)
	consoleType  = regexp.MustCompile(`mfa_type\s*=\s*(\w+)`)
)

// A sign-in with MFA takes the password twice, the second time with the code;
// the console finds address and type in the text of the first answer.
func TestSignInWithMailedCode(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		access, _ := s.signIn(wonny, wonnyPassword)
		s.enableEmail(access, "codes@cloudforet.io")

		s.refused(401, "ERROR_AUTHENTICATION_FAILURE", "token/issue", "", s.issueBody(wonny, "Wrong 12345"))
		told := s.refused(500, "ERROR_MFA_REQUIRED", "token/issue", "", s.issueBody(wonny, wonnyPassword))
		if want := "MFA is required. (user_id = c...@cloudforet.io), (mfa_type = EMAIL)"; told != want {
			t.Errorf("told %q, want %q", told, want)
		}
		if consoleEmail.FindString(told) != "c...@cloudforet.io" || consoleType.FindStringSubmatch(told)[1] != "EMAIL" {
			t.Errorf("the console cannot read %q", told)
		}
		code := s.code("codes@cloudforet.io")
		s.refused(401, "ERROR_INVALID_CREDENTIALS", "token/issue", "", s.withCode(wonny, wonnyPassword, "000000"))
		s.refused(401, "ERROR_AUTHENTICATION_FAILURE", "token/issue", "", s.withCode(wonny, "Wrong 12345", code))
		again := s.must("token/issue", "", s.withCode(wonny, wonnyPassword, code))
		if s.mfa(again["access_token"].(string)) != "ENABLED" {
			t.Error("MFA is not shown as on")
		}
		s.refused(401, "ERROR_INVALID_CREDENTIALS", "token/issue", "", s.withCode(wonny, wonnyPassword, code))
	})
}

func TestSignInWithAuthenticatorApp(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		access, _ := s.signIn(wonny, wonnyPassword)
		uri := s.enableOTP(access)
		told := s.refused(500, "ERROR_MFA_REQUIRED", "token/issue", "", s.issueBody(wonny, wonnyPassword))
		if want := "MFA is required. (user_id = " + wonny + "), (mfa_type = OTP)"; told != want {
			t.Errorf("told %q, want %q", told, want)
		}
		code := s.otp(uri)
		s.must("token/issue", "", s.withCode(wonny, wonnyPassword, code))
		s.refused(401, "ERROR_INVALID_CREDENTIALS", "token/issue", "", s.withCode(wonny, wonnyPassword, code)) // threat class 16
	})
}

// confirm_mfa turns on what enable_mfa began and off what disable_mfa began,
// within 300 seconds, and nothing else.
func TestToggle(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		access, _ := s.signIn(wonny, wonnyPassword)
		confirm := func(code string) object { return object{"verify_code": code} }
		enable := object{"mfa_type": "OTP", "options": object{}}
		secret := func(out object) string {
			return out["mfa"].(object)["options"].(object)["otp_qrcode_uri"].(string)
		}

		// Too late; and the second call replaces what the first began.
		late := secret(s.must("user-profile/enable-mfa", access, enable))
		s.Clock.Advance(301 * time.Second)
		s.refused(400, "ERROR_INVALID_VERIFY_CODE", "user-profile/confirm-mfa", access, confirm(s.otp(late)))
		first := secret(s.must("user-profile/enable-mfa", access, enable))
		uri := secret(s.must("user-profile/enable-mfa", access, enable))
		s.refused(400, "ERROR_INVALID_VERIFY_CODE", "user-profile/confirm-mfa", access, confirm(s.otp(first)))
		if got := s.mfa(access); got != "DISABLED" {
			t.Errorf("MFA is %s before it is confirmed", got)
		}
		s.must("user-profile/confirm-mfa", access, confirm(s.otp(uri)))
		s.refused(500, "ERROR_MFA_ALREADY_ENABLED", "user-profile/enable-mfa", access, enable)

		// A code alone turns nothing off: somebody has to have asked.
		s.Clock.Advance(31 * time.Second)
		s.refused(400, "ERROR_INVALID_VERIFY_CODE", "user-profile/confirm-mfa", access, confirm(s.otp(uri)))
		out := s.must("user-profile/disable-mfa", access, object{"force": true})
		if diff := cmp.Diff("ENABLED", out["mfa"].(object)["state"]); diff != "" {
			t.Errorf("state after disable_mfa (-want +got):\n%s", diff)
		}
		s.Clock.Advance(301 * time.Second)
		s.refused(400, "ERROR_INVALID_VERIFY_CODE", "user-profile/confirm-mfa", access, confirm(s.otp(uri)))
		s.must("user-profile/disable-mfa", access, object{})
		s.refused(400, "ERROR_INVALID_VERIFY_CODE", "user-profile/confirm-mfa", access, confirm("000000"))
		s.must("user-profile/confirm-mfa", access, confirm(s.otp(uri)))
		if got := s.mfa(access); got != "DISABLED" {
			t.Errorf("MFA is %s after it was turned off", got)
		}
		s.refused(500, "ERROR_MFA_ALREADY_DISABLED", "user-profile/disable-mfa", access, object{})
		s.refused(400, "ERROR_INVALID_VERIFY_CODE", "user-profile/confirm-mfa", access, confirm(s.otp(uri)))
		s.signIn(wonny, wonnyPassword)
	})
}

func TestWhatCanBeEnabled(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	access, _ := s.signIn(wonny, wonnyPassword)
	for _, tt := range []struct {
		body       object
		code, told string
	}{
		{object{}, "ERROR_REQUIRED_PARAMETER", "Required parameter. (key = mfa_type)"},
		{object{"mfa_type": "EMAIL"}, "ERROR_REQUIRED_PARAMETER", "Required parameter. (key = options.email)"},
		{object{"mfa_type": "EMAIL", "options": object{"email": "nowhere"}}, "ERROR_INCORRECT_EMAIL_FORMAT",
			"The email format is incorrect. (rule = Email format required.)"},
		{object{"mfa_type": "SMS"}, "ERROR_NOT_SUPPORTED_MFA_TYPE", "Not supported MFA type. (support_mfa_types = ['EMAIL', 'OTP'])"},
		{object{"mfa_type": 7}, "ERROR_INVALID_PARAMETER_TYPE", "Parameter type is invalid. (key = mfa_type, type = str)"},
	} {
		if told := s.refused(400, tt.code, "user-profile/enable-mfa", access, tt.body); told != tt.told {
			t.Errorf("%v: told %q, want %q", tt.body, told, tt.told)
		}
	}
	s.settings(func(in *iam.Settings) { in.Factor.Email = false })
	told := s.refused(400, "ERROR_NOT_SUPPORTED_MFA_TYPE", "user-profile/enable-mfa", access,
		object{"mfa_type": "EMAIL", "options": object{"email": wonnyEmail}})
	if want := "Not supported MFA type. (support_mfa_types = ['OTP'])"; told != want {
		t.Errorf("told %q, want %q", told, want)
	}
	s.refused(400, "ERROR_REQUIRED_PARAMETER", "user-profile/confirm-mfa", access, object{})
}

// Where a second factor is required, who has none gets a token in the text of
// the error, as the vendor's client expects. It is for setting one up and for
// nothing else (threat class 18).
func TestRequiredMFA(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		s.settings(func(in *iam.Settings) { in.Factor.Required = true })
		told := s.refused(500, "ERROR_MFA_NOT_ACTIVATED", "token/issue", "", s.issueBody(wonny, wonnyPassword))
		prefix := "MFA is not activated. (user_id = " + wonny + "), (mfa_type = OTP), (mfa_state = DISABLED), (access_token = "
		rest, ok := strings.CutPrefix(told, prefix)
		limited, end := strings.CutSuffix(rest, ")")
		if !ok || !end {
			t.Fatalf("told %q, want %q...)", told, prefix)
		}
		profile := s.must("user-profile/get", limited, object{})
		if diff := cmp.Diff([]any{"ENFORCE_MFA"}, profile["required_actions"]); diff != "" {
			t.Errorf("required_actions (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(object{"state": "DISABLED", "mfa_type": "OTP", "options": object{"enforce": true}}, profile["mfa"]); diff != "" {
			t.Errorf("mfa (-want +got):\n%s", diff)
		}
		s.nothingElse(limited, "user-profile/get", "user-profile/enable-mfa", "user-profile/confirm-mfa")

		uri := s.must("user-profile/enable-mfa", limited, object{"mfa_type": "OTP", "options": object{}})["mfa"].(object)["options"].(object)["otp_qrcode_uri"].(string)
		out := s.must("user-profile/confirm-mfa", limited, object{"verify_code": s.otp(uri)})
		if out["mfa"].(object)["state"] != "ENABLED" || out["required_actions"] != nil {
			t.Errorf("after confirm_mfa: %v", out)
		}
		s.refused(401, "ERROR_AUTHENTICATE_FAILURE", "user-profile/get", limited, object{}) // its session has been replaced
		s.Clock.Advance(31 * time.Second)
		s.refused(500, "ERROR_MFA_REQUIRED", "token/issue", "", s.issueBody(wonny, wonnyPassword))
		access := s.must("token/issue", "", s.withCode(wonny, wonnyPassword, s.otp(uri)))["access_token"].(string)

		// The last factor of who needs one stays.
		s.must("user-profile/disable-mfa", access, object{})
		s.Clock.Advance(31 * time.Second)
		s.refused(400, "ERROR_INVALID_ARGUMENT", "user-profile/confirm-mfa", access, object{"verify_code": s.otp(uri)})
		if s.mfa(access) != "ENABLED" {
			t.Error("the last factor is gone")
		}
	})
}

// settings changes those of the tenant.
func (s *suite) settings(change func(*iam.Settings)) {
	s.t.Helper()
	in, err := s.Tenancy.Settings(s.t.Context(), s.Tenant.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	change(&in)
	if _, err := s.Tenancy.UpdateSettings(s.t.Context(), s.Operator(), in); err != nil {
		s.t.Fatal(err)
	}
}

// nothingElse wants a token to be refused by every method that needs one, but
// for some.
func (s *suite) nothingElse(token string, but ...string) {
	s.t.Helper()
	bodies := map[string]object{
		"user-profile/get": {}, "user-profile/get-workspaces": {}, "user-profile/get-workspace-groups": {},
		"user-profile/update": {"name": "Somebody else"}, "user-profile/verify-email": {"email": "else@cloudforet.io"},
		"user-profile/update-password": {"new_password": "Staple of a river 9", "current_password": wonnyPassword},
		"user-profile/confirm-email":   {"verify_code": "123456"}, "user-profile/disable-mfa": {},
		"user-profile/enable-mfa":  {"mfa_type": "OTP"},
		"user-profile/confirm-mfa": {"verify_code": "123456"},
		"token/grant":              {"grant_type": "REFRESH_TOKEN", "token": token, "scope": "USER"},
	}
	for _, m := range but {
		delete(bodies, m)
	}
	for method, body := range bodies {
		if status, out := s.call(method, token, body); status == 200 {
			s.t.Errorf("%s is allowed: %v", method, out)
		}
	}
	u := s.user(wonny)
	if u.DisplayName != "Wonny" || u.Email != wonnyEmail {
		s.t.Errorf("the user has changed: %+v", u)
	}
}
