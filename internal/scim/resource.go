package scim

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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
			if err := complete(x.Attributes, x.ID+":", r.members(x)); err != nil {
				return nil, err
			}
			continue
		}
		a := t.attribute(name)
		if a == nil || a.Mutability == ReadOnly || a.Name == attrSchemas {
			continue
		}
		v, err := a.read(a.Name, sent[name])
		if err == nil {
			err = a.complete(a.Name, v)
		}
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
	attrType     = "type"
	attrRef      = "$ref"
	attrMembers  = "members"
	attrActive   = "active"
	attrPassword = "password"
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
	for _, e := range list {
		one, err := a.readOne(at, e)
		if err != nil {
			return nil, err
		}
		if one != nil {
			all = append(all, one)
		}
	}
	if all = a.unite(all); all == nil {
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
	case Decimal:
		if n, ok := v.(float64); ok {
			return n, nil
		}
		return nil, broken(ReasonValue, at, "must be a number")
	}
	s, ok := v.(string)
	if !ok {
		return nil, broken(ReasonValue, at, "must be a string")
	}
	if s == "" {
		return nil, nil // has no value (RFC 7643 section 2.5)
	}
	switch a.kind() {
	case DateTime:
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return nil, broken(ReasonValue, at, "must be a time in RFC 3339")
		}
	case Binary:
		if !base64Text.MatchString(s) {
			return nil, broken(ReasonValue, at, "must be in base64")
		}
	}
	return s, nil
}

// base64Text is base64 in either of its alphabets, with padding or without (RFC
// 7643 section 2.3.6).
var base64Text = regexp.MustCompile(`^[A-Za-z0-9+/_-]+={0,2}$`)

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

// complete answers Invalid where what is required is missing in an object that
// there is.
func complete(attributes []Attribute, at string, in map[string]any) error {
	for i := range attributes {
		a := &attributes[i]
		if a.Required && a.Mutability != ReadOnly && len(in) > 0 && in[a.Name] == nil {
			return broken(ReasonValue, at+a.Name, "is required")
		}
		if err := a.complete(at+a.Name, in[a.Name]); err != nil {
			return err
		}
	}
	return nil
}

// complete is that of the attribute's value, or of each of them.
func (a *Attribute) complete(at string, v any) error {
	switch v := v.(type) {
	case map[string]any:
		return complete(a.Sub, at+".", v)
	case []any:
		for i, e := range v {
			if err := a.complete(at+"["+strconv.Itoa(i)+"]", e); err != nil {
				return err
			}
		}
	}
	return nil
}
