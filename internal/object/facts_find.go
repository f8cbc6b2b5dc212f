package object

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kinds that inventories are about.
const (
	kindHTTP            = "http_loadbalancer"
	kindCDN             = "cdn_loadbalancer"
	kindTCP             = "tcp_loadbalancer"
	kindUDP             = "udp_loadbalancer"
	kindBIGIP           = "bigip_virtual_server"
	kindNGINX           = "nginx_server"
	kindThirdParty      = "third_party_application"
	kindOriginPool      = "origin_pool"
	kindDiscovered      = "discovered_service"
	kindFirewall        = "app_firewall"
	kindExclusionPolicy = "waf_exclusion_policy"
	kindAPIDefinition   = "api_definition"
	kindVirtualNetwork  = "virtual_network"
	kindCloudLink       = "cloud_link"
	kindClusterGroup    = "dc_cluster_group"
	kindSegment         = "segment"
	kindMeshGroup       = "site_mesh_group"
)

// siteKinds are those of sites: the site itself, and what one is made of, which
// has its name.
var siteKinds = []string{"site", "aws_tgw_site", "aws_vpc_site", "azure_vnet_site", "gcp_vpc_site", "securemesh_site",
	"securemesh_site_v2", "voltstack_site"}

// factFinders find the facts in specs, by kind.
var factFinders = map[string]func(tree, *Facts){
	kindHTTP:            findHTTP,
	kindCDN:             findHTTP,
	kindTCP:             findTransport,
	kindUDP:             findTransport,
	kindBIGIP:           findBIGIP,
	kindNGINX:           findNGINX,
	kindThirdParty:      findAPI,
	kindFirewall:        findFirewall,
	kindExclusionPolicy: func(t tree, f *Facts) { f.Exclusions = exclusionsIn(t.list("waf_exclusion_rules"), nil) },
	kindAPIDefinition:   findDefinition,
	kindVirtualNetwork: func(t tree, f *Facts) {
		if t.is("global_network") {
			f.On |= GlobalNetwork
		}
	},
}

// switches are the members of specs of load balancers, by path, of which any
// one switches a feature on. Some of the names are those of older forms of the
// specs, which clients still send.
var switches = []struct {
	on    Features
	paths []string
}{
	{APIProtection, []string{"api_protection_rules.api_endpoint_rules", "api_protection_rules.api_groups_rules"}},
	{BotProtection, []string{"bot_defense", "bot_defense_advanced"}},
	{ClientBlocking, []string{"blocked_clients"}},
	{ClientSideDefense, []string{"client_side_defense"}},
	{CookieProtection, []string{"protected_cookies"}},
	{CSRFProtection, []string{"csrf_policy.all_load_balancer_domains", "csrf_policy.custom_domain_list"}},
	{DataGuard, []string{"data_guard_rules"}},
	{DDoSAutoMitigation, []string{"l7_ddos_action_default", "l7_ddos_action_block", "l7_ddos_action_js_challenge",
		"l7_ddos_protection.mitigation_block", "l7_ddos_protection.mitigation_js_challenge", "l7_ddos_protection.mitigation_captcha_challenge",
		"enable_ddos_detection.enable_auto_mitigation", "single_lb_app.enable_ddos_detection.enable_auto_mitigation"}},
	{DDoSMitigation, []string{"ddos_mitigation_rules"}},
	{DDoSProtection, []string{"l7_ddos_protection", "l7_ddos_action_default", "l7_ddos_action_block", "l7_ddos_action_js_challenge",
		"enable_ddos_detection", "single_lb_app.enable_ddos_detection"}},
	{DefaultLoadBalancer, []string{"https.default_loadbalancer", "https_auto_cert.default_loadbalancer", "default_loadbalancer"}},
	{GraphQLInspection, []string{"graphql_rules"}},
	{PlainHTTP, []string{"http"}},
	{IPReputation, []string{"enable_ip_reputation"}},
	{MaliciousUserDetection, []string{"enable_malicious_user_detection", "single_lb_app.enable_malicious_user_detection"}},
	{MaliciousUserMitigation, []string{"malicious_user_mitigation", "enable_challenge.malicious_user_mitigation",
		"enable_challenge.default_mitigation_settings", "policy_based_challenge.malicious_user_mitigation",
		"policy_based_challenge.default_mitigation_settings"}},
	{MalwareProtection, []string{"malware_protection_settings"}},
	{MutualTLS, []string{"https.use_mtls", "https.tls_parameters.use_mtls", "https.tls_cert_params.use_mtls", "https_auto_cert.use_mtls"}},
	{NamespaceServicePolicy, []string{"service_policies_from_namespace"}},
	{OriginServerSubset, []string{"origin_server_subset_rule_list.origin_server_subset_rules"}},
	{RateLimit, []string{"rate_limit", "api_rate_limit"}},
	{Routes, []string{"routes"}},
	{ServicePolicy, []string{"active_service_policies"}},
	{SlowDDoSMitigation, []string{"slow_ddos_mitigation"}},
	{TrustedClient, []string{"trusted_clients"}},
	{TrustedClientIPHeaders, []string{"enable_trust_client_ip_headers"}},
	{WAF, []string{"app_firewall", "waf", "waf_rule"}},
	{WAFExclusion, []string{"waf_exclusion.waf_exclusion_inline_rules.rules", "waf_exclusion.waf_exclusion_policy", "waf_exclusion_rules"}},
	{TLSEncryption, []string{"tls_tcp", "tls_tcp_auto_cert"}},
}

