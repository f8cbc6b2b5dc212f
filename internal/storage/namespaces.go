package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertNamespace = `INSERT INTO namespaces (tenant_id, namespace_id, name, description, labels, annotations, disabled, advertise,
		created_by, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)`
	updateNamespace = `UPDATE namespaces SET description = $1, labels = $2, annotations = $3, disabled = $4, advertise = $5,
		updated_at = $6, version = version + 1 WHERE tenant_id = $7 AND namespace_id = $8 AND version = $9`
	namespaceVersion = `SELECT version FROM namespaces WHERE tenant_id = $1 AND namespace_id = $2`
	namespaceName    = `SELECT name FROM namespaces WHERE tenant_id = $1 AND namespace_id = $2`
	deleteNamespace  = `DELETE FROM namespaces WHERE tenant_id = $1 AND namespace_id = $2`

	readNamespaces = `SELECT namespace_id, name, description, labels, annotations, disabled, advertise, created_by, created_at, updated_at,
		version FROM namespaces WHERE tenant_id = $1`
	readNamespace  = readNamespaces + ` AND name = $2`
	listNamespaces = readNamespaces + ` ORDER BY name`
)

func scanNamespace(row scanner) (n iam.Namespace, err error) {
	err = row.Scan(&n.ID, &n.Name, &n.Description, to(&n.Labels), to(&n.Annotations), &n.Disabled, &n.Advertise, &n.CreatedBy,
		to(&n.Created), to(&n.Updated), &n.Version)
	return n, err
}

// insertNamespace writes the row, and counts it. Exists: the name is taken.
func (x *call) insertNamespace(ctx context.Context, n iam.Namespace) error {
	_, err := x.exec(ctx, insertNamespace, x.tenant, n.ID, n.Name, n.Description, n.Labels, n.Annotations, n.Disabled, n.Advertise,
		n.CreatedBy, n.Created, n.Updated)
	if err != nil {
		return x.refers("tenant", string(x.tenant), x.unique("namespace", n.Name, err))
	}
	return x.count(ctx, countedNamespaces, string(n.ID), 1)
}

// InsertNamespace implements tenancy.Store. Nobody has a binding in it yet, so
// the epoch stays.
func (s *Store) InsertNamespace(ctx context.Context, t iam.TenantID, n iam.Namespace, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertNamespace(%s, %s)", t, n.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.insertNamespace(ctx, n); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

// UpdateNamespace implements tenancy.Store.
func (s *Store) UpdateNamespace(ctx context.Context, t iam.TenantID, n iam.Namespace, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateNamespace(%s, %s)", t, n.ID)
	if err := checkID("namespace", n.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		changed, err := x.exec(ctx, updateNamespace, n.Description, n.Labels, n.Annotations, n.Disabled, n.Advertise,
			n.Updated, t, n.ID, n.Version)
		if err := x.versioned(ctx, changed, err, "namespace", n.Name, namespaceVersion, t, n.ID); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

// DeleteNamespace implements tenancy.Store. The bindings in it, and its places
// in groups, go by foreign keys; objects in it are in its way by another.
func (s *Store) DeleteNamespace(ctx context.Context, t iam.TenantID, id iam.NamespaceID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteNamespace(%s, %s)", t, id)
	if err := checkID("namespace", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		var name string // for people: a failed deletion could not ask any more
		if err := x.row(ctx, namespaceName, t, id).Scan(&name); err != nil {
			return found("namespace", string(id), err)
		}
		if err := x.one(ctx, "namespace", name, deleteNamespace, t, id); err != nil {
			return x.inUse("namespace", name, "objects", err)
		}
		if err := x.endSupportIn(ctx, name); err != nil {
			return err
		}
		if err := x.count(ctx, countedNamespaces, string(id), -1); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// Namespace implements tenancy.Store.
func (s *Store) Namespace(ctx context.Context, t iam.TenantID, name string) (n iam.Namespace, err error) {
	defer s.wrap(&err, "Namespace(%s, %q)", t, name)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		n, err = scanNamespace(x.row(ctx, readNamespace, t, name))
		return found("namespace", name, err)
	})
	return n, err
}

// Namespaces implements tenancy.Store and access.Store.
func (s *Store) Namespaces(ctx context.Context, t iam.TenantID) (ns []iam.Namespace, err error) {
	defer s.wrap(&err, "Namespaces(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		ns, err = all(ctx, x, scanNamespace, listNamespaces, t)
		return err
	})
	return ns, err
}

// CountNamespaces implements tenancy.Store.
func (s *Store) CountNamespaces(ctx context.Context, t iam.TenantID) (n int, err error) {
	defer s.wrap(&err, "CountNamespaces(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		n, err = x.counted(ctx, countedNamespaces)
		return err
	})
	return n, err
}
