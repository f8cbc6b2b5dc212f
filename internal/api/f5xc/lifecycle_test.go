package f5xc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// life is a kind of objects, with two specs that it takes.
type life struct {
	kind, plural string
	group        string // of its paths
	namespace    string
	name         string
	spec         string // as it is sent, and has to come back
	changed      string
}

func lives(keys string) []life {
	return []life{
		{"contact", "contacts", "web", "shop", "one",
			`{"contact_type":"BILLING","city":"Seoul","country":"KR"}`, `{"contact_type":"PAYMENT","city":"Busan"}`},
		{"authentication", "authentications", "config", "shop", "one",
			`{"oidc_auth":{"oidc_client_id":"shop","oidc_well_known_config_url":"https://login.example.com/.well-known/openid-configuration"}}`,
			`{"oidc_auth":{"oidc_client_id":"other","oidc_well_known_config_url":"https://login.example.com/.well-known/openid-configuration"}}`},
		{"authorization_server", "authorization_servers", "config", "shop", "one",
			fmt.Sprintf(`{"jwks_uri":%q}`, keys), fmt.Sprintf(`{"jwks_uri":%q}`, keys+"?again")},
		{"user_identification", "user_identifications", "config", "shop", "one",
			`{"rules":[{"client_ip":{}}]}`, `{"rules":[{"cookie_name":"visitor"},{"none":{}}]}`},
		{"tenant_configuration", "tenant_configurations", "config", "system", "tenant-configuration",
			`{"password_policy":{"minimum_length":9}}`, `{"password_policy":{"minimum_length":11,"digits":1}}`},
		{"http_loadbalancer", "http_loadbalancers", "config", "shop", "one",
			`{"domains":["shop.example.com"],"http":{"port":80}}`, `{"domains":["shop.example.com","www.example.com"],"https":{}}`},
		{"app_firewall", "app_firewalls", "config", "shop", "one",
			`{"blocking":{},"bot_protection_setting":{"good_bot_action":"REPORT"}}`, `{"monitoring":{}}`},
		{"tenant_profile", "tenant_profiles", "web", "system", "one",
			`{"ct_groups":[{"name":"all","namespace_roles":[{"namespace":"*","role":"ves-io-admin-role"}]}],"enable_support_access":true}`,
			`{"support_email":"help@example.com"}`},
		{"child_tenant_manager", "child_tenant_managers", "web", "system", "one",
			`{"group_assignments":[{"group":{"name":"ops"},"child_tenant_groups":["all"]}]}`, `{"tenant_owner_group":{"name":"ops"}}`},
		{"managed_tenant", "managed_tenants", "web", "system", "one",
			`{"tenant_id":"beside","groups":[{"group":{"name":"ops"},"managed_tenant_groups":["all"]}]}`,
			`{"tenant_id":"beside","groups":[]}`},
		{"allowed_tenant", "allowed_tenants", "web", "system", "one",
			`{"tenant_id":"beside","allowed_groups":[{"name":"ops"}]}`, `{"tenant_id":"beside","allowed_groups":[]}`},
	}
}

// TestLifecycle leads an object of every kind that is known, and of two whose
// spec is free, through its whole life.
func TestLifecycle(t *testing.T) {
	eachReaching(t, func(t *testing.T, s *apptest.Server, keys string) {
		c := caller{s, loadReference(t)}
		c.ok(t, "POST /api/web/namespaces", `{"metadata":{"name":"shop"},"spec":{}}`)
		c.ok(t, "POST /api/web/custom/namespaces/system/user_groups", `{"name":"ops"}`)
		s.NewTenant(t, "beside")
		for _, l := range lives(keys) {
			t.Run(l.kind, func(t *testing.T) { l.live(t, c) })
		}
	})
}

func (l life) collection() string {
	return "/api/" + l.group + "/namespaces/" + l.namespace + "/" + l.plural
}

// form is the spec as the form to replace it has it.
func (l life) form() string {
	if l.kind == "managed_tenant" { // whose tenant stays
		return `{"groups":[{"group":{"name":"ops"},"managed_tenant_groups":["all"]}]}`
	}
	return l.spec
}

func (l life) path() string { return l.collection() + "/" + l.name }

