package netapp_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// operations lists those of this dialect.
func operations(s *apptest.Server) []*api.Op {
	var ops []*api.Op
	for _, op := range s.Registry.Operations() {
		if op.Dialect.Name == "netapp" {
			ops = append(ops, op.Op)
		}
	}
	return ops
}

// concrete puts a value into the parameters of a path.
func concrete(path string) string {
	return strings.NewReplacer("{id}", "5e61aa814559c20001df1a5f", "{name}", "nothing").Replace(path)
}

// Every spelling of every operation asks who calls, and whether they may.
func TestEveryOperationIsGuarded(t *testing.T) {
	s := apptest.SQLite(t)
	guest := s.NewMember(t, s.Tenant, "guest", "guest")
	checked := 0
	for _, op := range operations(s) {
		if op.Access.IsPublic() {
			continue
		}
		for _, path := range op.Paths {
			refuse(t, s, 401, nil, op.Methods[0], concrete(path), "", "{}")
			if op.Access.Permission() != "" {
				refuse(t, s, 403, []string{"guest may not"}, op.Methods[0], concrete(path), guest.Token, "{}")
			}
			checked++
		}
	}
	if checked < 100 {
		t.Errorf("only %d spellings", checked)
	}
}

// Wherever there is a body, a bad one is refused in the same way.
func TestBadBodies(t *testing.T) {
	s := apptest.SQLite(t)
	bodies := map[string]struct {
		text string
		says string
	}{
		"malformed":  {`{"name":`, "not valid JSON"},
		"trailing":   {`{} {}`, "not valid JSON"},
		"wrong type": {`[]`, "must be an object"},
		"twice":      {`{"description":"a","description":"b"}`, "twice"},
		"too deep":   {`{"x":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`, "deeper than 64"},
		"too large":  {`{"description":"` + strings.Repeat("x", 1<<20) + `"}`, "larger than 1048576"},
		"NUL":        {`{"description":"\u0000"}`, "NUL"},
		"no UTF-8":   {"{\"description\":\"\xff\"}", ""},
		"none":       {``, "required"},
	}
	for _, op := range operations(s) {
		if op.RequestExample == nil {
			continue
		}
		for name, b := range bodies {
			t.Run(op.ID+"/"+name, func(t *testing.T) {
				refuse(t, s, 400, []string{b.says}, op.Methods[0], concrete(op.Paths[0]), s.AdminToken, b.text)
			})
		}
	}
}

