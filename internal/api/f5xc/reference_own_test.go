package f5xc_test

// ownExchanges of TestReference are about what people set for themselves, when
// they sign in, and what administrators do with their accounts. Carol has signed
// in.
var ownExchanges = []exchange{
	{request: "GET /api/web/namespaces/system/tenant/idm/events/last_login", want: `{"last_login_map":{}}`},
	{request: "GET /api/web/namespaces/system/tenant/idm/events/login?first=0&max=20",
		want: `{"login_events_map":{"carol@example.com":[{"username":"carol@example.com","auth_method":"pwd","ip_address":"127.0.0.1","error":""}]}}`},
	{request: "POST /api/web/namespaces/system/tenant/idm/events/login_in_time",
		body: `{"start":"2020-01-01T00:00:00Z","end":"2999-01-01T00:00:00Z","first":0,"max":20}`,
		want: `{"login_events_map":{"carol@example.com":[{"username":"carol@example.com"}]}}`},
	{request: "GET /api/web/namespaces/system/tenant/idm/users/inactive", want: `{"users":[{"email":"admin@example.com"}]}`},

	{request: "GET /api/web/namespaces/system/user/settings", as: "carol",
		want: `{"initial_access":{"requested":false,"email_sent":false},"is_next_request_allowed":true,"otp_enabled":false,"otp_status":"OTP_DISABLED","image":""}`},
	{request: "PUT /api/web/namespaces/system/user/settings", as: "carol", want: `{}`,
		body: `{"first_name":"Carol","last_name":"Lee","otp_enabled":true,"enabled_notifications":["password-changed"],"image":"` + pixel + `"}`},
	{request: "GET /api/web/namespaces/system/user/settings", as: "carol",
		want: `{"otp_enabled":true,"otp_status":"OTP_PROCESSING","notifications":[{"code":"password-changed","enabled":true}]}`},
	{request: "PUT /api/web/namespaces/system/user/settings", as: "carol", body: `{"otp_enabled":false}`, want: `{}`},
	{request: "PUT /api/web/namespaces/system/user/settings/image", as: "carol", body: `{"content_type":"image/png","image":"` + pixel + `"}`, want: `{}`},
	{request: "GET /api/web/namespaces/system/user/settings/image", as: "carol", image: "image/png"},
	{request: "DELETE /api/web/namespaces/system/user/settings/image", as: "carol", want: `{}`},
	{request: "PUT /api/web/namespaces/system/user/settings/view_preference", as: "carol", want: `{}`,
		body: `{"advanced_view":true,"wizard_advanced_auto_expand":true,"persona_preferences":{"billing":true,"dev_ops":true,"developer":true,"master":true,"net_ops":true,"sec_ops":true}}`},
	{request: "GET /api/web/namespaces/system/user/settings/view_preference", as: "carol",
		want: `{"initialized":true,"advanced_view":true,"wizard_advanced_auto_expand":true,"persona_preferences":{"billing":true,"sec_ops":true}}`},
	{request: "PUT /api/web/namespaces/system/user/settings/request_initial_access", as: "carol", body: `{}`, want: `{}`},
	{request: "GET /api/web/namespaces/system/user/settings", as: "carol", until: true,
		want: `{"initial_access":{"requested":true,"email_sent":true},"is_next_request_allowed":false}`},
	{request: "GET /api/web/namespaces/system/user/sessions", as: "carol", want: `{"user_sessions":[{"ip_address":"127.0.0.1"}]}`},

	{request: "POST /api/web/custom/namespaces/system/user_roles",
		body: `{"email":"frank@example.com","first_name":"F","last_name":"K","namespace":"system","type":"SERVICE","namespace_roles":[]}`},
	{request: "PUT /api/web/namespaces/system/user/settings/idm/disable", body: `{"user_email":"frank@example.com"}`, want: `{}`},
	{request: "PUT /api/web/namespaces/system/user/settings/idm/enable", body: `{"user_email":"frank@example.com"}`, want: `{}`},
	{request: "PUT /api/web/namespaces/system/user/otp/admin_reset", body: `{"user_email":"frank@example.com"}`, want: `{}`},
}
