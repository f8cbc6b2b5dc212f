package f5xc_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// pixel is a PNG of one pixel, in Base64, as images are sent.
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAADklEQVR42mJqAAQAAP//AIYAg1H2bj0AAAAASUVORK5CYII="

// settingsExchanges are those of what a tenant decides for itself. They leave
// the walk with the settings that it began with.
var settingsExchanges = []exchange{
	{request: "GET /api/web/namespaces/system/tenant/settings",
		want: `{"name":"default","domain":"default","original_tenant":"default","state":"StateActive","otp_enabled":false,"otp_status":"OTP_DISABLED",
			"max_credentials_expiry":{"max_api_token_expiry_days":0},"active_plan_transition_id":""}`},
	{request: "PUT /api/web/namespaces/system/tenant/settings",
		body: `{"max_credentials_expiry":{"max_api_token_expiry_days":90,"max_api_certificate_expiry_days":60,"max_kube_config_expiry_days":30},"otp_enabled":true}`,
		want: `{"otp_enabled":true,"otp_status":"OTP_PROCESSING","validation_errors":[],
			"max_credentials_expiry":{"max_api_token_expiry_days":90,"max_api_certificate_expiry_days":60,"max_kube_config_expiry_days":30}}`},
	{request: "GET /api/web/namespaces/system/tenant/settings", until: true, later: 2 * time.Second,
		want: `{"otp_enabled":true,"otp_status":"OTP_ENABLED"}`},
	{request: "PUT /api/web/namespaces/system/tenant/settings", body: `{"max_credentials_expiry":{"max_api_token_expiry_days":-1}}`,
		want: `{"max_credentials_expiry":{"max_api_token_expiry_days":90},
			"validation_errors":[{"error_field":"max_credentials_expiry.max_api_token_expiry_days"}]}`},
	{request: "PUT /api/web/namespaces/system/tenant/settings/otp/disable", body: `{}`, want: `{}`},
	{request: "GET /api/web/namespaces/system/tenant/settings", want: `{"otp_enabled":false,"otp_status":"OTP_PROCESS_DISABLING"}`},
	{request: "PUT /api/web/namespaces/system/tenant/settings/otp/enable", body: `{}`, want: `{}`},
	{request: "PUT /api/web/namespaces/system/tenant/settings/otp/disable", body: `{}`, want: `{}`},
	{request: "GET /api/web/namespaces/system/tenant/settings", until: true, later: 2 * time.Second, want: `{"otp_status":"OTP_DISABLED"}`},
	{request: "PUT /api/web/namespaces/system/tenant/settings", want: `{"otp_enabled":false}`,
		body: `{"max_credentials_expiry":{"max_api_token_expiry_days":0,"max_api_certificate_expiry_days":0,"max_kube_config_expiry_days":0}}`},

	{request: "GET /api/web/namespaces/system/tenant/idm/settings",
		want: `{"password_policy":{"minimum_length":8,"not_username":true},"brute_force_detection":{"max_login_failures":5},
			"user_session_expiration":{"absolute_timeout":{"minutes":{"duration":1440}},"idle_timeout":{"minutes":{"duration":480}}}}`},
	{request: "PUT /api/web/namespaces/system/tenant/idm/settings", want: `{}`,
		body: `{"password_policy":{"minimum_length":9,"not_username":true,"digits":1},"tenant_details":{"display_name":"Hanbit"},
			"brute_force_detection_settings":{"max_login_failures":7},"user_session_expiration":{"absolute_timeout":{"hours":{"duration":12}}}}`},
	{request: "GET /api/web/namespaces/system/tenant/idm/settings",
		want: `{"password_policy":{"minimum_length":9,"digits":1},"basic_configuration":{"display_name":"Hanbit"},
			"brute_force_detection":{"max_login_failures":7},"brute_force_detection_settings":{"max_login_failures":7},
			"user_session_expiration":{"absolute_timeout":{"minutes":{"duration":720}},"idle_timeout":{"minutes":{"duration":480}}}}`},
	{request: "GET /no_auth/tenant/idm/settings/password_policy?realm_id=default",
		want: `{"minimum_length":9,"digits":1,"not_username":true,"not_recently_used":0}`},
	{request: "GET /no_auth/tenant/idm/settings/password_policy?realm_id=beside", want: `{"minimum_length":8,"digits":0}`},
	{request: "PUT /api/web/namespaces/system/tenant/idm/settings",
		body: `{"password_policy":{"minimum_length":8,"not_username":true},"brute_force_detection":{"max_login_failures":5},"user_session_expiration":{}}`},

	{request: "PUT /api/web/namespaces/system/tenant/settings/tenant/image", body: `{"content_type":"image/png","image":"` + pixel + `"}`, want: `{}`},
	{request: "GET /api/web/namespaces/system/tenant/settings/tenant/image", image: "image/png"},
	{request: "GET /api/web/static/namespaces/system/tenant/settings/tenant/image", image: "image/png"},
	{request: "GET /api/web/namespaces/system/tenant/settings/tenant/logo", image: "image/png"},
	{request: "GET /api/web/namespaces/system/tenant/settings/tenant/favicon", image: "image/png"},
	{request: "GET /api/web/static/namespaces/system/tenant/settings/tenant/favicon", image: "image/png"},
	{request: "DELETE /api/web/namespaces/system/tenant/settings/tenant/image"},

	{request: "GET /api/web/namespaces/system/tenant/support-info", want: `{"support_email_address":""}`},
	{request: "GET /api/web/namespaces/system/tenant/tenant-escalation-doc", file: escalationDoc},
}

