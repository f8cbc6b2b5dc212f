package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// SendPasswordLink mails a user a link as Invite does, for an administrator who
// asks for it by itself. Errors as of Invite; RateLimited: the user was sent a
// link less than a minute ago.
func (s *Service) SendPasswordLink(ctx context.Context, by iam.Actor, u iam.UserID) error {
	if err := s.mayManage(ctx, by, u); err != nil {
		return err
	}
	if err := s.notJustMailed(ctx, by.Tenant, u); err != nil {
		return err
	}
	return s.Invite(ctx, by, u)
}

// SendOwnPasswordLink mails the actor a link to set a new password. It goes to
// an address only that they have verified: a token in wrong hands must not be
// able to choose where. Precondition: there is none; RateLimited: they were
// sent a link less than a minute ago.
func (s *Service) SendOwnPasswordLink(ctx context.Context, by iam.Actor) error {
	t := by.Home
	a, err := s.store.AccountByID(ctx, t, by.User)
	if err != nil {
		return err
	}
	switch {
	case a.Email == "":
		return iam.E(iam.Precondition, "%s has no e-mail address", a.Username).About(a.Username)
	case !a.EmailVerified:
		return iam.E(iam.Precondition, "%s has not verified the e-mail address", a.Username).About(a.Username)
	}
	if err := s.notJustMailed(ctx, t, a.User); err != nil {
		return err
	}
	from := Origin{Address: by.Address, Client: by.Client, RequestID: by.RequestID}
	return s.sendPasswordLink(ctx, t, a, a.Email, PurposeReset, iam.MessageReset, linkLife, factsOf(from, s.env.Time()))
}

// ResetPassword leaves a user without a password and without sessions, and
// mails a link to set a new one: to who has verified the address one to reset
// it, to anybody else an invitation. Errors as of Invite, with nothing done.
// RateLimited: there was no password, and the user was sent a link less than a
// minute ago.
func (s *Service) ResetPassword(ctx context.Context, by iam.Actor, u iam.UserID) error {
	a, err := s.credentialUser(ctx, by, u)
	if err != nil {
		return err
	}
	if err := canBeInvited(a); err != nil {
		return err
	}
	if a.PasswordHash == "" {
		// Links that anybody can ask for must not keep a password alive: only
		// where there is none does one that went out count.
		if err := s.notJustMailed(ctx, by.Tenant, u); err != nil {
			return err
		}
	}
	a, err = s.dropPassword(ctx, by.Tenant, u, func(a Account) iam.Event {
		return s.env.Event(by, "user", "reset-password", string(u), a.Username)
	})
	if err != nil {
		return err
	}
	facts := map[string]string{"by": by.Username}
	if a.EmailVerified {
		return s.sendPasswordLink(ctx, by.Tenant, a, a.Email, PurposeReset, iam.MessageReset, linkLife, facts)
	}
	return s.sendPasswordLink(ctx, by.Tenant, a, a.Email, PurposeInvite, iam.MessageInvite, inviteLife, facts)
}

// notJustMailed answers RateLimited where a user was sent a link to set a
// password less than mailEvery ago.
func (s *Service) notJustMailed(ctx context.Context, t iam.TenantID, u iam.UserID) error {
	now := s.env.Time()
	for _, p := range []Purpose{PurposeReset, PurposeInvite} {
		last, err := s.store.FindChallenge(ctx, t, u, p, "", now)
		if iam.Is(err, iam.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if wait := mailEvery - now.Sub(last.Created); wait > 0 {
			return tooMany(wait)
		}
	}
	return nil
}
