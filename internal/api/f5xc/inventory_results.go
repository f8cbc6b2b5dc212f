package f5xc

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/object"
)

// applicationInventory is what there is of each kind, in numbers and as a list.
type applicationInventory struct {
	BIGIP         bigipInventory      `json:"bigip_virtual_servers"`
	CDN           cdnInventory        `json:"cdn_loadbalancers"`
	HTTP          httpInventory       `json:"http_loadbalancers"`
	LoadBalancers int64               `json:"loadbalancers" doc:"For HTTP and for TCP."`
	NGINX         nginxInventory      `json:"nginx_one_servers"`
	OriginPools   int64               `json:"origin_pools"`
	Discovered    int64               `json:"services_discovered"`
	TCP           tcpInventory        `json:"tcp_loadbalancers"`
	ThirdParty    thirdPartyInventory `json:"third_party_applications"`
	UDP           udpInventory        `json:"udp_loadbalancers"`
}

// httpCounts are how many have what.
type httpCounts struct {
	APIDiscovery           int64 `json:"api_discovery"`
	APIProtection          int64 `json:"api_protection"`
	BotProtection          int64 `json:"bot_protection"`
	ClientSideDefense      int64 `json:"client_side_defense"`
	DDoSProtection         int64 `json:"ddos_protection"`
	PlainHTTP              int64 `json:"http_only"`
	IPReputation           int64 `json:"ip_reputation"`
	MaliciousUserDetection int64 `json:"malicious_user_detection"`
	MalwareProtection      int64 `json:"malware_protection"`
	NamespaceServicePolicy int64 `json:"namespace_service_policy"`
	Private                int64 `json:"private_advertisement"`
	Public                 int64 `json:"public_advertisment"`
	ServicePolicy          int64 `json:"service_policy"`
	WAF                    int64 `json:"waf"`
}

type httpInventory struct {
	httpCounts
	Results []httpResult `json:"httplb_results"`
}

type cdnInventory struct {
	httpCounts
	Results []httpResult `json:"cdnlb_results"`
}

// httpResult has, of what the vendor knows of a load balancer, that which the
// spec of this one says: there may be ten thousand. Features are the empty
// messages, written once for all that have the same; httpResultShown tells of all
// members.
type httpResult struct {
	CertificateExpires *timestamp     `json:"certification_expiration_date,omitzero"`
	Certificate        string         `json:"certification_status,omitzero"`
	IdleClient         int64          `json:"connection_idle_timeout,omitzero"`
	Addresses          string         `json:"dns_info,omitzero"`
	Domains            []string       `json:"domains"`
	Ports              string         `json:"http_listen_port_choice,omitzero"`
	Idle               int64          `json:"idle_timeout,omitzero"`
	Algorithm          string         `json:"loadbalancer_algorithm,omitzero"`
	Name               string         `json:"name"`
	Namespace          string         `json:"namespace"`
	Security           string         `json:"tls_security_level,omitzero"`
	VIP                string         `json:"vip_type,omitzero"`
	Mode               string         `json:"waf_enforcement_mode,omitzero"`
	Firewall           []viewRef      `json:"waf_policy_ref,omitzero"`
	Features           jsontext.Value `json:",embed"`
}

// DocumentedAs implements api.Documented.
func (httpResult) DocumentedAs() any { return httpResultShown{} }

