package iam

import "time"

// ProviderType is the make of an OpenID provider, which says what is known of it
// beforehand.
type ProviderType string

const (
	ProviderOIDC   ProviderType = "oidc"
	ProviderGoogle ProviderType = "google"
	ProviderAzure  ProviderType = "azure"
	ProviderOkta   ProviderType = "okta"
)

// Prompt is what a provider is asked to do besides (OpenID Connect Core 1.0
// section 3.1.2.1); empty asks for nothing.
type Prompt string

const (
	PromptNone          Prompt = "none"
	PromptConsent       Prompt = "consent"
	PromptLogin         Prompt = "login"
	PromptSelectAccount Prompt = "select_account"
)

// Provider is an OpenID provider that signs in people of a tenant.
type Provider struct {
	ID          ProviderID
	Name        string // unique in the tenant; stands in its addresses
	Type        ProviderType
	DisplayName string // on the button; empty: Name
	Issuer      string
	// The endpoints. Where one is empty, discovery at the issuer says it
	// (OpenID Connect Discovery 1.0 section 4).
	AuthorizationURL string
	TokenURL         string
	UserInfoURL      string
	JWKSURL          string
	LogoutURL        string
	ClientID         string
	HasSecret        bool // read only
	Scopes           string
	Prompt           Prompt
	// ClockSkew is how far the provider's clock may differ from ours.
	ClockSkew time.Duration
	// ValidateSignatures is what the tenant asked for; they are checked always.
	ValidateSignatures bool
	DisableUserInfo    bool
	PassLoginHint      bool
	PassLocale         bool
	// Forwarded are the query parameters of the sign-in page that go on to the
	// provider.
	Forwarded []string
	// HostedDomain is the one whose people a Google provider may sign in.
	HostedDomain      string
	BackChannelLogout bool
	Mappers           ProviderMappers
	// SCIM is set where a provisioning client may look after people, with
	// SCIMToken.
	SCIM      bool
	SCIMToken TokenID
	CreatedBy string
	Created   time.Time
	Updated   time.Time
	Version   int64
}

// ProviderMappers say which claim a fact is in. Empty is the standard one.
type ProviderMappers struct {
	Email string
}

// Identity is who a user is at a provider. A subject is one only together with
// its issuer.
type Identity struct {
	Provider ProviderID
	Issuer   string
	Subject  string
	User     UserID
	Email    string // as the provider said it last
	Created  time.Time
	LastUsed time.Time
}

// Federated is who a provider says has signed in, checked, and who they are here.
type Federated struct {
	User     UserID
	Provider ProviderID
	Issuer   string
	Subject  string
	// SessionID is that of the provider (sid), empty where it says none.
	SessionID string
	// Methods are the provider's own words for how the user proved themselves
	// (amr, RFC 8176).
	Methods []string
	// IDToken is the token itself, for signing out; kept sealed.
	IDToken string
}
