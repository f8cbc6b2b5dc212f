package authn

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxFactors bounds the active factors of a user.
const maxFactors = 20

// Factors answers the factors of a prover, oldest first, also one that is not
// confirmed yet. Who has steps left sees of e-mail addresses no more than is
// needed to recognise one's own.
func (s *Service) Factors(ctx context.Context, p Prover) ([]iam.Factor, error) {
	factors, err := s.factorsOf(ctx, p.tenant, p.account.User)
	if err == nil && len(p.session.Pending) > 0 {
		for i := range factors {
			factors[i].Email = maskEmail(factors[i].Email)
		}
	}
	return factors, err
}

// FactorsOf answers the factors of a user of the actor's tenant. NotFound.
func (s *Service) FactorsOf(ctx context.Context, by iam.Actor, u iam.UserID) ([]iam.Factor, error) {
	if _, err := s.store.AccountByID(ctx, by.Tenant, u); err != nil {
		return nil, err
	}
	return s.factorsOf(ctx, by.Tenant, u)
}

// UsersWithCodes answers the users of the actor's tenant who have a second
// factor of codes, by app or by mail.
func (s *Service) UsersWithCodes(ctx context.Context, by iam.Actor) ([]iam.UserID, error) {
	return s.store.UsersWithCodes(ctx, by.Tenant)
}

func (s *Service) factorsOf(ctx context.Context, t iam.TenantID, u iam.UserID) ([]iam.Factor, error) {
	records, err := s.standingFactors(ctx, t, u)
	factors := make([]iam.Factor, len(records))
	for i, r := range records {
		factors[i] = r.Factor
	}
	return factors, err
}

// standingFactors answers the factors of a user that are active or still can
// become so.
func (s *Service) standingFactors(ctx context.Context, t iam.TenantID, u iam.UserID) ([]FactorRecord, error) {
	records, err := s.store.Factors(ctx, t, u)
	now := s.env.Time()
	return slices.DeleteFunc(records, func(r FactorRecord) bool { return !r.Active && !now.Before(r.Expires) }), err
}

// activeFactors answers the active factors of a user, of one kind where it is
// not empty.
func (s *Service) activeFactors(ctx context.Context, t iam.TenantID, u iam.UserID, kind iam.FactorKind) ([]FactorRecord, error) {
	records, err := s.store.Factors(ctx, t, u)
	return slices.DeleteFunc(records, func(r FactorRecord) bool { return !r.Active || kind != "" && r.Kind != kind }), err
}

// factor answers one factor of a prover, which is active or is not. NotFound.
func (s *Service) factor(ctx context.Context, p Prover, id iam.FactorID, active bool) (FactorRecord, error) {
	records, err := s.standingFactors(ctx, p.tenant, p.account.User)
	if err != nil {
		return FactorRecord{}, err
	}
	i := slices.IndexFunc(records, func(r FactorRecord) bool { return r.ID == id && r.Active == active })
	if i < 0 {
		return FactorRecord{}, iam.ErrNotFound("factor", string(id))
	}
	return records[i], nil
}

// maskEmail leaves the first letter and the domain of an address.
func maskEmail(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok {
		return ""
	}
	_, n := utf8.DecodeRuneInString(local)
	return local[:n] + "...@" + domain
}

// RenameFactor gives a factor the user's own name, which may be empty.
// Invalid; NotFound; Precondition: a step is left.
func (s *Service) RenameFactor(ctx context.Context, p Prover, id iam.FactorID, name string) error {
	if len(p.session.Pending) > 0 {
		return outOfTurn()
	}
	if err := checkFactorName(name); err != nil {
		return err
	}
	return s.store.RenameFactor(ctx, p.tenant, p.account.User, id, name, s.env.Event(s.actorOf(p), "factor", "rename", string(id), name))
}

func checkFactorName(name string) error {
	var c iam.Checker
	c.Length("name", name, 0, 100)
	if !iam.Printable(name) {
		c.Add("name", iam.ReasonFormat, "name must have no control characters")
	}
	return c.Err()
}

