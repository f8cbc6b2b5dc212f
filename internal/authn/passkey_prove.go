package authn

import (
	"context"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// BeginPasskeyProof asks the browser for one of the user's passkeys.
// NotFound: there is none; Precondition: another step is next.
func (s *Service) BeginPasskeyProof(ctx context.Context, p Prover) (PasskeyRequest, error) {
	if !p.next(iam.StepFactor) {
		return PasskeyRequest{}, outOfTurn()
	}
	passkeys, err := s.activeFactors(ctx, p.tenant, p.account.User, iam.FactorPasskey)
	if err != nil {
		return PasskeyRequest{}, err
	}
	if len(passkeys) == 0 {
		return PasskeyRequest{}, iam.E(iam.NotFound, "%s has no passkey", p.account.Username)
	}
	rp, err := s.relyingParty(ctx, p.tenant)
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
	assertion, session, err := rp.BeginLogin(u, webauthn.WithChallenge(challenge))
	if err != nil {
		return PasskeyRequest{}, err
	}
	return s.beginCeremony(ctx, p.tenant, p.assertion(), session, assertion.Response)
}

// assertion is what the ceremony of proving a passkey is bound to.
func (p Prover) assertion() Challenge {
	return Challenge{User: p.account.User, Purpose: PurposePasskeySignIn, Subject: string(p.session.ID)}
}

// FinishPasskeyProof takes StepFactor with the browser's answer. Invalid,
// with ReasonWrongCode; RateLimited; Precondition: another step is next.
func (s *Service) FinishPasskeyProof(ctx context.Context, p Prover, id iam.ChallengeID, answer []byte) (b Begun, err error) {
	if !p.next(iam.StepFactor) {
		return Begun{}, outOfTurn()
	}
	err = s.guard(ctx, p.tenant, p.account.Username, iam.MethodPasskey, p.from, func() (bool, error) {
		if err := s.provePasskey(ctx, p, id, answer); err != nil {
			return false, err
		}
		b, err = s.advance(ctx, p, iam.StepFactor, iam.MethodPasskey)
		return b.Done(), err
	})
	return b, err
}

func (s *Service) provePasskey(ctx context.Context, p Prover, id iam.ChallengeID, answer []byte) error {
	why := "wrong passkey"
	parsed, err := parseAssertion(answer)
	if err == nil {
		why, err = s.assertPasskey(ctx, p, id, parsed)
	}
	if err == nil || faulty(err) {
		return err
	}
	return s.refused(ctx, p.tenant, s.loginEvent(p.account.User, p.account.Username, iam.MethodPasskey, why, p.from), err)
}

func (s *Service) assertPasskey(ctx context.Context, p Prover, id iam.ChallengeID, answer *protocol.ParsedCredentialAssertionData) (why string, err error) {
	session, err := s.endCeremony(ctx, p.tenant, id, p.assertion())
	if err != nil {
		return "wrong passkey", err
	}
	passkeys, err := s.activeFactors(ctx, p.tenant, p.account.User, iam.FactorPasskey)
	if err != nil {
		return "", err
	}
	return s.usePasskey(ctx, p.tenant, p.account, passkeys, session, answer)
}

// BeginPasskeySignIn asks the browser for any passkey of the tenant: nobody is
// known yet, and nothing is told. Unauthenticated: there is no such tenant;
// Precondition: the public URL has no host name.
func (s *Service) BeginPasskeySignIn(ctx context.Context, t iam.TenantID) (PasskeyRequest, error) {
	rp, err := s.relyingParty(ctx, t)
	if iam.Is(err, iam.NotFound) {
		return PasskeyRequest{}, unauthenticated()
	}
	if err != nil {
		return PasskeyRequest{}, err
	}
	challenge, err := s.passkeyChallenge()
	if err != nil {
		return PasskeyRequest{}, err
	}
	assertion, session, err := rp.BeginDiscoverableLogin(webauthn.WithChallenge(challenge),
		webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return PasskeyRequest{}, err
	}
	return s.beginCeremony(ctx, t, Challenge{Purpose: PurposePasskeySignIn}, session, assertion.Response)
}

// FinishPasskeySignIn begins a session by a passkey alone, which is two
// factors when the user was verified, as is asked for. Unauthenticated, as for
// SignIn; RateLimited.
func (s *Service) FinishPasskeySignIn(ctx context.Context, t iam.TenantID, id iam.ChallengeID, answer []byte, from Origin) (b Begun, err error) {
	parsed, err := parseAssertion(answer)
	if err != nil {
		return Begun{}, badCredentials()
	}
	credential := credentialID(parsed.RawID)
	a, f, err := s.passkeyOwner(ctx, t, credential)
	if err != nil {
		return Begun{}, err
	}
	name := a.Username
	if name == "" {
		name = credential // counted like an unknown user
	}
	err = s.guard(ctx, t, name, iam.MethodPasskey, from, func() (bool, error) {
		why, err := s.passkeyAlone(ctx, t, id, a, f, parsed, from)
		if err != nil && faulty(err) {
			return false, err
		}
		if why != "" || err != nil {
			return false, s.refused(ctx, t, s.loginEvent(a.User, a.Username, iam.MethodPasskey, why, from), badCredentials())
		}
		b, err = s.enter(ctx, t, entry{account: a, method: iam.MethodPasskey,
			methods: []iam.AuthMethod{iam.MethodPasskey, iam.MethodPresence}, pages: true}, from)
		return true, changedMeanwhile(err)
	})
	return b, err
}

// passkeyOwner answers whose passkey has an id; nothing where nobody's has.
func (s *Service) passkeyOwner(ctx context.Context, t iam.TenantID, credential string) (a Account, f FactorRecord, err error) {
	f, err = s.store.FactorByCredential(ctx, t, credential)
	if err == nil {
		a, err = s.store.AccountByID(ctx, t, f.User)
	}
	if iam.Is(err, iam.NotFound) {
		return Account{}, FactorRecord{}, nil
	}
	return a, f, err
}

// passkeyAlone answers why a passkey does not let its owner in; empty when it
// does. The challenge is used up whoever it is.
func (s *Service) passkeyAlone(ctx context.Context, t iam.TenantID, id iam.ChallengeID, a Account, f FactorRecord, answer *protocol.ParsedCredentialAssertionData, from Origin) (why string, err error) {
	session, err := s.endCeremony(ctx, t, id, Challenge{Purpose: PurposePasskeySignIn})
	if iam.Is(err, iam.Invalid) {
		return "wrong passkey challenge", nil
	}
	if err != nil {
		return "", err
	}
	if a.User == "" {
		return "unknown passkey", nil
	}
	if why, err := s.usePasskey(ctx, t, a, []FactorRecord{f}, session, answer); err != nil {
		return why, err
	}
	return s.refusal(ctx, t, a.Standing, onPages, nil, from)
}
