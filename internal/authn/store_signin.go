package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// PasswordStore keeps what passwords need beside the user's own row.
type PasswordStore interface {
	// AccountByID is Account for a user who is known. NotFound.
	AccountByID(ctx context.Context, t iam.TenantID, u iam.UserID) (Account, error)
	// AccountByEmail answers who has a verified e-mail address, without regard
	// to case. NotFound, also when more than one user has it.
	AccountByEmail(ctx context.Context, t iam.TenantID, email string) (Account, error)
	// PasswordHistory answers the user's last n earlier hashes, latest first.
	PasswordHistory(ctx context.Context, t iam.TenantID, u iam.UserID, n int) ([]string, error)
	// RequirePassword makes the user choose a new password at the next
	// interactive sign-in, and counts the version up. NotFound.
	RequirePassword(ctx context.Context, t iam.TenantID, u iam.UserID, events ...iam.Event) error
	// SetEmail makes an address the user's, not verified, and counts the
	// version up. NotFound.
	SetEmail(ctx context.Context, t iam.TenantID, u iam.UserID, email string, events ...iam.Event) error
	// VerifyEmail notes that an address, which is the user's, is verified, and
	// counts the version up. NotFound: the user is gone or has another address.
	VerifyEmail(ctx context.Context, t iam.TenantID, u iam.UserID, email string, events ...iam.Event) error

	// CountFailure counts an attempt as failed before it is made, for each
	// subject, under the policy of each: of many made at once none escapes.
	// Where a subject is blocked nothing is counted; until says how long, and
	// is zero else. NotFound: there is no such tenant, or it is being deleted.
	CountFailure(ctx context.Context, t iam.TenantID, now time.Time, subjects []LockoutSubject) (until time.Time, err error)
	// ConfirmFailures is told that attempts with a Burst have failed, which
	// blocks the subjects where too many have.
	ConfirmFailures(ctx context.Context, t iam.TenantID, now time.Time, subjects []LockoutSubject) error
	// ForgetFailures takes an attempt that succeeded back: subjects with Clear
	// set are forgotten, of others that attempt is.
	ForgetFailures(ctx context.Context, t iam.TenantID, subjects []LockoutSubject) error
}

// LockoutSubject is something of which failed attempts are counted.
type LockoutSubject struct {
	Name  string // "user:" and the folded name, "addr:" and the address
	Free  int    // how many failures have no consequence
	Clear bool
	// Burst is how many attempts more than Free may be under way at once while
	// none of them has failed, as those of a program that signs in on many
	// connections; each is then told to ConfirmFailures or ForgetFailures. Of
	// attempts without it each counts as failed at once.
	Burst  int
	Policy iam.LockoutPolicy
}

// SessionStore lists, refreshes and ends sessions.
type SessionStore interface {
	// Sessions answers the sessions of a user that have not ended, also those
	// with steps left, latest seen first, at most 1000.
	Sessions(ctx context.Context, t iam.TenantID, u iam.UserID) ([]iam.Session, error)
	// EndSessions ends all sessions of a user but one, which may be empty,
	// counts the epoch up, and answers how many it ended.
	EndSessions(ctx context.Context, t iam.TenantID, u iam.UserID, but iam.SessionID, events ...iam.Event) (int, error)
	// EndUnprovenSessions ends the sessions on pages of all users of a tenant who
	// have no active factor, but for one, which may be empty, and those that have
	// to set one up anyway, counts the epoch up, and answers how many it ended.
	EndUnprovenSessions(ctx context.Context, t iam.TenantID, but iam.SessionID, events ...iam.Event) (int, error)
	// TouchSessions notes when sessions were last used. Unknown ones are
	// passed over.
	TouchSessions(ctx context.Context, t iam.TenantID, seen map[iam.SessionID]time.Time) error
	// LoginEvent answers one attempt. NotFound.
	LoginEvent(ctx context.Context, t iam.TenantID, id iam.EventID) (iam.LoginEvent, error)
	// PurgeLoginEvents removes attempts of a tenant before the time, at most
	// n, and answers how many it removed.
	PurgeLoginEvents(ctx context.Context, t iam.TenantID, before time.Time, n int) (int, error)
	// AllTenants lists the tenants of the installation, for what is kept as
	// long as each of them says.
	AllTenants(ctx context.Context, p iam.Page) (iam.List[iam.Tenant], error)
}

// ChallengeStore keeps codes and links that prove something once.
type ChallengeStore interface {
	// InsertChallenge writes a challenge, in place of all of the same user,
	// purpose and subject. NotFound: the user is gone.
	InsertChallenge(ctx context.Context, t iam.TenantID, c Challenge, events ...iam.Event) error
	// TryChallenge counts an attempt and answers the challenge as it is then.
	// NotFound: it is not there, has expired at now, or has had most attempts.
	TryChallenge(ctx context.Context, t iam.TenantID, id iam.ChallengeID, now time.Time, most int) (Challenge, error)
	// Challenge answers a challenge that has not expired at now. NotFound.
	Challenge(ctx context.Context, t iam.TenantID, id iam.ChallengeID, now time.Time) (Challenge, error)
	// FindChallenge answers a user's latest challenge of a purpose and subject
	// that has not expired at now. NotFound.
	FindChallenge(ctx context.Context, t iam.TenantID, u iam.UserID, purpose Purpose, subject string, now time.Time) (Challenge, error)
	// SpendChallenge removes a challenge: of many that do so at once exactly
	// one succeeds. NotFound.
	SpendChallenge(ctx context.Context, t iam.TenantID, id iam.ChallengeID, events ...iam.Event) error
	// EndChallenges removes the challenges of a user and a purpose that were
	// made at the time or later.
	EndChallenges(ctx context.Context, t iam.TenantID, u iam.UserID, purpose Purpose, since time.Time) error
	// PurgeSignInLeftovers removes, of any tenant, what is of no use any more
	// at the time: challenges that expired, used signatures that could not be
	// used again, and failures of which the last is two days old, longer than
	// any tenant remembers them; at most n of each. It answers how many it removed.
	PurgeSignInLeftovers(ctx context.Context, before time.Time, n int) (int, error)
}

// Purpose is what a challenge proves. One of a purpose is never good for another.
type Purpose string

//nolint:gosec // names of what is proved, not proofs
const (
	PurposeReset         Purpose = "reset-password" // a link: the user may set a password
	PurposeInvite        Purpose = "invite"         // a link: the same, for who never had one
	PurposeVerifyEmail   Purpose = "verify-email"   // a code; the subject is the address
	PurposeVerifyLink    Purpose = "verify-link"    // a link, of the same mail
	PurposeFactorEmail   Purpose = "factor-email"   // a code; the subject is the factor
	PurposePasskeyEnrol  Purpose = "passkey-enrol"  // a WebAuthn registration
	PurposePasskeySignIn Purpose = "passkey-signin" // a WebAuthn assertion
	PurposeNotMe         Purpose = "not-me"         // a link: a sign-in was not the user's own
	PurposeOneTime       Purpose = "one-time"       // who the user is, to another service
)

// Challenge is a code or link as it is stored. Of the secret there is only a
// MAC, none for what needs no secret of ours.
type Challenge struct {
	ID       iam.ChallengeID
	User     iam.UserID // empty while nobody is known
	Purpose  Purpose
	Subject  string
	KeyID    string // which key of the tenant made the MAC
	MAC      []byte
	Data     []byte // sealed
	Attempts int
	Created  time.Time
	Expires  time.Time
}
