package f5xc

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/message"
)

// name of the dialect, in events and in the document.
const name = "f5xc"

// Deps are the use cases that the dialect translates for.
type Deps struct {
	Objects    Objects
	Tenancy    Tenancy
	Directory  Directory
	Access     Access
	Authn      Authn
	Support    Support
	Federation Federation
	Signup     Signup
	Notice     Notice
	SCIM       SCIM
	Env        iam.Env
	Log        *slog.Logger
	// Cookie is the name of the cookie in which a browser keeps the session of
	// the pages.
	Cookie string
	// Host is the host name of the public URL, which whoami calls the environment.
	Host string
	// PublicURL is where clients reach the server. May be nil, and there are no
	// links then.
	PublicURL *url.URL
}

// dialect has the handlers.
type dialect struct {
	Deps
	forgery *http.CrossOriginProtection
}

// New makes the dialect and its operations.
func New(deps Deps) (*api.Dialect, []api.Operation) {
	d := &dialect{Deps: deps, forgery: http.NewCrossOriginProtection()}
	return &api.Dialect{
			Name:  name,
			Title: "F5 Distributed Cloud",
			Description: "Namespaces, configuration objects, users, groups, roles and access decisions in the tenant and identity API " +
				"of F5 Distributed Cloud.",
			Version: "2.1",
			Prefixes: []string{"/api/web/", "/api/config/", "/api/waf/", "/api/cloud-data/", "/api/ml/", "/api/saas/", "/api/scim/",
				"/no_auth/"},
			Authenticate: d.authenticate,
			Fail:         fail,
			Decode:       func(text []byte, body any) error { return message.Decode("", text, body) },
			Security: []api.Security{
				{Name: "apiToken", Header: "Authorization", Description: "APIToken and a token of Gatehouse, separated by a space."},
				{Name: "bearer", Scheme: "bearer", Description: "An API token or a session token of Gatehouse."},
			},
		}, slices.Concat(d.objectOperations(), d.namespaceOperations(), d.policyOperations(), d.suggestOperations(),
			d.userOperations(), d.passwordOperations(), d.whoamiOperations(), d.termsOperations(), d.groupOperations(),
			d.roleOperations(), d.bindingOperations(), d.decisionOperations(), d.signupOperations(), d.ticketOperations(), d.subscriptionOperations(), d.lifeOperations(), d.managedOperations(),
			d.supportAccessOperations(), d.treeOperations(), d.tenantSettingsOperations(), d.idmOperations(), d.imageOperations(),
			d.loginEventOperations(), d.userSettingsOperations(), d.notificationOperations(), d.placeOperations(),
			d.evaluationOperations(), d.oneTimeOperations(), d.inventoryOperations(), d.providerOperations(), d.scimOperations())
}

// Authn proves who callers are, and sends what proves it. Package authn
// satisfies it.
type Authn interface {
	Bearer(ctx context.Context, raw, tenantCode string, from authn.Origin) (iam.Actor, error)
	BrowserCall(ctx context.Context, cookie, tenantCode string, from authn.Origin) (iam.Actor, error)
	accounts
	loginAuthn
	settingsAuthn
	lifeLimits
	oneTimeAuthn
	signupAuthn
}

// authenticate takes an API token, the session of a program, or that of a
// browser. Client certificates are the kit's.
func (d *dialect) authenticate(ctx context.Context, r *http.Request) (iam.Actor, error) {
	info := api.RequestOf(ctx)
	from := authn.Origin{Dialect: name, Address: info.Address, Client: info.Client, RequestID: info.ID}
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		if strings.EqualFold(scheme, "APIToken") || strings.EqualFold(scheme, "Bearer") {
			return d.Authn.Bearer(ctx, strings.TrimSpace(token), api.TenantOf(ctx), from)
		}
		return iam.Actor{}, errUnauthenticated()
	}
	cookie, err := r.Cookie(d.Cookie)
	if err != nil {
		return iam.Actor{}, errUnauthenticated()
	}
	// The browser adds the cookie to requests of any page: only ours may.
	if err := d.forgery.Check(r); err != nil {
		return iam.Actor{}, iam.E(iam.Denied, "the page of another site may not do this")
	}
	return d.Authn.BrowserCall(ctx, cookie.Value, api.TenantOf(ctx), from)
}

func errUnauthenticated() error {
	return iam.E(iam.Unauthenticated, "the credentials are missing or wrong")
}
