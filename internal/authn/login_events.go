package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// LoginEvents lists attempts to sign in, of one user when u is not empty,
// latest first.
func (s *Service) LoginEvents(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.LoginEvent], error) {
	return s.store.LoginEvents(ctx, by.Tenant, u, p)
}

// LoginEventsBetween lists attempts to sign in, of whomever, from one time up to
// another, latest first. The zero time is no bound. Invalid: they are the wrong
// way round.
func (s *Service) LoginEventsBetween(ctx context.Context, by iam.Actor, from, to time.Time, p iam.Page) (iam.List[iam.LoginEvent], error) {
	if !to.IsZero() && to.Before(from) {
		var c iam.Checker
		c.Add("to", iam.ReasonFormat, "to must not be before from")
		return iam.List[iam.LoginEvent]{}, c.Err()
	}
	return s.store.LoginEventsBetween(ctx, by.Tenant, from, to, p)
}

// LastLogins answers the users of the actor's tenant who have signed in, and
// when they did last, by name.
func (s *Service) LastLogins(ctx context.Context, by iam.Actor) ([]LastLogin, error) {
	return s.store.LastLogins(ctx, by.Tenant)
}

// InactiveAfter is after how long without a sign-in a user is inactive.
const InactiveAfter = 90 * 24 * time.Hour

// InactiveUsers answers the users of the actor's tenant who have not signed in,
// and have not proved who they are otherwise, since InactiveAfter; by name.
func (s *Service) InactiveUsers(ctx context.Context, by iam.Actor) ([]LastLogin, error) {
	return s.store.InactiveUsers(ctx, by.Tenant, s.env.Time().Add(-InactiveAfter))
}
