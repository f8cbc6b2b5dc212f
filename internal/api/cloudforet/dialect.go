package cloudforet

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// name of the dialect, in events and in the document.
const name = "cloudforet"

// Authn proves who callers are. Package authn satisfies it.
type Authn interface {
	Tenant(ctx context.Context, code string) (iam.TenantID, error)
	BeginSignIn(ctx context.Context, t iam.TenantID, a authn.Attempt, from authn.Origin) (authn.Begun, error)
	PendingSession(ctx context.Context, t iam.TenantID, id iam.SessionID, from authn.Origin) (authn.Prover, error)
	LiveSession(ctx context.Context, t iam.TenantID, id iam.SessionID, from authn.Origin) (iam.Actor, iam.Session, error)
	Self(ctx context.Context, by iam.Actor, from authn.Origin) (authn.Prover, error)
	SignOut(ctx context.Context, by iam.Actor) error
	Reach(ctx context.Context, by iam.Actor, code string) (iam.Actor, error)
	Token(ctx context.Context, raw string, from authn.Origin) (iam.Actor, error)

	SignRS256(ctx context.Context, t iam.TenantID, claims any) (string, error)
	VerifyRS256(ctx context.Context, t iam.TenantID, token string, claims any) error
	JWKS(ctx context.Context, t iam.TenantID) ([]byte, error)

	ChangeOwnPassword(ctx context.Context, p authn.Prover, old, pw string) (authn.Begun, error)
	SetPassword(ctx context.Context, p authn.Prover, pw string) (authn.Begun, error)
	RequestReset(ctx context.Context, t iam.TenantID, name string, from authn.Origin) error
	SendVerification(ctx context.Context, by iam.Actor, email string) error
	ConfirmEmail(ctx context.Context, by iam.Actor, code string) error

	Factors(ctx context.Context, p authn.Prover) ([]iam.Factor, error)
	EnrolTOTP(ctx context.Context, p authn.Prover, name string, life time.Duration) (authn.TOTPEnrolment, error)
	EnrolEmail(ctx context.Context, p authn.Prover, address string, life time.Duration) (iam.Factor, error)
	ConfirmFactor(ctx context.Context, p authn.Prover, id iam.FactorID, code string) (authn.Enrolled, error)
	SendFactorCode(ctx context.Context, p authn.Prover, id iam.FactorID) error
	ProveFactor(ctx context.Context, p authn.Prover, kind iam.FactorKind, code string) (authn.Begun, error)
	CheckCode(ctx context.Context, p authn.Prover, id iam.FactorID, code string) error
	RemoveFactor(ctx context.Context, p authn.Prover, id iam.FactorID) error
}

// Directory keeps people. Package directory satisfies it.
type Directory interface {
	User(ctx context.Context, by iam.Actor, k directory.UserKey) (iam.User, error)
	UpdateProfile(ctx context.Context, by iam.Actor, p directory.Profile) (iam.User, error)
}

// Access decides. Package access satisfies it.
type Access interface {
	May(ctx context.Context, by iam.Actor, p iam.Permission) (bool, error)
	UserBindings(ctx context.Context, by iam.Actor, u iam.UserID) ([]access.UserBinding, error)
	ScopeBindings(ctx context.Context, by iam.Actor, scope iam.Scope) ([]iam.Binding, error)
	Role(ctx context.Context, by iam.Actor, k access.RoleKey) (iam.Role, error)
}

// Tenancy keeps tenants and their namespaces. Package tenancy satisfies it.
type Tenancy interface {
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
	Namespaces(ctx context.Context, by iam.Actor) ([]iam.Namespace, error)
	NamespaceGroups(ctx context.Context, by iam.Actor) ([]iam.NamespaceGroup, error)
}

// Deps are what the dialect needs of the program.
type Deps struct {
	Authn     Authn
	Directory Directory
	Access    Access
	Tenancy   Tenancy
	// PublicURL is where clients reach the server. May be nil, and they are
	// told nothing then.
	PublicURL *url.URL
	Now       func() time.Time
}

// dialect has the handlers.
type dialect struct {
	Deps
	// apis is the list that the reflection answers.
	apis []apiInfo
}

// New makes the dialect and its operations.
func New(deps Deps) (*api.Dialect, []api.Operation) {
	d := &dialect{Deps: deps}
	ops := slices.Concat(d.profileOperations(), d.mfaOperations(), d.workspaceOperations(), d.tokenOperations(), d.discoveryOperations())
	return &api.Dialect{
		Name:  name,
		Title: "Cloudforet identity",
		Description: "Tokens and the own profile in the API of Cloudforet (SpaceONE) identity v2. Every call is a POST with a JSON body, " +
			"whatever its Content-Type, and is served below /identity/v2/ and below /identity/; the same methods are served over gRPC. " +
			"Members with a default value are left out of answers.",
		Version:      "2.0",
		Prefixes:     []string{"/identity/", "/console-api/api/reflection/", "/api/reflection/", "/config/"},
		Authenticate: d.authenticate,
		Fail:         fail,
		CrossOrigin:  true,
		Security: []api.Security{{Name: "accessToken", Scheme: "bearer", Format: "JWT",
			Description: "The access_token of token/issue or token/grant."}},
	}, ops
}

// at lists the paths of a method of the vendor's, as resource/verb: that of
// its document, and that at which its console's gateway serves it.
func at(method string) []string { return []string{"/identity/v2/" + method, "/identity/" + method} }

// op completes what all methods of the vendor's have in common, and lists it
// for the reflection.
func (d *dialect) op(method string, op api.Op) api.Op {
	resource, verb, _ := strings.Cut(method, "/")
	op.ID, op.Methods, op.Paths = resource+"."+verb, []string{http.MethodPost}, at(method)
	d.apis = append(d.apis, apiInfo{Path: op.Paths[1], Name: strings.ReplaceAll(verb, "-", "_"), Method: op.Methods})
	return op
}
