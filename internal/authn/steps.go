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
func (s *Service) BeginSignIn(ctx context.Context, t iam.TenantID, in Attempt, from Origin) (Begun, error) {
	door := onAPI
	if in.Pages {
		door = onPages
	}
	a, steps, err := s.byPassword(ctx, t, in.Username, in.Password, door, anyStep, from)
	if err != nil {
		return Begun{}, err
	}
	b, err := s.enter(ctx, t, entry{account: a, method: iam.MethodPassword, methods: []iam.AuthMethod{iam.MethodPassword},
		pending: steps, pages: in.Pages, life: in.Life}, from)
	return b, changedMeanwhile(err)
}

// Reauthenticate proves the password of somebody signed in again, for what
// asks for a recent sign-in. Unauthenticated, with ReasonWrongPassword;
// RateLimited. A user with a factor has to prove that too: StepFactor is
// pending then.
func (s *Service) Reauthenticate(ctx context.Context, p Prover, pw string) (Begun, error) {
	if len(p.session.Pending) > 0 {
		return Begun{}, outOfTurn()
	}
	var steps []iam.Step
	err := s.guard(ctx, p.tenant, p.account.Username, iam.MethodPassword, p.from, func() (bool, error) {
		err := s.ownPassword(ctx, p, pw)
		if err == nil {
			steps, err = s.factorSteps(ctx, p.tenant, p.account)
		}
		return len(steps) == 0, err
	})
	if err != nil {
		return Begun{}, err
	}
	e := p.entry(iam.MethodPassword, steps)
	e.methods = []iam.AuthMethod{iam.MethodPassword} // what was proved before was too long ago
	return s.enter(ctx, p.tenant, e, p.from)
}

// ownPassword proves the present password of somebody who is known. A failure
// is recorded.
func (s *Service) ownPassword(ctx context.Context, p Prover, pw string) error {
	var right bool
	var err error
	if p.account.PasswordHash != "" {
		right, _, err = s.hasher.Verify(ctx, p.account.PasswordHash, pw)
	} else {
		err = s.hasher.VerifyNothing(ctx, pw)
	}
	if err != nil || right {
		return err
	}
	return s.refused(ctx, p.tenant, s.loginEvent(p.account.User, p.account.Username, iam.MethodPassword, "wrong password", p.from),
		iam.E(iam.Unauthenticated, "the password is wrong").Because(iam.ReasonWrongPassword))
}
