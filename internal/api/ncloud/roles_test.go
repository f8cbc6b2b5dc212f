package ncloud_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func newRole(t testing.TB, c client, name, kind string) string {
	t.Helper()
	form := object{"roleName": name, "roleType": kind}
	if kind == "Account" {
		form["sessionExpirationSec"] = 3600
	}
	return ok[result](t, c, "POST", "/roles", form).ID
}

// A role trusts what is of its type, and nothing else.
func TestEntities(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	server, service, account := newRole(t, c, "server", "Server"), newRole(t, c, "service", "Service"), newRole(t, c, "account", "Account")
	group := ok[result](t, c, "POST", "/groups", object{"groupName": "group"}).ID
	newAccount(t, c, "hana", nil)
	entities := func(kind, id string) object { return object{"roleEntityList": []object{{"type": kind, "id": id}}} }
	mine := object{"isMyAccount": true, "loginId": "hana"}
	for name, tt := range map[string]struct {
		method, target string
		body           any
		status, code   int
		words          string
	}{
		"no entities":               {"POST", "/roles/" + server + "/entities", object{}, 400, 400, "roleEntityList is required"},
		"an entity without id":      {"POST", "/roles/" + server + "/entities", entities("Server", ""), 400, 400, "id of a role entity"},
		"a service for servers":     {"POST", "/roles/" + server + "/entities", entities("Service", "DataFlow"), 400, 400, "type must be that of the role, Server"},
		"an unknown service":        {"POST", "/roles/" + service + "/entities", entities("Service", "100057"), 400, 400, "one of the services"},
		"a server for accounts":     {"POST", "/roles/" + account + "/entities", entities("Server", "100057"), 409, 409, "trusts accounts"},
		"no entities to remove":     {"DELETE", "/roles/" + server + "/entities", object{}, 400, 400, "entityIdList is required"},
		"an account for servers":    {"POST", "/roles/" + server + "/entities/account", mine, 409, 409, "trusts no account"},
		"the account of servers":    {"GET", "/roles/" + server + "/entities/account", nil, 409, 409, "trusts no account"},
		"no account":                {"POST", "/roles/" + account + "/entities/account", object{}, 400, 400, "isMyAccount is required"},
		"another main account":      {"POST", "/roles/" + account + "/entities/account", object{"isMyAccount": false, "loginId": "x"}, 400, 400, "isMyAccount must be true"},
		"nobody":                    {"POST", "/roles/" + account + "/entities/account", object{"isMyAccount": true, "loginId": "nobody"}, 401, 30, ""},
		"entities of no role":       {"POST", "/roles/nothing/entities", entities("Server", "1"), 401, 30, ""},
		"entities of a group":       {"POST", "/roles/" + group + "/entities", entities("Server", "1"), 401, 30, ""},
		"a group that is a role":    {"GET", "/groups/" + server, nil, 400, 30, ""},
		"to delete it as a group":   {"DELETE", "/groups/" + server, nil, 400, 30, ""},
		"policies of it as a group": {"POST", "/groups/" + server + "/policies", object{"policyIdList": []string{"x"}}, 400, 30, ""},
		"a role that is a group":    {"DELETE", "/roles/" + group, nil, 401, 30, ""},
		"a role of the same name":   {"POST", "/roles", object{"roleName": "SERVER", "roleType": "Server"}, 409, 409, ""},
	} {
		t.Run(name, func(t *testing.T) { refused(t, c.call(t, tt.method, tt.target, tt.body), tt.status, tt.code, tt.words) })
	}
	if r := ok[[]result](t, c, "POST", "/roles/"+service+"/entities", object{"roleEntityList": []object{{"id": "DataFlow"}}}); !r[0].Success {
		t.Errorf("a service without its type: %+v", r)
	}
	// A group may have the name of a role.
	ok[result](t, c, "POST", "/groups", object{"groupName": "server"})
}

