package f5xc_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

const tenantPath = "/api/web/namespaces/system/tenant/"

// tells demands the status of an answer, and a text in it.
func tells(t *testing.T, a apptest.Answer, status int, text string) {
	t.Helper()
	if a.Status != status || !strings.Contains(a.Body, text) {
		t.Errorf("answered %d %s, want %d with %q", a.Status, a.Body, status, text)
	}
}

// TestTenantEnd: who asks has to be sure of what they ask; from then on nobody
// signs in, until the tenant above says otherwise.
func TestTenantEnd(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		below, err := s.Tenancy.CreateTenant(t.Context(), s.Operator(), s.Tenant.ID, tenancy.NewTenant{Code: "below", Name: "Below Ltd."})
		if err != nil {
			t.Fatal(err)
		}
		kid := s.NewMember(t, below, "kid", "admin")
		admin := holder{s, kid.Token}
		if _, err := s.Directory.UpdateUser(t.Context(), iam.System(below.ID, "test"), directory.UserKey{ID: kid.User.ID},
			directory.UserChange{Email: ptr("kid@below.example")}); err != nil {
			t.Fatal(err)
		}
		reader := holder{s, s.NewMember(t, below, "reader", "read").Token}
		const end, deactivate = "POST " + tenantPath + "request-delete", "PUT /api/saas/namespaces/system/v2/tenant/deactivate"
		tells(t, reader.do(t, end, `{}`), 403, `"code":7`)
		tells(t, reader.do(t, deactivate, `{}`), 403, `"code":7`)
		tells(t, admin.do(t, end, `{"name":"default"}`), 400, "Field name should be that of the tenant")
		tells(t, admin.do(t, end, `{"email":"another@below.example"}`), 400, "Field email should be the e-mail address of the caller")
		tells(t, admin.do(t, end, `{"reason":"REASON_BORED"}`), 400, "Field reason")
		tells(t, admin.do(t, end, fmt.Sprintf(`{"feedback":%q}`, strings.Repeat("x", 4097))), 400, "Field feedback should have")
		tells(t, admin.do(t, "GET "+whoami, ""), 200, "StateActive")

		tells(t, admin.do(t, end, `{"name":"Below Ltd.","email":"KID@below.example","reason":4,"feedback":"Too hard."}`), 200, "{}")
		tells(t, admin.do(t, "GET "+whoami, ""), 401, "")
		now, err := s.Tenancy.Tenant(t.Context(), iam.System(below.ID, "test"))
		if err != nil || now.State != iam.TenantLeaving || now.Ending.Reason != "REASON_DIFFICULT_TO_USE" || now.Ending.Feedback != "Too hard." {
			t.Errorf("%+v, %+v, %v", now, now.Ending, err)
		}
		if _, err := s.Tenancy.SetState(t.Context(), s.Operator(), below.ID, iam.TenantActive); err != nil {
			t.Fatal(err)
		}

		a := admin.do(t, deactivate, `{}`)
		tells(t, a, 200, "job_id")
		if c.doc != nil {
			_, op := c.doc.find("PUT", "/api/saas/namespaces/system/v2/tenant/deactivate")
			checkAnswer(t, op, 200, a.Body)
		}
		id, _ := value(t, a.Body).(map[string]any)["job_id"].(string)
		if j, err := s.Jobs.Wait(t.Context(), below.ID, iam.JobID(id), time.Minute); err != nil || j.Status != iam.JobSuccessful {
			t.Errorf("job %+v, %v", j, err)
		}
		tells(t, admin.do(t, "GET "+whoami, ""), 401, "")
	})
}

