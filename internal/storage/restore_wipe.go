package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// wipeBatch is how many rows a transaction removes.
const wipeBatch = 1000

// wipe removes all rows of all tables, in transactions of bounded size, but
// for the mark that the database is not to be used.
func (j *restore) wipe(ctx context.Context) error {
	var tenants []iam.TenantID
	err := j.engine.Read(ctx, Everywhere, func(ctx context.Context, tx Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT tenant_id FROM tenants")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id iam.TenantID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			tenants = append(tenants, id)
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	for _, id := range tenants {
		for _, t := range slices.Backward(j.tables) {
			if !t.OfTenant() || t.Name == tenantsTable {
				continue
			}
			if err := j.wipeTable(ctx, t, id); err != nil {
				return err
			}
		}
	}
	return j.engine.Write(ctx, Everywhere, func(ctx context.Context, tx Tx) error {
		statements := []string{"UPDATE tenants SET parent_id = NULL", "DELETE FROM tenants"}
		for _, t := range slices.Backward(j.tables) {
			switch {
			case t.OfTenant():
			case t.Name == "installation":
				statements = append(statements, "DELETE FROM installation WHERE name <> '"+unfinished+"'")
			default:
				statements = append(statements, "DELETE FROM "+t.Name)
			}
		}
		for _, s := range statements {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// wipeTable removes the rows of one tenant.
func (j *restore) wipeTable(ctx context.Context, t Table, id iam.TenantID) error {
	key := strings.Join(t.Primary(), ", ")
	query := fmt.Sprintf("DELETE FROM %s WHERE %s = $1 AND (%s) IN (SELECT %s FROM %s WHERE %s = $1 LIMIT %d)",
		t.Name, keyColumn, key, key, t.Name, keyColumn, wipeBatch)
	for {
		var n int64
		err := j.engine.Write(ctx, id, func(ctx context.Context, tx Tx) error {
			r, err := tx.ExecContext(ctx, query, string(id))
			if err != nil {
				return err
			}
			n, err = r.RowsAffected()
			return err
		})
		if err != nil || n < wipeBatch {
			return err
		}
	}
}
