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
		var r iam.Ref[T]
		var err error
		if r, s, err = cutRef[T](s); err != nil {
			return err
		}
		refs = append(refs, r)
	}
	slices.SortFunc(refs, compareRefs[T])
	*d.refs = refs
	return nil
}

func compareRefs[T ~string](a, b iam.Ref[T]) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
}

// roleText is the SQL, an aggregate, of roles in scopes: each a reference as
// refText makes it, behind the netstring of the scope.
func roleText(scope, id, handle, name string) string {
	return "COALESCE(string_agg(" + netstring(scope) + " || CAST(" + id + " AS TEXT) || " + netstring(handle) + " || " + netstring(name) + ", ''), '')"
}

// rolesTo scans what roleText made, sorted by scope and name, and those of them
// that are in the whole tenant.
type rolesTo struct {
	all     *[]iam.RoleIn
	inWhole *[]iam.Ref[iam.RoleID]
}

func (d rolesTo) Scan(src any) error {
	s, ok := src.(string)
	if !ok {
		return fmt.Errorf("roles as %T", src)
	}
	var roles []iam.RoleIn
	for s != "" {
		scope, rest, err := cutNetstring(s)
		if err != nil {
			return err
		}
		r := iam.RoleIn{Scope: iam.Scope(scope)}
		if r.Role, s, err = cutRef[iam.RoleID](rest); err != nil {
			return err
		}
		roles = append(roles, r)
	}
	slices.SortFunc(roles, func(a, b iam.RoleIn) int {
		return cmp.Or(strings.Compare(string(a.Scope), string(b.Scope)), compareRefs(a.Role, b.Role))
	})
	n := slices.IndexFunc(roles, func(r iam.RoleIn) bool { return r.Scope != iam.ScopeTenant }) // which sorts before all others
	if n < 0 {
		n = len(roles)
	}
	*d.all, *d.inWhole = roles, nil
	if n > 0 {
		*d.inWhole = make([]iam.Ref[iam.RoleID], n)
	}
	for i := range n {
		(*d.inWhole)[i] = roles[i].Role
	}
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

func cutRef[T ~string](s string) (r iam.Ref[T], rest string, err error) {
	if len(s) < 36 {
		return r, "", errBrokenText
	}
	r.ID = T(s[:36])
	if r.Handle, rest, err = cutNetstring(s[36:]); err != nil {
		return r, "", err
	}
	r.Name, rest, err = cutNetstring(rest)
	return r, rest, err
}

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
