package authn

import (
	"context"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

// SessionLife is how long a session lasts unless it is refreshed.
const SessionLife = time.Hour

// refreshLimit is how long after a sign-in a session can be refreshed
// (NIST 800-63B section 4.1.3: reauthentication at least daily).
const refreshLimit = 12 * time.Hour

// Settings answers what a tenant decides for itself; tenancy satisfies it.
type Settings interface {
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
}

// Mail takes messages to be sent, durably; notice satisfies it.
type Mail interface {
	Send(ctx context.Context, t iam.TenantID, m iam.Message) error
}

// Rights answers what an actor may do to another user; access satisfies it.
type Rights interface {
	// May reports whether the actor holds a permission in the whole tenant.
	May(ctx context.Context, by iam.Actor, p iam.Permission) (bool, error)
	// CheckUser answers Denied when the actor lacks a right that the user holds.
	CheckUser(ctx context.Context, by iam.Actor, user iam.UserID) error
	// CheckScope answers Invalid for a scope of a token that names no right
	// there is, and Denied for one that is wider than the actor's own.
	CheckScope(ctx context.Context, by iam.Actor, scope string) error
	// CheckAll answers Denied unless the actor holds every right in the tenant.
	CheckAll(ctx context.Context, by iam.Actor) error
	// Reach answers the actor as they act in a tenant that is not their home.
	// Denied: nothing gives them anything there.
	Reach(ctx context.Context, by iam.Actor, t iam.TenantID) (iam.Actor, error)
}

// Queue takes durable work; job satisfies it.
type Queue interface {
	Enqueue(ctx context.Context, t iam.TenantID, j iam.Job, events ...iam.Event) (iam.Job, error)
	// Prepare fills in a job that Store writes with something else.
	Prepare(j iam.Job) iam.Job
}

// Deps are what the service needs of the program.
type Deps struct {
	Store    Store
	Epochs   *cluster.Epochs
	Keys     *keyring.Keyring
	Hasher   *password.Hasher
	Settings Settings
	Mail     Mail
	Rights   Rights
	Queue    Queue
	// PublicURL is where people reach the pages: its host is the relying party
	// of passkeys.
	PublicURL *url.URL
	Env       iam.Env
	Log       *slog.Logger
}

// Service proves who callers are.
type Service struct {
	store      Store
	keys       *keyring.Keyring
	hasher     *password.Hasher
	settings   Settings
	mail       Mail
	rights     Rights
	queue      Queue
	publicURL  *url.URL
	env        iam.Env
	log        *slog.Logger
	tokens     *cluster.Cache[iam.TokenID, TokenRecord]
	sessions   *cluster.Cache[iam.SessionID, *remembered]
	codes      *cluster.Facts[iam.TenantID]
	blocked    *cluster.Facts[struct{}] // attempts not made of late
	accessKeys *cluster.Cache[iam.AccessKeyID, *openedKey]
	certs      *cluster.Cache[string, *CertificateRecord] // by serial number
	signing    *cluster.Facts[*signingKeys]               // by tenant
	making     sync.Mutex                                 // held while a key pair or an authority is made
	used       usage
}

// maxCached bounds each cache, in credentials; maxTenants that of what tenants
// have one of.
const (
	maxCached  = 100_000
	maxTenants = 10_000
)

// New makes the service.
func New(d Deps) *Service {
	return &Service{
		store: d.Store, keys: d.Keys, hasher: d.Hasher, settings: d.Settings, mail: d.Mail, rights: d.Rights, queue: d.Queue,
		publicURL: d.PublicURL, env: d.Env, log: d.Log,
		tokens:     cluster.NewCache[iam.TokenID, TokenRecord](d.Epochs, maxCached),
		sessions:   cluster.NewCache[iam.SessionID, *remembered](d.Epochs, maxCached),
		codes:      cluster.NewFacts[iam.TenantID](d.Env, maxCached),
		blocked:    cluster.NewFacts[struct{}](d.Env, maxCached),
		accessKeys: cluster.NewCache[iam.AccessKeyID, *openedKey](d.Epochs, maxCached),
		certs:      cluster.NewCache[string, *CertificateRecord](d.Epochs, maxCached),
		signing:    cluster.NewFacts[*signingKeys](d.Env, maxTenants),
	}
}

// Origin says where a request comes from, for actors and events.
type Origin struct {
	Dialect   string
	Address   string // the client's, after trusted proxies
	Client    string // the User-Agent
	RequestID string
}

// unauthenticated is the one answer to every credential that does not hold,
// whatever the reason.
func unauthenticated() error {
	return iam.E(iam.Unauthenticated, "the credentials are missing, wrong or no longer valid")
}

// badCredentials is the one answer to every failed sign-in.
func badCredentials() error {
	return iam.E(iam.Unauthenticated, "the user name or the password is wrong").Because(iam.ReasonBadPassword)
}
