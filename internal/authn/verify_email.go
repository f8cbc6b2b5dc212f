package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// verifyLife is how long an address can be proved after a mail.
const verifyLife = time.Hour

// SendVerification makes an address the user's, not verified, where it is not
// empty and another than the present one, and mails a code and a link that
// prove it. Who reads the mail of the present address is told. Invalid;
// Precondition: there is no address, or a provisioning client says which it is;
// RateLimited: a mail was sent less than a minute ago.
func (s *Service) SendVerification(ctx context.Context, by iam.Actor, email string) error {
	if email != "" && !iam.ValidEmail(email) {
		var c iam.Checker
		c.Add("email", iam.ReasonFormat, "email must be an address such as person@example.com")
		return c.Err()
	}
	t := by.Home
	a, err := s.store.AccountByID(ctx, t, by.User)
	if err != nil {
		return err
	}
	if email == "" && a.Email == "" {
		return iam.E(iam.Precondition, "there is no e-mail address to verify")
	}
	now := s.env.Time()
	last, err := s.store.FindChallenge(ctx, t, a.User, PurposeVerifyLink, "", now)
	if err != nil && !iam.Is(err, iam.NotFound) {
		return err
	}
	if wait := mailEvery - now.Sub(last.Created); err == nil && wait > 0 {
		return tooMany(wait)
	}
	if email != "" && email != a.Email {
		if err := s.changeEmail(ctx, t, a, email, by); err != nil {
			return err
		}
		a.Email = email
	}
	code, expires, err := s.newCode(ctx, t, a.User, PurposeVerifyEmail, iam.Fold(a.Email), verifyLife)
	if err != nil {
		return err
	}
	token, _, err := s.newLink(ctx, t, a.User, PurposeVerifyLink, "", []byte(a.Email), verifyLife)
	if err != nil {
		return err
	}
	return s.mail.Send(ctx, t, iam.Message{Kind: iam.MessageVerifyEmail, To: a.Email, Username: a.Username, Language: a.Language,
		Token: token, Code: code, Expires: expires})
}

// changeEmail makes another address the user's.
func (s *Service) changeEmail(ctx context.Context, t iam.TenantID, a Account, email string, by iam.Actor) error {
	if a.Synced {
		return iam.E(iam.Precondition, "%s is looked after by a provisioning client (SCIM), by which alone the e-mail address changes", a.Username).About(a.Username)
	}
	if err := s.store.SetEmail(ctx, t, a.User, email, s.env.Event(by, "user", "change-email", string(a.User), a.Username)); err != nil {
		return err
	}
	s.tell(ctx, t, a, iam.MessageEmailChanged, by, "")
	return nil
}

// ConfirmEmail proves the user's address with the code. Invalid, with
// ReasonWrongCode; RateLimited.
func (s *Service) ConfirmEmail(ctx context.Context, by iam.Actor, code string) error {
	t := by.Home
	a, err := s.store.AccountByID(ctx, t, by.User)
	if err != nil {
		return err
	}
	from := Origin{Address: by.Address, Client: by.Client, RequestID: by.RequestID}
	return s.guard(ctx, t, a.Username, iam.MethodEmail, from, func() (bool, error) {
		c, err := s.checkCode(ctx, t, a.User, PurposeVerifyEmail, iam.Fold(a.Email), code)
		if err == nil {
			err = s.spend(ctx, t, c)
		}
		if err != nil {
			return false, err
		}
		return false, s.confirmed(ctx, t, a, a.Email, by)
	})
}

// ConfirmEmailLink proves an address with the link. Invalid, with
// ReasonWrongCode, also where the user is gone, may not act or has another
// address by now.
func (s *Service) ConfirmEmailLink(ctx context.Context, token string, from Origin) error {
	t, c, err := s.checkLink(ctx, token, PurposeVerifyLink)
	if err != nil {
		return err
	}
	email, err := s.challengeData(ctx, t, c)
	if err != nil {
		return err
	}
	a, err := s.store.AccountByID(ctx, t, c.User)
	if iam.Is(err, iam.NotFound) || err == nil && !a.Good() {
		return wrongCode()
	}
	if err != nil {
		return err
	}
	if err := s.spend(ctx, t, c); err != nil {
		return err
	}
	return s.confirmed(ctx, t, a, string(email), s.actor(t, a.Standing, iam.MethodEmail, "", from))
}

// confirmed notes that an address was proved, and ends what else would prove it.
func (s *Service) confirmed(ctx context.Context, t iam.TenantID, a Account, email string, by iam.Actor) error {
	err := s.store.VerifyEmail(ctx, t, a.User, email, s.env.Event(by, "user", "verify-email", string(a.User), a.Username))
	if iam.Is(err, iam.NotFound) {
		return wrongCode()
	}
	for _, p := range []Purpose{PurposeVerifyEmail, PurposeVerifyLink} {
		if err == nil {
			err = s.store.EndChallenges(ctx, t, a.User, p, time.Time{})
		}
	}
	return err
}
