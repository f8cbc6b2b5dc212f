package f5xc_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// newPerson is the body that makes a user by SCIM.
func newPerson(name string, more ...string) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"externalId":"x-%[1]s","name":{"givenName":"G"},
		"emails":[{"value":"%[1]s@example.com","primary":true}],"roles":["ves-io-monitor-role"]%s}`, name, strings.Join(append([]string{""}, more...), ","))
}

// patching is the body of a PATCH of one operation.
func patching(id, op, path, value string) string {
	return fmt.Sprintf(`{"id":%q,%s,"Operations":[{"op":%q,"path":%q,"value":%s}]}`, id, patchOp, op, path, value)
}

// provisioned makes a user by SCIM and answers the id.
func (p person) provisioned(t *testing.T, name string) string {
	t.Helper()
	id, _ := p.ask(t, "POST "+usersSCIM, newPerson(name), 200)["id"].(string)
	return id
}

// client is a provisioning client with a token of the administrator that is
// narrowed as that of a provider is.
func client(t *testing.T, s *apptest.Server) person {
	t.Helper()
	token, _, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code,
		authn.NewToken{User: s.Admin.ID, Scope: iam.ScopeProvisioning})
	if err != nil {
		t.Fatal(err)
	}
	return person{s, token}
}

// TestProvisioning: what a provisioning client does to a user takes effect at
// once, everywhere, and what it looks after nobody else changes.
func TestProvisioning(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin, idp := person{s, s.AdminToken}, client(t, s)
		idp.ask(t, "POST "+usersSCIM, newPerson("zoe"), 403) // a role that the token is too narrow for
		id := admin.provisioned(t, "zoe")
		u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: iam.UserID(id)})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"sync_mode": "SCIM", "sync_id": "x-zoe"}
		if diff := cmp.Diff(want, u.Attributes); diff != "" || u.Email != "zoe@example.com" || len(u.Roles) != 1 {
			t.Errorf("%+v (-want +got)\n%s", u, diff)
		}
		token, _, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code, authn.NewToken{User: u.ID})
		if err != nil {
			t.Fatal(err)
		}
		zoe := person{s, token}
		zoe.ask(t, "GET "+custom+"whoami", "", 200)

		one := usersSCIM + "/" + id
		idp.ask(t, "PATCH "+one, patching(id, "Replace", "active", `"False"`), 200)
		zoe.ask(t, "GET "+custom+"whoami", "", 401)
		idp.ask(t, "PATCH "+one, patching(id, "Replace", "active", `true`), 200)
		zoe.ask(t, "GET "+custom+"whoami", "", 200)

		// The client may look after somebody who holds more than its token; it
		// may not become them.
		for what, operation := range map[string]string{"password": patching(id, "replace", "password", `"a phrase of the client's"`),
			"address": patching(id, "replace", "emails", `[{"value":"mine@example.com"}]`),
			"name":    patching(id, "replace", "userName", `"mine"`), "roles": patching(id, "add", "roles", `[{"value":"admin"}]`)} {
			if a := idp.ask(t, "PATCH "+one, operation, 403); a["code"] != 7.0 {
				t.Errorf("%s: %v", what, a)
			}
		}
		idp.ask(t, "PATCH "+one, patching(id, "replace", "displayName", `"Zoë"`), 200)

		for what, body := range map[string]string{
			"a name":     `{"name":"zoe","email":"zoe@example.com","first_name":"Other","last_name":"","namespace":"system"}`,
			"an address": `{"name":"zoe","email":"other@example.com","first_name":"G","last_name":"L","namespace":"system"}`,
		} {
			if a := admin.ask(t, "POST "+userRoles+"/zoe", strings.Replace(body, `"last_name":""`, `"last_name":"L"`, 1), 409); a["code"] != 9.0 {
				t.Errorf("%s: %v", what, a)
			}
		}

		by := apptest.Member{Tenant: s.Tenant, User: u}.Actor()
		other := "Other"
		if _, err := s.Directory.UpdateProfile(t.Context(), by, directory.Profile{GivenName: &other}); !iam.Is(err, iam.Precondition) {
			t.Errorf("a name of one's own: %v", err)
		}
		if _, err := s.Directory.UpdateProfile(t.Context(), by, directory.Profile{Theme: new("dark")}); err != nil {
			t.Error(err)
		}
		if err := s.Authn.SendVerification(t.Context(), by, "other@example.com"); !iam.Is(err, iam.Precondition) {
			t.Errorf("an address of one's own: %v", err)
		}

		group, _ := idp.ask(t, "POST "+groupsSCIM, `{"displayName":"Team","members":[{"value":"`+id+`"}]}`, 200)["id"].(string)
		admin.ask(t, "POST "+userGroups, `{"name":"admins",`+entries("admin@shared")+`}`, 200)
		admins, err := s.Directory.Group(t.Context(), s.Operator(), directory.GroupKey{Name: "admins"})
		if err != nil {
			t.Fatal(err)
		}
		idp.ask(t, "PATCH "+groupsSCIM+"/"+string(admins.ID), patching(string(admins.ID), "add", "members", `[{"value":"`+id+`"}]`), 403)
		idp.ask(t, "PATCH "+groupsSCIM+"/"+group, patching(group, "remove", `members[value eq "`+id+`"]`, "null"), 200)
		const shield = "POST /api/config/namespaces/shared/app_firewalls"
		zoe.ask(t, shield, `{"metadata":{"name":"shield"},"spec":{}}`, 403)
		admin.ask(t, "PUT "+userGroups+"/Team/assign_namespace_roles", `{"name":"Team",`+entries("ves-io-power-developer-role@shared")+`}`, 200)
		idp.ask(t, "PATCH "+groupsSCIM+"/"+group, patching(group, "add", "members", `[{"value":"`+id+`"}]`), 200)
		zoe.ask(t, shield, `{"metadata":{"name":"shield"},"spec":{}}`, 200)
		admin.ask(t, "PATCH "+groupsSCIM+"/"+string(admins.ID), patching(string(admins.ID), "add", "members", `[{"value":"`+id+`"}]`), 200)
		if a := zoe.ask(t, "GET "+custom+"whoami", "", 200); !strings.Contains(text(a["group_names"]), "admins") {
			t.Errorf("%v", a)
		}
		idp.ask(t, "DELETE "+one, "", 200)
		zoe.ask(t, "GET "+custom+"whoami", "", 401)
		idp.ask(t, "GET "+one, "", 404)
	})
}

// TestProvisioningGivesNothingAway: who may look after people, and no more, gains
// nothing by SCIM.
func TestProvisioningGivesNothingAway(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin, clerk := clerk(t, s)
		find := func(path, filter string) string {
			found := admin.ask(t, "GET "+path+"?filter="+filter, "", 200)
			one, _ := found["Resources"].([]any)
			m, _ := one[0].(map[string]any)
			id, _ := m["id"].(string)
			return id
		}
		strong, self := find(usersSCIM, `userName+eq+"strong"`), find(usersSCIM, `userName+eq+"clerk"`)
		admins, empty := find(groupsSCIM, `displayName+eq+"admins"`), find(groupsSCIM, `displayName+eq+"empty"`)
		state := func() map[string]any {
			return map[string]any{"users": admin.ask(t, "GET "+usersSCIM, "", 200), "groups": admin.ask(t, "GET "+groupsSCIM, "", 200)}
		}
		before := state()
		member := func(id string) string { return `[{"value":"` + id + `"}]` }
		for _, refused := range []struct{ request, body string }{
			{"POST " + usersSCIM, strings.Replace(newPerson("mallory"), "ves-io-monitor-role", "admin", 1)},
			{"PATCH " + usersSCIM + "/" + self, patching(self, "add", "roles", `["admin"]`)},
			{"PATCH " + usersSCIM + "/" + strong, patching(strong, "replace", "password", `"a phrase of the clerk's"`)},
			{"PATCH " + usersSCIM + "/" + strong, patching(strong, "replace", "active", `false`)},
			{"PATCH " + usersSCIM + "/" + strong, patching(strong, "replace", "emails", member("clerk@example.com"))},
			{"DELETE " + usersSCIM + "/" + strong, ""},
			{"POST " + groupsSCIM, `{"displayName":"mine","members":` + member(strong) + `}`},
			{"PATCH " + groupsSCIM + "/" + admins, patching(admins, "add", "members", member(self))},
			{"PUT " + groupsSCIM + "/" + admins, `{"displayName":"admins","members":` + member(self) + `}`},
			{"PATCH " + groupsSCIM + "/" + admins, patching(admins, "replace", "displayName", `"empty admins"`)},
			{"PATCH " + groupsSCIM + "/" + empty, patching(empty, "add", "members", member(strong))},
			{"DELETE " + groupsSCIM + "/" + admins, ""},
		} {
			clerk.ask(t, refused.request, refused.body, 403)
		}
		if diff := cmp.Diff(before, state()); diff != "" {
			t.Errorf("changed (-before +after)\n%s", diff)
		}
	})
}

// TestSCIMLists: filters, parts of lists, and what is refused in the vendor's
// envelope.
func TestSCIMLists(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin := person{s, s.AdminToken}
		for i := range 5 {
			admin.provisioned(t, fmt.Sprintf("user-%d", i))
		}
		admin.ask(t, "POST "+usersSCIM, newPerson("user-1"), 409)
		names := func(query string) (all []string, total any) {
			found := admin.ask(t, "GET "+usersSCIM+"?"+query, "", 200)
			resources, _ := found["Resources"].([]any)
			for _, r := range resources {
				m, _ := r.(map[string]any)
				all = append(all, fmt.Sprint(m["userName"]))
			}
			return all, found["totalResults"]
		}
		for query, want := range map[string]string{
			`filter=userName+sw+"user-"&count=2&page=2`:                           "user-1 user-2 of 5",
			`filter=userName+sw+"user-"+and+not+(userName+ew+"3")&count=3&page=3`: "user-2 user-4 of 4",
			`filter=externalId+eq+"x-user-3"`:                                     "user-3 of 1",
			`filter=emails.value+eq+"USER-2@example.com"`:                         "user-2 of 1",
			`filter=emails[type+eq+"work"].value+eq+"user-2@example.com"`:         " of 0",
			`filter=emails.value+eq+"*@example.com"`:                              " of 0",
			`filter=userName+eq+"user-*"`:                                         " of 0",
			`filter=userName+eq+"user-1"+and+externalId+eq+"x-user-2"`:            " of 0",
			`filter=userName+eq+"user-1"+or+userName+eq+"user-4"`:                 "user-1 user-4 of 2",
			`filter=id+eq+"nobody"`:                                               " of 0",
			`filter=userName+eq+"' OR 1=1 --"`:                                    " of 0",
			`filter=roles+eq+"ves-io-monitor-role"&count=1`:                       "user-0 of 5",
			`count=2&page=2`:   "user-0 user-1 of 6",
			`count=2&page=100`: " of 6",
			`count=0`:          " of 6",
		} {
			all, total := names(strings.NewReplacer(" ", "%20", `"`, "%22", "[", "%5B", "]", "%5D").Replace(query))
			if got := strings.Join(all, " ") + " of " + fmt.Sprint(total); got != want {
				t.Errorf("%s finds %s, want %s", query, got, want)
			}
		}
		for query, word := range map[string]string{"filter=userName": "operator", "filter=active+gt+true": "active", "count=many": "count", "page=-1": "page",
			"filter=" + strings.Repeat("(", 40) + "a": "parentheses"} {
			a := admin.ask(t, "GET "+usersSCIM+"?"+query, "", 400)
			if message, _ := a["message"].(string); a["code"] != 3.0 || !strings.Contains(message, word) {
				t.Errorf("%s: %v", query, a)
			}
		}
	})
}

