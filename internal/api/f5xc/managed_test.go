package f5xc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	managedByUser = "/api/web/namespaces/system/managed_tenants_by_user"
	managedList   = "/api/web/namespaces/system/managed_tenants_list"
	supportedList = "/api/web/namespaces/system/support-tenant/managed_tenants"
	supportAccess = "/api/web/namespaces/system/allowed_tenants/support-tenant/access"
)

// by is somebody whose answers are held to the vendor's document, too.
func (c caller) by(token string) caller {
	s := *c.s
	s.AdminToken = token
	return caller{&s, c.doc}
}

// accessList is what the lists of managed tenants answer.
type accessList struct {
	Items []struct {
		Name string `json:"name"`
	} `json:"access_config"`
	Next     string `json:"next_page"`
	Total    int    `json:"total_count"`
	Filtered int    `json:"total_filtered_count"`
}

func (l accessList) names() []string {
	names := []string{}
	for _, i := range l.Items {
		names = append(names, i.Name)
	}
	return names
}

// list asks for a list of managed tenants.
func (c caller) list(t *testing.T, target string) (l accessList) {
	t.Helper()
	text, err := json.Marshal(c.ok(t, "GET "+target, ""))
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestManagedTenants: everybody sees the tenants in which a group of theirs has
// something, those who may read delegations see all; with what there is to know
// of them.
func TestManagedTenants(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		beside, later := s.NewTenant(t, "beside"), s.NewTenant(t, "later")
		mina, nobody := s.NewMember(t, s.Tenant, "mina"), s.NewMember(t, s.Tenant, "nobody")
		operators, clerks := s.NewGroup(t, s.Tenant, "operators", "", "mina"), s.NewGroup(t, s.Tenant, "clerks", "")
		s.Delegate(t, s.Tenant, operators, beside.Tenant, s.NewGroup(t, beside.Tenant, "guests", "ves-io-admin-role"))
		s.Link(t, s.Tenant, "our-later", iam.Link{Kind: iam.LinkManaged, Other: later.Tenant.ID, OtherCode: "later",
			Assignments: []iam.Assignment{{Group: clerks.ID, Theirs: []string{"a"}}, {Group: operators.ID, Theirs: []string{"b", "c"}}}})
		s.Link(t, s.Tenant, "of-clerks", iam.Link{Kind: iam.LinkManaged, Other: "0191a5c4-7a3c-7b1e-9d2f-3c4b5a697888", OtherCode: "gone",
			Assignments: []iam.Assignment{{Group: clerks.ID, Theirs: []string{"d"}}}})

		c.has(t, c.by(mina.Token).ok(t, "GET "+managedByUser, ""), `{"total_count":2,"total_access_config_count":2,"total_filtered_count":2,"next_page":"",
			"access_config":[{"name":"beside","link":{"name":"beside","href":"http://beside.gatehouse.test"},"tenant_status":"TENANT_STATUS_ACTIVE",
				"support_request_count":{"all_tenants_summary":{"open_support_tickets_count":0}},
				"groups":[{"group":{"name":"operators","namespace":"system","tenant":"default"},"managed_tenant_groups":["guests"]}]},
			{"name":"our-later","groups":[{"group":{"name":"operators"},"managed_tenant_groups":["b","c"]}]}]}`)
		c.has(t, c.by(nobody.Token).ok(t, "GET "+managedByUser, ""), `{"total_count":0,"total_filtered_count":0,"access_config":[]}`)
		c.has(t, c.ok(t, "GET "+managedList, ""), `{"total_count":3,"access_config":[{"name":"beside"},
			{"name":"our-later","groups":[{"group":{"name":"clerks"},"managed_tenant_groups":["a"]},{"group":{"name":"operators"}}]},
			{"name":"of-clerks","tenant_status":"TENANT_STATUS_INACTIVE","link":{"name":"gone"}}]}`)
		holder{s, mina.Token}.refused(t, "GET "+managedList, "", http.StatusForbidden, "delegations.read")

		// What is searched for is in the name of the object, or the code.
		for keyword, want := range map[string][]string{"BESIDE": {"beside"}, "later": {"our-later"}, "OUR": {"our-later"}, "no%20such": {}, "": {"beside", "our-later"}} {
			l := c.by(mina.Token).list(t, managedByUser+"?search_keyword="+keyword)
			if diff := cmp.Diff(want, l.names()); diff != "" || l.Total != 2 || l.Filtered != len(want) {
				t.Errorf("%q: of %d, %d (-want +got):\n%s", keyword, l.Total, l.Filtered, diff)
			}
		}

		// States as they are.
		for state, want := range map[iam.TenantState]string{iam.TenantDisabled: "TENANT_STATUS_DISABLED", iam.TenantActive: "TENANT_STATUS_ACTIVE"} {
			if _, err := s.Tenancy.SetState(t.Context(), s.Operator(), later.Tenant.ID, state); err != nil {
				t.Fatal(err)
			}
			c.has(t, c.by(mina.Token).ok(t, "GET "+managedByUser+"?search_keyword=later", ""), `{"access_config":[{"tenant_status":%q}]}`, want)
		}

		// It is a list of one's own: not of who has come from elsewhere, and it
		// ends with the membership.
		holder{s, mina.Token}.refused(t, "GET /managed_tenant/beside"+managedByUser, "", http.StatusForbidden, "in their own tenant")
		c.ok(t, "PUT /api/web/custom/namespaces/system/user_groups/operators", `{"name":"operators","usernames":[]}`)
		if l := c.by(mina.Token).list(t, managedByUser); l.Total != 0 || len(l.Items) != 0 {
			t.Errorf("still there: %v", l)
		}
	})
}

