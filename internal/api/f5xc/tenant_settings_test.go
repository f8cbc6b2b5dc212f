package f5xc_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

const (
	settingsPath = tenantPath + "settings"
	idmPath      = tenantPath + "idm/settings"
	policyPath   = "/no_auth/tenant/idm/settings/password_policy"
)

// TestIDMSettingsHold: what is changed here counts with the next request of
// another dialect, and is what the object of kind tenant_configuration shows,
// and the other way about.
func TestIDMSettingsHold(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin := holder{s, s.AdminToken}
		s.NewMember(t, s.Tenant, "kim@example.com", "read")
		const config = "/api/config/namespaces/system/tenant_configurations"
		const strict = `{"password_policy":{"minimum_length":20,"digits":2},"brute_force_detection":{"max_login_failures":1}}`
		tells(t, admin.do(t, "POST "+config, `{"spec":{"password_policy":{"minimum_length":9},"basic_configuration":{"display_name":"Hanbit"}}}`), 200, "")
		tells(t, admin.do(t, "GET "+idmPath, ""), 200, `"minimum_length":9`)
		tells(t, admin.do(t, "PUT "+idmPath, strict), 200, "{}")
		tells(t, admin.do(t, "GET "+idmPath, ""), 200, `"basic_configuration":{"display_name":"Hanbit"}`) // of which nothing was said
		tells(t, admin.do(t, "GET "+config+"/tenant-configuration", ""), 200, `"minimum_length":20`)

		// What was shown can be written back, and changes nothing.
		shown := admin.do(t, "GET "+idmPath, "").Body
		tells(t, admin.do(t, "PUT "+idmPath, shown), 200, "{}")
		if again := admin.do(t, "GET "+idmPath, "").Body; again != shown {
			t.Errorf("written back\n%s\nit is\n%s", shown, again)
		}

		sign := func(what, old, password string) int {
			return s.Do(t, "POST", "/v2.1/auth/"+what, "", fmt.Sprintf(`{"username":"kim@example.com","password":%q,"old_password":%q,"new_password":%q}`,
				password, password, old)).Status
		}
		if status := sign("password", "a battery of 9 horses", apptest.AdminPassword); status == 200 {
			t.Error("a password with too few digits was taken")
		}
		if status := sign("password", "a battery of 99 horses", apptest.AdminPassword); status != 200 {
			t.Errorf("a password that keeps all rules: %d", status)
		}
		for i, want := range []int{401, 401, 429} {
			if status := sign("signin", "", "wrong"); status != want {
				t.Errorf("wrong password number %d: %d, want %d", i+1, status, want)
			}
		}
	})
}

// TestIDMSettingsRefused: neither what the document forbids nor what could not
// be settings is taken, and nobody changes them without the right.
func TestIDMSettingsRefused(t *testing.T) {
	s := apptest.SQLite(t)
	admin, reader := holder{s, s.AdminToken}, holder{s, s.NewMember(t, s.Tenant, "reader", "read").Token}
	before := reader.do(t, "GET "+idmPath, "").Body
	for body, field := range map[string]string{
		`{"password_policy":{"minimum_length":6}}`:                                                                          "password_policy.minimum_length",
		`{"password_policy":{"minimum_length":129}}`:                                                                        "Field password_policy.minimum_length",
		`{"password_policy":{"minimum_length":8,"not_recently_used":25}}`:                                                   "Field password_policy.not_recently_used",
		`{"password_policy":{"minimum_length":8,"expire_password":1081}}`:                                                   "password_policy.expire_password",
		`{"password_policy":{"digits":1}}`:                                                                                  "password_policy.minimum_length",
		`{"brute_force_detection":{"max_login_failures":31}}`:                                                               "brute_force_detection.max_login_failures",
		`{"brute_force_detection":{"max_login_failures":3},"brute_force_detection_settings":{"max_login_failures":4}}`:      "Field brute_force_detection_settings",
		`{"tenant_details":{"display_name":"A"},"basic_configuration":{"display_name":"B"}}`:                                "Field tenant_details",
		`{"tenant_details":{"display_name":"<b>"}}`:                                                                         "tenant_details.display_name",
		`{"user_session_expiration":{"idle_timeout":{"hours":{"duration":2}},"absolute_timeout":{"hours":{"duration":1}}}}`: "Field user_session_expiration.idle_timeout",
		`{"user_session_expiration":{"idle_timeout":{"hours":{"duration":1},"minutes":{"duration":60}}}}`:                   "user_session_expiration.idle_timeout",
		`{"user_session_expiration":{"absolute_timeout":{"hours":{"duration":721}}}}`:                                       "duration",
	} {
		tells(t, admin.do(t, "PUT "+idmPath, body), 400, field)
	}
	tells(t, reader.do(t, "PUT "+idmPath, `{}`), 403, "settings.update")
	if after := reader.do(t, "GET "+idmPath, "").Body; after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
}

