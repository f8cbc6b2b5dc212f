package storagetest

import (
	"context"
	"database/sql"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// checked is an engine that holds every statement against the rules of the SQL
// that both engines share.
type checked struct {
	storage.Engine
	t *testing.T
}

func (c *checked) Read(ctx context.Context, t iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	return c.Engine.Read(ctx, t, c.checking(t, fn))
}

func (c *checked) Snapshot(ctx context.Context, t iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	return c.Engine.Snapshot(ctx, t, c.checking(t, fn))
}

func (c *checked) Write(ctx context.Context, t iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	return c.Engine.Write(ctx, t, c.checking(t, fn))
}

// Catalog asks on the engine itself: how is its own.
func (c *checked) Catalog(ctx context.Context, tx storage.Tx) (storage.Catalog, error) {
	if x, ok := tx.(checkedTx); ok {
		tx = x.Tx
	}
	return c.Engine.Catalog(ctx, tx)
}

func (c *checked) checking(t iam.TenantID, fn func(context.Context, storage.Tx) error) func(context.Context, storage.Tx) error {
	return func(ctx context.Context, tx storage.Tx) error {
		scope := t
		return fn(ctx, checkedTx{tx, c.t, &scope})
	}
}

// Enter checks what follows for the other scope.
func (c *checked) Enter(ctx context.Context, tx storage.Tx, t iam.TenantID) error {
	if x, ok := tx.(checkedTx); ok {
		*x.scope, tx = t, x.Tx
	}
	return c.Engine.Enter(ctx, tx, t)
}

type checkedTx struct {
	storage.Tx
	t     *testing.T
	scope *iam.TenantID
}

func (x checkedTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	x.check(query, args)
	return x.Tx.ExecContext(ctx, query, args...)
}

func (x checkedTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	x.check(query, args)
	return x.Tx.QueryContext(ctx, query, args...)
}

func (x checkedTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	x.check(query, args)
	return x.Tx.QueryRowContext(ctx, query, args...)
}

var (
	placeholder = regexp.MustCompile(`\$[0-9]+`)
	literal     = regexp.MustCompile(`'[^']*'`)
)

func (x checkedTx) check(query string, args []any) {
	if fault := faultOf(query, len(args), *x.scope); fault != "" {
		x.t.Errorf("%s:\n%s", fault, query)
	}
}

// faultOf answers which rule a statement breaks.
func faultOf(query string, args int, scope iam.TenantID) string {
	highest := 0
	for _, p := range placeholder.FindAllString(query, -1) {
		n, err := strconv.Atoi(p[1:])
		if err != nil || n > highest+1 {
			return "placeholders that first appear out of order, which SQLite numbers in its own way"
		}
		highest = max(highest, n)
	}
	for _, text := range literal.FindAllString(query, -1) {
		if strings.Contains(text, "$") {
			return "a dollar that is no placeholder"
		}
	}
	if highest != args {
		return "a number of arguments that is not that of placeholders"
	}
	for _, word := range []string{"::", "ILIKE", "FOR UPDATE", "now()", "lower(", "ANY("} {
		if strings.Contains(query, word) {
			return "what only one engine understands: " + word
		}
	}
	if scope != storage.Everywhere && !strings.HasPrefix(query, "INSERT") && !strings.Contains(query, "tenant_id = $") {
		return "a statement in a tenant that does not name the tenant"
	}
	return ""
}
