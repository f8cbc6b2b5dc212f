package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestProvisioningKeepsToItsTenant: a client that knows every id of another
// tenant neither sees nor changes anything there, wherever it puts them.
func TestProvisioningKeepsToItsTenant(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		a, b := s.NewTenant(t, "a"), s.NewTenant(t, "b")
		mine, theirs := newProvisioner(t, s, a.Tenant, a.User.ID), newProvisioner(t, s, b.Tenant, b.User.ID)
		// Both have people and groups of the same names.
		ids := map[string]string{}
		for name, idp := range map[string]provisioner{"my": mine, "their": theirs} {
			ids[name+" user"] = idp.user(t, "kim", `"externalId":"e-1"`, `"emails":[{"value":"kim@example.com"}]`)
			ids[name+" group"] = idp.group(t, "Team", ids[name+" user"])
		}
		user, group := ids["their user"], ids["their group"]
		before := rows(t, s, b.Tenant.ID)

		for _, tt := range []struct {
			method, path, data string
			want               int
		}{
			{"GET", "/Users/" + user, "", 404}, {"GET", "/Groups/" + group, "", 404},
			{"PUT", "/Users/" + user, personNamed("kim", `"displayName":"Mine"`), 404},
			{"PUT", "/Groups/" + group, `{"displayName":"Mine"}`, 404},
			{"PATCH", "/Users/" + user, patchOf("replace", "active", "false"), 404},
			{"PATCH", "/Groups/" + group, patchOf("remove", "members", ""), 404},
			{"PATCH", "/Groups/" + group, patchOf("add", "members", membersOf(ids["my user"])), 404},
			{"DELETE", "/Users/" + user, "", 404}, {"DELETE", "/Groups/" + group, "", 404},
			// Their people are nobody here.
			{"PATCH", "/Groups/" + ids["my group"], patchOf("add", "members", membersOf(user)), 400},
			{"PATCH", "/Groups/" + ids["my group"], patchOf("replace", "members", membersOf(user)), 400},
			{"PUT", "/Groups/" + ids["my group"], `{"displayName":"Team","members":` + membersOf(user) + `}`, 400},
			{"POST", "/Groups", `{"displayName":"Other","members":` + membersOf(user) + `}`, 400},
		} {
			status := mine.send(t, tt.method+" "+tt.path, tt.data)
			if status.Status != tt.want && (tt.want != 400 || status.Status != 404) {
				t.Errorf("%s %s %s: %d %s, want %d", tt.method, tt.path, tt.data, status.Status, status.Body, tt.want)
			}
			if tt.method == "GET" {
				continue
			}
			bulk := mine.send(t, "POST /Bulk", bulkOf(bulkOne(tt.method, tt.path, tt.data)))
			if bulk.Status != http.StatusOK || !strings.Contains(bulk.Body, `"status":"40`) {
				t.Errorf("in bulk: %s %s %s: %d %s", tt.method, tt.path, tt.data, bulk.Status, bulk.Body)
			}
		}
		// A bulkId means what the request itself makes, and nothing else.
		bulk := mine.send(t, "POST /Bulk", bulkOf(bulkOne("PATCH", "/Groups/"+ids["my group"], patchOf("add", "members", `[{"value":"bulkId:`+user+`"}]`))))
		if !strings.Contains(bulk.Body, `"status":"40`) {
			t.Errorf("a bulkId that is an id: %d %s", bulk.Status, bulk.Body)
		}

		for _, filter := range []string{`id eq "` + user + `"`, `groups.value eq "` + group + `"`, `groups eq "` + group + `"`} {
			if l := mine.ask(t, "GET /Users?filter="+url.QueryEscape(filter), "", 200); l["totalResults"] != 0.0 {
				t.Errorf("%s finds %v", filter, l)
			}
		}
		if l := mine.ask(t, "GET /Groups?filter="+url.QueryEscape(`members.value eq "`+user+`" or id eq "`+group+`"`), "", 200); l["totalResults"] != 0.0 {
			t.Errorf("groups: %v", l)
		}
		for _, filter := range []string{`userName eq "kim"`, `externalId eq "e-1"`, `emails.value eq "kim@example.com"`, `id pr and userName sw "ki"`} {
			l := mine.ask(t, "GET /Users?filter="+url.QueryEscape(filter), "", 200)
			found, _ := l["Resources"].([]any)
			if len(found) != 1 || found[0].(map[string]any)["id"] != ids["my user"] {
				t.Errorf("%s finds %v", filter, l)
			}
		}
		for _, search := range []string{"POST /.search", "POST /Users/.search"} {
			body := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"id pr"}`
			if found := mine.send(t, search, body); found.Status != 200 || strings.Contains(found.Body, user) || strings.Contains(found.Body, group) {
				t.Errorf("%s: %d %s", search, found.Status, found.Body)
			}
		}

		// The address of another tenant does not take the token of this one.
		for _, base := range []string{"/t/b/scim/v2", "/t/none/scim/v2"} {
			for _, path := range []string{"/Users", "/Users/" + user, "/Users/" + ids["my user"], "/Me"} {
				if got := s.Do(t, "GET", base+path, mine.token, ""); got.Status != http.StatusUnauthorized {
					t.Errorf("%s%s: %d %s", base, path, got.Status, got.Body)
				}
			}
		}
		if got := s.Do(t, "GET", "/scim/v2/Users/"+ids["my user"], mine.token, ""); got.Status != http.StatusOK {
			t.Errorf("by the token alone: %d %s", got.Status, got.Body)
		}
		if got := s.Do(t, "GET", "/scim/v2/Users/"+user, mine.token, "", "Host: b.gatehouse.test"); got.Status != http.StatusUnauthorized {
			t.Errorf("on the host of another tenant: %d %s", got.Status, got.Body)
		}
		if diff := cmp.Diff(before, rows(t, s, b.Tenant.ID)); diff != "" {
			t.Errorf("the other tenant has changed (-before +after)\n%s", diff)
		}
	})
}

// TestExternalIDIsNoKey: what a client calls somebody leads to nobody, whoever
// else is called so, or has it as an id.
func TestExternalIDIsNoKey(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		idp := newProvisioner(t, s, s.Tenant, s.Admin.ID)
		kim := idp.user(t, "kim", `"externalId":"1"`)
		lee := idp.user(t, "lee", `"externalId":"1"`)                    // as kim's
		may := idp.user(t, "may", `"externalId":"`+kim+`"`)              // kim's id
		admin := idp.user(t, string(s.Admin.ID), `"externalId":"admin"`) // the administrator's id, and name
		for _, name := range []string{"1", "admin", "kim"} {
			for _, request := range []string{"GET /Users/" + name, "PATCH /Users/" + name, "PUT /Users/" + name, "DELETE /Users/" + name} {
				body := map[string]string{"PATCH": patchOf("replace", "active", "false"), "PUT": personNamed("other")}[strings.Fields(request)[0]]
				idp.ask(t, request, body, 404)
			}
		}
		idp.ask(t, "PATCH /Users/"+kim, patchOf("replace", "displayName", `"Kim"`), 200)
		for id, want := range map[string]string{kim: "Kim", may: "", lee: "", admin: ""} {
			if got, _ := idp.ask(t, "GET /Users/"+id, "", 200)["displayName"].(string); got != want {
				t.Errorf("%s is called %q", id, got)
			}
		}
		if u := idp.ask(t, "GET /Users/"+string(s.Admin.ID), "", 200); u["userName"] != "admin" {
			t.Errorf("the administrator's id is %v", u)
		}
		for value, want := range map[string]float64{"1": 2, kim: 1, "admin": 1} {
			if l := idp.ask(t, "GET /Users?filter="+url.QueryEscape(`externalId eq "`+value+`"`), "", 200); l["totalResults"] != want {
				t.Errorf("externalId %s: %v", value, l)
			}
		}
		// Another client's word for it changes nothing but that.
		idp.ask(t, "PATCH /Users/"+lee, patchOf("replace", "externalId", `"`+string(s.Admin.ID)+`"`), 200)
		idp.ask(t, "DELETE /Users/"+lee, "", 204)
		if _, err := s.Authn.Token(t.Context(), s.AdminToken, testOrigin); err != nil {
			t.Errorf("the administrator: %v", err)
		}
		group := idp.group(t, "Team")
		idp.ask(t, "PATCH /Groups/"+group, patchOf("replace", "externalId", `"`+kim+`"`), 204)
		idp.ask(t, "PATCH /Groups/"+group, patchOf("add", "members", membersOf("1")), 400)
		if members := idp.ask(t, "GET /Groups/"+group, "", 200)["members"]; members != nil {
			t.Errorf("members: %v", members)
		}
	})
}

// TestProvisioningOfOutsiders: who looks after another tenant has a place there,
// and is no user of it.
func TestProvisioningOfOutsiders(t *testing.T) {
	s := apptest.SQLite(t)
	msp, customer := s.NewTenant(t, "msp"), s.NewTenant(t, "customer")
	s.Delegate(t, msp.Tenant, s.NewGroup(t, msp.Tenant, "support", "", "admin"), customer.Tenant,
		s.NewGroup(t, customer.Tenant, "helpers", s.NewRole(t, customer.Tenant, "helper", "users.read").Name))
	const below = "/managed_tenant/customer" + iam.ProvisioningPath
	if a := s.Do(t, "GET", below+"/Users", msp.Token, ""); a.Status != http.StatusOK || !strings.Contains(a.Body, string(customer.User.ID)) {
		t.Errorf("what is given: %d %s", a.Status, a.Body)
	}
	for request, want := range map[string]int{"GET " + below + "/Me": 404, "DELETE " + below + "/Users/" + string(customer.User.ID): 403,
		"GET " + below + "/Users/" + string(msp.User.ID): 404, "GET " + below + "/Groups": 403} {
		method, path, _ := strings.Cut(request, " ")
		if a := s.Do(t, method, path, msp.Token, ""); a.Status != want {
			t.Errorf("%s: %d %s, want %d", request, a.Status, a.Body, want)
		}
	}
}
