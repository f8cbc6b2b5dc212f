package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Federation keeps OpenID providers. Package federation satisfies it.
type Federation interface {
	Providers(ctx context.Context, by iam.Actor) ([]iam.Provider, error)
	Provider(ctx context.Context, by iam.Actor, name string) (iam.Provider, error)
	Create(ctx context.Context, by iam.Actor, in federation.NewProvider) (iam.Provider, error)
	Replace(ctx context.Context, by iam.Actor, name string, in federation.NewProvider) (iam.Provider, error)
	Delete(ctx context.Context, by iam.Actor, name string) error
	SetMappers(ctx context.Context, by iam.Actor, name string, m iam.ProviderMappers) (iam.Provider, error)
	SetSCIM(ctx context.Context, by iam.Actor, name string, on bool, days int) (iam.Provider, federation.SCIMToken, error)
	Addresses(tenantCode, name string) (federation.Addresses, error)
}

// The vendor has a second spelling of what is done with one provider.
func (d *dialect) providerOperations() []api.Operation {
	const all = "/api/web/custom/namespaces/{namespace}/oidc_providers"
	const one, other = all + "/{name}", "/api/web/custom/namespaces/{namespace}/oidc_provider/{name}"
	op := func(verb, summary string, p iam.Permission, methods []string, paths ...string) api.Op {
		return api.Op{ID: "provider." + verb, Methods: methods, Paths: paths, Access: api.Requires(p), Namespace: "namespace",
			Tag: "OpenID providers", Summary: summary, Errors: []iam.Kind{iam.NotFound}}
	}
	write := func(o api.Op, description string, request, response any, kinds ...iam.Kind) api.Op {
		o.Description = "Needs every right in the whole tenant: who writes a provider says who signs in as whom. " + description
		o.Errors = append(o.Errors, append(kinds, iam.Denied)...)
		o.RequestExample, o.ResponseExample = request, response
		return o
	}
	shows := func(o api.Op, response any) api.Op {
		o.ResponseExample = response
		return o
	}
	get, post, put := []string{http.MethodGet}, []string{http.MethodPost}, []string{http.MethodPut}
	name, namespace := exampleProvider.Name, iam.NamespaceSystem
	return []api.Operation{
		api.Handle(shows(op("list", "List the OpenID providers", iam.ProvidersRead, get, all),
			itemsOf[providerItem]{[]providerItem{providerItemOf(exampleProvider)}}), d.listProviders),
		api.Handle(shows(op("get", "Get an OpenID provider", iam.ProvidersRead, get, one, other), providerAnswer{exampleProviderObject}), d.getProvider),
		api.Handle(write(op("create", "Make an OpenID provider", iam.ProvidersCreate, post, all),
			"Its name is chosen by its type: oidc, google, azure or okta, and a number behind it from the second on.",
			providerForm{namespace, &exampleProviderSpec}, newProvider{resultOK, exampleAddresses.PostLogout, exampleAddresses.Redirect}, iam.Precondition),
			d.createProvider),
		api.Handle(write(op("replace", "Replace an OpenID provider", iam.ProvidersUpdate, []string{http.MethodPut, http.MethodPost}, one),
			"What is left out is unset, but for mappers and SCIM. A secret that is masked, as reading answers it, stays as it is while type, "+
				"issuer, client id and addresses do; else it is cleared.",
			providerChange{name, namespace, &exampleProviderSpec}, providerResult{resultOK}, iam.Conflict), d.replaceProvider),
		api.Handle(write(op("delete", "Delete an OpenID provider", iam.ProvidersDelete, post, one+"/delete", other+"/delete"),
			"With what links people to it, the sessions that it began, and the token of its provisioning client.",
			providerName{name, namespace}, providerResult{resultOK}), d.deleteProvider),
		api.Handle(shows(op("mappers.get", "Tell which claims facts are in", iam.ProvidersRead, get, one+"/mappers"), providerMappers{"mail"}), d.getMappers),
		api.Handle(write(op("mappers.set", "Say which claims facts are in", iam.ProvidersUpdate, post, one+"/mappers"),
			"A dot leads to a member of an object.", mappersForm{name, namespace, &providerMappers{"mail"}}, empty{}), d.setMappers),
		api.Handle(write(op("scim", "Let a provisioning client look after people, or end that", iam.ProvidersUpdate, put, one+"/scim"),
			"Its token, of the caller's, replaces the one before and is told once.", scimForm{name, namespace, true, &scimTokenForm{Days: new(uint32(180))}},
			scimAnswer{Enabled: true, URL: "https://id.example.com/t/default" + scimPath,
				Token: &scimToken{Active: true, Data: "gh_default_...", Expires: timeOf(exampleTime), Name: "scim-oidc"}}), d.setSCIM),
	}
}

// provider is what the path names.
func (d *dialect) provider(ctx context.Context, by iam.Actor, at named) (iam.Provider, error) {
	if err := inSystem("OpenID providers", at.Namespace); err != nil {
		return iam.Provider{}, err
	}
	return d.Federation.Provider(ctx, by, at.Name)
}

// aboutProvider answers NotFound for a path where there can be no provider, and
// Invalid for a body that names another than the path.
func aboutProvider(at named, name, namespace string) error {
	if err := inSystem("OpenID providers", at.Namespace); err != nil {
		return err
	}
	return objectName{name, namespace}.check("", at)
}

