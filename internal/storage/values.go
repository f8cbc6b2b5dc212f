package storage

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// valueTable is where the values of one kind of object are kept that filters
// compare and that no column of it has.
type valueTable struct {
	read, insert, update, remove string
}

func valuesIn(table, id string) valueTable {
	of := ` WHERE tenant_id = $1 AND ` + id + ` = $2`
	return valueTable{
		read:   `SELECT path, place, value_key, value_rest FROM ` + table + of,
		insert: `INSERT INTO ` + table + ` (tenant_id, ` + id + `, path, place, value_key, value_rest) VALUES ($1, $2, $3, $4, $5, $6)`,
		update: `UPDATE ` + table + ` SET value_key = $1, value_rest = $2 WHERE tenant_id = $3 AND ` + id + ` = $4 AND path = $5 AND place = $6`,
		remove: `DELETE FROM ` + table + of + ` AND path = $3 AND place = $4`,
	}
}

var (
	userValues  = valuesIn("user_values", "user_id")
	groupValues = valuesIn("group_values", "group_id")
)

// keptKey is how much of a key an index has, in characters.
const keptKey = 128

// splitKey answers what an index has of a key, and the rest. Texts compare as
// the pairs do.
func splitKey(key string) (start, rest string) {
	if len(key) <= keptKey {
		return key, ""
	}
	n := 0
	for i := range key {
		if n == keptKey {
			return key[:i], key[i:]
		}
		n++
	}
	return key, ""
}

// valuePlace is by what the rows of an object are told apart.
type valuePlace struct {
	path  string
	place int
}

// storedValue is a row of an object.
type storedValue struct {
	valuePlace
	start, rest string
}

func scanValue(row scanner) (v storedValue, err error) {
	err = row.Scan(&v.path, &v.place, &v.start, &v.rest)
	return v, err
}

func (t valueTable) insertAll(ctx context.Context, x *call, id string, values []scim.Value) error {
	for _, v := range values {
		start, rest := splitKey(storable(v.Key))
		if _, err := x.exec(ctx, t.insert, x.tenant, id, v.Path, v.Place, start, rest); err != nil {
			return err
		}
	}
	return nil
}

// replaceAll makes the rows of an object those of its values, where they are not.
func (t valueTable) replaceAll(ctx context.Context, x *call, id string, values []scim.Value) error {
	old, err := all(ctx, x, scanValue, t.read, x.tenant, id)
	if err != nil {
		return err
	}
	stored := make(map[valuePlace]storedValue, len(old))
	for _, v := range old {
		stored[v.valuePlace] = v
	}
	for _, v := range values {
		at := valuePlace{v.Path, v.Place}
		start, rest := splitKey(storable(v.Key))
		have, there := stored[at]
		delete(stored, at)
		switch {
		case !there:
			_, err = x.exec(ctx, t.insert, x.tenant, id, v.Path, v.Place, start, rest)
		case have.start != start || have.rest != rest:
			_, err = x.exec(ctx, t.update, start, rest, x.tenant, id, v.Path, v.Place)
		}
		if err != nil {
			return err
		}
	}
	for at := range stored {
		if _, err := x.exec(ctx, t.remove, x.tenant, id, at.path, at.place); err != nil {
			return err
		}
	}
	return nil
}

// extensionsOf are the tenant's schemas where attributes may have values of one,
// else none.
func (x *call) extensionsOf(ctx context.Context, attributes map[string]string) ([]scim.Extension, error) {
	for name := range attributes {
		if strings.HasPrefix(name, "urn:") {
			return x.extensions(ctx)
		}
	}
	return nil, nil
}