// TestPublicPasswordPolicy: of the tenant that the request is made to, or of one
// that is named there; who asks for names has to wait after a while.
func TestPublicPasswordPolicy(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		other := s.NewTenant(t, "hotel").Tenant
		if _, err := s.Tenancy.ChangeSettings(t.Context(), iam.System(other.ID, "test"), func(st *iam.Settings) {
			st.Password.MinLength, st.Password.MinSymbols, st.Password.History = 14, 2, 3
		}); err != nil {
			t.Fatal(err)
		}
		nobody := holder{Server: s}
		const own, theirs = `"minimum_length":8`, `{"digits":0,"lowercase_characters":0,"minimum_length":14,"not_recently_used":3,"not_username":true,"special_characters":2,"uppercase_characters":0}`
		tells(t, nobody.do(t, "GET "+policyPath, ""), 200, own)
		tells(t, nobody.do(t, "GET "+policyPath+"?realm_id=default", ""), 200, own)
		tells(t, nobody.do(t, "GET "+policyPath+"?realm_id=hotel", ""), 200, theirs)
		tells(t, nobody.do(t, "GET "+policyPath+"?realm_id="+string(other.ID), ""), 200, theirs)
		tells(t, nobody.do(t, "GET /t/hotel"+policyPath, ""), 200, theirs)
		tells(t, nobody.do(t, "GET /t/hotel"+policyPath+"?realm_id="+string(other.ID), ""), 200, theirs)
		tells(t, nobody.do(t, "GET /t/hotel"+policyPath+"?realm_id=default", ""), 404, "not found")
		for _, realm := range []string{"nowhere", "kim@example.com", string(s.Admin.ID)} {
			tells(t, nobody.do(t, "GET "+policyPath+"?realm_id="+realm, ""), 404, "not found")
		}
		last := 0
		for range 60 {
			last = nobody.do(t, "GET "+policyPath+"?realm_id=hotel", "").Status
		}
		if last != 429 {
			t.Errorf("after sixty questions: %d, want 429", last)
		}
		tells(t, nobody.do(t, "GET "+policyPath, ""), 200, own) // which tells nobody of another
	})
}

// TestTenantSettingsRights: reading and changing are rights of their own, which
// hold in a tenant that one reaches as well.
func TestTenantSettingsRights(t *testing.T) {
	s := apptest.SQLite(t)
	admin, reader, nobody := holder{s, s.AdminToken}, holder{s, s.NewMember(t, s.Tenant, "reader", "read").Token}, holder{s, s.NewMember(t, s.Tenant, "nobody").Token}
	tells(t, nobody.do(t, "GET "+settingsPath, ""), 403, "settings.read")
	tells(t, reader.do(t, "GET "+settingsPath, ""), 200, "OTP_DISABLED")
	image := `{"image":"` + pixel + `"}`
	for request, body := range map[string]string{"PUT " + settingsPath: `{}`, "PUT " + settingsPath + "/otp/enable": `{}`,
		"PUT " + settingsPath + "/otp/disable": `{}`, "PUT " + settingsPath + "/tenant/image": image, "DELETE " + settingsPath + "/tenant/image": ``} {
		tells(t, reader.do(t, request, body), 403, "settings.update")
	}
	tells(t, nobody.do(t, "GET "+settingsPath+"/tenant/image", ""), 404, "the tenant has no image")
	tells(t, nobody.do(t, "GET "+tenantPath+"support-info", ""), 200, "support_email_address")

	hotel := s.NewTenant(t, "hotel")
	admins := s.NewGroup(t, s.Tenant, "admins", "read", "admin")
	s.Delegate(t, s.Tenant, admins, hotel.Tenant, s.NewGroup(t, hotel.Tenant, "helpers", "admin"))
	tells(t, admin.do(t, "PUT /managed_tenant/hotel"+settingsPath, `{"max_credentials_expiry":{"max_api_token_expiry_days":7}}`), 200, `"max_api_token_expiry_days":7`)
	tells(t, admin.do(t, "GET /managed_tenant/hotel"+settingsPath, ""), 200, `"original_tenant":"default"`)
	tells(t, admin.do(t, "GET "+settingsPath, ""), 200, `"max_api_token_expiry_days":0`)
}

// TestTenantSettingsChange: what is left out stays, what is out of bounds is told
// and changes nothing, and the limits hold for who makes a token.
func TestTenantSettingsChange(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin := holder{s, s.AdminToken}
		put := func(body string, status int, text string) {
			t.Helper()
			tells(t, admin.do(t, "PUT "+settingsPath, body), status, text)
		}
		put(`{"max_credentials_expiry":{"max_api_token_expiry_days":30,"max_api_certificate_expiry_days":60}}`, 200, `"max_api_certificate_expiry_days":60`)
		put(`{"max_credentials_expiry":{"max_kube_config_expiry_days":90}}`, 200, `"max_api_token_expiry_days":30`)
		put(`{}`, 200, `"max_kube_config_expiry_days":90`)
		put(`{"otp_enabled":true,"max_credentials_expiry":{"max_api_certificate_expiry_days":3651}}`, 200,
			`{"error_field":"max_credentials_expiry.max_api_certificate_expiry_days","error_message":"Field max_credentials_expiry.max_api_certificate_expiry_days should be between`)
		put(`{"otp_enabled":"yes"}`, 400, "otp_enabled")
		put(`{"max_credentials_expiry":{"max_api_token_expiry_days":"soon"}}`, 400, "max_api_token_expiry_days")
		tells(t, admin.do(t, "GET "+settingsPath, ""), 200, `"otp_enabled":false`)

		by := apptest.Member{Tenant: s.Tenant, User: s.Admin}.Actor()
		if _, _, err := s.Authn.CreateToken(t.Context(), by, s.Tenant.Code, authn.NewToken{User: by.User}); !iam.Is(err, iam.Invalid) {
			t.Errorf("a token without end: %v, want Invalid", err)
		}
	})
}

