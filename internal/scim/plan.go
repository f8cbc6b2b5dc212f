package scim

import (
	"strings"
)

// maxTerms bounds a filter, in values that are looked for.
const maxTerms = 200

// Condition is a filter as Store is asked for it. Errors as for Compile, and
// Invalid, of ReasonTooMany: the filter looks for too many values.
func (t *ResourceType) Condition(f Filter) (Condition, error) {
	p := planner{t: t, resolve: t.searchable}
	c, err := p.plan(f)
	if err == nil && p.terms > maxTerms {
		err = broken(ReasonTooMany, "filter", "must look for at most %d values", maxTerms)
	}
	return c, err
}

// planner makes conditions of filters on resources, or on the values of one
// complex attribute.
type planner struct {
	t       *ResourceType
	resolve func(Path) (place, bool)
	inside  bool // brackets, where an attribute has one value
	terms   int
}

func (p *planner) plan(f Filter) (Condition, error) {
	switch f := f.(type) {
	case And:
		return p.both(f.Left, f.Right, all)
	case Or:
		return p.both(f.Left, f.Right, either)
	case Not:
		c, err := p.plan(f.Filter)
		return neither(c), err
	case Present:
		at, ok := p.resolve(f.Path)
		if !ok {
			return Constant(false), nil
		}
		return p.present(at), nil
	case Values:
		return p.values(f)
	case Compare:
		return p.compare(f)
	}
	panic("scim: unknown filter") // there are no others
}

func (p *planner) both(left, right Filter, join func(a, b Condition) Condition) (Condition, error) {
	a, err := p.plan(left)
	if err != nil {
		return nil, err
	}
	b, err := p.plan(right)
	return join(a, b), err
}

// values is about one value of a complex attribute.
func (p *planner) values(f Values) (Condition, error) {
	at, ok := p.resolve(f.Path)
	if !ok {
		return Constant(false), nil
	}
	if at.attribute == nil || at.attribute.kind() != Complex || at.sub != nil {
		return nil, broken(ReasonFilter, "filter", "must have a complex attribute before brackets, unlike %s", at.name())
	}
	inner := planner{t: p.t, resolve: at.within, inside: true}
	where, err := inner.plan(f.Filter)
	p.terms += inner.terms
	switch {
	case err != nil:
		return nil, err
	case !at.attribute.Multi:
		return all(p.present(at), where), nil
	case where == Constant(true):
		return p.present(at), nil
	}
	return element(at.path(), where), nil
}

// within finds what paths in brackets name: sub-attributes.
func (at place) within(p Path) (place, bool) {
	in := at
	in.sub = at.attribute.sub(p.Name)
	return in, in.sub != nil && in.sub.Returned != ReturnedNever && p.Schema == "" && p.Sub == ""
}

// compare says what compileCompare does.
func (p *planner) compare(f Compare) (Condition, error) {
	at, ok := p.resolve(f.Path)
	if ok && at.attribute != nil && at.sub == nil && at.attribute.kind() == Complex {
		at.sub = at.attribute.sub(attrValue)
		ok = at.sub != nil
	}
	switch {
	case f.Value == nil && f.Op != Equal && f.Op != NotEqual:
		return nil, broken(ReasonFilter, "filter", "must compare null by eq or ne")
	case f.Value == nil && ok && f.Op == NotEqual:
		return p.present(at), nil
	case f.Value == nil && ok:
		return neither(p.present(at)), nil
	case f.Value == nil:
		return Constant(f.Op == Equal), nil
	case !ok || at.attribute == nil:
		return Constant(f.Op == NotEqual), nil
	}
	is, err := at.leaf().comparison(f.Op, f.Value)
	switch {
	case err != nil:
		return nil, err
	case at.attribute.Name == attrSchemas && at.extension == nil:
		return p.schemas(is), nil
	}
	has := Has{at.path(), f.Op, at.leaf().Key(f.Value)}
	switch {
	case has.Key == "":
		return p.empty(at, f.Op), nil
	case f.Op != NotEqual:
		return p.has(has), nil
	case at.attribute.Multi && !p.inside:
		return either(p.has(has), neither(p.present(at))), nil
	}
	return neither(p.has(Has{has.Path, Equal, has.Key})), nil
}

