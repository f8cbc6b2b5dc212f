package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

const (
	insertObject = `INSERT INTO objects (tenant_id, object_id, kind, namespace_id, name, description, labels, annotations, disabled, spec,
		facts, status, created_by, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)`
	updateObject = `UPDATE objects SET description = $1, labels = $2, annotations = $3, disabled = $4, spec = $5, facts = $6,
		updated_at = $7, version = version + 1 WHERE tenant_id = $8 AND object_id = $9 AND version = $10`
	objectVersion   = `SELECT version FROM objects WHERE tenant_id = $1 AND object_id = $2`
	setObjectStatus = `UPDATE objects SET status = $1 WHERE tenant_id = $2 AND object_id = $3`
	deleteObject    = `DELETE FROM objects WHERE tenant_id = $1 AND object_id = $2`
)

// objectStatements are those that keep rows as they are until the end of a
// write: the namespace, so that it is not disabled meanwhile, and the target of
// a reference, so that it is not removed.
type objectStatements struct{ namespace, namespaceOf, target string }

func objectsSQL(e Engine) objectStatements {
	return objectStatements{
		namespace: `SELECT n.namespace_id, n.name, n.disabled FROM namespaces n WHERE n.tenant_id = $1 AND n.name = $2` +
			e.Lock(Frozen, "n"),
		namespaceOf: `SELECT n.namespace_id, n.name, n.disabled FROM objects o CROSS JOIN namespaces n
			WHERE o.tenant_id = $1 AND o.object_id = $2 AND n.tenant_id = o.tenant_id AND n.namespace_id = o.namespace_id` +
			e.Lock(Frozen, "n"),
		target: `SELECT o.object_id FROM namespaces n CROSS JOIN objects o WHERE n.tenant_id = $1 AND n.name = $2
			AND o.tenant_id = n.tenant_id AND o.namespace_id = n.namespace_id AND o.kind = $3 AND o.name = $4` + e.Lock(Kept, "o"),
	}
}

// InsertObject implements object.Store.
func (s *Store) InsertObject(ctx context.Context, t iam.TenantID, r object.Record, refs []object.Reference, jobs []iam.Job, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertObject(%s, %s)", t, r.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		id, err := x.openNamespace(ctx, "namespace", r.Namespace, s.objects.namespace, r.Namespace)
		if err != nil {
			return err
		}
		_, err = x.exec(ctx, insertObject, t, r.ID, r.Kind, id, r.Name, r.Description, r.Labels, r.Annotations, r.Disabled, string(r.Spec),
			string(r.Facts), string(r.Status), r.CreatedBy, r.Created, r.Updated)
		if err != nil {
			return x.unique(r.Kind, r.Name, err)
		}
		if _, err := x.exec(ctx, claimReferences, r.ID, t, r.Kind, r.Namespace, r.Name); err != nil {
			return err
		}
		if err := x.insertReferences(ctx, r.ID, refs, nil); err != nil {
			return err
		}
		if err := x.checkCycle(ctx, r, refs); err != nil {
			return err
		}
		if err := x.insertLink(ctx, r); err != nil {
			return err
		}
		return x.follow(ctx, r.Link != nil, jobs, events)
	})
}

// follow writes what follows the change of an object: jobs, events, and a new
// epoch where the object says, or said, something of another tenant. A job with
// the key of one that is not done is that one.
func (x *call) follow(ctx context.Context, linked bool, jobs []iam.Job, events []iam.Event) error {
	for _, j := range jobs {
		args, err := jobArgs(x.tenant, j)
		if err != nil {
			return err
		}
		if _, err := x.exec(ctx, insertOpenJob, args...); err != nil {
			return err
		}
	}
	if err := x.note(ctx, events); err != nil || !linked {
		return err
	}
	return x.bump(ctx)
}

// openNamespace answers the namespace that a query finds, which must not be
// disabled, and is not until the end of the write. NotFound, in the words of
// the caller; Precondition.
func (x *call) openNamespace(ctx context.Context, what, key, query string, arg any) (id iam.NamespaceID, err error) {
	var name string
	var disabled bool
	if err := x.row(ctx, query, x.tenant, arg).Scan(&id, &name, &disabled); err != nil {
		return "", found(what, key, err)
	}
	if disabled {
		return "", iam.E(iam.Precondition, "namespace %q is disabled", name).About(name)
	}
	return id, nil
}

// UpdateObject implements object.Store.
func (s *Store) UpdateObject(ctx context.Context, t iam.TenantID, r object.Record, refs []object.Reference, jobs []iam.Job, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateObject(%s, %s)", t, r.ID)
	if err := checkID("object", r.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if _, err := x.openNamespace(ctx, "object", string(r.ID), s.objects.namespaceOf, r.ID); err != nil {
			return err
		}
		n, err := x.exec(ctx, updateObject, r.Description, r.Labels, r.Annotations, r.Disabled, string(r.Spec), string(r.Facts), r.Updated, t, r.ID, r.Version)
		if err := x.versioned(ctx, n, err, r.Kind, r.Name, objectVersion, t, r.ID); err != nil {
			return err
		}
		if err := x.replaceReferences(ctx, r.ID, refs); err != nil {
			return err
		}
		if err := x.checkCycle(ctx, r, refs); err != nil {
			return err
		}
		linked, err := x.deleteLink(ctx, r.ID)
		if err != nil {
			return err
		}
		if err := x.insertLink(ctx, r); err != nil {
			return err
		}
		return x.follow(ctx, linked || r.Link != nil, jobs, events)
	})
}

