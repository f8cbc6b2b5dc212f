package api

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
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
	components openapi3.Schemas
	prefix     string // of components' names
	names      map[reflect.Type]string
}

func newSchemas(components openapi3.Schemas, prefix string) *schemas {
	return &schemas{components: components, prefix: prefix, names: map[reflect.Type]string{}}
}

func (s *schemas) of(t reflect.Type) *openapi3.SchemaRef {
	switch {
	case t.Kind() == reflect.Pointer:
		return nullable(s.of(t.Elem()))
	case implements(t, documentedType):
		return s.of(reflect.TypeOf(reflect.New(t).Interface().(Documented).DocumentedAs()))
	case t == timeType:
		return openapi3.NewDateTimeSchema().NewRef()
	case implements(t, jsonMarshalers...), implements(t, jsonUnmarshalers...):
		return openapi3.NewSchema().NewRef() // anything
	case implements(t, textMarshaler):
		return openapi3.NewStringSchema().NewRef()
	}
	switch t.Kind() {
	case reflect.String:
		return openapi3.NewStringSchema().NewRef()
	case reflect.Bool:
		return openapi3.NewBoolSchema().NewRef()
	case reflect.Int64, reflect.Uint64:
		return openapi3.NewInt64Schema().NewRef()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return openapi3.NewIntegerSchema().NewRef()
	case reflect.Float32, reflect.Float64:
		return openapi3.NewFloat64Schema().NewRef()
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return openapi3.NewBytesSchema().NewRef()
		}
		array := openapi3.NewArraySchema()
		array.Items = s.of(t.Elem())
		return array.NewRef()
	case reflect.Map:
		object := openapi3.NewObjectSchema()
		object.AdditionalProperties.Schema = s.of(t.Elem())
		return object.NewRef()
	case reflect.Struct:
		return s.object(t)
	default:
		return openapi3.NewSchema().NewRef()
	}
}

// object makes the schema of a struct: inline when it has no name, otherwise
// a component, registered before its members so that types may be recursive.
func (s *schemas) object(t reflect.Type) *openapi3.SchemaRef {
	if t.Name() == "" {
		object := openapi3.NewObjectSchema()
		s.members(object, t)
		return object.NewRef()
	}
	name, ok := s.names[t]
	if !ok {
		name = s.name(t)
		s.names[t] = name
		object := openapi3.NewObjectSchema()
		s.components[name] = object.NewRef()
		s.members(object, t)
	}
	return openapi3.NewSchemaRef("#/components/schemas/"+name, s.components[name].Value)
}

// members adds the members of a struct to its schema. A member is required
// unless it may be omitted.
func (s *schemas) members(object *openapi3.Schema, t reflect.Type) {
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
			member = openapi3.NewStringSchema().NewRef()
		}
		if doc := f.Tag.Get("doc"); doc != "" {
			member = described(member, doc)
		}
		if !has("omitempty") && !has("omitzero") {
			object.Required = append(object.Required, name)
		}
		object.WithPropertyRef(name, member)
	}
}

func (s *schemas) embed(object *openapi3.Schema, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		s.members(object, t)
	case reflect.Map:
		object.AdditionalProperties.Schema = s.of(t.Elem())
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
func nullable(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	ref = own(ref)
	ref.Value.Nullable = true
	return ref
}

func described(ref *openapi3.SchemaRef, doc string) *openapi3.SchemaRef {
	ref = own(ref)
	ref.Value.Description = doc
	return ref
}

func own(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	if ref.Ref == "" {
		return ref
	}
	return &openapi3.SchemaRef{Value: &openapi3.Schema{AllOf: openapi3.SchemaRefs{ref}}}
}