func TestBadInput(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		send(t, s, "POST", "/v2.1/regions", s.AdminToken, `{"name":"kr"}`)
		send(t, s, "POST", "/v2.1/zones", s.AdminToken, `{"name":"kr-a","region_name":"kr"}`)
		send(t, s, "POST", "/v2.1/zones", s.AdminToken, `{"name":"kr-b","region_name":"kr"}`)
		send(t, s, "POST", "/v2.1/regions", s.AdminToken, `{"name":"us"}`)
		send(t, s, "POST", "/v2.1/tenants", s.AdminToken, `{"name":"Hanbit","code":"hanbit"}`)
		send(t, s, "POST", "/v2.1/users", s.AdminToken, `{"username":"mina"}`)
		send(t, s, "POST", "/v2.1/users", s.AdminToken, `{"username":"jiwoo"}`)
		long := strings.Repeat("x", 300)
		tests := []struct {
			method, target, body string
			status               int
			words                []string
		}{
			// missing, too long, of the wrong form, of the wrong type
			{"POST", "/v2.1/regions", `{}`, 400, []string{"name is required"}},
			{"POST", "/v2.1/regions", `{"name":5}`, 400, []string{"name must be a string"}},
			{"POST", "/v2.1/regions", `{"name":"a/b"}`, 400, []string{"name must not contain"}},
			{"POST", "/v2.1/regions", `{"name":"` + long + `"}`, 400, []string{"name must have between"}},
			{"PUT", "/v2.1/regions/kr", `{"name":""}`, 400, []string{"name is required"}},
			{"POST", "/v2.1/zones", `{"name":"z"}`, 400, []string{"region_name is required"}},
			{"POST", "/v2.1/tenants", `{"description":"x"}`, 400, []string{"name is required", "code is required"}},
			{"POST", "/v2.1/tenants", `{"name":"x","code":"Not So"}`, 400, []string{"code must be lower-case"}},
			{"POST", "/v2.1/tenants", `{"name":"x","code":"x","zuora_account_name":"` + strings.Repeat("x", 5000) + `"}`, 400, []string{"zuora_account_name must have"}},
			{"POST", "/v2.1/subtenants", `{"name":"x","code":"x","tenant_id":"5e61aa814559c20001df1a5f"}`, 400, []string{"tenant_id must be"}},
			{"POST", "/v2.1/users", `{}`, 400, []string{"username is required"}},
			{"POST", "/v2.1/users", `{"username":"x","firstName":"` + long + `","email":"no"}`, 400, []string{"firstName must have", "email must be"}},
			{"POST", "/v2.1/users", `{"username":"x","profileImageURL":"` + strings.Repeat("x", 5000) + `"}`, 400, []string{"profileImageURL must have"}},
			{"POST", "/v2.1/users", `{"username":"x","tenancies":[{"role_name":"nobody"}]}`, 400, []string{`role "nobody" does not exist`}},
			{"POST", "/v2.1/users", `{"username":"x","tenancies":[{"role_name":7}]}`, 400, []string{"tenancies.0.role_name must be a string"}},
			{"POST", "/v2.1/users", `{"username":"x","tenancies":{"role_name":"user"}}`, 400, []string{"tenancies must be an array"}},
			{"PUT", "/v2.1/users/mina", `{"username":""}`, 400, []string{"username is required"}},
			{"PUT", "/v2.1/users/mina", `{"provider":"ldap"}`, 400, []string{"provider must be local"}},
			{"PUT", "/v2.1/users/mina", `{"password":""}`, 400, []string{"password is required"}},

			// taken
			{"POST", "/v2.1/regions", `{"name":"kr"}`, 409, []string{`"kr" already exists`}},
			{"PUT", "/v2.1/regions/us", `{"name":"kr"}`, 409, nil},
			{"POST", "/v2.1/zones", `{"name":"kr-a","region_name":"kr"}`, 409, nil},
			{"PUT", "/v2.1/zones/kr-b", `{"name":"kr-a"}`, 409, nil},
			{"POST", "/v2.1/tenants", `{"name":"x","code":"hanbit"}`, 409, nil},
			{"POST", "/v2.1/subtenants", `{"name":"x","code":"default"}`, 409, nil},
			{"POST", "/v2.1/users", `{"username":"MINA"}`, 409, nil},
			{"PUT", "/v2.1/users/jiwoo", `{"username":"Mina"}`, 409, nil},

			// not there
			{"GET", "/v2.1/regions/nowhere", "", 404, []string{`"nowhere"`}},
			{"PUT", "/v2.1/regions/nowhere", "{}", 404, nil},
			{"DELETE", "/v2.1/regions/nowhere", "", 404, nil},
			{"GET", "/v2.1/zones/nowhere", "", 404, nil},
			{"PUT", "/v2.1/zones/nowhere", "{}", 404, nil},
			{"PUT", "/v2.1/zones/nowhere", `{"region_name":"kr"}`, 404, nil},
			{"DELETE", "/v2.1/zones/nowhere", "", 404, nil},
			{"GET", "/v2.1/jobs/5e61aa814559c20001df1a5f", "", 404, nil},
			{"GET", "/v2.1/jobs/x", "", 404, nil},
			{"GET", "/v2.1/users/5e61aa814559c20001df1a5f", "", 404, nil},
			{"PUT", "/v2.1/users/nobody", "{}", 404, nil},
			{"DELETE", "/v2.1/users/nobody", "", 404, nil},
			{"GET", "/v2.1/users?id=5e61aa814559c20001df1a5f", "", 404, nil},
			{"GET", "/v2.1/users?tenant_id=5e61aa814559c20001df1a5f", "", 404, nil},
			{"GET", "/v2.1/jobs?tenant_id=x", "", 404, nil},
			{"GET", "/v2.1/tenants/5e61aa814559c20001df1a5f", "", 404, nil},
			{"PUT", "/v2.1/tenants/x", "{}", 404, nil},
			{"DELETE", "/v2.1/tenants/x", "", 404, nil},
			{"GET", "/v2.1/subtenants/x", "", 404, nil},
			{"PUT", "/v2.1/subtenants/x", "{}", 404, nil},
			{"DELETE", "/v2.1/subtenants/x", "", 404, nil},
			{"GET", "/v2.1/subtenants?tenant_id=5e61aa814559c20001df1a5f", "", 404, nil},

			// in the way
			{"DELETE", "/v2.1/regions/kr", "", 412, []string{"has zones"}},
			{"DELETE", "/v2.1/users/admin", "", 412, nil},
			{"DELETE", "/v2.1/tenants/${tenant}", "", 412, []string{"cannot delete itself"}},
			{"DELETE", "/v2.1/subtenants/${tenant}", "", 404, nil},

			// parameters
			{"GET", "/v2.1/regions?limit=ten", "", 400, []string{"limit must be an integer"}},
			{"GET", "/v2.1/regions?limit=-1&offset=-1", "", 400, []string{"limit", "offset"}},
			{"GET", "/v2.1/regions?limit=10001", "", 400, []string{"limit"}},
			{"GET", "/v2.1/regions?sort_by=color", "", 400, []string{"sort_by must be one of created, name"}},
			{"GET", "/v2.1/users?order_by=up", "", 400, []string{"order_by"}},
			{"GET", "/v2.1/users?firstName=Mina", "", 400, []string{"firstName cannot be filtered by"}},
			{"GET", "/v2.1/jobs?status=done", "", 400, []string{"status must be"}},
			{"GET", "/v2.1/jobs/5e61aa814559c20001df1a5f?wait=-1", "", 400, []string{"wait"}},
			{"GET", "/v2.1/regions?name=" + strings.Repeat("a%7C", 40), "", 400, []string{"name must have"}},

			// paths and methods
			{"GET", "/v2.1/nothing", "", 404, []string{"nothing at this path"}},
			{"GET", "/api/v2.1/", "", 404, nil},
			{"GET", "/v2.1/regions/a/b", "", 404, nil},
			{"PATCH", "/v2.1/regions/kr", "{}", 405, []string{"PATCH"}},
			{"PUT", "/v2.1/regions", "{}", 405, nil},
			{"GET", "/v2.1/auth/signin", "", 405, nil},
			{"DELETE", "/v2.1/jobs/x", "", 405, nil},
		}
		for _, tt := range tests {
			refuse(t, s, tt.status, tt.words, tt.method, strings.ReplaceAll(tt.target, "${tenant}", tenantID(s)), s.AdminToken, tt.body)
		}
		if got := s.Do(t, "PUT", "/v2.1/regions", s.AdminToken, "{}").Header.Get("Allow"); got != "GET, HEAD, POST, OPTIONS" {
			t.Errorf("Allow: %s", got)
		}
	})
}

