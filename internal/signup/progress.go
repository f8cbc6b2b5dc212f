package signup

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// patience is how long after the proof a tenant that is not there has failed: it
// is longer than the jobs that make it are tried again.
const patience = time.Hour

// Progress answers how a sign-up stands, by its name. It is done when its owner
// can be expected to get in. NotFound: there is none, or sign-up is closed.
func (s *Service) Progress(ctx context.Context, name string) (Signup, error) {
	t, err := s.parent(ctx)
	if err != nil {
		return Signup{}, err
	}
	found, err := s.Store.SignupNamed(ctx, t.ID, name)
	if err != nil {
		return Signup{}, err
	}
	r := found.Signup
	if r.State != StateDone {
		return s.overdue(r), nil
	}
	c, err := s.Children.Child(ctx, actor(t.ID, Origin{}), r.Domain)
	switch {
	case iam.Is(err, iam.NotFound) || err == nil && (c.Tenant != r.Tenant || c.Failed):
		r.State, r.Reason = StateFailed, ReasonFault
	case err != nil:
		return Signup{}, err
	case c.State == "":
		r.State = StateProved
		r = s.overdue(r)
	}
	return r, nil
}

// overdue is a sign-up, failed where its tenant is being made for too long.
func (s *Service) overdue(r Signup) Signup {
	if r.State == StateProved && s.Env.Now().Sub(r.Updated) > patience {
		r.State, r.Reason = StateFailed, ReasonFault
	}
	return r
}

// Verdict is what a token and an address prove.
type Verdict string

const (
	VerdictGood    Verdict = "good"    // both are of one sign-up, whose link can be used
	VerdictUnknown Verdict = "unknown" // the token is of none
	VerdictOther   Verdict = "other"   // it was sent to another address
	VerdictUsed    Verdict = "used"
	VerdictExpired Verdict = "expired"
)

// Verify answers what is with a token, to who has it. Who has none learns
// nothing: a token that proves nothing is unknown, whatever the address.
// NotFound: sign-up is closed; RateLimited.
func (s *Service) Verify(ctx context.Context, email, link string, from Origin) (Verdict, error) {
	parent, err := s.parent(ctx)
	if err != nil {
		return "", err
	}
	if err := s.Limits.LimitAddress(ctx, parent.ID, "signup.verify", from.Address); err != nil {
		return "", err
	}
	_, r, err := s.opened(ctx, link)
	switch {
	case iam.Is(err, iam.Invalid):
		return VerdictUnknown, nil
	case err != nil:
		return "", err
	case iam.Fold(r.Email) != iam.Fold(email):
		return VerdictOther, nil
	case r.State != StateAsked:
		return VerdictUsed, nil
	case !r.Expires.After(s.Env.Now()):
		return VerdictExpired, nil
	}
	return VerdictGood, nil
}
