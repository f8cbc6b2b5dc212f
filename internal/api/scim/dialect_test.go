package scim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// as is a client with a token of a user, of a scope.
func as(t *testing.T, s *apptest.Server, u iam.UserID, scope string) *client {
	t.Helper()
	token, _, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code, authn.NewToken{User: u, Scope: scope})
	if err != nil {
		t.Fatal(err)
	}
	return &client{t, s, token}
}

// TestProvisioningToken: the token of a provisioning client is good for all that
// provisioning takes.
func TestProvisioningToken(t *testing.T) {
	s := apptest.SQLite(t)
	c := as(t, s, s.Admin.ID, iam.ScopeProvisioning)
	u := c.user("ada")
	g := c.group("team", `"members":[{"value":"`+strings.TrimPrefix(u, users+"/")+`"}]`)
	c.want(200, "PATCH "+u, patch(op("Replace", "active", `"False"`)))
	c.want(200, "PUT "+g, `{"displayName":"team"}`)
	for _, path := range []string{users, groups, root, root + "/Schemas", root + "/ResourceTypes", root + "/ServiceProviderConfig"} {
		c.want(200, "GET "+path, "")
	}
	c.want(200, "POST "+root+"/.search", `{}`)
	c.want(204, "DELETE "+g, "")
	c.want(204, "DELETE "+u, "")
	c.refused(403, "", "GET "+root+"/Me", "") // its scope is others, not itself
}

// TestTenants: the tenant is that of the token, and where the path or the host
// name means one it has to be that; addresses lead back the way one came.
func TestTenants(t *testing.T) {
	s := apptest.SQLite(t)
	c := admin(t, s)
	stranger := client{t, s, s.NewTenant(t, "stranger").Token}
	path := c.user("ada")
	stranger.refused(404, "", "GET "+path, "")
	stranger.refused(404, "", "DELETE "+path, "")
	stranger.user("ada")
	if got := stranger.found("userName", "GET /t/stranger"+users, ""); got != "ada admin of 2" {
		t.Errorf("the stranger's users are %s", got)
	}
	if r := stranger.do("GET /t/default"+path, ""); r.status != http.StatusUnauthorized && r.status != http.StatusForbidden {
		t.Errorf("%d %s", r.status, r.text)
	}
	for want, r := range map[string]reply{path: c.do("GET "+path, ""), "/t/default" + path: c.do("GET /t/default"+path, "")} {
		if r.header.Get("Location") != apptest.PublicURL+want {
			t.Errorf("%d %v, want %s", r.status, r.header, want)
		}
	}
	if r := c.do("GET "+path, "", "Host: default.gatehouse.test"); r.header.Get("Location") != apptest.PublicURL+"/t/default"+path {
		t.Errorf("%d %v", r.status, r.header)
	}
	team := c.want(201, "POST /t/default"+groups, `{"displayName":"team","members":[{"value":"`+strings.TrimPrefix(path, users+"/")+`"}]}`)
	c.is(team, "members.0.$ref", apptest.PublicURL+"/t/default"+path)
	c.is(c.want(200, "GET "+path, ""), "groups.0.$ref", apptest.PublicURL+groups+"/"+text(team, "id"))
}

// TestGuest: who comes from another tenant may do what its group lets them, and is
// no user here.
func TestGuest(t *testing.T) {
	s := apptest.SQLite(t)
	agency, ward := s.NewTenant(t, "agency"), s.NewTenant(t, "ward")
	agents := s.NewGroup(t, agency.Tenant, "agents", "", agency.User.Username)
	s.Delegate(t, agency.Tenant, agents, ward.Tenant, s.NewGroup(t, ward.Tenant, "helpers", access.RoleAdmin))
	c := client{t, s, agency.Token}
	made := c.want(201, "POST /managed_tenant/ward"+users, `{"userName":"ada"}`)
	c.is(made, "meta.location", apptest.PublicURL+"/managed_tenant/ward"+users+"/"+text(made, "id"))
	for _, what := range []string{"GET", "PUT", "PATCH", "DELETE"} {
		body := map[string]string{"PUT": `{"userName":"x"}`, "PATCH": patch(op("add", "title", `"x"`))}[what]
		c.refused(404, "", what+" /managed_tenant/ward"+root+"/Me", body)
	}
}

// TestRights: each operation takes the right that its like takes elsewhere.
func TestRights(t *testing.T) {
	s := apptest.SQLite(t)
	all := admin(t, s)
	u, g := all.user("ada"), all.group("team")
	s.NewRole(t, s.Tenant, "reader", iam.UsersRead)
	reader := client{t, s, s.NewMember(t, s.Tenant, "reader", "reader").Token}
	reader.want(200, "GET "+u, "")
	reader.want(200, "POST "+users+"/.search", `{}`)
	for _, what := range []string{"GET " + g, "GET " + groups, "POST " + groups + "/.search", "POST " + users, "PUT " + u, "PATCH " + u, "DELETE " + u, "POST " + groups,
		"PUT " + g, "PATCH " + g, "DELETE " + g, "DELETE " + root + "/Me"} {
		reader.refused(403, "", what, `{}`)
	}
	if got := reader.found("meta.resourceType", "GET "+root, ""); got != "User User User of 3" {
		t.Errorf("who may not read groups finds %s", got)
	}
}

// TestSpellings: a slash at the end is as good as none, and whatever case JSON's
// names are in.
func TestSpellings(t *testing.T) {
	c := admin(t, apptest.SQLite(t))
	made := c.want(201, "POST "+users+"/", `{"SCHEMAS":["URN:ietf:params:scim:schemas:core:2.0:user"],"username":"ada"}`)
	one := users + "/" + text(made, "id")
	c.want(200, "GET "+one+"/", "")
	c.want(200, "PATCH "+one+"/", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"operations":[{"OP":"Add","Path":"title","VALUE":"Dr"}]}`)
	c.is(c.want(200, "POST "+users+"/.search/", `{"Filter":"TITLE eq \"dr\"","startindex":1}`), "totalResults", "1")
	c.want(200, "GET "+root+"/", "")
	for _, path := range []string{"/Schemas/", "/ResourceTypes/", "/ServiceProviderConfig/", "/ResourceTypes/user", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:USER/"} {
		c.want(200, "GET "+root+path, "")
	}
	c.want(204, "DELETE "+one+"/", "")
}

// TestLargeGroup: as many members as one write may name fit into it, even where a
// client repeats all that it was told of each.
func TestLargeGroup(t *testing.T) {
	c := admin(t, apptest.SQLite(t))
	id := strings.TrimPrefix(c.user("ada"), users+"/")
	one := `{"value":"` + id + `","type":"User","display":"somebody.with.a.long.name@example.com","$ref":"` + apptest.PublicURL + "/t/default" + users + "/" + id + `"}`
	g := c.want(200, "PUT "+c.group("team"), `{"displayName":"team","members":[`+strings.TrimSuffix(strings.Repeat(one+",", 10_000), ",")+`]}`)
	if all, _ := g["members"].([]any); len(all) != 1 {
		t.Errorf("%d members, all of whom are one", len(all))
	}
}