// httpFeatures are the members that are an empty message where a feature is on.
var httpFeatures = []struct {
	member string
	on     object.Features
}{
	{"api_definition_enabled", object.APIDefinition},
	{"api_discovery_enabled", object.APIDiscovery},
	{"api_protection_enabled", object.APIProtection},
	{"api_schema_validation_enabled", object.APISchemaValidation},
	{"bot_protection_enabled", object.BotProtection},
	{"client_blocking_enabled", object.ClientBlocking},
	{"client_side_defense_enabled", object.ClientSideDefense},
	{"cookie_protection_enabled", object.CookieProtection},
	{"cors_policy_enabled", object.CORSPolicy},
	{"csrf_protection_enabled", object.CSRFProtection},
	{"data_guard_enabled", object.DataGuard},
	{"ddos_auto_mitigation_enabled", object.DDoSAutoMitigation},
	{"ddos_mitigation_enabled", object.DDoSMitigation},
	{"ddos_protection_enabled", object.DDoSProtection},
	{"default_loadbalancer_enabled", object.DefaultLoadBalancer},
	{"graph_ql_inspection_enabled", object.GraphQLInspection},
	{"http_enabled", object.PlainHTTP},
	{"ip_reputation_enabled", object.IPReputation},
	{"malicious_user_detection_enabled", object.MaliciousUserDetection},
	{"malicious_user_mitigation_enabled", object.MaliciousUserMitigation},
	{"malware_protection_enabled", object.MalwareProtection},
	{"mutual_tls_enabled", object.MutualTLS},
	{"namespace_service_policy_enabled", object.NamespaceServicePolicy},
	{"origin_server_subset_enabled", object.OriginServerSubset},
	{"private_advertisement_enabled", object.PrivateAdvertisement},
	{"public_advertisment_enabled", object.PublicAdvertisement},
	{"rate_limit", object.RateLimit},
	{"routes_enabled", object.Routes},
	{"service_policy_enabled", object.ServicePolicy},
	{"slow_ddos_mitigation_enabled", object.SlowDDoSMitigation},
	{"trusted_client_enabled", object.TrustedClient},
	{"trusted_client_ip_headers_enabled", object.TrustedClientIPHeaders},
	{"waf_enabled", object.WAF},
	{"waf_exclusion_enabled", object.WAFExclusion},
}

// httpFeaturesOf writes them, each combination once.
func httpFeaturesOf() func(on object.Features) jsontext.Value {
	written := map[object.Features]jsontext.Value{}
	return func(on object.Features) jsontext.Value {
		text, ok := written[on]
		if !ok {
			text = append(text, '{')
			for _, f := range httpFeatures {
				if !on.Has(f.on) {
					continue
				}
				if len(text) > 1 {
					text = append(text, ',')
				}
				text = append(strconv.AppendQuote(text, f.member), ":{}"...)
			}
			text = append(text, '}')
			written[on] = text
		}
		return text
	}
}

