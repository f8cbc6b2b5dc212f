package f5xc_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// somebody is a new user who holds permissions in a scope.
func somebody(t *testing.T, s *apptest.Server, name string, scope iam.Scope, permissions ...iam.Permission) apptest.Member {
	t.Helper()
	role := s.NewRole(t, s.Tenant, name, permissions...)
	m := s.NewMember(t, s.Tenant, name+"@example.com")
	if _, err := s.Access.Bind(t.Context(), s.Operator(), iam.Binding{User: m.User.ID, Role: role.ID, Scope: scope}); err != nil {
		t.Fatal(err)
	}
	return m
}

// namesIn are the names of the items of an answer.
func namesIn(t *testing.T, a apptest.Answer, member string) []string {
	t.Helper()
	var list struct{ Items []map[string]any }
	if err := json.Unmarshal([]byte(a.Body), &list); err != nil || a.Status != http.StatusOK {
		t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
	var names []string
	for _, i := range list.Items {
		names = append(names, i[member].(string))
	}
	return names
}

// A list shows what the caller may read, and one namespace asks for the right
// in itself.
func TestNamespacesShown(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		by := s.Operator()
		for _, name := range []string{"shop", "bank"} {
			if _, err := s.Tenancy.CreateNamespace(t.Context(), by, tenancy.NewNamespace{Name: name, Labels: map[string]string{"is": name}}); err != nil {
				t.Fatal(err)
			}
		}
		group, err := s.Tenancy.CreateNamespaceGroup(t.Context(), by, tenancy.NewNamespaceGroup{Name: "Retail", Namespaces: []string{"shop", "bank"}})
		if err != nil {
			t.Fatal(err)
		}
		for what, tt := range map[string]struct {
			scope iam.Scope
			holds iam.Permission
			sees  []string
		}{
			"tenant":       {iam.ScopeTenant, "namespaces.read", []string{"bank", "default", "shared", "shop", "system"}},
			"system":       {"system", "namespaces.*", []string{"bank", "default", "shared", "shop", "system"}},
			"applications": {iam.ScopeApplications, "*", []string{"bank", "default", "shared", "shop"}},
			"shop":         {"shop", "namespaces.read", []string{"shop"}},
			"group":        {iam.GroupScope(group.ID), "*.read", []string{"bank", "shop"}},
			"another":      {"shop", "objects.*", nil},
		} {
			m := somebody(t, s, what, tt.scope, tt.holds)
			if got := namesIn(t, s.Do(t, "GET", "/api/web/namespaces", m.Token, ""), "name"); !slices.Equal(got, tt.sees) {
				t.Errorf("%s: sees %q, want %q", what, got, tt.sees)
			}
			status := http.StatusForbidden
			if slices.Contains(tt.sees, "shop") && what != "system" {
				status = http.StatusOK
			}
			if a := s.Do(t, "GET", "/api/web/namespaces/shop", m.Token, ""); a.Status != status {
				t.Errorf("%s: reads shop: %d %s, want %d", what, a.Status, a.Body, status)
			}
		}
		for query, want := range map[string][]string{
			"label_filter=is": {"bank", "shop"}, "label_filter=is%3Dshop": {"shop"}, "label_filter=!is&namespace=system": {"default", "shared", "system"},
			"label_filter=is+notin+(shop),is": {"bank"},
		} {
			if got := namesIn(t, s.Do(t, "GET", "/api/web/namespaces?"+query, s.AdminToken, ""), "name"); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		answered(t, "nobody", s.Do(t, "GET", "/api/web/namespaces", "", ""), 401, 16, "")
		answered(t, "of a namespace", s.Do(t, "GET", "/api/web/namespaces?namespace=shop", s.AdminToken, ""), 400, 3, "Field namespace should be empty")
		answered(t, "in a namespace", s.Do(t, "GET", "/api/web/namespaces/shop?namespace=bank", s.AdminToken, ""), 400, 3, "Field namespace should be empty")
	})
}

