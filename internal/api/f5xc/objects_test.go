package f5xc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// kindInTest is what there is to know of a kind for requests of its objects.
type kindInTest struct {
	path      string // of the list, from the namespace on
	namespace string
	spec      string
	bare      bool // needs no metadata
}

var kindsInTest = map[string]kindInTest{
	"contact":              {"/contacts", "shop", `{"city":"Seoul"}`, false},
	"authentication":       {"/authentications", "shop", `{"oidc_auth":{"oidc_client_id":"a","oidc_well_known_config_url":"https://a.example/c"}}`, false},
	"authorization_server": {"/authorization_servers", "shop", `{"jwks_uri":"https://a.example/jwks"}`, false},
	"user_identification":  {"/user_identifications", "shop", `{"rules":[{"client_ip":{}}]}`, false},
	"tenant_configuration": {"/tenant_configurations", "system", `{"password_policy":{"minimum_length":9}}`, true},
	"free":                 {"/origin_pools", "shop", `{"port":80}`, false},
	"free of web":          {"/portals", "shop", `{}`, false},
}

// base is where the objects of a kind are in its namespace, or in another.
func (k kindInTest) base(namespace string) string {
	group := "config"
	if k.path == "/contacts" || k.path == "/portals" {
		group = "web"
	}
	return "/api/" + group + "/namespaces/" + namespace + k.path
}

func (k kindInTest) body(name string) string {
	return fmt.Sprintf(`{"metadata":{"name":%q},"spec":%s}`, name, k.spec)
}

// answered checks the status, the code and a part of the message of an answer.
func answered(t *testing.T, what string, a apptest.Answer, status, code int, part string) {
	t.Helper()
	if a.Status == http.StatusOK && status == http.StatusOK {
		return
	}
	var f struct {
		Code    int               `json:"code"`
		Details []json.RawMessage `json:"details"`
		Message string            `json:"message"`
	}
	if err := json.Unmarshal([]byte(a.Body), &f); err != nil || a.Status != status || f.Code != code || f.Details == nil || !strings.Contains(f.Message, part) {
		t.Errorf("%s: %d %s, want %d, code %d and %q", what, a.Status, a.Body, status, code, part)
	}
}

