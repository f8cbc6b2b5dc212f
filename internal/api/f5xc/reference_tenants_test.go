package f5xc_test

import "time"

// The exchanges of TestReference that are about more tenants than one: the
// default tenant has children, manages the tenant "beside", where Dana is the
// administrator, and lets it manage; it is the support tenant as well.

var treeExchanges = []exchange{
	{request: "POST /api/web/custom/namespaces/system/user_groups", body: `{"name":"operators","usernames":["carol@example.com"]}`},
	{request: "POST /api/web/namespaces/system/tenant_profiles", keep: "profile=system_metadata.uid",
		body: `{"metadata":{"name":"standard","namespace":"system","labels":{"tier":"one"},"description":"For shops"},
			"spec":{"ct_groups":[{"name":"runners","namespace_roles":[{"namespace":"system","role":"ves-io-admin-role"},
			{"namespace":"*","role":"ves-io-admin-role"}]},{"name":"lookers","namespace_roles":[{"namespace":"shared","role":"ves-io-monitor-role"}]}],
			"support_email":"help@example.com","enable_support_access":true}}`,
		want: `{"metadata":{"name":"standard","namespace":"system"},"spec":{"support_email":"help@example.com","enable_support_access":true,
			"ct_groups":[{"name":"runners"},{"name":"lookers","namespace_roles":[{"namespace":"shared","role":"ves-io-monitor-role"}]}]}}`},
	{request: "GET /api/web/namespaces/system/tenant_profiles?report_fields=&label_filter=tier",
		want: `{"items":[{"name":"standard","uid":"$profile","get_spec":{"support_email":"help@example.com"}}],"errors":[]}`},
	{request: "PUT /api/web/namespaces/system/tenant_profiles/standard", want: `{}`,
		body: `{"metadata":{"name":"standard"},"spec":{"ct_groups":[{"name":"runners","namespace_roles":[{"namespace":"system","role":"ves-io-admin-role"},
			{"namespace":"*","role":"ves-io-admin-role"}]}],"support_email":"help@example.com"}}`},
	{request: "GET /api/web/namespaces/system/tenant_profiles/standard", want: `{"metadata":{"name":"standard"},"spec":{"ct_groups":[{"name":"runners"}]}}`},

	{request: "POST /api/web/namespaces/system/child_tenant_managers",
		body: `{"metadata":{"name":"shops"},"spec":{"group_assignments":[{"group":{"name":"operators","namespace":"system"},"child_tenant_groups":["runners"]}]}}`,
		want: `{"metadata":{"name":"shops","namespace":"system"},"spec":{"group_assignments":[{"group":{"name":"operators"},"child_tenant_groups":["runners"]}]}}`},
	{request: "POST /api/web/namespaces/system/child_tenant_managers", body: `{"metadata":{"name":"hotels"},"spec":{"tenant_owner_group":{"name":"operators"}}}`,
		want: `{"spec":{"tenant_owner_group":{"name":"operators"}}}`},
	{request: "GET /api/web/namespaces/system/child_tenant_managers?report_fields=", want: `{"items":[{"name":"hotels"},{"name":"shops","get_spec":{}}],"errors":[]}`},
	{request: "PUT /api/web/namespaces/system/child_tenant_managers/shops", want: `{}`,
		body: `{"metadata":{"name":"shops"},"spec":{"group_assignments":[{"group":{"name":"operators"},"child_tenant_groups":["runners"]}],
			"banner_message":{"title":"Down on Sunday","content_text":"From two to four","time_period":{"start_date":"2030-01-01T00:00:00Z","end_date":"2030-01-02T00:00:00Z"}}}}`},
	{request: "GET /api/web/namespaces/system/child_tenant_managers/shops", want: `{"spec":{"banner_message":{"title":"Down on Sunday"}}}`},

	{request: "POST /api/web/namespaces/system/child_tenants", keep: "child=system_metadata.uid",
		body: `{"metadata":{"name":"hanbit-one"},"spec":{"domain":"hanbit-one","company_name":"Hanbit","child_tenant_manager":{"name":"shops"},
			"tenant_profile":{"name":"standard"},"contact_detail":{"city":"Seoul","country":"KR"},
			"customer_info":{"email":"owner@hanbit.example","first_name":"Han","last_name":"Bit"}}}`,
		want: `{"metadata":{"name":"hanbit-one","namespace":"system"},"spec":{"domain":"hanbit-one","company_name":"Hanbit","contact_detail":{"city":"Seoul"}}}`},
	{request: "GET /api/web/namespaces/system/child_tenants/hanbit-one", until: true, want: `{"spec":{"status":"StateActive","customer_info":{"email":"owner@hanbit.example"}}}`},
	{request: "POST /api/web/namespaces/system/child_tenants", body: `{"metadata":{"name":"hanbit-two"},"spec":{"domain":"hanbit-two","child_tenant_manager":{"name":"hotels"}}}`},
	{request: "GET /api/web/namespaces/system/child_tenants?report_fields=&report_status_fields=", until: true,
		want: `{"items":[{"name":"hanbit-one","uid":"$child","get_spec":{"status":"StateActive"}},{"name":"hanbit-two","get_spec":{"status":"StateActive"}}],"errors":[]}`},
	{request: "PUT /api/web/namespaces/system/child_tenants/hanbit-one", want: `{}`, body: `{"metadata":{"name":"hanbit-one","labels":{"a":"b"}},"spec":{"company_name":"Hanbit Ltd."}}`},
	{request: "GET /api/web/namespaces/system/child_tenants/hanbit-one?response_format=GET_RSP_FORMAT_STATUS"},
	{request: "GET /api/web/namespaces/system/child_tenants/hanbit-one?response_format=GET_RSP_FORMAT_FOR_REPLACE",
		want: `{"replace_form":{"metadata":{"name":"hanbit-one"},"spec":{"company_name":"Hanbit Ltd."}}}`},
	{request: "GET /api/web/namespaces/system/tenant_profiles/standard?response_format=GET_RSP_FORMAT_REFERRING_OBJECTS",
		want: `{"referring_objects":[{"kind":"child_tenant","name":"hanbit-one"}]}`},
	{request: "GET /api/web/namespaces/system/partner-management/child_tenant_managers/shops/child_tenants",
		want: `{"items":[{"name":"hanbit-one"}],"errors":[]}`},
	{request: "GET /api/web/namespaces/system/partner-management/child_tenants?name=hanbit-one&ctm=shops&page_limit=10", as: "carol",
		want: `{"access_config":[{"name":"hanbit-one","link":{"name":"hanbit-one","href":"http://hanbit-one.gatehouse.test"},"tenant_status":"TENANT_STATUS_ACTIVE",
			"groups":[{"group":{"name":"operators"},"managed_tenant_groups":["runners"]}]}],"total_count":2,"total_filtered_count":1,"next_page":""}`},
	{request: "POST /api/web/namespaces/system/partner-management/child_tenants/migrate",
		body: `{"ct_list_to_target_ctm":{"child_tenant_manager":"shops","child_tenants":["hanbit-two","nobody-there"]}}`,
		want: `{"child_tenant_manager":"shops","total_ct_count":2,"migrate_initiated_for_ct_count":1,"errors":[{}]}`},
	{request: "GET /api/web/namespaces/system/child_tenants/hanbit-two", until: true, want: `{"spec":{"status":"StateActive","child_tenant_manager":{"name":"shops"}}}`},
	{request: "POST /api/web/namespaces/system/partner-management/child_tenant_managers/shops/child_tenants/migrate",
		body: `{"name":"shops","ct_list_to_target_ctm":{"child_tenant_manager":"hotels","child_tenants":["hanbit-two"]}}`,
		want: `{"child_tenant_manager":"hotels","total_ct_count":1,"migrate_initiated_for_ct_count":1,"errors":[]}`},
	{request: "GET /api/web/namespaces/system/child_tenants/hanbit-two", until: true, want: `{"spec":{"status":"StateActive","child_tenant_manager":{"name":"hotels"}}}`},
	{request: "GET /managed_tenant/hanbit-one/api/web/custom/namespaces/system/whoami", as: "carol",
		want: `{"access_type":"MSP_ACCESS","tenant":"hanbit-one","original_tenant":"default"}`},
}

