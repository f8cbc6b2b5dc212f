package scim

import (
	"cmp"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Predicate reports whether a filter is true of a resource.
type Predicate func(Resource) bool

// Compile prepares a filter for resources of a type. An attribute that they do
// not have, has no value. Invalid, of ReasonFilter: a comparison makes no sense
// for the type of the attribute (RFC 7644 section 3.4.2.2).
func (t *ResourceType) Compile(f Filter) (Predicate, error) {
	test, err := compile(f, t.searchable)
	return func(r Resource) bool { return test(map[string]any(r), r) }, err
}

// searchable is resolve for what filters and sorting may look at: what is never
// returned has no value there, since they would tell it bit by bit.
func (t *ResourceType) searchable(p Path) (at place, ok bool) {
	at, ok = t.resolve(p)
	secret := at.attribute != nil && at.attribute.Returned == ReturnedNever || at.sub != nil && at.sub.Returned == ReturnedNever
	return at, ok && !secret
}

// test reports whether a filter is true of a value that has attributes; r is
// the resource, in which extensions are found.
type test func(v map[string]any, r Resource) bool

func compile(f Filter, resolve func(Path) (place, bool)) (test, error) {
	switch f := f.(type) {
	case And:
		return both(f.Left, f.Right, resolve, func(a, b test) test {
			return func(v map[string]any, r Resource) bool { return a(v, r) && b(v, r) }
		})
	case Or:
		return both(f.Left, f.Right, resolve, func(a, b test) test {
			return func(v map[string]any, r Resource) bool { return a(v, r) || b(v, r) }
		})
	case Not:
		t, err := compile(f.Filter, resolve)
		return func(v map[string]any, r Resource) bool { return !t(v, r) }, err
	case Present:
		at, ok := resolve(f.Path)
		return func(v map[string]any, r Resource) bool { return ok && len(at.values(v, r)) > 0 }, nil
	case Values:
		return compileValues(f, resolve)
	case Compare:
		return compileCompare(f, resolve)
	}
	panic("scim: unknown filter") // there are no others
}

func both(left, right Filter, resolve func(Path) (place, bool), join func(a, b test) test) (test, error) {
	a, err := compile(left, resolve)
	if err != nil {
		return nil, err
	}
	b, err := compile(right, resolve)
	return join(a, b), err
}

func compileValues(f Values, resolve func(Path) (place, bool)) (test, error) {
	at, ok := resolve(f.Path)
	if !ok {
		return func(map[string]any, Resource) bool { return false }, nil
	}
	if at.attribute == nil || at.attribute.kind() != Complex || at.sub != nil {
		return nil, broken(ReasonFilter, "filter", "must have a complex attribute before brackets, unlike %s", at.name())
	}
	one, err := at.attribute.compile(f.Filter)
	return func(v map[string]any, r Resource) bool {
		for _, e := range at.values(v, r) {
			if m, ok := e.(map[string]any); ok && one(m) {
				return true
			}
		}
		return false
	}, err
}

// compile prepares a filter for the values of a complex attribute.
func (a *Attribute) compile(f Filter) (func(map[string]any) bool, error) {
	t, err := compile(f, func(p Path) (place, bool) {
		sub := a.sub(p.Name)
		return place{attribute: sub}, sub != nil && sub.Returned != ReturnedNever && p.Schema == "" && p.Sub == ""
	})
	return func(v map[string]any) bool { return t(v, nil) }, err
}

// values are all values at a place. Those of a complex attribute are objects.
func (at place) values(v map[string]any, r Resource) []any {
	if at.extension != nil {
		v = r.members(at.extension)
	}
	if at.attribute == nil {
		if len(v) == 0 {
			return nil
		}
		return []any{v}
	}
	var all []any
	switch value := v[at.attribute.Name].(type) {
	case nil:
		return nil
	case []any:
		all = value
	default:
		all = []any{value}
	}
	if at.sub == nil {
		return all
	}
	var subs []any
	for _, e := range all {
		m, _ := e.(map[string]any)
		if s := m[at.sub.Name]; s != nil {
			subs = append(subs, s)
		}
	}
	return subs
}

func compileCompare(f Compare, resolve func(Path) (place, bool)) (test, error) {
	at, ok := resolve(f.Path)
	if ok && at.attribute != nil && at.sub == nil && at.attribute.kind() == Complex {
		// Of a complex attribute its value is meant (RFC 7644 section 3.4.2.2).
		at.sub = at.attribute.sub(attrValue)
		ok = at.sub != nil
	}
	if f.Value == nil {
		if f.Op != Equal && f.Op != NotEqual {
			return nil, broken(ReasonFilter, "filter", "must compare null by eq or ne")
		}
		return func(v map[string]any, r Resource) bool {
			return (ok && len(at.values(v, r)) > 0) == (f.Op == NotEqual)
		}, nil
	}
	if !ok || at.attribute == nil {
		return func(map[string]any, Resource) bool { return f.Op == NotEqual }, nil
	}
	leaf := at.attribute
	if at.sub != nil {
		leaf = at.sub
	}
	one, err := leaf.comparison(f.Op, f.Value)
	if err != nil {
		return nil, err
	}
	return func(v map[string]any, r Resource) bool {
		values := at.values(v, r)
		for _, e := range values {
			if one(e) {
				return true
			}
		}
		return f.Op == NotEqual && len(values) == 0
	}, nil
}

// comparison answers what compares a value of the attribute to one of a filter.
func (a *Attribute) comparison(op Op, to any) (func(v any) bool, error) {
	switch a.kind() {
	case Boolean:
		b, ok := boolean(to)
		if !ok || op != Equal && op != NotEqual {
			return nil, broken(ReasonFilter, "filter", "must compare %s by eq or ne to true or false", a.Name)
		}
		return func(v any) bool { return (v == b) == (op == Equal) }, nil
	case Integer, Decimal:
		n, ok := to.(float64)
		if !ok || op == Contains || op == StartsWith || op == EndsWith {
			return nil, broken(ReasonFilter, "filter", "must compare %s to a number, and as one", a.Name)
		}
		return func(v any) bool { m, ok := v.(float64); return ok && op.holds(cmp.Compare(m, n)) }, nil
	}
	text, ok := to.(string)
	switch {
	case !ok:
		return nil, broken(ReasonFilter, "filter", "must compare %s to a string", a.Name)
	case a.kind() == DateTime:
		return a.compareTimes(op, text)
	case a.kind() == Binary && op != Equal && op != NotEqual:
		return nil, broken(ReasonFilter, "filter", "must compare %s by eq or ne", a.Name)
	}
	form := func(s string) string { return s }
	if !a.CaseExact {
		form = iam.FoldCase
		text = form(text)
	}
	return func(v any) bool {
		s, _ := v.(string)
		return op.Holds(form(s), text)
	}, nil
}

// compareTimes compares moments, whatever their time zones.
func (a *Attribute) compareTimes(op Op, text string) (func(v any) bool, error) {
	to, err := time.Parse(time.RFC3339, text)
	if err != nil || op == Contains || op == StartsWith || op == EndsWith {
		return nil, broken(ReasonFilter, "filter", "must compare %s to a time in RFC 3339, and as one", a.Name)
	}
	return func(v any) bool {
		s, _ := v.(string)
		at, err := time.Parse(time.RFC3339, s)
		return err == nil && op.holds(at.Compare(to))
	}, nil
}

// Holds reports whether a comparison of two keys is true.
func (o Op) Holds(a, b string) bool {
	switch o {
	case Contains:
		return strings.Contains(a, b)
	case StartsWith:
		return strings.HasPrefix(a, b)
	case EndsWith:
		return strings.HasSuffix(a, b)
	}
	return o.holds(strings.Compare(a, b))
}

// holds reports whether an order of two values is that of the operator.
func (o Op) holds(order int) bool {
	switch o {
	case Equal:
		return order == 0
	case NotEqual:
		return order != 0
	case Greater:
		return order > 0
	case GreaterOrEqual:
		return order >= 0
	case Less:
		return order < 0
	default:
		return order <= 0
	}
}
