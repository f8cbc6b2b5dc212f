package federation

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
	"github.com/gatehouse-id/gatehouse/internal/outbound"
)

// Rights answers what an actor may do. Package access satisfies it.
type Rights interface {
	// CheckAll answers Denied unless the actor holds every right in the tenant.
	CheckAll(ctx context.Context, by iam.Actor) error
}

// People are the users of tenants. Package directory owns their rules.
type People interface {
	// User answers one by id. NotFound.
	User(ctx context.Context, t iam.TenantID, u iam.UserID) (iam.User, error)
	// Called answers the users who have a username, or an e-mail address
	// whether they have proved it or not; either may be empty.
	Called(ctx context.Context, t iam.TenantID, username, email string) ([]iam.User, error)
	// Admit makes a user together with an identity. Invalid; Exists: somebody
	// has the username or the identity.
	Admit(ctx context.Context, by iam.Actor, u iam.User, i iam.Identity) (iam.User, error)
	// Follow writes the names and the e-mail address of a user. NotFound,
	// Invalid, Conflict.
	Follow(ctx context.Context, by iam.Actor, u iam.User) error
}

// Sessions are what providers begin and end. Package authn satisfies it.
type Sessions interface {
	// EndProviderSessions ends those of one session of a provider where sid is
	// not empty, else of a subject, and answers how many. e tells of it.
	EndProviderSessions(ctx context.Context, t iam.TenantID, p iam.ProviderID, issuer, subject, sid string, e iam.Event) (int, error)
}

// Tokens are the API tokens of provisioning clients. Package authn owns them.
type Tokens interface {
	// Create makes a token of the actor's own, good for so many days, 0 for a
	// year, and answers it whole. Invalid, Denied.
	Create(ctx context.Context, by iam.Actor, name string, days int) (secret string, made iam.APIToken, err error)
	// Revoke ends one. NotFound.
	Revoke(ctx context.Context, by iam.Actor, id iam.TokenID) error
}

// Mail takes mails to be sent, durably. Package notice satisfies it.
type Mail interface {
	Send(ctx context.Context, t iam.TenantID, m iam.Message) error
	// SendAdministrators sends it to those who run a tenant.
	SendAdministrators(ctx context.Context, t iam.TenantID, m iam.Message) (sent int, err error)
}

// Deps are what the service needs of the program.
type Deps struct {
	Store    Store
	Rights   Rights
	People   People
	Sessions Sessions
	Tokens   Tokens
	Mail     Mail
	Epochs   *cluster.Epochs
	Keys     *keyring.Keyring
	Fetch    *outbound.Client
	// PublicURL is where browsers reach the pages: addresses for providers
	// begin with it. Nil for commands that serve nobody.
	PublicURL *url.URL
	Env       iam.Env
	Log       *slog.Logger
}

// Service knows the providers of tenants.
type Service struct {
	Deps
	records *cluster.Cache[string, Record] // by name
	buttons *cluster.Cache[string, []Button]
	// What was read of providers, by issuer and by the address of the keys.
	discovered *memo[metadata]
	keySets    *memo[[]jose.JSONWebKey]
	used       *used // logout tokens
}

// maxCached bounds each cache, in providers and in tenants.
const maxCached = 10_000

// New makes the service.
func New(d Deps) *Service {
	return &Service{Deps: d,
		records:    cluster.NewCache[string, Record](d.Epochs, maxCached),
		buttons:    cluster.NewCache[string, []Button](d.Epochs, maxCached),
		discovered: newMemo[metadata](d.Env), keySets: newMemo[[]jose.JSONWebKey](d.Env),
		used: &used{until: map[string]time.Time{}},
	}
}
