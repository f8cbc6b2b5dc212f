package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Limits of what is said of an ending, in characters.
const (
	maxReason   = 64
	maxFeedback = 4096
)

// Wish is what administrators say who want their tenant to end.
type Wish struct {
	// Name, when it is not empty, must be the tenant's name or code: a way to
	// be sure of what is meant.
	Name     string
	Reason   string // a dialect's own word
	Feedback string
}

// RequestEnd says that the actor's tenant is to end: nobody signs in from now
// on, and nothing is lost, until who runs it grants or refuses that, see Erase
// and SetState. Denied: the actor is not at home in it; Invalid; Precondition:
// it is not active.
func (s *Service) RequestEnd(ctx context.Context, by iam.Actor, w Wish) error {
	ending, err := s.ending(ctx, by, w)
	if err != nil {
		return err
	}
	return s.leave(ctx, by, ending)
}

// RequestEndLater is RequestEnd by a job, which it answers.
func (s *Service) RequestEndLater(ctx context.Context, by iam.Actor, w Wish) (iam.Job, error) {
	ending, err := s.ending(ctx, by, w)
	if err != nil {
		return iam.Job{}, err
	}
	t, err := s.store.Tenant(ctx, by.Tenant)
	if err != nil {
		return iam.Job{}, err
	}
	return s.enqueue(ctx, by, "tenant", "deactivate", string(t.ID), t.Name, "", ending)
}

// ending checks a wish.
func (s *Service) ending(ctx context.Context, by iam.Actor, w Wish) (iam.Ending, error) {
	if by.Home != by.Tenant {
		return iam.Ending{}, iam.E(iam.Denied, "only who is at home in a tenant asks for its end")
	}
	t, err := s.store.Tenant(ctx, by.Tenant)
	if err != nil {
		return iam.Ending{}, err
	}
	var c iam.Checker
	if w.Name != "" && w.Name != t.Code && w.Name != t.Name {
		c.Add("name", iam.ReasonFormat, "name must be that of the tenant, %q or %q", t.Code, t.Name)
	}
	c.Length("reason", w.Reason, 0, maxReason)
	c.Length("feedback", w.Feedback, 0, maxFeedback)
	return iam.Ending{Reason: w.Reason, Feedback: w.Feedback, By: by.Username, At: s.env.Time()}, c.Err()
}

// leave does what RequestEnd says. A second time finds it done.
func (s *Service) leave(ctx context.Context, by iam.Actor, e iam.Ending) error {
	t, err := s.store.Tenant(ctx, by.Tenant)
	switch {
	case err != nil:
		return err
	case t.Own == iam.TenantLeaving:
		return nil
	case t.Own != iam.TenantActive:
		return iam.E(iam.Precondition, "tenant %q is not active", t.Code).About(t.Code)
	}
	t.Own, t.Ending, t.Updated = iam.TenantLeaving, &e, s.env.Time()
	ev := s.env.Event(by, "tenant", "leave", string(t.ID), t.Name)
	ev.Details = iam.Merge(ev.Details, map[string]string{iam.DetailState: string(t.Own), "reason": e.Reason})
	if err := s.store.UpdateTenant(ctx, t.ID, t, ev); err != nil {
		return err
	}
	s.announce(ctx, by, t, iam.WhatTenantLeaving, e.Reason)
	return nil
}

// Erase ends a tenant, and where tree is set those below it, for the operator:
// nobody signs in from the first moment on, and nothing is left of it when this
// returns. A second run finishes what one has begun that was cut short. Denied;
// NotFound; Precondition: it has tenants below it.
func (s *Service) Erase(ctx context.Context, by iam.Actor, id iam.TenantID, tree bool) error {
	if !by.IsSystem() {
		return iam.E(iam.Denied, "only the operator erases tenants")
	}
	if !tree {
		below, err := s.HasChildren(ctx, id)
		if err != nil {
			return err
		}
		if below {
			return iam.E(iam.Precondition, "there are tenants below it").Because(iam.ReasonInUse).About(string(id))
		}
	}
	if err := s.CloseTree(ctx, by, id); err != nil {
		return err
	}
	return s.RemoveTree(ctx, id)
}
