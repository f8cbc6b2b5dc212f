package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

const (
	insertZone = `INSERT INTO zones
		(tenant_id, zone_id, region_id, name, name_key, description, description_key, created_by, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`
	updateZone = `UPDATE zones SET name = $1, name_key = $2, description = $3, description_key = $4, updated_at = $5,
		version = version + 1 WHERE tenant_id = $6 AND zone_id = $7 AND version = $8`
	zoneVersion = `SELECT version FROM zones WHERE tenant_id = $1 AND zone_id = $2`
	deleteZone  = `DELETE FROM zones WHERE tenant_id = $1 AND zone_id = $2`
)

// InsertZone implements tenancy.Store.
func (s *Store) InsertZone(ctx context.Context, t iam.TenantID, z iam.Zone, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertZone(%s, %s)", t, z.ID)
	if err := checkID("region", z.RegionID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, insertZone, t, z.ID, z.RegionID, z.Name, iam.Fold(z.Name), z.Description, iam.Fold(z.Description),
			z.CreatedBy, z.Created, z.Updated)
		if err != nil {
			return x.refers("region", string(z.RegionID), x.unique("zone", z.Name, err))
		}
		return x.note(ctx, events)
	})
}

// UpdateZone implements tenancy.Store.
func (s *Store) UpdateZone(ctx context.Context, t iam.TenantID, z iam.Zone, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateZone(%s, %s)", t, z.ID)
	if err := checkID("zone", z.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, updateZone, z.Name, iam.Fold(z.Name), z.Description, iam.Fold(z.Description), z.Updated, t, z.ID, z.Version)
		err = x.unique("zone", z.Name, err)
		if err := x.versioned(ctx, n, err, "zone", string(z.ID), zoneVersion, t, z.ID); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

// DeleteZone implements tenancy.Store.
func (s *Store) DeleteZone(ctx context.Context, t iam.TenantID, id iam.ZoneID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteZone(%s, %s)", t, id)
	if err := checkID("zone", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "zone", string(id), deleteZone, t, id); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

const (
	zoneColumns = `p.zone_id, p.name, p.description, r.name, p.region_id, p.created_by, p.created_at, p.updated_at, p.version`
	zoneJoins   = ` JOIN regions r ON r.tenant_id = p.tenant_id AND r.region_id = p.region_id`
	readZone    = `SELECT ` + zoneColumns + ` FROM zones p` + zoneJoins + ` WHERE p.tenant_id = $1 AND p.name = $2`
)

func scanZone(row scanner) (z iam.Zone, err error) {
	err = row.Scan(&z.ID, &z.Name, &z.Description, &z.Region, &z.RegionID, &z.CreatedBy, to(&z.Created), to(&z.Updated), &z.Version)
	return z, err
}

// Zone implements tenancy.Store.
func (s *Store) Zone(ctx context.Context, t iam.TenantID, name string) (z iam.Zone, err error) {
	defer s.wrap(&err, "Zone(%s, %q)", t, name)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		z, err = scanZone(x.row(ctx, readZone, t, name))
		return found("zone", name, err)
	})
	return z, err
}

var zones = listing[iam.Zone]{
	table:   "zones",
	columns: zoneColumns,
	joins:   zoneJoins,
	id:      "zone_id",
	idOf:    func(z iam.Zone) string { return string(z.ID) },
	sorts: map[string]ordering[iam.Zone]{
		"created": {column: "created_at", time: func(z iam.Zone) time.Time { return z.Created }},
		"name":    {column: "name_key", text: func(z iam.Zone) string { return iam.Fold(z.Name) }},
	},
	sort: "created",
	scan: scanZone,
}

// Zones implements tenancy.Store.
func (s *Store) Zones(ctx context.Context, t iam.TenantID, f tenancy.PlaceFilter, p iam.Page) (l iam.List[iam.Zone], err error) {
	defer s.wrap(&err, "Zones(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		where := rowsOf(t)
		if f.Region != "" {
			where.and("region_id = (SELECT r.region_id FROM regions r WHERE r.tenant_id = ? AND r.name = ?)", t, f.Region)
		}
		where.match("name", "name_key", f.Name)
		where.match("description", "description_key", f.Description)
		l, err = zones.list(ctx, x, where, p)
		return err
	})
	return l, err
}
