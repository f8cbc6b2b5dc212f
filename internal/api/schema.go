package api

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
)

// Documented is a wire type with JSON methods of its own, which reflection
// cannot see through: the document shows the type of another value instead.
type Documented interface{ DocumentedAs() any }

var (
	documentedType   = reflect.TypeFor[Documented]()
	timeType         = reflect.TypeFor[time.Time]()
	textMarshaler    = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler  = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonMarshalers   = []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.MarshalerTo]()}
	jsonUnmarshalers = []reflect.Type{reflect.TypeFor[json.Unmarshaler](), reflect.TypeFor[json.UnmarshalerFrom]()}
)

// schemas makes OpenAPI schemas of Go types as the JSON encoder sees them.
// Named structs become components.
type schemas struct {
	components map[string]*schema
	prefix     string // of components' names
	names      map[reflect.Type]string
}

func newSchemas(components map[string]*schema, prefix string) *schemas {
	return &schemas{components: components, prefix: prefix, names: map[reflect.Type]string{}}
}

func (s *schemas) of(t reflect.Type) *schema {
	switch {
	case t.Kind() == reflect.Pointer:
		return nullable(s.of(t.Elem()))
	case implements(t, documentedType):
		return s.of(reflect.TypeOf(reflect.New(t).Interface().(Documented).DocumentedAs()))
	case t == timeType:
		return &schema{Type: "string", Format: "date-time"}
	case implements(t, jsonMarshalers...), implements(t, jsonUnmarshalers...):
		return &schema{} // anything
	case implements(t, textMarshaler):
		return &schema{Type: "string"}
	}
	switch t.Kind() {
	case reflect.String:
		return &schema{Type: "string"}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int64, reflect.Uint64:
		return &schema{Type: "integer", Format: "int64"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return &schema{Type: "integer"}
	case reflect.Float32, reflect.Float64:
		return &schema{Type: "number", Format: "double"}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return &schema{Type: "string", Format: "byte"}
		}
		return &schema{Type: "array", Items: s.of(t.Elem())}
	case reflect.Map:
		return &schema{Type: "object", AdditionalProperties: s.of(t.Elem())}
	case reflect.Struct:
		return s.object(t)
	default:
		return &schema{}
	}
}

// object makes the schema of a struct: inline when it has no name, otherwise
// a component, registered before its members so that types may be recursive.
func (s *schemas) object(t reflect.Type) *schema {
	if t.Name() == "" {
		object := &schema{Type: "object"}
		s.members(object, t)
		return object
	}
	name, ok := s.names[t]
	if !ok {
		name = s.name(t)
		s.names[t] = name
		object := &schema{Type: "object"}
		s.components[name] = object
		s.members(object, t)
	}
	return &schema{Ref: "#/components/schemas/" + name}
}

// members adds the members of a struct to its schema. A member is required
// unless it may be omitted.
func (s *schemas) members(object *schema, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		has := func(option string) bool { return strings.Contains(","+options+",", ","+option+",") }
		switch {
		case name == "-" && options == "", !f.IsExported() && !f.Anonymous:
			continue
		case has("embed") || f.Anonymous && name == "":
			s.embed(object, f.Type)
			continue
		case name == "":
			name = f.Name
		}
		member := s.of(f.Type)
		if has("string") && f.Type.Kind() >= reflect.Int && f.Type.Kind() <= reflect.Float64 { // a number in quotes
			member = &schema{Type: "string"}
		}
		if doc := f.Tag.Get("doc"); doc != "" {
			member = described(member, doc)
		}
		if !has("omitempty") && !has("omitzero") {
			object.Required = append(object.Required, name)
		}
		if object.Properties == nil {
			object.Properties = map[string]*schema{}
		}
		object.Properties[name] = member
	}
}

func (s *schemas) embed(object *schema, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		s.members(object, t)
	case reflect.Map:
		object.AdditionalProperties = s.of(t.Elem())
	}
}

// name chooses a component's name: that of the type with a capital letter,
// its type arguments without their packages, numbered if it is taken.
func (s *schemas) name(t reflect.Type) string {
	var words []string
	for _, word := range strings.FieldsFunc(t.Name(), func(r rune) bool { return strings.ContainsRune("[],*", r) }) {
		word = word[strings.LastIndexAny(word, "./")+1:]
		word, _, _ = strings.Cut(word, "·")
		words = append(words, string(unicode.ToUpper(rune(word[0])))+word[1:])
	}
	name := s.prefix + strings.Join(words, "")
	for n := 2; s.components[name] != nil; n++ {
		name = fmt.Sprintf("%s%s%d", s.prefix, strings.Join(words, ""), n)
	}
	return name
}

// implements reports whether values or pointers of a type have the methods of
// one of the interfaces.
func implements(t reflect.Type, interfaces ...reflect.Type) bool {
	for _, i := range interfaces {
		if t.Kind() != reflect.Interface && (t.Implements(i) || reflect.PointerTo(t).Implements(i)) {
			return true
		}
	}
	return false
}

// nullable and described put a reference into an allOf first, since what
// stands beside a $ref is ignored in OpenAPI 3.0.
func nullable(ref *schema) *schema {
	ref = own(ref)
	ref.Nullable = true
	return ref
}

func described(ref *schema, doc string) *schema {
	ref = own(ref)
	ref.Description = doc
	return ref
}

func own(ref *schema) *schema {
	if ref.Ref == "" {
		return ref
	}
	return &schema{AllOf: []*schema{ref}}
}
