package storage

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

const (
	insertLink = `INSERT INTO tenant_links (tenant_id, object_id, kind, other_id, other_code, name, disabled, manager_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	insertAssignment = `INSERT INTO assignments (tenant_id, object_id, position, group_id, theirs, owner) VALUES ($1, $2, $3, $4, $5, $6)`
	deleteLink       = `DELETE FROM tenant_links WHERE tenant_id = $1 AND object_id = $2`
	deleteAssigned   = `DELETE FROM assignments WHERE tenant_id = $1 AND object_id = $2`

	readLink = `SELECT kind, other_id, other_code, manager_id FROM tenant_links WHERE tenant_id = $1 AND object_id = $2`
	readHalf = `SELECT object_id, disabled FROM tenant_links WHERE tenant_id = $1 AND kind = $2 AND other_id = $3`

	assignmentColumns = `a.group_id, a.theirs, a.owner`
	readAssignments   = `SELECT ` + assignmentColumns + ` FROM assignments a WHERE a.tenant_id = $1 AND a.object_id = $2 ORDER BY a.position`

	// What is assigned by the half itself, and, for a child, by its manager.
	handedByHalf = `SELECT ` + assignmentColumns + ` FROM tenant_links l
		JOIN assignments a ON a.tenant_id = l.tenant_id AND a.object_id = l.object_id
		WHERE l.tenant_id = $1 AND l.kind = $2 AND l.other_id = $3 AND NOT l.disabled ORDER BY a.position`
	handedByManager = `SELECT ` + assignmentColumns + ` FROM tenant_links l
		JOIN tenant_links m ON m.tenant_id = l.tenant_id AND m.object_id = l.manager_id
		JOIN assignments a ON a.tenant_id = m.tenant_id AND a.object_id = m.object_id
		WHERE l.tenant_id = $1 AND l.kind = $2 AND l.other_id = $3 AND NOT l.disabled AND NOT m.disabled ORDER BY a.position`

	// A half that allows gives nothing elsewhere.
	handsOut = `SELECT EXISTS (SELECT 1 FROM assignments a WHERE a.tenant_id = $1 AND a.group_id = $2 AND (a.owner OR a.theirs <> '[]'))`
)

// insertLink writes what an object says of another tenant, where it does.
func (x *call) insertLink(ctx context.Context, r object.Record) error {
	l := r.Link
	if l == nil {
		return nil
	}
	var other, manager any
	if l.Other != "" {
		if err := checkID("tenant", l.Other); err != nil {
			return err
		}
		other = l.Other
	}
	if l.Manager != "" {
		if err := checkID("object", l.Manager); err != nil {
			return err
		}
		manager = l.Manager
	}
	_, err := x.exec(ctx, insertLink, x.tenant, r.ID, l.Kind, other, l.OtherCode, r.Name, r.Disabled, manager)
	if err != nil {
		return x.unique(r.Kind, l.OtherCode, err)
	}
	for i, a := range l.Assignments {
		if err := checkID("group", a.Group); err != nil {
			return err
		}
		_, err := x.exec(ctx, insertAssignment, x.tenant, r.ID, i, a.Group, encodeTexts(a.Theirs), a.Owner)
		if err != nil {
			return x.refers("group", string(a.Group), err)
		}
	}
	return x.linksChanged(ctx)
}

// linksChanged notes that something of the tenant's links is another by now.
func (x *call) linksChanged(ctx context.Context) error {
	return x.count(ctx, countedLinkChanges, "", 1)
}

// deleteLink removes what an object says of another tenant. linked is false
// where it said nothing.
func (x *call) deleteLink(ctx context.Context, id iam.ObjectID) (linked bool, err error) {
	n, err := x.exec(ctx, deleteLink, x.tenant, id)
	if err != nil || n == 0 {
		return false, err
	}
	if _, err := x.exec(ctx, deleteAssigned, x.tenant, id); err != nil {
		return true, err
	}
	return true, x.linksChanged(ctx)
}

// encodeTexts makes a column of JSON, which jsonTo scans.
func encodeTexts(texts []string) string {
	if len(texts) == 0 {
		return "[]"
	}
	return encodeJSON(texts)
}

func scanAssignment(row scanner) (a iam.Assignment, err error) {
	err = row.Scan(&a.Group, jsonTo[[]string]{&a.Theirs}, &a.Owner)
	return a, err
}

// Link implements object.Store.
func (s *Store) Link(ctx context.Context, t iam.TenantID, id iam.ObjectID) (l iam.Link, err error) {
	defer s.wrap(&err, "Link(%s, %s)", t, id)
	if err := checkID("object", id); err != nil {
		return l, err
	}
	err = s.snapshot(ctx, t, func(ctx context.Context, x *call) error {
		var other, manager sql.NullString
		if err := x.row(ctx, readLink, t, id).Scan(&l.Kind, &other, &l.OtherCode, &manager); err != nil {
			return found("object", string(id), err)
		}
		l.Other, l.Manager = iam.TenantID(other.String), iam.ObjectID(manager.String)
		l.Assignments, err = all(ctx, x, scanAssignment, readAssignments, t, id)
		return err
	})
	return l, err
}

// Half implements tenancy.Store.
func (s *Store) Half(ctx context.Context, t iam.TenantID, k iam.LinkKind, other iam.TenantID) (id iam.ObjectID, disabled bool, err error) {
	defer s.wrap(&err, "Half(%s, %s, %s)", t, k, other)
	if !iam.ValidID(string(other)) {
		return "", false, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		err := x.row(ctx, readHalf, t, k, other).Scan(&id, &disabled)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return id, disabled, err
}

// Handed implements access.Store.
func (s *Store) Handed(ctx context.Context, t iam.TenantID, k iam.LinkKind, other iam.TenantID) (as []iam.Assignment, err error) {
	defer s.wrap(&err, "Handed(%s, %s, %s)", t, k, other)
	if !iam.ValidID(string(other)) {
		return nil, nil
	}
	query := handedByHalf
	if k == iam.LinkChild {
		query = handedByManager
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		as, err = all(ctx, x, scanAssignment, query, t, k, other)
		return err
	})
	return as, err
}

// AllowedGroups implements access.Store.
func (s *Store) AllowedGroups(ctx context.Context, t, other iam.TenantID) (groups []iam.GroupID, err error) {
	defer s.wrap(&err, "AllowedGroups(%s, %s)", t, other)
	allowed, err := s.Handed(ctx, t, iam.LinkAllowed, other)
	for _, a := range allowed {
		groups = append(groups, a.Group)
	}
	return groups, err
}

// Assigned implements access.Store.
func (s *Store) Assigned(ctx context.Context, t iam.TenantID, of []iam.GroupID) (groups []iam.GroupID, err error) {
	defer s.wrap(&err, "Assigned(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		groups = nil
		for _, g := range of {
			if !iam.ValidID(string(g)) {
				continue
			}
			assigned, err := scanOne[bool](x.row(ctx, handsOut, t, g))
			if err != nil {
				return err
			}
			if assigned {
				groups = append(groups, g)
			}
		}
		return nil
	})
	return groups, err
}