// httpResultShown is httpResult with all that it may have.
type httpResultShown struct {
	APIDefinition           *empty     `json:"api_definition_enabled,omitzero"`
	APIDiscovery            *empty     `json:"api_discovery_enabled,omitzero"`
	APIProtection           *empty     `json:"api_protection_enabled,omitzero"`
	APISchemaValidation     *empty     `json:"api_schema_validation_enabled,omitzero"`
	BotProtection           *empty     `json:"bot_protection_enabled,omitzero"`
	CertificateExpires      *timestamp `json:"certification_expiration_date,omitzero"`
	Certificate             string     `json:"certification_status,omitzero"`
	ClientBlocking          *empty     `json:"client_blocking_enabled,omitzero"`
	ClientSideDefense       *empty     `json:"client_side_defense_enabled,omitzero"`
	IdleClient              int64      `json:"connection_idle_timeout,omitzero"`
	CookieProtection        *empty     `json:"cookie_protection_enabled,omitzero"`
	CORSPolicy              *empty     `json:"cors_policy_enabled,omitzero"`
	CSRFProtection          *empty     `json:"csrf_protection_enabled,omitzero"`
	DataGuard               *empty     `json:"data_guard_enabled,omitzero"`
	DDoSAutoMitigation      *empty     `json:"ddos_auto_mitigation_enabled,omitzero"`
	DDoSMitigation          *empty     `json:"ddos_mitigation_enabled,omitzero"`
	DDoSProtection          *empty     `json:"ddos_protection_enabled,omitzero"`
	DefaultLoadBalancer     *empty     `json:"default_loadbalancer_enabled,omitzero"`
	Addresses               string     `json:"dns_info,omitzero"`
	Domains                 []string   `json:"domains"`
	GraphQLInspection       *empty     `json:"graph_ql_inspection_enabled,omitzero"`
	PlainHTTP               *empty     `json:"http_enabled,omitzero"`
	Ports                   string     `json:"http_listen_port_choice,omitzero"`
	Idle                    int64      `json:"idle_timeout,omitzero"`
	IPReputation            *empty     `json:"ip_reputation_enabled,omitzero"`
	Algorithm               string     `json:"loadbalancer_algorithm,omitzero"`
	MaliciousUserDetection  *empty     `json:"malicious_user_detection_enabled,omitzero"`
	MaliciousUserMitigation *empty     `json:"malicious_user_mitigation_enabled,omitzero"`
	MalwareProtection       *empty     `json:"malware_protection_enabled,omitzero"`
	MutualTLS               *empty     `json:"mutual_tls_enabled,omitzero"`
	Name                    string     `json:"name"`
	Namespace               string     `json:"namespace"`
	NamespaceServicePolicy  *empty     `json:"namespace_service_policy_enabled,omitzero"`
	OriginServerSubset      *empty     `json:"origin_server_subset_enabled,omitzero"`
	Private                 *empty     `json:"private_advertisement_enabled,omitzero"`
	Public                  *empty     `json:"public_advertisment_enabled,omitzero"`
	RateLimit               *empty     `json:"rate_limit,omitzero"`
	Routes                  *empty     `json:"routes_enabled,omitzero"`
	ServicePolicy           *empty     `json:"service_policy_enabled,omitzero"`
	SlowDDoSMitigation      *empty     `json:"slow_ddos_mitigation_enabled,omitzero"`
	Security                string     `json:"tls_security_level,omitzero"`
	TrustedClient           *empty     `json:"trusted_client_enabled,omitzero"`
	TrustedClientIPHeaders  *empty     `json:"trusted_client_ip_headers_enabled,omitzero"`
	VIP                     string     `json:"vip_type,omitzero"`
	WAF                     *empty     `json:"waf_enabled,omitzero"`
	Mode                    string     `json:"waf_enforcement_mode,omitzero"`
	WAFExclusion            *empty     `json:"waf_exclusion_enabled,omitzero"`
	Firewall                []viewRef  `json:"waf_policy_ref,omitzero"`
}

type tcpInventory struct {
	NamespaceServicePolicy int64       `json:"namespace_service_policy"`
	Private                int64       `json:"private_advertisement"`
	Public                 int64       `json:"public_advertisment"`
	ServicePolicy          int64       `json:"service_policy"`
	Results                []tcpResult `json:"tcplb_results"`
	TLSEncryption          int64       `json:"tls_encryption"`
}

type tcpResult struct {
	Name                   string `json:"name"`
	Namespace              string `json:"namespace"`
	NamespaceServicePolicy *empty `json:"namespace_service_policy,omitzero"`
	Private                *empty `json:"private_advertisement,omitzero"`
	Public                 *empty `json:"public_advertisment,omitzero"`
	RateLimit              *empty `json:"rate_limit,omitzero"`
	ServicePolicy          *empty `json:"service_policy,omitzero"`
	TLSEncryption          *empty `json:"tls_encryption,omitzero"`
}

type udpInventory struct {
	Private                int64       `json:"private_advertisement"`
	Public                 int64       `json:"public_advertisment"`
	Results                []udpResult `json:"udplb_results"`
	NamespaceServicePolicy int64       `json:"namespace_service_policy"`
	ServicePolicy          int64       `json:"service_policy"`
}

type udpResult struct {
	Name                   string `json:"name"`
	Namespace              string `json:"namespace"`
	Private                *empty `json:"private_advertisement,omitzero"`
	Public                 *empty `json:"public_advertisment,omitzero"`
	NamespaceServicePolicy *empty `json:"namespace_service_policy,omitzero"`
	ServicePolicy          *empty `json:"service_policy,omitzero"`
}

type bigipInventory struct {
	APIDiscovery int64         `json:"api_discovery"`
	Results      []bigipResult `json:"bigiplb_results"`
	WAF          int64         `json:"waf_configured"`
}