// TestSCIMVersions: a write of a version that is past is refused, and one of none
// is done over whatever there is.
func TestSCIMVersions(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin := person{s, s.AdminToken}
		id := admin.provisioned(t, "ada")
		one, change := usersSCIM+"/"+id, func(title string) string { return patching(id, "replace", "title", `"`+title+`"`) }
		tag := s.Do(t, "GET", one, s.AdminToken, "").Header.Get("ETag")
		if tag != `W/"1"` {
			t.Errorf("the entity tag is %q", tag)
		}
		if a := s.Do(t, "PATCH", one, s.AdminToken, change("first"), "If-Match: "+tag); a.Status != http.StatusOK || a.Header.Get("ETag") != `W/"2"` {
			t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
		}
		if a := s.Do(t, "PATCH", one, s.AdminToken, change("stale"), "If-Match: "+tag); a.Status != http.StatusConflict {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		if a := s.Do(t, "PATCH", one, s.AdminToken, change("first")); a.Header.Get("ETag") != `W/"2"` {
			t.Errorf("a change of nothing is a change: %v", a.Header)
		}
		admin.ask(t, "PATCH "+one, strings.Replace(change("x"), `"id":"`+id, `"id":"other`, 1), 400)
		admin.ask(t, "PUT "+one, newPerson("ada", `"id":"`+id+`"`), 400) // no groups, which the vendor's form requires
	})
}