func shop(t *testing.T, s *apptest.Server, tenant iam.Tenant) {
	t.Helper()
	if _, err := s.Tenancy.CreateNamespace(t.Context(), iam.System(tenant.ID, "test"), tenancy.NewNamespace{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
}

// What is wrong with a request is told, whatever the kind, and nothing is made.
func TestBadObjects(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		shop(t, s, s.Tenant)
		for kind, k := range kindsInTest {
			here := k.base(k.namespace)
			for what, tt := range map[string]struct {
				method, path, body string
				status, code       int
				part               string
			}{
				"no namespace":            {"POST", k.base("nowhere"), k.body("a"), 404, 5, ""},
				"no namespace to list":    {"GET", k.base("nowhere"), "", 404, 5, ""},
				"nothing there":           {"GET", here + "/nothing", "", 404, 5, "nothing"},
				"nothing to replace":      {"PUT", here + "/nothing", k.body("nothing"), 404, 5, "nothing"},
				"nothing to delete":       {"DELETE", here + "/nothing", "", 404, 5, "nothing"},
				"an upper-case name":      {"POST", here, k.body("Name"), 400, 3, "Field metadata.name should"},
				"a digit first":           {"POST", here, k.body("1a"), 400, 3, "Field metadata.name should"},
				"a hyphen last":           {"POST", here, k.body("a-"), 400, 3, "Field metadata.name should"},
				"a long name":             {"POST", here, k.body(strings.Repeat("a", 65)), 400, 3, "Field metadata.name should"},
				"a number for a name":     {"POST", here, `{"metadata":{"name":5},"spec":{}}`, 400, 3, "Field metadata.name should be a string"},
				"no name":                 {"POST", here, `{"metadata":{},"spec":{}}`, 400, 3, "Field metadata.name should be not nil"},
				"metadata in a list":      {"POST", here, `{"metadata":[],"spec":{}}`, 400, 3, "Field metadata should be an object"},
				"a list for a spec":       {"POST", here, `{"metadata":{"name":"a"},"spec":[]}`, 400, 3, "Field spec should be"},
				"not JSON":                {"POST", here, `{"metadata":`, 400, 3, "JSON"},
				"no body":                 {"POST", here, "", 400, 3, "required"},
				"another namespace":       {"POST", here, `{"metadata":{"name":"a","namespace":"default"},"spec":{}}`, 400, 3, "Field metadata.namespace should be"},
				"another name to replace": {"PUT", here + "/a", k.body("b"), 400, 3, `Field metadata.name should be "a"`},
				"another name to delete":  {"DELETE", here + "/a", `{"name":"b"}`, 400, 3, `Field name should be "a"`},
				"another namespace to delete": {"DELETE", here + "/a", `{"namespace":"default"}`, 400, 3,
					fmt.Sprintf("Field namespace should be %q", k.namespace)},
				"labels":       {"POST", here, `{"metadata":{"name":"a","labels":{"a b":"c"}},"spec":` + k.spec + `}`, 400, 3, "Field metadata.labels should"},
				"annotations":  {"POST", here, `{"metadata":{"name":"a","annotations":{"a":""}},"spec":` + k.spec + `}`, 400, 3, "Field metadata.annotations"},
				"description":  {"POST", here, `{"metadata":{"name":"a","description":"` + strings.Repeat("x", 1201) + `"},"spec":` + k.spec + `}`, 400, 3, "Field metadata.description should"},
				"format":       {"GET", here + "/a?response_format=JSON", "", 400, 3, "Field response_format should"},
				"selector":     {"GET", here + "?label_filter=a%20in%20b", "", 400, 3, "Field label_filter should"},
				"a version":    {"PUT", here + "/a", `{"metadata":{"name":"a"},"spec":{},"resource_version":"new"}`, 400, 3, "Field resource_version should"},
				"version zero": {"PUT", here + "/a", `{"metadata":{"name":"a"},"spec":{},"resource_version":"0"}`, 400, 3, "Field resource_version should"},
			} {
				answered(t, kind+": "+what, s.Do(t, tt.method, tt.path, s.AdminToken, tt.body), tt.status, tt.code, tt.part)
			}
			if !k.bare {
				answered(t, kind+": no metadata", s.Do(t, "POST", here, s.AdminToken, `{"spec":`+k.spec+`}`), 400, 3, "Field metadata should be not nil")
			}
			if a := s.Do(t, "GET", here, s.AdminToken, ""); a.Body != `{"items":[],"errors":[]}` {
				t.Errorf("%s: after refusals there is %s", kind, a.Body)
			}
		}
		for what, path := range map[string]string{
			"no plural": "/api/config/namespaces/shop/thing", "upper case": "/api/config/namespaces/shop/Things", "a kind of web": "/api/config/namespaces/shop/contacts",
			"a kind of config": "/api/web/namespaces/shop/authentications", "users": "/api/config/namespaces/shop/users",
			"namespaces": "/api/config/namespaces/shop/namespaces", "what is active": "/api/config/namespaces/shop/active_alert_policiess",
		} {
			answered(t, what, s.Do(t, "GET", path, s.AdminToken, ""), 404, 5, "")
			answered(t, what, s.Do(t, "GET", path+"/a", s.AdminToken, ""), 404, 5, "")
			answered(t, what, s.Do(t, "PUT", path+"/a", s.AdminToken, `{"metadata":{"name":"a"},"spec":{}}`), 404, 5, "")
			answered(t, what, s.Do(t, "DELETE", path+"/a", s.AdminToken, ""), 404, 5, "")
		}
	})
}

