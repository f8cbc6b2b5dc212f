package scim

import (
	"maps"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// identified reports whether a value is known by its sub-attribute "value" alone,
// as a member of a group is: whatever else is said of it, it is the same one.
func (a *Attribute) identified() bool {
	id := a.sub(attrValue)
	return id != nil && id.Mutability == Immutable
}

// key is by what a value is known among several: one that is identified by that,
// one that has a type by its type and value, which together are there once (RFC
// 7643 section 2.4), and any other by all that it says.
func (a *Attribute) key(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return a.form(v)
	}
	value, kind := a.sub(attrValue), a.sub(attrType)
	switch {
	case a.identified():
		return value.form(m[attrValue])
	case value != nil && kind != nil && m[attrValue] != nil:
		return kind.form(m[attrType]) + " " + value.form(m[attrValue])
	}
	return encode(v)
}

// form is a value of the attribute as it is told from others: without its case
// where that does not count.
func (a *Attribute) form(v any) string {
	if s, ok := v.(string); ok && !a.CaseExact {
		v = iam.FoldCase(s)
	}
	text, _ := json.Marshal(v, json.Deterministic(true)) // what was decoded can be encoded
	return string(text)
}

// says reports whether all that is said of one value is true of another.
func (a *Attribute) says(v, said any) bool {
	m, _ := v.(map[string]any)
	some, _ := said.(map[string]any)
	for name, e := range some {
		if sub := a.sub(name); m[name] == nil || sub.form(m[name]) != sub.form(e) {
			return false
		}
	}
	return true
}

// unite answers values without those that are known to be an earlier one, over
// which they are laid.
func (a *Attribute) unite(values []any) []any {
	places := make(map[string]int, len(values))
	var all []any
	for _, v := range values {
		k := a.key(v)
		if i, there := places[k]; there {
			all[i] = a.overlaid(all[i], v)
			continue
		}
		places[k] = len(all)
		all = append(all, v)
	}
	return all
}

// overlaid answers a value with what is said of it besides. What is immutable
// stays.
func (a *Attribute) overlaid(v, said any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	m = maps.Clone(m)
	some, _ := said.(map[string]any)
	for name, e := range some {
		if sub := a.sub(name); m[name] == nil || sub == nil || sub.Mutability != Immutable {
			m[name] = e
		}
	}
	return m
}
