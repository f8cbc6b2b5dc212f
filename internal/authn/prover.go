package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Prover is somebody in the middle of proving who they are, or somebody signed
// in who changes how they do that. It is no iam.Actor, so that no other use
// case takes it: who has steps left can take those steps and nothing else.
type Prover struct {
	tenant  iam.TenantID
	account Account
	session iam.Session
	from    Origin
}

// Tenant is where the user lives.
func (p Prover) Tenant() iam.TenantID { return p.tenant }

// User is who it is.
func (p Prover) User() iam.UserID { return p.account.User }

// Username is what the user signs in with.
func (p Prover) Username() string { return p.account.Username }

// Session is the session in whose name this happens; its Pending are the
// steps that are left, to be taken from the first.
func (p Prover) Session() iam.Session { return p.session }

// Begun is a session as it is given to who proved themselves: for the first
// time, or anew after each step, since every step makes a new session in place
// of the old one.
type Begun struct {
	iam.Session
	Tenant iam.TenantID
	// Cookie names and proves the session, for a browser; empty for others.
	// It is shown once and never logged.
	Cookie string
}

// Done reports whether the user is signed in: no step is left.
func (b Begun) Done() bool { return len(b.Session.Pending) == 0 }

// Pending answers who a cookie stands for while there are steps left, or after.
// Unauthenticated: it is malformed or forged, or its session has ended.
func (s *Service) Pending(ctx context.Context, cookie string, from Origin) (Prover, error) {
	panic("unfinished")
}

// PendingSession is Pending for a client without cookies, which has proved by
// other means that the session is its own.
func (s *Service) PendingSession(ctx context.Context, t iam.TenantID, id iam.SessionID, from Origin) (Prover, error) {
	panic("unfinished")
}

// Self answers a signed-in actor as a Prover, to change how they sign in.
// Unauthenticated: the session has ended; Denied: the actor came without a
// session, as with an API token, or acts in another tenant than their own.
func (s *Service) Self(ctx context.Context, by iam.Actor, from Origin) (Prover, error) {
	panic("unfinished")
}
