package object_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// in makes an object in a namespace.
func (w world) in(namespace, plural, name, spec string) {
	w.t.Helper()
	w.namespace(namespace)
	m := object.Metadata{Namespace: namespace, Name: name}
	if _, err := w.Objects.Create(w.t.Context(), w.by, kind(w.t, plural), m, []byte(spec)); err != nil {
		w.t.Fatalf("create %s %s: %v", plural, name, err)
	}
}

func itemNames(items []*object.Item) []string {
	all := []string{}
	for _, item := range items {
		all = append(all, item.Namespace+"/"+item.Name+" "+item.Mode)
	}
	return all
}

func TestApplications(t *testing.T) {
	each(t, func(w world) {
		w.in("shop", "app_firewalls", "shield", `{"blocking":{}}`)
		w.in("shared", "app_firewalls", "shield", `{}`)
		w.in("other", "app_firewalls", "shield", `{"blocking":{}}`)
		w.in("shop", "http_loadbalancers", "b", `{"app_firewall":{"name":"shield"}}`)
		w.in("shop", "http_loadbalancers", "a", `{"app_firewall":{"name":"shield","namespace":"shared"}}`)
		w.in("shop", "http_loadbalancers", "c", `{"app_firewall":{"name":"shield","namespace":"other"}}`) // of which nobody learns here
		w.in("shop", "http_loadbalancers", "d", `{"app_firewall":{"name":"gone"}}`)
		w.in("other", "http_loadbalancers", "z", `{}`)
		w.in("hidden", "http_loadbalancers", "h", `{}`)
		w.in("shop", "cdn_loadbalancers", "e", `{"app_firewall":{"name":"shield"}}`)
		w.in("shop", "tcp_loadbalancers", "f", `{"tcp":{}}`)
		w.in("shop", "udp_loadbalancers", "g", `{}`)
		w.in("shop", "origin_pools", "p", `{}`)
		w.in("shop", "origin_pools", "q", `{}`)
		w.in("hidden", "origin_pools", "r", `{}`)
		w.in("other", "discovered_services", "s", `{}`)
		one, err := w.Objects.Applications(t.Context(), w.by, []string{"shop"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"shop/a monitoring", "shop/b blocking", "shop/c ", "shop/d "}, itemNames(one.HTTP)); diff != "" {
			t.Errorf("of one namespace (-want +got):\n%s", diff)
		}
		if len(one.CDN) != 1 || one.CDN[0].Mode != "blocking" || len(one.TCP) != 1 || len(one.UDP) != 1 || one.OriginPools != 2 || one.Discovered != 0 {
			t.Errorf("of one namespace: %+v", one)
		}
		all, err := w.Objects.Applications(t.Context(), w.by, []string{"shop", "other"})
		if err != nil || len(all.HTTP) != 5 || all.HTTP[0].Namespace != "other" || all.OriginPools != 2 || all.Discovered != 1 {
			t.Errorf("of two namespaces: %+v, %v", all, err)
		}
		none, err := w.Objects.Applications(t.Context(), w.by, nil)
		if err != nil || len(none.HTTP) != 0 || none.OriginPools != 0 {
			t.Errorf("of none: %+v, %v", none, err)
		}
		// A replacement is told of with the next question.
		if _, err := w.Objects.Replace(t.Context(), w.by, kind(t, "udp_loadbalancers"), object.Metadata{Namespace: "shop", Name: "g"},
			[]byte(`{"advertise_on_public":{}}`), 0); err != nil {
			t.Fatal(err)
		}
		if one, err = w.Objects.Applications(t.Context(), w.by, []string{"shop"}); err != nil || !one.UDP[0].On.Has(object.PublicAdvertisement) {
			t.Errorf("replaced: %+v, %v", one.UDP[0], err)
		}
	})
}

// TestInventoryOfOld reads an object that was written before facts were kept.
func TestInventoryOfOld(t *testing.T) {
	each(t, func(w world) {
		now := w.Env().Time()
		r := object.Record{ID: iam.ObjectID(w.Env().NewID()), Kind: "http_loadbalancer", Metadata: object.Metadata{Namespace: "default", Name: "old"},
			Spec: []byte(`{"routes":[{}]}`), Created: now, Updated: now}
		if err := w.Store.InsertObject(t.Context(), w.tenant.ID, r, nil, nil); err != nil {
			t.Fatal(err)
		}
		a, err := w.Objects.Applications(t.Context(), w.by, []string{"default"})
		if err != nil || len(a.HTTP) != 1 || a.HTTP[0].On != object.Routes {
			t.Errorf("%+v, %v", a.HTTP, err)
		}
	})
}

