package gatehouse_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

const api = "/api/gatehouse/v1/"

// ask calls with a token and answers the items of the list.
func ask[T any](t *testing.T, s *apptest.Server, token, path string) (items []T, next string) {
	t.Helper()
	a := s.Do(t, "GET", api+path, token, "")
	var list struct {
		Items []T
		Next  string
	}
	if err := json.Unmarshal([]byte(a.Body), &list, json.MatchCaseInsensitiveNames(true)); err != nil || a.Status != 200 {
		t.Fatalf("%s is answered %d %s, %v", path, a.Status, a.Body, err)
	}
	return list.Items, list.Next
}

type toldEvent struct {
	At     time.Time
	Action string
	Name   string
	Actor  struct {
		Name       string
		HomeTenant *struct{ ID, Code string } `json:"home_tenant"`
		Reach      string
	}
	Details map[string]string
}

// line tells an event in short.
func (e toldEvent) line() string {
	who := e.Actor.Name
	if h := e.Actor.HomeTenant; h != nil {
		who += " of " + h.Code + " by " + e.Actor.Reach
	}
	return e.Action + " " + e.Name + " " + who
}

type toldAccess struct {
	Relation   string
	Tenant     *struct{ Code string }
	Group      *struct{ Name string }
	Groups     []string
	Everything bool
	Support    string
	Via        []string
	By         string
	From, To   time.Time
}

func (a toldAccess) line() string {
	who, gives := "", strings.Join(a.Groups, ",")
	if a.Tenant != nil {
		who = " " + a.Tenant.Code
	}
	if a.Group != nil {
		who += "/" + a.Group.Name
	}
	if a.Everything {
		gives = "everything"
	}
	for _, v := range a.Via {
		who += " via " + v
	}
	return a.Relation + who + ": " + gives + a.Support
}

func TestEventList(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin := s.NewTenant(t, "acme")
		by := admin.Actor()
		began := s.Clock.Now()
		for i := range 5 {
			s.Clock.Advance(time.Hour)
			if _, err := s.Directory.CreateUser(t.Context(), by, directory.NewUser{Username: fmt.Sprint("user", i)}); err != nil {
				t.Fatal(err)
			}
		}
		operators := s.NewGroup(t, s.Tenant, "operators", "", "admin")
		s.Delegate(t, s.Tenant, operators, admin.Tenant, s.NewGroup(t, admin.Tenant, "guests", "admin"))
		a := s.Do(t, "POST", "/managed_tenant/acme/v2.1/regions", s.AdminToken, `{"name":"seoul"}`)
		if a.Status/100 != 2 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}

		lines := func(query string) []string {
			t.Helper()
			items, _ := ask[toldEvent](t, s, admin.Token, "events?"+query)
			told := make([]string, len(items))
			for i, e := range items {
				told[i] = e.line()
			}
			return told
		}
		at := func(d time.Duration) string { return url.QueryEscape(began.Add(d).Format(time.RFC3339)) }
		visit := []string{"region.request-create seoul admin of default by delegation"}
		for query, want := range map[string][]string{
			"object=user&since=" + at(90*time.Minute) + "&until=" + at(4*time.Hour): {"user.create user2 admin", "user.create user1 admin"},
			"action=user.create&limit=1":                      {"user.create user4 admin"},
			"actor=" + string(by.User) + "&object=region":     {},
			"home_tenant=default&action=" + visit[0][:21]:     visit,
			"home_tenant=" + string(s.Tenant.ID) + "&limit=9": nil,
			"home_tenant=acme":                                {},
			"home_tenant=nowhere":                             {},
			"object_id=no-such-thing":                         {},
		} {
			got := lines(query)
			if want == nil { // of more than one
				if !slices.Contains(got, visit[0]) || slices.ContainsFunc(got, func(l string) bool { return !strings.Contains(l, "of default") }) {
					t.Errorf("%s: %q", query, got)
				}
				continue
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", query, d)
			}
		}

		// Page by page they are the same.
		var walked []string
		for next := ""; ; {
			items, after := ask[toldEvent](t, s, admin.Token, "events?object=user&limit=2&after="+url.QueryEscape(next))
			if len(items) > 2 {
				t.Fatalf("%d on a page of 2", len(items))
			}
			for _, e := range items {
				walked = append(walked, e.line())
			}
			if next = after; next == "" {
				break
			}
		}
		if d := cmp.Diff(lines("object=user"), walked); d != "" || len(walked) < 5 {
			t.Errorf("by pages (-whole +walked):\n%s", d)
		}

		for query, want := range map[string]string{"since=yesterday": "since", "until=1": "until", "limit=-1": "limit", "limit=10001": "limit",
			"after=nonsense": "after", "limit=ten": "limit"} {
			if a := s.Do(t, "GET", api+"events?"+query, admin.Token, ""); a.Status != 400 || !strings.Contains(a.Body, want) {
				t.Errorf("%s: %d %s", query, a.Status, a.Body)
			}
		}
		ann := s.NewMember(t, admin.Tenant, "ann")
		for _, path := range []string{"events", "access-history"} {
			if a := s.Do(t, "GET", api+path, ann.Token, ""); a.Status != 403 {
				t.Errorf("%s without the right: %d %s", path, a.Status, a.Body)
			}
		}
	})
}