// A rejected secret is in no answer and in no log.
func TestSecretsAreNotRepeated(t *testing.T) {
	s := apptest.SQLite(t)
	const secret = "Zx9-not-to-be-seen"
	for _, r := range []struct{ target, body string }{
		{"/v2.1/auth/signin", `{"username":"admin","password":"` + secret + `"}`},
		{"/v2.1/auth/signin", `{"username":"admin","password":["` + secret + `"]}`},
		{"/v2.1/auth/signin", `{"username":"admin","password":"` + secret},
		{"/v2.1/auth/password", `{"username":"admin","old_password":"` + secret + `","new_password":"` + secret + `"}`},
		{"/v2.1/auth/password", `{"username":"admin","old_password":"` + apptest.AdminPassword + `","new_password":"` + secret[:5] + `\u0007"}`},
		{"/v2.1/users", `{"username":"x","password":"` + secret + `\u0007"}`},
	} {
		a := s.Do(t, "POST", r.target, s.AdminToken, r.body)
		if a.Status < 400 || strings.Contains(a.Body, secret[:5]) {
			t.Errorf("%s: %d %s", r.target, a.Status, a.Body)
		}
	}
	if strings.Contains(s.Log.String(), secret[:5]) || strings.Contains(s.Log.String(), apptest.AdminPassword) {
		t.Error("the log has a secret")
	}
}
