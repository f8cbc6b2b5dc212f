package f5xc

import "github.com/gatehouse-id/gatehouse/internal/object"

// applicationFilters say which applications are listed: those that have all of
// what is asked for. What is counted does not depend on them.
type applicationFilters struct {
	BIGIP      *serverFilter     `json:"bigip_virtual_server_filter,omitzero"`
	CDN        *httpFilter       `json:"cdn_load_balancer_filter,omitzero"`
	HTTP       *httpFilter       `json:"http_load_balancer_filter,omitzero"`
	NGINX      *serverFilter     `json:"nginx_one_server_filter,omitzero"`
	TCP        *tcpFilter        `json:"tcp_load_balancer_filter,omitzero"`
	ThirdParty *thirdPartyFilter `json:"third_party_application_filter,omitzero"`
	UDP        *udpFilter        `json:"udp_load_balancer_filter,omitzero"`
}

type applicationForm struct {
	applicationFilters
	Namespace string `json:"namespace"`
}

// httpFilter is one of load balancers for HTTP, or of a CDN.
type httpFilter struct {
	APIDefinition           bool `json:"api_definition"`
	APIDiscovery            bool `json:"api_discovery"`
	APIProtection           bool `json:"api_protection"`
	APISchemaValidation     bool `json:"api_schema_validation"`
	BotProtection           bool `json:"bot_protection"`
	ClientBlocking          bool `json:"client_blocking"`
	ClientSideDefense       bool `json:"client_side_defense"`
	CookieProtection        bool `json:"cookie_protection"`
	CORSPolicy              bool `json:"cors_policy"`
	CSRFProtection          bool `json:"csrf_protection"`
	DataGuard               bool `json:"data_guard"`
	DDoSAutoMitigation      bool `json:"ddos_auto_mitigation"`
	DDoSMitigation          bool `json:"ddos_mitigation"`
	DDoSProtection          bool `json:"ddos_protection"`
	DefaultLoadBalancer     bool `json:"default_loadbalancer"`
	GraphQLInspection       bool `json:"graph_ql_inspection"`
	PlainHTTP               bool `json:"http_only"`
	IPReputation            bool `json:"ip_reputation"`
	MaliciousUserDetection  bool `json:"malicious_user_detection"`
	MaliciousUserMitigation bool `json:"malicious_user_mitigation"`
	MalwareProtection       bool `json:"malware_protection"`
	MutualTLS               bool `json:"mutual_tls"`
	NamespaceServicePolicy  bool `json:"namespace_service_policy"`
	OriginServerSubset      bool `json:"origin_server_subset"`
	Private                 bool `json:"private_advertisement"`
	Public                  bool `json:"public_advertisment"`
	Routes                  bool `json:"routes"`
	ServicePolicy           bool `json:"service_policy"`
	SlowDDoSMitigation      bool `json:"slow_ddos_mitigation"`
	TrustedClient           bool `json:"trusted_client"`
	TrustedClientIPHeaders  bool `json:"trusted_client_ip_headers"`
	WAF                     bool `json:"waf"`
	WAFExclusion            bool `json:"waf_exclusion"`
}

type tcpFilter struct {
	NamespaceServicePolicy bool `json:"namespace_service_policy"`
	Private                bool `json:"private_advertisement"`
	Public                 bool `json:"public_advertisment"`
	ServicePolicy          bool `json:"service_policy"`
	TLSEncryption          bool `json:"tls_encryption"`
}

type udpFilter struct {
	NamespaceServicePolicy bool `json:"namespace_service_policy"`
	Private                bool `json:"private_advertisement"`
	Public                 bool `json:"public_advertisment"`
	ServicePolicy          bool `json:"service_policy"`
}

type serverFilter struct {
	APIDiscovery bool `json:"api_discovery"`
	WAF          bool `json:"waf_configured"`
}

type thirdPartyFilter struct {
	APIDiscovery bool `json:"api_discovery"`
}

// wish is a feature that a filter may ask for.
type wish struct {
	yes bool
	on  object.Features
}

// features are those that are asked for.
func features(all ...wish) (want object.Features) {
	for _, a := range all {
		if a.yes {
			want |= a.on
		}
	}
	return want
}

