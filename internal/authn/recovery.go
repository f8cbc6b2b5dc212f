package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// NewRecoveryCodes makes ten recovery codes in place of all earlier ones; they
// are shown once. Precondition: a step is left, there is no factor, or
// ReasonReauth; a session without pages has to check a code before.
func (s *Service) NewRecoveryCodes(ctx context.Context, p Prover) ([]string, error) {
	if len(p.session.Pending) > 0 {
		return nil, outOfTurn()
	}
	has, err := s.hasFactor(ctx, p.tenant, p.account.User)
	if err != nil {
		return nil, err
	}
	if !has {
		return nil, iam.E(iam.Precondition, "recovery codes are for who has a second factor")
	}
	if err := s.proven(ctx, p); err != nil {
		return nil, err
	}
	shown, codes, err := s.newRecoveryCodes(ctx, p.tenant, p.account.User)
	if err != nil {
		return nil, err
	}
	e := s.env.Event(s.actorOf(p), "user", "new-recovery-codes", string(p.account.User), p.account.Username)
	if err := s.store.ReplaceRecoveryCodes(ctx, p.tenant, p.account.User, codes, e); err != nil {
		return nil, err
	}
	s.tellOfFactor(ctx, p.account, s.actorOf(p), iam.WhatRecoveryRenewed)
	return shown, nil
}

// RecoveryCodesLeft answers how many recovery codes have not been used.
func (s *Service) RecoveryCodesLeft(ctx context.Context, p Prover) (int, error) {
	codes, err := s.store.RecoveryCodes(ctx, p.tenant, p.account.User)
	return len(codes), err
}

// newRecoveryCodes makes codes as they are shown and as they are stored.
func (s *Service) newRecoveryCodes(ctx context.Context, t iam.TenantID, u iam.UserID) (shown []string, codes []RecoveryCode, err error) {
	for range recoveryCodes {
		text := newRecoveryCode(s.env)
		code, _ := parseRecoveryCode(text)
		c := RecoveryCode{ID: s.env.NewID(), Created: s.env.Time()}
		if c.KeyID, c.MAC, err = s.keys.MAC(ctx, t, keyring.PurposeRecovery, recoveryInput(u, code)); err != nil {
			return nil, nil, err
		}
		shown, codes = append(shown, text), append(codes, c)
	}
	return shown, codes, nil
}

// recoveryInput binds a code to its user.
func recoveryInput(u iam.UserID, code string) []byte { return []byte(string(u) + "\x00" + code) }

// useRecoveryCode uses a recovery code up and tells the user. Invalid, with
// ReasonWrongCode.
func (s *Service) useRecoveryCode(ctx context.Context, p Prover, typed string) error {
	code, ok := parseRecoveryCode(typed)
	if !ok {
		return wrongCode()
	}
	stored, err := s.store.RecoveryCodes(ctx, p.tenant, p.account.User)
	if err != nil {
		return err
	}
	var match string
	for _, c := range stored { // all of them, whichever it is
		right, err := s.keys.VerifyMAC(ctx, p.tenant, keyring.PurposeRecovery, c.KeyID, recoveryInput(p.account.User, code), c.MAC)
		if err != nil {
			return err
		}
		if right {
			match = c.ID
		}
	}
	if match == "" {
		return wrongCode()
	}
	by := s.actorOf(p)
	by.Method = iam.MethodRecovery
	err = s.store.SpendRecoveryCode(ctx, p.tenant, p.account.User, match,
		s.env.Event(by, "user", "use-recovery-code", string(p.account.User), p.account.Username))
	if iam.Is(err, iam.NotFound) {
		return wrongCode() // used meanwhile
	}
	if err == nil {
		s.tellOfFactor(ctx, p.account, by, iam.WhatRecoveryUsed)
	}
	return err
}
