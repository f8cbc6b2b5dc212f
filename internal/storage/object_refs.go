package storage

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

const (
	insertReference = `INSERT INTO object_refs (tenant_id, object_id, path, target_kind, target_namespace, target_name, target_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`
	// A new object is what those meant who named it before it was there.
	claimReferences = `UPDATE object_refs SET target_id = $1
		WHERE tenant_id = $2 AND target_kind = $3 AND target_namespace = $4 AND target_name = $5 AND target_id = ''`
	deleteReferences = `DELETE FROM object_refs WHERE tenant_id = $1 AND object_id = $2`

	// A target of a kind that is kept elsewhere has no id.
	readReferences = `SELECT r.path, r.target_kind, r.target_namespace, r.target_name, r.target_id,
		r.target_id <> '' AND o.object_id IS NULL, COALESCE(o.disabled, FALSE)
		FROM object_refs r LEFT JOIN namespaces n ON n.tenant_id = r.tenant_id AND n.name = r.target_namespace
		LEFT JOIN objects o ON o.tenant_id = r.tenant_id AND o.namespace_id = n.namespace_id
			AND o.kind = r.target_kind AND o.name = r.target_name
		WHERE r.tenant_id = $1 AND r.object_id = $2 ORDER BY r.path`

	referring = `SELECT o.kind, n.name, o.name, o.object_id, r.path FROM object_refs r
		JOIN objects o ON o.tenant_id = r.tenant_id AND o.object_id = r.object_id
		JOIN namespaces n ON n.tenant_id = o.tenant_id AND n.namespace_id = o.namespace_id
		WHERE r.tenant_id = $1 AND r.target_kind = $2 AND r.target_namespace = $3 AND r.target_name = $4
		ORDER BY n.name, o.kind, o.name, r.path`

	// All that an object leads to, by name: what it refers to, what that refers
	// to, and so on. SQLite takes the tables in this order, which looks up one
	// object at a time.
	leadsTo = `WITH RECURSIVE reached (kind, namespace, name) AS (
			SELECT r.target_kind, r.target_namespace, r.target_name FROM object_refs r WHERE r.tenant_id = $1 AND r.object_id = $2
		UNION
			SELECT r.target_kind, r.target_namespace, r.target_name FROM reached c
			CROSS JOIN namespaces n CROSS JOIN objects o CROSS JOIN object_refs r
			WHERE n.tenant_id = $1 AND n.name = c.namespace AND o.tenant_id = $1 AND o.namespace_id = n.namespace_id
			AND o.kind = c.kind AND o.name = c.name AND r.tenant_id = $1 AND r.object_id = o.object_id)
		SELECT COUNT(*) FROM reached c WHERE c.kind = $3 AND c.namespace = $4 AND c.name = $5`

	countReferrers = `SELECT r.target_name, o.kind, COUNT(DISTINCT o.object_id) FROM object_refs r
		JOIN objects o ON o.tenant_id = r.tenant_id AND o.object_id = r.object_id
		WHERE r.tenant_id = $1 AND r.target_kind = $2 AND r.target_namespace = $3
		GROUP BY r.target_name, o.kind`
)

// insertReferences writes the references of an object, each with the id of what
// is there now under the name, or else with the id that before knows.
func (x *call) insertReferences(ctx context.Context, id iam.ObjectID, refs []object.Reference, before map[object.Target]string) error {
	for _, r := range refs {
		named := object.Target{Kind: r.Target.Kind, Namespace: r.Target.Namespace, Name: r.Target.Name}
		target := ""
		err := x.row(ctx, x.store.objects.target, x.tenant, named.Namespace, named.Kind, named.Name).Scan(&target)
		if errors.Is(err, sql.ErrNoRows) {
			target, err = before[named], nil
		}
		if err != nil {
			return err
		}
		_, err = x.exec(ctx, insertReference, x.tenant, id, r.Path, named.Kind, named.Namespace, named.Name, target)
		if err != nil {
			return err
		}
	}
	return nil
}

// checkCycle answers Invalid when an object whose references were written just
// now leads to itself.
func (x *call) checkCycle(ctx context.Context, r object.Record, refs []object.Reference) error {
	if len(refs) == 0 {
		return nil
	}
	var n int
	if err := x.row(ctx, leadsTo, x.tenant, r.ID, r.Kind, r.Namespace, r.Name).Scan(&n); err != nil || n == 0 {
		return err
	}
	var c iam.Checker
	c.Add("spec", iam.ReasonFormat, "Field spec should have no reference that leads back to %s %s in request.", r.Kind, r.Name)
	return c.Err()
}

// replaceReferences makes the references of an object these. One that it keeps
// to what is not there any more still tells which object was meant.
func (x *call) replaceReferences(ctx context.Context, id iam.ObjectID, refs []object.Reference) error {
	old, err := all(ctx, x, scanReference, readReferences, x.tenant, id)
	if err != nil {
		return err
	}
	before := map[object.Target]string{}
	for _, r := range old {
		meant := r.Target.ID
		r.Target.ID = ""
		before[r.Target] = meant
	}
	if len(old) > 0 {
		if _, err := x.exec(ctx, deleteReferences, x.tenant, id); err != nil {
			return err
		}
	}
	return x.insertReferences(ctx, id, refs, before)
}

func scanReference(row scanner) (r object.FoundReference, err error) {
	err = row.Scan(&r.Path, &r.Target.Kind, &r.Target.Namespace, &r.Target.Name, &r.Target.ID, &r.Dead, &r.Disabled)
	return r, err
}

func scanReferrer(row scanner) (r object.Referrer, err error) {
	err = row.Scan(&r.Target.Kind, &r.Target.Namespace, &r.Target.Name, &r.Target.ID, &r.Path)
	return r, err
}

// References implements object.Store. An object that is not there has none.
func (s *Store) References(ctx context.Context, t iam.TenantID, id iam.ObjectID) (refs []object.FoundReference, err error) {
	defer s.wrap(&err, "References(%s, %s)", t, id)
	if !iam.ValidID(string(id)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		refs, err = all(ctx, x, scanReference, readReferences, t, id)
		return err
	})
	return refs, err
}

// Referring implements object.Store.
func (s *Store) Referring(ctx context.Context, t iam.TenantID, to object.Target) (by []object.Referrer, err error) {
	defer s.wrap(&err, "Referring(%s, %q, %q, %q)", t, to.Kind, to.Namespace, to.Name)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		by, err = all(ctx, x, scanReferrer, referring, t, to.Kind, to.Namespace, to.Name)
		return err
	})
	return by, err
}

// CountReferrers implements object.Store.
func (s *Store) CountReferrers(ctx context.Context, t iam.TenantID, kind, namespace string) (counts []object.ReferrerCount, err error) {
	defer s.wrap(&err, "CountReferrers(%s, %q, %q)", t, kind, namespace)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		counts, err = all(ctx, x, scanReferrerCount, countReferrers, t, kind, namespace)
		return err
	})
	return counts, err
}

func scanReferrerCount(row scanner) (c object.ReferrerCount, err error) {
	err = row.Scan(&c.Name, &c.Kind, &c.N)
	return c, err
}
