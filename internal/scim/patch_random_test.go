package scim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// modelType is the type of resources whose attributes the model has.
var modelType = func() *ResourceType {
	core, more := &Schema{ID: "urn:acme:core:1.0:Thing"}, &Schema{ID: modelURN}
	for _, a := range modelSpecs {
		in := core
		if a.of != "" {
			in = more
		}
		in.Attributes = append(in.Attributes, a.attribute())
	}
	return &ResourceType{Name: "Thing", Schema: core, Extensions: []*Schema{more}}
}()

func (a modelSpec) attribute() Attribute {
	made := Attribute{Name: a.name, Multi: a.many, Required: a.rule == "must", CaseExact: a.kind == "exact",
		Type:       map[string]Type{"flag": Boolean, "number": Integer, "object": Complex}[a.kind],
		Mutability: map[string]Mutability{"read": ReadOnly, "once": Immutable}[a.rule]}
	for _, sub := range a.subs {
		made.Sub = append(made.Sub, sub.attribute())
	}
	return made
}

// draw has what random operations are made of.
type draw struct{ *rapid.T }

func (d draw) of(what string, some ...string) string { return rapid.SampledFrom(some).Draw(d.T, what) }

func (d draw) chance(what string, percent int) bool {
	return rapid.IntRange(0, 99).Draw(d.T, what) < percent
}

// cased is a name in some case.
func (d draw) cased(name string) string {
	return d.of("case", name, name, name, strings.ToUpper(name), strings.ToLower(name))
}

// simple is a value that an attribute can have.
func (d draw) simple(a *modelSpec) any {
	switch a.kind {
	case "flag":
		return rapid.Bool().Draw(d.T, "flag")
	case "number":
		return float64(rapid.IntRange(1, 3).Draw(d.T, "number"))
	}
	return d.of("text", "a", "b", "A", "ab")
}

