package storage

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Names of what an object refers to come with its row, as one text, so that a
// read is one statement and a list is not one statement a row. Each text in it
// stands behind its length in characters and a colon, as netstrings do.

// netstring is the SQL of one text among several.
func netstring(column string) string {
	return "CAST(length(" + column + ") AS TEXT) || ':' || " + column
}

// refText is the SQL, an aggregate, of iam.Refs: each an id, which always has
// 36 characters, and the netstrings of handle and name.
func refText(id, handle, name string) string {
	return "COALESCE(string_agg(CAST(" + id + " AS TEXT) || " + netstring(handle) + " || " + netstring(name) + ", ''), '')"
}

// refsTo scans what refText made, sorted by name.
type refsTo[T ~string] struct{ refs *[]iam.Ref[T] }

func (d refsTo[T]) Scan(src any) error {
	s, ok := src.(string)
	if !ok {
		return fmt.Errorf("references as %T", src)
	}
	var refs []iam.Ref[T]
	for s != "" {
		if len(s) < 36 {
			return errBrokenText
		}
		r := iam.Ref[T]{ID: T(s[:36])}
		var err error
		if r.Handle, s, err = cutNetstring(s[36:]); err != nil {
			return err
		}
		if r.Name, s, err = cutNetstring(s); err != nil {
			return err
		}
		refs = append(refs, r)
	}
	slices.SortFunc(refs, func(a, b iam.Ref[T]) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
	})
	*d.refs = refs
	return nil
}

// textsTo scans a sequence of netstrings, in the order of the database.
type textsTo struct{ texts *[]string }

func (d textsTo) Scan(src any) error {
	s, ok := src.(string)
	if !ok {
		return fmt.Errorf("texts as %T", src)
	}
	var texts []string
	for s != "" {
		var text string
		var err error
		if text, s, err = cutNetstring(s); err != nil {
			return err
		}
		texts = append(texts, text)
	}
	*d.texts = texts
	return nil
}

// idsTo scans ids that follow one another, and sorts them.
type idsTo[T ~string] struct{ ids *[]T }

func (d idsTo[T]) Scan(src any) error {
	s, ok := src.(string)
	if !ok || len(s)%36 != 0 {
		return errBrokenText
	}
	var ids []T
	for ; s != ""; s = s[36:] {
		ids = append(ids, T(s[:36]))
	}
	slices.Sort(ids)
	*d.ids = ids
	return nil
}

var errBrokenText = errors.New("a text of several that is not what this program makes")

func cutNetstring(s string) (text, rest string, err error) {
	length, rest, ok := strings.Cut(s, ":")
	n, err := strconv.Atoi(length)
	if !ok || err != nil || n < 0 {
		return "", "", errBrokenText
	}
	end := 0
	for range n {
		_, size := utf8.DecodeRuneInString(rest[end:])
		if size == 0 {
			return "", "", errBrokenText
		}
		end += size
	}
	return rest[:end], rest[end:], nil
}