const escalationDoc = `Support tickets of Default

1. Open a ticket for what does not work. Say what you did, what came of it, since when, and whom it
   keeps from working.
2. Choose a priority that fits: normal, high or urgent. It can be changed for as long as the ticket is
   not closed; say why in a comment.
3. Who looks after the tickets of Default is told of every change by mail.
4. Where nothing happens, escalate the ticket. It becomes urgent at once. That can be done once for a
   ticket, by everybody who may change tickets, and not for one that is urgent or closed.
5. A ticket that was closed too early can be opened again.
`

// pictures gives the tenant those pictures that no operation of the dialect sets.
func (w *walk) pictures(t *testing.T) {
	t.Helper()
	content, err := base64.StdEncoding.DecodeString(pixel)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Tenancy.SetLogo(t.Context(), w.s.Operator(), content); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Tenancy.SetFavicon(t.Context(), w.s.Operator(), content); err != nil {
		t.Fatal(err)
	}
}

// shows demands an image: for a browser, for who has it already, and for who
// takes nothing but JSON, of which the document tells.
func (w *walk) shows(t *testing.T, op *openapi3.Operation, target, token, kind string) {
	t.Helper()
	ask := func(headers ...string) (status int, header http.Header, body string) {
		a := w.s.Do(t, http.MethodGet, target, "", "", append(headers, "Authorization: APIToken "+token)...)
		return a.Status, a.Header, a.Body
	}
	status, header, body := ask("Accept: image/*,*/*;q=0.8")
	tag := header.Get("ETag")
	if status != http.StatusOK || header.Get("Content-Type") != kind || http.DetectContentType([]byte(body)) != kind || len(tag) != 66 ||
		!strings.HasPrefix(header.Get("Cache-Control"), "private") || header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.Contains(header.Get("Content-Security-Policy"), "sandbox") || header.Get("Vary") != "Accept" {
		t.Errorf("GET %s\nanswers %d %v %q", target, status, header, body)
	}
	if status, header, body := ask("If-None-Match: " + tag); status != http.StatusNotModified || body != "" || header.Get("ETag") != tag {
		t.Errorf("GET %s of who has it\nanswers %d %v %q", target, status, header, body)
	}
	status, header, shown := ask("Accept: application/json", "If-None-Match: "+tag)
	if status != http.StatusOK || header.Get("Content-Type") != "application/json" {
		t.Fatalf("GET %s as JSON\nanswers %d %v %q", target, status, header, shown)
	}
	got, _ := checkAnswer(t, op, status, shown).(map[string]any)
	if got["content_type"] != kind || got["data"] != base64.StdEncoding.EncodeToString([]byte(body)) {
		t.Errorf("GET %s as JSON\nanswers %s", target, shown)
	}
}
