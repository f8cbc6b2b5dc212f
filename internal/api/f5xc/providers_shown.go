package f5xc

import (
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type providerForm struct {
	Namespace string        `json:"namespace" rule:"string.const=system"`
	Spec      *providerSpec `json:"spec,omitzero"`
}

type providerChange struct {
	Name      string        `json:"name"`
	Namespace string        `json:"namespace" rule:"string.const=system"`
	Spec      *providerSpec `json:"spec,omitzero"`
}

type providerName struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace" rule:"string.const=system"`
}

type mappersForm struct {
	Name      string           `json:"name"`
	Namespace string           `json:"namespace" rule:"string.const=system"`
	Mappers   *providerMappers `json:"oidc_mappers,omitzero"`
}

type providerMappers struct {
	Email string `json:"email"`
}

type scimForm struct {
	Name      string         `json:"name"`
	Namespace string         `json:"namespace" rule:"string.const=system"`
	Enabled   bool           `json:"scim_enabled"`
	Token     *scimTokenForm `json:"scim_token_meta,omitzero"`
}

type scimTokenForm struct {
	Days      *uint32 `json:"expiration_days,omitzero" rule:"uint32.gte=1;uint32.lte=730"`
	Namespace string  `json:"namespace"`
}

// providerOutcome is what came of a request; one that fails is an error as any
// other.
type providerOutcome string

// resultOK says that all is done.
const resultOK providerOutcome = "EOK"

type providerResult struct {
	Err providerOutcome `json:"err"`
}

type newProvider struct {
	Err        providerOutcome `json:"err"`
	PostLogout string          `json:"post_logout_redirect_uri"`
	Redirect   string          `json:"redirect_uri"`
}

type scimAnswer struct {
	Enabled bool       `json:"scim_enabled"`
	Token   *scimToken `json:"scim_token,omitzero"`
	URL     string     `json:"url"`
}

type scimToken struct {
	Active  bool       `json:"active"`
	Data    string     `json:"data" doc:"The token, which is told once."`
	Expires *timestamp `json:"expiration_timestamp,omitzero"`
	Name    string     `json:"name"`
}

type providerItem struct {
	Created   *timestamp   `json:"create_timestamp"`
	Name      string       `json:"name"`
	Namespace string       `json:"namespace"`
	Type      providerType `json:"provider_type"`
	UID       string       `json:"uid"`
}

func providerItemOf(p iam.Provider) providerItem {
	return providerItem{timeOf(p.Created), p.Name, iam.NamespaceSystem, providerTypes[p.Type], string(p.ID)}
}

type providerAnswer struct {
	Object providerObject `json:"object"`
}

type providerObject struct {
	Metadata objectMeta    `json:"metadata"`
	Spec     providerShown `json:"spec"`
	System   systemMeta    `json:"system_metadata"`
}

type providerShown struct {
	Spec providerGlobalSpec `json:"gc_spec"`
}

type providerGlobalSpec struct {
	providerSpec
	Redirect string    `json:"redirect_uri"`
	SCIM     scimState `json:"scim_spec"`
}

type scimState struct {
	URL     string `json:"scim_client_uri"`
	Enabled bool   `json:"scim_enabled"`
}

// providerObjectOf shows a provider of a tenant.
func providerObjectOf(p iam.Provider, tenant, redirect, scim string) providerObject {
	return providerObject{
		Metadata: objectMeta{Name: p.Name, Namespace: iam.NamespaceSystem, Labels: tags(nil), Annotations: tags(nil)},
		Spec:     providerShown{providerGlobalSpec{providerSpecOf(p), redirect, scimState{scim, p.SCIM}}},
		System: systemMeta{UID: string(p.ID), Created: timeOf(p.Created), Modified: timeOf(p.Updated), CreatorClass: "user", CreatorID: p.CreatedBy,
			Tenant: tenant, Finalizers: []string{}},
	}
}

// What the document shows of a provider.
//
//nolint:gosec // addresses, and no secret
var (
	exampleProvider = iam.Provider{ID: iam.ProviderID(exampleSystem.UID), Name: "oidc", Type: iam.ProviderOIDC, DisplayName: "Example",
		Issuer: "https://login.example.com", AuthorizationURL: "https://login.example.com/authorize", TokenURL: "https://login.example.com/token",
		JWKSURL: "https://login.example.com/keys", ClientID: "gatehouse", HasSecret: true, Scopes: "openid profile email",
		CreatedBy: exampleSelf.Email, Created: exampleTime, Updated: exampleTime}
	exampleProviderSpec   = providerSpecOf(exampleProvider)
	exampleAddresses      = federation.Addresses{Redirect: "https://id.example.com/t/default/sso/oidc/callback", PostLogout: "https://id.example.com/t/default/sign-in"}
	exampleProviderObject = providerObjectOf(exampleProvider, exampleSystem.Tenant, exampleAddresses.Redirect, "https://id.example.com/t/default"+scimPath)
)
