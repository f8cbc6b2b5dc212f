package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

const (
	readSchemas = `SELECT s.resource_type, s.definition, s.created_at, s.updated_at, s.version FROM scim_schemas s WHERE s.tenant_id = $1`
	listSchemas = readSchemas + ` ORDER BY s.urn_key`
	readSchema  = readSchemas + ` AND s.urn_key = $2`

	countSchemas = `SELECT COUNT(*) FROM scim_schemas WHERE tenant_id = $1`
	insertSchema = `INSERT INTO scim_schemas (tenant_id, urn_key, resource_type, definition, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, 1)`
	updateSchema = `UPDATE scim_schemas SET resource_type = $1, definition = $2, updated_at = $3, version = version + 1
		WHERE tenant_id = $4 AND urn_key = $5 AND version = $6`
	deleteSchema = `DELETE FROM scim_schemas WHERE tenant_id = $1 AND urn_key = $2`

	userHasValue  = `SELECT COUNT(*) FROM (SELECT 1 FROM user_values WHERE tenant_id = $1 AND path = $2 LIMIT 1) v`
	groupHasValue = `SELECT COUNT(*) FROM (SELECT 1 FROM group_values WHERE tenant_id = $1 AND path = $2 LIMIT 1) v`
)

func scanSchema(row scanner) (e scim.Extension, err error) {
	var definition map[string]any
	if err := row.Scan(&e.Of, jsonTo[map[string]any]{&definition}, to(&e.Created), to(&e.Updated), &e.Version); err != nil {
		return scim.Extension{}, err
	}
	e.Schema, err = scim.ReadSchema(definition)
	return e, err
}

// extensions are the schemas of the tenant, which stay as they are until the call
// has written what it writes by them: values of what is no more would be nobody's.
func (x *call) extensions(ctx context.Context) ([]scim.Extension, error) {
	if known, ok := x.schemas[x.tenant]; ok {
		return known, nil
	}
	list, err := all(ctx, x, scanSchema, listSchemas+x.store.engine.Lock(Frozen, "s"), x.tenant)
	if err != nil {
		return nil, err
	}
	if x.schemas == nil {
		x.schemas = map[iam.TenantID][]scim.Extension{}
	}
	x.schemas[x.tenant] = list
	return list, nil
}

// Extensions implements scim.Store.
func (s *Store) Extensions(ctx context.Context, t iam.TenantID) (list []scim.Extension, err error) {
	defer s.wrap(&err, "Extensions(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		list, err = all(ctx, x, scanSchema, listSchemas, t)
		return err
	})
	return list, err
}

// SetExtension implements scim.Store. The epoch is counted up first, so that of
// several who make the last one that there may be each sees the others.
func (s *Store) SetExtension(ctx context.Context, t iam.TenantID, e scim.Extension, events ...iam.Event) (stored scim.Extension, err error) {
	defer s.wrap(&err, "SetExtension(%s, %s)", t, e.Schema.ID)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.bump(ctx); err != nil {
			return err
		}
		if e.Version == 0 {
			if err = x.insertSchema(ctx, e); err == nil {
				err = x.indexSchema(ctx, e)
			}
		} else {
			err = x.updateSchema(ctx, e)
		}
		if err != nil {
			return err
		}
		if stored, err = x.schema(ctx, e.Schema.ID); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
	return stored, err
}

func (x *call) schema(ctx context.Context, urn string) (scim.Extension, error) {
	e, err := scanSchema(x.row(ctx, readSchema, x.tenant, iam.Fold(urn)))
	return e, found("schema", urn, err)
}

func (x *call) insertSchema(ctx context.Context, e scim.Extension) error {
	n, err := scanOne[int](x.row(ctx, countSchemas, x.tenant))
	if err != nil {
		return err
	}
	if n >= scim.MaxExtensions {
		return iam.E(iam.Precondition, "there are %d schemas, and no more may be made", n).Because(iam.ReasonLimit)
	}
	_, err = x.exec(ctx, insertSchema, x.tenant, iam.Fold(e.Schema.ID), e.Of, encodeJSON(e.Schema.Document()), e.Created, e.Updated)
	return x.unique("schema", e.Schema.ID, err)
}

func (x *call) updateSchema(ctx context.Context, e scim.Extension) error {
	old, err := x.schema(ctx, e.Schema.ID)
	if err != nil {
		return err
	}
	if old.Version != e.Version {
		return iam.ErrStale("schema", e.Schema.ID)
	}
	_, err = x.exec(ctx, updateSchema, e.Of, encodeJSON(e.Schema.Document()), e.Updated, x.tenant, iam.Fold(e.Schema.ID), e.Version)
	if err != nil {
		return err
	}
	return x.unused(ctx, old, old.Lost(e))
}

// unused answers Precondition where there are values at one of the paths. It is
// asked after the write, which has waited for those who write values.
func (x *call) unused(ctx context.Context, e scim.Extension, paths []string) error {
	has := userHasValue
	if e.Of == scim.Groups.Name {
		has = groupHasValue
	}
	for _, path := range paths {
		n, err := scanOne[int](x.row(ctx, has, x.tenant, path))
		if err != nil {
			return err
		}
		if n > 0 {
			return iam.E(iam.Precondition, "%s has values, and so it can neither go nor compare in another way", path).
				Because(iam.ReasonInUse).About(e.Schema.ID)
		}
	}
	return nil
}

// DeleteExtension implements scim.Store.
func (s *Store) DeleteExtension(ctx context.Context, t iam.TenantID, urn string, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteExtension(%s, %s)", t, urn)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.bump(ctx); err != nil {
			return err
		}
		old, err := x.schema(ctx, urn)
		if err != nil {
			return err
		}
		if err := x.one(ctx, "schema", urn, deleteSchema, t, iam.Fold(urn)); err != nil {
			return err
		}
		if err := x.unused(ctx, old, old.Lost(scim.Extension{})); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}
