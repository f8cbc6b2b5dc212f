package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// EnrolEmail makes a factor of codes by mail to an address, and sends the
// first. Otherwise like EnrolTOTP. Invalid: it is no address; RateLimited: too
// many codes were asked for.
func (s *Service) EnrolEmail(ctx context.Context, p Prover, address string, life time.Duration) (iam.Factor, error) {
	if err := s.mayEnrol(ctx, p, iam.FactorEmail); err != nil {
		return iam.Factor{}, err
	}
	if !iam.ValidEmail(address) {
		var c iam.Checker
		c.Add("email", iam.ReasonFormat, "email must be an e-mail address such as kim@example.com")
		return iam.Factor{}, c.Err()
	}
	if err := s.limitMails(ctx, p.tenant, string(p.account.User)); err != nil { // the address may be anybody's
		return iam.Factor{}, err
	}
	now := s.env.Time()
	f := FactorRecord{Factor: iam.Factor{ID: iam.FactorID(s.env.NewID()), User: p.account.User, Kind: iam.FactorEmail, Email: address,
		Created: now}, Expires: enrolUntil(now, life)}
	if err := s.beginFactor(ctx, p, f); err != nil {
		return iam.Factor{}, err
	}
	return f.Factor, s.mailCode(ctx, p, f, f.Expires.Sub(now))
}

// SendFactorCode mails a code for an active factor of FactorEmail, to prove it
// or to confirm its removal. An earlier code is void. NotFound; RateLimited;
// Precondition: another step comes first.
func (s *Service) SendFactorCode(ctx context.Context, p Prover, id iam.FactorID) error {
	if len(p.session.Pending) > 0 && !p.next(iam.StepFactor) {
		return outOfTurn()
	}
	f, err := s.factor(ctx, p, id, true)
	if err != nil {
		return err
	}
	if f.Kind != iam.FactorEmail {
		return iam.ErrNotFound("e-mail factor", string(id))
	}
	if err := s.limitMails(ctx, p.tenant, string(f.ID)); err != nil {
		return err
	}
	return s.mailCode(ctx, p, f, codeLife)
}

// mailCode makes a code for an e-mail factor and mails it.
func (s *Service) mailCode(ctx context.Context, p Prover, f FactorRecord, life time.Duration) error {
	code, expires, err := s.newCode(ctx, p.tenant, p.account.User, PurposeFactorEmail, string(f.ID), life)
	if err != nil {
		return err
	}
	return s.mail.Send(ctx, p.tenant, iam.Message{Kind: iam.MessageFactorCode, To: f.Email, Username: p.account.Username,
		Language: p.account.Language, Code: code, Expires: expires, Facts: map[string]string{
			"address": p.from.Address, "client": p.from.Client, "at": s.env.Time().Format(time.RFC3339)}})
}

// limitMails counts the codes that are mailed for one reason, so that nobody's
// mailbox is filled with them: as many as may fail without consequence, then
// one after growing delays.
func (s *Service) limitMails(ctx context.Context, t iam.TenantID, reason string) error {
	policy, err := s.lockoutPolicy(ctx, t)
	if err != nil {
		return err
	}
	now := s.env.Time()
	until, err := s.store.CountFailure(ctx, t, now, []LockoutSubject{{Name: "mail:" + reason, Free: policy.FreeFailures, Policy: policy}})
	if err == nil && !until.IsZero() {
		err = tooMany(until.Sub(now))
	}
	return err
}

// forgetMails begins to count anew the codes that were mailed for a factor,
// after one of them was used.
func (s *Service) forgetMails(ctx context.Context, t iam.TenantID, id iam.FactorID) {
	if err := s.store.ForgetFailures(ctx, t, []LockoutSubject{{Name: "mail:" + string(id), Clear: true}}); err != nil {
		s.log.WarnContext(ctx, "authn: the codes that were mailed for a factor stay counted", "tenant", t, "factor", id, "error", err)
	}
}
