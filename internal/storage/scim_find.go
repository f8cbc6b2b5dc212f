package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// FindUsers implements scim.Store.
func (s *Store) FindUsers(ctx context.Context, t iam.TenantID, f scim.Find) (l scim.Found[iam.User], err error) {
	defer s.wrap(&err, "FindUsers(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		l, err = findPage(ctx, x, &searchedUsers, userColumns, scanUser, f)
		return err
	})
	return l, err
}

// FindGroups implements scim.Store.
func (s *Store) FindGroups(ctx context.Context, t iam.TenantID, f scim.Find) (l scim.Found[iam.Group], err error) {
	defer s.wrap(&err, "FindGroups(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		l, err = findPage(ctx, x, &searchedGroups, groupColumns, scanGroup, f)
		return err
	})
	return l, err
}

// findPage answers a page, and the number of all where it is asked for.
func findPage[T any](ctx context.Context, x *call, in *searched, columns string, scan func(scanner) (T, error), f scim.Find) (l scim.Found[T], err error) {
	if f.Where == nil {
		f.Where = scim.Constant(true)
	}
	of := finder{searched: in, tenant: x.tenant}
	matches := of.matches(f.Where)
	if matches.is(nobody) {
		return l, nil
	}
	narrow, err := of.narrow(ctx, x, f.Where)
	if err != nil {
		return l, err
	}
	of.walk = !narrow
	query, err := of.page(columns, of.matches(f.Where), f)
	if err != nil {
		return l, err
	}
	if l, err = foundRows(ctx, x, query, scan, f.Page.Size()); err != nil || !f.Page.Total {
		return l, err
	}
	switch {
	case f.Page.After == (iam.Cursor{}) && !l.More && (len(l.Items) > 0 || f.Page.Offset == 0):
		l.Total = f.Page.Offset + len(l.Items) // the last page tells
	case in.counted != "" && f.Where == scim.Constant(true):
		l.Total, err = x.counted(ctx, in.counted)
	default:
		query := "SELECT COUNT(*) FROM " + in.table + " u WHERE " + matches.sql
		l.Total, err = scanOne[int](x.row(ctx, numbered(query, 1), matches.args...))
	}
	return l, err
}

// foundRows reads a page, and whether there is one row more.
func foundRows[T any](ctx context.Context, x *call, query clause, scan func(scanner) (T, error), size int) (l scim.Found[T], err error) {
	rows, err := x.query(ctx, numbered(query.sql, 1), query.args...)
	if err != nil {
		return l, err
	}
	defer rows.Close()
	for rows.Next() {
		if l.More = len(l.Items) == size; l.More {
			break
		}
		var at iam.Cursor
		item, err := scan(scanBehind{rows, []any{&at.Key, &at.ID}})
		if err != nil {
			return l, err
		}
		if len(l.Items) == 0 {
			l.First = at
		}
		l.Items, l.Last = append(l.Items, item), at
	}
	return l, rows.Err()
}

// scanBehind scans columns behind those that somebody else knows.
type scanBehind struct {
	scanner
	more []any
}

func (s scanBehind) Scan(dest ...any) error { return s.scanner.Scan(append(dest, s.more...)...) }
