package f5xc_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	webRoles    = "/api/web/namespaces/system/roles"
	customRoles = "/api/web/custom/namespaces/system/roles"
)

// customRole is a request to make a role of API groups.
func customRole(name string, groups ...string) string {
	return fmt.Sprintf(`{"api_groups":[%s],"metadata":{"name":%q},"namespace":"system"}`, `"`+strings.Join(groups, `","`)+`"`, name)
}

// holder is a caller who is somebody else than the administrator.
type holder struct {
	*apptest.Server
	token string
}

func (h holder) do(t *testing.T, request, body string, headers ...string) apptest.Answer {
	t.Helper()
	method, target, _ := strings.Cut(request, " ")
	return h.Do(t, method, target, "", body, append(headers, "Authorization: APIToken "+h.token)...)
}

// refused demands a failure of a status whose message has the words.
func (h holder) refused(t *testing.T, request, body string, status int, words ...string) {
	t.Helper()
	a := h.do(t, request, body)
	if a.Status != status {
		t.Errorf("%s %s: %d %s, want %d", request, body, a.Status, a.Body, status)
	}
	for _, w := range words {
		if !strings.Contains(a.Body, w) {
			t.Errorf("%s: %s does not say %q", request, a.Body, w)
		}
	}
}

func TestRoleBadInput(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := holder{s, s.AdminToken}
		c := caller{s, loadReference(t)}
		c.ok(t, "POST "+customRoles, customRole("mine", "gatehouse-users-read"))
		many := make([]string, 257)
		for i := range many {
			many[i] = "gatehouse-users-read"
		}
		for name, tt := range map[string]struct {
			request, body string
			status        int
			words         []string
		}{
			"no name":          {"POST " + webRoles, `{"metadata":{"description":"x"}}`, 400, []string{`"code":3`, "Field metadata.name should be not nil"}},
			"no metadata":      {"POST " + webRoles, `{}`, 400, []string{"Field metadata.name should be not nil"}},
			"not a label":      {"POST " + webRoles, `{"metadata":{"name":"Not a Label"}}`, 400, []string{"Field metadata.name should be a DNS label"}},
			"too long":         {"POST " + webRoles, `{"metadata":{"name":"` + strings.Repeat("a", 65) + `"}}`, 400, []string{"Field metadata.name should"}},
			"other namespace":  {"POST " + webRoles, `{"metadata":{"name":"a","namespace":"default"}}`, 400, []string{"Field metadata.namespace should"}},
			"label":            {"POST " + webRoles, `{"metadata":{"name":"a","labels":{"-":"b"}}}`, 400, []string{"Field metadata.labels"}},
			"label value":      {"POST " + webRoles, `{"metadata":{"name":"a","labels":{"b":"no spaces"}}}`, 400, []string{"Field metadata.labels"}},
			"annotation":       {"POST " + webRoles, `{"metadata":{"name":"a","annotations":{"b":""}}}`, 400, []string{"Field metadata.annotations"}},
			"description":      {"POST " + webRoles, `{"metadata":{"name":"a","description":"` + strings.Repeat("a", 1201) + `"}}`, 400, []string{"Field metadata.description should"}},
			"taken":            {"POST " + webRoles, `{"metadata":{"name":"mine"}}`, 409, []string{`"code":6`, "Object already exists"}},
			"taken, built in":  {"POST " + webRoles, `{"metadata":{"name":"ves-io-admin-role"}}`, 409, []string{`"code":6`}},
			"no API group":     {"POST " + customRoles, `{"metadata":{"name":"a"},"namespace":"system"}`, 400, []string{"Field api_groups should"}},
			"unknown group":    {"POST " + customRoles, customRole("a", "nobody-knows"), 400, []string{"Field api_groups should", "nobody-knows"}},
			"too many rules":   {"POST " + customRoles, customRole("a", many...), 400, []string{"Field api_groups should have at most 256 items"}},
			"const namespace":  {"POST " + customRoles, `{"metadata":{"name":"a"},"namespace":"shared","api_groups":["gatehouse-users-read"]}`, 400, []string{"Field namespace should"}},
			"where none are":   {"GET /api/web/namespaces/default/roles", "", 404, []string{`"code":5`}},
			"made elsewhere":   {"POST /api/web/custom/namespaces/default/roles", customRole("a", "gatehouse-users-read"), 404, nil},
			"nowhere":          {"GET /api/web/namespaces/nowhere/rbac_policys", "", 404, nil},
			"bindings there":   {"GET /api/web/namespaces/shared/namespace_roles", "", 404, nil},
			"none":             {"GET " + webRoles + "/nobody", "", 404, nil},
			"no policy":        {"GET /api/web/namespaces/system/rbac_policys/nobody", "", 404, nil},
			"no binding":       {"GET /api/web/namespaces/system/namespace_roles/nobody", "", 404, nil},
			"selector":         {"GET " + webRoles + "?label_filter=a+in+b", "", 400, []string{"Field label_filter should"}},
			"format":           {"GET " + webRoles + "/mine?response_format=ALL", "", 400, []string{"Field response_format should"}},
			"name in body":     {"PUT " + webRoles + "/mine", `{"metadata":{"name":"yours"}}`, 400, []string{"Field metadata.name should"}},
			"name in custom":   {"PUT " + customRoles + "/mine", `{"name":"yours","namespace":"system","api_groups":["gatehouse-users-read"]}`, 400, []string{"Field name should"}},
			"name in deletion": {"DELETE " + webRoles + "/mine", `{"name":"yours"}`, 400, []string{"Field name should"}},
			"place in body":    {"DELETE " + webRoles + "/mine", `{"namespace":"shared"}`, 400, []string{"Field namespace should"}},
			"replace built in": {"PUT " + webRoles + "/ves-io-admin-role", `{"metadata":{"name":"ves-io-admin-role"}}`, 409, []string{`"code":9`, "built in"}},
			"regroup built in": {"PUT " + customRoles + "/admin", `{"namespace":"system","api_groups":["gatehouse-users-read"]}`, 409, []string{"built in"}},
			"delete built in":  {"DELETE " + webRoles + "/ves-io-admin-role", "", 409, []string{"built in"}},
			"no method":        {"PATCH " + webRoles, "", 501, []string{`"code":12`}},
		} {
			t.Run(name, func(t *testing.T) { h.refused(t, tt.request, tt.body, tt.status, tt.words...) })
		}
		names := []string{}
		for _, item := range c.ok(t, "GET "+webRoles, "").(map[string]any)["items"].([]any) {
			if n := item.(map[string]any)["name"].(string); !strings.HasPrefix(n, "ves-io") {
				names = append(names, n)
			}
		}
		if !slices.Equal(names, []string{"admin", "guest", "mine", "partner", "read", "root", "user"}) {
			t.Errorf("afterwards there are %v", names)
		}
	})
}