var delegationExchanges = []exchange{
	{request: "POST /api/web/custom/namespaces/system/user_groups", as: "dana",
		body: `{"name":"guests","namespace_roles":[{"namespace":"shared","role":"ves-io-monitor-role"}]}`},
	{request: "POST /api/web/namespaces/system/managed_tenants", keep: "managed=system_metadata.uid",
		body: `{"metadata":{"name":"our-beside","labels":{"a":"b"}},"spec":{"tenant_id":"beside",
			"groups":[{"group":{"name":"operators"},"managed_tenant_groups":["guests","nobody"]}]}}`,
		want: `{"spec":{"tenant_id":"beside","status":"PENDING","groups":[{"group":{"name":"operators"},"managed_tenant_groups":["guests","nobody"]}]}}`},
	{request: "PUT /api/web/namespaces/system/managed_tenants/our-beside", want: `{}`,
		body: `{"metadata":{"name":"our-beside"},"spec":{"groups":[{"group":{"name":"operators"},"managed_tenant_groups":["guests"]}]}}`},
	{request: "POST /api/web/namespaces/system/allowed_tenants", as: "dana",
		body: `{"metadata":{"name":"default"},"spec":{"tenant_id":"default","allowed_groups":[{"name":"guests"}]}}`,
		want: `{"spec":{"tenant_id":"default","status":"ACTIVE","allowed_groups":[{"name":"guests"}]}}`},
	{request: "GET /api/web/namespaces/system/managed_tenants/our-beside", want: `{"spec":{"tenant_id":"beside","status":"ACTIVE"},"system_metadata":{"uid":"$managed"}}`},
	{request: "GET /api/web/namespaces/system/managed_tenants?report_fields=", want: `{"items":[{"name":"our-beside","get_spec":{"status":"ACTIVE"}}],"errors":[]}`},
	{request: "GET /managed_tenant/beside/api/web/custom/namespaces/system/whoami", as: "carol",
		want: `{"access_type":"DELEGATED_ACCESS","tenant":"beside","original_tenant":"default"}`},
	{request: "GET /api/web/namespaces/system/managed_tenants_by_user?search_keyword=BESIDE&page_limit=5", as: "carol",
		want: `{"access_config":[{"name":"our-beside","link":{"name":"beside","href":"http://beside.gatehouse.test"},"tenant_status":"TENANT_STATUS_ACTIVE",
			"groups":[{"group":{"name":"operators"},"managed_tenant_groups":["guests"]}],"support_request_count":{"all_tenants_summary":{"open_support_tickets_count":0}}}],
			"total_filtered_count":1,"next_page":""}`},
	{request: "GET /api/web/namespaces/system/managed_tenants_list", want: `{"access_config":[{"name":"our-beside"}]}`},

	{request: "POST /api/web/namespaces/system/allowed_tenants", keep: "allowed=system_metadata.uid",
		body: `{"metadata":{"name":"beside"},"spec":{"tenant_id":"beside","allowed_groups":[{"name":"operators"}]}}`, want: `{"spec":{"status":"PENDING"}}`},
	{request: "GET /api/web/namespaces/system/allowed_tenants?report_fields=&report_status_fields=", want: `{"items":[{"name":"beside","uid":"$allowed"}],"errors":[]}`},
	{request: "PUT /api/web/namespaces/system/allowed_tenants/beside", want: `{}`,
		body: `{"metadata":{"name":"beside","description":"They help"},"spec":{"tenant_id":"beside","allowed_groups":[]}}`},
	{request: "GET /api/web/namespaces/system/allowed_tenants/beside", want: `{"metadata":{"description":"They help"},"spec":{"tenant_id":"beside","allowed_groups":[]}}`},

	{request: "POST /api/web/namespaces/system/allowed_tenants/support-tenant/access", as: "dana",
		body: `{"access_config":{"read_write_ns":{"namespaces":["default"]}}}`, want: `{"access_config":{"read_write_ns":{"namespaces":["default"]}}}`},
	{request: "GET /api/web/namespaces/system/allowed_tenants/support-tenant/access", as: "dana", want: `{"access_config":{"read_write_ns":{"namespaces":["default"]}}}`},
	{request: "GET /api/web/namespaces/system/support-tenant/managed_tenants?search_keyword=besi&page_limit=5",
		want: `{"items":[{"name":"beside","disabled":false,"link":{"name":"beside","href":"http://beside.gatehouse.test"},"tenant_status":"TENANT_STATUS_ACTIVE"}],
			"total_filtered_count":1,"next_page":""}`},
	{request: "POST /api/web/namespaces/system/tenant_management/delegated_access/subscribe", body: `{}`, want: `{}`},
	{request: "POST /api/web/namespaces/system/tenant_management/delegated_access/unsubscribe", body: `{}`, want: `{}`},
}