// TestSchemas: the document of the standard comes as it is to who takes it so,
// and in the vendor's own envelope to who takes nothing but JSON.
func TestSchemas(t *testing.T) {
	s := apptest.SQLite(t)
	const schemas = "/api/scim/namespaces/system/v2/Schemas"
	for accept, want := range map[string]string{"": "application/scim+json", "*/*": "application/scim+json", "application/scim+json": "application/scim+json",
		"application/json": "application/json"} {
		a := s.Do(t, "GET", schemas, s.AdminToken, "", "Accept: "+accept)
		if got := a.Header.Get("Content-Type"); a.Status != http.StatusOK || got != want || strings.HasPrefix(a.Body, `{"content_type"`) != (accept == "application/json") {
			t.Errorf("%q: %d %s %s", accept, a.Status, got, iam.Cut(a.Body, 200))
		}
	}
	if a := s.Do(t, "GET", schemas+"/urn:ietf:params:scim:schemas:core:2.0:user", s.AdminToken, ""); !strings.Contains(a.Body, `"userName"`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := s.Do(t, "GET", schemas+"/urn:none", s.AdminToken, ""); a.Status != http.StatusNotFound {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// TestSCIMOfLargeGroups: a change of a group tells of none of its members, neither
// that there are some nor that there are none.
func TestSCIMOfLargeGroups(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		idp := client(t, s)
		ada, bob := idp.provisionedPlain(t, "ada"), idp.provisionedPlain(t, "bob")
		made := idp.ask(t, "POST "+groupsSCIM, `{"displayName":"Team","members":[{"value":"`+ada+`"}]}`, 200)
		if members, _ := made["members"].([]any); len(members) != 1 {
			t.Errorf("made: %v", made)
		}
		team, _ := made["id"].(string)
		one := groupsSCIM + "/" + team
		for _, change := range []struct {
			request, body string
			told          bool
			members       int
		}{
			{"PATCH " + one, patching(team, "add", "members", `[{"value":"`+bob+`"}]`), false, 2},
			{"PATCH " + one, patching(team, "remove", `members[value eq "`+ada+`"]`, "null"), false, 1},
			{"PATCH " + one, patching(team, "replace", "displayName", `"The team"`), false, 1},
			{"PUT " + one, `{"displayName":"Team"}`, false, 1},
			{"PUT " + one, `{"displayName":"Team","members":[]}`, true, 0},
			{"PUT " + one, `{"displayName":"Team","members":[{"value":"` + ada + `"},{"value":"` + bob + `"}]}`, true, 2},
		} {
			a := idp.ask(t, change.request, change.body, 200)
			members, told := a["members"].([]any)
			if told != change.told || told && len(members) != change.members {
				t.Errorf("%s %s: %v", change.request, change.body, a)
			}
			if now, _ := idp.ask(t, "GET "+one, "", 200)["members"].([]any); len(now) != change.members {
				t.Errorf("after %s %s: %v", change.request, change.body, now)
			}
		}
	})
}

// provisionedPlain is provisioned for who gives no roles.
func (p person) provisionedPlain(t *testing.T, name string) string {
	t.Helper()
	id, _ := p.ask(t, "POST "+usersSCIM, strings.Replace(newPerson(name), `"roles":["ves-io-monitor-role"]`, `"roles":["ves-io-default-role"]`, 1), 200)["id"].(string)
	return id
}

// TestSCIMOwnSchemas: what a tenant has added to users is in the schemas of this
// form, in its filters and its changes, and stays when a user is written anew.
func TestSCIMOwnSchemas(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin := person{s, s.AdminToken}
		const urn = "urn:acme:hr:User"
		if _, err := s.SCIM.SetExtension(t.Context(), s.Operator(), "User", map[string]any{"id": urn, "name": "HR",
			"attributes": []any{map[string]any{"name": "badge", "type": "string"}}}, 0); err != nil {
			t.Fatal(err)
		}
		if a := s.Do(t, "GET", "/api/scim/namespaces/system/v2/Schemas/"+urn, s.AdminToken, ""); !strings.Contains(a.Body, `"badge"`) {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		id := admin.provisioned(t, "ada")
		one := usersSCIM + "/" + id
		admin.ask(t, "PATCH "+one, patching(id, "add", urn+":badge", `"B-7"`), 200)
		admin.ask(t, "PUT "+one, newPerson("ada", `"id":"`+id+`"`, `"groups":[{"id":"x"}]`), 200)
		found := admin.ask(t, "GET "+usersSCIM+"?filter="+url.QueryEscape(urn+`:badge eq "b-7"`), "", 200)
		if found["totalResults"] != "1" {
			t.Errorf("%v", found)
		}
	})
}
