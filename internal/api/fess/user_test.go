package fess_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	userPath  = "/api/admin/user/setting"
	usersPath = "/api/admin/user/settings"
)

// change updates a user at its present version.
func (c client) change(t testing.TB, id, name string, more object) {
	t.Helper()
	body := object{"id": id, "name": name, "version_no": c.user(t, id)["version_no"]}
	for member, value := range more {
		body[member] = value
	}
	c.ok(t, "PUT", userPath, body)
}

// Roles and groups come back as they were named, whatever that was, and mean
// what exists under that name or id.
func TestRolesAndGroupsAsTheyWereNamed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := admin(s)
		id := c.create(t, object{"name": "kim", "roles": []string{"user", "R29uZQ==", "YWRtaW4="}, "groups": []string{"zeta", "Alpha"}})
		u := c.user(t, id)
		if diff := cmp.Diff([]string{"user", "R29uZQ==", "YWRtaW4="}, texts(u["roles"])); diff != "" {
			t.Errorf("roles (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"zeta", "Alpha"}, texts(u["groups"])); diff != "" {
			t.Errorf("groups (-want +got):\n%s", diff)
		}
		core, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: "kim"})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range core.Roles {
			names = append(names, r.Name)
		}
		if diff := cmp.Diff([]string{"R29uZQ==", "admin", "user"}, names); diff != "" {
			t.Errorf("what they mean (-want +got):\n%s", diff)
		}
		// What did not exist was made, and is an object of its own.
		for _, path := range []string{"/api/admin/group/setting/" + byName("zeta"), "/api/admin/role/setting/" + byName("R29uZQ==")} {
			c.ok(t, "GET", path, nil)
		}

		// Another client adds one: it follows, by name.
		roles := []string{"user", "admin", "R29uZQ==", "guest"}
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: core.ID}, directory.UserChange{Roles: &roles}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"user", "R29uZQ==", "YWRtaW4=", "guest"}, texts(c.user(t, id)["roles"])); diff != "" {
			t.Errorf("roles after another client's change (-want +got):\n%s", diff)
		}
		c.change(t, id, "kim", object{"roles": []string{}})
		u = c.user(t, id)
		if roles, groups := texts(u["roles"]), texts(u["groups"]); len(roles) != 0 || len(groups) != 2 {
			t.Errorf("roles %v, groups %v", roles, groups)
		}
		if diff := cmp.Diff(object{}, u["attributes"]); diff != "" {
			t.Errorf("what is private shows in the attributes:\n%s", diff)
		}
	})
}

// An update changes what it says and nothing else.
func TestUpdateKeepsTheRest(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := admin(s)
		id := c.create(t, object{"name": "john.doe", "surname": "Doe", "mail": "john.doe@example.com", "homeDirectory": "/home/john",
			"attributes": object{"key1": "val1"}, "roles": []string{"user"}, "groups": []string{"staff"}})
		private := map[string]*string{"netapp.image": new(string)}
		*private["netapp.image"] = "https://example.com/john.png"
		core, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{Username: "john.doe"}, directory.UserChange{Attributes: private})
		if err != nil {
			t.Fatal(err)
		}
		before := c.user(t, id)
		c.ok(t, "PUT", userPath, object{"id": id, "name": "john.doe", "roles": []string{"user", "editor", "admin"}, "versionNo": core.Version})
		after := c.user(t, id)
		before["roles"] = []any{"user", "editor", "admin"}
		before["version_no"], before["versionNo"] = float64(core.Version+1), float64(core.Version+1)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if core, err = s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: core.ID}); err != nil || core.Attributes["netapp.image"] != "https://example.com/john.png" {
			t.Errorf("what another dialect keeps became %q: %v", core.Attributes["netapp.image"], err)
		}
		if _, err := s.Authn.SignIn(t.Context(), s.Tenant.ID, "john.doe", "securepassword", authn.Origin{}); err != nil {
			t.Errorf("the password did not stay: %v", err)
		}
		c.change(t, id, "john.doe", object{"mail": "", "attributes": object{"key1": nil}, "password": "another"})
		if u := c.user(t, id); u["mail"] != "" || len(u["attributes"].(object)) != 2 {
			t.Errorf("after removing: %v", u)
		}
		if _, err := s.Authn.SignIn(t.Context(), s.Tenant.ID, "john.doe", "another", authn.Origin{}); err != nil {
			t.Errorf("the new password does not hold: %v", err)
		}
	})
}

func TestStaleVersion(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := admin(s)
		id := c.create(t, object{"name": "kim"})
		c.ok(t, "PUT", userPath, object{"id": id, "name": "kim", "title": "Dr", "version_no": 1})
		for _, version := range []int{1, 0, -1, 3} {
			c.call(t, "PUT", userPath, object{"id": id, "name": "kim", "title": "Prof", "version_no": version}).
				wants(t, 400, 1, "was changed in the meantime")
		}
		if u := c.user(t, id); u["title"] != "Dr" {
			t.Errorf("a stale update was written: %v", u["title"])
		}
		for _, kind := range []string{"group", "role"} {
			path := "/api/admin/" + kind + "/setting"
			id := c.ok(t, "POST", path, object{"name": "kim"}).Response.ID
			c.call(t, "PUT", path, object{"id": id, "name": "lee", "version_no": 7}).wants(t, 400, 1, "was changed in the meantime")
		}
	})
}

