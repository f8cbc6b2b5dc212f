package object

// userIdentificationSpec says by what a user of an application is told from
// others: the first rule that gives an answer decides.
type userIdentificationSpec struct {
	Rules []identificationRule `json:"rules" rule:"message.required=true;repeated.max_items=4;repeated.min_items=1;repeated.unique=true"`
}

// identificationRule names one identifier.
type identificationRule struct {
	ClientASN           *nothing `json:"client_asn,omitzero" oneof:"identifier"`
	ClientCity          *nothing `json:"client_city,omitzero" oneof:"identifier"`
	ClientCountry       *nothing `json:"client_country,omitzero" oneof:"identifier"`
	ClientIP            *nothing `json:"client_ip,omitzero" oneof:"identifier"`
	ClientRegion        *nothing `json:"client_region,omitzero" oneof:"identifier"`
	CookieName          *string  `json:"cookie_name,omitzero" oneof:"identifier" rule:"string.max_bytes=256;string.min_bytes=1"`
	HTTPHeaderName      *string  `json:"http_header_name,omitzero" oneof:"identifier" rule:"string.http_header_field=true;string.max_bytes=256;string.min_bytes=1"`
	IPAndHTTPHeaderName *string  `json:"ip_and_http_header_name,omitzero" oneof:"identifier" rule:"string.http_header_field=true;string.max_bytes=256;string.min_bytes=1"`
	IPAndJA4Fingerprint *nothing `json:"ip_and_ja4_tls_fingerprint,omitzero" oneof:"identifier"`
	IPAndTLSFingerprint *nothing `json:"ip_and_tls_fingerprint,omitzero" oneof:"identifier"`
	JA4Fingerprint      *nothing `json:"ja4_tls_fingerprint,omitzero" oneof:"identifier"`
	JWTClaimName        *string  `json:"jwt_claim_name,omitzero" oneof:"identifier" rule:"string.max_bytes=256;string.min_bytes=1"`
	None                *nothing `json:"none,omitzero" oneof:"identifier"`
	QueryParamKey       *string  `json:"query_param_key,omitzero" oneof:"identifier" rule:"string.max_bytes=256;string.min_bytes=1"`
	TLSFingerprint      *nothing `json:"tls_fingerprint,omitzero" oneof:"identifier"`
}

// nothing is a message without members, which is chosen by being there.
type nothing struct{}

var _ = register(Kind{Name: "user_identification", Group: groupConfig, Title: "User identification"}, hooks[*userIdentificationSpec]{})
