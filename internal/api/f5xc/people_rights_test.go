package f5xc_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// clerk is a tenant's helpdesk: everything with users and groups, and nothing
// else. Beside it there are a group that gives all, one that gives nothing, a
// user who holds all, and one who holds nothing.
func clerk(t *testing.T, s *apptest.Server) (admin, clerk person) {
	t.Helper()
	admin = person{s, s.AdminToken}
	s.NewRole(t, s.Tenant, "helpdesk", "users.*", "groups.*", "settings.read")
	s.NewRole(t, s.Tenant, "local", "objects.read")
	clerk = person{s, s.NewMember(t, s.Tenant, "clerk", "helpdesk").Token}
	admin.ask(t, "POST "+userRoles, form("plain", ""), 200)
	admin.ask(t, "POST "+userRoles, form("strong", entries("admin@shared")), 200)
	admin.ask(t, "POST "+userGroups, `{"name":"admins",`+entries("admin@shared")+`}`, 200)
	admin.ask(t, "POST "+userGroups, `{"name":"empty"}`, 200)
	return admin, clerk
}

// TestNobodyEscalatesByPeople: by no operation on users or groups does anybody
// gain, give or take a right that they lack, and what is refused changes
// nothing.
func TestNobodyEscalatesByPeople(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin, clerk := clerk(t, s)
		state := func() map[string]any {
			return map[string]any{"users": admin.ask(t, "GET "+userRoles, "", 200), "groups": admin.ask(t, "GET "+userGroups, "", 200)}
		}
		before := state()
		for name, refused := range map[string]struct{ request, body string }{
			"a new user with a role":         {"POST " + userRoles, form("mallory", entries("admin@system"))},
			"a new user in a namespace":      {"POST " + userRoles, form("mallory", entries("local@shared"))},
			"a new user in the whole tenant": {"POST " + userRoles, form("mallory", entries("local@system", "local@*"))},
			"a new user in a group":          {"POST " + userRoles, form("mallory", `"group_names":["admins"]`)},
			"a role for oneself":             {"PUT " + userRoles, form("clerk", entries("helpdesk@system", "helpdesk@*", "admin@shared"))},
			"a role for oneself, by name":    {"POST " + userRoles + "/clerk", form("clerk", entries("admin@*"))},
			"a role for another":             {"PUT " + userRoles, form("plain", entries("local@default"))},
			"a group for oneself":            {"PUT " + userRoles, form("clerk", `"group_names":["admins"]`)},
			"the roles of a stronger one":    {"PUT " + userRoles, form("strong", entries())},
			"more for a stronger one":        {"PUT " + userRoles, form("strong", entries("admin@shared", "helpdesk@shared"))},
			"the address of a stronger one":  {"PUT " + userRoles, `{"name":"strong","email":"clerk@example.com","first_name":"F","last_name":"L","namespace":"system"}`},
			"a role assigned to oneself":     {"POST " + custom + "role_users", `{"namespace":"system","username":["clerk"],"namespaces_role":{"namespaces":["*"],"role":"local"}}`},
			"a role assigned among others":   {"POST " + custom + "role_users", `{"namespace":"system","username":["plain","clerk"],"namespaces_role":{"namespaces":["shared","system","*"],"role":"admin"}}`},
			"into a group":                   {"PUT " + custom + "users/group_add", `{"username":"clerk","group_names":["empty","admins"]}`},
			"a stronger one into a group":    {"PUT " + custom + "users/group_add", `{"username":"strong","group_names":["empty"]}`},
			"a stronger one removed":         {"POST " + custom + "users/cascade_delete", `{"email":"strong","namespace":"system"}`},
			"a new group with a role":        {"POST " + userGroups, `{"name":"mine",` + entries("local@shared") + `}`},
			"a new group of one's own":       {"POST " + userGroups, `{"name":"mine","usernames":["clerk"],` + entries("admin@*") + `}`},
			"a new group of a stronger one":  {"POST " + userGroups, `{"name":"mine","usernames":["strong"]}`},
			"a group with a role":            {"PUT " + userGroups + "/empty", `{` + entries("admin@default") + `}`},
			"a group with oneself":           {"PUT " + userGroups + "/admins", `{"usernames":["clerk"],` + entries("admin@shared") + `}`},
			"a group without its role":       {"PUT " + userGroups + "/admins", `{}`},
			"a role for a group":             {"PUT " + userGroups + "/empty/assign_namespace_roles", `{` + entries("admin@shared") + `}`},
			"a role of a group":              {"PUT " + userGroups + "/admins/remove_namespace_roles", `{` + entries("admin@shared") + `}`},
			"a group removed":                {"DELETE " + userGroups + "/admins", ""},
		} {
			t.Run(name, func(t *testing.T) {
				answer := clerk.ask(t, refused.request, refused.body, 403)
				if answer["code"] != 7.0 {
					t.Errorf("the code is %v", answer["code"])
				}
				if diff := cmp.Diff(before, state()); diff != "" {
					t.Errorf("changed (-before +after)\n%s", diff)
				}
			})
		}
	})
}

