package scim

import (
	"slices"
)

// values applies the operation to an attribute of several values.
func (p patch) values(c map[string]any, at place, f Filter, v any) error {
	a := at.attribute
	old, _ := c[a.Name].([]any)
	l := values{a: a, all: slices.Clone(old)}
	apply := p.whole
	if f != nil || at.sub != nil {
		apply = p.chosen
	}
	if err := apply(&l, at, f, v); err != nil {
		return err
	}
	// Values of which nothing is left go, and those that have become another one.
	l.all = slices.DeleteFunc(l.all, func(e any) bool { m, ok := e.(map[string]any); return e == nil || ok && len(m) == 0 })
	Resource(c).set(a.Name, notNone(a.unite(l.all)))
	return nil
}

// whole applies the operation to the list of values.
func (p patch) whole(l *values, at place, _ Filter, v any) error {
	if isNull(v) {
		if p.verb != add {
			l.all = nil
		}
		return nil
	}
	read, err := l.a.read(at.name(), v)
	if err != nil {
		return err
	}
	given, _ := read.([]any)
	switch p.verb {
	case add:
		l.add(given)
	case replace:
		l.all = given
	case remove: // of some values, which is not in the standard, and sent by clients
		l.remove(given)
	}
	return nil
}

// chosen applies the operation to those values that make a filter true, or to
// all, or to one sub-attribute of them.
func (p patch) chosen(l *values, at place, f Filter, v any) error {
	places, err := l.find(f)
	if err != nil {
		return err
	}
	switch {
	case p.verb == replace && f != nil && len(places) == 0 && p.strict:
		return broken(ReasonNoTarget, "path", "must lead to a value: there is none of %s that is so", l.a.Name)
	case at.sub == nil && isNull(v) && p.verb == add:
		return nil
	case at.sub == nil && p.clears(v):
		for _, i := range places {
			l.all[i] = nil
		}
		return nil
	case len(places) == 0 && p.clears(v):
		return nil
	case len(places) == 0:
		l.all = append(l.all, l.a.described(f))
		places = []int{len(l.all) - 1}
		p.verb = add // since it is not there
	}
	if at.sub == nil {
		return p.exchange(l, at, places, v)
	}
	for _, i := range places {
		m := l.all[i].(map[string]any)
		if err := p.put(m, at, v); err != nil {
			return err
		}
		l.put(i, m)
	}
	return nil
}

// exchange puts another value in the place of values, or adds its members to them.
func (p patch) exchange(l *values, at place, places []int, v any) error {
	read, err := l.a.readOne(at.name(), v)
	if err != nil {
		return err
	}
	now, _ := read.(map[string]any)
	simple := l.a.kind() != Complex
	for _, i := range places {
		switch old, _ := l.all[i].(map[string]any); {
		case p.verb == replace, simple && read != nil:
			l.put(i, clone(read))
		case !simple:
			if err := l.a.merge(old, now, at.name()); err != nil {
				return err
			}
			l.put(i, old)
		}
	}
	return nil
}

// values are those of one attribute while an operation changes them.
type values struct {
	a   *Attribute
	all []any
}

// put sets one value. Where it is the primary one, no other is any more (RFC 7644
// section 3.5.2).
func (l *values) put(i int, e any) {
	l.all[i] = e
	if !isPrimary(e) {
		return
	}
	for j, other := range l.all {
		if j != i && isPrimary(other) {
			other.(map[string]any)[attrPrimary] = false
		}
	}
}

// add adds values: what is there already, is only told more of.
func (l *values) add(given []any) {
	there := make(map[string]int, len(l.all))
	for i, e := range l.all {
		there[l.a.key(e)] = i
	}
	for _, e := range given {
		i, known := there[l.a.key(e)]
		if known {
			e = l.a.overlaid(l.all[i], e)
		} else {
			i = len(l.all)
			l.all = append(l.all, nil)
			there[l.a.key(e)] = i
		}
		l.put(i, e)
	}
}

// remove removes those values that one that is given says.
func (l *values) remove(given []any) {
	if l.a.identified() || l.a.kind() != Complex {
		gone := make(map[string]bool, len(given))
		for _, e := range given {
			gone[l.a.key(e)] = true
		}
		l.all = slices.DeleteFunc(l.all, func(e any) bool { return gone[l.a.key(e)] })
		return
	}
	l.all = slices.DeleteFunc(l.all, func(e any) bool {
		return slices.ContainsFunc(given, func(g any) bool { return l.a.says(e, g) })
	})
}

// find answers the places of the values that make a filter true, of all without
// one. Simple values are the attribute "value" of a filter.
func (l *values) find(f Filter) (places []int, err error) {
	one := func(map[string]any) bool { return true }
	simple := l.a.kind() != Complex
	if f != nil {
		a := l.a
		if simple {
			value := *a
			value.Name, value.Multi = attrValue, false
			a = &Attribute{Name: a.Name, Type: Complex, Sub: []Attribute{value}}
		}
		if one, err = a.compile(f); err != nil {
			return nil, err
		}
	}
	for i, e := range l.all {
		m, ok := e.(map[string]any)
		if simple {
			m, ok = map[string]any{attrValue: e}, true
		}
		if ok && one(m) { // what others have written may be anything
			places = append(places, i)
		}
	}
	return places, nil
}

// described answers a value with the sub-attributes that a filter says it has, so
// that adding to emails[type eq "work"].value makes one of that type.
func (a *Attribute) described(f Filter) map[string]any {
	v := map[string]any{}
	var describe func(f Filter)
	describe = func(f Filter) {
		switch f := f.(type) {
		case And:
			describe(f.Left)
			describe(f.Right)
		case Compare:
			sub := a.sub(f.Path.Name)
			if sub == nil || f.Op != Equal || sub.Mutability == ReadOnly {
				return
			}
			if read, err := sub.read(sub.Name, f.Value); err == nil && read != nil {
				v[sub.Name] = read
			}
		}
	}
	describe(f)
	return v
}
