package storage

import (
	"time"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// test compares what is in a column.
func (c column) test(h scim.Has) clause {
	switch c.kind {
	case constantColumn:
		if h.Op == "" || h.Op.Holds(c.constant, h.Key) {
			return clause{sql: everybody}
		}
		return clause{sql: nobody}
	case idColumn:
		return c.testID(h)
	case timeColumn:
		return c.testTime(h)
	case boolColumn:
		switch {
		case h.Op == "":
			return clause{sql: everybody}
		case (h.Op == scim.Equal) == (h.Key == "true"):
			return clause{sql: c.sql}
		}
		return negated(clause{sql: c.sql})
	}
	if h.Op == "" {
		return clause{sql: c.sql + " <> ''"}
	}
	return both(textIs(c.sql, h.Op, h.Key), clause{sql: c.sql + " <> ''"}) // of which there are partial indexes
}

// indexed reports whether an index has together what a comparison is true of.
// What is later than a time is asked for often, and is little then.
func (c column) indexed(op scim.Op) bool {
	switch c.kind {
	case textColumn:
		return op == scim.Equal || op == scim.StartsWith
	case idColumn:
		return op == scim.Equal
	case timeColumn:
		return op == scim.Equal || op == scim.Greater || op == scim.GreaterOrEqual
	}
	return false
}

func (c column) testID(h scim.Has) clause {
	switch h.Op {
	case "":
		return clause{sql: everybody}
	case scim.Equal:
		if !iam.ValidID(h.Key) {
			return clause{sql: nobody}
		}
		return clause{c.sql + " = ?", []any{h.Key}}
	}
	return textIs(c.text, h.Op, h.Key)
}

// testTime compares to a time that may be more exact than those in columns.
func (c column) testTime(h scim.Has) clause {
	if h.Op == "" {
		return clause{sql: everybody}
	}
	at, ok := scim.KeyTime(h.Key)
	if !ok {
		return clause{sql: nobody}
	}
	op := h.Op
	if at.Nanosecond()%int(time.Microsecond) != 0 { // it is between two
		switch op {
		case scim.Equal:
			return clause{sql: nobody}
		case scim.NotEqual:
			return clause{sql: everybody}
		case scim.GreaterOrEqual:
			op = scim.Greater
		case scim.Less:
			op = scim.LessOrEqual
		}
	}
	return clause{c.sql + signs[op] + "?", []any{at.UnixMicro()}}
}

// signs are the operators that SQL has too.
var signs = map[scim.Op]string{scim.Equal: " = ", scim.NotEqual: " <> ", scim.Greater: " > ", scim.GreaterOrEqual: " >= ",
	scim.Less: " < ", scim.LessOrEqual: " <= "}

// textIs compares a text to a key, by bytes.
func textIs(text string, op scim.Op, key string) clause {
	switch op {
	case scim.Contains:
		return clause{"replace(" + text + ", CAST(? AS TEXT), '') <> " + text, []any{key}}
	case scim.EndsWith:
		return clause{"substr(" + text + ", length(" + text + ") - ? + 1) = ?", []any{utf8.RuneCountInString(key), key}}
	case scim.StartsWith:
		if above, ok := successor(key); ok {
			return clause{text + " >= ? AND " + text + " < ?", []any{key, above}}
		}
		return clause{text + " >= ?", []any{key}}
	}
	return clause{text + signs[op] + "?", []any{key}}
}

// valueIs is true of those rows of values that make a comparison true.
func valueIs(row string, h scim.Has) clause {
	of := clause{row + ".path = ?", []any{h.Path}}
	if h.Op == "" {
		return of
	}
	return both(of, keyIs(row, h))
}

// keyIs compares a key that is kept in two parts, see splitKey.
func keyIs(row string, h scim.Has) clause {
	start, rest := row+".value_key", row+".value_rest"
	key, more := splitKey(storable(h.Key))
	switch h.Op {
	case scim.Equal:
		return clause{start + " = ? AND " + rest + " = ?", []any{key, more}}
	case scim.Contains, scim.EndsWith:
		return textIs("("+start+" || "+rest+")", h.Op, h.Key)
	case scim.StartsWith:
		if more == "" {
			return textIs(start, h.Op, key)
		}
		return both(clause{start + " = ?", []any{key}}, textIs(rest, h.Op, more))
	}
	return clause{"(" + start + ", " + rest + ")" + signs[h.Op] + "(?, ?)", []any{key, more}}
}
