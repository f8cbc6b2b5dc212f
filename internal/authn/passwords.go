package authn

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

// SetPassword sets the password of who has StepSetPassword to take now, or has
// signed in recently, by the present password if there is one. Every session
// of the user ends, and one comes in place of the prover's. Invalid: the
// policy refuses the new password, or it is an earlier one (ReasonSamePassword).
// Precondition: another step comes first, or ReasonReauth.
func (s *Service) SetPassword(ctx context.Context, p Prover, pw string) (Begun, error) {
	if err := p.may(iam.StepSetPassword, s.env.Now()); err != nil {
		return Begun{}, err
	}
	pending := p.session.Pending
	if p.next(iam.StepSetPassword) {
		pending = pending[1:]
	} else if p.account.PasswordHash != "" && !slices.Contains(p.session.Methods, iam.MethodPassword) {
		return Begun{}, reauthenticate()
	}
	return s.replacePassword(ctx, p, pw, pending)
}

// ChangeOwnPassword sets another password for somebody signed in who proves
// the present one. Unauthenticated, with ReasonWrongPassword; RateLimited;
// otherwise like SetPassword.
func (s *Service) ChangeOwnPassword(ctx context.Context, p Prover, old, pw string) (Begun, error) {
	if len(p.session.Pending) > 0 {
		return Begun{}, outOfTurn()
	}
	err := s.guard(ctx, p.tenant, p.account.Username, iam.MethodPassword, p.from, func() (bool, error) {
		return true, s.ownPassword(ctx, p, old)
	})
	if err != nil {
		return Begun{}, err
	}
	return s.replacePassword(ctx, p, pw, nil)
}

// replacePassword sets a prover's password. Their session has ended by that,
// and another one begins with the steps that are left.
func (s *Service) replacePassword(ctx context.Context, p Prover, pw string, pending []iam.Step) (Begun, error) {
	provider, err := s.providerOf(ctx, p)
	if err != nil {
		return Begun{}, err
	}
	a, err := s.changePassword(ctx, p.tenant, p.account, pw, s.actorOf(p))
	if iam.Is(err, iam.Conflict) || iam.Is(err, iam.NotFound) {
		return Begun{}, unauthenticated() // and all sessions have ended by what came between
	}
	if err != nil {
		return Begun{}, err
	}
	p.account = a
	e := p.entry(iam.MethodPassword, pending)
	e.replaces, e.provider = "", provider
	return s.enter(ctx, p.tenant, e, p.from)
}

// changePassword sets a password by which the user signs in from now on, and
// answers the account with it. The user is told by mail. Invalid; Conflict: the
// password was changed meanwhile; NotFound.
func (s *Service) changePassword(ctx context.Context, t iam.TenantID, a Account, pw string, by iam.Actor) (Account, error) {
	hash, err := s.newHash(ctx, t, a, pw)
	if err != nil {
		return Account{}, err
	}
	e := s.env.Event(by, "user", "change-password", string(a.User), a.Username)
	if err := s.store.SetPassword(ctx, t, a.User, a.Generation, hash, false, e); err != nil {
		return Account{}, err
	}
	a.PasswordHash, a.MustChangePassword, a.PasswordChanged = hash, false, s.env.Time()
	a.Generation++
	s.tell(ctx, t, a, iam.MessagePasswordChanged, by, "")
	return a, nil
}

// newHash answers the hash of a new password, where the tenant's policy allows
// it. The present one, and as many earlier ones as the tenant remembers, are
// refused: Invalid, with ReasonSamePassword.
func (s *Service) newHash(ctx context.Context, t iam.TenantID, a Account, pw string) (string, error) {
	settings, err := s.settings.Settings(ctx, t)
	if err != nil {
		return "", err
	}
	if err := password.Policy(settings.Password).Check(pw, password.Identity{Username: a.Username, Email: a.Email}); err != nil {
		return "", err
	}
	earlier, err := s.store.PasswordHistory(ctx, t, a.User, settings.Password.History)
	if err != nil {
		return "", err
	}
	if a.PasswordHash != "" {
		earlier = append(earlier, a.PasswordHash)
	}
	for _, hash := range earlier {
		same, err := s.hasher.Has(ctx, hash, pw)
		if err != nil {
			return "", err
		}
		if same {
			const message = "the new password must differ from the present one and from earlier ones"
			return "", &iam.Error{Kind: iam.Invalid, Code: iam.ReasonSamePassword, Message: message,
				Fields: []iam.Field{{Path: "password", Reason: iam.ReasonSamePassword, Message: message}}}
		}
	}
	return s.hasher.Hash(ctx, pw)
}