// ticketExchanges leads a ticket of a managed tenant, and one of a child,
// through all that can be done with it.
var ticketExchanges = append(ticketsOf("managed_client", "beside"), ticketsOf("partner-management", "hanbit-one")...)

func ticketsOf(family, tenant string) []exchange {
	all := "/api/web/namespaces/system/" + family + "/customer_supports"
	one := all + "/$ticket-" + family
	about := `{"tp_id":"$ticket-` + family + `"}`
	return []exchange{
		{request: "POST " + all, keep: "ticket-" + family + "=spec.tp_id",
			body: `{"metadata":{"name":"slow"},"spec":{"subject":"It is slow","description":"Since noon","type":"TYPE_TECHNICAL_SUPPORT","priority":"PRIORITY_NORMAL",
				"service":"SS_ADMINISTRATION","topic":"TECHNICAL_SUPPORT_TOPIC_TROUBLESHOOTING","relates_to":[{"kind":"tenant","tenant":"` + tenant + `"}]}}`,
			want: `{"spec":{"subject":"It is slow","status":"STATUS_NEW","priority":"PRIORITY_NORMAL","escalated":false}}`},
		{request: "GET " + all, want: `{"items":[{"tenant":"` + tenant + `","get_spec":{"tp_id":"$ticket-` + family + `"}}],"errors":[]}`},
		{request: "POST " + one + "/comment",
			body: `{"tp_id":"$ticket-` + family + `","comment":"Here is the log","attachments":[{"filename":"log.txt","content_type":"text/plain","attachment":"b25lIGxpbmUK"}]}`,
			want: `{"err":"EOK"}`},
		{request: "GET " + one, keep: "comment=spec.comments.0.comment_id", want: `{"spec":{"comments":[{"plain_text":"Here is the log"}]}}`},
		{request: "GET " + one, keep: "attachment=spec.comments.0.attachment_ids.0"},
		{request: "GET " + one + "/comment/$comment/attachment/$attachment", file: "one line\n"},
		{request: "POST " + one + "/priority", body: `{"tp_id":"$ticket-` + family + `","priority":"PRIORITY_HIGH"}`, want: `{"err":"EOK"}`},
		{request: "POST " + one + "/escalate", body: about, want: `{"err":"EOK"}`},
		{request: "POST " + one + "/escalate", body: about, want: `{"err":"E_NOT_ELIGIBLE"}`},
		{request: "POST " + one + "/reopen", body: about, want: `{"err":"E_NOT_CLOSED"}`},
		{request: "POST " + one + "/close", body: about, want: `{"err":"EOK"}`},
		{request: "POST " + one + "/close", body: about, want: `{"err":"E_NOT_OPEN"}`},
		{request: "POST " + one + "/reopen", body: about, want: `{"err":"EOK"}`},
		{request: "GET " + one, want: `{"spec":{"status":"STATUS_OPEN","priority":"PRIORITY_URGENT","escalated":true}}`},
	}
}

