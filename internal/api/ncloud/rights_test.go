package ncloud_test

import (
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// denied checks that a caller lacks a right.
func denied(t testing.TB, a apptest.Answer) {
	t.Helper()
	turnedAway(t, a, 401, "210", "Permission Denied", "")
}

// policyID finds a policy by its name.
func policyID(t testing.TB, c client, name string) string {
	t.Helper()
	found := ok[struct {
		Items []struct {
			PolicyID   string `json:"policyId"`
			PolicyName string `json:"policyName"`
		} `json:"items"`
	}](t, c, "GET", "/policies?size=1000", nil)
	for _, p := range found.Items {
		if p.PolicyName == name {
			return p.PolicyID
		}
	}
	t.Fatalf("no policy %s", name)
	return ""
}

// newPolicy makes a policy that allows actions of a product.
func newPolicy(t testing.TB, c client, name, product string, actions ...string) string {
	t.Helper()
	return ok[result](t, c, "POST", "/policies", object{"policyName": name, "permissions": allow(product, actions...)}).ID
}

func allow(product string, actions ...string) []object {
	return []object{{"effect": "Allow", "targets": []object{{"product": product, "actions": actions, "resourceNrns": []string{"*"}}}}}
}

// A policy allows what it says as soon as it is assigned: to a sub account, to
// a group of it, or to a role that trusts it; and no longer than that.
func TestPoliciesAreEnforced(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	id := newAccount(t, c, "hana", nil)
	its := client{s, newKey(t, s, s.Tenant.ID, iam.UserID(id))}
	viewer := newPolicy(t, c, "viewer", "SubAccount", "View*")
	group := ok[result](t, c, "POST", "/groups", object{"groupName": "viewers"}).ID
	role := ok[result](t, c, "POST", "/roles", object{"roleName": "viewing", "roleType": "Account", "sessionExpirationSec": 600}).ID
	policies, groups, members := object{"policyIdList": []string{viewer}}, object{"groupIdList": []string{group}}, object{"subAccountIdList": []string{id}}

	for _, step := range []struct {
		method, target string
		body           any
		may            bool
	}{
		{"GET", list, nil, false},
		{"POST", list + "/" + id + "/policies", policies, true},
		{"PUT", "/policies/" + viewer, object{"permissions": allow("Server", "View*")}, false},
		{"PUT", "/policies/" + viewer, object{"permissions": allow("users", "read")}, true},
		{"DELETE", list + "/" + id + "/policies", policies, false},
		{"POST", "/groups/" + group + "/policies", policies, false},
		{"POST", list + "/" + id + "/groups", groups, true},
		{"DELETE", "/groups/" + group + "/sub-accounts", members, false},
		{"POST", "/groups/" + group + "/sub-accounts", members, true},
		{"DELETE", "/groups/" + group + "/policies", policies, false},
		{"POST", "/groups/" + group + "/policies", policies, true},
		{"DELETE", "/groups/" + group, nil, false},
		{"POST", "/roles/" + role + "/policies", policies, false},
		{"POST", "/roles/" + role + "/entities/account", object{"isMyAccount": true, "loginId": "HANA"}, true},
		{"DELETE", "/roles/" + role + "/entities/account", nil, false},
		{"POST", "/roles/" + role + "/entities/account", object{"isMyAccount": true, "loginId": "hana"}, true},
		{"DELETE", "/roles/" + role, nil, false},
		{"POST", list + "/" + id + "/policies", policies, true},
		{"DELETE", "/policies/" + viewer, nil, false},
	} {
		if a := c.call(t, step.method, step.target, step.body); a.Status != http.StatusOK {
			t.Fatalf("%s %s: %d %s", step.method, step.target, a.Status, a.Body)
		}
		a := its.call(t, "GET", list, nil)
		if step.may && a.Status != http.StatusOK {
			t.Errorf("after %s %s: %d %s", step.method, step.target, a.Status, a.Body)
		}
		if !step.may {
			denied(t, a)
		}
	}
}

// Nobody gives or takes a right that they lack, by whatever path: as somebody
// who may change all people, groups and policies, and nothing else.
func TestNobodyEscalates(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := administrator(t, s)
		manager := newAccount(t, c, "manager", nil)
		power := newPolicy(t, c, "manage", "SubAccount", "*")
		ok[[]result](t, c, "POST", list+"/"+manager+"/policies", object{"policyIdList": []string{power}})
		its := client{s, newKey(t, s, s.Tenant.ID, iam.UserID(manager))}

		full := policyID(t, c, "admin")
		admins := ok[result](t, c, "POST", "/groups", object{"groupName": "admins"}).ID
		ok[[]result](t, c, "POST", "/groups/"+admins+"/policies", object{"policyIdList": []string{full}})
		rule := ok[result](t, c, "POST", "/roles", object{"roleName": "ruler", "roleType": "Account", "sessionExpirationSec": 600}).ID
		ok[[]result](t, c, "POST", "/roles/"+rule+"/policies", object{"policyIdList": []string{full}})
		own := newPolicy(t, its, "own", "users", "View*", "update")
		empty := ok[result](t, its, "POST", "/groups", object{"groupName": "empty"}).ID
		friend := newAccount(t, its, "friend", nil)
		admin := string(s.Admin.ID)

		for name, tt := range map[string]struct {
			method, target string
			body           any
		}{
			"a policy to oneself":              {"POST", list + "/" + manager + "/policies", object{"policyIdList": []string{full}}},
			"a policy to a friend":             {"POST", list + "/" + friend + "/policies", object{"policyIdList": []string{own, full}}},
			"a policy to a group":              {"POST", "/groups/" + empty + "/policies", object{"policyIdList": []string{own, full}}},
			"a policy from a group":            {"DELETE", "/groups/" + admins + "/policies", object{"policyIdList": []string{full}}},
			"a group to oneself":               {"POST", list + "/" + manager + "/groups", object{"groupIdList": []string{admins}}},
			"oneself to a group":               {"POST", "/groups/" + admins + "/sub-accounts", object{"subAccountIdList": []string{manager}}},
			"a role to oneself":                {"POST", "/roles/" + rule + "/entities/account", object{"isMyAccount": true, "loginId": "manager"}},
			"the end of a group":               {"DELETE", "/groups/" + admins, nil},
			"the end of a role":                {"DELETE", "/roles/" + rule, nil},
			"another name of a group":          {"PUT", "/groups/" + admins, object{"groupName": "nobodies"}},
			"a policy of all":                  {"POST", "/policies", object{"policyName": "all", "permissions": allow("*", "*")}},
			"a policy of regions":              {"POST", "/policies", object{"policyName": "all", "permissions": allow("regions", "View*")}},
			"a policy of a path":               {"POST", "/policies", object{"policyName": "all", "permissions": allow("/v2.1/regions", "*")}},
			"more in a policy":                 {"PUT", "/policies/" + own, object{"permissions": allow("*", "*")}},
			"the password of an administrator": {"PUT", list + "/" + admin + "/password", object{"needPasswordGenerate": true}},
			"a key of an administrator":        {"POST", list + "/" + admin + "/access-keys", nil},
			"the end of a key":                 {"DELETE", list + "/" + admin + "/access-keys", object{"accessKey": c.id}},
			"the address of an administrator":  {"PUT", list + "/" + admin, object{"name": "Administrator", "email": "me@example.com"}},
			"the end of an administrator":      {"DELETE", list + "/" + admin, nil},
			"the rest of an administrator":     {"PUT", list + "/" + admin, object{"name": "Administrator", "active": false}},
			"the networks of an administrator": {"PUT", list + "/" + admin, object{"name": "Administrator", "canAPIGatewayAccess": false}},
			"how long passwords are good":      {"POST", "/tenant-settings/sub-account-password-policy", object{"usePasswordExpiration": false}},
			"the alias":                        {"PUT", "/login-alias", object{"loginAlias": "mine"}},
		} {
			t.Run(name, func(t *testing.T) { denied(t, its.call(t, tt.method, tt.target, tt.body)) })
		}
		// What was refused in part was not done in part.
		if a := ok[account](t, c, "GET", list+"/"+friend, nil); len(a.Policies) != 0 {
			t.Errorf("the friend has %+v", a.Policies)
		}
		if found := ok[object](t, c, "GET", "/groups/"+empty, nil); len(found["policies"].([]any)) != 0 {
			t.Errorf("the group has %v", found["policies"])
		}
		if found := ok[page](t, c, "GET", list, nil); !slices.Equal(loginIDs(found), []string{"admin", "manager", "friend"}) {
			t.Errorf("left are %v", loginIDs(found))
		}
		// And what one holds one can give.
		for _, r := range ok[[]result](t, its, "POST", list+"/"+friend+"/policies", object{"policyIdList": []string{own}}) {
			if !r.Success {
				t.Errorf("%+v", r)
			}
		}
	})
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// Who may only look may only look, and who may do nothing may do nothing.
func TestReadersOnlyRead(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	id, its := reader(t, c, "reader", nil)
	nobody := client{s, newKey(t, s, s.Tenant.ID, iam.UserID(newAccount(t, c, "nobody", nil)))}
	for _, op := range s.Registry.Operations() {
		if op.Dialect.Name != "ncloud" {
			continue
		}
		for _, method := range op.Op.Methods {
			target := parameter.ReplaceAllString(op.Op.Paths[0], id)
			a := nobody.call(t, method, target, `{}`)
			if op.Op.Access.Permission() == "" {
				if a.Status != http.StatusOK {
					t.Errorf("%s %s: %d %s", method, target, a.Status, a.Body)
				}
				continue
			}
			denied(t, a)
			if a := its.call(t, method, target, `{}`); method != "GET" && op.Op.ID != "policy.validate" {
				denied(t, a)
			} else if a.Status == http.StatusUnauthorized && a.Body[:12] == `{"error":{"e` {
				t.Errorf("%s %s: %d %s", method, target, a.Status, a.Body)
			}
		}
	}
}
