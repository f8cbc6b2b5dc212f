package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// demand sends a request of the F5 dialect that has to succeed.
func demand(t *testing.T, s *apptest.Server, token, method, path, body string) {
	t.Helper()
	if a := s.Do(t, method, path, token, body); a.Status != http.StatusOK {
		t.Fatalf("%s %s %s\nanswers %d %s", method, path, body, a.Status, a.Body)
	}
}

// agent makes, in a tenant that manages the one of managed, a user who has
// roles there and nothing at home. The names of the groups and of both objects
// are that of the agent.
func agent(t *testing.T, s *apptest.Server, managing, managed apptest.Member, name, roles string) apptest.Member {
	t.Helper()
	m := s.NewMember(t, managing.Tenant, name+"@example.com")
	demand(t, s, managing.Token, http.MethodPost, groupsPath, fmt.Sprintf(`{"name":%q,"usernames":[%q]}`, name, m.User.Username))
	demand(t, s, managed.Token, http.MethodPost, groupsPath, fmt.Sprintf(`{"name":%q,"namespace_roles":%s}`, name, roles))
	demand(t, s, managing.Token, http.MethodPost, systemPath+"managed_tenants", fmt.Sprintf(
		`{"metadata":{"name":%q},"spec":{"tenant_id":%q,"groups":[{"group":{"name":%q},"managed_tenant_groups":[%q]}]}}`, name, managed.Tenant.Code, name, name))
	demand(t, s, managed.Token, http.MethodPost, systemPath+"allowed_tenants", fmt.Sprintf(
		`{"metadata":{"name":%q},"spec":{"tenant_id":%q,"allowed_groups":[{"name":%q}]}}`, name, managing.Tenant.Code, name))
	return m
}

// allRoles are everything in the whole tenant.
const allRoles = `[{"namespace":"system","role":"ves-io-admin-role"},{"namespace":"*","role":"ves-io-admin-role"}]`

func administrator(s *apptest.Server) apptest.Member {
	return apptest.Member{Tenant: s.Tenant, User: s.Admin, Token: s.AdminToken}
}

// Who has come into a tenant by a relation has there the rights of their groups
// in every dialect: what they do not give is refused, whatever they are at home.
func TestOutsidersMayWhatTheirGroupsMay(t *testing.T) {
	s := apptest.SQLite(t)
	agency := s.NewTenant(t, "agency")
	m := agent(t, s, agency, administrator(s), "reader", `[{"namespace":"system","role":"ves-io-monitor-role"},{"namespace":"*","role":"ves-io-monitor-role"}]`)
	if _, err := s.Access.Bind(t.Context(), iam.System(agency.Tenant.ID, "test"),
		iam.Binding{User: m.User.ID, Role: roleNamed(t, s, agency.Tenant, access.RoleAdmin)}); err != nil {
		t.Fatal(err) // all that they could wish for, but not here
	}
	before := rows(t, s, s.Tenant.ID)
	reads, refused := 0, 0
	each(s, func(op api.Registered, method, path string) {
		right := op.Op.Access.Permission()
		if right == "" || path != op.Op.Paths[0] || op.Dialect.Name == "fess" { // which tells in the body how it went
			return
		}
		a := s.Do(t, method, "/managed_tenant/"+s.Tenant.Code+parameter.ReplaceAllString(path, "system"), m.Token, `{}`)
		denied := a.Status == http.StatusForbidden || strings.Contains(a.Body, `"errorCode":"210"`) || unauthenticated[op.Dialect.Name](a)
		switch may := (grant{access.RoleF5Monitor, ""}).gives(right); {
		case may == denied:
			t.Errorf("%s %s of %s, which needs %s, answers %d %s", method, path, op.Dialect.Name, right, a.Status, a.Body)
		case may:
			reads++
		default:
			refused++
		}
	})
	if reads == 0 || refused == 0 {
		t.Errorf("%d reads and %d refusals: nothing was tried", reads, refused)
	}
	if after := rows(t, s, s.Tenant.ID); len(after["audit_events"]) != len(before["audit_events"]) {
		t.Errorf("somebody who may only read has changed something: %q", after["audit_events"][len(before["audit_events"]):])
	}
}

