package f5xc_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// TestInventoryRights: who reads objects in one namespace learns nothing of
// those in another, whichever way the question is put.
func TestInventoryRights(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		for _, namespace := range []string{"ours", "theirs"} {
			c.ok(t, "POST /api/web/namespaces", `{"metadata":{"name":"`+namespace+`"}}`)
			path := "POST /api/config/namespaces/" + namespace
			c.ok(t, path+"/http_loadbalancers", `{"metadata":{"name":"of-`+namespace+`"},"spec":{"waf_exclusion_rules":[{}],"app_firewall":{"name":"shield"},
				"api_specification":{"api_definition":{"name":"carts","namespace":"theirs"}}}}`)
			c.ok(t, path+"/app_firewalls", `{"metadata":{"name":"shield"},"spec":{"blocking":{}}}`)
			c.ok(t, path+"/origin_pools", `{"metadata":{"name":"pool"}}`)
			c.ok(t, path+"/api_definitions", `{"metadata":{"name":"carts"},"spec":{"api_inventory_inclusion_list":[{"method":"GET","path":"/carts"}]}}`)
		}
		c.ok(t, "POST /api/web/custom/namespaces/system/user_roles", `{"email":"kim@example.com","name":"kim@example.com","first_name":"Kim","last_name":"Lee",
			"namespace":"system","type":"SERVICE","namespace_roles":[{"namespace":"ours","role":"ves-io-monitor-role"}]}`)
		nobody := holder{s, s.NewMember(t, s.Tenant, "nobody").Token}
		ours := holder{s, tokenOf(t, s, "kim@example.com")}
		const all, exclusions = "POST /api/config/namespaces/system/all_application_inventory", "POST /api/config/namespaces/system/all_application_inventory_waf_filters"
		const stats = "POST /api/ml/data/namespaces/system/api_endpoints/all_ns_stats"
		for _, x := range []struct {
			who           holder
			request, want string
		}{
			{holder{s, s.AdminToken}, all, `"origin_pools":2`},
			{holder{s, s.AdminToken}, exclusions, `of-theirs`},
			{holder{s, s.AdminToken}, stats, `"total_endpoints":1`},
			{ours, all, `"loadbalancers":1`},
			{ours, exclusions, `[{"name":"of-ours","namespace":"ours"}]`},
			{ours, stats, `"total_endpoints":0`},
			{ours, "POST /api/config/namespaces/ours/application_inventory", `"waf_enforcement_mode":"blocking"`},
			{nobody, all, `"httplb_results":[]`},
			{nobody, exclusions, `{"cdn_loadbalancers":[],"http_loadbalancers":[]}`},
			{nobody, stats, `"total_endpoints":0`},
		} {
			a := x.who.do(t, x.request, `{}`)
			tells(t, a, 200, x.want)
			if x.who.token != s.AdminToken && strings.Contains(a.Body, "theirs") {
				t.Errorf("%s tells %s", x.request, a.Body)
			}
		}
		for _, request := range []string{"POST /api/config/namespaces/theirs/application_inventory", "POST /api/ml/data/namespaces/theirs/api_endpoints/stats",
			"POST /api/config/namespaces/system/networking_inventory"} {
			tells(t, ours.do(t, request, `{}`), 403, `"code":7`)
		}
	})
}

// TestInventoryOfMuch: a load balancer of which there is much to tell is listed
// like any other.
func TestInventoryOfMuch(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		domains := make([]string, 60)
		for i := range domains {
			domains[i] = fmt.Sprintf("%s.%s.example.com", rand.Text(), rand.Text())
		}
		text, err := json.Marshal(domains)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"http_loadbalancers", "cdn_loadbalancers"} {
			c.ok(t, "POST /api/config/namespaces/shared/"+kind, `{"metadata":{"name":"large"},"spec":{"domains":`+string(text)+`,"http":{"port":80}}}`)
		}
		a := holder{s, s.AdminToken}.do(t, "POST /api/config/namespaces/shared/application_inventory", `{}`)
		if tells(t, a, 200, `"http_only":1`); strings.Count(a.Body, domains[59]) != 2 {
			t.Errorf("%.2000s", a.Body)
		}
	})
}

func TestInventoryBadInput(t *testing.T) {
	s := apptest.SQLite(t)
	c := caller{s, loadReference(t)}
	const one, stats = "POST /api/config/namespaces/default/application_inventory", "POST /api/ml/data/namespaces/default/api_endpoints/stats"
	const exclusions = "POST /api/config/namespaces/system/all_application_inventory_waf_filters"
	for _, x := range []struct {
		request, body string
		status        int
		want          string
	}{
		{"POST /api/config/namespaces/nowhere/application_inventory", `{}`, 404, `"code":5`},
		{"POST /api/ml/data/namespaces/nowhere/api_endpoints/stats", `{}`, 404, `"code":5`},
		{one, `{"namespace":"shared"}`, 400, "Field namespace should be"},
		{stats, `{"namespace":"shared"}`, 400, "Field namespace should be"},
		{"POST /api/ml/data/namespaces/system/api_endpoints/all_ns_stats", `{"namespace":"shared"}`, 400, "Field namespace should be"},
		{one, `{"http_load_balancer_filter":{"waf":"yes"}}`, 400, "http_load_balancer_filter.waf"},
		{stats, `{"vhosts_types_filter":["PROXY"]}`, 400, "Field vhosts_types_filter[0] should be one of HTTP_LOAD_BALANCER, CDN_LOAD_BALANCER, NGINX_SERVER, BIGIP_VIRTUAL_SERVER"},
		{stats, `{"vhosts_types_filter":[1,"HTTP_LOAD_BALANCER"]}`, 400, "Field vhosts_types_filter"},
		{exclusions, `{"exclusion_signature_id":1,"exclusion_violation_type":"VIOL_METHOD"}`, 400, "waf_filter_choice"},
		{exclusions, `{"exclusion_violation_type":"VIOL_SOMETHING"}`, 400, "exclusion_violation_type"},
	} {
		tells(t, c.do(t, x.request, x.body), x.status, x.want)
	}
}