// lifeExchanges are about tenants as such. What ends one is at the end.
var lifeExchanges = []exchange{
	{request: "GET /api/web/namespaces/system/tenant/lookup?cname=nobody-has-this&namespace=system", want: `{}`},
	{request: "GET /no_auth/cname/lookup?cname=nobody-has-this&namespace=system", want: `{}`},
	{request: "GET /api/config/tenants/default/summary", want: `{"vip":"default.gatehouse.test","type":"dedicated"}`},
	{request: "POST /api/web/namespaces/system/tenant/domain_owner/assign", body: `{"email":"carol@example.com"}`, want: `{}`},
	{request: "POST /api/web/namespaces/system/tenant/domain_owner/unassign", as: "carol", body: `{"email":"carol@example.com"}`, want: `{}`},
	{request: "DELETE /api/web/namespaces/system/managed_tenants/our-beside", body: `{"name":"our-beside","namespace":"system"}`},
	{request: "DELETE /api/web/namespaces/system/allowed_tenants/beside", body: `{"name":"beside","namespace":"system","fail_if_referred":true}`},
	{request: "POST /api/web/namespaces/system/tenant/request-delete", as: "dana", want: `{}`,
		body: `{"name":"beside","reason":"REASON_NO_LONGER_NEEDED","feedback":"It was fine"}`},
	{request: "PUT /api/saas/namespaces/system/v2/tenant/deactivate", as: "erin", body: `{"reason":"REASON_DIFFICULT_TO_USE","feedback":"None"}`},
	{request: "DELETE /api/web/namespaces/system/child_tenants/hanbit-two", body: `{"name":"hanbit-two","namespace":"system","fail_if_referred":true}`},
	{request: "DELETE /api/web/namespaces/system/child_tenants/hanbit-one", body: `{"name":"hanbit-one","namespace":"system"}`},
	{request: "DELETE /api/web/namespaces/system/child_tenants/new-two", body: `{}`}, // of who has signed up
	{request: "GET /api/web/namespaces/system/child_tenants", until: true, want: `{"items":[],"errors":[]}`},
	{request: "DELETE /api/web/namespaces/system/child_tenant_managers/shops", body: `{"name":"shops","namespace":"system","fail_if_referred":true}`},
	{request: "DELETE /api/web/namespaces/system/tenant_profiles/standard", body: `{"name":"standard","namespace":"system","fail_if_referred":true}`},
}

