package object

import (
	"math/bits"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

func TestFacts(t *testing.T) {
	for _, c := range []struct {
		kind, spec string
		want       Facts
	}{
		{kindHTTP, `{}`, Facts{}},
		{kindHTTP, `{"app_firewall":{"name":"shield"},"http":{"port":8080},"domains":["a.example.com","b.example.com"],"round_robin":{},
			"advertise_on_public_default_vip":{},"more_option":{"idle_timeout":"3000"},"dns_info":[{"ip_address":"192.0.2.1"},{},{"ip_address":"192.0.2.2"}]}`,
			Facts{On: WAF | PlainHTTP | PublicAdvertisement, Ports: "8080", Domains: []string{"a.example.com", "b.example.com"},
				Algorithm: "round_robin", Advertised: "advertise_on_public_default_vip", Idle: 3000, Addresses: "192.0.2.1, 192.0.2.2",
				Firewall: &Named{"shop", "shield"}}},
		{kindCDN, `{"https_auto_cert":{"port_ranges":"443,8443","use_mtls":{},"default_loadbalancer":{},"tls_config":{"medium_security":{}},
			"connection_idle_timeout":5000},"auto_cert_info":{"auto_cert_state":"CertificateValid","auto_cert_expiry":"2027-01-02T03:04:05Z"},
			"app_firewall":{"namespace":"shared","name":"shield"},"disable_waf":null}`,
			Facts{On: WAF | MutualTLS | DefaultLoadBalancer, Ports: "443,8443", Security: "medium_security", IdleClient: 5000,
				Certificate: &Certificate{State: "CertificateValid", Expires: time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)},
				Firewall:    &Named{"shared", "shield"}}},
		{kindHTTP, `{"cors_policy":{"allow_origin":["*"]},"csrf_policy":{"all_load_balancer_domains":{}},"data_guard_rules":[{}]}`,
			Facts{On: CORSPolicy | CSRFProtection | DataGuard}},
		{kindHTTP, `{"cors_policy":{"disabled":true},"csrf_policy":{"disabled":{}},"data_guard_rules":[],"disable_waf":{},"disable_rate_limit":{},
			"no_service_policies":{},"l7_ddos_protection":{"mitigation_none":{}}}`, Facts{On: DDoSProtection}},
		{kindHTTP, `{"single_lb_app":{"enable_discovery":{},"enable_ddos_detection":{"enable_auto_mitigation":{}},"enable_malicious_user_detection":{}}}`,
			Facts{On: APIDiscovery | DDoSProtection | DDoSAutoMitigation | MaliciousUserDetection}},
		{kindHTTP, `{"advertise_custom":{"advertise_where":[{"site":{}},{"advertise_on_public":{}}]}}`,
			Facts{On: PrivateAdvertisement | PublicAdvertisement, Advertised: "advertise_custom"}},
		{kindHTTP, `{"waf_exclusion":{"waf_exclusion_inline_rules":{"rules":[{"app_firewall_detection_control":{
			"exclude_signature_contexts":[{"signature_id":200000001},{"signature_id":"200000002"}],
			"exclude_violation_contexts":[{"exclude_violation":"VIOL_METHOD"}]}}]}}}`,
			Facts{On: WAFExclusion, Exclusions: &Exclusions{Signatures: []int64{200000001, 200000002}, Violations: []string{"VIOL_METHOD"}}}},
		{kindHTTP, `{"waf_exclusion":{"waf_exclusion_policy":{"name":"lenient"}}}`,
			Facts{On: WAFExclusion, Exclusions: &Exclusions{Policy: &Named{"shop", "lenient"}}}},
		{kindExclusionPolicy, `{"waf_exclusion_rules":[{"app_firewall_detection_control":{"exclude_violation_contexts":[{"exclude_violation":"VIOL_METHOD"}]}}]}`,
			Facts{Exclusions: &Exclusions{Violations: []string{"VIOL_METHOD"}}}},
		{kindHTTP, `{"api_specification":{"api_definition":{"name":"carts"},"validation_all_spec_endpoints":{}},
			"api_protection_rules":{"api_endpoint_rules":[{"api_endpoint_path":"/a","api_endpoint_method":{"methods":["PUT","GET"]}},{"api_endpoint_path":"/b"}]},
			"sensitive_data_disclosure_rules":{"sensitive_data_types_in_response":[{"api_endpoint":{"path":"/c","methods":["GET"]}}]}}`,
			Facts{On: APIDefinition | APISchemaValidation | APIProtection, API: &APIFacts{Definition: &Named{"shop", "carts"},
				Named: []string{"ANY /b", "GET /a", "GET /c", "PUT /a"}, Sensitive: []string{"GET /c"}}}},
		{kindAPIDefinition, `{"api_inventory_inclusion_list":[{"method":"GET","path":"/a"},{"method":"GET","path":"/a"}],"non_api_endpoints":[{"path":"/z"}]}`,
			Facts{API: &APIFacts{Included: []string{"GET /a"}, Other: []string{"ANY /z"}}}},
		{kindTCP, `{"tls_tcp":{},"active_service_policies":{"policies":[]},"do_not_advertise":{}}`,
			Facts{On: TLSEncryption | ServicePolicy, Advertised: "do_not_advertise"}},
		{kindUDP, `{"service_policies_from_namespace":{},"advertise_on_public":{}}`,
			Facts{On: NamespaceServicePolicy | PublicAdvertisement, Advertised: "advertise_on_public"}},
		{kindFirewall, `{"blocking":{}}`, Facts{Mode: "blocking"}},
		{kindFirewall, `{}`, Facts{Mode: "monitoring"}},
		{kindBIGIP, `{"bigip_hostname":"big","bigip_version":"17.1","server_name":"/Common/vs","bigip_vs_description":"old","enable_api_discovery":{}}`,
			Facts{On: APIDiscovery, Server: &ServerFacts{Host: "big", Version: "17.1", Name: "/Common/vs", Description: "old"}}},
		{kindNGINX, `{"server_spec":{"domains":["default"],"server_name":"default:80","nginx_one_object_id":"x1","nginx_one_object_name":"one","total_routes":3,
			"api_discovery_spec":{"enabled":{}},"waf_spec":{"monitoring_waf_mode":{},"nginx_policy_management":{},"policy_name":"p","policy_file_name":"p.tgz",
			"security_log_enabled":true,"security_log_file_names":["log"]}}}`,
			Facts{On: APIDiscovery | WAF, Mode: "monitoring", Domains: []string{"default"}, Server: &ServerFacts{Name: "default:80", ObjectID: "x1",
				ObjectName: "one", Routes: 3, Policy: "p", PolicyFile: "p.tgz", Manager: "nginx_policy_management", Logs: true, LogFiles: []string{"log"}}}},
		{kindNGINX, `{"server_spec":{"waf_spec":{"none_waf_mode":{}},"api_discovery_spec":{"disabled":{}}}}`, Facts{Server: &ServerFacts{}}},
		{kindThirdParty, `{"enable_api_discovery":{}}`, Facts{On: APIDiscovery}},
		{kindVirtualNetwork, `{"global_network":{}}`, Facts{On: GlobalNetwork}},
		{kindVirtualNetwork, `{"site_local_network":{}}`, Facts{}},
		// What is not of the form is not there.
		{kindHTTP, `{"domains":"a","http":[80],"app_firewall":"shield","waf_exclusion":[],"more_option":{"idle_timeout":"soon"},"routes":{},
			"api_protection_rules":{"api_endpoint_rules":[7]},"advertise_custom":{"advertise_where":{}},"auto_cert_info":{"auto_cert_expiry":"soon"}}`,
			Facts{On: PlainHTTP | WAF | Routes | APIProtection, Advertised: "advertise_custom"}},
	} {
		stored, err := factsIn(c.kind, "shop", []byte(c.spec))
		if err != nil {
			t.Fatalf("%s %s: %v", c.kind, c.spec, err)
		}
		for name, o := range map[string]FactsOf{"stored": {Facts: stored}, "found": {Spec: []byte(c.spec)}} {
			o.Kind, o.Namespace = c.kind, "shop"
			item, err := o.item()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, item.Facts); diff != "" {
				t.Errorf("%s %s, %s (-want +got):\n%s", c.kind, c.spec, name, diff)
			}
		}
	}
	if f, err := factsIn("service_policy", "shop", []byte(`{}`)); f != nil || err != nil {
		t.Errorf("facts of a kind that no inventory is about: %s, %v", f, err)
	}
}

