package f5xc

import (
	"cmp"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// objectExample is what the document shows of a kind.
type objectExample struct {
	spec   string
	bare   bool // no metadata in requests
	system bool // in namespace "system"
	// view is what readers are shown, and replacement what writers send, where
	// those are not the spec.
	view, replacement string
}

// objectExamples are by kind; the one of kinds whose spec is free is under "".
var objectExamples = map[string]objectExample{
	"": {spec: `{"domains":["shop.example.com"],"origin_pools":[{"kind":"origin_pool","namespace":"shop","name":"blue"}]}`},
	"authentication": {spec: `{"oidc_auth":{"oidc_client_id":"shop","client_secret":{"clear_secret_info":{"url":"string:///KioqKioqKio="}},` +
		`"oidc_well_known_config_url":"https://login.example.com/.well-known/openid-configuration"},"cookie_params":{"cookie_expiry":3600}}`},
	"authorization_server": {spec: `{"jwks_uri":"https://login.example.com/jwks.json"}`},
	"contact":              {spec: `{"contact_type":"BILLING","address1":"1 Main street","city":"Seoul","country":"KR","zip_code":"04524"}`},
	"allowed_tenant": {system: true, spec: `{"tenant_id":"msp","allowed_groups":[{"name":"auditors","namespace":"system"}]}`,
		view: `{"tenant_id":"msp","allowed_groups":[{"name":"auditors","namespace":"system","tenant":"default"}],"status":"ACTIVE"}`},
	"child_tenant": {system: true, spec: `{"domain":"hanbit","company_name":"Hanbit","child_tenant_manager":{"name":"apac"},` +
		`"tenant_profile":{"name":"standard"},"customer_info":{"email":"lee@hanbit.example","first_name":"Ji-woo","last_name":"Lee"}}`,
		view: `{"domain":"hanbit","company_name":"Hanbit","child_tenant_manager":{"name":"apac","namespace":"system","tenant":"default"},` +
			`"tenant_profile":{"name":"standard","namespace":"system","tenant":"default"},` +
			`"customer_info":{"email":"lee@hanbit.example","first_name":"Ji-woo","last_name":"Lee"},"status":"StateActive"}`,
		replacement: `{"company_name":"Hanbit","customer_info":{"email":"lee@hanbit.example","first_name":"Ji-woo","last_name":"Lee"}}`},
	"child_tenant_manager": {system: true, spec: `{"group_assignments":[{"group":{"name":"operators"},"child_tenant_groups":["auditors"]}],` +
		`"tenant_owner_group":{"name":"owners"}}`},
	"managed_tenant": {system: true, spec: `{"tenant_id":"hanbit","groups":[{"group":{"name":"operators"},"managed_tenant_groups":["auditors"]}]}`,
		view: `{"tenant_id":"hanbit","groups":[{"group":{"name":"operators","namespace":"system","tenant":"default"},` +
			`"managed_tenant_groups":["auditors"]}],"status":"ACTIVE"}`,
		replacement: `{"groups":[{"group":{"name":"operators"},"managed_tenant_groups":["auditors"]}]}`},
	"tenant_profile": {system: true, spec: `{"ct_groups":[{"name":"auditors","namespace_roles":[{"namespace":"*","role":"ves-io-monitor-role"}]}],` +
		`"enable_support_access":true,"support_email":"help@example.com","plan":{"name":"team"}}`},
	"tenant_configuration": {bare: true, spec: `{"basic_configuration":{"display_name":"Hanbit"},` +
		`"brute_force_detection_settings":{"max_login_failures":10},"password_policy":{"minimum_length":10,"not_username":true}}`},
	"user_identification": {spec: `{"rules":[{"cookie_name":"visitor"},{"client_ip":{}}]}`},
}

// exampleTime is when things in examples were made.
var exampleTime = time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)

var exampleSystem = systemMeta{UID: "01890a5d-ac96-774b-bcce-b302099a8057", Created: timeOf(exampleTime), Modified: timeOf(exampleTime),
	CreatorClass: "user", CreatorID: "kim@example.com", Tenant: "default", Finalizers: []string{}}

func (e objectExample) name() string {
	if e.bare {
		return "tenant-configuration"
	}
	return "example"
}

func (e objectExample) namespace() string {
	if e.bare || e.system {
		return "system"
	}
	return "shop"
}

// shownSpec is the spec as readers are shown it.
func (e objectExample) shownSpec() jsontext.Value {
	return jsontext.Value(cmp.Or(e.view, e.spec))
}

func (e objectExample) meta() objectMeta {
	return objectMeta{Name: e.name(), Namespace: e.namespace(), Labels: map[string]string{"team": "retail"}, Annotations: map[string]string{},
		Description: "An example"}
}

func (e objectExample) shown() shown {
	return shown{meta: e.meta(), system: exampleSystem, spec: e.shownSpec()}
}

func (e objectExample) form() objectForm {
	f := objectForm{Spec: jsontext.Value(e.spec)}
	if !e.bare {
		m := e.meta()
		f.Metadata = &m
	}
	return f
}

// again is the form to write it anew.
func (e objectExample) again() objectForm {
	f := e.form()
	f.Spec = jsontext.Value(cmp.Or(e.replacement, e.spec))
	return f
}

func (e objectExample) made() newObject {
	return newObject{Metadata: e.meta(), Spec: e.shownSpec(), System: exampleSystem}
}

func (e objectExample) got() getAnswer {
	return getAnswer{Metadata: e.meta(), Spec: e.shownSpec(), System: exampleSystem}
}

func (e objectExample) list() listAnswer { return listing{}.list([]shown{e.shown()}) }
