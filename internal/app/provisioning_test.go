package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// provisioner is a provisioning client of a tenant, at its base address.
type provisioner struct {
	*apptest.Server
	base, token string
}

// newProvisioner gives a tenant a client in the name of a user of it.
func newProvisioner(t *testing.T, s *apptest.Server, tenant iam.Tenant, u iam.UserID) provisioner {
	t.Helper()
	token, _, err := s.Authn.CreateProvisioningToken(t.Context(), iam.System(tenant.ID, "test"), tenant.Code, u, "identity provider", 0)
	if err != nil {
		t.Fatal(err)
	}
	return provisioner{s, "/t/" + tenant.Code + iam.ProvisioningPath, token}
}

// send sends "POST /Users" and the like.
func (p provisioner) send(t *testing.T, request, body string) apptest.Answer {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	return p.Do(t, method, p.base+path, p.token, body, "Content-Type: application/scim+json")
}

// ask is send for what has to be answered with a status.
func (p provisioner) ask(t *testing.T, request, body string, want int) (answer map[string]any) {
	t.Helper()
	a := p.send(t, request, body)
	if a.Status != want {
		t.Fatalf("%s %s: %d %s, want %d", request, body, a.Status, a.Body, want)
	}
	if a.Body != "" {
		if err := json.Unmarshal([]byte(a.Body), &answer); err != nil {
			t.Fatalf("%s: %s: %v", request, a.Body, err)
		}
	}
	return answer
}

// user makes a user, with further members, and answers the id.
func (p provisioner) user(t *testing.T, name string, more ...string) string {
	t.Helper()
	id, _ := p.ask(t, "POST /Users", personNamed(name, more...), 201)["id"].(string)
	return id
}

// group makes a group and answers the id.
func (p provisioner) group(t *testing.T, name string, members ...string) string {
	t.Helper()
	id, _ := p.ask(t, "POST /Groups", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":%q,"members":%s}`,
		name, membersOf(members...)), 201)["id"].(string)
	return id
}

func personNamed(name string, more ...string) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q%s}`, name, strings.Join(append([]string{""}, more...), ","))
}

// membersOf is the value of members with ids.
func membersOf(ids ...string) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = fmt.Sprintf(`{"value":%q}`, id)
	}
	return "[" + strings.Join(list, ",") + "]"
}

// patchOf is the body of a PATCH of one operation; without a path where that is
// empty, and without a value where that is.
func patchOf(op, path, value string) string {
	operation := fmt.Sprintf(`{"op":%q`, op)
	if path != "" {
		operation += fmt.Sprintf(`,"path":%q`, path)
	}
	if value != "" {
		operation += `,"value":` + value
	}
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + operation + `}]}`
}

// bulkOf is the body of a bulk request.
func bulkOf(operations ...string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` + strings.Join(operations, ",") + `]}`
}

// bulkOne is one operation of it.
func bulkOne(method, path, data string) string {
	o := fmt.Sprintf(`{"method":%q,"path":%q`, method, path)
	if method == "POST" {
		o += `,"bulkId":"b"`
	}
	if data != "" {
		o += `,"data":` + data
	}
	return o + "}"
}

// tokenOf makes an API token of a user.
func tokenOf(t *testing.T, s *apptest.Server, tenant iam.Tenant, u string) string {
	t.Helper()
	token, _, err := s.Authn.CreateToken(t.Context(), iam.System(tenant.ID, "test"), tenant.Code, authn.NewToken{User: iam.UserID(u)})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// testOrigin is where people sign in from.
var testOrigin = authn.Origin{Dialect: "test", Address: "192.0.2.7"}

// TestGroupMembershipGivesRights: who gets into a group, by whatever request, has
// what it gives with the next request of their own, and who gets out has not.
func TestGroupMembershipGivesRights(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		idp := newProvisioner(t, s, s.Tenant, s.Admin.ID)
		kim := idp.user(t, "kim")
		team := idp.group(t, "Operators")
		role := s.NewRole(t, s.Tenant, "operator", iam.RegionsRead)
		if _, err := s.Access.Bind(t.Context(), s.Operator(), iam.Binding{Group: iam.GroupID(team), Role: role.ID}); err != nil {
			t.Fatal(err)
		}
		token := tokenOf(t, s, s.Tenant, kim)
		may := func(when string, want int) {
			t.Helper()
			if a := s.Do(t, "GET", "/v2.1/regions", token, ""); a.Status != want {
				t.Errorf("%s: %d %s, want %d", when, a.Status, a.Body, want)
			}
		}
		may("made", http.StatusForbidden)
		one := " /Groups/" + team
		for _, change := range []struct {
			what, request, body string
			status, want        int
		}{
			{"added", "PATCH" + one, patchOf("add", "members", membersOf(kim)), 204, 200},
			{"removed by value", "PATCH" + one, patchOf("remove", "members", membersOf(kim)), 204, 403},
			{"added without a path", "PATCH" + one, patchOf("Add", "", `{"members":`+membersOf(kim)+`}`), 204, 200},
			{"removed by path", "PATCH" + one, patchOf("Remove", `members[value eq "`+kim+`"]`, ""), 204, 403},
			{"replaced", "PATCH" + one, patchOf("replace", "members", membersOf(kim)), 204, 200},
			{"all removed", "PATCH" + one, patchOf("remove", "members", ""), 204, 403},
			{"written anew", "PUT" + one, `{"displayName":"Operators","members":` + membersOf(kim) + `}`, 200, 200},
			{"written without", "PUT" + one, `{"displayName":"Operators"}`, 200, 403},
			{"in bulk", "POST /Bulk", bulkOf(bulkOne("PATCH", "/Groups/"+team, patchOf("add", "members", membersOf(kim)))), 200, 200},
			{"the group is gone", "DELETE" + one, "", 204, 403},
		} {
			idp.ask(t, change.request, change.body, change.status)
			may(change.what, change.want)
		}
	})
}