// Names may be shared, ids never change, and the name that one signs in with
// stays unique.
func TestRename(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := admin(s)
		kim, lee := c.create(t, object{"name": "kim"}), c.create(t, object{"name": "lee"})
		c.change(t, kim, "park", nil)
		c.change(t, lee, "park", nil)
		for id, username := range map[string]string{kim: "park", lee: "lee"} {
			if u := c.user(t, id); u["name"] != "park" || u["id"] != id {
				t.Errorf("got %v", u)
			}
			if _, err := s.Authn.SignIn(t.Context(), s.Tenant.ID, username, "securepassword", authn.Origin{}); err != nil {
				t.Errorf("%s cannot sign in: %v", username, err)
			}
		}
		c.change(t, lee, "park", object{"title": "Dr"}) // nothing about the name
		c.change(t, lee, "lee", nil)
		if u := c.user(t, lee); u["name"] != "lee" || u["title"] != "Dr" {
			t.Errorf("back again: %v", u)
		}
		// Who is made under a name that was given up gets an id of their own.
		again := c.create(t, object{"name": "kim"})
		if again == kim || c.user(t, again)["name"] != "kim" || c.user(t, kim)["name"] != "park" {
			t.Errorf("ids %s and %s", kim, again)
		}

		for _, kind := range []string{"group", "role"} {
			path := "/api/admin/" + kind + "/setting"
			first, second := c.ok(t, "POST", path, object{"name": "one"}).Response.ID, c.ok(t, "POST", path, object{"name": "two"}).Response.ID
			c.ok(t, "PUT", path, object{"id": second, "name": "one", "version_no": 1})
			if got := c.ok(t, "GET", path+"/"+second, nil).Response.Setting; got["name"] != "one" || got["id"] != second || len(got["attributes"].(object)) != 0 {
				t.Errorf("%s: %v", kind, got)
			}
			c.ok(t, "PUT", path, object{"id": second, "name": "two", "version_no": 2})
			c.ok(t, "PUT", path, object{"id": first, "name": "uno", "version_no": 1})
			for id, name := range map[string]string{first: "uno", second: "two"} {
				if got := c.ok(t, "GET", path+"/"+id, nil).Response.Setting["name"]; got != name {
					t.Errorf("%s is called %v, want %s", kind, got, name)
				}
			}
		}
	})
}

// A creation under a name that exists overwrites, as on the real server.
func TestCreateOverwrites(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := admin(s)
		id := c.create(t, object{"name": "kim", "surname": "Kim", "title": "Dr", "roles": []string{"user"}, "groups": []string{"staff"}})
		r := c.ok(t, "POST", userPath, object{"name": "kim", "password": "another", "title": "Prof", "groups": []string{"board"}})
		if r.Response.ID != id || !*r.Response.Created {
			t.Errorf("answered %s", r.Body)
		}
		want := object{"surname": "Kim", "title": "Prof", "roles": []any{}, "groups": []any{"board"}, "version_no": 2.0}
		if diff := cmp.Diff(want, only(c.user(t, id), want)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if _, err := s.Authn.SignIn(t.Context(), s.Tenant.ID, "kim", "another", authn.Origin{}); err != nil {
			t.Errorf("the password is not the new one: %v", err)
		}
		for _, kind := range []string{"group", "role"} {
			path := "/api/admin/" + kind + "/setting"
			id := c.ok(t, "POST", path, object{"name": "shared", "attributes": object{"a": "1", "description": "old"}}).Response.ID
			if r := c.ok(t, "POST", path, object{"name": "shared", "attributes": object{"b": "2", "description": "new"}}); r.Response.ID != id || !*r.Response.Created {
				t.Errorf("%s: %s", kind, r.Body)
			}
			got := c.ok(t, "GET", path+"/"+id, nil).Response.Setting["attributes"]
			if diff := cmp.Diff(object{"a": "1", "b": "2", "description": "new"}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", kind, diff)
			}
			c.call(t, "POST", path, object{"name": "SHARED"}).wants(t, 400, 1, "already exists")
		}
		c.ok(t, "POST", "/api/admin/role/setting", object{"name": "admin"}) // as it is
	})
}

