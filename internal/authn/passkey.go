package authn

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A ceremony of WebAuthn is a challenge row, with what the library has to know
// again at its end sealed in it:
//
//	Begin...   ──▶ options for the browser, and the id of the row
//	Finish...  ──▶ the row is used up, then the browser's answer is verified
//
// One that is wrong uses the row up too, so that there is one try each. The row
// is bound to the purpose, to the user, and to the session, where there is one.

// PasskeyRequest is what a browser needs for navigator.credentials: JSON as
// WebAuthn level 3 parses it, and the challenge to answer with.
type PasskeyRequest struct {
	ID      iam.ChallengeID
	Options []byte
}

// passkeyLife is how long the browser has to answer.
const passkeyLife = 10 * time.Minute

// challengeSize is the length of a WebAuthn challenge, in bytes: at least 16,
// WebAuthn level 3 section 13.4.3.
const challengeSize = 32

// maxPasskeyAnswer bounds what comes from a browser, in bytes.
const maxPasskeyAnswer = 64 << 10

// relyingParty is the tenant as WebAuthn sees it. Its id is the public host;
// its origins are the two by which the tenant is reached: the public one, and
// the tenant's own label in front of it. Precondition: the public URL has no
// host name, only an address.
func (s *Service) relyingParty(ctx context.Context, t iam.TenantID) (*webauthn.WebAuthn, error) {
	tenant, name, err := s.shownTenant(ctx, t)
	if err != nil {
		return nil, err
	}
	origin := s.publicURL.Scheme + "://"
	life := webauthn.TimeoutConfig{Timeout: passkeyLife, TimeoutUVD: passkeyLife}
	rp, err := webauthn.New(&webauthn.Config{
		RPID:                  s.publicURL.Hostname(),
		RPDisplayName:         name,
		RPOrigins:             []string{origin + s.publicURL.Host, origin + tenant.Code + "." + s.publicURL.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred},
		Timeouts: webauthn.TimeoutsConfig{Login: life, Registration: life},
		// Clients may send outputs that nobody asked for (WebAuthn level 3
		// section 9.1); we use none.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, &iam.Error{Kind: iam.Precondition, Message: "passkeys need a public URL with a host name", Err: err}
	}
	return rp, nil
}

// shownTenant answers a tenant and the name by which apps and browsers show it.
func (s *Service) shownTenant(ctx context.Context, t iam.TenantID) (iam.Tenant, string, error) {
	settings, err := s.settings.Settings(ctx, t)
	if err != nil {
		return iam.Tenant{}, "", err
	}
	tenant, err := s.store.Tenant(ctx, t)
	return tenant, cmp.Or(settings.Branding.DisplayName, tenant.Name, tenant.Code), err
}

// passkeyUser is a user as WebAuthn sees one.
type passkeyUser struct {
	id          iam.UserID
	name        string
	credentials []webauthn.Credential
}

// WebAuthnID is the user handle, which authenticators keep: the bytes of the
// id, and nothing that tells who it is (WebAuthn level 3 section 14.6.1).
func (u passkeyUser) WebAuthnID() []byte {
	raw, _ := hex.DecodeString(strings.ReplaceAll(string(u.id), "-", "")) // an id from storage is a UUID
	return raw
}

func (u passkeyUser) WebAuthnName() string                       { return u.name }
func (u passkeyUser) WebAuthnDisplayName() string                { return u.name }
func (u passkeyUser) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

// passkeyUser opens the credentials of passkeys of a user.
func (s *Service) passkeyUser(ctx context.Context, t iam.TenantID, a Account, passkeys []FactorRecord) (passkeyUser, error) {
	u := passkeyUser{id: a.User, name: a.Username, credentials: make([]webauthn.Credential, len(passkeys))}
	for i, f := range passkeys {
		opened, err := s.keys.Open(ctx, t, f.Secret, f.sealedAs())
		if err != nil {
			return passkeyUser{}, err
		}
		if err := json.Unmarshal(opened, &u.credentials[i]); err != nil {
			return passkeyUser{}, &iam.Error{Kind: iam.Internal, Message: "a stored passkey cannot be read", Err: err}
		}
	}
	return u, nil
}

// credentialID is the id of a passkey as it is stored and looked up.
func credentialID(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// passkeyChallenge makes the random bytes that an authenticator signs.
func (s *Service) passkeyChallenge() ([]byte, error) {
	b := make([]byte, challengeSize)
	if _, err := io.ReadFull(s.env.Rand, b); err != nil {
		return nil, &iam.Error{Kind: iam.Internal, Message: "source of randomness failed", Err: err}
	}
	return b, nil
}

// beginCeremony writes the row of a ceremony, bound to what c says.
func (s *Service) beginCeremony(ctx context.Context, t iam.TenantID, c Challenge, session *webauthn.SessionData, options any) (PasskeyRequest, error) {
	data, err := json.Marshal(session)
	if err != nil {
		return PasskeyRequest{}, err
	}
	if c, err = s.newChallenge(ctx, t, c, "", data, passkeyLife); err != nil {
		return PasskeyRequest{}, err
	}
	text, err := json.Marshal(options)
	return PasskeyRequest{ID: c.ID, Options: text}, err
}

// endCeremony uses the row of a ceremony up, which must be bound to what want
// says. Invalid, with ReasonWrongCode.
func (s *Service) endCeremony(ctx context.Context, t iam.TenantID, id iam.ChallengeID, want Challenge) (session webauthn.SessionData, err error) {
	c, err := s.store.Challenge(ctx, t, id, s.env.Time())
	if iam.Is(err, iam.NotFound) {
		return session, wrongCode()
	}
	if err != nil {
		return session, err
	}
	if c.Purpose != want.Purpose || c.User != want.User || c.Subject != want.Subject {
		return session, wrongCode()
	}
	if err := s.spend(ctx, t, c); err != nil {
		return session, err
	}
	data, err := s.challengeData(ctx, t, c)
	if err != nil {
		return session, err
	}
	err = json.Unmarshal(data, &session)
	return session, err
}

// parseAssertion reads a browser's answer to navigator.credentials.get.
// Invalid, with ReasonWrongCode.
func parseAssertion(answer []byte) (*protocol.ParsedCredentialAssertionData, error) {
	return parsePasskey(answer, protocol.ParseCredentialRequestResponseBytes)
}

// parseCreation reads a browser's answer to navigator.credentials.create.
// Invalid, with ReasonWrongCode.
func parseCreation(answer []byte) (*protocol.ParsedCredentialCreationData, error) {
	return parsePasskey(answer, protocol.ParseCredentialCreationResponseBytes)
}

func parsePasskey[T any](answer []byte, parse func([]byte) (*T, error)) (*T, error) {
	if len(answer) > maxPasskeyAnswer {
		return nil, wrongCode()
	}
	parsed, err := parse(answer)
	if err != nil {
		return nil, refusedPasskey(err)
	}
	return parsed, nil
}

// refusedPasskey is wrongCode with the cause, for the log.
func refusedPasskey(cause error) error {
	return &iam.Error{Kind: iam.Invalid, Code: iam.ReasonWrongCode, Message: "the passkey was not accepted", Err: cause}
}

// usePasskey verifies an answer against a user's passkeys and notes the use of
// the one that it was made with. A counter that did not go on tells that there
// are two of what should be one (WebAuthn level 3 section 6.1.1). Invalid, with
// ReasonWrongCode; why is for the record of the attempt.
func (s *Service) usePasskey(ctx context.Context, t iam.TenantID, a Account, passkeys []FactorRecord, session webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData) (why string, err error) {
	rp, err := s.relyingParty(ctx, t)
	if err != nil {
		return "", err
	}
	u, err := s.passkeyUser(ctx, t, a, passkeys)
	if err != nil {
		return "", err
	}
	if len(session.UserID) > 0 {
		_, err = rp.ValidateLogin(u, session, answer)
	} else {
		_, _, err = rp.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return u, nil }, session, answer)
	}
	if err != nil {
		return "wrong passkey", refusedPasskey(err)
	}
	used := passkeys[slices.IndexFunc(passkeys, func(f FactorRecord) bool { return f.Credential == credentialID(answer.RawID) })]
	err = s.store.UseFactor(ctx, t, a.User, used.ID, int64(answer.Response.AuthenticatorData.Counter), s.env.Time())
	switch {
	case iam.Is(err, iam.Conflict):
		return "passkey may have been copied: its counter went back", wrongCode()
	case iam.Is(err, iam.NotFound):
		return "wrong passkey", wrongCode() // removed meanwhile
	}
	return "", err
}
