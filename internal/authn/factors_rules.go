package authn

import (
	"context"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What it takes to change one's factors. Whoever has a step left may at most
// take it: with StepEnrolFactor set up the first factor, with StepFactor
// nothing at all.
//
//	                                  on pages                     without pages
//	set up the first factor           recent sign-in               nothing more
//	set up another one                recent sign-in by a factor   checked code
//	remove one, new recovery codes    recent sign-in by a factor   checked code
//
// A checked code, of CheckCode or ConfirmFactor, is good on pages too. A
// session that was begun by a password alone, before there was a factor, has
// proved none.

// PurposeFactorChecked marks a session on which a code was checked; the
// subject is the session. There is no secret to it.
const PurposeFactorChecked Purpose = "factor-checked"

// checkedLife is how long a checked code is good for changes.
const checkedLife = 5 * time.Minute

// enrolLife is how long somebody has to confirm a factor, unless asked
// otherwise, and mostEnrolLife what can be asked for.
const (
	enrolLife     = 10 * time.Minute
	mostEnrolLife = time.Hour
)

// mayEnrol answers nil where a prover may set up a factor of a kind.
// Precondition: the tenant has switched the kind off, another step comes
// first, the sign-in is too long ago (ReasonReauth), or there are maxFactors.
func (s *Service) mayEnrol(ctx context.Context, p Prover, kind iam.FactorKind) error {
	settings, err := s.settings.Settings(ctx, p.tenant)
	if err != nil {
		return err
	}
	if !kindAllowed(settings.Factor, kind) {
		return iam.E(iam.Precondition, "second factors of kind %q are not allowed here", kind)
	}
	active, err := s.activeFactors(ctx, p.tenant, p.account.User, "")
	if err != nil {
		return err
	}
	switch first := len(active) == 0; {
	case p.next(iam.StepEnrolFactor) && first:
		return nil
	case p.next(iam.StepEnrolFactor):
		// Since the password was proved, the user got one: it is to be proved.
		return unauthenticated()
	case len(p.session.Pending) > 0:
		return outOfTurn()
	case len(active) >= maxFactors:
		return iam.E(iam.Precondition, "there may be at most %d second factors", maxFactors).Because(iam.ReasonLimit)
	case first && p.session.Pages && s.env.Now().Sub(p.session.SignedIn) >= reauthAfter:
		return reauthenticate()
	case first:
		return nil
	}
	return s.proven(ctx, p)
}

func kindAllowed(f iam.FactorPolicy, kind iam.FactorKind) bool {
	switch kind {
	case iam.FactorTOTP:
		return f.TOTP
	case iam.FactorEmail:
		return f.Email
	case iam.FactorPasskey:
		return f.Passkey
	}
	return false
}

// proven answers nil where somebody signed in, who has factors, has proved one
// recently enough. Precondition, with ReasonReauth.
func (s *Service) proven(ctx context.Context, p Prover) error {
	if p.session.Pages && p.factorProved() && s.env.Now().Sub(p.session.SignedIn) < reauthAfter {
		return nil
	}
	checked, err := s.checked(ctx, p)
	if err == nil && !checked {
		err = reauthenticate()
	}
	return err
}

// factorProved reports whether the session was begun by a passkey, or a factor
// was proved beside what it was begun by.
func (p Prover) factorProved() bool {
	methods := p.session.Methods
	return len(methods) > 0 && (methods[0] == iam.MethodPasskey || slices.ContainsFunc(methods[1:], func(m iam.AuthMethod) bool {
		return m == iam.MethodOTP || m == iam.MethodEmail || m == iam.MethodPasskey || m == iam.MethodRecovery || m == iam.MethodMFA
	}))
}

// checked reports whether a code was checked on a prover's session lately.
func (s *Service) checked(ctx context.Context, p Prover) (bool, error) {
	_, err := s.store.FindChallenge(ctx, p.tenant, p.account.User, PurposeFactorChecked, string(p.session.ID), s.env.Time())
	if iam.Is(err, iam.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// markChecked notes that a code was checked on a prover's session.
func (s *Service) markChecked(ctx context.Context, p Prover) error {
	_, err := s.newChallenge(ctx, p.tenant, Challenge{User: p.account.User, Purpose: PurposeFactorChecked,
		Subject: string(p.session.ID)}, "", nil, checkedLife)
	return err
}

// enrolUntil is until when a factor that is set up now can be confirmed.
func enrolUntil(now time.Time, life time.Duration) time.Time {
	if life <= 0 {
		life = enrolLife
	}
	return now.Add(min(life, mostEnrolLife))
}
