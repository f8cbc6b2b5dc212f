package transfer

import (
	"reflect"
	"slices"
	"strings"
)

// layout are the columns that a writer has.
type layout struct {
	columns []column
	of      map[string][]int // by the member of a resource that they say something of
}

func newLayout(paths ...string) layout {
	l := layout{of: map[string][]int{}}
	for i, path := range paths {
		c := must(path)
		member := c.attribute
		if c.urn != "" {
			member = c.urn
		}
		l.columns = append(l.columns, c)
		l.of[member] = append(l.of[member], i)
	}
	return l
}

// fill answers the text of each column, and the members of a resource that cannot
// be read from these texts as they are. Of users and groups that it refers to only
// the names count.
func (l layout) fill(resource map[string]any) (texts []string, rest map[string]any) {
	texts, rest = make([]string, len(l.columns)), map[string]any{}
	for member, v := range resource {
		if v == nil || member == "schemas" || member == "meta" { // as the reader of a file knows without
			continue
		}
		read := newRow()
		exact := true
		for _, i := range l.of[member] {
			texts[i] = l.columns[i].text(resource)
			// Readers of CSV take CRLF for LF.
			exact = exact && !strings.Contains(texts[i], "\r\n") && read.put(l.columns[i], texts[i]) == nil
		}
		if exact && same(member, read.resource[member], v) {
			continue
		}
		for _, i := range l.of[member] {
			texts[i] = ""
		}
		rest[member] = v
	}
	return texts, rest
}

// same reports whether a member has the same value, or names the same.
func same(member string, got, want any) bool {
	if !slices.Contains(references, member) {
		return reflect.DeepEqual(got, want)
	}
	one, isList := want.([]any)
	other, _ := got.([]any)
	if !isList {
		return got != nil && named(got) == named(want)
	}
	return slices.EqualFunc(one, other, func(a, b any) bool { return named(a) == named(b) })
}

// add puts members that no column has said anything of into a resource.
func add(resource, rest map[string]any) (twice string) {
	for member, v := range rest {
		if resource[member] != nil {
			return member
		}
		resource[member] = v
	}
	return ""
}
