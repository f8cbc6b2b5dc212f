package storage

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	resolveGroup = `SELECT p.group_id, p.name, p.handle FROM user_groups p WHERE p.tenant_id = $1 AND (p.handle = $2 OR p.name_key = $3)
		ORDER BY CASE WHEN p.handle = $2 THEN 0 ELSE 1 END LIMIT 1`
	resolveRole = `SELECT p.role_id, p.name, p.handle FROM roles p WHERE p.tenant_id = $1 AND (p.handle = $2 OR p.name_key = $3)
		ORDER BY CASE WHEN p.handle = $2 THEN 0 ELSE 1 END LIMIT 1`
)

// Resolve implements directory.Store. Where one's handle is another's name,
// the handle wins.
func (s *Store) Resolve(ctx context.Context, t iam.TenantID, groups, roles []string) (gs []iam.Ref[iam.GroupID], rs []iam.Ref[iam.RoleID], err error) {
	defer s.wrap(&err, "Resolve(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		if gs, err = resolve[iam.GroupID](ctx, x, resolveGroup, groups); err != nil {
			return err
		}
		rs, err = resolve[iam.RoleID](ctx, x, resolveRole, roles)
		return err
	})
	return gs, rs, err
}

func resolve[T ~string](ctx context.Context, x *call, query string, names []string) ([]iam.Ref[T], error) {
	var refs []iam.Ref[T]
	for _, name := range names {
		var r iam.Ref[T]
		err := x.row(ctx, query, x.tenant, name, iam.Fold(name)).Scan(&r.ID, &r.Name, &r.Handle)
		if errors.Is(err, sql.ErrNoRows) {
			r.Name, err = name, nil
		}
		if err != nil {
			return nil, err
		}
		refs = append(refs, r)
	}
	return refs, nil
}