func findTransport(t tree, f *Facts) {
	for _, s := range switches {
		if t.any(s.paths...) {
			f.On |= s.on
		}
	}
	f.Advertised = t.which("advertise_on_public_default_vip", "advertise_on_public", "advertise_custom", "do_not_advertise")
	if t.any("advertise_on_public_default_vip", "advertise_on_public") {
		f.On |= PublicAdvertisement
	}
	for _, where := range t.list("advertise_custom.advertise_where") {
		if where.is("advertise_on_public") {
			f.On |= PublicAdvertisement
		} else {
			f.On |= PrivateAdvertisement
		}
	}
	f.Domains = t.texts("domains")
}

func findHTTP(t tree, f *Facts) {
	findTransport(t, f)
	findAPI(t, f)
	if t.is("cors_policy") && !t.is("cors_policy.disabled") {
		f.On |= CORSPolicy
	}
	f.Algorithm = t.which("round_robin", "least_active", "random", "source_ip_stickiness", "cookie_stickiness", "ring_hash")
	listener := t.at(cmp.Or(t.which("http", "https", "https_auto_cert"), "http"))
	f.Ports = listener.text("port_ranges")
	if n := listener.number("port"); n != 0 {
		f.Ports = strconv.FormatInt(n, 10)
	}
	for _, tls := range []string{"tls_config", "tls_parameters.tls_config", "tls_cert_params.tls_config"} {
		f.Security = cmp.Or(f.Security, listener.at(tls).which("default_security", "medium_security", "low_security", "custom_security"))
	}
	f.IdleClient, f.Idle = listener.number("connection_idle_timeout"), t.number("more_option.idle_timeout")
	var addresses []string
	for _, record := range t.list("dns_info") {
		if a := record.text("ip_address"); a != "" {
			addresses = append(addresses, a)
		}
	}
	f.Addresses = strings.Join(addresses, ", ")
	certificate := Certificate{State: cmp.Or(t.text("cert_state"), t.text("auto_cert_info.auto_cert_state"))}
	certificate.Expires, _ = time.Parse(time.RFC3339, t.text("auto_cert_info.auto_cert_expiry")) // none where it is not a time
	if certificate != (Certificate{}) {
		f.Certificate = &certificate
	}
	f.Firewall = t.reference("app_firewall")
	rules := slices.Concat(t.list("waf_exclusion.waf_exclusion_inline_rules.rules"), t.list("waf_exclusion_rules"))
	f.Exclusions = exclusionsIn(rules, t.reference("waf_exclusion.waf_exclusion_policy"))
}

func findFirewall(t tree, f *Facts) {
	f.Mode = cmp.Or(t.which("blocking"), "monitoring") // which is what it does when nothing is said
}

// exclusionsIn finds what rules of a firewall leave out; nil is nothing.
func exclusionsIn(rules []tree, policy *Named) *Exclusions {
	e := Exclusions{Policy: policy}
	for _, rule := range rules {
		control := rule.at("app_firewall_detection_control")
		for _, c := range control.list("exclude_signature_contexts") {
			e.Signatures = append(e.Signatures, c.number("signature_id"))
		}
		for _, c := range control.list("exclude_violation_contexts") {
			if v := c.text("exclude_violation"); v != "" {
				e.Violations = append(e.Violations, v)
			}
		}
	}
	if e.Signatures == nil && e.Violations == nil && policy == nil {
		return nil
	}
	return &e
}

func findBIGIP(t tree, f *Facts) {
	findAPI(t, f)
	f.Server = &ServerFacts{Host: t.text("bigip_hostname"), Name: t.text("server_name"), Version: t.text("bigip_version"),
		Description: t.text("bigip_vs_description"), Policy: t.text("waf_policy_name")}
	if f.Mode = t.text("waf_enforcement_mode"); f.Mode != "" || f.Server.Policy != "" {
		f.On |= WAF
	}
}

func findNGINX(t tree, f *Facts) {
	t = t.at("server_spec")
	if t.is("api_discovery_spec.enabled") {
		f.On |= APIDiscovery
	}
	waf := t.at("waf_spec")
	switch waf.which("blocking_waf_mode", "monitoring_waf_mode") {
	case "blocking_waf_mode":
		f.Mode = "blocking"
		f.On |= WAF
	case "monitoring_waf_mode":
		f.Mode = "monitoring"
		f.On |= WAF
	}
	f.Domains = t.texts("domains")
	f.Server = &ServerFacts{Name: t.text("server_name"), ObjectID: t.text("nginx_one_object_id"), ObjectName: t.text("nginx_one_object_name"),
		Routes: t.number("total_routes"), Policy: waf.text("policy_name"), PolicyFile: waf.text("policy_file_name"),
		Manager: waf.which("distributed_cloud_policy_management", "nginx_policy_management"),
		Logs:    waf.is("security_log_enabled"), LogFiles: waf.texts("security_log_file_names")}
}
