package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Enrolled is what comes of a confirmed factor: the session anew where a step
// was taken, and recovery codes with the first factor, shown once.
type Enrolled struct {
	Begun
	Factor        iam.Factor
	RecoveryCodes []string
}

// beginFactor writes a factor that is to be confirmed, in place of an earlier
// one that was not.
func (s *Service) beginFactor(ctx context.Context, p Prover, f FactorRecord) error {
	e := s.env.Event(s.actorOf(p), "factor", "enrol", string(f.ID), f.Name)
	e.Details = map[string]string{"kind": string(f.Kind)}
	err := s.store.InsertFactor(ctx, p.tenant, f, e)
	if iam.Is(err, iam.NotFound) {
		return unauthenticated()
	}
	return err
}

// ConfirmFactor makes a factor active with a first code. It takes
// StepEnrolFactor. Invalid, with ReasonWrongCode; RateLimited; NotFound;
// Precondition: another step comes first.
func (s *Service) ConfirmFactor(ctx context.Context, p Prover, id iam.FactorID, code string) (done Enrolled, err error) {
	if len(p.session.Pending) > 0 && !p.next(iam.StepEnrolFactor) {
		return Enrolled{}, outOfTurn()
	}
	f, err := s.factor(ctx, p, id, false)
	if err != nil {
		return Enrolled{}, err
	}
	err = s.guard(ctx, p.tenant, p.account.Username, methodOf(f.Kind), p.from, func() (bool, error) {
		step, err := s.checkFactorCode(ctx, p, f, code)
		if err != nil {
			return false, s.refusedCode(ctx, p, methodOf(f.Kind), err)
		}
		done, err = s.activate(ctx, p, f, step)
		return p.next(iam.StepEnrolFactor) && done.Done(), err
	})
	return done, err
}

// activate makes a factor active that was just proved, and tells the user. With
// the first factor come recovery codes. It takes StepEnrolFactor where that is
// to be taken; elsewhere it is as good as CheckCode.
func (s *Service) activate(ctx context.Context, p Prover, f FactorRecord, step int64) (Enrolled, error) {
	a := Activation{User: p.account.User, Factor: f.ID, Step: step, At: s.env.Time()}
	shown, err := s.prepare(ctx, p, &a)
	if err != nil {
		return Enrolled{}, err
	}
	e := s.env.Event(s.actorOf(p), "factor", "confirm", string(f.ID), f.Name)
	e.Details = map[string]string{"kind": string(f.Kind)}
	first, err := s.store.ActivateFactor(ctx, p.tenant, a, e)
	switch {
	case iam.Is(err, iam.NotFound): // confirmed, replaced or expired meanwhile
		return Enrolled{}, wrongCode()
	case iam.Is(err, iam.Precondition) && p.next(iam.StepEnrolFactor):
		return Enrolled{}, unauthenticated()
	case iam.Is(err, iam.Precondition):
		return Enrolled{}, reauthenticate()
	case err != nil:
		return Enrolled{}, err
	}
	s.tellOfFactor(ctx, p.account, s.actorOf(p), factorAdded[f.Kind])
	done := Enrolled{Factor: f.Factor}
	done.Factor.Active, done.Factor.LastUsed = true, a.At
	if first {
		done.RecoveryCodes = shown
	}
	if p.next(iam.StepEnrolFactor) {
		done.Begun, err = s.advance(ctx, p, iam.StepEnrolFactor, methodOf(f.Kind))
		return done, err
	}
	return done, s.markChecked(ctx, p)
}

// prepare fills in what depends on the prover. Who has proved no factor can
// only set up the first one: there may be one by now, and who knows no more
// than the password must not put another beside it.
func (s *Service) prepare(ctx context.Context, p Prover, a *Activation) (shown []string, err error) {
	proved := p.factorProved()
	if !proved {
		if proved, err = s.checked(ctx, p); err != nil {
			return nil, err
		}
	}
	a.Alone = !proved
	shown, a.Codes, err = s.newRecoveryCodes(ctx, p.tenant, p.account.User)
	return shown, err
}
