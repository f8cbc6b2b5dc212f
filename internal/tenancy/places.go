package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Region answers a region by name. NotFound.
func (s *Service) Region(ctx context.Context, by iam.Actor, name string) (iam.Region, error) {
	return s.store.Region(ctx, by.Tenant, name)
}

// Regions lists regions.
func (s *Service) Regions(ctx context.Context, by iam.Actor, f PlaceFilter, p iam.Page) (iam.List[iam.Region], error) {
	return s.store.Regions(ctx, by.Tenant, f, p)
}

// RequestRegion asks for a region. It answers the job that makes it, and the
// region as it will be. Invalid; Exists: the name is taken.
func (s *Service) RequestRegion(ctx context.Context, by iam.Actor, name, description string) (iam.Region, iam.Job, error) {
	var c iam.Checker
	checkPlace(&c, name, description)
	if err := c.Err(); err != nil {
		return iam.Region{}, iam.Job{}, err
	}
	_, err := s.store.Region(ctx, by.Tenant, name)
	if err := free("region", name, err); err != nil {
		return iam.Region{}, iam.Job{}, err
	}
	now := s.env.Time()
	r := iam.Region{ID: iam.RegionID(s.env.NewID()), Name: name, Description: description,
		CreatedBy: by.User, Created: now, Updated: now, Version: 1}
	j, err := s.enqueue(ctx, by, "region", "create", string(r.ID), name, "region/"+name, r)
	return r, j, err
}

// UpdateRegion changes name or description; nil stays. NotFound, Invalid,
// Exists, Conflict.
func (s *Service) UpdateRegion(ctx context.Context, by iam.Actor, name string, newName, description *string) (iam.Region, error) {
	r, err := s.store.Region(ctx, by.Tenant, name)
	if err != nil {
		return iam.Region{}, err
	}
	set(&r.Name, newName)
	set(&r.Description, description)
	var c iam.Checker
	checkPlace(&c, r.Name, r.Description)
	if err := c.Err(); err != nil {
		return iam.Region{}, err
	}
	r.Updated = s.env.Time()
	if err := s.store.UpdateRegion(ctx, by.Tenant, r, s.env.Event(by, "region", "update", string(r.ID), r.Name)); err != nil {
		return iam.Region{}, err
	}
	r.Version++
	return r, nil
}

// RequestRegionDeletion asks for the end of a region. NotFound; Precondition:
// it has zones.
func (s *Service) RequestRegionDeletion(ctx context.Context, by iam.Actor, name string) (iam.Job, error) {
	r, err := s.store.Region(ctx, by.Tenant, name)
	if err != nil {
		return iam.Job{}, err
	}
	if len(r.Zones) > 0 {
		return iam.Job{}, iam.E(iam.Precondition, "region %q has zones", name).Because(iam.ReasonInUse).About(name)
	}
	return s.enqueue(ctx, by, "region", "delete", string(r.ID), name, "region/"+name, r)
}

// Zone answers a zone by name. NotFound.
func (s *Service) Zone(ctx context.Context, by iam.Actor, name string) (iam.Zone, error) {
	return s.store.Zone(ctx, by.Tenant, name)
}

// Zones lists zones.
func (s *Service) Zones(ctx context.Context, by iam.Actor, f PlaceFilter, p iam.Page) (iam.List[iam.Zone], error) {
	return s.store.Zones(ctx, by.Tenant, f, p)
}

// RequestZone asks for a zone in a region. It answers the job that makes it,
// and the zone as it will be. Invalid, also for an unknown region; Exists: the
// name is taken.
func (s *Service) RequestZone(ctx context.Context, by iam.Actor, name, description, region string) (iam.Zone, iam.Job, error) {
	var c iam.Checker
	checkPlace(&c, name, description)
	c.Length("region", region, 1, maxName)
	if err := c.Err(); err != nil {
		return iam.Zone{}, iam.Job{}, err
	}
	r, err := s.store.Region(ctx, by.Tenant, region)
	if iam.Is(err, iam.NotFound) {
		c.Add("region", iam.ReasonFormat, "region %q does not exist", region)
		return iam.Zone{}, iam.Job{}, c.Err()
	}
	if err != nil {
		return iam.Zone{}, iam.Job{}, err
	}
	_, err = s.store.Zone(ctx, by.Tenant, name)
	if err := free("zone", name, err); err != nil {
		return iam.Zone{}, iam.Job{}, err
	}
	now := s.env.Time()
	z := iam.Zone{ID: iam.ZoneID(s.env.NewID()), Name: name, Description: description, Region: r.Name, RegionID: r.ID,
		CreatedBy: by.User, Created: now, Updated: now, Version: 1}
	j, err := s.enqueue(ctx, by, "zone", "create", string(z.ID), name, "zone/"+name, z)
	return z, j, err
}

// UpdateZone changes name or description; nil stays. NotFound, Invalid,
// Exists, Conflict.
func (s *Service) UpdateZone(ctx context.Context, by iam.Actor, name string, newName, description *string) (iam.Zone, error) {
	z, err := s.store.Zone(ctx, by.Tenant, name)
	if err != nil {
		return iam.Zone{}, err
	}
	set(&z.Name, newName)
	set(&z.Description, description)
	var c iam.Checker
	checkPlace(&c, z.Name, z.Description)
	if err := c.Err(); err != nil {
		return iam.Zone{}, err
	}
	z.Updated = s.env.Time()
	if err := s.store.UpdateZone(ctx, by.Tenant, z, s.env.Event(by, "zone", "update", string(z.ID), z.Name)); err != nil {
		return iam.Zone{}, err
	}
	z.Version++
	return z, nil
}

// RequestZoneDeletion asks for the end of a zone. NotFound.
func (s *Service) RequestZoneDeletion(ctx context.Context, by iam.Actor, name string) (iam.Job, error) {
	z, err := s.store.Zone(ctx, by.Tenant, name)
	if err != nil {
		return iam.Job{}, err
	}
	return s.enqueue(ctx, by, "zone", "delete", string(z.ID), name, "zone/"+name, z)
}

// free turns the answer of a look-up by name into Exists when it found
// something, and into nil when it did not.
func free(what, name string, lookup error) error {
	switch {
	case lookup == nil:
		return iam.ErrExists(what, name)
	case iam.Is(lookup, iam.NotFound):
		return nil
	default:
		return lookup
	}
}