// body is a request to create or replace the object.
func (l life) body(spec, more string) string {
	return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":%q,"labels":{"stage":"test","tier":"web"},
		"annotations":{"note":"kept as it is"},"description":"The first"%s},"spec":%s}`, l.name, l.namespace, more, spec)
}

func (l life) live(t *testing.T, c caller) {
	collection, path := l.collection(), l.path()

	// It is made once.
	made := c.ok(t, "POST "+collection, l.body(l.spec, ""))
	c.has(t, made, `{"metadata":{"name":%q,"namespace":%q,"labels":{"stage":"test","tier":"web"},
		"annotations":{"note":"kept as it is"},"description":"The first"},"spec":%s,
		"system_metadata":{"tenant":"default","creator_id":"admin"}}`, l.name, l.namespace, l.spec)
	uid := dig(t, made, "system_metadata.uid")
	c.fails(t, "POST "+collection, l.body(l.spec, ""), http.StatusConflict)

	l.readsInEveryForm(t, c, uid)
	l.isListed(t, c, uid)

	// Replacing it twice is replacing it once.
	c.ok(t, "PUT "+path, l.body(l.changed, ""))
	first := c.ok(t, "GET "+path, "")
	c.has(t, first, `{"spec":%s,"system_metadata":{"uid":%q}}`, l.changed, uid)
	c.ok(t, "PUT "+path, l.body(l.changed, ""))
	if diff := cmp.Diff(timeless(first), timeless(c.ok(t, "GET "+path, ""))); diff != "" {
		t.Errorf("a second replacement changed (-before +after):\n%s", diff)
	}

	l.isReferredTo(t, c, uid)

	// What create_form was is what makes it anew.
	form, err := json.Marshal(c.ok(t, "GET "+path+"?response_format=GET_RSP_FORMAT_FOR_CREATE", "").(map[string]any)["create_form"])
	if err != nil {
		t.Fatal(err)
	}
	if got := c.ok(t, "DELETE "+path, ""); len(got.(map[string]any)) != 0 {
		t.Errorf("a deletion answers %v", got)
	}
	c.has(t, c.ok(t, "GET /api/config/namespaces/"+l.namespace+"/routes/to-it?response_format=GET_RSP_FORMAT_BROKEN_REFERENCES", ""),
		`{"deleted_referred_objects":[{"kind":%q,"name":%q,"namespace":%q}]}`, l.kind, l.name, l.namespace)
	c.fails(t, "GET "+path, "", http.StatusNotFound)
	c.fails(t, "PUT "+path, l.body(l.spec, ""), http.StatusNotFound)
	c.fails(t, "DELETE "+path, "", http.StatusNotFound)
	c.has(t, c.ok(t, "GET "+collection, ""), `{"items":[],"errors":[]}`)
	again := c.ok(t, "POST "+collection, string(form))
	c.has(t, again, `{"metadata":{"name":%q,"namespace":%q},"spec":%s}`, l.name, l.namespace, l.changed)
	if dig(t, again, "system_metadata.uid") == uid {
		t.Errorf("an object that is made anew has the uid of the old one")
	}
	c.ok(t, "DELETE /api/config/namespaces/"+l.namespace+"/routes/to-it", "")
	c.ok(t, "DELETE "+path, `{"fail_if_referred":true}`)
}

// readsInEveryForm: each response_format has what it is for.
func (l life) readsInEveryForm(t *testing.T, c caller, uid string) {
	t.Helper()
	for format, want := range map[string]string{
		"":                                 fmt.Sprintf(`{"metadata":{"name":%q},"spec":%s,"system_metadata":{"uid":%q}}`, l.name, l.spec, uid),
		"GET_RSP_FORMAT_DEFAULT":           fmt.Sprintf(`{"metadata":{"name":%q},"spec":%s,"system_metadata":{"uid":%q}}`, l.name, l.spec, uid),
		"GET_RSP_FORMAT_FOR_CREATE":        fmt.Sprintf(`{"create_form":{"spec":%s}}`, l.spec),
		"GET_RSP_FORMAT_FOR_REPLACE":       fmt.Sprintf(`{"replace_form":{"spec":%s}}`, l.form()),
		"GET_RSP_FORMAT_READ":              fmt.Sprintf(`{"spec":%s}`, l.spec),
		"GET_RSP_FORMAT_STATUS":            `{}`,
		"GET_RSP_FORMAT_REFERRING_OBJECTS": `{}`,
		"GET_RSP_FORMAT_BROKEN_REFERENCES": `{}`,
	} {
		c.has(t, c.ok(t, "GET "+l.path()+"?response_format="+format, ""), "%s", want)
	}
	c.fails(t, "GET "+l.path()+"?response_format=GET_RSP_FORMAT_NO_SUCH", "", http.StatusBadRequest)
}

// isListed: selectors pick it or do not, and the report has what was asked for.
func (l life) isListed(t *testing.T, c caller, uid string) {
	t.Helper()
	for selector, found := range map[string]bool{
		"": true, "stage=test": true, "stage==test": true, "stage!=test": false, "stage=live": false, "stage in (live, test)": true,
		"stage notin (live)": true, "tier": true, "!tier": false, "!colour": true, "colour!=blue": true,
		"stage=test,tier=web": true, "stage=test,tier=db": false,
	} {
		items := l.items(t, c, "label_filter="+url.QueryEscape(selector))
		if (len(items) == 1) != found {
			t.Errorf("the selector %q finds %v", selector, items)
		}
	}
	c.fails(t, "GET "+l.collection()+"?label_filter="+url.QueryEscape("stage in test"), "", http.StatusBadRequest)

	bare, full := l.items(t, c, "")[0].(map[string]any), l.items(t, c, "report_fields=&report_status_fields=")[0].(map[string]any)
	c.has(t, bare, `{"name":%q,"namespace":%q,"uid":%q,"tenant":"default","disabled":false,"description":"The first",
		"labels":{"stage":"test"},"annotations":{"note":"kept as it is"}}`, l.name, l.namespace, uid)
	for _, member := range []string{"get_spec", "metadata", "system_metadata", "status_set"} {
		if _, there := bare[member]; there {
			t.Errorf("without report_fields an item has %s", member)
		}
		stateless := l.kind == "tenant_profile" || l.kind == "child_tenant_manager"
		if _, there := full[member]; there == (member == "status_set" && stateless) {
			t.Errorf("with report_fields and report_status_fields an item has %s: %v", member, there)
		}
	}
	c.has(t, full, `{"get_spec":%s,"metadata":{"name":%q},"system_metadata":{"uid":%q}}`, l.spec, l.name, uid)
}

func (l life) items(t *testing.T, c caller, query string) []any {
	t.Helper()
	return c.ok(t, "GET "+l.collection()+"?"+query, "").(map[string]any)["items"].([]any)
}

// isReferredTo: another object refers to it, which keeps it from going where
// the caller says so, and each knows of the other.
func (l life) isReferredTo(t *testing.T, c caller, uid string) {
	t.Helper()
	path, route := l.path(), "/api/config/namespaces/"+l.namespace+"/routes"
	c.ok(t, "POST "+route, fmt.Sprintf(`{"metadata":{"name":"to-it"},"spec":{"hops":[{"to":{"kind":%q,"namespace":%q,"name":%q}}]}}`, l.kind, l.namespace, l.name))
	c.has(t, c.ok(t, "GET "+path+"?response_format=GET_RSP_FORMAT_REFERRING_OBJECTS", ""),
		`{"referring_objects":[{"kind":"route","name":"to-it","namespace":%q,"tenant":"default"}]}`, l.namespace)
	if got := c.fails(t, "DELETE "+path, `{"fail_if_referred":true}`, http.StatusConflict); got["code"] != 9.0 {
		t.Errorf("a deletion that may not be fails with %v, want 9", got["code"])
	}
	broken := "GET " + route + "/to-it?response_format=GET_RSP_FORMAT_BROKEN_REFERENCES"
	c.has(t, c.ok(t, broken, ""), `{"disabled_referred_objects":[],"deleted_referred_objects":[]}`)
	c.ok(t, "PUT "+path, l.body(l.changed, `,"disable":true`))
	c.has(t, c.ok(t, broken, ""), `{"disabled_referred_objects":[{"kind":%q,"name":%q,"namespace":%q,"uid":%q}]}`, l.kind, l.name, l.namespace, uid)
	c.has(t, l.items(t, c, "")[0], `{"disabled":true}`)
	c.ok(t, "PUT "+path, l.body(l.changed, ""))
	c.has(t, c.ok(t, broken, ""), `{"disabled_referred_objects":[]}`)
}

// timeless is an answer without what differs from one moment to the next.
func timeless(value any) any {
	out := map[string]any{}
	for key, v := range value.(map[string]any) {
		if m, ok := v.(map[string]any); ok {
			v = timeless(m)
		}
		if !slices.Contains([]string{"modification_timestamp", "last_fetch_status", "last_successful_fetch"}, key) {
			out[key] = v
		}
	}
	return out
}

// caller asks as the administrator, and holds every answer to the vendor's
// document where that is at hand and knows the operation.
type caller struct {
	s   *apptest.Server
	doc *reference
}

func (c caller) do(t *testing.T, request, body string) apptest.Answer {
	t.Helper()
	method, target, _ := strings.Cut(request, " ")
	return c.s.Do(t, method, target, "", body, "Authorization: APIToken "+c.s.AdminToken)
}

func (c caller) ok(t *testing.T, request, body string) (value any) {
	t.Helper()
	a := c.do(t, request, body)
	if a.Status != http.StatusOK {
		t.Fatalf("%s %s\nanswers %d %s", request, body, a.Status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), &value); err != nil {
		t.Fatalf("%s answers %s: %v", request, a.Body, err)
	}
	if c.doc != nil {
		method, target, _ := strings.Cut(request, " ")
		if _, op := c.doc.find(method, target); op != nil {
			checkAnswer(t, op, a.Status, a.Body)
		}
	}
	return value
}

func (c caller) fails(t *testing.T, request, body string, want int) (failure map[string]any) {
	t.Helper()
	a := c.do(t, request, body)
	if err := json.Unmarshal([]byte(a.Body), &failure); err != nil || a.Status != want {
		t.Fatalf("%s %s\nanswers %d %s, want %d", request, body, a.Status, a.Body, want)
	}
	return failure
}

// has fails unless an answer has what the JSON says.
func (c caller) has(t *testing.T, got any, format string, args ...any) {
	t.Helper()
	var want any
	if err := json.Unmarshal(fmt.Appendf(nil, format, args...), &want); err != nil {
		t.Fatalf("%s: %v", fmt.Appendf(nil, format, args...), err)
	}
	if !has(got, want) {
		t.Errorf("the answer\n%s\nhas no\n%s", text(got), text(want))
	}
}