// TestCnameLookup: a name is free, taken, or none. Without signing in one has to
// wait after many questions, whatever they were.
func TestCnameLookup(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin, nobody := holder{s, s.AdminToken}, holder{Server: s}
		for _, path := range []string{tenantPath + "lookup", "/no_auth/cname/lookup"} {
			look := func(h holder, cname string) apptest.Answer {
				return h.do(t, "GET "+path+"?namespace=system&cname="+url.QueryEscape(cname), "")
			}
			tells(t, look(admin, "free-name"), 200, "{}")
			tells(t, look(admin, "default"), 409, `"code":6`)
			tells(t, look(admin, "No Name"), 400, "Field cname should be lower-case letters")
			tells(t, look(admin, ""), 400, "Field cname should be not nil")
		}
		tells(t, nobody.do(t, "GET "+tenantPath+"lookup?cname=x", ""), 401, "")
		waits := 0
		for range 60 {
			if a := nobody.do(t, "GET /no_auth/cname/lookup?cname=default", ""); a.Status == 429 {
				waits++
				if a.Header.Get("Retry-After") == "" {
					t.Error("does not say how long to wait")
				}
			}
		}
		if waits == 0 {
			t.Error("anybody may ask as often as they like")
		}
		tells(t, admin.do(t, "GET "+tenantPath+"lookup?cname=free-name", ""), 200, "{}")
		tells(t, nobody.do(t, "GET /t/nowhere/no_auth/cname/lookup?cname=x", ""), 404, `"code":5`)
	})
}

// TestDomainOwner: owners appoint owners, who are administrators and can sign in
// here.
func TestDomainOwner(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		const assign, unassign = "POST " + tenantPath + "domain_owner/assign", "POST " + tenantPath + "domain_owner/unassign"
		c.ok(t, "POST /api/web/custom/namespaces/system/user_roles", `{"name":"mina@example.com","email":"mina@example.com","first_name":"Mina",
			"last_name":"Seo","namespace":"system","idm_type":"SSO","type":"USER","namespace_roles":[{"namespace":"shared","role":"ves-io-monitor-role"}]}`)
		nari := s.NewMember(t, s.Tenant, "nari", "admin")
		u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: "mina@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: u.ID},
			directory.UserChange{Attributes: map[string]*string{"f5xc.idm_type": ptr("SSO")}}); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(time.Hour) // one mail a minute
		mail := s.NewMail(t, s.Tenant.ID, "mina@example.com", func() { c.ok(t, assign, `{"email":"Mina@example.com"}`) })
		if mail.Link == "" {
			t.Errorf("mail %+v", mail)
		}
		list, _ := c.ok(t, "GET /api/web/custom/namespaces/system/user_roles", "").(map[string]any)
		for _, item := range list["items"].([]any) {
			if item.(map[string]any)["name"] == "mina@example.com" {
				c.has(t, item, `{"domain_owner":true,"idm_type":"VOLTERRA_MANAGED",
					"namespace_roles":[{"namespace":"*","role":"ves-io-admin-role"},{"namespace":"system","role":"ves-io-admin-role"}]}`)
			}
		}
		tells(t, c.do(t, assign, `{"email":"nari"}`), 403, "only an owner of the tenant says who is one")
		tells(t, holder{s, nari.Token}.do(t, unassign, `{"email":"mina@example.com"}`), 403, "only an owner")
		for _, email := range []string{"", "nobody@example.com"} {
			tells(t, c.do(t, assign, fmt.Sprintf(`{"email":%q}`, email)), 404, `"code":5`)
		}
	})
}

// TestTenantSummary: of one's own tenant, those below it, and no other.
func TestTenantSummary(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		below, err := s.Tenancy.CreateTenant(t.Context(), s.Operator(), s.Tenant.ID, tenancy.NewTenant{Code: "below"})
		if err != nil {
			t.Fatal(err)
		}
		beside := s.NewTenant(t, "beside")
		path := func(tenant string) string { return "GET /api/config/tenants/" + tenant + "/summary" }
		c.has(t, c.ok(t, path("default"), ""), `{"vip":"default.gatehouse.test","type":"dedicated"}`)
		c.has(t, c.ok(t, path("below"), ""), `{"vip":"below.gatehouse.test","type":"dedicated"}`)
		c.has(t, c.ok(t, path(string(below.ID)), ""), `{"vip":"below.gatehouse.test","type":"dedicated"}`)
		for _, other := range []string{"beside", string(beside.Tenant.ID), "nowhere"} {
			tells(t, c.do(t, path(other), ""), 404, `"code":5`)
		}
		tells(t, holder{s, beside.Token}.do(t, path("default"), ""), 404, `"code":5`)
	})
}