// kept is a value as a document has it, nil for none.
func (d draw) kept(a *modelSpec) any {
	if a.kind != "object" {
		return d.simple(a)
	}
	m := document{}
	for i := range a.subs {
		if sub := &a.subs[i]; sub.name != "primary" && (sub.rule == "must" || d.chance(sub.name, 60)) {
			m[sub.name] = d.simple(sub)
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// document is one that there may be: none has values twice, and one value of a
// list may be the primary one.
func (d draw) document() document {
	doc := document{}
	for i := range modelSpecs {
		a := &modelSpecs[i]
		n := rapid.IntRange(0, 1).Draw(d.T, a.name)
		if a.many {
			n = rapid.IntRange(0, 3).Draw(d.T, a.name+"s")
		}
		var all []any
		for range n {
			if v := d.kept(a); v != nil {
				all = append(all, v)
			}
		}
		all = distinct(a, all)
		if m, ok := a.last(all); ok && a.sub("primary") != nil && d.chance("primary", 50) {
			m["primary"] = true
		}
		doc = a.with(doc, all)
	}
	return doc
}

func (a *modelSpec) last(all []any) (document, bool) {
	if len(all) == 0 {
		return nil, false
	}
	m, ok := all[len(all)-1].(document)
	return m, ok
}

// sent is a value as a client may send it, of the right type or not.
func (d draw) sent(a *modelSpec) any {
	switch {
	case d.chance("none", 8):
		return rapid.SampledFrom([]any{nil, "", []any{}}).Draw(d.T, "nothing")
	case d.chance("wrong", 4):
		return rapid.SampledFrom([]any{document{}, []any{document{}}, 7.0, true, "x"}).Draw(d.T, "wrong value")
	case a.kind == "flag" && d.chance("as text", 40):
		return d.of("truth", "True", "False", "true", "FALSE")
	case a.kind != "object":
		return d.simple(a)
	case a.sub("value") != nil && d.chance("value alone", 10):
		return d.simple(a.sub("value"))
	}
	m := document{}
	for i := range a.subs {
		if sub := &a.subs[i]; d.chance(sub.name, 50) {
			m[d.cased(sub.name)] = d.sent(sub)
		}
	}
	if d.chance("unknown", 10) {
		m["unknown"] = "x"
	}
	return m
}

// step is one operation on an attribute, with the path that leads there.
func (d draw) step(verb string, strict bool) (s modelStep, path string) {
	a := &modelSpecs[rapid.IntRange(0, len(modelSpecs)-1).Draw(d.T, "attribute")]
	s, path = modelStep{verb: verb, attr: a, strict: strict}, d.cased(a.name)
	if a.of != "" {
		path = d.cased(a.of) + ":" + path
	} else if d.chance("URN", 10) {
		path = d.cased(modelType.Schema.ID) + ":" + path
	}
	if a.many && d.chance("brackets", 45) || d.chance("brackets where there are none", 2) {
		when, text := d.filter(a, 2)
		s.when, path = when, path+"["+text+"]"
	}
	if a.kind == "object" && d.chance("sub-attribute", 45) {
		s.sub = &a.subs[rapid.IntRange(0, len(a.subs)-1).Draw(d.T, "which")]
		path += "." + d.cased(s.sub.name)
	}
	switch {
	case s.sub != nil:
		s.value = d.sent(s.sub)
	case a.many && s.when == nil && d.chance("a list", 70):
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(d.T, "values") {
			list = append(list, d.sent(a))
		}
		s.value = list
	default:
		s.value = d.sent(a)
	}
	if verb == "remove" && d.chance("without a value", 50) {
		s.value = nil
	}
	return s, path
}

// filter is one of the values of an attribute, as it is meant and as text.
func (d draw) filter(a *modelSpec, depth int) (*modelFilter, string) {
	if depth > 0 && d.chance("compound", 30) {
		f := &modelFilter{join: d.of("join", "and", "or", "not")}
		left, text := d.filter(a, depth-1)
		if f.parts = []*modelFilter{left}; f.join == "not" {
			return f, "not (" + text + ")"
		}
		right, more := d.filter(a, depth-1)
		f.parts = append(f.parts, right)
		return f, "(" + text + ") " + d.cased(f.join) + " (" + more + ")"
	}
	f := &modelFilter{sub: &modelSpec{kind: a.kind}, op: "pr"}
	name := attrValue
	if a.kind == "object" {
		f.sub = &a.subs[rapid.IntRange(0, len(a.subs)-1).Draw(d.T, "compared")]
		name = f.sub.name
	}
	if ops := []string{"eq", "eq", "eq", "ne", "sw"}; !d.chance("present", 10) {
		if f.sub.kind == "flag" || f.sub.kind == "number" {
			ops = ops[:4]
		}
		f.op, f.value = d.of("operator", ops...), d.simple(f.sub)
	}
	text := d.cased(name) + " " + d.cased(f.op)
	switch v := f.value.(type) {
	case string:
		text += " " + strconv.Quote(v)
	case bool:
		text += " " + d.of("truth", fmt.Sprint(v), `"`+fmt.Sprint(v)+`"`, `"`+map[bool]string{true: "True", false: "False"}[v]+`"`)
	case float64:
		text += " " + fmt.Sprint(v)
	}
	return f, text
}

// operation is one of a PATCH.
func (d draw) operation() (s modelStep, o Operation) {
	verb := d.of("op", "add", "replace", "remove")
	o.Op = d.cased(verb)
	switch {
	case verb != "remove" && d.chance("without a path", 25):
		s.steps, o.Value = d.object(verb, "")
	case d.chance("the extension", 8):
		o.Path = d.cased(modelURN)
		if verb == "remove" || d.chance("emptied", 20) {
			return modelStep{whole: true}, o
		}
		s.steps, o.Value = d.object(verb, modelURN+":")
	case d.chance("nothing there", 3):
		o.Path = d.of("unknown", "nothing", "name.nothing", "userName.value", "tags.value", "urn:acme:other:title", modelURN+":title", modelURN+":boss.title")
		s = modelStep{strict: true}
	default:
		s, o.Path = d.step(verb, true)
		o.Value = s.value
	}
	return s, o
}

// object says several things at once, each behind a path below prefix.
func (d draw) object(verb, prefix string) (steps []modelStep, value document) {
	value = document{}
	named := map[string]modelStep{}
	for range rapid.IntRange(0, 3).Draw(d.T, "members") {
		s, path := d.step(verb, false)
		in := modelURN + ":"
		if s.attr.of != "" && prefix == "" && d.chance("in an object", 50) {
			path = path[len(in):]
			value[modelURN], named[modelURN] = document{path: s.value}, modelStep{steps: []modelStep{s}}
			continue
		}
		if prefix != "" {
			if s.attr.of == "" {
				continue
			}
			path = path[len(in):]
		}
		value[path], named[path] = s.value, s
	}
	if d.chance("unknown", 10) {
		value[d.of("name", "nothing", "@odata.type", "a.b.c", "nothing.at.all")] = "x"
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		steps = append(steps, named[name])
	}
	if steps == nil {
		steps = []modelStep{}
	}
	return steps, value
}

// TestPatchIsThatOfTheModel: whatever the document and the operation, the engine
// answers what the model does, or refuses for the same reason.
func TestPatchIsThatOfTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw{t}
		doc := d.document()
		for range rapid.IntRange(1, 30).Draw(t, "operations") {
			s, o := d.operation()
			want, reason := s.apply(doc)
			before := Resource(doc).clone()
			got, err := modelType.Patch(doc, []Operation{o})
			if diff := cmp.Diff(map[string]any(before), doc); diff != "" {
				t.Fatalf("%+v changes what it was given\n%s", o, diff)
			}
			if reason != "" || err != nil {
				if e, ok := errors.AsType[*iam.Error](err); !ok || e.Kind != iam.Invalid || e.Code != reason {
					t.Fatalf("%+v of %v: %v, want %q", o, doc, err, reason)
				}
				continue
			}
			if diff := cmp.Diff(want, map[string]any(got)); diff != "" {
				t.Fatalf("%+v of %v (-want +got)\n%s", o, doc, diff)
			}
			doc = want
		}
	})
}