// Every kind asks for its right in the namespace of the path, and no other
// gives it.
func TestRightsOfObjects(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		shop(t, s, s.Tenant)
		for kind, k := range kindsInTest {
			here := k.base(k.namespace)
			right := func(verb string) iam.Permission {
				switch {
				case !k.bare:
					return iam.Permission("objects." + verb)
				case verb == "read":
					return iam.SettingsRead
				default:
					return iam.SettingsUpdate
				}
			}
			id := strings.ReplaceAll(kind, " ", "-")
			in := func(name, namespace string, permissions ...iam.Permission) string {
				role := s.NewRole(t, s.Tenant, id+"-"+name, permissions...)
				m := s.NewMember(t, s.Tenant, id+"-"+name+"@example.com")
				if _, err := s.Access.Bind(t.Context(), s.Operator(), iam.Binding{User: m.User.ID, Role: role.ID, Scope: iam.Scope(namespace)}); err != nil {
					t.Fatal(err)
				}
				return m.Token
			}
			elsewhere := in("elsewhere", "default", "*")
			other := in("other", k.namespace, "namespaces.*", "users.*", "roles.*")
			for _, step := range []struct{ verb, method, path, body string }{
				{"create", "POST", here, k.body("made")},
				{"read", "GET", here, ""},
				{"read", "GET", here + "/made", ""},
				{"update", "PUT", here + "/made", k.body("made")},
				{"delete", "DELETE", here + "/made", ""},
			} {
				what := kind + ": " + step.method + " " + step.path
				for _, token := range []string{elsewhere, other} {
					answered(t, what, s.Do(t, step.method, step.path, token, step.body), 403, 7, "right")
				}
				may := in(fmt.Sprintf("%s-%d", step.verb, len(step.path)), k.namespace, right(step.verb))
				if a := s.Do(t, step.method, step.path, may, step.body); a.Status != http.StatusOK {
					t.Errorf("%s: %d %s with the right %s", what, a.Status, a.Body, right(step.verb))
				}
			}
		}
	})
}

// What one tenant has is not there for another, whatever names it is asked by.
func TestObjectsOfOtherTenants(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		stranger := s.NewTenant(t, "other")
		shop(t, s, s.Tenant)
		shop(t, s, stranger.Tenant)
		for kind, k := range kindsInTest {
			here := k.base(k.namespace)
			if a := s.Do(t, "POST", here, s.AdminToken, k.body("ours")); a.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", kind, a.Status, a.Body)
			}
			answered(t, kind+": read", s.Do(t, "GET", here+"/ours", stranger.Token, ""), 404, 5, "")
			answered(t, kind+": replaced", s.Do(t, "PUT", here+"/ours", stranger.Token, k.body("ours")), 404, 5, "")
			answered(t, kind+": deleted", s.Do(t, "DELETE", here+"/ours", stranger.Token, ""), 404, 5, "")
			answered(t, kind+": of a tenant named in the path", s.Do(t, "GET", "/t/default"+here+"/ours", stranger.Token, ""), 401, 16, "")
			if a := s.Do(t, "GET", here, stranger.Token, ""); a.Body != `{"items":[],"errors":[]}` {
				t.Errorf("%s: listed %s", kind, a.Body)
			}
			a := s.Do(t, "GET", here+"/ours", s.AdminToken, "")
			if a.Status != http.StatusOK || a.Header.Get("ETag") != `"1"` {
				t.Errorf("%s: afterwards %d %s", kind, a.Status, a.Body)
			}
		}
	})
}

