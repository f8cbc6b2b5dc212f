package signup

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// makeKind is the kind of the job that asks for the tenant.
const makeKind = "signup.make"

// CheckLink answers what a link is to make, without using it up. Invalid, with
// ReasonWrongCode: it is wrong, expired or used; NotFound: sign-up is closed.
func (s *Service) CheckLink(ctx context.Context, link string) (Signup, error) {
	_, r, err := s.usable(ctx, link)
	return r, err
}

func (s *Service) usable(ctx context.Context, link string) (iam.TenantID, Signup, error) {
	t, r, err := s.opened(ctx, link)
	if err == nil && (r.State != StateAsked || !r.Expires.After(s.Env.Now())) {
		err = wrongLink()
	}
	if err != nil {
		return "", Signup{}, err
	}
	return t, r, nil
}

// Confirm uses a link up, which proves the address, and has the tenant made. It
// answers the name by which Progress finds the sign-up. Errors as of CheckLink;
// Exists: a tenant has taken the domain meanwhile, and the link is not used up.
func (s *Service) Confirm(ctx context.Context, link string, from Origin) (name string, err error) {
	t, r, err := s.usable(ctx, link)
	if err != nil {
		return "", err
	}
	if err := s.free(ctx, r.Domain); err != nil {
		return "", err
	}
	j := s.Queue.Prepare(iam.Job{Kind: makeKind, ObjectID: string(r.ID), ObjectName: r.Domain})
	err = s.Store.ProveSignup(ctx, t, r.ID, s.Env.Time(), j, s.Env.Event(actor(t, from), "signup", "prove", string(r.ID), r.Domain))
	if iam.Is(err, iam.NotFound) {
		return "", wrongLink() // somebody was faster
	}
	if err != nil {
		return "", err
	}
	s.Queue.Wake()
	return r.Name, nil
}

// make asks for the tenant of a sign-up, which its address has been proved for.
func (s *Service) make(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
	r, err := s.Store.Signup(ctx, t, ID(j.ObjectID))
	if iam.Is(err, iam.NotFound) || err == nil && r.State != StateProved {
		return "", nil // a run that was cut off has done it
	}
	if err != nil {
		return "", err
	}
	by := actor(t, Origin{})
	r.State = StateDone
	r.Tenant, err = s.Children.CreateChild(ctx, by, s.child(r.Signup))
	switch {
	case err == nil:
	case iam.Is(err, iam.Exists):
		if r.Tenant, err = s.ours(ctx, by, r.Signup); err != nil {
			return "", err
		}
		if r.Tenant == "" {
			r.State, r.Reason = StateFailed, ReasonTaken
		}
	case iam.KindOf(err) == iam.Internal || iam.KindOf(err) == iam.Unavailable:
		return "", err // to be tried again
	default:
		s.Log.WarnContext(ctx, "signup: the tenant of a new customer cannot be made", "tenant", t, "domain", r.Domain, "error", err)
		r.State, r.Reason = StateFailed, ReasonFault
	}
	r.Updated = s.Env.Time()
	event := s.Env.Event(by, "signup", string(r.State), string(r.ID), r.Domain)
	if r.Tenant != "" {
		event.Details = iam.Merge(event.Details, map[string]string{"tenant": string(r.Tenant), "tenant_code": r.Domain})
	}
	err = s.Store.SettleSignup(ctx, t, r.Signup, event)
	if iam.Is(err, iam.NotFound) {
		err = nil // another node has, which took this one for dead
	}
	return "", err
}

// child is the tenant that a sign-up leads to.
func (s *Service) child(r Signup) iam.NewChild {
	n := iam.NewChild{Domain: r.Domain, CompanyName: r.Company, Profile: s.Profile,
		Owner: iam.NewOwner{Email: r.Email, GivenName: r.GivenName, FamilyName: r.FamilyName}}
	if r.Terms != "" {
		n.Owner.Info = fmt.Sprintf("accepted the terms %s at %s", iam.Cut(r.Terms, maxText), r.Accepted.Format(time.RFC3339))
	}
	return n
}

// ours answers the tenant that has the domain of a sign-up where it was made for
// it, by a run that was cut off before it could say so; nothing where it was not.
func (s *Service) ours(ctx context.Context, by iam.Actor, r Signup) (iam.TenantID, error) {
	c, err := s.Children.Child(ctx, by, r.Domain)
	switch {
	case iam.Is(err, iam.NotFound):
		return "", nil // it is somewhere else in the tree
	case err != nil:
		return "", err
	case c.Created.Before(r.Updated) || iam.Fold(c.Owner) != iam.Fold(r.Email):
		return "", nil
	}
	return c.Tenant, nil
}