// TestAccessHistory makes relations as their people do, and asks what held when.
func TestAccessHistory(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		const web = "/api/web/namespaces/system/"
		do := func(method, path, token, body string) {
			t.Helper()
			if a := s.Do(t, method, web+path, token, body); a.Status != 200 {
				t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
			}
			s.Clock.Advance(time.Minute)
		}
		top := s.NewTenant(t, "top")
		mid, err := s.Tenancy.CreateTenant(ctx, iam.System("", "test"), top.Tenant.ID, tenancy.NewTenant{Code: "mid"})
		if err != nil {
			t.Fatal(err)
		}
		low, err := s.Tenancy.CreateTenant(ctx, iam.System("", "test"), mid.ID, tenancy.NewTenant{Code: "low"})
		if err != nil {
			t.Fatal(err)
		}
		middle, owner := s.NewMember(t, mid, "mina", "admin"), s.NewMember(t, low, "lola", "admin")
		msp := s.NewTenant(t, "msp")
		for _, tenant := range []iam.Tenant{top.Tenant, mid, low, msp.Tenant} {
			s.NewGroup(t, tenant, "ops", "read")
		}
		began := s.Clock.Now()
		s.Clock.Advance(time.Minute)

		manager := func(code, theirs string) string {
			return fmt.Sprintf(`{"metadata":{"name":"m"},"spec":{"group_assignments":[{"group":{"name":"ops"},"child_tenant_groups":[%q]}]}}`, theirs)
		}
		managed := func(token, child string) {
			t.Helper()
			body := fmt.Sprintf(`{"ct_list_to_target_ctm":{"child_tenant_manager":"m","child_tenants":[%q]}}`, child)
			if a := s.Do(t, "POST", web+"partner-management/child_tenants/migrate", token, body); a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			for range 500 {
				a := s.Do(t, "GET", web+"child_tenants/"+child, token, "")
				if strings.Contains(a.Body, `"StateActive"`) && strings.Contains(a.Body, `"name":"m"`) {
					s.Clock.Advance(time.Minute)
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Fatalf("%s is not moved", child)
		}
		do("POST", "child_tenant_managers", top.Token, manager("mid", "ops"))
		managed(top.Token, "mid")
		do("POST", "child_tenant_managers", middle.Token, manager("low", "Ops"))
		managed(middle.Token, "low")
		tree := s.Clock.Now()
		s.Clock.Advance(time.Minute)
		do("PUT", "child_tenant_managers/m", middle.Token, `{"metadata":{"name":"m"},"spec":{"tenant_owner_group":{"name":"ops"}}}`)
		owns := s.Clock.Now()
		s.Clock.Advance(time.Minute)
		do("POST", "managed_tenants", msp.Token, `{"metadata":{"name":"low"},"spec":{"tenant_id":"low","groups":[{"group":{"name":"ops"},"managed_tenant_groups":["ops","more"]}]}}`)
		do("POST", "allowed_tenants", owner.Token, `{"metadata":{"name":"msp"},"spec":{"tenant_id":"msp","allowed_groups":[{"name":"ops"}]}}`)
		do("POST", "allowed_tenants/support-tenant/access", owner.Token, `{"access_config":{"read_only":{}}}`)
		all := s.Clock.Now()
		s.Clock.Advance(time.Minute)
		if _, err := s.Tenancy.SetState(ctx, iam.System("", "test"), top.Tenant.ID, iam.TenantDisabled); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(time.Minute)
		off := s.Clock.Now()
		s.Clock.Advance(time.Minute)
		if _, err := s.Tenancy.SetState(ctx, iam.System("", "test"), top.Tenant.ID, iam.TenantActive); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(time.Minute)
		do("DELETE", "managed_tenants/low", msp.Token, `{}`)
		do("DELETE", "child_tenant_managers/m", top.Token, `{}`)
		do("POST", "allowed_tenants/support-tenant/access", owner.Token, `{"access_config":{"no_access":{}}}`)
		ended := s.Clock.Now()

		at := func(when time.Time, want ...string) {
			t.Helper()
			items, _ := ask[toldAccess](t, s, owner.Token, "access-history?at="+url.QueryEscape(when.Format(time.RFC3339)))
			var got []string
			for _, a := range items {
				got = append(got, a.line())
			}
			slices.Sort(got)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("at %v (-want +got):\n%s", when, d)
			}
		}
		at(began)
		at(tree, "tree mid/ops: Ops", "tree top/ops via mid: Ops")
		at(owns, "tree mid/ops: everything", "tree top/ops via mid: everything")
		at(all, "delegation msp/ops: ops", "support: read", "tree mid/ops: everything", "tree top/ops via mid: everything")
		at(off)
		at(ended, "tree mid/ops: everything")

		items, _ := ask[toldAccess](t, s, owner.Token, "access-history?since="+url.QueryEscape(all.Format(time.RFC3339))+"&until="+url.QueryEscape(off.Format(time.RFC3339)))
		for _, a := range items {
			if a.From.IsZero() || a.To.IsZero() || a.By == "" || a.From.After(all) || a.To.Before(all) {
				t.Errorf("%+v", a)
			}
		}
		if len(items) != 4 {
			t.Errorf("%d entries between, want 4: %+v", len(items), items)
		}
		for _, query := range []string{"at=now", "at=2026-01-01T00:00:00Z&since=2026-01-01T00:00:00Z", "since=x"} {
			if a := s.Do(t, "GET", api+"access-history?"+query, owner.Token, ""); a.Status != 400 {
				t.Errorf("%s: %d %s", query, a.Status, a.Body)
			}
		}
	})
}