// TestManagedTenantsInPages: the pages together are the list, whatever is made
// in between.
func TestManagedTenantsInPages(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		operators := s.NewGroup(t, s.Tenant, "operators", "", "admin")
		var want []string
		manage := func(name string) {
			s.Clock.Advance(time.Millisecond) // ids are in the order of time
			s.Link(t, s.Tenant, name, iam.Link{Kind: iam.LinkManaged, Other: iam.TenantID(s.Env().NewID()), OtherCode: "of-" + name,
				Assignments: []iam.Assignment{{Group: operators.ID, Theirs: []string{"a"}}}})
			want = append(want, name)
		}
		for i := range 7 {
			manage(fmt.Sprintf("t%d", i))
		}
		for _, target := range []string{managedByUser, managedList} {
			var got []string
			next := ""
			for range 10 {
				l := c.list(t, target+"?page_limit=3&search_keyword=T&page_start="+next)
				got = append(got, l.names()...)
				if len(l.Items) > 3 || l.Total != len(want) || l.Filtered != len(want) {
					t.Errorf("%s: a page of %d, %d and %d", target, len(l.Items), l.Total, l.Filtered)
				}
				if next = l.Next; next == "" {
					break
				}
				if len(got) == 3 {
					manage("t-late-" + strings.ToLower(target[len(target)-4:]))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s in pages (-want +got):\n%s", target, diff)
			}
		}
		if l := c.list(t, managedList+"?page_limit=-1"); len(l.Items) != len(want) {
			t.Errorf("%d of %d without a limit", len(l.Items), len(want))
		}
		for query, word := range map[string]string{"page_start=first": "page_start", "page_limit=many": "page_limit",
			"search_keyword=" + strings.Repeat("a", 257): "search_keyword"} {
			holder{s, s.AdminToken}.refused(t, "GET "+managedByUser+"?"+query, "", http.StatusBadRequest, word)
		}
	})
}