// TestTenantOTP: whoever signs in on pages after that sets up a factor, and the
// state tells how far it is.
func TestTenantOTP(t *testing.T) {
	s := apptest.SQLite(t)
	admin := holder{s, s.AdminToken}
	state := func(want string) {
		t.Helper()
		s.Clock.Advance(2 * time.Second)
		for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			a := admin.do(t, "GET "+settingsPath, "")
			if strings.Contains(a.Body, want) {
				return
			}
			if time.Since(began) > 10*time.Second {
				t.Fatalf("%s, want %s", a.Body, want)
			}
		}
	}
	tells(t, admin.do(t, "PUT "+settingsPath+"/otp/enable", ""), 200, "{}")
	tells(t, admin.do(t, "GET "+settingsPath, ""), 200, `"otp_enabled":true,"otp_status":"OTP_PROCESSING"`)
	state(`"otp_status":"OTP_ENABLED"`)
	b, err := s.Authn.BeginSignIn(t.Context(), s.Tenant.ID, authn.Attempt{Username: "admin", Password: apptest.AdminPassword, Pages: true}, authn.Origin{})
	if err != nil || len(b.Pending) != 1 || b.Pending[0] != iam.StepEnrolFactor {
		t.Errorf("a sign-in has left %v, %v", b.Pending, err)
	}
	tells(t, admin.do(t, "PUT "+settingsPath+"/otp/disable", `{}`), 200, "{}")
	tells(t, admin.do(t, "GET "+settingsPath, ""), 200, `"otp_enabled":false,"otp_status":"OTP_PROCESS_DISABLING"`)
	state(`"otp_status":"OTP_DISABLED"`)

	if _, err := s.Tenancy.ChangeSettings(t.Context(), s.Operator(), func(st *iam.Settings) { st.Factor = iam.FactorPolicy{} }); err != nil {
		t.Fatal(err)
	}
	tells(t, admin.do(t, "PUT "+settingsPath+"/otp/enable", `{}`), 409, `"code":9`)
}

// TestEscalationDoc tells what holds: the plan, the tenant above, the address, in
// the language of who reads it.
func TestEscalationDoc(t *testing.T) {
	s := apptest.SQLite(t)
	below, err := s.Tenancy.CreateTenant(t.Context(), s.Operator(), s.Tenant.ID, tenancy.NewTenant{Code: "below", Name: "Below Ltd."})
	if err != nil {
		t.Fatal(err)
	}
	kid := s.NewMember(t, below, "kid", "read")
	if _, err := s.Tenancy.ChangeSettings(t.Context(), s.Operator(), func(st *iam.Settings) { st.Branding.SupportEmail = "help@example.com" }); err != nil {
		t.Fatal(err)
	}
	h := holder{s, kid.Token}
	tells(t, h.do(t, "GET "+tenantPath+"support-info", ""), 200, `{"support_email_address":"help@example.com"}`)
	doc := h.do(t, "GET "+tenantPath+"tenant-escalation-doc", "")
	for _, want := range []string{"Support tickets of Below Ltd.", "mailed to help@example.com", "Default among them", "4. Where nothing happens, escalate"} {
		tells(t, doc, 200, want)
	}
	if kind := doc.Header.Get("Content-Type"); kind != "text/plain; charset=utf-8" {
		t.Errorf("it is %q", kind)
	}
	if err := s.Tenancy.SetPlan(t.Context(), iam.System(below.ID, "test"), below.ID, iam.Plan{Type: "FREE"}); err != nil {
		t.Fatal(err)
	}
	tells(t, h.do(t, "GET "+tenantPath+"tenant-escalation-doc", ""), 200, "has no escalation")
	if _, err := s.Directory.UpdateUser(t.Context(), iam.System(below.ID, "test"), directory.UserKey{ID: kid.User.ID}, directory.UserChange{Language: ptr("ko")}); err != nil {
		t.Fatal(err)
	}
	tells(t, h.do(t, "GET "+tenantPath+"tenant-escalation-doc", ""), 200, "Below Ltd.의 요금제에는 에스컬레이션이 없습니다")
	a := h.do(t, "GET "+tenantPath+"tenant-escalation-doc", "", "Accept: application/json")
	text, _ := value(t, a.Body).(map[string]any)["data"].(string)
	if plain, err := base64.StdEncoding.DecodeString(text); err != nil || !strings.Contains(string(plain), "에스컬레이션") {
		t.Errorf("as JSON: %s, %v", a.Body, err)
	}
}
