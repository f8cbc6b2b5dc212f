package storage

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A backup is compressed (gzip) lines of JSON:
//
//	{"format":1,"product":...,"created":...,"schema":...,"master_key":...}
//	{"table":"installation","columns":["name","value"]}
//	["first_start","2026-01-01T00:00:00Z"]
//	...
//	{"table":"users","tenant":"0190a0...","columns":["tenant_id",...]}
//	["0190a0...",...]
//	...
//	{"rows":1234,"sha256":"..."}
//
// It tells nothing of the engine it comes from, so that it moves an
// installation from one to the other. Bytes are Base64; parents come before
// those who refer to them. The last line counts the rows and has the hash of
// every line before it: a file without it is not whole.
const backupFormat = 1

// tenantsTable is the table that lists the tenants; a tenant refers to its
// parent there.
const tenantsTable = "tenants"

// Header says what a backup is. The caller of Backup sets Product, Created and
// MasterKey; the latter is a secret, without which the rest is of no use, and
// makes the file as secret as the data folder.
type Header struct {
	Format    int       `json:"format"`
	Product   string    `json:"product"` // and its version
	Created   time.Time `json:"created"`
	Schema    int64     `json:"schema"` // its version
	MasterKey string    `json:"master_key"`
}

// section says which rows follow.
type section struct {
	Table   string       `json:"table"`
	Tenant  iam.TenantID `json:"tenant,omitzero"`
	Columns []string     `json:"columns"`
}

// trailer ends a backup.
type trailer struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// Backup writes everything in the database as it is at one moment, beside a
// running server. It holds no more than a row, and the list of tenants, in
// memory.
func Backup(ctx context.Context, e Engine, w io.Writer, h Header) error {
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	b := newBackup(e, zip)
	if err := e.Snapshot(ctx, Everywhere, func(ctx context.Context, tx Tx) error { return b.run(ctx, tx, h) }); err != nil {
		return stopped(e, "the backup failed", err)
	}
	if err := b.out.Flush(); err != nil {
		return err
	}
	return zip.Close()
}

// backup is a backup while it is written.
type backup struct {
	engine Engine
	out    *bufio.Writer
	sum    hash.Hash // of all lines so far
	lines  *json.Encoder
	rows   int64
}

func newBackup(e Engine, w io.Writer) *backup {
	b := &backup{engine: e, out: bufio.NewWriter(w), sum: sha256.New()}
	b.lines = json.NewEncoder(io.MultiWriter(b.out, b.sum))
	b.lines.SetEscapeHTML(false)
	return b
}

func (b *backup) run(ctx context.Context, tx Tx, h Header) error {
	if err := RestoreFinished(ctx, tx); err != nil {
		return err
	}
	catalog, err := b.engine.Catalog(ctx, tx)
	if err != nil {
		return err
	}
	tables, err := catalog.InOrder()
	if err != nil {
		return err
	}
	h.Format, h.Schema = backupFormat, catalog.Version
	if err := b.lines.Encode(h); err != nil {
		return err
	}
	var tenants []iam.TenantID
	for _, t := range tables {
		switch {
		case t.Name == tenantsTable:
			if tenants, err = b.tenants(ctx, tx, t); err != nil {
				return err
			}
		case !t.OfTenant():
			if err := b.table(ctx, tx, t, "", "SELECT "+t.columnList()+" FROM "+t.Name+t.order()); err != nil {
				return err
			}
		}
	}
	for _, id := range tenants {
		if err := b.tenant(ctx, tx, tables, id); err != nil {
			return err
		}
	}
	return b.lines.Encode(trailer{Rows: b.rows, SHA256: hex.EncodeToString(b.sum.Sum(nil))})
}

// tree lists tenants, each after its parent.
const tree = `WITH RECURSIVE tree (id, depth) AS (
	SELECT tenant_id, 0 FROM tenants WHERE parent_id IS NULL
	UNION ALL SELECT t.tenant_id, depth + 1 FROM tenants t JOIN tree ON t.parent_id = tree.id
) `

// tenants writes the tenants and answers their ids.
func (b *backup) tenants(ctx context.Context, tx Tx, t Table) ([]iam.TenantID, error) {
	const order = " FROM tree JOIN tenants ON tenant_id = id ORDER BY depth, id"
	if err := b.table(ctx, tx, t, "", tree+"SELECT "+t.columnList()+order); err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, tree+"SELECT tenant_id"+order)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []iam.TenantID
	for rows.Next() {
		var id iam.TenantID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// tenant writes what one tenant has.
func (b *backup) tenant(ctx context.Context, tx Tx, tables []Table, id iam.TenantID) error {
	if err := b.engine.Enter(ctx, tx, id); err != nil {
		return err
	}
	for _, t := range tables {
		if !t.OfTenant() || t.Name == tenantsTable {
			continue
		}
		query := "SELECT " + t.columnList() + " FROM " + t.Name + " WHERE " + keyColumn + " = $1" + t.order()
		if err := b.table(ctx, tx, t, id, query, string(id)); err != nil {
			return err
		}
	}
	return nil
}

// table writes the rows that a query finds in a table; nothing where it finds
// none.
func (b *backup) table(ctx context.Context, tx Tx, t Table, tenant iam.TenantID, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	values, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range values {
		into[i] = &values[i]
	}
	for first := true; rows.Next(); first = false {
		if first {
			if err := b.lines.Encode(section{Table: t.Name, Tenant: tenant, Columns: t.columnNames()}); err != nil {
				return err
			}
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, c := range t.Columns {
			if values[i], err = c.Type.written(values[i]); err != nil {
				return fmt.Errorf("column %s.%s: %w", t.Name, c.Name, err)
			}
		}
		if err := b.lines.Encode(values); err != nil {
			return err
		}
		b.rows++
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (t Table) columnNames() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

func (t Table) columnList() string { return strings.Join(t.columnNames(), ", ") }

// order makes two backups of the same rows the same.
func (t Table) order() string { return " ORDER BY " + strings.Join(t.Primary(), ", ") }

// stopped makes an iam.Error of what stopped a backup or a restore. An
// iam.Error, and nil, stay as they are.
func stopped(e Engine, what string, err error) error {
	if err == nil || iam.KindOf(err) != iam.Internal {
		return err
	}
	kind := iam.Internal
	switch e.Fault(err) {
	case FaultDown, FaultRetry:
		kind = iam.Unavailable
	case FaultUnique, FaultReference:
		kind = iam.Invalid // rows that no database had
	}
	return &iam.Error{Kind: kind, Message: what, Err: err}
}
