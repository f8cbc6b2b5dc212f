package storage

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// found turns the absence of a row into NotFound.
func found(what, id string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return iam.ErrNotFound(what, id)
	}
	return err
}

// free turns the answer of a look-up by name into Exists when it found
// something.
func free(what, name string, lookup error) error {
	switch {
	case lookup == nil:
		return iam.ErrExists(what, name)
	case errors.Is(lookup, sql.ErrNoRows):
		return nil
	default:
		return lookup
	}
}

// all scans every row of a query.
func all[T any](ctx context.Context, x *call, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := x.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var items []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, rows.Err()
}

// scanOne scans a row of one column.
func scanOne[T any](row scanner) (v T, err error) {
	err = row.Scan(&v)
	return v, err
}

// one runs a statement that changes exactly one row, or finds none: NotFound.
func (x *call) one(ctx context.Context, what, id, query string, args ...any) error {
	n, err := x.exec(ctx, query, args...)
	if err == nil && n == 0 {
		return iam.ErrNotFound(what, id)
	}
	return err
}

// unique answers Exists where a statement failed because a name is taken.
func (x *call) unique(what, name string, err error) error {
	if x.failed(err, FaultUnique) {
		return iam.ErrExists(what, name)
	}
	return err
}

// refers answers NotFound where a statement failed because what it refers to
// is not there.
func (x *call) refers(what, id string, err error) error {
	if x.failed(err, FaultReference) {
		return iam.ErrNotFound(what, id)
	}
	return err
}

// inUse answers Precondition where a statement failed because others still
// refer to what it removes.
func (x *call) inUse(what, id, by string, err error) error {
	if x.failed(err, FaultReference) {
		return iam.E(iam.Precondition, "%s %q still has %s", what, id, by).Because(iam.ReasonInUse).About(id)
	}
	return err
}

// versioned tells the outcome of an UPDATE with a condition on the version
// that changed n rows. exists is the query that finds the object whatever its
// version.
func (x *call) versioned(ctx context.Context, n int64, err error, what, id, exists string, args ...any) error {
	if err != nil || n > 0 {
		return err
	}
	var version int64
	if err := x.row(ctx, exists, args...).Scan(&version); err != nil {
		return found(what, id, err)
	}
	return iam.ErrStale(what, id)
}
