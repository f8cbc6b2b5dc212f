package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// SetState makes a tenant below the actor's, for the operator any tenant,
// active or disabled, and with it what is below it. It also refuses the wish of
// a tenant that it end. NotFound, Conflict; Precondition: it is being deleted,
// or is the actor's own.
func (s *Service) SetState(ctx context.Context, by iam.Actor, id iam.TenantID, state iam.TenantState) (iam.Tenant, error) {
	verb, what := "enable", iam.WhatTenantEnabled
	switch state {
	case iam.TenantActive:
	case iam.TenantDisabled:
		verb, what = "disable", iam.WhatTenantDisabled
	default:
		return iam.Tenant{}, iam.E(iam.Invalid, "the state of a tenant is set to %q or %q only", iam.TenantActive, iam.TenantDisabled)
	}
	t, err := s.governed(ctx, by, id)
	if err != nil {
		return iam.Tenant{}, err
	}
	if t.Own == iam.TenantDeleting {
		return iam.Tenant{}, iam.E(iam.Precondition, "tenant %q is being deleted", t.Code).About(t.Code)
	}
	if t.Own == state {
		return t, nil
	}
	if t.Own == iam.TenantLeaving && state == iam.TenantActive {
		what = iam.WhatTenantStaying
	}
	if t, err = s.setOwn(ctx, by, t, state, verb); err == nil {
		s.announce(ctx, by, t, what, "")
	}
	return t, err
}

// Open makes a tenant active that was founded, and is furnished by now.
func (s *Service) Open(ctx context.Context, by iam.Actor, id iam.TenantID) error {
	t, err := s.store.Tenant(ctx, id)
	if err != nil || t.Own != iam.TenantDisabled {
		return err
	}
	if t, err = s.setOwn(ctx, by, t, iam.TenantActive, "open"); err == nil {
		s.announce(ctx, by, t, iam.WhatTenantMade, "")
	}
	return err
}

// CloseTree lets nobody into a tenant below the actor's, for the operator any
// tenant, nor into what is below it, for good: it is to be erased. NotFound;
// Precondition: it is the actor's own.
func (s *Service) CloseTree(ctx context.Context, by iam.Actor, id iam.TenantID) error {
	t, err := s.governed(ctx, by, id)
	if err != nil || t.Own == iam.TenantDeleting {
		return err
	}
	if t, err = s.setOwn(ctx, by, t, iam.TenantDeleting, "delete"); err == nil {
		s.announce(ctx, by, t, iam.WhatTenantDeleting, "")
	}
	return err
}

// governed answers a tenant whose state the actor may set.
func (s *Service) governed(ctx context.Context, by iam.Actor, id iam.TenantID) (iam.Tenant, error) {
	if by.IsSystem() {
		return s.store.Tenant(ctx, id)
	}
	t, err := s.Find(ctx, by, string(id))
	if err == nil && t.ID == by.Tenant {
		err = iam.E(iam.Precondition, "a tenant is disabled or deleted from above").Because(iam.ReasonSelf).About(t.Code)
	}
	return t, err
}

// setOwn writes the state of a tenant itself. The states of those below follow
// in the store. Where somebody else has just written the tenant, the state is
// written over what they wrote.
func (s *Service) setOwn(ctx context.Context, by iam.Actor, t iam.Tenant, state iam.TenantState, verb string) (iam.Tenant, error) {
	by, err := s.below(ctx, by, t.ID)
	if err != nil {
		return iam.Tenant{}, err
	}
	for {
		t.Own, t.Ending, t.Updated = state, nil, s.env.Time()
		e := s.env.Event(by, "tenant", verb, string(t.ID), t.Name)
		e.Details = iam.Merge(e.Details, map[string]string{iam.DetailState: string(state)})
		err := s.store.UpdateTenant(ctx, t.ID, t, e)
		if err != nil && !iam.Is(err, iam.Conflict) {
			return iam.Tenant{}, err
		}
		conflict := err != nil
		if t, err = s.store.Tenant(ctx, t.ID); err != nil {
			return t, err
		}
		if !conflict {
			return t, nil
		}
		if t.Own == iam.TenantDeleting {
			return iam.Tenant{}, iam.E(iam.Precondition, "tenant %q is being deleted", t.Code).About(t.Code)
		}
	}
}

// below answers the actor as the trail of a tenant below their own names them.
func (s *Service) below(ctx context.Context, by iam.Actor, id iam.TenantID) (iam.Actor, error) {
	by.Tenant = id
	if by.IsSystem() {
		by.Home = id
	}
	if by.Home == id || by.HomeCode != "" {
		return by, nil
	}
	home, err := s.store.Tenant(ctx, by.Home)
	by.Reach, by.HomeCode = iam.ReachBelow, home.Code
	return by, err
}

// removeBatch is how many tenants of a tree are looked for at once.
const removeBatch = 500

// RemoveTree erases a tenant and all that are below it, those first, and takes
// the entry of the tenant from the one above. A second run finds the rest done.
// It is for jobs, which may take long.
func (s *Service) RemoveTree(ctx context.Context, id iam.TenantID) error {
	top, err := s.store.Tenant(ctx, id)
	if err != nil {
		return gone(err)
	}
	for {
		// What is below a tenant was made after it.
		found, err := s.store.Descendants(ctx, id, TenantFilter{}, iam.Page{Limit: removeBatch, Sort: "created", Desc: true})
		if err != nil {
			return err
		}
		if len(found.Items) == 0 {
			return s.release(ctx, top)
		}
		erased := 0
		for _, t := range found.Items {
			err := s.store.EraseTenant(ctx, t.ID)
			if err != nil && !iam.Is(err, iam.Precondition) { // those below come first
				return err
			}
			if err == nil {
				erased++
			}
		}
		if erased == 0 {
			return iam.E(iam.Unavailable, "a tenant is being made below %q", top.Code)
		}
	}
}
