package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// scopeKey is the key of a context under which acquiring a connection finds
// the tenant that it is for.
type scopeKey struct{}

func withScope(ctx context.Context, t iam.TenantID) context.Context {
	return context.WithValue(ctx, scopeKey{}, t)
}

// remembered is the key in a connection's custom data of what its
// app.tenant_id is set to.
const remembered = "app.tenant_id"

// enterScope lets a connection see one tenant before it is lent. It asks the
// database only where that changes. Without a scope in ctx the connection sees
// no rows.
//
// A connection of which it is not certain what it sees is not lent: it is
// closed, and the pool tries another one.
func enterScope(ctx context.Context, conn *pgx.Conn) (usable bool, err error) {
	t, _ := ctx.Value(scopeKey{}).(iam.TenantID)
	data := conn.PgConn().CustomData()
	if now, known := data[remembered]; known && now == t {
		return true, nil
	}
	delete(data, remembered)
	if _, err := conn.Exec(ctx, "SELECT set_config('app.tenant_id', $1, false)", string(t)); err != nil {
		return false, ctx.Err()
	}
	data[remembered] = t
	return true, nil
}

// Enter lasts until the end of the transaction; the connection then sees what
// it saw before.
func (db *DB) Enter(ctx context.Context, tx storage.Tx, t iam.TenantID) error {
	_, err := tx.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, true)", string(t))
	return err
}