// TestDeactivationEndsEverything: the next request of whom a client deactivates is
// refused, whatever it comes with; sessions do not come back with the user.
func TestDeactivationEndsEverything(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		idp := newProvisioner(t, s, s.Tenant, s.Admin.ID)
		for what, off := range map[string]struct{ off, on string }{
			"PATCH":                {patchOf("replace", "active", "false"), patchOf("replace", "active", "true")},
			"PATCH of a text":      {patchOf("Replace", "active", `"False"`), patchOf("Replace", "active", `"True"`)},
			"PATCH without a path": {patchOf("replace", "", `{"active":false}`), patchOf("replace", "", `{"active":true}`)},
			"PUT":                  {personNamed("kim", `"active":false`), personNamed("kim", `"active":true`)},
		} {
			kim := idp.user(t, "kim", `"password":"a long enough phrase"`)
			unlocked := false
			if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: iam.UserID(kim)},
				directory.UserChange{MustChangePassword: &unlocked}); err != nil {
				t.Fatal(err)
			}
			token := tokenOf(t, s, s.Tenant, kim)
			signIn := func() (authn.Begun, error) {
				return s.Authn.BeginSignIn(t.Context(), s.Tenant.ID, authn.Attempt{Username: "kim", Password: apptest.AdminPassword, Pages: true}, testOrigin)
			}
			begun, err := signIn()
			if err != nil {
				t.Fatal(err)
			}
			state := func() (token1, session, again bool) {
				_, err1 := s.Authn.Token(t.Context(), token, testOrigin)
				_, _, err2 := s.Authn.Browser(t.Context(), begun.Cookie, testOrigin)
				_, err3 := signIn()
				return err1 == nil, err2 == nil, err3 == nil
			}
			wants := func(when string, token, session, again bool) {
				t.Helper()
				if a, b, c := state(); a != token || b != session || c != again {
					t.Errorf("%s, %s: token %v, session %v, sign-in %v, want %v, %v, %v", what, when, a, b, c, token, session, again)
				}
			}
			wants("before", true, true, true)
			method, _, _ := strings.Cut(what, " ")
			idp.ask(t, method+" /Users/"+kim, off.off, 200)
			wants("deactivated", false, false, false)
			idp.ask(t, method+" /Users/"+kim, off.on, 200)
			wants("activated", true, false, true)
			idp.ask(t, "DELETE /Users/"+kim, "", 204)
			wants("deleted", false, false, false)
		}
	})
}

// TestProvisioningOnEveryNode: what a client has done at one node holds at the
// others within a second.
func TestProvisioningOnEveryNode(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		other := s.Beside(t)
		idp := newProvisioner(t, s, s.Tenant, s.Admin.ID)
		kim := idp.user(t, "kim")
		team := idp.group(t, "Operators")
		role := s.NewRole(t, s.Tenant, "operator", iam.RegionsRead)
		if _, err := s.Access.Bind(t.Context(), s.Operator(), iam.Binding{Group: iam.GroupID(team), Role: role.ID}); err != nil {
			t.Fatal(err)
		}
		token := tokenOf(t, s, s.Tenant, kim)
		wants := func(when string, want int) {
			t.Helper()
			got := 0
			for end := time.Now().Add(time.Second); got != want && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				got = other.Do(t, "GET", "/v2.1/regions", token, "").Status
			}
			if got != want {
				t.Errorf("%s: %d at the other node, want %d", when, got, want)
			}
		}
		wants("made", http.StatusForbidden)
		idp.ask(t, "PATCH /Groups/"+team, patchOf("add", "members", membersOf(kim)), 204)
		wants("in the group", http.StatusOK)
		idp.ask(t, "PATCH /Groups/"+team, patchOf("remove", "members", membersOf(kim)), 204)
		wants("out of it", http.StatusForbidden)
		idp.ask(t, "PATCH /Users/"+kim, patchOf("replace", "active", "false"), 200)
		wants("deactivated", http.StatusUnauthorized)
	})
}

