package f5xc

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/message"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// Bound is a rule of a request, with bodies at its bound and past it.
type Bound struct {
	Method, Path string
	Kind         *object.Kind // whose spec is in the body; nil for none
	Rule         string       // "string.max_len=256"
	Field        string       // "spec.rules[0].cookie_name"
	At, Past     []string     // JSON

	body reflect.Type
}

// Bounds makes requests for every rule of every request of the vendor's
// document that the dialect serves. There are none where the document is not at
// hand.
func Bounds(t testing.TB) (all []Bound) {
	t.Helper()
	d := readVendor(t)
	if d == nil {
		return nil
	}
	for _, r := range ruledOperations(t, d) {
		m := maker{TB: t, d: d, r: r, all: &all}
		m.visit(r.schema, "", func(v any) any { return v })
	}
	return all
}

// TestBounds reads a request at the bound of each rule, and one past it, as the
// operation would.
func TestBounds(t *testing.T) {
	bounds := Bounds(t)
	at, past := 0, 0
	for _, b := range bounds {
		name := b.Method + " " + b.Path + ": " + b.Field + ": " + b.Rule
		for _, body := range b.At {
			at++
			if err := b.read(body); err != nil {
				t.Errorf("%s\nat the bound: %v\n%s", name, err, iam.Cut(body, 300))
			}
		}
		for _, body := range b.Past {
			past++
			e, ok := errors.AsType[*iam.Error](b.read(body))
			if !ok || e.Kind != iam.Invalid || !slices.ContainsFunc(e.Fields, func(f iam.Field) bool { return f.Path == b.Field }) ||
				!strings.Contains(e.Message, "Field "+b.Field+" should ") {
				t.Errorf("%s\npast the bound: %v\n%s", name, e, iam.Cut(body, 300))
			}
		}
	}
	if bounds != nil {
		t.Logf("%d rules: %d requests at a bound, %d past one", len(bounds), at, past)
	}
}

// read reads a body as the operation does.
func (b *Bound) read(body string) error {
	if err := message.Decode("", []byte(body), reflect.New(b.body).Interface()); err != nil || b.Kind == nil {
		return err
	}
	var form objectForm
	if err := message.Decode("", []byte(body), &form); err != nil {
		return err
	}
	sent := b.Kind.Creation
	if b.Method == http.MethodPut {
		sent = b.Kind.Replacement
	}
	return message.Decode("spec", form.Spec, reflect.New(sent).Interface())
}

// maker makes the bounds of one operation.
type maker struct {
	testing.TB
	d   *vendorDocument
	r   ruled
	all *[]Bound
}

// add keeps a bound. in puts a value into the body that it is in; absent stands
// for a member that is left out.
func (m *maker) add(rule, field string, in func(any) any, at, past []any) {
	b := Bound{Method: m.r.method, Path: m.r.path, Kind: m.r.kind, Rule: rule, Field: field, body: m.r.body}
	write := func(v any) string {
		text, err := json.Marshal(in(v), json.Deterministic(true))
		if err != nil {
			m.Fatal(err)
		}
		return string(text)
	}
	for _, v := range at {
		b.At = append(b.At, write(v))
	}
	for _, v := range past {
		b.Past = append(b.Past, write(v))
	}
	*m.all = append(*m.all, b)
}

type absent struct{}

// visit makes the bounds of what is in a value.
func (m *maker) visit(s *schema, field string, in func(any) any) {
	s = m.d.deref(s)
	switch {
	case len(s.Enum) > 0:
		var all []any
		past := []any{s.Enum[0] + "x", "", len(s.Enum), -1, true}
		for n, name := range s.Enum {
			if s.only == nil || slices.Contains(s.only, n) {
				all = append(all, name, n)
			} else {
				past = append(past, name, n)
			}
		}
		m.add("enum", field, in, all, past)
	case s.Type == "array":
		m.visit(m.item(s), field+"[0]", func(v any) any { return in([]any{v}) })
	case s.Type == "object":
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			p, path := m.d.deref(s.Properties[name]), strings.TrimPrefix(field+"."+name, ".")
			with := func(v any) any {
				parent := m.message(s, field == "", 0)
				if parent[name] = v; v == (any)(absent{}) {
					delete(parent, name)
				}
				return in(parent)
			}
			for word := range maps.Keys(p.Rules) {
				m.rule(word, vendorRules(p.Rules)[word], p, path, with)
			}
			m.visit(p, path, with)
		}
		for name, members := range s.groups() {
			m.group(name, members, s, field, in)
		}
	}
}