// RemoveFactor removes a factor, and the recovery codes with the last active
// one. NotFound; Precondition: a step is left, the user needs a factor and has
// no other, or the sign-in is too long ago (ReasonReauth), unless a code was
// just checked with CheckCode on this prover's session; a session without
// pages has to do that.
func (s *Service) RemoveFactor(ctx context.Context, p Prover, id iam.FactorID) error {
	f, err := s.mayRemove(ctx, p, id)
	if err != nil {
		return err
	}
	required, err := s.factorRequired(ctx, p.tenant, p.account.Standing)
	if err != nil {
		return err
	}
	e := s.env.Event(s.actorOf(p), "factor", "remove", string(id), f.Name)
	e.Details = map[string]string{"kind": string(f.Kind)}
	if err := s.store.DeleteFactor(ctx, p.tenant, p.account.User, id, required, e); err != nil {
		return err
	}
	if f.Active {
		s.tellOfFactor(ctx, p.account, s.actorOf(p), factorRemoved[f.Kind])
	}
	return nil
}

// RemoveFactors removes all factors of a prover, who is not asked for one any
// more. Errors as of RemoveFactor; nothing is removed where one is required.
func (s *Service) RemoveFactors(ctx context.Context, p Prover) error {
	required, err := s.factorRequired(ctx, p.tenant, p.account.Standing)
	if err != nil {
		return err
	}
	if required {
		return iam.E(iam.Precondition, "a second factor is required here").Because(iam.ReasonInUse)
	}
	factors, err := s.standingFactors(ctx, p.tenant, p.account.User)
	for i := 0; i < len(factors) && err == nil; i++ {
		err = s.RemoveFactor(ctx, p, factors[i].ID)
	}
	return err
}

// mayRemove answers the factor that a prover may remove. One that never became
// active goes without proof.
func (s *Service) mayRemove(ctx context.Context, p Prover, id iam.FactorID) (FactorRecord, error) {
	if len(p.session.Pending) > 0 {
		return FactorRecord{}, outOfTurn()
	}
	if f, err := s.factor(ctx, p, id, false); !iam.Is(err, iam.NotFound) {
		return f, err
	}
	f, err := s.factor(ctx, p, id, true)
	if err == nil {
		err = s.proven(ctx, p)
	}
	return f, err
}

// ResetFactors removes all factors and recovery codes of a user who has lost
// them. NotFound; Denied: the actor may not set the user's password, or lacks
// a right that the user holds, or is the user.
func (s *Service) ResetFactors(ctx context.Context, by iam.Actor, u iam.UserID) error {
	if by.Home == by.Tenant && by.User == u {
		return iam.E(iam.Denied, "nobody resets their own second factors").Because(iam.ReasonSelf)
	}
	if err := s.mayManage(ctx, by, u); err != nil {
		return err
	}
	a, err := s.store.AccountByID(ctx, by.Tenant, u)
	if err != nil {
		return err
	}
	if err := s.store.DeleteFactors(ctx, by.Tenant, u, s.env.Event(by, "user", "reset-factors", string(u), a.Username)); err != nil {
		return err
	}
	s.tellOfFactor(ctx, a, by, iam.WhatFactorsReset)
	return nil
}

// What users are told of their factors.
var (
	factorAdded = map[iam.FactorKind]string{
		iam.FactorTOTP: iam.WhatTOTPAdded, iam.FactorEmail: iam.WhatEmailAdded, iam.FactorPasskey: iam.WhatPasskeyAdded}
	factorRemoved = map[iam.FactorKind]string{
		iam.FactorTOTP: iam.WhatTOTPRemoved, iam.FactorEmail: iam.WhatEmailRemoved, iam.FactorPasskey: iam.WhatPasskeyRemoved}
)

// tellOfFactor mails a user that their factors have changed.
func (s *Service) tellOfFactor(ctx context.Context, a Account, by iam.Actor, what string) {
	s.tell(ctx, by.Tenant, a, iam.MessageFactorChanged, by, what)
}
