package storage

import (
	"context"
	"database/sql"

	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	standingLinks = `SELECT l.object_id, l.kind, l.other_id, l.other_code, l.manager_id, l.disabled FROM tenant_links l
		WHERE l.tenant_id = $1 AND l.kind = $2`
	standingAssignments = `SELECT a.object_id, a.group_id, g.name, a.theirs, a.owner FROM tenant_links l
		JOIN assignments a ON a.tenant_id = l.tenant_id AND a.object_id = l.object_id
		JOIN user_groups g ON g.tenant_id = a.tenant_id AND g.group_id = a.group_id
		WHERE l.tenant_id = $1 AND l.kind = $2`

	toOther     = ` AND l.other_id = $3`
	byObject    = ` ORDER BY l.object_id`
	byAssigning = ` ORDER BY a.object_id, a.position`
)

// Standing implements audit.Store.
func (s *Store) Standing(ctx context.Context, t iam.TenantID, k iam.LinkKind, other iam.TenantID) (halves []audit.Half, err error) {
	defer s.wrap(&err, "Standing(%s, %s, %s)", t, k, other)
	links, assignments, args := standingLinks, standingAssignments, []any{t, k}
	if other != "" {
		if !iam.ValidID(string(other)) {
			return nil, nil
		}
		links, assignments, args = links+toOther, assignments+toOther, append(args, other)
	}
	err = s.snapshot(ctx, t, func(ctx context.Context, x *call) error {
		if halves, err = all(ctx, x, scanStanding, links+byObject, args...); err != nil {
			return err
		}
		byID := make(map[iam.ObjectID]*audit.Half, len(halves))
		for i := range halves {
			byID[halves[i].Object] = &halves[i]
		}
		_, err := all(ctx, x, func(row scanner) (_ struct{}, err error) {
			var id iam.ObjectID
			var name string
			var a iam.Assignment
			if err := row.Scan(&id, &a.Group, &name, jsonTo[[]string]{&a.Theirs}, &a.Owner); err != nil {
				return struct{}{}, err
			}
			h := byID[id]
			h.Assignments, h.Groups[a.Group] = append(h.Assignments, a), name
			return struct{}{}, nil
		}, assignments+byAssigning, args...)
		return err
	})
	return halves, err
}

func scanStanding(row scanner) (h audit.Half, err error) {
	var other, manager sql.NullString
	err = row.Scan(&h.Object, &h.Kind, &other, &h.OtherCode, &manager, &h.Disabled)
	h.Other, h.Manager, h.Groups = iam.TenantID(other.String), iam.ObjectID(manager.String), map[iam.GroupID]string{}
	return h, err
}
