package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// methodOf is what proving a factor of a kind is called in a session.
func methodOf(kind iam.FactorKind) iam.AuthMethod {
	switch kind {
	case iam.FactorTOTP:
		return iam.MethodOTP
	case iam.FactorEmail:
		return iam.MethodEmail
	default:
		return iam.MethodPasskey
	}
}

// ProveFactor takes StepFactor with a code of any active factor of the kind,
// or, where kind is empty, of any kind or a recovery code. Invalid, with
// ReasonWrongCode; RateLimited, after few failures, which count as those of
// passwords do; Precondition: another step is next.
func (s *Service) ProveFactor(ctx context.Context, p Prover, kind iam.FactorKind, code string) (b Begun, err error) {
	if !p.next(iam.StepFactor) {
		return Begun{}, outOfTurn()
	}
	method := iam.MethodOTP
	if kind != "" {
		method = methodOf(kind)
	}
	err = s.guard(ctx, p.tenant, p.account.Username, method, p.from, func() (bool, error) {
		proved, err := s.proveCode(ctx, p, kind, code)
		if err != nil {
			return false, s.refusedCode(ctx, p, method, err)
		}
		b, err = s.advance(ctx, p, iam.StepFactor, proved)
		return b.Done(), err
	})
	return b, err
}

// proveCode uses up a code of any active factor of a kind, or of any and the
// recovery codes where kind is empty, and answers by what it was proved.
func (s *Service) proveCode(ctx context.Context, p Prover, kind iam.FactorKind, code string) (iam.AuthMethod, error) {
	factors, err := s.activeFactors(ctx, p.tenant, p.account.User, kind)
	if err != nil {
		return "", err
	}
	for _, f := range factors {
		if err := s.useCode(ctx, p, f, code); !iam.Is(err, iam.Invalid) {
			return methodOf(f.Kind), err
		}
	}
	if kind == "" && len(factors) > 0 {
		return iam.MethodRecovery, s.useRecoveryCode(ctx, p, code)
	}
	return "", wrongCode()
}

// useCode uses up a code of an active factor. Invalid, with ReasonWrongCode,
// also when it was used before.
func (s *Service) useCode(ctx context.Context, p Prover, f FactorRecord, code string) error {
	step, err := s.checkFactorCode(ctx, p, f, code)
	if err != nil {
		return err
	}
	err = s.store.UseFactor(ctx, p.tenant, p.account.User, f.ID, step, s.env.Time())
	if iam.Is(err, iam.Conflict) || iam.Is(err, iam.NotFound) {
		return wrongCode()
	}
	if err == nil && f.Kind == iam.FactorEmail {
		s.forgetMails(ctx, p.tenant, f.ID)
	}
	return err
}

// checkFactorCode answers the step that a code of a factor is for: that of
// TOTP, 0 of what has none. A code by mail is used up.
func (s *Service) checkFactorCode(ctx context.Context, p Prover, f FactorRecord, code string) (step int64, err error) {
	digits, ok := digits6(code)
	if !ok {
		return 0, wrongCode()
	}
	switch f.Kind {
	case iam.FactorTOTP:
		key, err := s.keys.Open(ctx, p.tenant, f.Secret, f.sealedAs())
		if err != nil {
			return 0, err
		}
		if step, ok = matchTOTP(key, digits, s.env.Time(), f.LastStep); !ok {
			return 0, wrongCode()
		}
		return step, nil
	case iam.FactorEmail:
		c, err := s.checkCode(ctx, p.tenant, p.account.User, PurposeFactorEmail, string(f.ID), digits)
		if err != nil {
			return 0, err
		}
		return 0, s.spend(ctx, p.tenant, c)
	}
	return 0, wrongCode()
}

// sealedAs binds the secret of a factor to its row.
func (f FactorRecord) sealedAs() string {
	return string(f.Kind) + ":" + string(f.User) + ":" + string(f.ID)
}

// refusedCode records that a code was refused. A fault of ours is no attempt.
func (s *Service) refusedCode(ctx context.Context, p Prover, method iam.AuthMethod, refusal error) error {
	if faulty(refusal) {
		return refusal
	}
	return s.refused(ctx, p.tenant, s.loginEvent(p.account.User, p.account.Username, method, "wrong code", p.from), refusal)
}

// CheckCode uses up a code of one active factor of somebody signed in, for
// changes that ask for it. Errors as for ProveFactor; NotFound.
func (s *Service) CheckCode(ctx context.Context, p Prover, id iam.FactorID, code string) error {
	if len(p.session.Pending) > 0 {
		return outOfTurn()
	}
	f, err := s.factor(ctx, p, id, true)
	if err != nil {
		return err
	}
	return s.guard(ctx, p.tenant, p.account.Username, methodOf(f.Kind), p.from, func() (bool, error) {
		if err := s.useCode(ctx, p, f, code); err != nil {
			return false, s.refusedCode(ctx, p, methodOf(f.Kind), err)
		}
		return false, s.markChecked(ctx, p)
	})
}
