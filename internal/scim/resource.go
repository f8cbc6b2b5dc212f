package scim

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Resource is a resource as a document: JSON as Go decodes it, with the names
// of its schema, extensions below their URN, and of each attribute a value of
// its type. What has no value is absent.
type Resource map[string]any

// Read makes a document out of what a client sent: names are those of the
// schema whatever their case, values of the schema's types, what is read only
// is left out, and what is unknown ignored (RFC 7644 section 3.3). Invalid, of
// ReasonValue.
func (t *ResourceType) Read(sent map[string]any) (Resource, error) {
	r := Resource{}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if x := t.extension(name); x != nil {
			members, ok := sent[name].(map[string]any)
			if !ok && sent[name] != nil {
				return nil, broken(ReasonValue, x.ID, "must be an object")
			}
			read, err := readMembers(x.Attributes, x.ID+":", members)
			if err != nil {
				return nil, err
			}
			if len(read) > 0 {
				r[x.ID] = read
			}
			continue
		}
		a := t.attribute(name)
		if a == nil || a.Mutability == ReadOnly || a.Name == attrSchemas {
			continue
		}
		v, err := a.read(a.Name, sent[name])
		if err != nil {
			return nil, err
		}
		r.set(a.Name, v)
	}
	return r, nil
}

// Names of attributes that the code speaks of.
const (
	attrSchemas  = "schemas"
	attrID       = "id"
	attrExternal = "externalId"
	attrMeta     = "meta"
	attrPrimary  = "primary"
	attrValue    = "value"
	attrMembers  = "members"
	attrActive   = "active"
)

// members answers the attributes that are below a URN, or the resource itself
// without one.
func (r Resource) members(extension *Schema) map[string]any {
	if extension == nil {
		return r
	}
	m, _ := r[extension.ID].(map[string]any)
	return m
}

func (r Resource) set(name string, v any) {
	if v == nil {
		delete(r, name)
	} else {
		r[name] = v
	}
}

// Text answers a simple attribute of text, "" where it has no value.
func (r Resource) Text(name string) string {
	s, _ := r[name].(string)
	return s
}

// clone answers a copy of which nothing is shared.
func (r Resource) clone() Resource { return Resource(clone(map[string]any(r)).(map[string]any)) }

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[k] = clone(e)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = clone(e)
		}
		return l
	default:
		return v
	}
}

// read makes a value of the attribute out of one that was sent, nil for none.
// at is what to call it in an error.
func (a *Attribute) read(at string, v any) (any, error) {
	if !a.Multi {
		return a.readOne(at, v)
	}
	list, ok := v.([]any)
	if !ok && v != nil {
		list = []any{v} // a client that leaves out the brackets
	}
	var all []any
	seen := make(map[string]bool, len(list))
	for _, e := range list {
		one, err := a.readOne(at, e)
		if err != nil {
			return nil, err
		}
		if one == nil || seen[a.key(one)] {
			continue
		}
		seen[a.key(one)] = true
		all = append(all, one)
	}
	if all == nil {
		return nil, nil
	}
	return all, onePrimary(at, all)
}

// readOne is read for one of several values.
func (a *Attribute) readOne(at string, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch a.kind() {
	case Complex:
		members, ok := v.(map[string]any)
		if !ok && a.sub(attrValue) != nil { // a manager, or a role, as its value alone
			members, ok = map[string]any{attrValue: v}, true
		}
		if !ok {
			return nil, broken(ReasonValue, at, "must be an object")
		}
		read, err := readMembers(a.Sub, at+".", members)
		if err != nil || len(read) == 0 {
			return nil, err
		}
		return read, nil
	case Boolean:
		if b, ok := boolean(v); ok {
			return b, nil
		}
		return nil, broken(ReasonValue, at, "must be true or false")
	case Integer:
		if n, ok := v.(float64); ok && n == float64(int64(n)) {
			return n, nil
		}
		return nil, broken(ReasonValue, at, "must be an integer")
	}
	s, ok := v.(string)
	if !ok {
		return nil, broken(ReasonValue, at, "must be a string")
	}
	if _, err := time.Parse(time.RFC3339, s); a.kind() == DateTime && s != "" && err != nil {
		return nil, broken(ReasonValue, at, "must be a time in RFC 3339")
	}
	if s == "" {
		return nil, nil // has no value (RFC 7643 section 2.5)
	}
	return s, nil
}

// key is by what a value is known among several: a member of a group by whom it
// names, any other by all that it says.
func (a *Attribute) key(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if id := a.sub(attrValue); id != nil && id.Mutability == Immutable {
			s, _ := v[attrValue].(string)
			return s
		}
	}
	text, _ := json.Marshal(v, json.Deterministic(true)) // what was decoded can be encoded
	return string(text)
}

// keys are those of values.
func (a *Attribute) keys(values []any) map[string]bool {
	all := make(map[string]bool, len(values))
	for _, v := range values {
		all[a.key(v)] = true
	}
	return all
}

// readMembers reads the sub-attributes that may be written.
func readMembers(attributes []Attribute, at string, sent map[string]any) (map[string]any, error) {
	read := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		a := named(attributes, name)
		if a == nil || a.Mutability == ReadOnly {
			continue
		}
		v, err := a.read(at+a.Name, sent[name])
		if err != nil {
			return nil, err
		}
		if v != nil {
			read[a.Name] = v
		}
	}
	return read, nil
}

// boolean answers a truth value, also as the text "True" or "false", which
// clients send that know no other type.
func boolean(v any) (b, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		b, err := strconv.ParseBool(strings.ToLower(v))
		return b, err == nil && len(v) >= len("true")
	}
	return false, false
}

// onePrimary answers Invalid where several values say that they are the
// preferred one (RFC 7643 section 2.4).
func onePrimary(at string, values []any) error {
	n := 0
	for _, v := range values {
		if isPrimary(v) {
			n++
		}
	}
	if n > 1 {
		return broken(ReasonValue, at, "must have at most one value that is primary")
	}
	return nil
}

func isPrimary(v any) bool {
	m, _ := v.(map[string]any)
	return m[attrPrimary] == true
}

// primary is the place of the preferred value, or else of the first; -1 of none.
func primary(values []any) int {
	if i := slices.IndexFunc(values, isPrimary); i >= 0 || len(values) == 0 {
		return i
	}
	return 0
}

// check answers Invalid where a required attribute has no value.
func (t *ResourceType) check(r Resource) error {
	var c iam.Checker
	for _, a := range t.Schema.Attributes {
		if a.Required && r[a.Name] == nil {
			c.Add(a.Name, iam.ReasonRequired, "%s is required", a.Name)
		}
	}
	return c.Err()
}