func (f *httpFilter) features() object.Features {
	if f == nil {
		return 0
	}
	return features(
		wish{f.APIDefinition, object.APIDefinition},
		wish{f.APIDiscovery, object.APIDiscovery},
		wish{f.APIProtection, object.APIProtection},
		wish{f.APISchemaValidation, object.APISchemaValidation},
		wish{f.BotProtection, object.BotProtection},
		wish{f.ClientBlocking, object.ClientBlocking},
		wish{f.ClientSideDefense, object.ClientSideDefense},
		wish{f.CookieProtection, object.CookieProtection},
		wish{f.CORSPolicy, object.CORSPolicy},
		wish{f.CSRFProtection, object.CSRFProtection},
		wish{f.DataGuard, object.DataGuard},
		wish{f.DDoSAutoMitigation, object.DDoSAutoMitigation},
		wish{f.DDoSMitigation, object.DDoSMitigation},
		wish{f.DDoSProtection, object.DDoSProtection},
		wish{f.DefaultLoadBalancer, object.DefaultLoadBalancer},
		wish{f.GraphQLInspection, object.GraphQLInspection},
		wish{f.PlainHTTP, object.PlainHTTP},
		wish{f.IPReputation, object.IPReputation},
		wish{f.MaliciousUserDetection, object.MaliciousUserDetection},
		wish{f.MaliciousUserMitigation, object.MaliciousUserMitigation},
		wish{f.MalwareProtection, object.MalwareProtection},
		wish{f.MutualTLS, object.MutualTLS},
		wish{f.NamespaceServicePolicy, object.NamespaceServicePolicy},
		wish{f.OriginServerSubset, object.OriginServerSubset},
		wish{f.Private, object.PrivateAdvertisement},
		wish{f.Public, object.PublicAdvertisement},
		wish{f.Routes, object.Routes},
		wish{f.ServicePolicy, object.ServicePolicy},
		wish{f.SlowDDoSMitigation, object.SlowDDoSMitigation},
		wish{f.TrustedClient, object.TrustedClient},
		wish{f.TrustedClientIPHeaders, object.TrustedClientIPHeaders},
		wish{f.WAF, object.WAF},
		wish{f.WAFExclusion, object.WAFExclusion},
	)
}

func (f *tcpFilter) features() object.Features {
	if f == nil {
		return 0
	}
	return features(
		wish{f.NamespaceServicePolicy, object.NamespaceServicePolicy},
		wish{f.Private, object.PrivateAdvertisement},
		wish{f.Public, object.PublicAdvertisement},
		wish{f.ServicePolicy, object.ServicePolicy},
		wish{f.TLSEncryption, object.TLSEncryption},
	)
}

func (f *udpFilter) features() object.Features {
	if f == nil {
		return 0
	}
	return (&tcpFilter{NamespaceServicePolicy: f.NamespaceServicePolicy, Private: f.Private, Public: f.Public, ServicePolicy: f.ServicePolicy}).features()
}

func (f *serverFilter) features() object.Features {
	if f == nil {
		return 0
	}
	return features(wish{f.APIDiscovery, object.APIDiscovery}, wish{f.WAF, object.WAF})
}

func (f *thirdPartyFilter) features() object.Features {
	if f == nil {
		return 0
	}
	return features(wish{f.APIDiscovery, object.APIDiscovery})
}

// violation is what an application firewall finds wrong with a request.
type violation string

// Names are those of the vendor's document.
func (violation) Names() []string {
	return []string{
		"VIOL_NONE", "VIOL_FILETYPE", "VIOL_METHOD", "VIOL_MANDATORY_HEADER", "VIOL_HTTP_RESPONSE_STATUS", "VIOL_REQUEST_MAX_LENGTH",
		"VIOL_FILE_UPLOAD", "VIOL_FILE_UPLOAD_IN_BODY", "VIOL_XML_MALFORMED", "VIOL_JSON_MALFORMED", "VIOL_ASM_COOKIE_MODIFIED",
		"VIOL_HTTP_PROTOCOL_MULTIPLE_HOST_HEADERS", "VIOL_HTTP_PROTOCOL_BAD_HOST_HEADER_VALUE",
		"VIOL_HTTP_PROTOCOL_UNPARSABLE_REQUEST_CONTENT", "VIOL_HTTP_PROTOCOL_NULL_IN_REQUEST", "VIOL_HTTP_PROTOCOL_BAD_HTTP_VERSION",
		"VIOL_HTTP_PROTOCOL_CRLF_CHARACTERS_BEFORE_REQUEST_START", "VIOL_HTTP_PROTOCOL_NO_HOST_HEADER_IN_HTTP_1_1_REQUEST",
		"VIOL_HTTP_PROTOCOL_BAD_MULTIPART_PARAMETERS_PARSING", "VIOL_HTTP_PROTOCOL_SEVERAL_CONTENT_LENGTH_HEADERS",
		"VIOL_HTTP_PROTOCOL_CONTENT_LENGTH_SHOULD_BE_A_POSITIVE_NUMBER", "VIOL_EVASION_DIRECTORY_TRAVERSALS", "VIOL_MALFORMED_REQUEST",
		"VIOL_EVASION_MULTIPLE_DECODING", "VIOL_DATA_GUARD", "VIOL_EVASION_APACHE_WHITESPACE", "VIOL_COOKIE_MODIFIED",
		"VIOL_EVASION_IIS_UNICODE_CODEPOINTS", "VIOL_EVASION_IIS_BACKSLASHES", "VIOL_EVASION_PERCENT_U_DECODING",
		"VIOL_EVASION_BARE_BYTE_DECODING", "VIOL_EVASION_BAD_UNESCAPE", "VIOL_HTTP_PROTOCOL_BAD_MULTIPART_FORMDATA_REQUEST_PARSING",
		"VIOL_HTTP_PROTOCOL_BODY_IN_GET_OR_HEAD_REQUEST", "VIOL_HTTP_PROTOCOL_HIGH_ASCII_CHARACTERS_IN_HEADERS", "VIOL_ENCODING",
		"VIOL_COOKIE_MALFORMED", "VIOL_GRAPHQL_FORMAT", "VIOL_GRAPHQL_MALFORMED", "VIOL_GRAPHQL_INTROSPECTION_QUERY",
	}
}
