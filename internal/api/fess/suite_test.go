package fess_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// crud is what the integration tests of Fess do to one of its APIs: ten of a
// kind are made, read, changed and deleted. Requests carry the bare token, and
// a body also where the method is GET.
type crud struct {
	client
	path, prefix string
	make         func(i int) object
	change       object
}

const suiteSize = 10

func (c crud) call(t *testing.T, method, path string, body any) reply {
	t.Helper()
	r := c.client.call(t, method, c.path+path, body, "Authorization: "+c.token)
	if r.Answer.Status != 200 || r.Response.Status != 0 {
		t.Fatalf("%s %s: %d %s", method, path, r.Answer.Status, r.Body)
	}
	return r
}

// list answers those that the suite made.
func (c crud) list(t *testing.T) (mine []object) {
	t.Helper()
	for _, s := range c.call(t, "GET", "/settings", object{"size": 1000}).Response.Settings {
		if name, _ := s["name"].(string); strings.HasPrefix(name, c.prefix) {
			mine = append(mine, s)
		}
	}
	return mine
}

func (c crud) run(t *testing.T) {
	t.Helper()
	for i := range suiteSize {
		if r := c.call(t, "POST", "/setting", c.make(i)); r.Response.Created == nil || !*r.Response.Created {
			t.Fatalf("create: %s", r.Body)
		}
	}
	made := c.list(t)
	if len(made) != suiteSize {
		t.Fatalf("%d were made", len(made))
	}
	for i, s := range made {
		if want := fmt.Sprint(c.prefix, i); s["name"] != want {
			t.Errorf("name %v, want %s", s["name"], want)
		}
		one := c.call(t, "GET", fmt.Sprint("/setting/", s["id"]), object{"size": 1000}).Response.Setting
		if one["id"] != s["id"] || one["name"] != s["name"] {
			t.Errorf("got %v, want %v", one, s)
		}
		page := c.call(t, "GET", "/settings", object{"size": 1, "page": i + 1}).Response
		if len(page.Settings) != 1 || page.Total < suiteSize {
			t.Errorf("page %d has %d of %d", i+1, len(page.Settings), page.Total)
		}
	}
	for _, s := range made {
		body := object{"id": s["id"], "version_no": 1}
		for member := range c.make(0) { // the suite sends back what it made, of what it read
			body[member] = s[member]
		}
		for member, value := range c.change {
			body[member] = value
		}
		c.call(t, "PUT", "/setting", body)
	}
	for _, s := range c.list(t) {
		for member, want := range c.change {
			if fmt.Sprint(s[member]) != fmt.Sprint(want) {
				t.Errorf("%s of %v is %v, want %v", member, s["id"], s[member], want)
			}
		}
	}
	for _, s := range c.list(t) {
		c.call(t, "DELETE", fmt.Sprint("/setting/", s["id"]), nil)
	}
	if left := c.list(t); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// What UserTests, GroupTests and RoleTests of Fess do, and expect.
func TestSuiteOfFess(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		t.Run("user", func(t *testing.T) {
			crud{admin(s), "/api/admin/user", "userTest_", func(i int) object {
				password := fmt.Sprint("password", i)
				return object{"name": fmt.Sprint("userTest_", i), "password": password, "confirm_password": password}
			}, object{"name": "userTest_new"}}.run(t)
		})
		t.Run("group", func(t *testing.T) {
			crud{admin(s), "/api/admin/group", "groupTest_", func(i int) object {
				return object{"name": fmt.Sprint("groupTest_", i), "attributes": object{"gidNumber": fmt.Sprint(i)}}
			}, object{"attributes": object{"gidNumber": "100"}}}.run(t)
		})
		t.Run("role", func(t *testing.T) {
			crud{admin(s), "/api/admin/role", "roleTest_", func(i int) object {
				return object{"name": fmt.Sprint("roleTest_", i)}
			}, object{"name": "roleTest__new"}}.run(t)
		})
	})
}
