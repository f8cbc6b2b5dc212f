package sqlite

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// programTables are the tables that are neither SQLite's own nor goose's.
// GLOB, since in LIKE the underscore stands for any character.
const programTables = `WITH t AS (SELECT name FROM sqlite_schema
WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'goose_*') `

// catalogSQL asks SQLite about its tables. The numbers are storage.KeyType.
var catalogSQL = storage.CatalogSQL{
	Columns: programTables + `SELECT t.name, c.name, c.type
FROM t, pragma_table_info(t.name) c ORDER BY t.name, c.cid`,

	Keys: programTables + `SELECT tbl, key, kind, refers, col FROM (
SELECT t.name AS tbl, i.name AS key, i.origin <> 'pk' AS kind, '' AS refers, c.name AS col, c.seqno AS position
FROM t, pragma_index_list(t.name) i, pragma_index_info(i.name) c WHERE i."unique"
UNION ALL
SELECT t.name, CAST(f.id AS TEXT), 2, f."table", f."from", f.seq FROM t, pragma_foreign_key_list(t.name) f
) ORDER BY tbl, kind, key, position`,

	// The types that migrations use.
	Types: map[string]storage.ColumnType{
		"TEXT":    storage.TypeText,
		"BIGINT":  storage.TypeInteger,
		"INTEGER": storage.TypeInteger,
		"BOOLEAN": storage.TypeBoolean,
		"BLOB":    storage.TypeBytes,
	},
}

// Clock is the database's clock, exact to a millisecond.
func (db *DB) Clock() string { return "CAST(unixepoch('subsec') * 1000000 AS INTEGER)" }

// Catalog reads what SQLite knows about its tables.
func (db *DB) Catalog(ctx context.Context, tx storage.Tx) (storage.Catalog, error) {
	c, err := catalogSQL.Read(ctx, tx)
	if err != nil {
		return storage.Catalog{}, err
	}
	c.Version, err = schemaVersion(ctx, tx)
	return c, err
}