// TestRoleLife: what one form writes the other shows, and the policy too.
func TestRoleLife(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		h := holder{s, s.AdminToken}
		c.ok(t, "POST "+webRoles, `{"metadata":{"name":"auditor","labels":{"team":"a"},"annotations":{"why":"law"},"description":"Looks","disable":true}}`)
		c.ok(t, "POST "+webRoles, `{"metadata":{"name":"`+strings.Repeat("a", 64)+`","description":"`+strings.Repeat("a", 1200)+`"}}`)
		made := c.ok(t, "GET "+webRoles+"/auditor", "")
		c.has(t, made, `{"metadata":{"name":"auditor","namespace":"system","labels":{"team":"a"},"annotations":{"why":"law"},"description":"Looks","disable":true}}`)
		c.has(t, c.ok(t, "GET "+customRoles+"/auditor", ""), `{"api_groups":[],"object":{"metadata":{"disable":true}}}`)

		c.ok(t, "PUT "+customRoles+"/auditor", `{"namespace":"system","api_groups":["gatehouse-users-read","gatehouse-roles-read","gatehouse-users-read"]}`)
		c.has(t, c.ok(t, "GET /api/web/namespaces/system/rbac_policys/auditor", ""),
			`{"spec":{"rules":[{"api_group":"gatehouse-roles-read"},{"api_group":"gatehouse-users-read"}]},"metadata":{"name":"auditor"}}`)
		c.has(t, c.ok(t, "GET "+webRoles+"/auditor", ""), `{"metadata":{"labels":{"team":"a"},"annotations":{"why":"law"},"disable":true}}`)

		// The filter of labels, here and of policies.
		for _, at := range []string{webRoles, "/api/web/namespaces/system/rbac_policys"} {
			if n := len(c.ok(t, "GET "+at+"?label_filter=team%3Da", "").(map[string]any)["items"].([]any)); n != 1 {
				t.Errorf("%s: %d have the label", at, n)
			}
			if n := len(c.ok(t, "GET "+at+"?label_filter=team+notin+(a)", "").(map[string]any)["items"].([]any)); n < 6 {
				t.Errorf("%s: %d have it not", at, n)
			}
		}

		// A stale version changes nothing; what is left out of a replace goes.
		tag := h.do(t, "GET "+webRoles+"/auditor", "").Header.Get("ETag")
		body := `{"metadata":{"name":"auditor","description":"Looks again"}}`
		if a := h.do(t, "PUT "+webRoles+"/auditor", body, "If-Match: "+tag); a.Status != 200 || a.Body != "{}" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if a := h.do(t, "PUT "+webRoles+"/auditor", body, "If-Match: "+tag); a.Status != 409 || !strings.Contains(a.Body, `"code":10`) {
			t.Errorf("stale: %d %s", a.Status, a.Body)
		}
		a := h.do(t, "GET "+webRoles+"/auditor", "")
		if strings.Contains(a.Body, "team") || strings.Contains(a.Body, "law") || !strings.Contains(a.Body, `"disable":false`) {
			t.Errorf("after the replace: %s", a.Body)
		}

		// Who has it is in the way of a deletion that asks.
		u := s.NewMember(t, s.Tenant, "mina", "auditor")
		group := s.Do(t, "POST", "/api/web/custom/namespaces/system/user_groups", s.AdminToken,
			`{"name":"auditors","usernames":["mina"],"namespace_roles":[{"namespace":"shared","role":"auditor"}]}`)
		if group.Status != 200 {
			t.Fatalf("%d %s", group.Status, group.Body)
		}
		c.has(t, c.ok(t, "GET "+webRoles+"/auditor?response_format=GET_RSP_FORMAT_REFERRING_OBJECTS", ""),
			`{"referring_objects":[{"kind":"namespace_role"},{"kind":"user_group","name":"auditors","namespace":"system"}]}`)
		h.refused(t, "DELETE "+webRoles+"/auditor", `{"fail_if_referred":true,"name":"auditor","namespace":"system"}`, 409, `"code":9`)

		roles := c.ok(t, "GET /api/web/namespaces/system/namespace_roles?report_fields=x", "").(map[string]any)["items"].([]any)
		var of []any
		for _, r := range roles {
			if dig(t, r, "get_spec.user.0.name") == "mina" {
				of = append(of, r)
			}
		}
		if len(of) != 2 || dig(t, of[0], "get_spec.namespace") != "system" || dig(t, of[1], "get_spec.namespace") != "*" {
			t.Fatalf("mina has %s", text(of))
		}
		for _, r := range of {
			one := c.ok(t, "GET /api/web/namespaces/system/namespace_roles/"+dig(t, r, "name"), "")
			c.has(t, one, `{"spec":{"role":[{"kind":"role","name":"auditor"}],"user":[{"kind":"user","uid":%q}]}}`, u.User.ID)
		}

		if a := h.do(t, "DELETE "+webRoles+"/auditor", ""); a.Status != 200 || a.Body != "{}" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		h.refused(t, "GET "+webRoles+"/auditor", "", 404)
		h.refused(t, "GET /api/web/namespaces/system/rbac_policys/auditor", "", 404)

		// A name that was another's once means whose it is now, or nobody.
		c.ok(t, "POST "+webRoles, `{"metadata":{"name":"before"}}`)
		if _, err := s.Access.UpdateRole(t.Context(), s.Operator(), access.RoleKey{Name: "before"}, access.RoleChange{Name: new("after")}); err != nil {
			t.Fatal(err)
		}
		h.refused(t, "DELETE "+webRoles+"/before", "", 404)
		c.ok(t, "POST "+webRoles, `{"metadata":{"name":"before","description":"Another"}}`)
		c.has(t, c.ok(t, "GET "+webRoles+"/before", ""), `{"metadata":{"name":"before","description":"Another"}}`)
		c.has(t, c.ok(t, "GET "+webRoles+"/after", ""), `{"metadata":{"name":"after","description":""}}`)
	})
}

