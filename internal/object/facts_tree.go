package object

import (
	"strconv"
	"strings"
)

// tree is a value of a free spec, in which anything may be anywhere: what is not
// of the form that is looked for is as if it were not there.
type tree struct {
	v         any
	namespace string // of the object, for references without one
}

// at answers the value at a path of names with dots between.
func (t tree) at(path string) tree {
	for name := range strings.SplitSeq(path, ".") {
		members, _ := t.v.(map[string]any)
		t.v = members[name]
	}
	return t
}

// is reports whether there is something at a path: as in any proto3 message,
// null, false, "", 0 and an empty list are nothing, while an empty object is
// the choice that it stands for.
func (t tree) is(path string) bool {
	switch v := t.at(path).v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	}
	return true
}

// any reports whether there is something at one of some paths.
func (t tree) any(paths ...string) bool { return t.which(paths...) != "" }

// which answers the first of some paths at which there is something.
func (t tree) which(paths ...string) string {
	for _, path := range paths {
		if t.is(path) {
			return path
		}
	}
	return ""
}

func (t tree) text(path string) string {
	s, _ := t.at(path).v.(string)
	return s
}

// number reads an integer, which proto3 JSON may write as a text.
func (t tree) number(path string) int64 {
	switch v := t.at(path).v.(type) {
	case float64:
		return int64(v)
	case string:
		n, _ := strconv.ParseInt(v, 10, 64) // 0 where it is none
		return n
	}
	return 0
}

func (t tree) list(path string) []tree {
	items, _ := t.at(path).v.([]any)
	all := make([]tree, len(items))
	for i, v := range items {
		all[i] = tree{v, t.namespace}
	}
	return all
}

func (t tree) texts(path string) (all []string) {
	for _, item := range t.list(path) {
		if s, ok := item.v.(string); ok && s != "" {
			all = append(all, s)
		}
	}
	return all
}

// reference answers what the reference at a path names, nil without one.
func (t tree) reference(path string) *Named {
	n := Named{Namespace: t.text(path + ".namespace"), Name: t.text(path + ".name")}
	if n.Name == "" {
		return nil
	}
	if n.Namespace == "" {
		n.Namespace = t.namespace
	}
	return &n
}
