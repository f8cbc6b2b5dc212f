package f5xc

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// objectExample is what the document shows of a kind.
type objectExample struct {
	spec string
	bare bool // no metadata in requests
}

// objectExamples are by kind; the one of kinds whose spec is free is under "".
var objectExamples = map[string]objectExample{
	"": {spec: `{"domains":["shop.example.com"],"origin_pools":[{"kind":"origin_pool","namespace":"shop","name":"blue"}]}`},
	"authentication": {spec: `{"oidc_auth":{"oidc_client_id":"shop","client_secret":{"clear_secret_info":{"url":"string:///KioqKioqKio="}},` +
		`"oidc_well_known_config_url":"https://login.example.com/.well-known/openid-configuration"},"cookie_params":{"cookie_expiry":3600}}`},
	"authorization_server": {spec: `{"jwks_uri":"https://login.example.com/jwks.json"}`},
	"contact":              {spec: `{"contact_type":"BILLING","address1":"1 Main street","city":"Seoul","country":"KR","zip_code":"04524"}`},
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
	if e.bare {
		return "system"
	}
	return "shop"
}

func (e objectExample) meta() objectMeta {
	return objectMeta{Name: e.name(), Namespace: e.namespace(), Labels: map[string]string{"team": "retail"}, Annotations: map[string]string{},
		Description: "An example"}
}

func (e objectExample) shown() shown {
	return shown{meta: e.meta(), system: exampleSystem, spec: jsontext.Value(e.spec)}
}

func (e objectExample) form() objectForm {
	f := objectForm{Spec: jsontext.Value(e.spec)}
	if !e.bare {
		m := e.meta()
		f.Metadata = &m
	}
	return f
}

func (e objectExample) made() newObject {
	return newObject{Metadata: e.meta(), Spec: jsontext.Value(e.spec), System: exampleSystem}
}

func (e objectExample) got() getAnswer {
	return getAnswer{Metadata: e.meta(), Spec: jsontext.Value(e.spec), System: exampleSystem}
}

func (e objectExample) list() listAnswer { return listing{}.list([]shown{e.shown()}) }
