package f5xc

import (
	"cmp"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// providerSpec is what a provider is: one of its members by its type.
type providerSpec struct {
	Azure  *azureSpec   `json:"azure_oidc_spec_type,omitzero" oneof:"oidcproviderspec"`
	Google *googleSpec  `json:"google_oidc_spec_type,omitzero" oneof:"oidcproviderspec"`
	OIDC   *oidcSpec    `json:"oidc_v10_spec_type,omitzero" oneof:"oidcproviderspec"`
	Okta   *oktaSpec    `json:"okta_oidc_spec_type,omitzero" oneof:"oidcproviderspec"`
	Type   providerType `json:"provider_type,omitzero"`
}

type azureSpec struct {
	AuthorizationURL  string     `json:"authorization_url" rule:"message.required=true"`
	BackChannelLogout bool       `json:"backchannel_logout"`
	ClientID          string     `json:"client_id" rule:"message.required=true"`
	ClientSecret      string     `json:"client_secret" rule:"message.required=true"`
	Scopes            *string    `json:"default_scopes,omitzero" rule:"string.max_bytes=256;string.not_empty=true"`
	Issuer            string     `json:"issuer"`
	JWKSURL           string     `json:"jwks_url"`
	LogoutURL         string     `json:"logout_url"`
	Prompt            promptType `json:"prompt,omitzero"`
	TokenURL          string     `json:"token_url" rule:"message.required=true"`
	UserInfoURL       string     `json:"user_info_url"`
}

// oktaSpec has what that of Azure has.
type oktaSpec azureSpec

type oidcSpec struct {
	ClockSkew          int64      `json:"allowed_clock_skew,string" doc:"Seconds."`
	AuthorizationURL   string     `json:"authorization_url" rule:"message.required=true"`
	BackChannelLogout  bool       `json:"backchannel_logout"`
	ClientID           string     `json:"client_id" rule:"message.required=true"`
	ClientSecret       string     `json:"client_secret" rule:"message.required=true"`
	Scopes             *string    `json:"default_scopes,omitzero" rule:"string.max_bytes=256;string.not_empty=true"`
	DisableUserInfo    bool       `json:"disable_user_info"`
	DisplayName        string     `json:"display_name"`
	Forwarded          string     `json:"forwarded_query_parameters" doc:"Names, with commas between."`
	Issuer             string     `json:"issuer"`
	JWKSURL            string     `json:"jwks_url"`
	LogoutURL          string     `json:"logout_url"`
	PassLocale         bool       `json:"pass_current_locale"`
	PassLoginHint      bool       `json:"pass_login_hint"`
	Prompt             promptType `json:"prompt,omitzero"`
	TokenURL           string     `json:"token_url" rule:"message.required=true"`
	UserInfoURL        string     `json:"user_info_url"`
	ValidateSignatures bool       `json:"validate_signatures" doc:"Kept. They are checked always."`
}

type googleSpec struct {
	ClientID     string `json:"client_id" rule:"message.required=true"`
	ClientSecret string `json:"client_secret" rule:"message.required=true"`
	HostedDomain string `json:"hosted_domain"`
}

// providerType is the make of a provider.
type providerType string

// Names implements message.Enum.
func (providerType) Names() []string { return []string{"DEFAULT", "GOOGLE", "AZURE", "OKTA"} }

var providerTypes = map[iam.ProviderType]providerType{iam.ProviderOIDC: "DEFAULT", iam.ProviderGoogle: "GOOGLE",
	iam.ProviderAzure: "AZURE", iam.ProviderOkta: "OKTA"}

// promptType is what a provider is asked to do besides.
type promptType string

// Names implements message.Enum.
func (promptType) Names() []string {
	return []string{"UNSPECIFIED", "NONE", "CONSENT", "LOGIN", "SELECT_ACCOUNT"}
}

func promptOf(p iam.Prompt) promptType {
	return promptType(cmp.Or(strings.ToUpper(string(p)), promptType("").Names()[0]))
}

func (p promptType) prompt() iam.Prompt {
	if string(p) == p.Names()[0] {
		return ""
	}
	return iam.Prompt(strings.ToLower(string(p)))
}

// maskedSecret is what readers see in the place of a secret, and what says that
// it stays as it is.
const maskedSecret = "********"

func maskOf(p iam.Provider) string {
	if p.HasSecret {
		return maskedSecret
	}
	return ""
}

// provider is what is asked for in place of old. What the spec of a type has no
// member for stays as it is, while the type does. Invalid: there is no spec, or
// that of another type.
func (s *providerSpec) provider(old iam.Provider) (federation.NewProvider, error) {
	if s == nil {
		return federation.NewProvider{}, iam.E(iam.Invalid, "Field spec should be not nil, got nil in request.").Because(iam.ReasonRequired)
	}
	var in federation.NewProvider
	begin := func(t iam.ProviderType, secret string) *iam.Provider {
		if in.Type = t; t == old.Type {
			in.Provider = old
		}
		if secret != maskedSecret {
			in.Secret = secret
		}
		return &in.Provider
	}
	switch {
	case s.Azure != nil:
		s.Azure.onto(begin(iam.ProviderAzure, s.Azure.ClientSecret))
	case s.Okta != nil:
		(*azureSpec)(s.Okta).onto(begin(iam.ProviderOkta, s.Okta.ClientSecret))
	case s.Google != nil:
		p := begin(iam.ProviderGoogle, s.Google.ClientSecret)
		p.ClientID, p.HostedDomain = s.Google.ClientID, s.Google.HostedDomain
	case s.OIDC != nil:
		s.OIDC.onto(begin(iam.ProviderOIDC, s.OIDC.ClientSecret))
	default:
		return in, notAs("spec", "one of azure_oidc_spec_type, google_oidc_spec_type, oidc_v10_spec_type and okta_oidc_spec_type", "")
	}
	if want := providerTypes[in.Type]; s.Type != "" && s.Type != want {
		return in, notAs("spec.provider_type", string(want)+", of which the specification is,", string(s.Type))
	}
	return in, nil
}

func (a *azureSpec) onto(p *iam.Provider) {
	p.AuthorizationURL, p.TokenURL, p.UserInfoURL, p.JWKSURL, p.LogoutURL = a.AuthorizationURL, a.TokenURL, a.UserInfoURL, a.JWKSURL, a.LogoutURL
	p.Issuer, p.ClientID, p.Scopes, p.Prompt, p.BackChannelLogout = a.Issuer, a.ClientID, textAt(a.Scopes), a.Prompt.prompt(), a.BackChannelLogout
}

func (o *oidcSpec) onto(p *iam.Provider) {
	p.AuthorizationURL, p.TokenURL, p.UserInfoURL, p.JWKSURL, p.LogoutURL = o.AuthorizationURL, o.TokenURL, o.UserInfoURL, o.JWKSURL, o.LogoutURL
	p.Issuer, p.ClientID, p.Scopes, p.Prompt, p.BackChannelLogout = o.Issuer, o.ClientID, textAt(o.Scopes), o.Prompt.prompt(), o.BackChannelLogout
	p.DisplayName, p.ValidateSignatures, p.DisableUserInfo = o.DisplayName, o.ValidateSignatures, o.DisableUserInfo
	p.PassLoginHint, p.PassLocale, p.Forwarded = o.PassLoginHint, o.PassLocale, nil
	for name := range strings.SplitSeq(o.Forwarded, ",") {
		if name = strings.TrimSpace(name); name != "" {
			p.Forwarded = append(p.Forwarded, name)
		}
	}
	// What is too long for a duration is too long for the rule as well.
	const tooLong = int64(2 * federation.MaxClockSkew / time.Second)
	p.ClockSkew = time.Duration(min(max(o.ClockSkew, -1), tooLong)) * time.Second
}

func textAt(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// told tells of a broken rule of the core about the member that has it.
func (s *providerSpec) told(err error) error {
	member := "spec.oidc_v10_spec_type"
	switch {
	case s.Azure != nil:
		member = "spec.azure_oidc_spec_type"
	case s.Google != nil:
		member = "spec.google_oidc_spec_type"
	case s.Okta != nil:
		member = "spec.okta_oidc_spec_type"
	}
	return below(member, err)
}

// providerSpecOf shows a provider.
func providerSpecOf(p iam.Provider) providerSpec {
	s := providerSpec{Type: providerTypes[p.Type]}
	var scopes *string
	if p.Scopes != "" {
		scopes = &p.Scopes
	}
	azure := azureSpec{AuthorizationURL: p.AuthorizationURL, TokenURL: p.TokenURL, UserInfoURL: p.UserInfoURL, JWKSURL: p.JWKSURL,
		LogoutURL: p.LogoutURL, Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: maskOf(p), Scopes: scopes, Prompt: promptOf(p.Prompt),
		BackChannelLogout: p.BackChannelLogout}
	switch p.Type {
	case iam.ProviderAzure:
		s.Azure = &azure
	case iam.ProviderOkta:
		s.Okta = (*oktaSpec)(&azure)
	case iam.ProviderGoogle:
		s.Google = &googleSpec{p.ClientID, maskOf(p), p.HostedDomain}
	case iam.ProviderOIDC:
		s.OIDC = &oidcSpec{ClockSkew: int64(p.ClockSkew / time.Second), AuthorizationURL: p.AuthorizationURL, TokenURL: p.TokenURL,
			UserInfoURL: p.UserInfoURL, JWKSURL: p.JWKSURL, LogoutURL: p.LogoutURL, Issuer: p.Issuer, ClientID: p.ClientID,
			ClientSecret: maskOf(p), Scopes: scopes, Prompt: promptOf(p.Prompt), BackChannelLogout: p.BackChannelLogout,
			DisableUserInfo: p.DisableUserInfo, DisplayName: p.DisplayName, Forwarded: strings.Join(p.Forwarded, ","),
			PassLocale: p.PassLocale, PassLoginHint: p.PassLoginHint, ValidateSignatures: p.ValidateSignatures}
	}
	return s
}
