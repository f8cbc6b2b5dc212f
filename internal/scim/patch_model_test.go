package scim

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// PATCH written down once more, slow and obvious: every attribute is a list of
// values, of which one that is single has at most one; every operation makes a new
// list of the old one; values are found by comparing each with each. It has
// nothing in common with the engine but the tables below, which say what an
// attribute is.

// modelSpec is an attribute.
type modelSpec struct {
	name string
	of   string // the URN of the extension, empty in the core schema
	kind string // "text", "exact" with case, "flag", "number", "object"
	rule string // "", "read" only, "once" (immutable), "must" (required)
	many bool
	subs []modelSpec
}

const modelURN = "urn:acme:hr:1.0:Thing"

var modelSpecs = []modelSpec{
	{name: "userName", kind: "text", rule: "must"},
	{name: "title", kind: "text"},
	{name: "badge", kind: "exact", rule: "once"},
	{name: "serial", kind: "text", rule: "read"},
	{name: "active", kind: "flag"},
	{name: "floor", kind: "number"},
	{name: "name", kind: "object", subs: []modelSpec{{name: "given", kind: "text"}, {name: "family", kind: "text"}, {name: "code", kind: "text", rule: "once"},
		{name: "formal", kind: "text", rule: "read"}}},
	{name: "seal", kind: "object", rule: "once", subs: []modelSpec{{name: "wax", kind: "text"}, {name: "ring", kind: "text"}}},
	{name: "emails", kind: "object", many: true, subs: []modelSpec{{name: "value", kind: "text"}, {name: "type", kind: "text"}, {name: "display", kind: "text"},
		{name: "primary", kind: "flag"}}},
	{name: "homes", kind: "object", many: true, rule: "must", subs: []modelSpec{{name: "street", kind: "text", rule: "must"}, {name: "floor", kind: "number"}}},
	{name: "members", kind: "object", many: true, subs: []modelSpec{{name: "value", kind: "exact", rule: "once"}, {name: "type", kind: "text", rule: "once"},
		{name: "display", kind: "text", rule: "read"}}},
	{name: "tags", kind: "text", many: true},
	{name: "keys", kind: "exact", many: true},
	{name: "scars", kind: "text", many: true, rule: "once"},
	{name: "groups", kind: "object", many: true, rule: "read", subs: []modelSpec{{name: "value", kind: "exact", rule: "read"}}},
	{of: modelURN, name: "dept", kind: "text"},
	{of: modelURN, name: "pin", kind: "text", rule: "once"},
	{of: modelURN, name: "rank", kind: "number", rule: "read"},
	{of: modelURN, name: "boss", kind: "object", subs: []modelSpec{{name: "value", kind: "exact"}, {name: "$ref", kind: "exact"}}},
	{of: modelURN, name: "spots", kind: "object", many: true, subs: []modelSpec{{name: "value", kind: "exact"}, {name: "type", kind: "text"}, {name: "primary", kind: "flag"}}},
}

// modelStep is one operation as it is meant.
type modelStep struct {
	verb   string
	attr   *modelSpec   // nil: one that there is not
	when   *modelFilter // the values that are meant, nil: all
	sub    *modelSpec
	value  any
	strict bool        // named by a path of its own
	whole  bool        // the extension as a whole, to be removed
	steps  []modelStep // what an object says member by member
}

// modelFilter is a filter of the values of an attribute.
type modelFilter struct {
	join  string // "and", "or", "not"; "": sub compares so to value
	parts []*modelFilter
	sub   *modelSpec // nil: the simple value itself
	op    string
	value any
}

type document = map[string]any