func TestBadNamespaces(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for what, tt := range map[string]struct {
			method, path, body string
			status, code       int
			part               string
		}{
			"a digit first":      {"POST", "", `{"metadata":{"name":"1a"}}`, 400, 3, "Field metadata.name should"},
			"a dot":              {"POST", "", `{"metadata":{"name":"a.b"}}`, 400, 3, "Field metadata.name should"},
			"a long name":        {"POST", "", `{"metadata":{"name":"` + strings.Repeat("a", 65) + `"}}`, 400, 3, "Field metadata.name should"},
			"no name":            {"POST", "", `{"metadata":{"namespace":""}}`, 400, 3, "Field metadata.name should be not nil"},
			"in a namespace":     {"POST", "", `{"metadata":{"name":"a","namespace":"shared"}}`, 400, 3, "Field metadata.namespace should be empty"},
			"an annotation":      {"POST", "", `{"metadata":{"name":"a","annotations":{"a":""}}}`, 400, 3, "Field metadata.annotations"},
			"labels in a list":   {"POST", "", `{"metadata":{"name":"a","labels":["a"]}}`, 400, 3, "Field metadata.labels should"},
			"a builtin one":      {"POST", "", `{"metadata":{"name":"system"}}`, 409, 6, "Object already exists"},
			"a spec in a list":   {"POST", "", `{"metadata":{"name":"a"},"spec":[]}`, 400, 3, "Field spec should be an object"},
			"not there":          {"GET", "/nowhere", "", 404, 5, "nowhere"},
			"replace nothing":    {"PUT", "/nowhere", `{"metadata":{"name":"nowhere"}}`, 404, 5, "nowhere"},
			"replace another":    {"PUT", "/default", `{"metadata":{"name":"shared"}}`, 400, 3, `Field metadata.name should be "default"`},
			"replace in another": {"PUT", "/default", `{"metadata":{"name":"default","namespace":"shared"}}`, 400, 3, "Field metadata.namespace should be empty"},
			"a stale version":    {"PUT", "/default", `{"metadata":{"name":"default"},"resource_version":"9"}`, 409, 10, "changed"},
			"disable system":     {"PUT", "/system", `{"metadata":{"name":"system","disable":true}}`, 409, 9, "cannot be disabled"},
			"delete nothing":     {"POST", "/nowhere/cascade_delete", `{}`, 404, 5, "nowhere"},
			"delete another":     {"POST", "/default/cascade_delete", `{"name":"shared"}`, 400, 3, `Field name should be "default"`},
			"delete system":      {"POST", "/system/cascade_delete", `{"name":"system"}`, 409, 9, "cannot be deleted"},
			"advertise nowhere":  {"POST", "/../../config/namespaces/system/update_allow_advertise_on_public", "{}", 404, 5, ""},
		} {
			answered(t, what, s.Do(t, tt.method, "/api/web/namespaces"+tt.path, s.AdminToken, tt.body), tt.status, tt.code, tt.part)
		}
		const advertise = "/api/config/namespaces/system/update_allow_advertise_on_public"
		answered(t, "advertise nothing", s.Do(t, "POST", advertise, s.AdminToken, `{}`), 400, 3, "Field namespace should be not nil")
		answered(t, "advertise somehow", s.Do(t, "POST", advertise, s.AdminToken, `{"namespace":"default","allow_advertise_on_public":"Maybe"}`), 400, 3,
			"Field allow_advertise_on_public should be one of Default, Enable, Disable")
		answered(t, "advertise nowhere", s.Do(t, "POST", advertise, s.AdminToken, `{"namespace":"nowhere"}`), 404, 5, "nowhere")
		if got := namesIn(t, s.Do(t, "GET", "/api/web/namespaces", s.AdminToken, ""), "name"); len(got) != 3 {
			t.Errorf("after refusals there are %q", got)
		}
	})
}