// signupExchanges are about who wants to become a customer.
var signupExchanges = []exchange{
	{request: "POST /no_auth/validate_contact", body: `{"name":"office","namespace":"system","spec":{"contact_type":"MAILING","country":"kr","zip_code":"06236"}}`,
		want: `{"err":"ECONTACT_VALIDATE_OK","is_valid":true,"validation_errors":[]}`},
	{request: "POST /no_auth/validate_contact", body: `{"spec":{"country":"US","zip_code":"9410"}}`,
		want: `{"err":"ECONTACT_INVALID_ZIP","is_valid":false,"validation_errors":[{"error_field":"zip_code"}]}`},
	{request: "POST /no_auth/validate_contact", body: `{"spec":{"country":"Atlantis"}}`,
		want: `{"err":"ECONTACT_UNKNOWN_COUNTRY","is_valid":false,"validation_errors":[{"error_field":"country"},{"error_field":"zip_code"}]}`},
	{request: "POST /no_auth/validate_contact", body: `{"spec":{"country":"KR","zip_code":" "}}`, want: `{"err":"ECONTACT_EMPTY_ZIP_CODE","is_valid":false}`},
	{request: "POST /no_auth/validate_contact", body: `{}`, want: `{"err":"ECONTACT_EMPTY_COUNTRY","is_valid":false}`},
	{request: "GET /no_auth/signup/$signup", want: `{}`},
	{request: "POST /no_auth/login/validate_registration", body: `{"email":"new@example.com","token":"$token","tenant_type":"ENTERPRISE"}`,
		want: `{"err":"ETOKEN_OK","valid_registration":true}`},
	{request: "POST /no_auth/login/validate_registration", body: `{"email":"new@example.com","token":"another"}`, want: `{"err":"ETOKEN_NOTFOUND","valid_registration":false}`},
	{request: "POST /no_auth/send_password_email", later: 2 * time.Minute, body: `{"email":"carol@example.com","cname":"default"}`, want: `{}`},
	{request: "POST /no_auth/send_password_email", later: 2 * time.Minute, body: `{"email":"nobody@example.com","cname":"default"}`, want: `{}`},
}