// TestWhatOneHoldsMayBeGiven, so that the refusals of the test above are not
// those of something else.
func TestWhatOneHoldsMayBeGiven(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		_, clerk := clerk(t, s)
		for _, step := range []struct{ request, body string }{
			{"POST " + userRoles, form("new", `"group_names":["empty"],`+entries("helpdesk@shared"))},
			{"PUT " + userRoles, form("plain", entries("helpdesk@system", "helpdesk@*"))},
			{"PUT " + userRoles, form("strong", "")}, // their name alone
			{"POST " + custom + "role_users", `{"namespace":"system","username":["plain","new"],"namespaces_role":{"namespaces":["default"],"role":"helpdesk"}}`},
			{"PUT " + custom + "users/group_add", `{"username":"clerk","group_names":["empty"]}`},
			{"PUT " + custom + "users/group_remove", `{"username":"clerk","group_names":["empty"]}`},
			{"POST " + userGroups, `{"name":"mine","usernames":["clerk","plain"],` + entries("helpdesk@*") + `}`},
			{"PUT " + userGroups + "/empty/assign_namespace_roles", `{` + entries("helpdesk@shared") + `}`},
			{"PUT " + userGroups + "/empty/remove_namespace_roles", `{` + entries("helpdesk@shared") + `}`},
			{"PUT " + userGroups + "/admins", `{"description":"Those who may",` + entries("admin@shared") + `}`},
			{"DELETE " + userGroups + "/mine", ""},
			{"POST " + custom + "users/cascade_delete", `{"email":"new@example.com","namespace":"system"}`},
		} {
			clerk.ask(t, step.request, step.body, 200)
		}
	})
}

// TestRightsElsewhereAreNone: who may do everything in another namespace, or in
// all but "system", does nothing to the people of the tenant.
func TestRightsElsewhereAreNone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin := person{s, s.AdminToken}
		member := s.NewMember(t, s.Tenant, "local")
		admin.ask(t, "PUT "+userRoles, form("local", entries("admin@*")), 200)
		local := person{s, member.Token}
		for request, body := range map[string]string{
			"GET %suser_roles":            "",
			"POST %suser_roles":           form("x", ""),
			"PUT %suser_roles":            form("admin", ""),
			"POST %suser_roles/admin":     form("admin", ""),
			"POST %srole_users":           `{"namespace":"system","username":["local"],"namespaces_role":{"namespaces":["*"],"role":"admin"}}`,
			"POST %susers/cascade_delete": `{"email":"admin","namespace":"system"}`,
		} {
			local.ask(t, fmt.Sprintf(request, custom), body, 403)
			local.ask(t, fmt.Sprintf(request, "/api/web/custom/namespaces/shared/"), body, 404)
		}
		for request, body := range map[string]string{
			"PUT " + custom + "users/group_add":               `{"username":"local","group_names":[]}`,
			"PUT " + custom + "users/group_remove":            `{"username":"local","group_names":[]}`,
			"GET " + userGroups:                               "",
			"POST " + userGroups:                              `{"name":"x"}`,
			"GET " + userGroups + "/x":                        "",
			"PUT " + userGroups + "/x":                        `{}`,
			"DELETE " + userGroups + "/x":                     "",
			"PUT " + userGroups + "/x/assign_namespace_roles": `{}`,
			"PUT " + userGroups + "/x/remove_namespace_roles": `{}`,
			"POST " + userGroups + "/analyze_for_deletion":    `{"object_uid":"x"}`,
			"GET /api/web/namespaces/system/user_groups":      "",
			"GET /api/web/namespaces/system/user_groups/x":    "",
		} {
			local.ask(t, request, body, 403)
		}
		local.ask(t, "GET /api/web/namespaces/shared/user_groups", "", 404)
	})
}