type bigipResult struct {
	APIDiscovery *empty `json:"api_discovery_enabled,omitzero"`
	Description  string `json:"description"`
	Host         string `json:"host_name"`
	Name         string `json:"name"`
	Server       string `json:"server_name"`
	Version      string `json:"version"`
	Mode         string `json:"waf_enforcement_mode"`
	Policy       string `json:"waf_policy_name"`
	Namespace    string `json:"namespace"`
}

type nginxInventory struct {
	APIDiscovery int64         `json:"api_discovery_enabled_server_count"`
	Results      []nginxResult `json:"nginx_server_results"`
	WAF          int64         `json:"waf_enabled_server_count"`
}

type nginxResult struct {
	APIDiscovery *empty   `json:"api_discovery_enabled,omitzero"`
	Domains      []string `json:"domains"`
	Name         string   `json:"name"`
	ObjectID     string   `json:"nginx_one_object_id"`
	ObjectName   string   `json:"nginx_one_object_name"`
	Server       string   `json:"nginx_one_server_name"`
	Routes       int64    `json:"total_routes"`
	Mode         string   `json:"waf_enforcement_mode"`
	PolicyFile   string   `json:"waf_policy_file_name"`
	Manager      string   `json:"waf_policy_management_platform"`
	Policy       string   `json:"waf_policy_name"`
	Logs         bool     `json:"waf_security_log_enabled"`
	LogFiles     []string `json:"waf_security_log_file_names"`
}

type thirdPartyInventory struct {
	APIDiscovery int64              `json:"api_discovery"`
	Results      []thirdPartyResult `json:"third_party_application_results"`
}

type thirdPartyResult struct {
	APIDiscovery *empty `json:"api_discovery_enabled,omitzero"`
	Name         string `json:"name"`
}

// inventoryOf shows the applications of a tenant.
func inventoryOf(a object.Applications, want applicationFilters, tenant string) applicationInventory {
	features := httpFeaturesOf()
	http := func(item *object.Item) httpResult { return httpResultOf(item, tenant, features) }
	tcp, udp := counter(a.TCP), counter(a.UDP)
	bigip, nginx := counter(a.BIGIP), counter(a.NGINX)
	return applicationInventory{
		LoadBalancers: int64(len(a.HTTP) + len(a.TCP)), OriginPools: int64(a.OriginPools), Discovered: int64(a.Discovered),
		HTTP: httpInventory{httpCountsOf(a.HTTP), results(a.HTTP, want.HTTP.features(), http)},
		CDN:  cdnInventory{httpCountsOf(a.CDN), results(a.CDN, want.CDN.features(), http)},
		TCP: tcpInventory{
			NamespaceServicePolicy: tcp(object.NamespaceServicePolicy), ServicePolicy: tcp(object.ServicePolicy),
			Private: tcp(object.PrivateAdvertisement), Public: tcp(object.PublicAdvertisement), TLSEncryption: tcp(object.TLSEncryption),
			Results: results(a.TCP, want.TCP.features(), tcpResultOf),
		},
		UDP: udpInventory{
			NamespaceServicePolicy: udp(object.NamespaceServicePolicy), ServicePolicy: udp(object.ServicePolicy),
			Private: udp(object.PrivateAdvertisement), Public: udp(object.PublicAdvertisement),
			Results: results(a.UDP, want.UDP.features(), udpResultOf),
		},
		BIGIP: bigipInventory{APIDiscovery: bigip(object.APIDiscovery), WAF: bigip(object.WAF),
			Results: results(a.BIGIP, want.BIGIP.features(), bigipResultOf)},
		NGINX: nginxInventory{APIDiscovery: nginx(object.APIDiscovery), WAF: nginx(object.WAF),
			Results: results(a.NGINX, want.NGINX.features(), nginxResultOf)},
		ThirdParty: thirdPartyInventory{APIDiscovery: counter(a.ThirdParty)(object.APIDiscovery),
			Results: results(a.ThirdParty, want.ThirdParty.features(), func(item *object.Item) thirdPartyResult {
				return thirdPartyResult{APIDiscovery: switchOf(item)(object.APIDiscovery), Name: item.Name}
			})},
	}
}

// counter answers how many items have a feature.
func counter(items []*object.Item) func(object.Features) int64 {
	return func(f object.Features) (n int64) {
		for i := range items {
			if items[i].On.Has(f) {
				n++
			}
		}
		return n
	}
}