func roleNamed(t *testing.T, s *apptest.Server, tenant iam.Tenant, name string) iam.RoleID {
	t.Helper()
	r, err := s.Access.Role(t.Context(), iam.System(tenant.ID, "test"), access.RoleKey{Handle: name})
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// TestEveryEndOfARelationEndsAccess: whatever it is that ends, the next request
// on the same node is refused, by prefix, path and host name, with a token and
// with a session, and another node follows within a second.
func TestEveryEndOfARelationEndsAccess(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		far := s.Beside(t)
		posts := make([]outpost, len(ends))
		for i, end := range ends {
			posts[i] = newOutpost(t, s, fmt.Sprintf("o%d", i))
			for _, node := range []*apptest.Server{s, far} {
				for how, a := range posts[i].visit(t, node) {
					if a.Status != http.StatusOK {
						t.Fatalf("before %s, %s: %d %s", end.name, how, a.Status, a.Body)
					}
				}
			}
		}
		for i, end := range ends {
			end.do(t, s, posts[i])
			for how, a := range posts[i].visit(t, s) {
				if a.Status < http.StatusUnauthorized || a.Status > http.StatusNotFound {
					t.Errorf("when %s, %s: %d %s", end.name, how, a.Status, a.Body)
				}
			}
		}
		for ended := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			var open []string
			for i, end := range ends {
				for how, a := range posts[i].visit(t, far) {
					if a.Status == http.StatusOK {
						open = append(open, "when "+end.name+", "+how)
					}
				}
			}
			if len(open) == 0 {
				return
			}
			if time.Since(ended) > 5*time.Second { // one, on a machine that does nothing else
				t.Fatalf("another node goes on: %q", open)
			}
		}
	})
}

// outpost is a tenant that is managed by a child of another one.
type outpost struct {
	top, home, managed apptest.Member // administrators
	agent              apptest.Member
	session            string // a token of the agent's
	name               string
}

func newOutpost(t *testing.T, s *apptest.Server, name string) outpost {
	t.Helper()
	w := outpost{top: s.NewTenant(t, name+"-top"), managed: s.NewTenant(t, name+"-managed"), name: name}
	home, err := s.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), w.top.Tenant.ID, tenancy.NewTenant{Code: name + "-home"})
	if err != nil {
		t.Fatal(err)
	}
	w.home = s.NewMember(t, home, "admin", access.RoleAdmin)
	w.agent = agent(t, s, w.home, w.managed, name, allRoles)
	session, err := s.Authn.SignIn(t.Context(), w.home.Tenant.ID, w.agent.User.Username, apptest.AdminPassword, authn.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	if w.session, err = s.Authn.SessionToken(t.Context(), w.home.Tenant.ID, session); err != nil {
		t.Fatal(err)
	}
	return w
}

// visit reads something of the managed tenant in every way in which the agent
// comes there.
func (w outpost) visit(t *testing.T, s *apptest.Server) map[string]apptest.Answer {
	t.Helper()
	const path = systemPath + "contacts"
	answers := map[string]apptest.Answer{}
	for what, token := range map[string]string{"with a token": w.agent.Token, "with a session": w.session} {
		answers[what+" by prefix"] = s.Do(t, "GET", "/managed_tenant/"+w.managed.Tenant.Code+path, token, "")
		answers[what+" by path"] = s.Do(t, "GET", "/t/"+w.managed.Tenant.Code+path, token, "")
		answers[what+" by host name"] = s.Do(t, "GET", path, token, "", "Host: "+w.managed.Tenant.Code+".gatehouse.test")
	}
	return answers
}