// TestPeopleOfOtherTenants: a name, an address or an id of another tenant means
// nobody here.
func TestPeopleOfOtherTenants(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		other := s.NewTenant(t, "acme")
		theirs, err := s.Directory.CreateGroup(t.Context(), other.Actor(), directory.NewGroup{Name: "theirs"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Directory.CreateUser(t.Context(), other.Actor(), directory.NewUser{Username: "kim", Email: "kim@example.com"}); err != nil {
			t.Fatal(err)
		}
		p := person{s, s.AdminToken}
		p.ask(t, "POST "+userGroups+"/analyze_for_deletion", fmt.Sprintf(`{"object_uid":%q}`, theirs.ID), 404)
		p.ask(t, "GET "+userGroups+"/theirs", "", 404)
		p.ask(t, "DELETE "+userGroups+"/theirs", "", 404)
		p.ask(t, "PUT "+userGroups+"/theirs", `{}`, 404)
		p.ask(t, "POST "+userGroups, `{"name":"ours","usernames":["kim"]}`, 400)
		p.ask(t, "PUT "+userRoles, form("kim", ""), 404)
		p.ask(t, "POST "+custom+"users/cascade_delete", `{"email":"kim@example.com","namespace":"system"}`, 404)
		p.ask(t, "POST "+custom+"role_users", `{"namespace":"system","username":["kim"],"namespaces_role":{"namespaces":["*"],"role":"admin"}}`, 400)
		p.ask(t, "PUT "+custom+"users/group_add", `{"username":"kim","group_names":[]}`, 404)
		p.ask(t, "PUT "+custom+"users/group_add", `{"username":"admin","group_names":["theirs"]}`, 400)
		if _, ok := p.listed(t)["kim"]; ok {
			t.Error("somebody of another tenant is listed")
		}
		if l, err := s.Directory.Users(t.Context(), other.Actor(), directory.UserFilter{}, iam.Page{}); err != nil || len(l.Items) != 2 {
			t.Errorf("the other tenant has %+v, %v", l.Items, err)
		}
	})
}

