package authn

import (
	"context"
	"io"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TOTPEnrolment is what an authenticator app needs; it is shown once.
type TOTPEnrolment struct {
	Factor iam.Factor
	Secret string // base32, without padding
	URI    string // otpauth://totp/...
}

// EnrolTOTP makes a TOTP factor, good for nothing until ConfirmFactor, which
// has to come within life; 0 is ten minutes, and an hour the most. An earlier
// factor that is not confirmed goes. Invalid: the name; Precondition: the
// tenant does not allow TOTP, another step comes first, or the sign-in is too
// long ago (ReasonReauth).
func (s *Service) EnrolTOTP(ctx context.Context, p Prover, name string, life time.Duration) (TOTPEnrolment, error) {
	if err := s.mayEnrol(ctx, p, iam.FactorTOTP); err != nil {
		return TOTPEnrolment{}, err
	}
	if err := checkFactorName(name); err != nil {
		return TOTPEnrolment{}, err
	}
	now := s.env.Time()
	f := FactorRecord{Factor: iam.Factor{ID: iam.FactorID(s.env.NewID()), User: p.account.User, Kind: iam.FactorTOTP, Name: name,
		Created: now}, Expires: enrolUntil(now, life)}
	key := make([]byte, totpKeySize)
	if _, err := io.ReadFull(s.env.Rand, key); err != nil {
		return TOTPEnrolment{}, &iam.Error{Kind: iam.Internal, Message: "source of randomness failed", Err: err}
	}
	_, issuer, err := s.shownTenant(ctx, p.tenant)
	if err != nil {
		return TOTPEnrolment{}, err
	}
	if f.Secret, err = s.keys.Seal(ctx, p.tenant, key, f.sealedAs()); err != nil {
		return TOTPEnrolment{}, err
	}
	if err := s.beginFactor(ctx, p, f); err != nil {
		return TOTPEnrolment{}, err
	}
	secret := totpEncoding.EncodeToString(key)
	return TOTPEnrolment{Factor: f.Factor, Secret: secret, URI: totpURI(issuer, p.account.Username, secret)}, nil
}
