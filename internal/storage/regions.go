package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

const (
	insertRegion = `INSERT INTO regions
		(tenant_id, region_id, name, name_key, description, description_key, created_by, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`
	updateRegion = `UPDATE regions SET name = $1, name_key = $2, description = $3, description_key = $4, updated_at = $5,
		version = version + 1 WHERE tenant_id = $6 AND region_id = $7 AND version = $8`
	regionVersion = `SELECT version FROM regions WHERE tenant_id = $1 AND region_id = $2`
	deleteRegion  = `DELETE FROM regions WHERE tenant_id = $1 AND region_id = $2`
)

// InsertRegion implements tenancy.Store.
func (s *Store) InsertRegion(ctx context.Context, t iam.TenantID, r iam.Region, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertRegion(%s, %s)", t, r.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, insertRegion, t, r.ID, r.Name, iam.Fold(r.Name), r.Description, iam.Fold(r.Description), r.CreatedBy,
			r.Created, r.Updated)
		if err != nil {
			return x.refers("tenant", string(t), x.unique("region", r.Name, err))
		}
		return x.note(ctx, events)
	})
}

// UpdateRegion implements tenancy.Store.
func (s *Store) UpdateRegion(ctx context.Context, t iam.TenantID, r iam.Region, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateRegion(%s, %s)", t, r.ID)
	if err := checkID("region", r.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, updateRegion, r.Name, iam.Fold(r.Name), r.Description, iam.Fold(r.Description), r.Updated, t, r.ID, r.Version)
		err = x.unique("region", r.Name, err)
		if err := x.versioned(ctx, n, err, "region", string(r.ID), regionVersion, t, r.ID); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

// DeleteRegion implements tenancy.Store.
func (s *Store) DeleteRegion(ctx context.Context, t iam.TenantID, id iam.RegionID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteRegion(%s, %s)", t, id)
	if err := checkID("region", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "region", string(id), deleteRegion, t, id); err != nil {
			return x.inUse("region", string(id), "zones", err)
		}
		return x.note(ctx, events)
	})
}

var regionColumns = `p.region_id, p.name, p.description, p.created_by, p.created_at, p.updated_at, p.version,
	(SELECT COALESCE(string_agg(` + netstring("z.name") + `, '' ORDER BY z.created_at, z.zone_id), '')
		FROM zones z WHERE z.tenant_id = p.tenant_id AND z.region_id = p.region_id)`

func scanRegion(row scanner) (r iam.Region, err error) {
	err = row.Scan(&r.ID, &r.Name, &r.Description, &r.CreatedBy, to(&r.Created), to(&r.Updated), &r.Version, textsTo{&r.Zones})
	return r, err
}

var readRegion = `SELECT ` + regionColumns + ` FROM regions p WHERE p.tenant_id = $1 AND p.name = $2`

// Region implements tenancy.Store.
func (s *Store) Region(ctx context.Context, t iam.TenantID, name string) (r iam.Region, err error) {
	defer s.wrap(&err, "Region(%s, %q)", t, name)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		r, err = scanRegion(x.row(ctx, readRegion, t, name))
		return found("region", name, err)
	})
	return r, err
}

var regions = listing[iam.Region]{
	table:   "regions",
	columns: regionColumns,
	id:      "region_id",
	idOf:    func(r iam.Region) string { return string(r.ID) },
	sorts: map[string]ordering[iam.Region]{
		"created": {column: "created_at", time: func(r iam.Region) time.Time { return r.Created }},
		"name":    {column: "name_key", text: func(r iam.Region) string { return iam.Fold(r.Name) }},
	},
	sort: "created",
	scan: scanRegion,
}

// Regions implements tenancy.Store.
func (s *Store) Regions(ctx context.Context, t iam.TenantID, f tenancy.PlaceFilter, p iam.Page) (l iam.List[iam.Region], err error) {
	defer s.wrap(&err, "Regions(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		where := rowsOf(t)
		where.match("name", "name_key", f.Name)
		where.match("description", "description_key", f.Description)
		l, err = regions.list(ctx, x, where, p)
		return err
	})
	return l, err
}
