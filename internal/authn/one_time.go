package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// oneTimeLife is how long a one-time token is good: as long as a browser takes
// from one service to another.
const oneTimeLife = time.Minute

// OneTimeToken makes a token by which another service finds out who the actor
// is, once and within a minute. It is no credential here, and takes the place
// of an earlier one. Denied: the actor is not at home, or has not all rights of
// the user.
func (s *Service) OneTimeToken(ctx context.Context, by iam.Actor) (token string, expires time.Time, err error) {
	if by.User == "" || !own(by, by.User) {
		return "", time.Time{}, iam.E(iam.Denied, "one-time tokens are for users themselves, in their own tenant, with all of their rights")
	}
	return s.newLink(ctx, by.Tenant, by.User, PurposeOneTime, "", nil, oneTimeLife)
}

// RedeemOneTimeToken answers whose a token of the actor's tenant is, and uses it
// up. Invalid, with ReasonWrongCode, also for that of another tenant and of a
// user who may not act any more.
func (s *Service) RedeemOneTimeToken(ctx context.Context, by iam.Actor, token string) (iam.UserID, error) {
	t, c, err := s.checkLink(ctx, token, PurposeOneTime)
	if err == nil && t != by.Tenant {
		err = wrongCode()
	}
	if err != nil {
		return "", err
	}
	a, err := s.store.AccountByID(ctx, t, c.User)
	if iam.Is(err, iam.NotFound) || err == nil && !a.Good() {
		err = wrongCode()
	}
	if err != nil {
		return "", err
	}
	return c.User, s.spend(ctx, t, c, s.env.Event(by, "one-time-token", "redeem", string(c.User), a.Username))
}
