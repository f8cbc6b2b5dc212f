package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store keeps everything by which users and programs prove who they are. Every
// method is one transaction and writes the events it is given in it.
type Store interface {
	PasswordStore
	SessionStore
	ProviderStore
	ChallengeStore
	FactorStore
	KeyStore
	CertificateStore

	// TenantByCode resolves a code before a tenant is known. NotFound.
	TenantByCode(ctx context.Context, code string) (iam.Tenant, error)
	// Tenant answers a tenant by its id. NotFound.
	Tenant(ctx context.Context, t iam.TenantID) (iam.Tenant, error)

	// Account answers who signs in with a username, without regard to case,
	// and the hash of the password. NotFound.
	Account(ctx context.Context, t iam.TenantID, username string) (Account, error)
	// SetPassword writes a new hash, must-change flag and generation+1 where
	// the generation is the one given, puts the old hash into the history,
	// ends the user's sessions and the links to set a password, and counts the
	// epoch up. With an empty hash the user has no password. Conflict: the
	// password was changed meanwhile. NotFound.
	SetPassword(ctx context.Context, t iam.TenantID, u iam.UserID, generation int64, hash string, mustChange bool, events ...iam.Event) error
	// Rehash replaces a hash by a stronger one of the same password, where it
	// is still the old one.
	Rehash(ctx context.Context, t iam.TenantID, u iam.UserID, old, hash string) error

	// RecordLogin writes an attempt. With a session it writes that too, in
	// place of the one that it replaces, whose provider it takes over. Where no steps are left it sets the
	// user's last login, makes a pending user enabled and notes the place: of one
	// that is new, among those that were known, the job is written. Conflict: the
	// user's generation is not the session's any more. NotFound: the session
	// to be replaced has ended.
	RecordLogin(ctx context.Context, t iam.TenantID, e iam.LoginEvent, s *NewSession) error
	// LoginEvents lists attempts, latest first.
	LoginEvents(ctx context.Context, t iam.TenantID, u iam.UserID, p iam.Page) (iam.List[iam.LoginEvent], error)
	// LoginEventsBetween lists attempts of all from one time up to another, both
	// included, latest first. The zero time is no bound.
	LoginEventsBetween(ctx context.Context, t iam.TenantID, from, to time.Time, p iam.Page) (iam.List[iam.LoginEvent], error)
	// LastLogins answers the users who have signed in, by name.
	LastLogins(ctx context.Context, t iam.TenantID) ([]LastLogin, error)
	// InactiveUsers answers the users of whom no attempt to sign in has succeeded
	// since a time, also those who never have signed in, by name.
	InactiveUsers(ctx context.Context, t iam.TenantID, since time.Time) ([]LastLogin, error)

	// Session answers a session that has not ended. NotFound.
	Session(ctx context.Context, t iam.TenantID, id iam.SessionID) (SessionRecord, error)
	// EndSession removes a session and counts the epoch up. NotFound.
	EndSession(ctx context.Context, t iam.TenantID, id iam.SessionID, events ...iam.Event) error
	// ReplaceSession removes a session and writes another in its place, both
	// or neither, and counts the epoch up. NotFound: it has ended.
	ReplaceSession(ctx context.Context, t iam.TenantID, old iam.SessionID, s NewSession) error
	// PurgeSessions removes sessions of any tenant that expired before the
	// time, at most n, and answers how many it removed.
	PurgeSessions(ctx context.Context, before time.Time, n int) (int, error)

	// InsertToken writes an API token. Exists: the id is taken; NotFound: the
	// user is not there.
	InsertToken(ctx context.Context, t iam.TenantID, r TokenRecord, events ...iam.Event) error
	// Token answers an API token by its id. NotFound.
	Token(ctx context.Context, t iam.TenantID, id iam.TokenID) (TokenRecord, error)
	// Tokens lists API tokens, of one user when u is not empty, newest first.
	Tokens(ctx context.Context, t iam.TenantID, u iam.UserID, p iam.Page) (iam.List[iam.APIToken], error)
	// TokensOfScope lists API tokens of all users with just that scope, newest first.
	TokensOfScope(ctx context.Context, t iam.TenantID, scope string, p iam.Page) (iam.List[iam.APIToken], error)
	// DeleteToken removes an API token and counts the epoch up. NotFound.
	DeleteToken(ctx context.Context, t iam.TenantID, id iam.TokenID, events ...iam.Event) error
	// TouchTokens notes when API tokens were last used. Unknown ones are
	// passed over.
	TouchTokens(ctx context.Context, t iam.TenantID, used map[iam.TokenID]time.Time) error
}

// LastLogin is when a user has begun a session last.
type LastLogin struct {
	User     iam.UserID
	Username string
	Email    string
	At       time.Time // zero: never
}

// Account is what signing in needs of a user.
type Account struct {
	Standing
	PasswordHash string // empty: no password
	// Generation counts the changes of the password and the disablings; a
	// session of an earlier generation has ended.
	Generation         int64
	Email              string
	EmailVerified      bool
	Language           string // empty: the tenant's
	MustChangePassword bool
	PasswordChanged    time.Time // zero without a password
	// Synced holds where a provisioning client looks after the user, as
	// iam.User.Synced.
	Synced bool
}

// Standing is whether a user may act now.
type Standing struct {
	User        iam.UserID
	Username    string
	State       iam.UserState
	TenantState iam.TenantState
	Rules       iam.UserRules
}

// Good reports whether the user may act.
func (s Standing) Good() bool {
	return s.State != iam.UserDisabled && s.TenantState == iam.TenantActive
}

// NewSession is a session to be written, for a user of a generation.
type NewSession struct {
	iam.Session
	Generation int64
	// Replaces is the session in whose place this one is written; may be empty.
	Replaces iam.SessionID
	// Life is how long the session of an API client lasts when no step is
	// left; 0 is SessionLife.
	Life  time.Duration
	KeyID string // which key of the tenant made the MAC; empty without a secret
	MAC   []byte
	// Provider is by whom the session was begun, nil where that was here, or is
	// known of the session that it replaces.
	Provider *SessionProvider
	// Place is where the user signs in from, as a hash, and PlaceJob the job
	// that tells them where that is new; empty while steps are left.
	Place    string
	PlaceJob iam.Job
}

// SessionRecord is a session with the standing of its user. Sessions of an
// earlier generation are not answered at all.
type SessionRecord struct {
	iam.Session
	Standing Standing
	Life     time.Duration // as in NewSession, like the rest
	KeyID    string
	MAC      []byte
}

// TokenRecord is an API token with the keyed hash of its secret and the
// standing of its user.
type TokenRecord struct {
	iam.APIToken
	KeyID    string // which key of the tenant made the MAC
	MAC      []byte
	Standing Standing // filled on reading
}