// results shows those items that have all that is asked for.
func results[R any](items []*object.Item, want object.Features, show func(*object.Item) R) []R {
	shown := make([]R, 0, len(items))
	for _, item := range items {
		if item.On.Has(want) {
			shown = append(shown, show(item))
		}
	}
	return shown
}

// switchOf shows a feature of an item as the vendor does: as an empty message
// where it is on.
func switchOf(item *object.Item) func(object.Features) *empty {
	return func(f object.Features) *empty {
		if item.On.Has(f) {
			return &empty{}
		}
		return nil
	}
}

func httpCountsOf(items []*object.Item) httpCounts {
	n := counter(items)
	return httpCounts{
		APIDiscovery:           n(object.APIDiscovery),
		APIProtection:          n(object.APIProtection),
		BotProtection:          n(object.BotProtection),
		ClientSideDefense:      n(object.ClientSideDefense),
		DDoSProtection:         n(object.DDoSProtection),
		PlainHTTP:              n(object.PlainHTTP),
		IPReputation:           n(object.IPReputation),
		MaliciousUserDetection: n(object.MaliciousUserDetection),
		MalwareProtection:      n(object.MalwareProtection),
		NamespaceServicePolicy: n(object.NamespaceServicePolicy),
		Private:                n(object.PrivateAdvertisement),
		Public:                 n(object.PublicAdvertisement),
		ServicePolicy:          n(object.ServicePolicy),
		WAF:                    n(object.WAF),
	}
}

func httpResultOf(item *object.Item, tenant string, features func(object.Features) jsontext.Value) httpResult {
	r := httpResult{
		Name: item.Name, Namespace: item.Namespace, Domains: item.Domains, Addresses: item.Addresses, Ports: item.Ports,
		Algorithm: item.Algorithm, Security: item.Security, VIP: item.Advertised, Idle: item.Idle, IdleClient: item.IdleClient,
		Mode: item.Mode, Features: features(item.On),
	}
	if c := item.Certificate; c != nil {
		r.Certificate, r.CertificateExpires = c.State, timeOf(c.Expires)
	}
	if item.Firewall != nil {
		r.Firewall = []viewRef{{Name: item.Firewall.Name, Namespace: item.Firewall.Namespace, Tenant: tenant}}
	}
	return r
}

func tcpResultOf(item *object.Item) tcpResult {
	on := switchOf(item)
	return tcpResult{Name: item.Name, Namespace: item.Namespace, NamespaceServicePolicy: on(object.NamespaceServicePolicy),
		Private: on(object.PrivateAdvertisement), Public: on(object.PublicAdvertisement), RateLimit: on(object.RateLimit),
		ServicePolicy: on(object.ServicePolicy), TLSEncryption: on(object.TLSEncryption)}
}

func udpResultOf(item *object.Item) udpResult {
	on := switchOf(item)
	return udpResult{Name: item.Name, Namespace: item.Namespace, Private: on(object.PrivateAdvertisement), Public: on(object.PublicAdvertisement),
		NamespaceServicePolicy: on(object.NamespaceServicePolicy), ServicePolicy: on(object.ServicePolicy)}
}

func bigipResultOf(item *object.Item) bigipResult {
	s := item.Server
	return bigipResult{APIDiscovery: switchOf(item)(object.APIDiscovery), Name: item.Name, Namespace: item.Namespace, Description: s.Description,
		Host: s.Host, Server: s.Name, Version: s.Version, Mode: item.Mode, Policy: s.Policy}
}

func nginxResultOf(item *object.Item) nginxResult {
	s := item.Server
	return nginxResult{APIDiscovery: switchOf(item)(object.APIDiscovery), Domains: item.Domains, Name: item.Name, ObjectID: s.ObjectID,
		ObjectName: s.ObjectName, Server: s.Name, Routes: s.Routes, Mode: item.Mode, PolicyFile: s.PolicyFile, Manager: s.Manager,
		Policy: s.Policy, Logs: s.Logs, LogFiles: s.LogFiles}
}