// empty compares to a text that no value is, and all begin with.
func (p *planner) empty(at place, op Op) Condition {
	switch op {
	case Equal, Less, LessOrEqual:
		return Constant(false)
	case NotEqual:
		return Constant(true)
	}
	return p.present(at)
}

// schemas is about the URNs in a resource: that of its type, and those of the
// extensions of which it has something.
func (p *planner) schemas(is func(v any) bool) Condition {
	c := Condition(Constant(is(p.t.Schema.ID)))
	for _, x := range p.t.Extensions {
		if is(x.ID) {
			c = either(c, p.present(place{extension: x}))
		}
	}
	return c
}

// present is true where there is a value at a place.
func (p *planner) present(at place) Condition {
	c := Condition(Constant(false))
	switch {
	case at.attribute == nil:
		for i := range at.extension.Attributes {
			c = either(c, p.present(place{extension: at.extension, attribute: &at.extension.Attributes[i]}))
		}
		return c
	case at.attribute.Name == attrSchemas && at.extension == nil:
		return Constant(true)
	case at.sub == nil && at.attribute.kind() == Complex:
		for i := range at.attribute.Sub {
			c = either(c, p.present(place{at.extension, at.attribute, &at.attribute.Sub[i]}))
		}
		return c
	}
	return p.has(Has{Path: at.path()})
}

func (p *planner) has(h Has) Condition {
	p.terms++
	return h
}

// leaf is the attribute whose values are compared.
func (at place) leaf() *Attribute {
	if at.sub != nil {
		return at.sub
	}
	return at.attribute
}

// path is the place as Value has it.
func (at place) path() string { return strings.ToLower(at.name()) }

// sortPath is what a list is sorted by, as Find has it. Invalid, of ReasonPath.
func (t *ResourceType) sortPath(by string) (string, error) {
	if by == "" {
		return "", nil
	}
	p, err := ParsePath(by)
	if err != nil {
		return "", err
	}
	at, ok := t.searchable(p)
	if ok && at.attribute != nil && at.sub == nil && at.attribute.kind() == Complex {
		at.sub = at.attribute.sub(attrValue)
		ok = at.sub != nil
	}
	if !ok || at.attribute == nil {
		return "", broken(ReasonPath, "sortBy", "must be an attribute of %s that has simple values", t.Name)
	}
	return at.path(), nil
}

func all(a, b Condition) Condition {
	switch {
	case a == Constant(false) || b == Constant(false):
		return Constant(false)
	case a == Constant(true):
		return b
	case b == Constant(true):
		return a
	}
	return append(parts[All](a), parts[All](b)...)
}

func either(a, b Condition) Condition {
	switch {
	case a == Constant(true) || b == Constant(true):
		return Constant(true)
	case a == Constant(false):
		return b
	case b == Constant(false):
		return a
	}
	return append(parts[Any](a), parts[Any](b)...)
}

// parts are those of a condition of one kind, or else the condition alone.
func parts[T ~[]Condition](c Condition) T {
	if some, ok := c.(T); ok {
		return some
	}
	return T{c}
}

func neither(c Condition) Condition {
	switch c := c.(type) {
	case Constant:
		return !c
	case Neither:
		return c.Condition
	}
	return Neither{c}
}

// element is Element of a condition that is no Constant(true): of one value that
// makes one of several true where one of several has such a value, so that each
// can be looked up.
func element(path string, where Condition) Condition {
	c := Condition(Constant(false))
	for _, w := range parts[Any](where) {
		if w != Constant(false) {
			c = either(c, Element{path, w})
		}
	}
	return c
}
