package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Attempt is a sign-in by password.
type Attempt struct {
	Username string
	Password string
	// Pages is set for a browser: the session gets a cookie, and ends when it
	// is idle.
	Pages bool
	// Life is how long the session of an API client lasts; 0 is SessionLife.
	// That of a browser lasts as the tenant's settings say.
	Life time.Duration
}

// BeginSignIn proves a password and begins a session. Steps that are still to
// be taken are in its Pending: a second factor where the user has one or
// the tenant or the user's rules ask for one, a new password where that must
// change or has expired. Errors as for SignIn.
func (s *Service) BeginSignIn(ctx context.Context, t iam.TenantID, a Attempt, from Origin) (Begun, error) {
	panic("unfinished")
}

// Browser answers who the cookie of a completed sign-in stands for.
// Unauthenticated: it is malformed or forged, its session has ended or has
// steps left, or its user may not act on pages, from here.
func (s *Service) Browser(ctx context.Context, cookie string, from Origin) (iam.Actor, iam.Session, error) {
	panic("unfinished")
}

// Reauthenticate proves the password of somebody signed in again, for what
// asks for a recent sign-in. WrongPassword errors as for SignIn; a user with
// a factor has to prove that too: StepFactor is pending then.
func (s *Service) Reauthenticate(ctx context.Context, p Prover, pw string) (Begun, error) {
	panic("unfinished")
}

// SetPassword takes StepSetPassword. Invalid: the policy refuses the new
// password, or it is an earlier one (ReasonSamePassword).
func (s *Service) SetPassword(ctx context.Context, p Prover, pw string) (Begun, error) {
	panic("unfinished")
}
