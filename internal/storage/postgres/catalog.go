package postgres

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// programTables are the tables in the schema of this database that are not
// goose's.
const programTables = `WITH t AS (SELECT oid, relname AS name FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace AND relname NOT LIKE 'goose\_%') `

// catalogSQL asks PostgreSQL about its tables. The numbers are storage.KeyType.
var catalogSQL = storage.CatalogSQL{
	Columns: programTables + `SELECT t.name, a.attname, format_type(a.atttypid, NULL)
FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY t.name COLLATE "C", a.attnum`,

	Keys: programTables + `SELECT k.tbl, k.key, k.kind, k.refers, a.attname FROM (
SELECT t.oid, t.name AS tbl, i.relname AS key, CASE WHEN x.indisprimary THEN 0 ELSE 1 END AS kind, '' AS refers, c.attnum, c.position
FROM t JOIN pg_index x ON x.indrelid = t.oid AND x.indisunique JOIN pg_class i ON i.oid = x.indexrelid
CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY c (attnum, position)
UNION ALL
SELECT t.oid, t.name, f.conname, 2, other.relname, c.attnum, c.position
FROM t JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f' JOIN pg_class other ON other.oid = f.confrelid
CROSS JOIN LATERAL unnest(f.conkey) WITH ORDINALITY c (attnum, position)
) k JOIN pg_attribute a ON a.attrelid = k.oid AND a.attnum = k.attnum
ORDER BY k.tbl COLLATE "C", k.kind, k.key COLLATE "C", k.position`,

	// The types that migrations use.
	Types: map[string]storage.ColumnType{
		"uuid":    storage.TypeText,
		"text":    storage.TypeText,
		"bigint":  storage.TypeInteger,
		"integer": storage.TypeInteger,
		"boolean": storage.TypeBoolean,
		"bytea":   storage.TypeBytes,
	},
}

// Clock is the database's clock, that of the moment, not of the beginning of the transaction.
func (db *DB) Clock() string {
	return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
}

// Catalog reads what PostgreSQL knows about its tables.
func (db *DB) Catalog(ctx context.Context, tx storage.Tx) (storage.Catalog, error) {
	c, err := catalogSQL.Read(ctx, tx)
	if err != nil {
		return storage.Catalog{}, err
	}
	c.Version, err = schemaVersion(ctx, tx)
	return c, err
}
