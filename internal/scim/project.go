package scim

import (
	"maps"
	"slices"
	"strings"
)

// Projection says which attributes of a resource are wanted (RFC 7644 section
// 3.9): those of Attributes only where there are any, and none of Excluded.
// What is always returned is, and what never is, is not. A name that no
// attribute has means nothing.
type Projection struct {
	Attributes []string
	Excluded   []string
}

// Leaves reports whether an attribute as a whole is left out.
func (p Projection) Leaves(t *ResourceType, name string) bool {
	named := func(list []string) bool {
		return slices.ContainsFunc(list, func(s string) bool {
			path, err := ParsePath(s)
			at, ok := t.resolve(path)
			return err == nil && ok && at.attribute != nil && at.extension == nil && at.attribute.Name == name
		})
	}
	if len(p.Attributes) > 0 {
		return !named(p.Attributes)
	}
	return slices.ContainsFunc(p.Excluded, func(s string) bool { return !strings.Contains(s, ".") && named([]string{s}) })
}

// Project answers a document with what is wanted of it.
func (t *ResourceType) Project(r Resource, p Projection) Resource {
	if len(p.Attributes) > 0 {
		chosen := Resource{}
		for _, at := range t.places(p.Attributes) {
			at.copy(r, chosen)
		}
		for _, a := range slices.Concat(common, t.Schema.Attributes) {
			if a.Returned == ReturnedAlways && r[a.Name] != nil {
				chosen[a.Name] = r[a.Name]
			}
		}
		return chosen
	}
	r = maps.Clone(r)
	for _, at := range t.places(p.Excluded) {
		if at.attribute == nil || at.attribute.Returned != ReturnedAlways {
			at.cut(r)
		}
	}
	return r
}

// places are where names lead, without those that lead nowhere.
func (t *ResourceType) places(names []string) []place {
	var all []place
	for _, name := range names {
		if path, err := ParsePath(name); err == nil {
			if at, ok := t.resolve(path); ok {
				all = append(all, at)
			}
		}
	}
	return all
}

// copy puts what is at a place of one document into another one.
func (at place) copy(from, to Resource) {
	if at.extension != nil {
		in := from.members(at.extension)
		if at.attribute == nil {
			to.set(at.extension.ID, notEmpty(in))
			return
		}
		if in[at.attribute.Name] == nil {
			return
		}
		out, _ := to[at.extension.ID].(map[string]any)
		if out == nil {
			out = map[string]any{}
			to[at.extension.ID] = out
		}
		from, to = in, out
	}
	name := at.attribute.Name
	if at.sub == nil {
		to.set(name, from[name])
		return
	}
	to.set(name, keeping(from[name], to[name], at.sub.Name))
}

// keeping answers the values with one sub-attribute more than there were in
// those that had been chosen before.
func keeping(from, chosen any, sub string) any {
	switch v := from.(type) {
	case map[string]any:
		if v[sub] == nil {
			return chosen
		}
		m, _ := chosen.(map[string]any)
		m = maps.Clone(m)
		if m == nil {
			m = map[string]any{}
		}
		m[sub] = v[sub]
		return m
	case []any:
		before, _ := chosen.([]any)
		all := make([]any, len(v))
		for i, e := range v {
			var old any = map[string]any{}
			if i < len(before) {
				old = before[i]
			}
			all[i] = keeping(e, old, sub)
		}
		return all
	default:
		return chosen
	}
}

// cut removes what is at a place. What the document shares with others is
// copied first.
func (at place) cut(r Resource) {
	if at.extension != nil {
		in := maps.Clone(r.members(at.extension))
		if at.attribute == nil || in == nil {
			delete(r, at.extension.ID)
			return
		}
		inner := place{attribute: at.attribute, sub: at.sub}
		inner.cut(in)
		r.set(at.extension.ID, notEmpty(in))
		return
	}
	name := at.attribute.Name
	if at.sub == nil {
		delete(r, name)
		return
	}
	r.set(name, lacking(r[name], at.sub.Name))
}

// lacking answers values without one sub-attribute.
func lacking(v any, sub string) any {
	switch v := v.(type) {
	case map[string]any:
		m := maps.Clone(v)
		delete(m, sub)
		return notEmpty(m)
	case []any:
		var all []any
		for _, e := range v {
			if l := lacking(e, sub); l != nil {
				all = append(all, l)
			}
		}
		return notNone(all)
	default:
		return v
	}
}
