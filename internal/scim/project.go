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
	// Written are the paths that the client has just written, as Named and
	// NamedBy answer them: what is returned on request only, is where they name
	// it (RFC 7643 section 7).
	Written []string
	// OnRequest keeps what is returned on request only: for who projects again.
	OnRequest bool
}

// Named answers the paths that a resource names, as a client sent it.
func Named(sent map[string]any) []string {
	var paths []string
	for name, v := range sent {
		behind := "."
		if validURN(name) {
			behind = ":"
		}
		paths = appendPaths(paths, name, behind, v)
	}
	return paths
}

// appendPaths appends a path and those of what is inside of its values.
func appendPaths(paths []string, at, behind string, v any) []string {
	paths = append(paths, at)
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, e := range list {
		members, _ := e.(map[string]any)
		for name, inner := range members {
			paths = appendPaths(paths, at+behind+name, ".", inner)
		}
	}
	return paths
}

// NamedBy answers the paths that operations of a PATCH name.
func NamedBy(operations []Operation) []string {
	var paths []string
	for _, o := range operations {
		if members, ok := o.Value.(map[string]any); ok && o.Path == "" {
			paths = append(paths, Named(members)...)
		} else if path, err := ParsePatchPath(o.Path); err == nil {
			paths = append(paths, path.Path.String())
		}
	}
	return paths
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
func (t *ResourceType) Project(r Resource, p Projection) Resource { return t.projector(p)(r) }

// projector is Project for many documents.
func (t *ResourceType) projector(p Projection) func(Resource) Resource {
	s := selection{wanted: t.places(p.Attributes), excluded: t.places(p.Excluded), only: len(p.Attributes) > 0, onRequest: p.OnRequest}
	if t.selective() {
		s.written = t.places(p.Written)
		for at := range s.written {
			at.sub = nil
			s.written[at] = true // what is written in it is written of it
		}
	} else if !s.only && len(s.excluded) == 0 {
		return func(r Resource) Resource {
			r = maps.Clone(r)
			delete(r, attrPassword)
			return r
		}
	}
	return func(r Resource) Resource {
		out := Resource{}
		for _, attributes := range [][]Attribute{common, t.Schema.Attributes} {
			s.choose(nil, attributes, r, out)
		}
		for _, x := range t.Extensions {
			members := map[string]any{}
			s.choose(x, x.Attributes, r.members(x), members)
			out.set(x.ID, notEmpty(members))
		}
		return out
	}
}

// places are where names lead, without those that lead nowhere.
func (t *ResourceType) places(names []string) map[place]bool {
	all := make(map[place]bool, len(names))
	for _, name := range names {
		if path, err := ParsePath(name); err == nil {
			if at, ok := t.resolve(path); ok {
				all[at] = true
			}
		}
	}
	return all
}

// selective reports whether the type has attributes, besides the password, that
// are not returned unless somebody asks.
func (t *ResourceType) selective() bool {
	return slices.ContainsFunc(t.Extensions, func(x *Schema) bool { return slices.ContainsFunc(x.Attributes, Attribute.selective) })
}

func (a Attribute) selective() bool {
	return a.Returned == ReturnedNever || a.Returned == ReturnedRequest || slices.ContainsFunc(a.Sub, Attribute.selective)
}

// selection is a projection, with names as the places that they lead to.
type selection struct {
	wanted, excluded, written map[place]bool
	only                      bool // nothing but what is wanted
	onRequest                 bool // also what is returned on request only
}

// choose copies those attributes that are wanted.
func (s selection) choose(x *Schema, attributes []Attribute, from, to map[string]any) {
	for i := range attributes {
		a := &attributes[i]
		v := from[a.Name]
		if v == nil {
			continue
		}
		if a.kind() == Complex {
			v = s.chosen(x, a, v)
		} else if !s.has(place{extension: x, attribute: a}, a.Returned) {
			v = nil
		}
		Resource(to).set(a.Name, v)
	}
}

// chosen answers what is wanted of a complex attribute's values, nil where that is
// nothing.
func (s selection) chosen(x *Schema, a *Attribute, v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for i := range a.Sub {
			sub := &a.Sub[i]
			if e := v[sub.Name]; e != nil && a.Returned != ReturnedNever && s.hasSub(place{x, a, sub}) {
				m[sub.Name] = e
			}
		}
		return notEmpty(m)
	case []any:
		var all []any
		for _, e := range v {
			if c := s.chosen(x, a, e); c != nil {
				all = append(all, c)
			}
		}
		return notNone(all)
	}
	return nil
}

// has reports whether an attribute is wanted.
func (s selection) has(at place, returned Returned) bool {
	whole := place{extension: at.extension}
	switch {
	case returned == ReturnedNever:
		return false
	case returned == ReturnedAlways, s.wanted[at]:
		return true
	case returned == ReturnedRequest:
		return s.onRequest || !s.only && s.written[at]
	case s.only:
		return at.extension != nil && s.wanted[whole]
	}
	return !s.excluded[at] && (at.extension == nil || !s.excluded[whole])
}

// hasSub reports whether a sub-attribute is wanted: itself, or with the attribute
// that it is of.
func (s selection) hasSub(at place) bool {
	of := at
	of.sub = nil
	switch returned := at.sub.Returned; {
	case returned == ReturnedNever:
		return false
	case returned == ReturnedAlways, s.wanted[at]:
		return true
	case returned == ReturnedRequest:
		return s.onRequest || !s.only && s.written[at]
	case s.excluded[at] && !s.only:
		return false
	}
	return s.has(of, at.attribute.Returned)
}
