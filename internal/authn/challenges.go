package authn

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// How long codes and links are good unless their purpose says otherwise.
const (
	codeLife = 10 * time.Minute
	linkLife = 30 * time.Minute
)

// codeAttempts is how many times a code may be tried. Of 900,000 codes, five
// guesses find one in 180,000.
const codeAttempts = 5

// wrongCode is the one answer to a code or link that does not hold, whatever
// the reason.
func wrongCode() error {
	return iam.E(iam.Invalid, "the code or link is wrong, has expired or was used").Because(iam.ReasonWrongCode)
}

// newChallenge writes a challenge with its secret, if it has one, and with
// data, which is sealed. It fills the ID, times and what is stored of both.
func (s *Service) newChallenge(ctx context.Context, t iam.TenantID, c Challenge, secret string, data []byte, life time.Duration) (Challenge, error) {
	c.ID, c.Created = iam.ChallengeID(s.env.NewID()), s.env.Time()
	c.Expires = c.Created.Add(life)
	var err error
	if secret != "" {
		if c.KeyID, c.MAC, err = s.keys.MAC(ctx, t, keyring.PurposeChallenge, c.macInput(secret)); err != nil {
			return Challenge{}, err
		}
	}
	if len(data) > 0 {
		if c.Data, err = s.keys.Seal(ctx, t, data, c.sealedAs()); err != nil {
			return Challenge{}, err
		}
	}
	return c, s.store.InsertChallenge(ctx, t, c)
}

// macInput binds a secret to the challenge and to what it proves.
func (c Challenge) macInput(secret string) []byte {
	return []byte(strings.Join([]string{string(c.Purpose), string(c.ID), string(c.User), c.Subject, secret}, "\x00"))
}

func (c Challenge) sealedAs() string { return "challenge:" + string(c.ID) }

// challengeData opens what was kept with a challenge.
func (s *Service) challengeData(ctx context.Context, t iam.TenantID, c Challenge) ([]byte, error) {
	if len(c.Data) == 0 {
		return nil, nil
	}
	return s.keys.Open(ctx, t, c.Data, c.sealedAs())
}

// newCode makes a code for a user, in place of every earlier one of the same
// purpose and subject.
func (s *Service) newCode(ctx context.Context, t iam.TenantID, u iam.UserID, p Purpose, subject string, life time.Duration) (code string, expires time.Time, err error) {
	code = s.sixDigits()
	c, err := s.newChallenge(ctx, t, Challenge{User: u, Purpose: p, Subject: subject}, code, nil, life)
	return code, c.Expires, err
}

// sixDigits makes a code of which no digit gets lost where it is taken for a
// number: the first is none of 0.
func (s *Service) sixDigits() string {
	n, err := rand.Int(s.env.Rand, big.NewInt(900_000))
	if err != nil {
		panic("authn: source of randomness failed: " + err.Error())
	}
	return fmt.Sprint(100_000 + n.Int64())
}

// checkCode answers the challenge that a code proves. The attempt is counted
// before it is compared. The caller spends the challenge; guard is to be
// around it. Invalid, with ReasonWrongCode.
func (s *Service) checkCode(ctx context.Context, t iam.TenantID, u iam.UserID, p Purpose, subject, code string) (Challenge, error) {
	now := s.env.Time()
	c, err := s.store.FindChallenge(ctx, t, u, p, subject, now)
	if err == nil {
		c, err = s.store.TryChallenge(ctx, t, c.ID, now, codeAttempts)
	}
	if iam.Is(err, iam.NotFound) {
		return Challenge{}, wrongCode()
	}
	if err != nil {
		return Challenge{}, err
	}
	return c, s.proves(ctx, t, c, strings.TrimSpace(code))
}

// proves answers nil where a secret is that of a challenge. Invalid, with
// ReasonWrongCode.
func (s *Service) proves(ctx context.Context, t iam.TenantID, c Challenge, secret string) error {
	right, err := s.keys.VerifyMAC(ctx, t, keyring.PurposeChallenge, c.KeyID, c.macInput(secret), c.MAC)
	if err == nil && !right {
		err = wrongCode()
	}
	return err
}

// spend uses a challenge up: of many that do so at once one gets nil, and its
// events are written. Invalid, with ReasonWrongCode, for the others.
func (s *Service) spend(ctx context.Context, t iam.TenantID, c Challenge, events ...iam.Event) error {
	err := s.store.SpendChallenge(ctx, t, c.ID, events...)
	if iam.Is(err, iam.NotFound) {
		return wrongCode()
	}
	return err
}

// newLink makes a link for a user, in place of every earlier one of the same
// purpose and subject, and answers its token, <tenant id>.<challenge id>.<64
// hexadecimal digits>. data is kept with it.
func (s *Service) newLink(ctx context.Context, t iam.TenantID, u iam.UserID, p Purpose, subject string, data []byte, life time.Duration) (token string, expires time.Time, err error) {
	secret := s.env.Secret(secretBytes)
	c, err := s.newChallenge(ctx, t, Challenge{User: u, Purpose: p, Subject: subject}, secret, data, life)
	return bearerSecret(t, c.ID, secret), c.Expires, err
}

// checkLink answers the challenge of one of the purposes that a link proves,
// without using it up. Attempts are not counted: the secret has 256 bits, and
// programs that look at mail open links before people do. Invalid, with
// ReasonWrongCode.
func (s *Service) checkLink(ctx context.Context, token string, purposes ...Purpose) (iam.TenantID, Challenge, error) {
	t, id, secret, ok := splitSecret[iam.ChallengeID](token)
	if !ok {
		return "", Challenge{}, wrongCode()
	}
	c, err := s.store.Challenge(ctx, t, id, s.env.Time())
	if iam.Is(err, iam.NotFound) {
		return "", Challenge{}, wrongCode()
	}
	if err != nil {
		return "", Challenge{}, err
	}
	for _, p := range purposes {
		if c.Purpose == p {
			return t, c, s.proves(ctx, t, c, secret)
		}
	}
	return "", Challenge{}, wrongCode()
}

// secretBytes is how long the secrets of links and cookies are.
const secretBytes = 32

// bearerSecret is the form of links and cookies: the tenant, the row and its
// secret.
func bearerSecret[T ~string](t iam.TenantID, id T, secret string) string {
	return string(t) + "." + string(id) + "." + secret
}

// splitSecret takes apart what bearerSecret made.
func splitSecret[T ~string](s string) (t iam.TenantID, id T, secret string, ok bool) {
	tenant, rest, _ := strings.Cut(s, ".")
	row, secret, _ := strings.Cut(rest, ".")
	ok = iam.ValidID(tenant) && iam.ValidID(row) && len(secret) == 2*secretBytes && strings.Trim(secret, "0123456789abcdef") == ""
	return iam.TenantID(tenant), T(row), secret, ok
}
