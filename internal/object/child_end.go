package object

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// endChild closes a child tenant and all below it at once, and leaves it to a
// job to remove what they hold; the object goes last. Precondition with
// ReasonInUse: there are tenants below it, or objects refer to it, and free is
// set; Precondition: it is being made.
func (s *Service) endChild(ctx context.Context, by iam.Actor, r Record, free bool) error {
	link, err := s.Store.Link(ctx, by.Tenant, r.ID)
	if err != nil {
		return err
	}
	if phase := childStatusOf(r).Phase; phase == childInitializing || phase == childCreating {
		return iam.E(iam.Precondition, "child tenant %q is being made", r.Name).About(r.Name)
	}
	if free {
		if err := s.checkChildFree(ctx, by.Tenant, r, link.Other); err != nil {
			return err
		}
	}
	if err := s.Tenants.CloseTree(ctx, by, link.Other); err != nil && !iam.Is(err, iam.NotFound) {
		return err
	}
	if err := s.setChildStatus(ctx, by.Tenant, r.ID, childDeleting, ""); err != nil {
		return err
	}
	j, err := childJob(jobRemoveChild, r.ID, childWork{By: by})
	if err != nil {
		return err
	}
	r.Link = &link
	link.Assignments = nil
	if _, err = s.Queue.Enqueue(ctx, by.Tenant, j, s.event(by, "request-delete", r, relating{})); iam.Is(err, iam.Exists) {
		return nil // it is being removed
	}
	return err
}

// checkChildFree answers Precondition when there are tenants below a child, or
// objects refer to it.
func (s *Service) checkChildFree(ctx context.Context, t iam.TenantID, r Record, id iam.TenantID) error {
	below, err := s.Tenants.HasChildren(ctx, id)
	if err != nil {
		return err
	}
	if below {
		return iam.E(iam.Precondition, "child tenant %q has tenants below it", r.Name).Because(iam.ReasonInUse).About(r.Name)
	}
	by, err := s.Store.Referring(ctx, t, r.target())
	if err == nil && len(by) > 0 {
		err = iam.E(iam.Precondition, "child tenant %q is referred to by %s %q", r.Name, by[0].Target.Kind, by[0].Target.Name).
			Because(iam.ReasonInUse).About(r.Name)
	}
	return err
}

// removeChild erases the tenant of an object with all below it, and the object.
func (s *Service) removeChild(ctx context.Context, t iam.TenantID, j iam.Job, w childWork) error {
	id := iam.ObjectID(j.ObjectID)
	link, err := s.Store.Link(ctx, t, id)
	if iam.Is(err, iam.NotFound) {
		return nil
	}
	if err == nil {
		if err = s.Tenants.CloseTree(ctx, iam.System(t, w.By.Username), link.Other); iam.Is(err, iam.NotFound) {
			err = nil // it was never made, or an earlier run has removed it
		}
	}
	if err == nil {
		err = s.Tenants.RemoveTree(ctx, link.Other)
	}
	if err == nil {
		err = s.Release(ctx, iam.System(t, w.By.Username), id)
	}
	if err != nil {
		return s.settleChild(ctx, t, id, j, childDeleting, childDeleteFailed, err)
	}
	return nil
}
