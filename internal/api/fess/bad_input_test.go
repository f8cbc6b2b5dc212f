package fess_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
)

func TestBadInput(t *testing.T) {
	const one, many = "/api/admin/user/setting", "/api/admin/user/settings"
	long := strings.Repeat("x", 101)
	tests := map[string]struct {
		method, path, body string
		code, status       int
		message            string
	}{
		"malformed JSON":              {"POST", one, `{"name":`, 400, 1, "error_code:"},
		"malformed JSON of a list":    {"GET", many, `{"size":`, 400, 1, "error_code:"},
		"text after the JSON":         {"POST", one, `{} x`, 400, 1, "error_code:"},
		"no body":                     {"POST", one, ``, 400, 1, "A JSON body is required."},
		"an array for an object":      {"POST", one, `[]`, 400, 1, "an object"},
		"a number for a name":         {"POST", one, `{"name":1,"password":"x"}`, 400, 1, "Name must be a string."},
		"a text for a list":           {"POST", one, `{"name":"bad","password":"x","roles":"admin"}`, 400, 1, "Roles must be an array."},
		"a number for an attribute":   {"POST", one, `{"name":"bad","password":"x","attributes":{"title":1}}`, 400, 1, "attributes.title must be a string."},
		"a number for a flat one":     {"POST", one, `{"name":"bad","password":"x","title":1}`, 400, 1, "title must be a string."},
		"a text for a version":        {"PUT", one, `{"id":"YmFk","name":"bad","version_no":"1"}`, 400, 1, "Version No must be an integer."},
		"a fraction for a version":    {"PUT", one, `{"id":"YmFk","name":"bad","version_no":1.5}`, 400, 1, "Version No"},
		"a member twice":              {"POST", one, `{"name":"bad","name":"good","password":"x"}`, 400, 1, "Name is given twice."},
		"a text for a page":           {"GET", many + "?page=first", ``, 400, 1, "page must be an integer."},
		"a size out of range":         {"PUT", many, `{"size":3000000000}`, 400, 1, "size is out of range."},
		"too large":                   {"POST", one, `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, 413, 1, "The body is larger than 1048576 bytes."},
		"too deep":                    {"POST", one, `{"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`, 400, 1, "nested deeper than 64 levels."},
		"nothing is given":            {"POST", one, `{}`, 400, 1, "Name is required. Password is required."},
		"nothing is given, to update": {"PUT", one, `{}`, 400, 1, "ID is required. Version No is required. Name is required."},
		"no version":                  {"PUT", one, `{"id":"YmFk","name":"bad"}`, 400, 1, "Version No is required."},
		"two versions":                {"PUT", one, `{"id":"YmFk","name":"bad","version_no":1,"versionNo":2}`, 400, 1, "Version No must equal versionNo where both are given."},
		"a long name":                 {"POST", one, `{"name":"` + long + `","password":"x"}`, 400, 1, "The size of Name must be between 0 and 100."},
		"a long password":             {"POST", one, `{"name":"bad","password":"` + long + `"}`, 400, 1, "The size of Password must be between 0 and 100."},
		"a long id":                   {"PUT", one, `{"id":"` + strings.Repeat("x", 1001) + `","name":"bad","version_no":1}`, 400, 1, "The size of ID must be between 1 and 1000."},
		"a name with a NUL":           {"POST", one, `{"name":"a\u0000b","password":"x"}`, 400, 1, "The body has a NUL character in a string."},
		"a name with a line end":      {"POST", one, `{"name":"a\nb","password":"x"}`, 400, 1, "Name must not contain control"},
		"a role with a line end":      {"POST", one, `{"name":"bad","password":"x","roles":["a\nb"]}`, 400, 1, "Roles must not contain control"},
		"one's own password":          {"PUT", one, `{"id":"YWRtaW4=","name":"admin","password":"x","version_no":1}`, 400, 1, "Password cannot be set for oneself without the current one."},
		"an id with a NUL":            {"GET", one + "/YQBi", ``, 400, 1, "The data YQBi is not found."},
		"no address":                  {"POST", one, `{"name":"bad","password":"x","mail":"nobody"}`, 400, 1, "mail must be an address"},
		"passwords that differ":       {"POST", one, `{"name":"bad","password":"x","confirmPassword":"y"}`, 400, 1, "Confirm Password does not match."},
		"a private attribute":         {"POST", one, `{"name":"bad","password":"x","attributes":{"fess.roles":"[]"}}`, 400, 1, "attributes.fess.roles"},
		"an attribute in two ways":    {"POST", one, `{"name":"bad","password":"x","title":"a","attributes":{"title":"b"}}`, 400, 1, "both given"},
		"unknown id":                  {"GET", one + "/bm9ib2R5", ``, 400, 1, "The data bm9ib2R5 is not found."},
		"unknown id, to update":       {"PUT", one, `{"id":"bm9ib2R5","name":"x","version_no":1}`, 400, 1, "The data bm9ib2R5 is not found."},
		"unknown id, to delete":       {"DELETE", one + "/bm9ib2R5", ``, 400, 1, "The data bm9ib2R5 is not found."},
		"what is no id":               {"GET", one + "/admin", ``, 400, 1, "The data admin is not found."},
		"another case of a name":      {"POST", one, `{"name":"ADMIN","password":"x"}`, 400, 1, "Failed to create a new data. ("},
		"oneself":                     {"DELETE", one + "/YWRtaW4=", ``, 400, 1, "You cannot delete a user who is logged in."},
		"unknown path":                {"GET", "/api/admin/user/nothing", ``, 404, 1, "error_code:"},
		"wrong method":                {"PATCH", one, `{}`, 405, 1, "error_code:"},
		"a built-in role":             {"DELETE", "/api/admin/role/setting/YWRtaW4=", ``, 400, 1, "Failed to delete the data. ("},
		"a built-in role, to rename":  {"PUT", "/api/admin/role/setting", `{"id":"YWRtaW4=","name":"boss","version_no":1}`, 400, 1, "built in"},
		"a built-in role, to write":   {"POST", "/api/admin/role/setting", `{"name":"admin","attributes":{"a":"b"}}`, 400, 1, "built in"},
		"unknown role":                {"GET", "/api/admin/role/setting/bm9ib2R5", ``, 400, 1, "The data bm9ib2R5 is not found."},
		"unknown group":               {"DELETE", "/api/admin/group/setting/bm9ib2R5", ``, 400, 1, "The data bm9ib2R5 is not found."},
		"a group without a name":      {"POST", "/api/admin/group/setting", `{}`, 400, 1, "Name is required."},
		"a group with a bad number":   {"POST", "/api/admin/group/setting", `{"name":"bad","attributes":{"gidNumber":"x"}}`, 400, 1, "attributes.gidNumber must be a long."},
	}
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := admin(s)
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				c.call(t, tt.method, tt.path, tt.body).wants(t, tt.code, tt.status, tt.message)
			})
		}
		if r := c.call(t, "PATCH", one, `{}`); r.Header.Get("Allow") != "POST, PUT, OPTIONS" {
			t.Errorf("Allow: %q", r.Header.Get("Allow"))
		}
		if r := c.call(t, "GET", many, object{"size": 100}); r.Response.Total != 1 {
			t.Errorf("something was made: %s", r.Body)
		}
		if strings.Contains(s.Log.String(), "operation failed") {
			t.Error("something that a client can send is taken for a fault")
		}
	})
}