// TestProvisioningIsOnTheTrail: every change is an event that tells who has made
// it to what, from where; what changes nothing is none.
func TestProvisioningIsOnTheTrail(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		idp := newProvisioner(t, s, s.Tenant, s.Admin.ID)
		trail := func(id string) (actions []string) {
			t.Helper()
			l, err := s.Audit.Events(t.Context(), s.Operator(), audit.Filter{ObjectID: id}, iam.Page{Desc: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range l.Items {
				if e.ActorID != s.Admin.ID || e.ActorName != "admin" || e.Method != iam.MethodToken || e.Address == "" || e.RequestID == "" {
					t.Errorf("%+v", e)
				}
				if e.Name == "" || strings.Contains(fmt.Sprint(e), "secret phrase") {
					t.Errorf("%+v", e)
				}
				action := e.Action
				for _, name := range []string{"state", "email", "password", "members"} {
					if e.Details[name] != "" {
						action += " " + name
					}
				}
				actions = append(actions, action)
			}
			return actions
		}
		kim := idp.user(t, "kim", `"password":"a secret phrase of kim's"`, `"externalId":"1"`)
		one := " /Users/" + kim
		idp.ask(t, "PATCH"+one, patchOf("replace", "displayName", `"Kim"`), 200)
		idp.ask(t, "PATCH"+one, patchOf("replace", "displayName", `"Kim"`), 200) // says nothing new
		idp.ask(t, "PATCH"+one, patchOf("replace", "active", "false"), 200)
		idp.ask(t, "PATCH"+one, patchOf("replace", "password", `"a secret phrase"`), 200)
		idp.ask(t, "PUT"+one, personNamed("kim", `"active":true`, `"emails":[{"value":"kim@example.com"}]`), 200)
		idp.ask(t, "PATCH"+one, patchOf("replace", "id", `"other"`), 400)
		team := idp.group(t, "Team", kim)
		idp.ask(t, "PATCH /Groups/"+team, patchOf("remove", "members", membersOf(kim)), 204)
		idp.ask(t, "PATCH /Groups/"+team, patchOf("replace", "displayName", `"The team"`), 204)
		idp.ask(t, "POST /Bulk", bulkOf(bulkOne("PATCH", "/Groups/"+team, patchOf("add", "members", membersOf(kim))),
			bulkOne("DELETE", "/Users/"+kim, "")), 200)
		idp.ask(t, "DELETE /Groups/"+team, "", 204)
		want := map[string][]string{
			kim:  {"user.create", "user.update", "user.update state", "user.update password", "user.update state email", "user.delete"},
			team: {"group.create members", "group.update members", "group.update", "group.update members", "group.delete"}}
		if diff := cmp.Diff(want, map[string][]string{kim: trail(kim), team: trail(team)}); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// TestProvisioningTokenRaisesNoRights: with a token of that scope, whoever it is
// of, nobody gives or gains a right, gets into an account, or touches one that
// holds more; by none of the operations that are siblings.
func TestProvisioningTokenRaisesNoRights(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		clerkRole := s.NewRole(t, s.Tenant, "clerk", "users.*", "groups.*")
		clerk := s.NewMember(t, s.Tenant, "clerk", clerkRole.Name)
		strong := s.NewMember(t, s.Tenant, "strong", access.RoleAdmin)
		admins := string(s.NewGroup(t, s.Tenant, "admins", access.RoleAdmin, "strong").ID)
		empty := string(s.NewGroup(t, s.Tenant, "empty", "").ID)
		for whose, idp := range map[string]provisioner{"an administrator's": newProvisioner(t, s, s.Tenant, s.Admin.ID),
			"a clerk's": newProvisioner(t, s, s.Tenant, clerk.User.ID)} {
			mallory := idp.user(t, "mallory")
			own := idp.group(t, "own")
			if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: strong.User.ID}, directory.UserChange{}); err != nil {
				t.Fatal(err)
			}
			roles := `"roles":[{"value":"admin"}]`
			user, mighty := "/Users/"+mallory, "/Users/"+string(strong.User.ID)
			before := provisionedRows(t, s, s.Tenant.ID)
			for _, refused := range []struct{ method, path, data string }{
				{"POST", "/Users", personNamed("made", roles)},
				{"PUT", user, personNamed("mallory", roles)},
				{"PATCH", user, patchOf("add", "roles", `[{"value":"admin"}]`)},
				{"PATCH", user, patchOf("add", "", `{"roles":["admin"]}`)},
				{"PATCH", mighty, patchOf("replace", "password", `"a phrase of mallory's"`)},
				{"PATCH", mighty, patchOf("replace", "emails", `[{"value":"mallory@example.com"}]`)},
				{"PATCH", mighty, patchOf("add", `emails[type eq "work"].value`, `"mallory@example.com"`)},
				{"PATCH", mighty, patchOf("replace", "userName", `"mallory2"`)},
				{"PATCH", mighty, patchOf("replace", "active", `false`)},
				{"PUT", mighty, personNamed("strong", `"active":false`)},
				{"PUT", mighty, personNamed("strong", `"password":"a phrase of mallory's"`)},
				{"DELETE", mighty, ""},
				{"POST", "/Groups", `{"displayName":"made","members":` + membersOf(string(strong.User.ID)) + `}`},
				{"PATCH", "/Groups/" + admins, patchOf("add", "members", membersOf(mallory))},
				{"PATCH", "/Groups/" + admins, patchOf("add", "", `{"members":`+membersOf(mallory)+`}`)},
				{"PATCH", "/Groups/" + admins, patchOf("replace", "displayName", `"other"`)},
				{"PATCH", "/Groups/" + admins, patchOf("remove", `members[value eq "`+string(strong.User.ID)+`"]`, "")},
				{"PUT", "/Groups/" + admins, `{"displayName":"admins","members":` + membersOf(mallory) + `}`},
				{"DELETE", "/Groups/" + admins, ""},
				{"PATCH", "/Groups/" + empty, patchOf("add", "members", membersOf(string(strong.User.ID)))},
				{"PUT", "/Groups/" + own, `{"displayName":"own","members":` + membersOf(mallory, string(strong.User.ID)) + `}`},
			} {
				if a := idp.send(t, refused.method+" "+refused.path, refused.data); a.Status != http.StatusForbidden {
					t.Errorf("%s: %s %s %s: %d %s", whose, refused.method, refused.path, refused.data, a.Status, a.Body)
				}
				a := idp.send(t, "POST /Bulk", bulkOf(bulkOne(refused.method, refused.path, refused.data)))
				if a.Status != http.StatusOK || !strings.Contains(a.Body, `"status":"403"`) {
					t.Errorf("%s, in bulk: %s %s %s: %d %s", whose, refused.method, refused.path, refused.data, a.Status, a.Body)
				}
			}
			// What is no attribute, or for nobody to write, is passed over.
			idp.ask(t, "POST /Users", personNamed("plain", `"groups":`+membersOf(admins), `"domain_owner":"true"`, `"attributes":{"domain_owner":"true"}`,
				`"id":"`+string(strong.User.ID)+`"`, `"meta":{"version":"W/\"9\""}`), 201)
			if diff := cmp.Diff(before, provisionedRows(t, s, s.Tenant.ID)); strings.Contains(diff, "-\t") {
				t.Errorf("%s: something that was there has changed (-before +after)\n%s", whose, diff)
			}
			u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: "plain"})
			if err != nil || u.Owner() || len(u.Groups)+len(u.Roles) > 0 || u.ID == strong.User.ID {
				t.Errorf("%s: %+v, %v", whose, u, err)
			}
			for _, request := range []string{"GET /v2.1/regions", "GET /api/web/custom/namespaces/system/oidc_providers", "GET /api/gatehouse/v1/events"} {
				if a := s.Do(t, "GET", strings.TrimPrefix(request, "GET "), idp.token, ""); a.Status != http.StatusForbidden {
					t.Errorf("%s: %s: %d %s", whose, request, a.Status, a.Body)
				}
			}
			for _, id := range []iam.UserID{iam.UserID(mallory), u.ID} {
				if _, err := s.Directory.DeleteUser(t.Context(), s.Operator(), directory.UserKey{ID: id}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.Directory.DeleteGroup(t.Context(), s.Operator(), directory.GroupKey{ID: iam.GroupID(own)}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// provisionedRows are the rows of a tenant that provisioning may write to, but
// for the trail.
func provisionedRows(t *testing.T, s *apptest.Server, tenant iam.TenantID) map[string][]string {
	t.Helper()
	all := rows(t, s, tenant)
	kept := map[string][]string{}
	for _, table := range []string{"users", "user_groups", "memberships", "bindings", "roles", "api_groups", "user_values", "group_values", "api_tokens"} {
		if slices.Sort(all[table]); len(all[table]) > 0 {
			kept[table] = all[table]
		}
	}
	return kept
}