func TestExcluding(t *testing.T) {
	each(t, func(w world) {
		inline := func(control string) string {
			return `{"waf_exclusion":{"waf_exclusion_inline_rules":{"rules":[{"app_firewall_detection_control":` + control + `}]}}}`
		}
		w.in("shop", "http_loadbalancers", "signature", inline(`{"exclude_signature_contexts":[{"signature_id":200000001}]}`))
		w.in("shop", "http_loadbalancers", "violation", inline(`{"exclude_violation_contexts":[{"exclude_violation":"VIOL_METHOD"}]}`))
		w.in("shop", "http_loadbalancers", "neither", inline(`{}`))
		w.in("shop", "http_loadbalancers", "nothing", `{}`)
		w.in("shop", "cdn_loadbalancers", "policy", `{"waf_exclusion":{"waf_exclusion_policy":{"name":"lenient"}}}`)
		w.in("shop", "waf_exclusion_policys", "lenient",
			`{"waf_exclusion_rules":[{"app_firewall_detection_control":{"exclude_signature_contexts":[{"signature_id":"200000001"}]}}]}`)
		for _, c := range []struct {
			signature int64
			violation string
			http, cdn []string
		}{
			{0, "", []string{"shop/neither ", "shop/signature ", "shop/violation "}, []string{"shop/policy "}},
			{200000001, "", []string{"shop/signature "}, []string{"shop/policy "}},
			{200000002, "", []string{}, []string{}},
			{0, "VIOL_METHOD", []string{"shop/violation "}, []string{}},
		} {
			http, cdn, err := w.Objects.Excluding(t.Context(), w.by, []string{"shop"}, c.signature, c.violation)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{c.http, c.cdn}, [][]string{itemNames(http), itemNames(cdn)}); diff != "" {
				t.Errorf("%d %q (-want +got):\n%s", c.signature, c.violation, diff)
			}
		}
	})
}

func TestNetworking(t *testing.T) {
	each(t, func(w world) {
		for plural, specs := range map[string][]string{
			"cloud_links": {`{}`}, "dc_cluster_groups": {`{}`, `{}`}, "segments": {`{}`}, "site_mesh_groups": {`{}`},
			"virtual_networks": {`{"global_network":{}}`, `{"site_local_network":{}}`, `{"global_network":{}}`},
			"aws_vpc_sites":    {`{}`, `{}`}, "sites": {`{}`, `{}`, `{}`}, // of which two are those of the VPCs
		} {
			for i, spec := range specs {
				w.in("system", plural, "n"+string(rune('a'+i)), spec)
			}
		}
		w.in("shop", "segments", "elsewhere", `{}`)
		got, err := w.Objects.Networking(t.Context(), w.by)
		want := object.Networking{CloudLinks: 1, ClusterGroups: 2, GlobalNetworks: 2, Segments: 1, MeshGroups: 1, Sites: 3}
		if err != nil || got != want {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
	})
}

func TestEndpoints(t *testing.T) {
	each(t, func(w world) {
		w.in("shop", "api_definitions", "carts", `{"api_inventory_inclusion_list":[{"method":"GET","path":"/a"},{"method":"PUT","path":"/a"},
			{"method":"GET","path":"/out"},{"method":"GET","path":"/logo"}],"api_inventory_exclusion_list":[{"method":"GET","path":"/out"}],
			"non_api_endpoints":[{"method":"GET","path":"/logo"}]}`)
		w.in("shop", "http_loadbalancers", "front", `{"api_specification":{"api_definition":{"name":"carts"}},
			"api_protection_rules":{"api_endpoint_rules":[{"api_endpoint_path":"/a","api_endpoint_method":{"methods":["GET"]}},
				{"api_endpoint_path":"/b","api_endpoint_method":{"methods":["GET","PUT"]}}]},
			"sensitive_data_disclosure_rules":{"sensitive_data_types_in_response":[{"api_endpoint":{"path":"/b","methods":["GET"]}},
				{"api_endpoint":{"path":"/logo","methods":["GET"]}}]}}`)
		w.in("shop", "cdn_loadbalancers", "edge", `{"api_specification":{"api_definition":{"name":"carts"}}}`)
		w.in("other", "cdn_loadbalancers", "thief", `{"api_specification":{"api_definition":{"name":"carts","namespace":"shop"}}}`)
		front := object.Endpoints{Inventory: 2, Discovered: 4, Shadow: 3, Sensitive: 1, Total: 5}
		edge := object.Endpoints{Inventory: 2, Discovered: 1, Shadow: 1, Total: 3}
		both := object.Endpoints{Inventory: 4, Discovered: 5, Shadow: 4, Sensitive: 1, Total: 8}
		for _, c := range []struct {
			namespaces []string
			of         []object.Host
			names      []string
			want       object.Endpoints
		}{
			{[]string{"shop"}, nil, nil, both},
			{[]string{"shop", "other"}, nil, nil, both},
			{[]string{"shop"}, []object.Host{object.HostHTTP}, nil, front},
			{[]string{"shop"}, []object.Host{object.HostCDN, object.HostNGINX}, nil, edge},
			{[]string{"shop"}, nil, []string{"edge"}, edge},
			{[]string{"shop"}, nil, []string{"ves-io-http-loadbalancer-front", "nobody"}, front},
			{[]string{"shop"}, nil, []string{"nobody"}, object.Endpoints{}},
			{[]string{"other"}, nil, nil, object.Endpoints{}}, // not what another namespace defines
		} {
			got, err := w.Objects.Endpoints(t.Context(), w.by, c.namespaces, c.of, c.names)
			if err != nil || got != c.want {
				t.Errorf("%v %v %v: %+v, %v, want %+v", c.namespaces, c.of, c.names, got, err, c.want)
			}
		}
	})
}