func (d *dialect) listProviders(ctx context.Context, c *api.Call, in inNamespace) (itemsOf[providerItem], error) {
	if err := inSystem("OpenID providers", in.Namespace); err != nil {
		return itemsOf[providerItem]{}, err
	}
	found, err := d.Federation.Providers(ctx, c.Actor)
	items := make([]providerItem, len(found))
	for i, p := range found {
		items[i] = providerItemOf(p)
	}
	return itemsOf[providerItem]{items}, err
}

func (d *dialect) getProvider(ctx context.Context, c *api.Call, in named) (providerAnswer, error) {
	p, err := d.provider(ctx, c.Actor, in)
	if err != nil {
		return providerAnswer{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	if err != nil {
		return providerAnswer{}, err
	}
	at, err := d.Federation.Addresses(t.Code, p.Name)
	if err != nil && !iam.Is(err, iam.Precondition) { // without a public URL there are none
		return providerAnswer{}, err
	}
	return providerAnswer{providerObjectOf(p, t.Code, at.Redirect, d.scimURL(t.Code))}, nil
}

func (d *dialect) createProvider(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body providerForm `body:"required"`
}) (newProvider, error) {
	if err := inSystem("OpenID providers", in.Namespace); err != nil {
		return newProvider{}, err
	}
	wanted, err := in.Body.Spec.provider(iam.Provider{})
	if err != nil {
		return newProvider{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	if err != nil {
		return newProvider{}, err
	}
	if _, err := d.Federation.Addresses(t.Code, ""); err != nil {
		return newProvider{}, err // nobody could come back from it
	}
	p, err := d.Federation.Create(ctx, c.Actor, wanted)
	if err != nil {
		return newProvider{}, in.Body.Spec.told(err)
	}
	at, err := d.Federation.Addresses(t.Code, p.Name)
	return newProvider{resultOK, at.PostLogout, at.Redirect}, err
}

func (d *dialect) replaceProvider(ctx context.Context, c *api.Call, in struct {
	named
	Body providerChange `body:"required"`
}) (providerResult, error) {
	if err := aboutProvider(in.named, in.Body.Name, in.Body.Namespace); err != nil {
		return providerResult{}, err
	}
	old, err := d.provider(ctx, c.Actor, in.named)
	if err != nil {
		return providerResult{}, err
	}
	wanted, err := in.Body.Spec.provider(old)
	if err != nil {
		return providerResult{}, err
	}
	if _, err := d.Federation.Replace(ctx, c.Actor, in.Name, wanted); err != nil {
		return providerResult{}, in.Body.Spec.told(err)
	}
	return providerResult{resultOK}, nil
}

func (d *dialect) deleteProvider(ctx context.Context, c *api.Call, in struct {
	named
	Body providerName `body:"required"`
}) (providerResult, error) {
	if err := aboutProvider(in.named, in.Body.Name, in.Body.Namespace); err != nil {
		return providerResult{}, err
	}
	return providerResult{resultOK}, d.Federation.Delete(ctx, c.Actor, in.Name)
}

func (d *dialect) getMappers(ctx context.Context, c *api.Call, in named) (providerMappers, error) {
	p, err := d.provider(ctx, c.Actor, in)
	return providerMappers{p.Mappers.Email}, err
}

func (d *dialect) setMappers(ctx context.Context, c *api.Call, in struct {
	named
	Body mappersForm `body:"required"`
}) (empty, error) {
	if err := aboutProvider(in.named, in.Body.Name, in.Body.Namespace); err != nil {
		return empty{}, err
	}
	var m iam.ProviderMappers
	if in.Body.Mappers != nil {
		m.Email = in.Body.Mappers.Email
	}
	_, err := d.Federation.SetMappers(ctx, c.Actor, in.Name, m)
	return empty{}, inWords(err, map[string]string{"mappers.email": "oidc_mappers.email"})
}

func (d *dialect) setSCIM(ctx context.Context, c *api.Call, in struct {
	named
	Body scimForm `body:"required"`
}) (scimAnswer, error) {
	if err := aboutProvider(in.named, in.Body.Name, in.Body.Namespace); err != nil {
		return scimAnswer{}, err
	}
	days := 0
	if m := in.Body.Token; m != nil {
		if err := repeats("scim_token_meta.namespace", m.Namespace, iam.NamespaceSystem); err != nil {
			return scimAnswer{}, err
		}
		if m.Days != nil {
			days = int(*m.Days)
		}
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	if err != nil {
		return scimAnswer{}, err
	}
	p, token, err := d.Federation.SetSCIM(ctx, c.Actor, in.Name, in.Body.Enabled, days)
	if err != nil {
		return scimAnswer{}, inWords(err, map[string]string{"days": "scim_token_meta.expiration_days", "expires": "scim_token_meta.expiration_days"})
	}
	a := scimAnswer{Enabled: p.SCIM, URL: d.scimURL(t.Code)}
	if p.SCIM {
		a.Token = &scimToken{Active: true, Data: token.Secret, Expires: timeOf(token.Expires), Name: token.Name}
	}
	return a, nil
}

const scimPath = "/api/scim/namespaces/system/v2"

// scimURL is where provisioning clients of a tenant reach it.
func (d *dialect) scimURL(code string) string {
	if d.PublicURL == nil {
		return ""
	}
	return d.PublicURL.JoinPath("t", code, scimPath).String()
}