// TestSupportAccess: a tenant lets the support tenant in as far as it says, from
// the next request on, and nobody lets it do more than they may.
func TestSupportAccess(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ref := loadReference(t)
		shop := s.NewTenant(t, "shop")
		c := caller{s, ref}.by(shop.Token) // of the tenant that is helped
		desk := caller{s, ref}             // of the tenant that helps
		if err := s.Tenancy.SetSupportTenant(t.Context(), s.Operator(), s.Tenant.Code); err != nil {
			t.Fatal(err)
		}
		c.ok(t, "POST /api/web/namespaces", `{"metadata":{"name":"web"}}`)
		const there = "/managed_tenant/shop"
		writes := func(namespace string) int {
			return desk.do(t, "POST "+there+"/api/config/namespaces/"+namespace+"/origin_pools", fmt.Sprintf(`{"metadata":{"name":"p%s"}}`, s.Env().NewID())).Status
		}

		c.has(t, c.ok(t, "GET "+supportAccess, ""), `{"access_config":{"disable":false}}`)
		c.has(t, desk.ok(t, "GET "+supportedList, ""), `{"items":[],"total_count":0}`)
		if a := desk.do(t, "GET "+there+whoami, ""); a.Status != http.StatusNotFound {
			t.Errorf("support is in without being let in: %d %s", a.Status, a.Body)
		}
		for _, tt := range []struct {
			config     string
			web, other int // statuses of a write
		}{
			{`{"read_only":{}}`, 403, 403},
			{`{"read_write_ns":{"namespaces":["web"]}}`, 200, 403},
			{`{"read_write_all":{}}`, 200, 200},
			{`{"read_write_all":{},"disable":true}`, 404, 404},
			{`{}`, 404, 404},
			{`{"read_write_all":{},"disable":false}`, 200, 200},
		} {
			c.has(t, c.ok(t, "POST "+supportAccess, `{"access_config":`+tt.config+`}`), `{"access_config":%s}`, tt.config)
			c.has(t, c.ok(t, "GET "+supportAccess, ""), `{"access_config":%s}`, tt.config)
			if web, other := writes("web"), writes("default"); web != tt.web || other != tt.other {
				t.Errorf("%s: writes in web %d and default %d, want %d and %d", tt.config, web, other, tt.web, tt.other)
			}
		}
		desk.has(t, desk.ok(t, "GET "+there+whoami, ""), `{"access_type":"SUPPORT_ACCESS","tenant":"shop","original_tenant":"default"}`)
		desk.has(t, desk.ok(t, "GET "+supportedList+"?search_keyword=SHO", ""), `{"items":[{"name":"shop","disabled":false,"groups":[],
			"link":{"name":"shop","href":"http://shop.gatehouse.test"},"tenant_status":"TENANT_STATUS_ACTIVE"}],"total_count":1,"total_filtered_count":1,"next_page":""}`)
		desk.has(t, desk.ok(t, "GET "+supportedList+"?search_keyword=shops", ""), `{"items":[],"total_count":1,"total_filtered_count":0}`)
		c.ok(t, "POST "+supportAccess, `{"access_config":{"read_only":{},"disable":true}}`)
		desk.has(t, desk.ok(t, "GET "+supportedList, ""), `{"items":[{"name":"shop","disabled":true}]}`)
		c.ok(t, "POST "+supportAccess, `{"access_config":{"read_only":{}}}`)

		// With a namespace goes what may be done in it, also where it comes back.
		c.ok(t, "POST "+supportAccess, `{"access_config":{"read_write_ns":{"namespaces":["web","shared"]}}}`)
		c.ok(t, "POST /api/web/namespaces/web/cascade_delete", `{"name":"web"}`)
		c.has(t, c.ok(t, "GET "+supportAccess, ""), `{"access_config":{"read_write_ns":{"namespaces":["shared"]}}}`)
		c.ok(t, "POST /api/web/namespaces", `{"metadata":{"name":"web"}}`)
		if web, shared := writes("web"), writes("shared"); web != 403 || shared != 200 {
			t.Errorf("after a new web: writes in web %d and shared %d", web, shared)
		}
		c.ok(t, "POST "+supportAccess, `{"access_config":{"read_only":{}}}`)

		// Who does not run tenants there supports nobody, nor does any other tenant.
		clerk := s.NewMember(t, s.Tenant, "clerk", s.NewRole(t, s.Tenant, "clerks", "delegations.*").Name)
		desk.by(clerk.Token).has(t, desk.by(clerk.Token).ok(t, "GET "+supportedList, ""), `{"items":[],"total_count":0}`)
		holder{s, clerk.Token}.refused(t, "GET "+there+whoami, "", http.StatusNotFound)
		c.has(t, c.ok(t, "GET "+supportedList, ""), `{"items":[],"total_count":0}`)

		// Nobody gives what they do not have; whoever may change it may shut it.
		helper := s.NewMember(t, shop.Tenant, "helper", s.NewRole(t, shop.Tenant, "helpers", "delegations.read", "delegations.update").Name)
		for _, config := range []string{`{"read_only":{}}`, `{"read_write_all":{}}`, `{"read_write_ns":{"namespaces":["web"]}}`} {
			holder{s, helper.Token}.refused(t, "POST "+supportAccess, `{"access_config":`+config+`}`, http.StatusForbidden, "give away")
		}
		c.by(helper.Token).ok(t, "POST "+supportAccess, `{"access_config":{"read_only":{},"disable":true}}`)
		watcher := s.NewMember(t, shop.Tenant, "watcher", "ves-io-monitor-role")
		holder{s, watcher.Token}.refused(t, "POST "+supportAccess, `{"access_config":{}}`, http.StatusForbidden, "delegations.update")
		c.by(watcher.Token).ok(t, "GET "+supportAccess, "")

		for body, words := range map[string][]string{
			`{}`: {"Field access_config should be not nil"},
			`{"access_config":{"read_only":{},"read_write_all":{}}}`:                                                             {"access_config"},
			`{"access_config":{"read_write_ns":{}}}`:                                                                             {"access_config.read_write_ns.namespaces"},
			`{"access_config":{"read_write_ns":{"namespaces":["web","web"]}}}`:                                                   {"access_config.read_write_ns.namespaces"},
			`{"access_config":{"read_write_ns":{"namespaces":["web","none"]}}}`:                                                  {"access_config.read_write_ns.namespaces[1]", "name of a namespace"},
			`{"access_config":{"read_write_ns":{"namespaces":[` + strings.Join(slices.Repeat([]string{`"a"`}, 33), ",") + `]}}}`: {"access_config.read_write_ns.namespaces"},
		} {
			holder{s, shop.Token}.refused(t, "POST "+supportAccess, body, http.StatusBadRequest, words...)
		}
	})
}
