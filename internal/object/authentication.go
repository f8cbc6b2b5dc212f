package object

import "time"

// authenticationSpec says how an application lets its own users sign in.
type authenticationSpec struct {
	OIDC   *oidcAuth     `json:"oidc_auth,omitzero" oneof:"auth_type_choice"`
	Cookie *cookieParams `json:"cookie_params,omitzero"`
}

type oidcAuth struct {
	ClientID     string      `json:"oidc_client_id" rule:"message.required=true;string.max_len=256;string.min_len=1"`
	ClientSecret *secret     `json:"client_secret,omitzero"`
	Params       *oidcParams `json:"oidc_auth_params,omitzero" oneof:"auth_params_choice"`
	WellKnown    *string     `json:"oidc_well_known_config_url,omitzero" oneof:"auth_params_choice" rule:"string.max_len=128;string.min_len=1;string.uri_ref=true"`
}

type oidcParams struct {
	AuthEndpoint       string `json:"auth_endpoint_url" rule:"message.required=true;string.max_len=128;string.min_len=1;string.uri_ref=true"`
	EndSessionEndpoint string `json:"end_session_endpoint_url" rule:"message.required=true;string.max_len=128;string.min_len=1;string.uri_ref=true"`
	TokenEndpoint      string `json:"token_endpoint_url" rule:"message.required=true;string.max_len=128;string.min_len=1;string.uri_ref=true"`
}

// cookieParams are of the cookie that the application gives a user. Times are
// in seconds.
type cookieParams struct {
	AuthHMAC        *hmacKeys `json:"auth_hmac,omitzero" oneof:"secret_choice"`
	KMSKeyHMAC      *nothing  `json:"kms_key_hmac,omitzero" oneof:"secret_choice"`
	CookieExpiry    uint32    `json:"cookie_expiry" rule:"uint32.lte=86400"`
	RefreshInterval uint32    `json:"cookie_refresh_interval" rule:"uint32.lte=86400"`
	SessionExpiry   uint32    `json:"session_expiry" rule:"uint32.lte=1296000"`
}

type hmacKeys struct {
	Primary         *secret   `json:"prim_key,omitzero"`
	PrimaryExpiry   time.Time `json:"prim_key_expiry" rule:"message.required=true"`
	Secondary       *secret   `json:"sec_key,omitzero"`
	SecondaryExpiry time.Time `json:"sec_key_expiry" rule:"message.required=true"`
}

var _ = register(Kind{Name: "authentication", Group: groupConfig, Title: "Authentication"}, hooks[*authenticationSpec]{})