// A role is a group of the other dialects, and the other way round; the sub
// account that it trusts is not shown in a group.
func TestRolesAreGroups(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	u, err := s.Directory.CreateUser(t.Context(), s.Operator(), directory.NewUser{Username: "kim", Groups: []string{"role/made elsewhere", "plain"}, MakeMissing: true})
	if err != nil {
		t.Fatal(err)
	}
	roles := ok[struct {
		Items []struct {
			RoleNo   string `json:"roleNo"`
			RoleName string `json:"roleName"`
			RoleType string `json:"roleType"`
		} `json:"items"`
	}](t, c, "GET", "/roles", nil)
	if len(roles.Items) != 1 || roles.Items[0].RoleName != "made elsewhere" || roles.Items[0].RoleType != "Account" {
		t.Fatalf("roles %+v", roles)
	}
	detail := ok[struct {
		Entities []struct {
			Type string `json:"type"`
			ID   string `json:"id"`
		} `json:"entities"`
	}](t, c, "GET", "/roles/"+roles.Items[0].RoleNo, nil)
	if len(detail.Entities) != 1 || detail.Entities[0].Type != "Account" || detail.Entities[0].ID != string(u.ID) {
		t.Errorf("trusts %+v", detail.Entities)
	}
	if a := ok[account](t, c, "GET", list+"/"+string(u.ID), nil); len(a.Groups) != 1 {
		t.Errorf("groups %+v", a.Groups)
	}
	// What this dialect does to its groups leaves the role alone.
	ok[[]result](t, c, "DELETE", list+"/"+string(u.ID)+"/groups", object{"groupIdList": []string{roles.Items[0].RoleNo}})
	after, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: u.ID})
	if err != nil || len(after.Groups) != 2 {
		t.Errorf("groups %+v, %v", after.Groups, err)
	}
	refused(t, c.call(t, "GET", "/roles/x/tags", nil), 401, 30)
}

// A policy that another dialect made is one here: shown by what it allows, and
// changed without changing what others have of it.
func TestPoliciesMadeElsewhere(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	role := s.NewRole(t, s.Tenant, "made elsewhere", iam.UsersRead, iam.GroupsRead)
	path := "/policies/" + string(role.ID)
	shows := func(want ...string) {
		t.Helper()
		got := ok[struct {
			PolicyType  string `json:"policyType"`
			Permissions []struct {
				Targets []struct {
					Product string   `json:"product"`
					Actions []string `json:"actions"`
				} `json:"targets"`
			} `json:"permissions"`
		}](t, c, "GET", path+"?withPermissions=true", nil)
		var all []string
		for _, p := range got.Permissions {
			for _, target := range p.Targets {
				all = append(all, target.Product+" "+strings.Join(target.Actions, " "))
			}
		}
		if got.PolicyType != "USER_CREATED" || !slices.Equal(all, want) {
			t.Errorf("shown as %+v, want %q", got, want)
		}
	}
	shows("users read", "groups read")
	ok[result](t, c, "PUT", path, object{"permissions": allow("jobs", "read"), "description": "now ours"})
	shows("jobs read")
	ok[result](t, c, "PUT", path, object{"permissions": allow("zones", "read")})
	shows("zones read")
	_, kept, err := s.Store.Rulebook(t.Context(), s.Tenant.ID)
	if err != nil || !slices.ContainsFunc(kept, func(g iam.APIGroup) bool { return g.ID == role.APIGroups[0] && len(g.Rules) == 2 }) {
		t.Errorf("the API group that it had is %+v, %v", kept, err)
	}
	refused(t, c.call(t, "PUT", path, object{"policyName": "another", "permissions": allow("zones", "read")}), 400, 400, "policyName cannot be changed")
	refused(t, c.call(t, "POST", "/policies", object{"policyName": "Made", "permissions": []object{}}), 400, 400, "permissions is required")
	refused(t, c.call(t, "PUT", "/policies/"+policyID(t, c, "read"), object{"permissions": allow("zones", "read")}), 400, 400, "System managed")
	refused(t, c.call(t, "PUT", "/policies/nothing", object{"permissions": allow("zones", "read")}), 400, 30)
	refused(t, c.call(t, "POST", "/policies", object{"policyName": "READ", "permissions": allow("zones", "read")}), 409, 409)
	refused(t, c.call(t, "GET", "/policies/nothing/resources", nil), 400, 30)
	// With the policy goes what was made for it, and nothing else: nor is
	// anything left of the policy that could not be made.
	ok[result](t, c, "DELETE", path, nil)
	if _, left, err := s.Store.Rulebook(t.Context(), s.Tenant.ID); err != nil || len(left) != 1 || left[0].ID != role.APIGroups[0] {
		t.Errorf("API groups are left: %+v, %v", left, err)
	}
}
