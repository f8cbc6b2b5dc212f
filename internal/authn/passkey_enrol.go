package authn

import (
	"context"
	"encoding/json"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// BeginPasskeyEnrolment asks the browser for a new passkey. Precondition as
// for EnrolTOTP.
func (s *Service) BeginPasskeyEnrolment(ctx context.Context, p Prover) (PasskeyRequest, error) {
	if err := s.mayEnrol(ctx, p, iam.FactorPasskey); err != nil {
		return PasskeyRequest{}, err
	}
	rp, err := s.relyingParty(ctx, p.tenant)
	if err != nil {
		return PasskeyRequest{}, err
	}
	passkeys, err := s.activeFactors(ctx, p.tenant, p.account.User, iam.FactorPasskey)
	if err != nil {
		return PasskeyRequest{}, err
	}
	u, err := s.passkeyUser(ctx, p.tenant, p.account, passkeys)
	if err != nil {
		return PasskeyRequest{}, err
	}
	challenge, err := s.passkeyChallenge()
	if err != nil {
		return PasskeyRequest{}, err
	}
	creation, session, err := rp.BeginRegistration(u, webauthn.WithExclusions(webauthn.Credentials(u.credentials).CredentialDescriptors()),
		func(o *protocol.PublicKeyCredentialCreationOptions) error { o.Challenge = challenge; return nil })
	if err != nil {
		return PasskeyRequest{}, err
	}
	return s.beginCeremony(ctx, p.tenant, p.enrolment(), session, creation.Response)
}

// enrolment is what the ceremony of a new passkey is bound to.
func (p Prover) enrolment() Challenge {
	return Challenge{User: p.account.User, Purpose: PurposePasskeyEnrol, Subject: string(p.session.ID)}
}

// FinishPasskeyEnrolment takes the browser's answer, as JSON, and a name, which
// may be empty. It takes StepEnrolFactor. Invalid; Exists: the passkey is
// registered; Precondition: another step comes first.
func (s *Service) FinishPasskeyEnrolment(ctx context.Context, p Prover, id iam.ChallengeID, name string, answer []byte) (Enrolled, error) {
	if len(p.session.Pending) > 0 && !p.next(iam.StepEnrolFactor) {
		return Enrolled{}, outOfTurn()
	}
	if err := checkFactorName(name); err != nil {
		return Enrolled{}, err
	}
	session, err := s.endCeremony(ctx, p.tenant, id, p.enrolment())
	if err != nil {
		return Enrolled{}, err
	}
	credential, err := s.newCredential(ctx, p, session, answer)
	if err != nil {
		return Enrolled{}, err
	}
	f := FactorRecord{Factor: iam.Factor{ID: iam.FactorID(s.env.NewID()), User: p.account.User, Kind: iam.FactorPasskey, Name: name,
		Created: s.env.Time()}, Credential: credentialID(credential.ID)}
	f.Expires = enrolUntil(f.Created, 0)
	text, err := json.Marshal(credential)
	if err != nil {
		return Enrolled{}, err
	}
	if f.Secret, err = s.keys.Seal(ctx, p.tenant, text, f.sealedAs()); err != nil {
		return Enrolled{}, err
	}
	if err := s.beginFactor(ctx, p, f); err != nil {
		return Enrolled{}, err
	}
	return s.activate(ctx, p, f, int64(credential.Authenticator.SignCount))
}

// newCredential verifies a browser's answer to navigator.credentials.create.
// Which maker's device it was is not asked for and not kept.
func (s *Service) newCredential(ctx context.Context, p Prover, session webauthn.SessionData, answer []byte) (*webauthn.Credential, error) {
	parsed, err := parseCreation(answer)
	if err != nil {
		return nil, err
	}
	rp, err := s.relyingParty(ctx, p.tenant)
	if err != nil {
		return nil, err
	}
	credential, err := rp.CreateCredential(passkeyUser{id: p.account.User, name: p.account.Username}, session, parsed)
	if err != nil {
		return nil, refusedPasskey(err)
	}
	credential.Attestation = webauthn.CredentialAttestation{}
	return credential, nil
}