// Every way of not being known is answered alike: 200, and nothing told.
func TestBadTokens(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		acme := s.NewTenant(t, "acme")
		expired, _, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code,
			authn.NewToken{User: s.Admin.ID, Expires: s.Clock.Now().Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		revoked, token, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code, authn.NewToken{User: s.Admin.ID})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Authn.RevokeToken(t.Context(), s.Operator(), token.ID); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(2 * time.Minute)
		for name, header := range map[string]string{
			"none": "", "unknown": "Bearer gh_default_1_" + strings.Repeat("a", 64), "no token": "Bearer hello",
			"no JWT": "Bearer a.b.c", "another scheme": "Basic YWRtaW46YWRtaW4=", "lower case": "bearer " + s.AdminToken,
			"two spaces": "Bearer  " + s.AdminToken, "three words": "Bearer " + s.AdminToken + " x",
			"cut short": "Bearer " + s.AdminToken[:len(s.AdminToken)-1], "expired": "Bearer " + expired, "revoked": "Bearer " + revoked,
		} {
			t.Run(name, func(t *testing.T) {
				var headers []string
				if header != "" {
					headers = []string{"Authorization: " + header}
				}
				c := client{Server: s}
				c.call(t, "GET", "/api/admin/user/settings", nil, headers...).wants(t, 200, 3, "Unauthorized request.")
			})
		}
		t.Run("of another tenant than the path names", func(t *testing.T) {
			client{s, acme.Token}.call(t, "GET", "/t/default/api/admin/user/settings", nil).wants(t, 200, 3, "Unauthorized request.")
			client{s, acme.Token}.call(t, "GET", "/t/nobody/api/admin/user/settings", nil).wants(t, 200, 3, "Unauthorized request.")
			client{s, acme.Token}.ok(t, "GET", "/t/acme/api/admin/user/settings", nil)
		})
		t.Run("of another tenant than the host names", func(t *testing.T) {
			client{s, acme.Token}.call(t, "GET", "/api/admin/user/settings", nil, "Host: default.gatehouse.test").wants(t, 200, 3, "Unauthorized request.")
		})
		t.Run("sees its own tenant only", func(t *testing.T) {
			id := admin(s).create(t, object{"name": "alone"})
			c := client{s, acme.Token}
			c.call(t, "GET", "/api/admin/user/setting/"+id, nil).wants(t, 400, 1, "is not found")
			c.call(t, "DELETE", "/api/admin/user/setting/"+id, nil).wants(t, 400, 1, "is not found")
			c.call(t, "PUT", "/api/admin/user/setting", object{"id": id, "name": "x", "version_no": 1}).wants(t, 400, 1, "is not found")
			if r := c.ok(t, "GET", "/api/admin/user/settings", nil); r.Response.Total != 1 {
				t.Errorf("%s", r.Body)
			}
		})
	})
}

// An id in a path may have its padding escaped.
func TestEscapedID(t *testing.T) {
	s := apptest.SQLite(t)
	c := admin(s)
	for _, id := range []string{"YWRtaW4=", url.PathEscape("YWRtaW4="), "YWRtaW4%3D"} {
		if got := c.ok(t, "GET", "/api/admin/user/setting/"+id, nil).Response.Setting["name"]; got != "admin" {
			t.Errorf("%s is %v", id, got)
		}
	}
}
