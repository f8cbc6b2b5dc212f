package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TOTPEnrolment is what an authenticator app needs; it is shown once.
type TOTPEnrolment struct {
	Factor iam.Factor
	Secret string // base32, without padding
	URI    string // otpauth://totp/...
}

// Enrolled is what comes of a confirmed factor: the session anew where a step
// was taken, and recovery codes with the first factor, shown once.
type Enrolled struct {
	Begun
	Factor        iam.Factor
	RecoveryCodes []string
}

// PasskeyRequest is what a browser needs for navigator.credentials: JSON as
// WebAuthn level 3 parses it, and the challenge to answer with.
type PasskeyRequest struct {
	ID      iam.ChallengeID
	Options []byte
}

// Factors answers the factors of a prover, also those not confirmed yet.
func (s *Service) Factors(ctx context.Context, p Prover) ([]iam.Factor, error) { panic("unfinished") }

// FactorsOf answers the factors of a user of the actor's tenant.
func (s *Service) FactorsOf(ctx context.Context, by iam.Actor, u iam.UserID) ([]iam.Factor, error) {
	panic("unfinished")
}

// ResetFactors removes all factors and recovery codes of a user who has lost
// them. NotFound; Denied: the actor may not set the user's password, or lacks
// a right that the user holds, or is the user.
func (s *Service) ResetFactors(ctx context.Context, by iam.Actor, u iam.UserID) error {
	panic("unfinished")
}

// EnrolTOTP makes a TOTP factor, good for nothing until ConfirmFactor, which
// has to come within life. An earlier one that is not confirmed goes.
// Precondition: the tenant does not allow TOTP, or the sign-in is too long ago
// (ReasonReauth).
func (s *Service) EnrolTOTP(ctx context.Context, p Prover, name string, life time.Duration) (TOTPEnrolment, error) {
	panic("unfinished")
}

// EnrolEmail makes a factor of codes by mail to an address, and sends the
// first. Otherwise like EnrolTOTP. Invalid: it is no address.
func (s *Service) EnrolEmail(ctx context.Context, p Prover, address string, life time.Duration) (iam.Factor, error) {
	panic("unfinished")
}

// ConfirmFactor makes a factor active with a first code. It takes
// StepEnrolFactor. Invalid, with ReasonWrongCode; RateLimited; NotFound.
func (s *Service) ConfirmFactor(ctx context.Context, p Prover, id iam.FactorID, code string) (Enrolled, error) {
	panic("unfinished")
}

// SendFactorCode mails a code for an active factor of FactorEmail, to prove it
// or to confirm its removal. An earlier code is void. NotFound; RateLimited.
func (s *Service) SendFactorCode(ctx context.Context, p Prover, id iam.FactorID) error {
	panic("unfinished")
}

// ProveFactor takes StepFactor with a code of any active factor of the kind,
// or, where kind is empty, of any kind or a recovery code. Invalid, with
// ReasonWrongCode; RateLimited, after few failures, which count as those of
// passwords do.
func (s *Service) ProveFactor(ctx context.Context, p Prover, kind iam.FactorKind, code string) (Begun, error) {
	panic("unfinished")
}

// CheckCode uses up a code of one active factor of somebody signed in, for
// changes that ask for it. Errors as for ProveFactor.
func (s *Service) CheckCode(ctx context.Context, p Prover, id iam.FactorID, code string) error {
	panic("unfinished")
}

// RenameFactor gives a factor the user's own name. Invalid, NotFound.
func (s *Service) RenameFactor(ctx context.Context, p Prover, id iam.FactorID, name string) error {
	panic("unfinished")
}

// RemoveFactor removes a factor. Precondition: the sign-in is too long ago
// (ReasonReauth), unless a code was just checked with CheckCode on this prover's session;
// a session without pages has to do that. NotFound.
func (s *Service) RemoveFactor(ctx context.Context, p Prover, id iam.FactorID) error {
	panic("unfinished")
}

// NewRecoveryCodes makes ten recovery codes in place of all earlier ones; they
// are shown once. Precondition: there is no factor, or ReasonReauth.
func (s *Service) NewRecoveryCodes(ctx context.Context, p Prover) ([]string, error) {
	panic("unfinished")
}

// RecoveryCodesLeft answers how many recovery codes have not been used.
func (s *Service) RecoveryCodesLeft(ctx context.Context, p Prover) (int, error) { panic("unfinished") }

// BeginPasskeyEnrolment asks the browser for a new passkey. Precondition as
// for EnrolTOTP.
func (s *Service) BeginPasskeyEnrolment(ctx context.Context, p Prover) (PasskeyRequest, error) {
	panic("unfinished")
}

// FinishPasskeyEnrolment takes the browser's answer, as JSON. It takes
// StepEnrolFactor. Invalid.
func (s *Service) FinishPasskeyEnrolment(ctx context.Context, p Prover, id iam.ChallengeID, name string, answer []byte) (Enrolled, error) {
	panic("unfinished")
}

// BeginPasskeyProof asks the browser for one of the user's passkeys.
// NotFound: there is none.
func (s *Service) BeginPasskeyProof(ctx context.Context, p Prover) (PasskeyRequest, error) {
	panic("unfinished")
}

// FinishPasskeyProof takes StepFactor with the browser's answer. Invalid,
// with ReasonWrongCode; RateLimited.
func (s *Service) FinishPasskeyProof(ctx context.Context, p Prover, id iam.ChallengeID, answer []byte) (Begun, error) {
	panic("unfinished")
}

// BeginPasskeySignIn asks the browser for any passkey of the tenant: nobody is
// known yet, and nothing is told.
func (s *Service) BeginPasskeySignIn(ctx context.Context, t iam.TenantID) (PasskeyRequest, error) {
	panic("unfinished")
}

// FinishPasskeySignIn begins a session by a passkey alone, which is two
// factors when the user was verified, as is asked for. Unauthenticated, as for
// SignIn; RateLimited.
func (s *Service) FinishPasskeySignIn(ctx context.Context, t iam.TenantID, id iam.ChallengeID, answer []byte, from Origin) (Begun, error) {
	panic("unfinished")
}