// group makes the bound of members that exclude one another.
func (m *maker) group(name string, members []string, s *schema, field string, in func(any) any) {
	with := func(some ...string) any {
		parent := m.message(s, field == "", 0)
		for _, member := range some {
			parent[member] = m.value(s.Properties[member], 0)
		}
		return parent
	}
	var at, past []any
	for i, member := range members {
		at = append(at, with(member))
		if i > 0 {
			past = append(past, with(members[0], member))
		}
	}
	m.add("oneof", strings.TrimPrefix(field+"."+name, "."), in, at, past)
}

// message is a valid message with its required members, and in a body with
// metadata, spec and namespace. Messages that differ in n are different.
func (m *maker) message(s *schema, body bool, n int) map[string]any {
	v := map[string]any{}
	told := ""
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := m.d.deref(s.Properties[name])
		text := p.Type == "string" && p.Format == "" && len(p.Enum) == 0
		switch {
		case p.required(), body && slices.Contains([]string{"metadata", "spec", "namespace"}, name), m.given(s, name):
			v[name] = m.value(p, 0)
			if text && p.Rules["string.const"] == "" && told == "" {
				told = name
			}
		case text && told == "":
			told = name
		}
	}
	if n > 0 && told == "" {
		told = m.texts(s)
	}
	if n > 0 && told != "" {
		v[told] = m.value(s.Properties[told], n)
	}
	return v
}

// texts is a member that is a list of texts, by which messages can differ.
func (m *maker) texts(s *schema) string {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if p := m.d.deref(s.Properties[name]); p.Type == "array" && m.item(p).Type == "string" {
			return name
		}
	}
	return ""
}

// given reports whether a member breaks a rule when it is left out.
func (m *maker) given(s *schema, name string) bool {
	for _, members := range s.groups() {
		if slices.Contains(members, name) {
			return false
		}
	}
	rules := m.d.deref(s.Properties[name]).Rules
	return rules["string.const"] != "" || rules["string.min_len"] != "" || rules["string.min_bytes"] != ""
}

// value is a valid value of a schema. Values that differ in n are different.
func (m *maker) value(s *schema, n int) any {
	s = m.d.deref(s)
	switch {
	case len(s.only) > 0:
		return s.Enum[s.only[n%len(s.only)]]
	case len(s.Enum) > 0:
		return s.Enum[n%len(s.Enum)]
	case s.Type == "string":
		return m.text(s, n)
	case s.Type == "integer":
		return max(m.number(s, "uint32.gte"), 1)
	case s.Type == "boolean":
		return true
	case s.Type == "array":
		if m.item(s).Type == "string" {
			return []any{m.value(m.item(s), n)}
		}
		return m.list(s, max(m.number(s, "repeated.min_items"), 1))
	default:
		return m.message(s, false, n)
	}
}

func (m *maker) list(s *schema, n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = m.value(m.item(s), i)
	}
	return all
}

// item is the schema of the items of a list, with the rules that the list has
// for them.
func (m *maker) item(s *schema) *schema {
	item := *m.d.deref(s.Items)
	if rules := under("repeated.items.", s.Rules); len(rules) > 0 {
		item.Rules = rules
	}
	if numbers := s.Rules["enum.in"]; numbers != "" {
		if err := json.Unmarshal([]byte(numbers), &item.only); err != nil {
			m.Fatal(err)
		}
	}
	return &item
}

func (m *maker) number(s *schema, word string) int {
	value, ok := s.Rules[word]
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		m.Fatal(err)
	}
	return n
}

// text is a valid text; of the length that the rules ask for at least.
func (m *maker) text(s *schema, n int) string {
	rules := vendorRules(s.Rules)
	switch {
	case s.Format == "date-time":
		return fmt.Sprintf("2030-01-01T00:00:%02dZ", n)
	case s.Format != "":
		return strconv.Itoa(n + 1)
	case rules["string.const"] != "":
		return rules["string.const"]
	case rules["string.in"] != "":
		return m.listed(rules["string.in"])[0]
	case rules["string.email"] != "":
		return fmt.Sprintf("a%d@example.com", n)
	case rules["string.uri"] != "" || rules["string.uri_ref"] != "":
		return fmt.Sprintf("https://example.com/%d", n)
	}
	short := "a"
	if n > 0 {
		short += strconv.Itoa(n)
	}
	return long(short, max(m.number(s, "string.min_len"), m.number(s, "string.min_bytes")))
}

func (m *maker) listed(text string) (all []string) {
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		m.Fatal(err)
	}
	return all
}

// long is a text made longer, to n characters.
func long(text string, n int) string { return text + strings.Repeat("a", max(0, n-len(text))) }

func under(prefix string, rules map[string]string) map[string]string {
	of := map[string]string{}
	for word, value := range rules {
		if rest, ok := strings.CutPrefix(word, prefix); ok {
			of[rest] = value
		}
	}
	return of
}