// TestBuiltinRolesInAPIGroups: what a built-in role is told to consist of makes
// a role that allows the same.
func TestBuiltinRolesInAPIGroups(t *testing.T) {
	s := apptest.SQLite(t)
	c := caller{s, loadReference(t)}
	for role, want := range map[string]string{
		"ves-io-admin-role":     `["gatehouse-all"]`,
		"ves-io-default-role":   `["gatehouse-namespaces-read","gatehouse-objects-read"]`,
		"ves-io-developer-role": `["gatehouse-namespaces-read","gatehouse-objects-read","gatehouse-objects-write"]`,
		"guest":                 `[]`,
	} {
		c.has(t, c.ok(t, "GET "+customRoles+"/"+role, ""), `{"api_groups":%s}`, want)
	}
}

// TestNobodyEscalatesByRoles: as somebody who may change all roles, and little
// else; and as an administrator of one namespace.
func TestNobodyEscalatesByRoles(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		s.NewRole(t, s.Tenant, "manager", "roles.*", iam.UsersRead)
		keeper := holder{s, s.NewMember(t, s.Tenant, "keeper", "manager").Token}
		c.ok(t, "POST "+customRoles, customRole("powerful", "gatehouse-all"))
		c.ok(t, "POST "+customRoles, customRole("harmless", "gatehouse-users-read"))
		c.ok(t, "POST /api/web/custom/namespaces/system/user_roles",
			`{"email":"local@example.com","first_name":"L","last_name":"O","namespace":"system","type":"SERVICE","namespace_roles":[{"namespace":"shared","role":"ves-io-admin-role"}]}`)
		c.ok(t, "POST /api/web/custom/namespaces/system/user_roles",
			`{"email":"sys@example.com","first_name":"S","last_name":"Y","namespace":"system","type":"SERVICE","namespace_roles":[{"namespace":"system","role":"ves-io-admin-role"}]}`)
		local := holder{s, tokenOf(t, s, "local@example.com")}
		inSystem := holder{s, tokenOf(t, s, "sys@example.com")}

		for name, tt := range map[string]struct {
			by            holder
			request, body string
			status        int
		}{
			"more than one's own":     {keeper, "POST " + customRoles, customRole("mine", "gatehouse-all"), 403},
			"what one lacks":          {keeper, "POST " + customRoles, customRole("mine", "gatehouse-roles-read", "gatehouse-users-write"), 403},
			"more for another":        {keeper, "PUT " + customRoles + "/harmless", `{"namespace":"system","api_groups":["gatehouse-all"]}`, 403},
			"less than there is":      {keeper, "PUT " + customRoles + "/powerful", `{"namespace":"system","api_groups":["gatehouse-users-read"]}`, 403},
			"the end of it":           {keeper, "DELETE " + webRoles + "/powerful", "", 403},
			"its state":               {keeper, "PUT " + webRoles + "/powerful", `{"metadata":{"name":"powerful","disable":true}}`, 403},
			"an own one":              {keeper, "POST " + customRoles, customRole("ours", "gatehouse-roles-read"), 200},
			"of one namespace":        {local, "GET " + webRoles, "", 403},
			"of one namespace, there": {local, "GET /api/web/namespaces/shared/roles", "", 404},
			"of one namespace, more":  {local, "POST /api/web/custom/namespaces/shared/roles", customRole("mine", "gatehouse-users-read"), 404},
			"of system":               {inSystem, "GET " + webRoles, "", 200},
			"of system, for all":      {inSystem, "POST " + customRoles, customRole("mine", "gatehouse-users-read"), 403},
		} {
			t.Run(name, func(t *testing.T) {
				if a := tt.by.do(t, tt.request, tt.body); a.Status != tt.status {
					t.Errorf("%d %s, want %d", a.Status, a.Body, tt.status)
				}
			})
		}
		keeper.refused(t, "GET "+webRoles+"/mine", "", 404)
	})
}

// value reads JSON.
func value(t *testing.T, body string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return v
}
