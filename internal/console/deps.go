package console

import (
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// Deps are what the pages need of the program.
type Deps struct {
	Authn     Authn
	Access    Access
	Directory Directory
	Tenancy   Tenancy
	Signup    Signup
	// Federation knows the OpenID providers, Notices who wants which mails.
	Federation Federation
	Notices    Notices
	// PublicURL is where browsers reach the pages: with https the cookie is
	// Secure and bound to the host. Nil for commands that serve nobody.
	PublicURL *url.URL
	Env       iam.Env
	Log       *slog.Logger
}

// Access decides what somebody may do. Package access satisfies it.
type Access interface {
	CheckAll(ctx context.Context, by iam.Actor) error
}

// Tenancy knows tenants and how they look. Package tenancy satisfies it.
type Tenancy interface {
	ByCode(ctx context.Context, code string) (iam.Tenant, error)
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
	Logo(ctx context.Context, t iam.TenantID) (iam.Image, error)
	Reached(ctx context.Context, by iam.Actor) ([]tenancy.Reached, error)
}

// Directory keeps people. Package directory satisfies it.
type Directory interface {
	Self(ctx context.Context, by iam.Actor) (iam.User, error)
	UpdateProfile(ctx context.Context, by iam.Actor, p directory.Profile) (iam.User, error)
	Picture(ctx context.Context, by iam.Actor, u iam.UserID) (iam.Image, error)
	SetPicture(ctx context.Context, by iam.Actor, content []byte) (iam.Image, error)
	OwnSettings(ctx context.Context, by iam.Actor) (directory.OwnSettings, error)
	SetView(ctx context.Context, by iam.Actor, v directory.View) error
}

// Federation knows the OpenID providers of tenants. Package federation satisfies it.
type Federation interface {
	Buttons(ctx context.Context, t iam.TenantID) ([]federation.Button, error)
	Begin(ctx context.Context, t iam.Tenant, name string, w federation.Wanted) (federation.Begun, error)
	Finish(ctx context.Context, t iam.Tenant, name string, a federation.Answer) (federation.Proved, error)
	LogoutToken(ctx context.Context, t iam.Tenant, name, token string) error
	EndURL(ctx context.Context, t iam.Tenant, f iam.Federated) (string, error)
	Identities(ctx context.Context, by iam.Actor) ([]federation.Identity, error)
	Unlink(ctx context.Context, by iam.Actor, provider iam.ProviderID, subject string) error
}

// Notices knows who wants which mails. Package notice satisfies it.
type Notices interface {
	Preferences(ctx context.Context, by iam.Actor, f notice.Family, language string) ([]notice.Preference, error)
	SetPreferences(ctx context.Context, by iam.Actor, f notice.Family, want map[string]bool) error
	CheckUnsubscribe(ctx context.Context, token string) (iam.TenantID, notice.Preference, error)
	Unsubscribe(ctx context.Context, token string) error
}

// Authn proves who callers are. Package authn satisfies it.
type Authn interface {
	SignIn
	Federated
	Recovery
	Factors
	Sessions
	Credentials
}

// SignIn is how a browser gets a session.
type SignIn interface {
	BeginSignIn(ctx context.Context, t iam.TenantID, a authn.Attempt, from authn.Origin) (authn.Begun, error)
	BeginPasskeySignIn(ctx context.Context, t iam.TenantID) (authn.PasskeyRequest, error)
	FinishPasskeySignIn(ctx context.Context, t iam.TenantID, id iam.ChallengeID, answer []byte, from authn.Origin) (authn.Begun, error)
	Browser(ctx context.Context, cookie string, from authn.Origin) (iam.Actor, iam.Session, error)
	Pending(ctx context.Context, cookie string, from authn.Origin) (authn.Prover, error)
	Self(ctx context.Context, by iam.Actor, from authn.Origin) (authn.Prover, error)
	Reauthenticate(ctx context.Context, p authn.Prover, pw string) (authn.Begun, error)
	SetPassword(ctx context.Context, p authn.Prover, pw string) (authn.Begun, error)
	ChangeOwnPassword(ctx context.Context, p authn.Prover, old, pw string) (authn.Begun, error)
	SignOut(ctx context.Context, by iam.Actor) error
}

// Federated is what providers prove.
type Federated interface {
	SignInFederated(ctx context.Context, t iam.TenantID, f iam.Federated, from authn.Origin) (authn.Begun, error)
	FederationFailed(ctx context.Context, t iam.TenantID, username, reason string, from authn.Origin) error
	SessionProvider(ctx context.Context, by iam.Actor) (iam.Federated, error)
	Recent(p authn.Prover) error
}

// Recovery is what is proved by mail.
type Recovery interface {
	RequestReset(ctx context.Context, t iam.TenantID, name string, from authn.Origin) error
	CheckResetLink(ctx context.Context, token string) (iam.TenantID, string, error)
	Reset(ctx context.Context, token, pw string, from authn.Origin) (authn.Begun, error)
	SendVerification(ctx context.Context, by iam.Actor, email string) error
	ConfirmEmail(ctx context.Context, by iam.Actor, code string) error
	ConfirmEmailLink(ctx context.Context, token string, from authn.Origin) error
	NotMe(ctx context.Context, by iam.Actor, event iam.EventID) error
	NotMeLink(ctx context.Context, token string, from authn.Origin) error
}

// Factors are what a user has besides a password.
type Factors interface {
	Factors(ctx context.Context, p authn.Prover) ([]iam.Factor, error)
	EnrolTOTP(ctx context.Context, p authn.Prover, name string, life time.Duration) (authn.TOTPEnrolment, error)
	EnrolEmail(ctx context.Context, p authn.Prover, address string, life time.Duration) (iam.Factor, error)
	ConfirmFactor(ctx context.Context, p authn.Prover, id iam.FactorID, code string) (authn.Enrolled, error)
	SendFactorCode(ctx context.Context, p authn.Prover, id iam.FactorID) error
	ProveFactor(ctx context.Context, p authn.Prover, kind iam.FactorKind, code string) (authn.Begun, error)
	RenameFactor(ctx context.Context, p authn.Prover, id iam.FactorID, name string) error
	RemoveFactor(ctx context.Context, p authn.Prover, id iam.FactorID) error
	NewRecoveryCodes(ctx context.Context, p authn.Prover) ([]string, error)
	RecoveryCodesLeft(ctx context.Context, p authn.Prover) (int, error)
	BeginPasskeyEnrolment(ctx context.Context, p authn.Prover) (authn.PasskeyRequest, error)
	FinishPasskeyEnrolment(ctx context.Context, p authn.Prover, id iam.ChallengeID, name string, answer []byte) (authn.Enrolled, error)
	BeginPasskeyProof(ctx context.Context, p authn.Prover) (authn.PasskeyRequest, error)
	FinishPasskeyProof(ctx context.Context, p authn.Prover, id iam.ChallengeID, answer []byte) (authn.Begun, error)
}

// Sessions are where a user is signed in, and was.
type Sessions interface {
	Sessions(ctx context.Context, by iam.Actor) ([]iam.Session, error)
	EndSession(ctx context.Context, by iam.Actor, id iam.SessionID) error
	EndOtherSessions(ctx context.Context, by iam.Actor) (int, error)
	LoginEvents(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.LoginEvent], error)
}

// Credentials are what a user's programs prove themselves with.
type Credentials interface {
	Tokens(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.APIToken], error)
	CreateToken(ctx context.Context, by iam.Actor, tenantCode string, in authn.NewToken) (string, iam.APIToken, error)
	RevokeToken(ctx context.Context, by iam.Actor, id iam.TokenID) error
	AccessKeys(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.AccessKey], error)
	CreateAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, networks []netip.Prefix) (secret string, k iam.AccessKey, err error)
	UpdateAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, id iam.AccessKeyID, ch authn.AccessKeyChange) (iam.AccessKey, error)
	DeleteAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, id iam.AccessKeyID) error
	ProvisioningTokens(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.APIToken], error)
	CreateProvisioningToken(ctx context.Context, by iam.Actor, tenantCode string, u iam.UserID, name string, days int) (string, iam.APIToken, error)
	RevokeProvisioningToken(ctx context.Context, by iam.Actor, id iam.TokenID) error
}
