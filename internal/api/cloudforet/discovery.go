package cloudforet

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) discoveryOperations() []api.Operation {
	get := []string{http.MethodGet}
	return []api.Operation{
		api.Handle(d.op("domain/get-auth-info", api.Op{
			Access: api.Public(), Tag: "Discovery", Summary: "The id of a domain",
			Description: "name is the name of a tenant. It is the first that a client asks for.",
			Errors:      []iam.Kind{iam.NotFound}, RequestExample: authInfoExample, ResponseExample: domainExample,
		}), d.getAuthInfo),
		api.Handle(d.op("endpoint/list", api.Op{
			Access: api.Public(), Tag: "Discovery", Summary: "Where services are",
			RequestExample: empty{}, ResponseExample: endpointsExample,
		}), d.listEndpoints),
		api.Handle(api.Op{
			ID: "reflection", Methods: []string{http.MethodGet, http.MethodPost}, Paths: []string{"/console-api/api/reflection", "/api/reflection"},
			Access: api.Public(), Tag: "Discovery", Summary: "The methods that there are", ResponseExample: reflectionExample,
		}, func(context.Context, *api.Call, struct{}) (reflection, error) { return reflection{d.apis}, nil }),
		api.Handle(api.Op{
			ID: "jwks", Methods: get, Paths: []string{"/identity/.well-known/jwks.json"},
			Access: api.Public(), Tag: "Discovery", Summary: "The public keys of a domain",
			Description: "A JSON Web Key Set (RFC 7517). Below /t/<name>/ it is that of another tenant than the default one.",
			Errors:      []iam.Kind{iam.NotFound}, ResponseExample: jwksExample,
		}, d.jwks),
		api.Handle(api.Op{
			ID: "config", Methods: get, Paths: []string{"/config/production.json"},
			Access: api.Public(), Tag: "Discovery", Summary: "Where the API is, for cfctl", ResponseExample: consoleConfigExample,
		}, d.consoleConfig),
	}
}

type authInfoBody struct {
	Name string `json:"name"`
}

type domainInfo struct {
	ID           iam.TenantID   `json:"domain_id"`
	Name         string         `json:"name"`
	ExternalAuth string         `json:"external_auth_state"`
	Metadata     jsontext.Value `json:"metadata"`
}

func (d *dialect) getAuthInfo(ctx context.Context, _ *api.Call, in struct {
	Body authInfoBody `body:"required"`
}) (domainInfo, error) {
	domain := in.Body.Name
	if domain == "" {
		return domainInfo{}, refuse(errRequired, "name")
	}
	if iam.ValidID(domain) { // an id is no name, and nobody would look whether it is there
		return domainInfo{}, refuse(errNotFound, "name", domain)
	}
	t, err := d.Authn.Tenant(ctx, domain)
	if iam.Is(err, iam.Unauthenticated) {
		err = refuse(errNotFound, "name", domain)
	}
	return domainInfo{ID: t, Name: domain, ExternalAuth: "DISABLED", Metadata: jsontext.Value("{}")}, err
}

// serviceName is what the vendor calls the service that this dialect is.
const serviceName = "identity"

type endpointInfo struct {
	Name     string `json:"name"`
	Service  string `json:"service"`
	Endpoint string `json:"endpoint"`
	State    string `json:"state"`
	Version  string `json:"version"`
}

func (d *dialect) listEndpoints(_ context.Context, _ *api.Call, in struct {
	Body struct {
		Service string `json:"service,omitzero"`
	} `body:"required"`
}) (list[endpointInfo], error) {
	if d.PublicURL == nil || in.Body.Service != "" && in.Body.Service != serviceName {
		return list[endpointInfo]{}, nil
	}
	scheme, port := "grpc", "80"
	if d.PublicURL.Scheme == "https" {
		scheme, port = "grpc+ssl", "443"
	}
	host := d.PublicURL.Host
	if d.PublicURL.Port() == "" {
		host += ":" + port
	}
	return listOf([]endpointInfo{{Name: "Identity Service", Service: serviceName, Endpoint: scheme + "://" + host + "/v2",
		State: "ACTIVE", Version: "v2"}}), nil
}

type reflection struct {
	APIs []apiInfo `json:"apis"`
}

// apiInfo is a method, at the path of the console's gateway, of which its
// clients make the names of their functions.
type apiInfo struct {
	Path   string   `json:"path"`
	Name   string   `json:"name"`
	Method []string `json:"method"`
}

func (d *dialect) jwks(ctx context.Context, _ *api.Call, _ struct{}) (jsontext.Value, error) {
	code := api.TenantOf(ctx)
	if code == "" {
		code = iam.DefaultTenant
	}
	t, err := d.Authn.Tenant(ctx, code)
	if iam.Is(err, iam.Unauthenticated) {
		err = refuse(errNotFound, "name", code)
	}
	if err != nil {
		return nil, err
	}
	return d.Authn.JWKS(ctx, t)
}

// consoleConfig is the part that cfctl reads of the file that the vendor's
// console is configured with.
type consoleConfig struct {
	ConsoleAPI   consoleEndpoint `json:"CONSOLE_API"`
	ConsoleAPIV2 consoleEndpoint `json:"CONSOLE_API_V2"`
}

type consoleEndpoint struct {
	Endpoint string `json:"ENDPOINT"`
}

func (d *dialect) consoleConfig(context.Context, *api.Call, struct{}) (consoleConfig, error) {
	if d.PublicURL == nil {
		return consoleConfig{}, refuse(errNotFound, "CONSOLE_API_V2", "ENDPOINT")
	}
	e := consoleEndpoint{strings.TrimSuffix(d.PublicURL.String(), "/")}
	return consoleConfig{e, e}, nil
}