// A disabled namespace takes nothing in and changes nothing, and can be read.
func TestDisabledNamespace(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		shop(t, s, s.Tenant)
		k := kindsInTest["contact"]
		here := k.base("shop")
		if a := s.Do(t, "POST", here, s.AdminToken, k.body("a")); a.Status != http.StatusOK {
			t.Fatal(a.Body)
		}
		if a := s.Do(t, "PUT", "/api/web/namespaces/shop", s.AdminToken, `{"metadata":{"name":"shop","disable":true}}`); a.Status != http.StatusOK {
			t.Fatal(a.Body)
		}
		answered(t, "create", s.Do(t, "POST", here, s.AdminToken, k.body("b")), 409, 9, "disabled")
		answered(t, "replace", s.Do(t, "PUT", here+"/a", s.AdminToken, k.body("a")), 409, 9, "disabled")
		answered(t, "activate", s.Do(t, "POST", "/api/config/namespaces/shop/active_alert_policies", s.AdminToken, `{}`), 409, 9, "disabled")
		answered(t, "read", s.Do(t, "GET", here+"/a", s.AdminToken, ""), 200, 0, "")
		if a := s.Do(t, "GET", "/api/web/namespaces?report_status_fields=", s.AdminToken, ""); !strings.Contains(a.Body, `"status":"Disabled"`) {
			t.Errorf("the status does not tell: %s", a.Body)
		}
	})
}

// Who made something is told by name, as long as they are there.
func TestCreators(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		shop(t, s, s.Tenant)
		m := s.NewMember(t, s.Tenant, "lee@example.com", "admin")
		k := kindsInTest["contact"]
		if a := s.Do(t, "POST", k.base("shop"), m.Token, k.body("a")); !strings.Contains(a.Body, `"creator_id":"lee@example.com"`) {
			t.Errorf("made: %s", a.Body)
		}
		list := k.base("shop") + "?report_fields"
		if a := s.Do(t, "GET", list, s.AdminToken, ""); !strings.Contains(a.Body, `"creator_class":"user","creator_id":"lee@example.com"`) {
			t.Errorf("listed: %s", a.Body)
		}
		if _, err := s.Directory.DeleteUser(t.Context(), s.Operator(), directory.UserKey{ID: m.User.ID}); err != nil {
			t.Fatal(err)
		}
		if a := s.Do(t, "GET", list, s.AdminToken, ""); !strings.Contains(a.Body, fmt.Sprintf(`"creator_id":%q`, m.User.ID)) {
			t.Errorf("after the end of the user: %s", a.Body)
		}
		if a := s.Do(t, "GET", "/api/web/namespaces/system", s.AdminToken, ""); !strings.Contains(a.Body, `"creator_class":"gatehouse","creator_id":""`) {
			t.Errorf("what nobody made: %s", a.Body)
		}
	})
}

// The metadata of a tenant's configuration stays when it is written without.
func TestReplaceWithoutMetadata(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		k := kindsInTest["tenant_configuration"]
		here := k.base("system")
		if a := s.Do(t, "POST", here, s.AdminToken, `{"metadata":{"name":"ours","labels":{"a":"b"},"description":"said once"},"spec":`+k.spec+`}`); a.Status != http.StatusOK {
			t.Fatal(a.Body)
		}
		a := s.Do(t, "PUT", here+"/ours", s.AdminToken, `{"spec":{"password_policy":{"minimum_length":12}}}`, `If-Match: "1"`)
		if a.Status != http.StatusOK || a.Body != "{}" || a.Header.Get("ETag") != `"2"` {
			t.Errorf("replaced: %d %s", a.Status, a.Body)
		}
		a = s.Do(t, "GET", here+"/ours?response_format=GET_RSP_FORMAT_FOR_REPLACE", s.AdminToken, "")
		for _, part := range []string{`"labels":{"a":"b"}`, `"description":"said once"`, `"replace_form":{"spec":{"password_policy":{`, `"minimum_length":12`} {
			if !strings.Contains(a.Body, part) {
				t.Errorf("no %s in %s", part, a.Body)
			}
		}
		answered(t, "stale", s.Do(t, "PUT", here+"/ours", s.AdminToken, `{"spec":{}}`, `If-Match: "1"`), 409, 10, "")
		answered(t, "a second one", s.Do(t, "POST", here, s.AdminToken, k.body("more")), 409, 9, "")
	})
}
