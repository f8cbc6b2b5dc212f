package scim

import (
	"maps"
	"math"
	"strconv"
)

// fromTexts answers a document of a file whose format knows nothing but text, with
// numbers where the schemas of extensions have them. No other schema has any.
func (t *ResourceType) fromTexts(sent map[string]any) map[string]any {
	r := maps.Clone(sent)
	for name, v := range sent {
		if members, ok := v.(map[string]any); ok && t.extension(name) != nil {
			r[name] = membersFromTexts(t.extension(name).Attributes, members)
		}
	}
	return r
}

func membersFromTexts(attributes []Attribute, sent map[string]any) map[string]any {
	members := maps.Clone(sent)
	for name, v := range sent {
		if a := named(attributes, name); a != nil {
			members[name] = a.fromText(v)
		}
	}
	return members
}

// fromText answers the number that a text is. Any other value stays, for Read to
// refuse it.
func (a *Attribute) fromText(v any) any {
	switch v := v.(type) {
	case []any:
		all := make([]any, len(v))
		for i, e := range v {
			all[i] = a.fromText(e)
		}
		return all
	case map[string]any:
		return membersFromTexts(a.Sub, v)
	case string:
		if a.kind() != Integer && a.kind() != Decimal {
			return v
		}
		if n, err := strconv.ParseFloat(v, 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n
		}
	}
	return v
}
