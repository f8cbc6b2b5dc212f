package scim

import (
	"maps"
	"slices"
)

// values applies the operation to an attribute of several values.
func (p patch) values(c map[string]any, at place, f Filter, v any) error {
	a := at.attribute
	old, _ := c[a.Name].([]any)
	l := values{a: a, all: slices.Clone(old)}
	var err error
	switch {
	case f == nil && at.sub == nil:
		err = p.whole(&l, at, v)
	case a.kind() != Complex:
		return broken(ReasonPath, "path", "must not have brackets or a sub-attribute at %s", a.Name)
	default:
		err = p.chosen(&l, at, f, v)
	}
	if err != nil {
		return err
	}
	l.settle()
	if len(l.all) == 0 {
		delete(c, a.Name)
	} else {
		c[a.Name] = l.all
	}
	return nil
}

// whole applies the operation to the list of values.
func (p patch) whole(l *values, at place, v any) error {
	if p.verb == remove && isNull(v) {
		l.all = nil
		return nil
	}
	read, err := l.a.read(at.name(), v)
	if err != nil {
		return err
	}
	given, _ := read.([]any)
	switch p.verb {
	case add:
		there := l.a.keys(l.all)
		for _, e := range given {
			if !there[l.a.key(e)] {
				l.all = append(l.all, nil)
				l.put(len(l.all)-1, e)
			}
		}
	case replace:
		l.all = given
	case remove: // of some values, which is not in the standard, and sent by clients
		gone := l.a.keys(given)
		l.all = slices.DeleteFunc(l.all, func(e any) bool { return gone[l.a.key(e)] })
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
	case p.verb == remove && at.sub == nil:
		for _, i := range slices.Backward(places) {
			l.all = slices.Delete(l.all, i, i+1)
		}
		return nil
	case p.verb == remove && len(places) == 0:
		return nil
	case p.verb == replace && len(places) == 0 && f != nil:
		return broken(ReasonNoTarget, "path", "must lead to a value: there is none of %s that is so", l.a.Name)
	case len(places) == 0:
		fresh := map[string]any{}
		l.a.described(f, fresh)
		l.all = append(l.all, fresh)
		places = []int{len(l.all) - 1}
	}
	if at.sub == nil {
		return p.exchange(l, at, places, v)
	}
	for _, i := range places {
		m := l.all[i].(map[string]any)
		if err := p.put(m, at.sub, at.name(), v); err != nil {
			return err
		}
		l.put(i, m)
	}
	return nil
}

// exchange puts an object in the place of values, or adds its members to them.
func (p patch) exchange(l *values, at place, places []int, v any) error {
	read, err := l.a.readOne(at.name(), v)
	if err != nil {
		return err
	}
	now, _ := read.(map[string]any)
	for _, i := range places {
		m := map[string]any{}
		if p.verb == add {
			m = l.all[i].(map[string]any)
		}
		maps.Copy(m, now)
		l.put(i, m)
	}
	return nil
}

// values are those of one attribute while an operation changes them.
type values struct {
	a   *Attribute
	all []any
	// preferred is behind the last value that the operation said is the primary
	// one; 0 where it said so of none.
	preferred int
}

func (l *values) put(i int, e any) {
	l.all[i] = e
	if isPrimary(e) {
		l.preferred = i + 1
	}
}

// find answers the places of the values that make a filter true, of all without
// one.
func (l *values) find(f Filter) (places []int, err error) {
	one := func(map[string]any) bool { return true }
	if f != nil {
		if one, err = l.a.compile(f); err != nil {
			return nil, err
		}
	}
	for i, e := range l.all {
		if m, ok := e.(map[string]any); ok && one(m) {
			places = append(places, i)
		}
	}
	return places, nil
}

// settle lets one value only be the primary one: that which has become so last
// (RFC 7644 section 3.5.2). Values of which nothing is left go.
func (l *values) settle() {
	for i, e := range l.all {
		if m, ok := e.(map[string]any); ok && l.preferred > 0 && i != l.preferred-1 && isPrimary(m) {
			m[attrPrimary] = false
		}
	}
	l.all = slices.DeleteFunc(l.all, func(e any) bool { m, ok := e.(map[string]any); return ok && len(m) == 0 })
}

// described gives an object the sub-attributes that a filter says its value has,
// so that adding to emails[type eq "work"].value makes one of that type.
func (a *Attribute) described(f Filter, v map[string]any) {
	switch f := f.(type) {
	case And:
		a.described(f.Left, v)
		a.described(f.Right, v)
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