// Nobody does through this dialect what they may not do.
func TestRights(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		by := s.Operator()
		may := func(username string, permissions ...iam.Permission) client {
			var rules []iam.Rule
			for _, p := range permissions {
				rules = append(rules, iam.Rule{Permission: string(p)})
			}
			group, err := s.Access.CreateAPIGroup(t.Context(), by, username, "", rules)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Access.CreateRole(t.Context(), by, access.NewRole{Name: username, APIGroups: []iam.APIGroupID{group.ID}}); err != nil {
				t.Fatal(err)
			}
			return client{s, s.NewMember(t, s.Tenant, username, username).Token}
		}
		creator := may("creator", iam.UsersCreate, iam.UsersRead)
		editor := may("editor", iam.UsersUpdate, iam.UsersPassword, iam.UsersRead)
		clerk := may("clerk", iam.UsersUpdate, iam.UsersRead)
		reader := client{s, s.NewMember(t, s.Tenant, "reader", "read").Token}

		creator.ok(t, "POST", userPath, object{"name": "kim", "password": "x", "roles": []string{"guest", "new"}})
		t.Run("overwriting takes the right to update", func(t *testing.T) {
			creator.call(t, "POST", userPath, object{"name": "kim", "password": "y"}).wants(t, 200, 3, "Unauthorized request.")
		})
		t.Run("nobody gives what they lack", func(t *testing.T) {
			creator.call(t, "POST", userPath, object{"name": "lee", "password": "x", "roles": []string{"admin"}}).wants(t, 400, 1, "Failed to create a new data. (creator may not")
			creator.call(t, "POST", userPath, object{"name": "lee", "password": "x", "roles": []string{"YWRtaW4="}}).wants(t, 400, 1, "Failed to create a new data. (creator may not")
			editor.call(t, "PUT", userPath, object{"id": byName("admin"), "name": "admin", "password": "x", "version_no": 1}).wants(t, 400, 1, "Failed to update the data. (editor may not")
		})
		t.Run("passwords take a right of their own", func(t *testing.T) {
			body := object{"id": byName("kim"), "name": "kim", "password": "y", "version_no": 1}
			clerk.call(t, "PUT", userPath, body).wants(t, 200, 3, "Unauthorized request.")
		})
		t.Run("who reads does not write", func(t *testing.T) {
			reader.ok(t, "GET", usersPath, nil)
			reader.ok(t, "PUT", usersPath, nil)
			reader.ok(t, "POST", usersPath, nil)
			for method, path := range map[string]string{"POST": userPath, "PUT": userPath, "DELETE": userPath + "/" + byName("kim")} {
				reader.call(t, method, path, object{"id": byName("kim"), "name": "kim", "password": "y", "version_no": 1}).wants(t, 200, 3, "Unauthorized request.")
			}
			if u := reader.user(t, byName("kim")); u["version_no"] != 1.0 {
				t.Errorf("it was changed: %v", u)
			}
		})
		t.Run("without any right", func(t *testing.T) {
			c := client{s, s.NewMember(t, s.Tenant, "guest", "guest").Token}
			for _, kind := range []string{"user", "group", "role"} {
				c.call(t, "GET", "/api/admin/"+kind+"/settings", nil).wants(t, 200, 3, "Unauthorized request.")
			}
		})
	})
}

// Who signed in through another dialect is known here by their session token.
func TestSessionToken(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		session, err := s.Authn.SignIn(t.Context(), s.Tenant.ID, "admin", apptest.AdminPassword, authn.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		token, err := s.Authn.SessionToken(t.Context(), s.Tenant.ID, session)
		if err != nil {
			t.Fatal(err)
		}
		c := client{s, token}
		c.ok(t, "GET", usersPath, nil)
		if r := c.call(t, "GET", usersPath, nil, "Authorization: "+token); r.Response.Status != 0 {
			t.Errorf("without Bearer: %s", r.Body)
		}
		by, err := s.Authn.Session(t.Context(), token, authn.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Authn.SignOut(t.Context(), by); err != nil {
			t.Fatal(err)
		}
		c.call(t, "GET", usersPath, nil).wants(t, 200, 3, "Unauthorized request.")
	})
}

// A list is in order of name, its total is that of all.
func TestPages(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := admin(s)
		for i := range 24 {
			c.create(t, object{"name": fmt.Sprintf("user%02d", 23-i)})
		}
		names := func(query string, body any) (names []string) {
			r := c.ok(t, "GET", usersPath+query, body).Response
			if r.Total != 25 {
				t.Errorf("%s: total %d", query, r.Total)
			}
			for _, u := range r.Settings {
				names = append(names, fmt.Sprint(u["name"]))
			}
			return names
		}
		if got := names("", nil); len(got) != 20 || got[0] != "admin" || got[19] != "user18" {
			t.Errorf("by default: %v", got)
		}
		second := []string{"user02", "user03", "user04"}
		for what, got := range map[string][]string{
			"query": names("?page=2&size=3", nil), "body": names("", object{"page": 2, "size": 3}), "both": names("?page=9&size=9", object{"page": 2, "size": 3}),
		} {
			if diff := cmp.Diff(second, got); diff != "" {
				t.Errorf("page in the %s (-want +got):\n%s", what, diff)
			}
		}
		if diff := cmp.Diff(names("?page=1&size=3", nil), names("?page=0&size=3", nil)); diff != "" {
			t.Errorf("page 0 is not the first (-want +got):\n%s", diff)
		}
		if got := names("?page=9&size=3", nil); len(got) != 1 {
			t.Errorf("the last page: %v", got)
		}
		if got := names("?page=10&size=3", nil); len(got) != 0 {
			t.Errorf("behind the last page: %v", got)
		}
	})
}
