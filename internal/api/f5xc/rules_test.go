package f5xc

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/message"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// vendorDocument is the vendor's document, as far as it binds requests.
type vendorDocument struct {
	Paths      map[string]map[string]vendorOperation `json:"paths"`
	Components struct {
		Schemas map[string]*schema    `json:"schemas"`
		Bodies  map[string]vendorBody `json:"requestBodies"`
	} `json:"components"`
}

type vendorOperation struct {
	Body vendorBody `json:"requestBody"`
}

type vendorBody struct {
	Ref     string                   `json:"$ref"`
	Content map[string]vendorContent `json:"content"`
}

type vendorContent struct {
	Schema *schema `json:"schema"`
}

type schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Format     string             `json:"format"`
	Enum       []string           `json:"enum"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	Rules      map[string]string  `json:"x-ves-validation-rules"`
	only       []int              // the numbers of an enumeration that are allowed; nil for all
	// More has, among others, the groups of members that exclude one another.
	More map[string]jsontext.Value `json:",embed"`
}

// groups are the members that exclude one another, by the name of the group.
func (s *schema) groups() map[string][]string {
	all := map[string][]string{}
	for key, text := range s.More {
		if name, ok := strings.CutPrefix(key, "x-ves-oneof-field-"); ok {
			var members []string
			if err := json.Unmarshal(text, &members); err != nil {
				panic(err)
			}
			all[name] = members
		}
	}
	return all
}

// required reports whether the member that a schema is of has to be given.
func (s *schema) required() bool { return s.Rules["message.required"] == "true" }

// readVendor answers the vendor's document, nil where it is not at hand: it
// lies beside the checkout, not in it.
func readVendor(t testing.TB) *vendorDocument {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "reference", "f5xc", "openapi.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("the vendor's document is not here: %v", err)
		return nil
	}
	var d vendorDocument
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	// The document lists fewer of these than it tells of and numbers its rules by.
	d.Components.Schemas["virtual_hostVirtualHostType"].Enum = hostType("").Names()
	return &d
}

// deref follows a reference, beside which there may be rules.
func (d *vendorDocument) deref(s *schema) *schema {
	if s.Ref == "" {
		return s
	}
	referred := *d.deref(d.Components.Schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]])
	if len(s.Rules) > 0 {
		referred.Rules = s.Rules
	}
	return &referred
}

// ruled is an operation whose requests have rules.
type ruled struct {
	method, path string
	schema       *schema
	body         reflect.Type
	kind         *object.Kind // whose spec is in the body; nil for none
}

// ruledOperations are the operations of the vendor's document that the dialect
// serves and that take a body.
func ruledOperations(t testing.TB, d *vendorDocument) (all []ruled) {
	t.Helper()
	_, served := New(Deps{})
	for path, methods := range d.Paths {
		for method, op := range methods {
			body := op.Body
			if body.Ref != "" {
				body = d.Components.Bodies[body.Ref[strings.LastIndex(body.Ref, "/")+1:]]
			}
			content, ok := body.Content["application/json"]
			if !ok {
				continue
			}
			method := strings.ToUpper(method)
			i := slices.IndexFunc(served, func(o api.Operation) bool {
				return slices.Contains(o.Op().Methods, method) && slices.ContainsFunc(o.Op().Paths, func(p string) bool { return sameTemplate(p, path) })
			})
			if i < 0 {
				continue
			}
			r := ruled{method: method, path: path, schema: d.deref(content.Schema), body: served[i].Body()}
			if r.body == nil {
				t.Errorf("%s %s takes no body", method, path)
				continue
			}
			// Of a kind are its collection and one object of it, and not what is below.
			if part := strings.Split(path, "/"); (len(part) == 6 || len(part) == 7) && method != "DELETE" {
				if k, err := object.KindOf(part[2], part[5]); err == nil && k.Spec != nil {
					r.kind = k
				}
			}
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b ruled) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return all
}

// sameTemplate reports whether two paths differ in the names of parameters only.
func sameTemplate(a, b string) bool {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	return slices.EqualFunc(as, bs, func(a, b string) bool {
		return a == b || strings.HasPrefix(a, "{") && strings.HasPrefix(b, "{")
	})
}

// TestRulesAreTheVendors walks each schema of a request beside the Go type that
// it is read into: all members, types, enumerations, rules and groups of
// exclusive members are there.
func TestRulesAreTheVendors(t *testing.T) {
	d := readVendor(t)
	if d == nil {
		return
	}
	operations := ruledOperations(t, d)
	if len(operations) < 51 {
		t.Errorf("only %d operations of the document with a body are served", len(operations))
	}
	for _, r := range operations {
		t.Run(r.method+" "+r.path, func(t *testing.T) {
			c := comparison{T: t, d: d, kind: r.kind, required: requiredToo[r.method+" "+r.path], seen: map[reflect.Type]*schema{}}
			if r.kind != nil {
				c.sent = r.kind.Creation
				if r.method == "PUT" {
					c.sent = r.kind.Replacement
				}
			}
			c.compare("", r.schema, r.body)
		})
	}
}

// requiredToo are members that the vendor's document does not require, and
// without which a request says nothing.
var requiredToo = map[string]string{
	"POST /api/web/namespaces":                                            "metadata",
	"PUT /api/web/namespaces/{name}":                                      "metadata",
	"POST /api/config/namespaces/system/update_allow_advertise_on_public": "namespace",
}

// comparison holds a type against a schema.
type comparison struct {
	*testing.T
	d        *vendorDocument
	kind     *object.Kind
	sent     reflect.Type // the spec of that kind, as the operation takes it
	required string       // the path of a member that is required by us
	seen     map[reflect.Type]*schema
}

var (
	enumeration = reflect.TypeFor[message.Enum]()
	raw         = reflect.TypeFor[jsontext.Value]()
	instant     = reflect.TypeFor[time.Time]()
)

func (c *comparison) compare(path string, s *schema, t reflect.Type) {
	s = c.d.deref(s)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == raw && path == "spec" && c.kind != nil {
		t = c.sent
	}
	if len(s.Enum) > 0 {
		if !t.Implements(enumeration) {
			c.Errorf("%s: %v is no enumeration", path, t)
		} else if diff := cmp.Diff(s.Enum, reflect.Zero(t).Interface().(message.Enum).Names()); diff != "" {
			c.Errorf("%s: names (-vendor +ours):\n%s", path, diff)
		}
		return
	}
	kind, ok := t.Kind(), false
	switch s.Type {
	case "string":
		switch s.Format {
		case "date-time":
			ok = t.ConvertibleTo(instant)
		case "int64", "uint64":
			ok = kind == reflect.Int64 || kind == reflect.Uint64
		case "byte":
			ok = kind == reflect.Slice && t.Elem().Kind() == reflect.Uint8
		default:
			ok = kind == reflect.String
		}
	case "integer":
		ok = kind == reflect.Int32 || kind == reflect.Uint32 || kind == reflect.Int64
	case "boolean":
		ok = kind == reflect.Bool
	case "array":
		if ok = kind == reflect.Slice; ok {
			c.compare(path+"[]", s.Items, t.Elem())
		}
	case "object":
		switch {
		case len(s.Properties) > 0 && kind == reflect.Struct:
			c.members(path, s, t)
			ok = true
		case t == raw:
			ok = len(s.Properties) == 0 || strings.HasSuffix(path, "request_body") // an Any is looked at by the name of its type
		default:
			ok = len(s.Properties) == 0 && (kind == reflect.Map || kind == reflect.Struct && t.NumField() == 0)
		}
	}
	if !ok {
		c.Errorf("%s is %s %s, and not of type %v", path, s.Type, s.Format, t)
	}
}

func (c *comparison) members(path string, s *schema, t reflect.Type) {
	if c.seen[t] == s {
		return
	}
	c.seen[t] = s
	in := ""
	if path != "" {
		in = path + "."
	}
	group := map[string]string{}
	for name, members := range s.groups() {
		for _, m := range members {
			group[m] = name
		}
	}
	found := map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" || name == "-" {
			continue
		}
		p, known := s.Properties[name]
		if !known {
			if f.Tag.Get("rule") != "" || f.Tag.Get("oneof") != "" {
				c.Errorf("%s%s has a rule, and the vendor has no such member", in, name)
			}
			continue
		}
		found[name] = true
		want := vendorRules(c.d.deref(p).Rules)
		if in+name == c.required {
			want["message.required"] = "true"
		}
		if diff := cmp.Diff(want, ownRules(f.Tag.Get("rule"))); diff != "" {
			c.Errorf("%s%s: rules (-vendor +ours):\n%s", in, name, diff)
		}
		if group[name] != f.Tag.Get("oneof") {
			c.Errorf("%s%s excludes those of %q, want %q", in, name, f.Tag.Get("oneof"), group[name])
		}
		c.compare(in+name, p, f.Type)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if !found[name] {
			c.Errorf("%s%s is missing in %v", in, name, t)
		}
	}
}

// vendorRules are rules without the escapes of the vendor's document.
func vendorRules(rules map[string]string) map[string]string {
	all := map[string]string{}
	for word, value := range rules {
		all[word] = strings.ReplaceAll(value, `\"`, `"`)
	}
	return all
}

func ownRules(tag string) map[string]string {
	all := map[string]string{}
	for rule := range strings.SplitSeq(tag, ";") {
		if word, value, ok := strings.Cut(rule, "="); ok {
			all[word] = value
		}
	}
	return vendorRules(all)
}
