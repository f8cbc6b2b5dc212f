package f5xc_test

// noticeExchanges are those of which notifications the caller wants.
var noticeExchanges = []exchange{
	{request: "GET /api/web/namespaces/system/user/notifications",
		want: `{"notifications":[{"code":"sign-in-new-place","enabled":true,"label":"Sign-in from a new place"}]}`},
	{request: "PUT /api/web/namespaces/system/user/notifications", want: `{}`,
		body: `{"ntfn_preferences_map":{"key-expiring":false,"ticket-answered":true}}`},
	{request: "GET /api/web/namespaces/system/user/notifications", want: `{"notifications":[{"code":"key-expiring","enabled":false},
		{"code":"ticket-answered","enabled":true}]}`},
	{request: "PUT /api/web/namespaces/system/user/notifications/unset", body: `{"ntfn_to_unset":"ticket-answered"}`, want: `{}`},
	{request: "GET /api/web/namespaces/system/user/admin_notifications",
		want: `{"notifications":[{"code":"tenant-state","enabled":true},{"code":"provider-changed","enabled":true}]}`},
	{request: "PUT /api/web/namespaces/system/user/admin_notifications", body: `{"ntfn_preferences_map":{"provider-changed":false}}`, want: `{}`},
	{request: "PUT /api/web/namespaces/system/user/admin_notifications/unset", body: `{"ntfn_to_unset":"otp-policy-changed"}`, want: `{}`},
	{request: "GET /api/web/namespaces/system/user/combined_notifications",
		want: `{"notifications":[{"code":"key-created","enabled":true},{"code":"key-expiring","enabled":false},
			{"code":"ticket-answered","enabled":false},{"code":"otp-policy-changed","enabled":false},{"code":"provider-changed","enabled":false}]}`},
	{request: "PUT /api/web/namespaces/system/user/combined_notifications", want: `{}`,
		body: `{"ntfn_preferences_map":{"key-expiring":true,"ticket-answered":true,"otp-policy-changed":true}}`},
	{request: "GET /api/web/namespaces/system/user/combined_notifications", as: "carol",
		want: `{"notifications":[{"code":"otp-policy-changed","enabled":true},{"code":"provider-changed","enabled":true}]}`},
}
