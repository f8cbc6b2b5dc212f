package message

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Decode reads a message into v, a pointer, and checks it. A member that is
// not of its type is told as Check tells a broken rule. The error of text that
// is not JSON is the decoder's.
func Decode(prefix string, text []byte, v any) error {
	err := json.Unmarshal(text, v, JSON)
	if err == nil {
		return Check(prefix, v)
	}
	if own, ok := errors.AsType[*iam.Error](err); ok {
		return own // of a type's own decoding
	}
	wrong, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return err
	}
	path, t := locate(reflect.TypeOf(v).Elem(), wrong.JSONPointer)
	c := checker{prefix: prefix, path: path}
	c.fail(expected(t))
	return c.err()
}

// locate follows a pointer through a type, to the path of what it points to,
// in the names of the type, and to its type.
func locate(t reflect.Type, p jsontext.Pointer) (path []step, _ reflect.Type) {
	for token := range p.Tokens() {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch t.Kind() {
		case reflect.Slice, reflect.Array:
			index, _ := strconv.Atoi(token)
			path, t = append(path, step{index: index}), t.Elem()
		case reflect.Map:
			path, t = append(path, step{key: true, name: token}), t.Elem()
		case reflect.Struct:
			f, name := fieldNamed(t, token)
			path, t = append(path, step{name: name}), f
		default:
			return path, t
		}
	}
	return path, t
}

// fieldNamed answers the type and the name of a member as it may be spelled.
func fieldNamed(t reflect.Type, spelled string) (_ reflect.Type, name string) {
	var similar reflect.Type
	for _, f := range reflect.VisibleFields(t) {
		switch own := jsonName(f); {
		case own == "" || !f.IsExported():
		case own == spelled:
			return f.Type, own
		case strings.EqualFold(strings.ReplaceAll(own, "_", ""), strings.ReplaceAll(spelled, "_", "")):
			similar, name = f.Type, own
		}
	}
	if similar == nil {
		return reflect.TypeFor[jsontext.Value](), spelled // in an embedded map
	}
	return similar, name
}

var (
	timeType        = reflect.TypeFor[time.Time]()
	enumType        = reflect.TypeFor[Enum]()
	ownUnmarshalers = []reflect.Type{reflect.TypeFor[encoding.TextUnmarshaler](), reflect.TypeFor[json.Unmarshaler](), reflect.TypeFor[json.UnmarshalerFrom]()}
)

// expected says what values of a type are, on the wire.
func expected(t reflect.Type) (reason iam.Reason, should string) {
	if t.Kind() == reflect.Pointer {
		return expected(t.Elem())
	}
	if t == timeType {
		return iam.ReasonFormat, "be a time in RFC 3339"
	}
	if t.Implements(enumType) {
		return iam.ReasonFormat, "be one of " + strings.Join(namesOf(t), ", ") + ", or the number of one"
	}
	for _, i := range ownUnmarshalers {
		if reflect.PointerTo(t).Implements(i) {
			return iam.ReasonFormat, "be of the right format"
		}
	}
	return iam.ReasonType, "be " + noun(t)
}

func noun(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int32:
		return fmt.Sprintf("an integer from %d to %d", math.MinInt32, math.MaxInt32)
	case reflect.Int, reflect.Int64:
		return "an integer of 64 bits"
	case reflect.Uint32:
		return fmt.Sprintf("an integer from 0 to %d", uint32(math.MaxUint32))
	case reflect.Uint64:
		return "an integer from 0, of 64 bits"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "a Base64 string"
		}
		return "an array"
	default:
		return "an object"
	}
}

// namesOf are the names of the values of an enumeration.
func namesOf(t reflect.Type) []string { return reflect.Zero(t).Interface().(Enum).Names() }

// jsonName is the name of a field on the wire, "" where it has none of its own.
func jsonName(f reflect.StructField) string {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case name == "-" && options == "", strings.Contains(","+options+",", ",embed,"):
		return ""
	case name == "" && f.Anonymous:
		return ""
	case name == "":
		return f.Name
	}
	return name
}
