package storage

import (
	"context"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Catalog is the schema of a database as the database itself tells it. The
// tables that migrations keep their books in are not in it.
type Catalog struct {
	Version int64 // of the last migration
	Tables  []Table
}

// Table is one table of a Catalog.
type Table struct {
	Name    string
	Columns []Column
	Keys    []Key
}

// Column is one column of a Table.
type Column struct {
	Name string
	Type ColumnType
}

// ColumnType is what a column holds, in the words that both engines share.
type ColumnType uint8

const (
	TypeText ColumnType = iota // identifiers too
	TypeInteger
	TypeBoolean
	TypeBytes
)

// Key is a constraint of a Table, or an index that is unique. References is
// the other table of a foreign key.
type Key struct {
	Name       string
	Type       KeyType
	Columns    []string
	References string
}

// KeyType is the kind of a Key.
type KeyType uint8

const (
	KeyPrimary KeyType = iota
	KeyUnique
	KeyForeign
)

// keyColumn is the column that every key of a tenant's tables starts with.
const keyColumn = "tenant_id"

// CatalogSQL is how an engine is asked for its Catalog.
type CatalogSQL struct {
	// Columns answers table, column, type; columns of a table in their order,
	// tables by name.
	Columns string
	// Keys answers table, name of the key, KeyType, table referred to or '',
	// column; columns of a key in their order, one key after the other.
	Keys string
	// Types reads the engine's names of types.
	Types map[string]ColumnType
}

// Read asks for the catalog, but for its version.
func (q CatalogSQL) Read(ctx context.Context, tx Tx) (Catalog, error) {
	var c Catalog
	if err := q.readColumns(ctx, tx, &c); err != nil {
		return Catalog{}, err
	}
	if err := q.readKeys(ctx, tx, &c); err != nil {
		return Catalog{}, err
	}
	return c, nil
}

func (q CatalogSQL) readColumns(ctx context.Context, tx Tx, c *Catalog) error {
	rows, err := tx.QueryContext(ctx, q.Columns)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table, column, typeName string
		if err := rows.Scan(&table, &column, &typeName); err != nil {
			return err
		}
		kind, known := q.Types[typeName]
		if !known {
			return fmt.Errorf("column %s.%s is of type %q, which the catalog does not know", table, column, typeName)
		}
		if n := len(c.Tables); n == 0 || c.Tables[n-1].Name != table {
			c.Tables = append(c.Tables, Table{Name: table})
		}
		t := &c.Tables[len(c.Tables)-1]
		t.Columns = append(t.Columns, Column{Name: column, Type: kind})
	}
	return rows.Err()
}

func (q CatalogSQL) readKeys(ctx context.Context, tx Tx, c *Catalog) error {
	rows, err := tx.QueryContext(ctx, q.Keys)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table, column string
		var k Key
		if err := rows.Scan(&table, &k.Name, &k.Type, &k.References, &column); err != nil {
			return err
		}
		i := slices.IndexFunc(c.Tables, func(t Table) bool { return t.Name == table })
		if i < 0 {
			return fmt.Errorf("key %s is of table %s, which has no columns", k.Name, table)
		}
		t := &c.Tables[i]
		if n := len(t.Keys); n == 0 || t.Keys[n-1].Name != k.Name || t.Keys[n-1].Type != k.Type {
			t.Keys = append(t.Keys, k)
		}
		last := &t.Keys[len(t.Keys)-1]
		last.Columns = append(last.Columns, column)
	}
	return rows.Err()
}

// Primary answers the columns of the primary key.
func (t Table) Primary() []string {
	for _, k := range t.Keys {
		if k.Type == KeyPrimary {
			return k.Columns
		}
	}
	return nil
}

// OfTenant reports whether each row belongs to one tenant: the key starts with
// it.
func (t Table) OfTenant() bool {
	key := t.Primary()
	return len(key) > 0 && key[0] == keyColumn
}

// InOrder answers the tables so that each comes after those that it refers to,
// by name where that leaves a choice. A table's reference to itself does not
// count.
func (c Catalog) InOrder() ([]Table, error) {
	rest := slices.Clone(c.Tables)
	var ordered []Table
	for len(rest) > 0 {
		i := slices.IndexFunc(rest, func(t Table) bool { return !refersToAny(t, rest) })
		if i < 0 {
			return nil, iam.E(iam.Internal, "the tables refer to each other in a circle, %q among them", rest[0].Name)
		}
		ordered = append(ordered, rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	return ordered, nil
}

// refersToAny reports whether t has a foreign key to another one of the tables.
func refersToAny(t Table, tables []Table) bool {
	return slices.ContainsFunc(t.Keys, func(k Key) bool {
		return k.Type == KeyForeign && k.References != t.Name &&
			slices.ContainsFunc(tables, func(other Table) bool { return other.Name == k.References })
	})
}