// ends are all that can end what an agent has.
var ends = []struct {
	name string
	do   func(t *testing.T, s *apptest.Server, w outpost)
}{
	{"the agent is disabled", func(t *testing.T, s *apptest.Server, w outpost) {
		state := iam.UserDisabled
		if _, err := s.Directory.UpdateUser(t.Context(), w.home.Actor(), directory.UserKey{ID: w.agent.User.ID}, directory.UserChange{State: &state}); err != nil {
			t.Fatal(err)
		}
	}},
	{"the agent leaves the group", func(t *testing.T, s *apptest.Server, w outpost) {
		demand(t, s, w.home.Token, "PUT", groupsPath+"/"+w.name, fmt.Sprintf(`{"name":%q}`, w.name))
	}},
	{"the group is deleted", func(t *testing.T, s *apptest.Server, w outpost) {
		if _, err := s.Directory.DeleteGroup(t.Context(), w.home.Actor(), directory.GroupKey{Name: w.name}); err != nil {
			t.Fatal(err)
		}
	}},
	{"the assignment is taken away", func(t *testing.T, s *apptest.Server, w outpost) {
		demand(t, s, w.home.Token, "PUT", systemPath+"managed_tenants/"+w.name, fmt.Sprintf(`{"metadata":{"name":%q},"spec":{}}`, w.name))
	}},
	{"the half of who manages is disabled", func(t *testing.T, s *apptest.Server, w outpost) {
		demand(t, s, w.home.Token, "PUT", systemPath+"managed_tenants/"+w.name, fmt.Sprintf(
			`{"metadata":{"name":%q,"disable":true},"spec":{"groups":[{"group":{"name":%q},"managed_tenant_groups":[%q]}]}}`, w.name, w.name, w.name))
	}},
	{"the half of who manages is deleted", func(t *testing.T, s *apptest.Server, w outpost) {
		demand(t, s, w.home.Token, "DELETE", systemPath+"managed_tenants/"+w.name, "")
	}},
	{"the half of who is managed is disabled", func(t *testing.T, s *apptest.Server, w outpost) {
		demand(t, s, w.managed.Token, "PUT", systemPath+"allowed_tenants/"+w.name, fmt.Sprintf(
			`{"metadata":{"name":%q,"disable":true},"spec":{"tenant_id":%q,"allowed_groups":[{"name":%q}]}}`, w.name, w.home.Tenant.Code, w.name))
	}},
	{"the group is no longer allowed", func(t *testing.T, s *apptest.Server, w outpost) {
		demand(t, s, w.managed.Token, "PUT", systemPath+"allowed_tenants/"+w.name, fmt.Sprintf(
			`{"metadata":{"name":%q},"spec":{"tenant_id":%q,"allowed_groups":[]}}`, w.name, w.home.Tenant.Code))
	}},
	{"the half of who is managed is deleted", func(t *testing.T, s *apptest.Server, w outpost) {
		demand(t, s, w.managed.Token, "DELETE", systemPath+"allowed_tenants/"+w.name, "")
	}},
	{"the group there loses its roles", func(t *testing.T, s *apptest.Server, w outpost) {
		demand(t, s, w.managed.Token, "PUT", groupsPath+"/"+w.name, fmt.Sprintf(`{"name":%q}`, w.name))
	}},
	{"the group there is deleted", func(t *testing.T, s *apptest.Server, w outpost) {
		if _, err := s.Directory.DeleteGroup(t.Context(), w.managed.Actor(), directory.GroupKey{Name: w.name}); err != nil {
			t.Fatal(err)
		}
	}},
	{"the managed tenant is disabled", func(t *testing.T, s *apptest.Server, w outpost) { disable(t, s, w.managed.Tenant) }},
	{"the home is disabled", func(t *testing.T, s *apptest.Server, w outpost) { disable(t, s, w.home.Tenant) }},
	{"the tenant above the home is disabled", func(t *testing.T, s *apptest.Server, w outpost) { disable(t, s, w.top.Tenant) }},
	{"the home asks for its end", func(t *testing.T, s *apptest.Server, w outpost) {
		demand(t, s, w.home.Token, "POST", systemPath+"tenant/request-delete", `{"reason":"REASON_NO_LONGER_NEEDED"}`)
	}},
	{"the managed tenant is deleted", func(t *testing.T, s *apptest.Server, w outpost) {
		if err := s.Tenancy.RemoveTree(t.Context(), w.managed.Tenant.ID); err != nil {
			t.Fatal(err)
		}
	}},
	{"the plan withholds it", func(t *testing.T, s *apptest.Server, w outpost) {
		if err := s.Tenancy.SetPlan(t.Context(), iam.System("", "test"), w.managed.Tenant.ID, iam.Plan{Withheld: []iam.Withheld{{Permission: "objects.*"}}}); err != nil {
			t.Fatal(err)
		}
	}},
}

func disable(t *testing.T, s *apptest.Server, tenant iam.Tenant) {
	t.Helper()
	if _, err := s.Tenancy.SetState(t.Context(), iam.System("", "test"), tenant.ID, iam.TenantDisabled); err != nil {
		t.Fatal(err)
	}
}
