package scim

import (
	"slices"
	"strings"
	"time"
)

// A value of an attribute by which a tenant extends its resources is kept in the
// attribute of the directory that is called as its path is, so that whatever else
// shows those shows it: a text as it is, all else as JSON.

// urnPrefix begins the names of those attributes of the directory.
const urnPrefix = "urn:"

// showExtended puts into a document what is kept of it below the schemas of its
// tenant. What is of another type than its attribute, since somebody else has
// written it, is no value.
func (t *ResourceType) showExtended(r Resource, kept map[string]string) {
	if !slices.ContainsFunc(t.Extensions, (*Schema).custom) {
		return
	}
	for name, text := range kept {
		if !strings.HasPrefix(name, urnPrefix) {
			continue
		}
		i := strings.LastIndexByte(name, ':')
		x := t.extension(name[:i])
		if x == nil || !x.custom() {
			continue
		}
		if a := named(x.Attributes, name[i+1:]); a != nil {
			if v := a.decoded(text); v != nil {
				r.put(keptName(x, a.Name), v)
			}
		}
	}
}

// keptExtended answers what is to be kept of a document below the schemas of its
// tenant.
func (t *ResourceType) keptExtended(r Resource) map[string]string {
	kept := map[string]string{}
	for _, x := range t.Extensions {
		if !x.custom() {
			continue
		}
		for name, v := range r.members(x) {
			if text, ok := v.(string); ok {
				kept[keptName(x, name)] = text
			} else {
				kept[keptName(x, name)] = encode(v)
			}
		}
	}
	return kept
}

// keptName is what the attribute of the directory is called in which one of a
// tenant's schema is kept; it is its path too.
func keptName(x *Schema, attribute string) string { return x.ID + ":" + attribute }

// custom reports whether a tenant has made the schema.
func (s *Schema) custom() bool { return s != enterpriseSchema }

// decoded reads what is kept of an attribute, nil where it is no value of it.
func (a *Attribute) decoded(text string) any {
	var v any = text
	if a.Multi || !a.text() {
		v = decoded(text)
	}
	if !a.fits(v) {
		return nil
	}
	return v
}

// text reports whether single values are texts.
func (a *Attribute) text() bool {
	switch a.kind() {
	case Boolean, Integer, Decimal, Complex:
		return false
	}
	return true
}

// fits reports whether a value is one of the attribute.
func (a *Attribute) fits(v any) bool {
	if !a.Multi {
		return a.fitsOne(v)
	}
	list, ok := v.([]any)
	return ok && len(list) > 0 && !slices.ContainsFunc(list, func(v any) bool { return !a.fitsOne(v) })
}

func (a *Attribute) fitsOne(v any) bool {
	switch v := v.(type) {
	case bool:
		return a.kind() == Boolean
	case float64:
		return a.kind() == Decimal || a.kind() == Integer && v == float64(int64(v))
	case string:
		_, err := time.Parse(time.RFC3339, v)
		return v != "" && a.text() && (a.kind() != DateTime || err == nil)
	case map[string]any:
		for name, e := range v {
			if sub := a.sub(name); sub == nil || sub.Name != name || !sub.fits(e) {
				return false
			}
		}
		return a.kind() == Complex && len(v) > 0
	}
	return false
}
