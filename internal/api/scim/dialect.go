package scim

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// name of the dialect, in events and in the document.
const name = "scim"

// base is where the dialect is.
const base = "/scim/v2"

// Deps are the use cases that the dialect translates for.
type Deps struct {
	SCIM   *scim.Service
	Authn  Authn
	Access Access
	// PublicURL is where the service is for clients; nil where nobody has said.
	PublicURL *url.URL
}

// Authn proves who callers are. Package authn satisfies it.
type Authn interface {
	Bearer(ctx context.Context, raw, tenantCode string, from authn.Origin) (iam.Actor, error)
}

// Access decides. Package access satisfies it.
type Access interface {
	May(ctx context.Context, by iam.Actor, p iam.Permission) (bool, error)
}

// dialect has the handlers.
type dialect struct{ Deps }

// New makes the dialect and its operations.
func New(deps Deps) (*api.Dialect, []api.Operation) {
	d := &dialect{deps}
	return &api.Dialect{
		Name:         name,
		Title:        "SCIM 2.0",
		Description:  "Provisioning of users and groups (RFC 7643, RFC 7644, RFC 9865), one service a tenant.",
		Version:      "2.0",
		Prefixes:     []string{base + "/"},
		MediaTypes:   []string{"application/scim+json", "application/json"},
		Authenticate: d.authenticate,
		Fail:         fail,
		Security:     []api.Security{{Name: "bearer", Scheme: "bearer", Description: "A SCIM token of the tenant, or any API token."}},
	}, slices.Concat(resourceOperations(d, userKind), resourceOperations(d, groupKind), d.meOperations(), d.searchOperations(), d.bulkOperations(), d.discoveryOperations())
}

// authenticate takes an API token, or the session of a program.
func (d *dialect) authenticate(ctx context.Context, r *http.Request) (iam.Actor, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return iam.Actor{}, iam.E(iam.Unauthenticated, "a bearer token is required")
	}
	info := api.RequestOf(ctx)
	return d.Authn.Bearer(ctx, strings.TrimSpace(token), api.TenantOf(ctx),
		authn.Origin{Dialect: name, Address: info.Address, Client: info.Client, RequestID: info.ID})
}

// at answers a path of the dialect in the spellings that clients use.
func at(path string) []string { return []string{base + path, base + path + "/"} }

// location answers where something is, for as long as it lives: below the tenant
// that the request names, if it names one.
func (d *dialect) location(ctx context.Context, path ...string) string {
	address := api.PrefixOf(ctx) + base
	for _, p := range path {
		address += "/" + url.PathEscape(p)
	}
	if d.PublicURL == nil {
		return address
	}
	return strings.TrimSuffix(d.PublicURL.String(), "/") + address
}
