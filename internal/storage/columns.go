package storage

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// scanner is a row of either *sql.Row or *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// bind puts arguments, in place, into the forms that columns have: times as
// microseconds, maps as JSON, and texts, whatever their type, as texts. To do
// it again changes nothing.
func bind(args []any) []any {
	for i, a := range args {
		switch v := a.(type) {
		case nil, bool, int, int64, []byte:
		case string:
			if !isStorable(v) { // else not a copy of each
				args[i] = storable(v)
			}
		case time.Time:
			args[i] = micros(v)
		case map[string]string:
			args[i] = encodeMap(v)
		case iam.UserRules:
			args[i] = encodeRules(v)
		default:
			if r := reflect.ValueOf(a); r.Kind() == reflect.String {
				args[i] = storable(r.String())
			}
		}
	}
	return args
}

// storable answers s as both engines can keep it. PostgreSQL refuses a NUL and
// bytes that are not UTF-8; for the sake of one behaviour each becomes U+FFFD
// in both.
func storable(s string) string {
	if isStorable(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == 0 {
			return utf8.RuneError
		}
		return r
	}, s)
}

func isStorable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// micros is a time as a column: microseconds since 1970, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// timeTo scans a column of microseconds.
type timeTo struct{ t *time.Time }

func (d timeTo) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time as %T", src)
	}
	*d.t = fromMicros(n)
	return nil
}

func encodeMap(m map[string]string) string {
	if len(m) == 0 {
		return "{}"
	}
	return encodeJSON(m)
}

// encodeRules answers the default of the column for those of nearly all users.
func encodeRules(r iam.UserRules) string {
	if reflect.ValueOf(r).IsZero() {
		return "{}"
	}
	return encodeJSON(r)
}

// encodeJSON is for values that always are JSON, of types that storage knows.
func encodeJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("storage: a column of JSON: " + err.Error())
	}
	return string(b)
}

func decodeJSON(text string, v any) error { return json.Unmarshal([]byte(text), v) }

// jsonTo scans a column of JSON. An empty map or list is read as nil.
type jsonTo[T any] struct{ v *T }

func (d jsonTo[T]) Scan(src any) error { return scanJSON(src, d.v, json.Unmarshal) }

// mapTo is jsonTo for maps, of which long lists have several a row: it takes
// half as long.
type mapTo struct{ m *map[string]string }

func (d mapTo) Scan(src any) error {
	return scanJSON(src, d.m, func(raw []byte, v any) error {
		// Two keys that were no text have become the same.
		return jsonv2.Unmarshal(raw, v, jsontext.AllowDuplicateNames(true))
	})
}

func scanJSON[T any](src any, dest *T, decode func([]byte, any) error) error {
	var raw []byte
	switch v := src.(type) {
	case string:
		raw = []byte(v)
	case []byte:
		raw = v
	default:
		return fmt.Errorf("JSON as %T", src)
	}
	var v T
	if len(raw) > len("{}") {
		if err := decode(raw, &v); err != nil {
			return err
		}
	}
	*dest = v
	return nil
}

// joinWords makes a column of words that have no spaces in them.
func joinWords[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, " ")
}

// wordsTo scans a column of words, an empty one as nil.
type wordsTo[T ~string] struct{ v *[]T }

func (d wordsTo[T]) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("words as %T", src)
	}
	*d.v = nil
	for word := range strings.FieldsSeq(text) {
		*d.v = append(*d.v, T(word))
	}
	return nil
}

// to makes the destinations of Scan that need one of the types above.
func to(dest any) any {
	switch v := dest.(type) {
	case *time.Time:
		return timeTo{v}
	case *map[string]string:
		return mapTo{v}
	case *iam.UserRules:
		return jsonTo[iam.UserRules]{v}
	default:
		return dest
	}
}

// short is the SQL of iam.Short for a column of ids. The range in front of it
// lets the primary key find the candidates.
func short(column string) string {
	text := "CAST(" + column + " AS TEXT)"
	return column + " BETWEEN ? AND ? AND substr(" + text + ", 1, 8) || substr(" + text + ", 10, 4) || substr(" + text + ", 25, 12) = ?"
}