// TestPeopleBadInput: what is refused names the field, and writes nothing.
func TestPeopleBadInput(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		p := person{s, s.AdminToken}
		p.ask(t, "POST "+userGroups, `{"name":"team"}`, 200)
		p.ask(t, "POST "+userRoles, form("ann", entries("read@system")), 200)
		before := p.ask(t, "GET "+userRoles, "", 200)
		groups := p.ask(t, "GET "+userGroups, "", 200)
		for name, bad := range map[string]struct {
			request, body, message string
			status                 int
		}{
			"an address that is none":     {"POST " + userRoles, `{"email":"nobody","first_name":"F","last_name":"L","namespace":"system"}`, "Field email should be an address such as person@example.com, of at most 254 characters.", 400},
			"a long name":                 {"POST " + userRoles, `{"name":"` + strings.Repeat("a", 101) + `","email":"x@example.com","first_name":"F","last_name":"L","namespace":"system"}`, "Field name should have between 1 and 100 characters.", 400},
			"an invisible name":           {"POST " + userRoles, `{"email":"x@example.com","first_name":"F\u200b","last_name":"L","namespace":"system"}`, "Field first_name should not contain control or invisible characters.", 400},
			"a type that is none":         {"POST " + userRoles, form("x", `"type":"ROBOT"`), "", 400},
			"another namespace":           {"POST " + userRoles, `{"email":"x@example.com","first_name":"F","last_name":"L","namespace":"shared"}`, "", 400},
			"a role given twice":          {"PUT " + userRoles, form("ann", entries("read@shared", "READ@shared")), "", 400},
			"a role in its own words":     {"PUT " + userRoles, form("ann", entries("read@shared", "read@shared")), "Field namespace_roles[1].role should be another one in a namespace that has been named for it, got \"read\" in request.", 400},
			"a name that is not its own":  {"POST " + userRoles + "/ann", form("bob", ""), `Field name should be "ann" as in the path, got "bob" in request.`, 400},
			"nobody":                      {"POST " + userRoles + "/nobody", form("nobody", ""), `user "nobody" not found`, 404},
			"a role to nobody":            {"POST " + custom + "role_users", `{"namespace":"system","username":["ann","nobody"],"namespaces_role":{"namespaces":["*"],"role":"read"}}`, `Field username[1] should be the name of a user, got "nobody" in request.`, 400},
			"no role to ann":              {"POST " + custom + "role_users", `{"namespace":"system","username":["ann"],"namespaces_role":{"namespaces":["*"]}}`, `Field namespaces_role.role should be the name of a role, got "" in request.`, 400},
			"a role nowhere":              {"POST " + custom + "role_users", `{"namespace":"system","username":["ann"],"namespaces_role":{"namespaces":["shared","nowhere"],"role":"user"}}`, `Field namespaces_role.namespaces[1] should be the name of a namespace or "*", got "nowhere" in request.`, 400},
			"out of a group that is none": {"PUT " + custom + "users/group_remove", `{"username":"ann","group_names":["nobodys"]}`, `Field group_names[0] should be the name of a group, got "nobodys" in request.`, 400},
			"somebody without a name":     {"PUT " + custom + "users/group_add", `{"group_names":["team"]}`, "", 400},
			"a group without a name":      {"POST " + userGroups, `{}`, `Field name should be a DNS-1035 label of at most 64 characters, got "" in request.`, 400},
			"a group called otherwise":    {"PUT " + userGroups + "/team", `{"name":"other"}`, `Field name should be "team" as in the path, got "other" in request.`, 400},
			"roles of another group":      {"PUT " + userGroups + "/team/assign_namespace_roles", `{"name":"other"}`, `Field name should be "team" as in the path, got "other" in request.`, 400},
			"members that are not there":  {"PUT " + userGroups + "/team", `{"usernames":["ann","bob",""]}`, `Field usernames[1] should be valid: user "bob" does not exist. Field usernames[2] should be valid: user "" does not exist.`, 400},
			"a long description":          {"PUT " + userGroups + "/team", `{"description":"` + strings.Repeat("a", 1025) + `"}`, "Field description should have between 0 and 1024 characters.", 400},
			"both of them":                {"POST " + userGroups + "/analyze_for_deletion", `{"object_uid":"x","namespace_name_identifier":{"object_name":"team","object_namespace":"system"}}`, "", 400},
			"neither of them":             {"POST " + userGroups + "/analyze_for_deletion", `{}`, "", 400},
			"a group elsewhere":           {"POST " + userGroups + "/analyze_for_deletion", `{"namespace_name_identifier":{"object_name":"team","object_namespace":"shared"}}`, "", 404},
			"an id that is none":          {"POST " + userGroups + "/analyze_for_deletion", `{"object_uid":"x"}`, "", 404},
			"a selector that is none":     {"GET /api/web/namespaces/system/user_groups?label_filter=a+in", "", "", 400},
			"a format that is none":       {"GET /api/web/namespaces/system/user_groups/team?response_format=X", "", "", 400},
		} {
			t.Run(name, func(t *testing.T) {
				answer := p.ask(t, bad.request, bad.body, bad.status)
				if bad.message != "" {
					wants(t, "message", answer["message"], any(bad.message))
				}
				if code := map[int]float64{400: 3, 404: 5}[bad.status]; answer["code"] != code {
					t.Errorf("code %v: %v", answer["code"], answer["message"])
				}
			})
		}
		if diff := cmp.Diff(before, p.ask(t, "GET "+userRoles, "", 200)); diff != "" {
			t.Errorf("users changed (-before +after)\n%s", diff)
		}
		if diff := cmp.Diff(groups, p.ask(t, "GET "+userGroups, "", 200)); diff != "" {
			t.Errorf("groups changed (-before +after)\n%s", diff)
		}
	})
}
