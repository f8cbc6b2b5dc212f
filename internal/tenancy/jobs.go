package tenancy

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// work is the payload of a job: who asked, and the object as it was checked.
type work struct {
	By     iam.Actor
	Object any
}

// Runners answers what carries out this package's jobs, by kind. A runner may
// run more than once: one that finds its work done answers success.
func (s *Service) Runners() map[string]func(context.Context, iam.TenantID, iam.Job) (detail string, err error) {
	return map[string]func(context.Context, iam.TenantID, iam.Job) (string, error){
		"tenant.create": run(func(ctx context.Context, _ iam.TenantID, by iam.Actor, t iam.Tenant) (string, error) {
			err := s.insertOnce(ctx, by, t)
			if err == nil {
				err = s.adopt(ctx, by, t)
			}
			return fmt.Sprintf("Creation of tenant '%s' completed successfully.", t.Name), err
		}),
		"tenant.delete": run(func(ctx context.Context, _ iam.TenantID, _ iam.Actor, t iam.Tenant) (string, error) {
			err := s.store.EraseTenant(ctx, t.ID)
			if err == nil {
				err = s.release(ctx, t)
			}
			return fmt.Sprintf("Deletion of tenant '%s' completed successfully.", t.Name), err
		}),
		"tenant.deactivate": run(func(ctx context.Context, _ iam.TenantID, by iam.Actor, e iam.Ending) (string, error) {
			return "Deactivation of the tenant completed successfully.", s.leave(ctx, by, e)
		}),
		jobFactor: run(func(ctx context.Context, t iam.TenantID, by iam.Actor, _ struct{}) (string, error) {
			return "", s.applyFactor(ctx, t, by)
		}),
		"region.create": run(func(ctx context.Context, t iam.TenantID, by iam.Actor, r iam.Region) (string, error) {
			err := s.store.InsertRegion(ctx, t, r, s.env.Event(by, "region", "create", string(r.ID), r.Name))
			if there, e := s.store.Region(ctx, t, r.Name); iam.Is(err, iam.Exists) && e == nil && there.ID == r.ID {
				err = nil // made by an earlier run
			}
			return fmt.Sprintf("Creation of region '%s' completed successfully.", r.Name), err
		}),
		"region.delete": run(func(ctx context.Context, t iam.TenantID, by iam.Actor, r iam.Region) (string, error) {
			err := s.store.DeleteRegion(ctx, t, r.ID, s.env.Event(by, "region", "delete", string(r.ID), r.Name))
			return fmt.Sprintf("Deletion of region '%s' completed successfully.", r.Name), gone(err)
		}),
		"zone.create": run(func(ctx context.Context, t iam.TenantID, by iam.Actor, z iam.Zone) (string, error) {
			err := s.store.InsertZone(ctx, t, z, s.env.Event(by, "zone", "create", string(z.ID), z.Name))
			if there, e := s.store.Zone(ctx, t, z.Name); iam.Is(err, iam.Exists) && e == nil && there.ID == z.ID {
				err = nil // made by an earlier run
			}
			return fmt.Sprintf("Creation of zone '%s' completed successfully.", z.Name), err
		}),
		"zone.delete": run(func(ctx context.Context, t iam.TenantID, by iam.Actor, z iam.Zone) (string, error) {
			err := s.store.DeleteZone(ctx, t, z.ID, s.env.Event(by, "zone", "delete", string(z.ID), z.Name))
			return fmt.Sprintf("Deletion of zone '%s' completed successfully.", z.Name), gone(err)
		}),
	}
}

// run decodes the payload of a job for a runner of one kind of object.
func run[T any](do func(context.Context, iam.TenantID, iam.Actor, T) (string, error)) func(context.Context, iam.TenantID, iam.Job) (string, error) {
	return func(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
		var object T
		w := work{Object: &object}
		if err := json.Unmarshal(j.Payload, &w); err != nil {
			return "", fmt.Errorf("tenancy: payload of job %s: %w", j.ID, err)
		}
		return do(ctx, t, w.By, object)
	}
}

// gone takes NotFound for success: a second run finds the work done.
func gone(err error) error {
	if iam.Is(err, iam.NotFound) {
		return nil
	}
	return err
}
