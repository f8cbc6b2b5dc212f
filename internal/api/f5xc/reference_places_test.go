package f5xc_test

// placeExchanges are about countries, states and cities, in both families.
var placeExchanges = []exchange{
	{request: "GET /no_auth/countries/South%20K", want: `{"countries":[{"country_code":"KR","country_name":"South Korea",
		"additional_info":{"alpha3_code":"KOR","zip_code_regexp":"^(?:\\d{5}|\\d{3}-\\d{3})$","names":{"ko":"대한민국"}}}]}`},
	{request: "GET /no_auth/countries/%EB%8C%80%ED%95%9C", want: `{"countries":[{"country_code":"KR"}]}`},
	{request: "GET /no_auth/countries/kr/states/seo", want: `{"error_code":"EOK","states":[{"state_code":"11","state_name":"Seoul","additional_info":{"iso_3166_2":"KR-11"}}]}`},
	{request: "GET /no_auth/countries/SG/states/xx", want: `{"error_code":"ENO_STATES","states":[]}`},
	{request: "GET /no_auth/countries/US/states/CA/cities/San%20Franc", want: `{"error_code":"EOK","cities":[{"city_name":"San Francisco"}]}`},
	{request: "GET /no_auth/countries/KR/states/11/cities/%EC%84%9C%EC%9A%B8", want: `{"cities":[{"city_name":"Seoul"}]}`},
	{request: "GET /no_auth/countries/BV/states/-/cities/a", want: `{"error_code":"ENO_CITIES","cities":[]}`},
	{request: "GET /api/web/custom/countries/ger", as: "carol", want: `{"countries":[{"country_code":"DE","additional_info":{"names":{"de":"Deutschland"}}}]}`},
	{request: "GET /api/web/custom/countries/DE/states/bay", as: "carol", want: `{"error_code":"EOK","states":[{"state_code":"BY","state_name":"Bavaria"}]}`},
	{request: "GET /api/web/custom/countries/DE/states/BY/cities/M%C3%9CNCHE", as: "carol", want: `{"error_code":"EOK","cities":[{"city_name":"Munich"}]}`},
}

// evaluationExchanges are about values, forms and tokens for other services.
var evaluationExchanges = []exchange{
	{request: "POST /api/config/namespaces/system/validate_rules",
		body: `{"namespace":"system","value":"shop-1","validator_evaluation":{"ves.io.schema.rules.string.max_len":"64","string.ves_object_name":true}}`,
		want: `{"success":true,"error":"","validation_results":[{"severity":"SUCCESS"},{"severity":"SUCCESS"}]}`},
	{request: "POST /api/config/namespaces/system/validate_rules", body: `{"value":"Shop","validator_evaluation":{"string.max_len":"3","string.new":"true"}}`,
		want: `{"success":false,"error":"Field value should have at most 3 characters, got 4.","validation_results":[{"severity":"ERROR"},{"severity":"WARNING"}]}`},
	{request: "POST /api/config/namespaces/system/dynamic-data",
		body: `{"namespace":"system","field_path":"spec.roles","request_body":{"type_url":"type.googleapis.com/ves.io.schema.contact.CreateRequest","value":""}}`,
		want: `{"rows":[{"type_url":"type.googleapis.com/google.protobuf.Struct"}]}`},
	{request: "POST /api/config/namespaces/system/dynamic-data", body: `{"namespace":"system","field_path":"spec","defaults":true,
		"request_body":{"type_url":"type.googleapis.com/ves.io.schema.contact.CreateRequest"}}`,
		want: `{"rows":[{"type_url":"type.googleapis.com/google.protobuf.Struct"}]}`},
	{request: "POST /api/config/namespaces/system/cloud_user_accounts", body: `{"metadata":{"name":"seoul"},"spec":{"provider":"aws"}}`},
	{request: "POST /api/cloud-data/namespaces/system/cloud_user_accounts/discover_networks", body: `{"cloud_user_account_id":"seoul"}`, want: `{}`},
	{request: "GET /api/config/namespaces/system/was/user_token", as: "carol", want: `{"redirect_url":"http://default.gatehouse.test/sign-in"}`},
}