// SetObjectStatus implements object.Store.
func (s *Store) SetObjectStatus(ctx context.Context, t iam.TenantID, id iam.ObjectID, status []byte) (err error) {
	defer s.wrap(&err, "SetObjectStatus(%s, %s)", t, id)
	if err := checkID("object", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		return x.one(ctx, "object", string(id), setObjectStatus, string(status), t, id)
	})
}

// DeleteObject implements object.Store. A reference that is being written to
// the object keeps its row, so that the deletion waits, and then finds it; one
// that comes later finds nothing there.
func (s *Store) DeleteObject(ctx context.Context, t iam.TenantID, id iam.ObjectID, free bool, jobs []iam.Job, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteObject(%s, %s)", t, id)
	if err := checkID("object", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		r, err := scanObject(x.row(ctx, readObjectByID, t, id))
		if err != nil {
			return found("object", string(id), err)
		}
		linked, err := x.deleteLink(ctx, id)
		if err != nil {
			return err
		}
		if err := x.one(ctx, r.Kind, r.Name, deleteObject, t, id); err != nil {
			return err
		}
		if free {
			if err := x.checkFree(ctx, r); err != nil {
				return err
			}
		}
		return x.follow(ctx, linked, jobs, events)
	})
}

// checkFree answers Precondition when others refer to what an object was. Its
// references to itself have gone with it.
func (x *call) checkFree(ctx context.Context, r object.Record) error {
	by, err := all(ctx, x, scanReferrer, referring+` LIMIT 1`, x.tenant, r.Kind, r.Namespace, r.Name)
	if err != nil || len(by) == 0 {
		return err
	}
	return iam.E(iam.Precondition, "%s %q is referred to by %s %q in namespace %q", r.Kind, r.Name, by[0].Target.Kind, by[0].Target.Name,
		by[0].Target.Namespace).Because(iam.ReasonInUse).About(r.Name)
}

// An object is read with the name of its namespace. Where the namespace is
// known it is looked up first, and the index on names has the order.
const (
	objectColumns = `SELECT o.object_id, o.kind, n.name, o.name, o.description, o.labels, o.annotations, o.disabled, o.spec, o.status,
		o.created_by, o.created_at, o.updated_at, o.version `
	objectsOfNamespace = objectColumns + `FROM namespaces n CROSS JOIN objects o WHERE n.tenant_id = $1 AND n.name = $2
		AND o.tenant_id = n.tenant_id AND o.namespace_id = n.namespace_id`
	objectsAnywhere = objectColumns + `FROM objects o JOIN namespaces n ON n.tenant_id = o.tenant_id AND n.namespace_id = o.namespace_id
		WHERE o.tenant_id = $1`

	readObject     = objectsOfNamespace + ` AND o.kind = $3 AND o.name = $4`
	readObjectByID = objectsAnywhere + ` AND o.object_id = $2`

	listObjects         = objectsAnywhere + ` ORDER BY n.name, o.kind, o.name`
	listKind            = objectsAnywhere + ` AND o.kind = $2 ORDER BY n.name, o.name`
	listNamespace       = objectsOfNamespace + ` ORDER BY o.kind, o.name`
	listKindOfNamespace = objectsOfNamespace + ` AND o.kind = $3 ORDER BY o.name`
)

func scanObject(row scanner) (r object.Record, err error) {
	err = row.Scan(&r.ID, &r.Kind, &r.Namespace, &r.Name, &r.Description, to(&r.Labels), to(&r.Annotations), &r.Disabled,
		&r.Spec, &r.Status, &r.CreatedBy, to(&r.Created), to(&r.Updated), &r.Version)
	if len(r.Status) == 0 {
		r.Status = nil
	}
	return r, err
}

// Object implements object.Store.
func (s *Store) Object(ctx context.Context, t iam.TenantID, kind, namespace, name string) (r object.Record, err error) {
	defer s.wrap(&err, "Object(%s, %q, %q, %q)", t, kind, namespace, name)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		r, err = scanObject(x.row(ctx, readObject, t, namespace, kind, name))
		return found(kind, name, err)
	})
	return r, err
}

// ObjectByID implements object.Store.
func (s *Store) ObjectByID(ctx context.Context, t iam.TenantID, id iam.ObjectID) (r object.Record, err error) {
	defer s.wrap(&err, "ObjectByID(%s, %s)", t, id)
	if err := checkID("object", id); err != nil {
		return r, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		r, err = scanObject(x.row(ctx, readObjectByID, t, id))
		return found("object", string(id), err)
	})
	return r, err
}

// Objects implements object.Store.
func (s *Store) Objects(ctx context.Context, t iam.TenantID, kind, namespace string) (rs []object.Record, err error) {
	defer s.wrap(&err, "Objects(%s, %q, %q)", t, kind, namespace)
	query, args := listObjects, []any{t}
	switch {
	case kind != "" && namespace != "":
		query, args = listKindOfNamespace, append(args, namespace, kind)
	case kind != "":
		query, args = listKind, append(args, kind)
	case namespace != "":
		query, args = listNamespace, append(args, namespace)
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		rs, err = all(ctx, x, scanObject, query, args...)
		return err
	})
	return rs, err
}