// The right in "system", which the path names, does not reach the namespace
// that the body names.
func TestAdvertise(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		shop(t, s, s.Tenant)
		const path = "/api/config/namespaces/system/update_allow_advertise_on_public"
		const body = `{"namespace":"shop","allow_advertise_on_public":1}`
		for name, scope := range map[string]iam.Scope{"in-system": "system", "in-shop": "shop"} {
			m := somebody(t, s, name, scope, "namespaces.*")
			answered(t, name, s.Do(t, "POST", path, m.Token, body), 403, 7, "namespaces.update")
		}
		if n, err := s.Tenancy.Namespace(t.Context(), s.Operator(), "shop"); err != nil || n.Advertise != "" || n.Version != 1 {
			t.Errorf("after refusals %+v, %v", n, err)
		}
		m := somebody(t, s, "everywhere", iam.ScopeTenant, "namespaces.update")
		for _, step := range []struct{ body, want string }{{body, "Enable"}, {`{"namespace":"shop"}`, "Default"},
			{`{"namespace":"shop","allow_advertise_on_public":"Disable"}`, "Disable"}} {
			if a := s.Do(t, "POST", path, m.Token, step.body); a.Body != `{"result":true}` {
				t.Errorf("%s: %d %s", step.body, a.Status, a.Body)
			}
			if n, err := s.Tenancy.Namespace(t.Context(), s.Operator(), "shop"); err != nil || n.Advertise != step.want {
				t.Errorf("%s: %q, %v", step.body, n.Advertise, err)
			}
		}
	})
}

// Who could not take away the roles that are given in a namespace removes
// neither it nor what is in it.
func TestCascadeDelete(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		shop(t, s, s.Tenant)
		for _, target := range []string{"/api/web/namespaces/shop/contacts", "/api/config/namespaces/shop/origin_pools"} {
			if a := s.Do(t, "POST", target, s.AdminToken, `{"metadata":{"name":"a"},"spec":{}}`); a.Status != http.StatusOK {
				t.Fatal(a.Body)
			}
		}
		// Something of another namespace refers to what goes.
		const front = "/api/config/namespaces/default/http_loadbalancers"
		if a := s.Do(t, "POST", front, s.AdminToken, `{"metadata":{"name":"front"},"spec":{"origin_pool":{"name":"a","namespace":"shop"}}}`); a.Status != http.StatusOK {
			t.Fatal(a.Body)
		}
		somebody(t, s, "strong", "shop", "users.*")
		weak := somebody(t, s, "weak", iam.ScopeTenant, "namespaces.*", "objects.*")
		const end = "/api/web/namespaces/shop/cascade_delete"
		answered(t, "weak", s.Do(t, "POST", end, weak.Token, `{"name":"shop"}`), 403, 7, "")
		if got := namesIn(t, s.Do(t, "GET", "/api/web/namespaces/shop/contacts", s.AdminToken, ""), "name"); len(got) != 1 {
			t.Errorf("after a refusal there are %q", got)
		}
		a := s.Do(t, "POST", end, s.AdminToken, `{"name":"shop"}`)
		if got := namesIn(t, a, "object_type"); !slices.Equal(got, []string{"contact", "origin_pool"}) || strings.Count(a.Body, `"error_message":""`) != 2 {
			t.Errorf("removed %s", a.Body)
		}
		answered(t, "gone", s.Do(t, "GET", "/api/web/namespaces/shop", s.AdminToken, ""), 404, 5, "")
		a = s.Do(t, "GET", front+"/front?response_format=GET_RSP_FORMAT_BROKEN_REFERENCES", s.AdminToken, "")
		if !strings.Contains(a.Body, `"deleted_referred_objects":[{"kind":"origin_pool","name":"a","namespace":"shop"`) {
			t.Errorf("what referred to it: %s", a.Body)
		}
		shop(t, s, s.Tenant) // the name is free again, and nothing is left
		if got := namesIn(t, s.Do(t, "GET", "/api/web/namespaces/shop/contacts", s.AdminToken, ""), "name"); got != nil {
			t.Errorf("a new namespace has %q", got)
		}
	})
}