// values are those of an attribute.
func (a *modelSpec) values(doc document) []any {
	if a.of != "" {
		doc, _ = doc[a.of].(document)
	}
	switch v := doc[a.name].(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// with is a document with other values of the attribute.
func (a *modelSpec) with(doc document, values []any) document {
	doc = maps.Clone(doc)
	in := doc
	if a.of != "" {
		in, _ = doc[a.of].(document)
		if in = maps.Clone(in); in == nil {
			in = document{}
		}
		doc[a.of] = in
	}
	switch {
	case len(values) == 0:
		delete(in, a.name)
	case a.many:
		in[a.name] = values
	default:
		in[a.name] = values[0]
	}
	if a.of != "" && len(in) == 0 {
		delete(doc, a.of)
	}
	return doc
}

// apply answers the document after the step, or why it is refused.
func (s modelStep) apply(doc document) (document, iam.Reason) {
	switch {
	case s.steps != nil:
		for _, inner := range s.steps {
			var reason iam.Reason
			if doc, reason = inner.apply(doc); reason != "" {
				return nil, reason
			}
		}
		return doc, ""
	case s.whole:
		for i := range modelSpecs {
			if a := &modelSpecs[i]; a.of == modelURN && a.rule != "read" && a.values(doc) != nil {
				if a.rule == "once" {
					return nil, ReasonMutability
				}
				doc = a.with(doc, nil)
			}
		}
		return doc, ""
	case s.attr == nil && s.strict, s.attr != nil && s.when != nil && !s.attr.many:
		return nil, ReasonPath
	case s.attr == nil:
		return doc, ""
	case s.attr.rule == "read" || s.sub != nil && s.sub.rule == "read":
		if s.strict {
			return nil, ReasonMutability
		}
		return doc, ""
	}
	old := s.attr.values(doc)
	now, reason := s.change(old)
	if reason != "" {
		return nil, reason
	}
	if s.attr.many {
		now = distinct(s.attr, now)
	}
	if len(old) > 0 && (s.attr.rule == "once" && !reflect.DeepEqual(old, now) || s.attr.rule == "must" && len(now) == 0) {
		return nil, ReasonMutability
	}
	for _, sub := range s.attr.subs {
		if sub.rule == "must" && slices.ContainsFunc(now, func(v any) bool { return v.(document)[sub.name] == nil }) {
			return nil, ReasonValue
		}
	}
	return s.attr.with(doc, now), ""
}

// change answers the values after a step.
func (s modelStep) change(old []any) (now []any, reason iam.Reason) {
	given, ok := s.given()
	switch {
	case s.strict && s.when != nil && s.verb == "replace" && !slices.ContainsFunc(old, s.when.of):
		return nil, ReasonNoTarget
	case !ok:
		return nil, ReasonValue
	}
	none := s.verb == "remove" || isNone(s.value)
	switch {
	case s.when != nil || s.sub != nil:
		return s.changeSome(old, given, none)
	case s.verb == "remove" && s.attr.many && !isNone(s.value):
		return slices.DeleteFunc(slices.Clone(old), func(v any) bool {
			return slices.ContainsFunc(given, func(g any) bool { return meant(s.attr, v, g) })
		}), ""
	case none && s.verb == "add" && s.attr.many:
		return old, ""
	case none:
		return nil, ""
	case !s.attr.many && s.attr.kind == "object" && len(old) > 0:
		if len(given) == 0 {
			return old, ""
		}
		v, ok := laid(s.attr, old[0], given[0], true)
		if !ok {
			return nil, ReasonMutability
		}
		return []any{v}, ""
	case s.verb == "add" && s.attr.many:
		for _, g := range given {
			i := slices.IndexFunc(old, func(v any) bool { return same(s.attr, v, g) })
			if i < 0 {
				old, i = append(slices.Clone(old), g), len(old)
			} else {
				v, _ := laid(s.attr, old[i], g, false)
				old = slices.Concat(old[:i], []any{v}, old[i+1:])
			}
			old = only(old, i)
		}
		return old, ""
	}
	return given, ""
}

// changeSome changes those values that are meant, or one sub-attribute of them.
func (s modelStep) changeSome(old, given []any, none bool) (now []any, reason iam.Reason) {
	some := 0
	for _, v := range old {
		if s.when == nil || s.when.of(v) {
			some++
		}
	}
	switch {
	case some == 0 && none:
		return old, ""
	case some == 0 && s.sub == nil:
		if s.attr.kind != "object" {
			return append(slices.Clone(old), given...), ""
		}
		var fresh any = s.when.described()
		if len(given) > 0 {
			v, ok := laid(s.attr, fresh, given[0], true)
			if !ok {
				return nil, ReasonMutability
			}
			fresh = v
		}
		if len(fresh.(document)) == 0 {
			return old, ""
		}
		return only(append(slices.Clone(old), fresh), len(old)), ""
	case some == 0:
		v := maps.Clone(s.when.described())
		if before := v[s.sub.name]; s.sub.rule == "once" && before != nil && before != given[0] {
			return nil, ReasonMutability
		}
		v[s.sub.name] = given[0]
		return only(append(slices.Clone(old), v), len(old)), ""
	}
	now = slices.Clone(old)
	for i, v := range old {
		if s.when != nil && !s.when.of(v) {
			continue
		}
		switch v := now[i]; {
		case s.sub != nil:
			m := maps.Clone(v.(document))
			var next any
			if !none {
				next = given[0]
			}
			if m[s.sub.name] == next {
				continue
			}
			if s.sub.rule == "once" && m[s.sub.name] != nil {
				return nil, ReasonMutability
			}
			if s.sub.name == "value" {
				delete(m, "$ref")
			}
			if delete(m, s.sub.name); next != nil {
				m[s.sub.name] = next
			}
			now[i] = m
		case none && s.verb == "add" || len(given) == 0 && s.verb == "add":
			continue
		case none || len(given) == 0:
			now[i] = nil
		case s.verb == "add" && s.attr.kind == "object":
			m, ok := laid(s.attr, v, given[0], true)
			if !ok {
				return nil, ReasonMutability
			}
			now[i] = m
		default:
			now[i] = given[0]
		}
		now = only(now, i)
	}
	return slices.DeleteFunc(now, func(v any) bool { m, ok := v.(document); return v == nil || ok && len(m) == 0 }), ""
}

// only is the list in which no value but the i-th is primary, if that one is.
func only(list []any, i int) []any {
	list = slices.Clone(list)
	if m, ok := list[i].(document); !ok || m["primary"] != true {
		return list
	}
	for j, v := range list {
		if m, ok := v.(document); ok && j != i && m["primary"] == true {
			m = maps.Clone(m)
			m["primary"] = false
			list[j] = m
		}
	}
	return list
}

// laid is a value with what another says of it. strict refuses to change what is
// immutable, which otherwise stays.
func laid(a *modelSpec, v, said any, strict bool) (any, bool) {
	m, ok := v.(document)
	if !ok {
		return v, true
	}
	m = maps.Clone(m)
	given := said.(document)
	for _, sub := range a.subs {
		g, now := given[sub.name], m[sub.name]
		switch {
		case g == nil || g == now:
		case sub.rule == "once" && now != nil && strict:
			return nil, false
		case sub.rule == "once" && now != nil:
		default:
			if m[sub.name] = g; strict && sub.name == "value" && given["$ref"] == nil {
				delete(m, "$ref")
			}
		}
	}
	return m, true
}

// distinct is the list without what says again what is there.
func distinct(a *modelSpec, list []any) (all []any) {
	for _, v := range list {
		if i := slices.IndexFunc(all, func(e any) bool { return same(a, e, v) }); i >= 0 {
			all[i], _ = laid(a, all[i], v, false)
		} else {
			all = append(all, v)
		}
	}
	return all
}

// alike compares simple values.
func alike(a *modelSpec, v, w any) bool {
	s, ok := v.(string)
	t, also := w.(string)
	if ok && also && a.kind == "text" {
		return strings.EqualFold(s, t)
	}
	return v == w
}

// same reports whether two values are known to be one.
func same(a *modelSpec, v, w any) bool {
	m, ok := v.(document)
	if !ok {
		return alike(a, v, w)
	}
	n := w.(document)
	value, kind := a.sub("value"), a.sub("type")
	switch {
	case value != nil && value.rule == "once":
		return alike(value, m["value"], n["value"])
	case value != nil && kind != nil && (m["value"] != nil || n["value"] != nil):
		return alike(value, m["value"], n["value"]) && alike(kind, m["type"], n["type"])
	}
	return reflect.DeepEqual(v, w)
}

// meant reports whether a value is one that a client says is to be removed.
func meant(a *modelSpec, v, said any) bool {
	given, ok := said.(document)
	if value := a.sub("value"); !ok || value != nil && value.rule == "once" {
		return same(a, v, said)
	}
	for name, g := range given {
		if w := v.(document)[name]; w == nil || !alike(a.sub(name), w, g) {
			return false
		}
	}
	return true
}

func (a *modelSpec) sub(name string) *modelSpec {
	for i := range a.subs {
		if strings.EqualFold(a.subs[i].name, name) {
			return &a.subs[i]
		}
	}
	return nil
}

func isNone(v any) bool { return v == nil || v == "" || reflect.DeepEqual(v, []any{}) }

// given are the values that a step gives, without those that are none.
func (s modelStep) given() (values []any, ok bool) {
	if isNone(s.value) || s.verb == "remove" && (!s.attr.many || s.when != nil || s.sub != nil) {
		return nil, true
	}
	a := s.attr
	if s.sub != nil {
		a = s.sub
	}
	list, several := s.value.([]any)
	if !several || !a.many || s.when != nil {
		list = []any{s.value}
	}
	n := 0
	for _, v := range list {
		read, ok := one(a, v)
		if !ok {
			return nil, false
		}
		if read != nil {
			values = append(values, read)
		}
	}
	values = distinct(a, values)
	for _, v := range values {
		if m, ok := v.(document); ok && m["primary"] == true {
			n++
		}
	}
	return values, n < 2 || s.when != nil
}

// one reads a value as its attribute has it, nil for none.
func one(a *modelSpec, v any) (read any, ok bool) {
	text, isText := v.(string)
	switch {
	case v == nil:
		return nil, true
	case a.kind == "object":
		m, ok := v.(document)
		if !ok && a.sub("value") != nil {
			m, ok = document{"value": v}, true
		}
		object := document{}
		for name, e := range m {
			sub := a.sub(name)
			if sub == nil || sub.rule == "read" {
				continue
			}
			w, fine := one(sub, e)
			if !fine {
				return nil, false
			}
			if w != nil {
				object[sub.name] = w
			}
		}
		if len(object) == 0 {
			return nil, ok
		}
		return object, ok
	case a.kind == "flag" && isText:
		return strings.EqualFold(text, "true"), strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
	case a.kind == "flag":
		_, ok = v.(bool)
		return v, ok
	case a.kind == "number":
		_, ok = v.(float64)
		return v, ok
	case isText && text == "":
		return nil, true
	}
	return v, isText
}

// of reports whether the filter is true of a value.
func (f *modelFilter) of(v any) bool {
	switch f.join {
	case "and":
		return f.parts[0].of(v) && f.parts[1].of(v)
	case "or":
		return f.parts[0].of(v) || f.parts[1].of(v)
	case "not":
		return !f.parts[0].of(v)
	}
	if f.sub.name != "" {
		v = v.(document)[f.sub.name]
	}
	is := v != nil && f.value != nil && alike(f.sub, v, f.value)
	switch s, _ := v.(string); f.op {
	case "pr":
		return v != nil
	case "eq":
		return is || v == nil && f.value == nil
	case "ne":
		return !is && (v != nil || f.value != nil)
	case "sw":
		return v != nil && len(s) >= len(f.value.(string)) && alike(f.sub, s[:len(f.value.(string))], f.value)
	}
	panic(f.op)
}

// described is what the filter says of a value that there is not yet.
func (f *modelFilter) described() document {
	v := document{}
	switch {
	case f == nil:
	case f.join == "and":
		v = f.parts[0].described()
		maps.Copy(v, f.parts[1].described())
	case f.join == "" && f.op == "eq" && f.value != nil && f.sub.name != "" && f.sub.rule != "read":
		if read, ok := one(f.sub, f.value); ok && read != nil {
			v[f.sub.name] = read
		}
	}
	return v
}
