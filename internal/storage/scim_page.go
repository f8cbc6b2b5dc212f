package storage

import (
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// sorting is by what a list is sorted: a key of each row, which is never NULL,
// and then its id.
type sorting struct {
	key  clause
	time bool // the key is microseconds, not a text
	only bool // no two have the same key
}

// sorting is that of an attribute. Where it has no value, or always the same, the
// list is in its own order.
func (f finder) sorting(path string) sorting {
	own := sorting{key: clause{sql: f.columns[f.name].sql}, only: true}
	if path == "" || path == f.name {
		return own
	}
	if c, ok := f.columns[path]; ok {
		switch c.kind {
		case constantColumn:
			return own
		case timeColumn:
			return sorting{key: clause{sql: c.sql}, time: true}
		case idColumn:
			return sorting{key: clause{sql: c.text}}
		}
		return sorting{key: lastWithout(clause{sql: c.orNull()})}
	}
	r, ok := f.relatedAt(path)
	if !ok {
		return sorting{key: lastWithout(f.preferred(path))}
	}
	c, there := r.columns[path]
	switch {
	case r.from == "" && there:
		rows := f.preferred(path)
		return sorting{key: lastWithout(clause{"CASE WHEN " + r.where + " THEN " + c.orNull() + " ELSE " + rows.sql + " END", rows.args})}
	case r.from == "":
		return sorting{key: lastWithout(f.preferred(path))}
	case !there || c.kind == constantColumn:
		return own
	}
	least := "(SELECT MIN(" + c.orNull() + ") FROM " + r.from + " WHERE " + r.tenant + " = u.tenant_id AND " + r.owner + " = u." + f.id
	if r.where != "" {
		least += " AND " + r.where
	}
	return sorting{key: lastWithout(clause{sql: least + ")"})}
}

// lastWithout is a key that sorts as another, and behind all where that is NULL.
func lastWithout(key clause) clause {
	return clause{"COALESCE('0' || " + key.sql + ", '1')", key.args}
}

// preferred is the value of which rows have the place 0, NULL where there is none.
func (f finder) preferred(path string) clause {
	return clause{"(SELECT v.value_key || v.value_rest FROM " + f.values + " v WHERE v.tenant_id = u.tenant_id AND v." + f.id + " = u." + f.id +
		" AND v.path = ? AND v.place = 0)", []any{path}}
}

// orNull is what is in a column as a text, NULL where there is no value.
func (c column) orNull() string {
	switch c.kind {
	case constantColumn:
		return "'" + c.constant + "'" // one of ours
	case boolColumn:
		return "CASE WHEN " + c.sql + " THEN 'true' ELSE 'false' END"
	case idColumn:
		return c.text
	}
	return "NULLIF(" + c.sql + ", '')"
}

// page asks for a page of rows u of which matches is true, and one row more.
// Behind the columns, of p, are the key and the id by which the row is sorted.
func (f finder) page(columns string, matches clause, q scim.Find) (clause, error) {
	by := f.sorting(q.Sort)
	compare, order := " > ", ""
	if q.Desc {
		compare, order = " < ", " DESC"
	}
	if at := q.Page.After; at != (iam.Cursor{}) {
		var key any = at.Key
		var err error
		if by.time {
			key, err = strconv.ParseInt(at.Key, 10, 64)
		}
		if err != nil || !iam.ValidID(at.ID) {
			var c iam.Checker
			c.Add("cursor", scim.ReasonCursor, "cursor must be a position in this list")
			return clause{}, c.Err()
		}
		after := clause{"(" + by.key.sql + ", u." + f.id + ")" + compare + "(?, ?)", append(by.key.args, key, at.ID)}
		if by.only {
			after = clause{by.key.sql + compare + "?", append(by.key.args, key)}
		}
		matches = both(matches, after)
	}
	sorted := func(row string) string {
		if by.only {
			return " ORDER BY " + row + "sort_key" + order
		}
		return " ORDER BY " + row + "sort_key" + order + ", " + row + f.id + order
	}
	var b strings.Builder
	b.WriteString("SELECT " + columns + ", p.sort_key, p." + f.id)
	b.WriteString(" FROM (SELECT u.*, " + by.key.sql + " AS sort_key FROM " + f.table + " u WHERE " + matches.sql)
	b.WriteString(sorted("") + " LIMIT ? OFFSET ?) AS p" + sorted("p."))
	args := append(append([]any{}, by.key.args...), matches.args...)
	return clause{b.String(), append(args, q.Page.Size()+1, max(q.Page.Offset, 0))}, nil
}
