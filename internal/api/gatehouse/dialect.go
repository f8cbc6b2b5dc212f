package gatehouse

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// name of the dialect, in events and in the document.
const name = "gatehouse"

// Deps are the use cases that the dialect translates for.
type Deps struct {
	Access    Access
	Audit     Audit
	Authn     Authn
	Directory Directory
	SCIM      SCIM
	Tenancy   Tenancy
}

// Access decides and explains, and keeps API groups. Package access satisfies it.
type Access interface {
	May(ctx context.Context, by iam.Actor, right iam.Permission) (bool, error)
	ExplainCall(ctx context.Context, by iam.Actor, of iam.User, namespace string, c access.Call) (access.CallExplanation, error)
	Operations(rules []iam.Rule) []access.Operation

	AllAPIGroups(ctx context.Context, by iam.Actor) ([]iam.APIGroup, error)
	OwnAPIGroup(ctx context.Context, by iam.Actor, name string) (iam.APIGroup, error)
	CreateAPIGroup(ctx context.Context, by iam.Actor, name, description string, rules []iam.Rule) (iam.APIGroup, error)
	UpdateAPIGroup(ctx context.Context, by iam.Actor, g iam.APIGroup) (iam.APIGroup, error)
	DeleteAPIGroup(ctx context.Context, by iam.Actor, id iam.APIGroupID) error
}

// Authn proves who callers are. Package authn satisfies it.
type Authn interface {
	Bearer(ctx context.Context, raw, tenantCode string, from authn.Origin) (iam.Actor, error)
	RedeemOneTimeToken(ctx context.Context, by iam.Actor, token string) (iam.UserID, error)
}

// Directory finds people. Package directory satisfies it.
type Directory interface {
	User(ctx context.Context, by iam.Actor, k directory.UserKey) (iam.User, error)
}

// dialect has the handlers.
type dialect struct{ Deps }

// New makes the dialect and its operations.
func New(deps Deps) (*api.Dialect, []api.Operation) {
	d := &dialect{deps}
	return &api.Dialect{
		Name:  name,
		Title: "Gatehouse",
		Description: "Why a call is allowed, the API groups that roles are made of, over the operations of every dialect, the audit trail, " +
			"and the schemas by which a tenant extends what SCIM shows.",
		Version:      "1",
		Prefixes:     []string{"/api/gatehouse/"},
		Authenticate: d.authenticate,
		Fail:         fail,
		Security: []api.Security{
			{Name: "bearer", Scheme: "bearer", Description: "An API token or a session token of Gatehouse."},
			{Name: "apiToken", Header: "Authorization", Description: "APIToken and a token of Gatehouse, separated by a space."},
		},
	}, slices.Concat(d.explainOperations(), d.apiGroupOperations(), d.eventOperations(), d.oneTimeOperations(), d.schemaOperations())
}

// authenticate takes an API token or the session of a program. Client
// certificates are the kit's.
func (d *dialect) authenticate(ctx context.Context, r *http.Request) (iam.Actor, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "APIToken") {
		return iam.Actor{}, iam.E(iam.Unauthenticated, "the credentials are missing or wrong")
	}
	info := api.RequestOf(ctx)
	return d.Authn.Bearer(ctx, strings.TrimSpace(token), api.TenantOf(ctx),
		authn.Origin{Dialect: name, Address: info.Address, Client: info.Client, RequestID: info.ID})
}