// TestSwitches sets each member of which a feature is said to depend, alone.
func TestSwitches(t *testing.T) {
	var seen Features
	for _, s := range switches {
		if seen&s.on != 0 || bits.OnesCount64(uint64(s.on)) != 1 {
			t.Errorf("%b is in the table twice, or is several", s.on)
		}
		seen |= s.on
		for _, path := range s.paths {
			names := strings.Split(path, ".")
			spec := `{"` + strings.Join(names, `":{"`) + `":{"x":1}` + strings.Repeat("}", len(names))
			f, err := findFacts(kindHTTP, "shop", []byte(spec))
			if err != nil || !f.On.Has(s.on) {
				t.Errorf("%s has %b, %v: no %b", spec, f.On, err, s.on)
			}
		}
	}
}

// TestFeatureNumbers: what is stored is read by other versions of the program.
func TestFeatureNumbers(t *testing.T) {
	for f, n := range map[Features]int{APIDefinition: 0, DefaultLoadBalancer: 14, PublicAdvertisement: 25, WAF: 32, WAFExclusion: 33, GlobalNetwork: 35} {
		if f != 1<<n {
			t.Errorf("feature %d is %b", n, f)
		}
	}
}

func FuzzFacts(f *testing.F) {
	f.Add(kindHTTP, `{"http":{"port":80},"app_firewall":{"name":"a"},"routes":[{}]}`)
	f.Add(kindNGINX, `{"server_spec":{"waf_spec":{"blocking_waf_mode":{}}}}`)
	f.Fuzz(func(t *testing.T, kind, spec string) {
		stored, err := factsIn(kind, "shop", []byte(spec))
		if err != nil || stored == nil {
			return
		}
		var read Facts
		if err := json.Unmarshal(stored, &read); err != nil {
			t.Fatalf("%s\nof %s cannot be read: %v", stored, spec, err)
		}
	})
}