// rule makes the bound of one rule.
func (m *maker) rule(word, value string, s *schema, field string, in func(any) any) {
	rule := word + "=" + value
	n, _ := strconv.Atoi(value)
	if strings.HasPrefix(word, "repeated.items.") {
		m.rule(strings.TrimPrefix(word, "repeated.items."), value, m.item(s), field+"[0]", func(v any) any { return in([]any{v}) })
		return
	}
	for prefix, entry := range map[string]func(any) any{
		"map.keys.":   func(v any) any { return map[string]any{v.(string): "a"} },
		"map.values.": func(v any) any { return map[string]any{"a": v} },
	} {
		if rest, ok := strings.CutPrefix(word, prefix); ok {
			if prefix == "map.values." {
				field += `["a"]`
			}
			m.rule(rest, value, &schema{Type: "string", Rules: under(prefix, s.Rules)}, field, func(v any) any { return in(entry(v)) })
			return
		}
	}
	switch word {
	case "message.required":
		empty := map[string][]any{"string": {absent{}, nil, ""}, "integer": {absent{}, nil, 0}, "array": {absent{}, nil, []any{}}, "object": {absent{}, nil}}
		past := empty[s.Type]
		if s.Format == "date-time" {
			past = past[:2]
		}
		m.add(rule, field, in, []any{m.value(s, 0)}, past)
	case "string.max_len", "string.max_bytes":
		at, past := []any{long(m.text(s, 0), n)}, []any{long(m.text(s, 0), n+1)}
		if m.plain(s) && word == "string.max_len" {
			at, past = append(at, strings.Repeat("é", n)), append(past, strings.Repeat("é", n+1))
		} else if m.plain(s) {
			at, past = append(at, strings.Repeat("é", n/2)), append(past, strings.Repeat("é", n/2+1))
		}
		m.add(rule, field, in, at, past)
	case "string.min_len", "string.min_bytes":
		m.add(rule, field, in, []any{strings.Repeat("a", n)}, []any{strings.Repeat("a", n-1)})
	case "uint32.lte":
		m.add(rule, field, in, []any{n, value}, []any{n + 1, strconv.Itoa(n + 1), 1<<32 + n, -1})
	case "uint32.gte":
		m.add(rule, field, in, []any{n, value}, []any{n - 1, 0, -1})
	case "repeated.max_items":
		m.add(rule, field, in, []any{m.list(s, n)}, []any{m.list(s, n+1)})
	case "repeated.min_items":
		m.add(rule, field, in, []any{m.list(s, n)}, []any{m.list(s, n-1)})
	case "enum.in": // is among the bounds of the enumeration
	case "repeated.unique":
		m.add(rule, field, in, []any{m.list(s, 2)}, []any{append(m.list(s, 2), m.list(s, 1)...)})
	default:
		m.form(word, value, s, field, in)
	}
}

// plain reports whether a text may have any characters.
func (m *maker) plain(s *schema) bool {
	for word := range s.Rules {
		if !slices.Contains([]string{"message.required", "string.min_len", "string.max_len", "string.min_bytes", "string.max_bytes"}, word) {
			return false
		}
	}
	return true
}

// form makes the bound of a rule about what a text looks like.
func (m *maker) form(word, value string, s *schema, field string, in func(any) any) {
	var at, past []any
	switch word {
	case "string.const":
		at, past = []any{value}, []any{value + "x", strings.ToUpper(value), ""}
	case "string.uri":
		at, past = []any{"https://example.com"}, []any{"example.com", "/a", "https://example.com/a b", "https://"}
	case "string.uri_ref":
		at, past = []any{"https://example.com", "/a"}, []any{"https://example.com/a b", "%"}
	case "string.ves_object_name":
		least := m.number(s, "string.min_len")
		at, past = []any{long("a", least), long("a-1", least)}, []any{"A", "1a", "a-", "a_b", "a.b", "é"}
	case "string.not_empty":
		at, past = []any{"a"}, []any{""}
	case "string.not_in":
		at = []any{m.text(s, 0)}
		for _, name := range m.listed(vendorRules(s.Rules)[word]) {
			past = append(past, name)
		}
	case "string.email":
		at, past = []any{"jo@example.com"}, []any{"jo", "Jo <jo@example.com>"}
	case "string.http_header_field":
		at, past = []any{"X-A"}, []any{"X A", "X:", "é"}
	case "string.k8s_label_value":
		at, past = []any{"A-1_b.c"}, []any{"a b", "-a", "a.", "é"}
	case "string.pattern":
		if value != `^[^<>&"]+$` {
			m.Errorf("%s: no values for pattern %s", field, value)
		}
		at, past = []any{"a"}, []any{"a<b", "a>b", "a&b", `a"b`}
	default:
		m.Errorf("%s: no values for rule %s", field, word)
		return
	}
	m.add(word+"="+value, field, in, at, past)
}
