package api

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Where a parameter comes from: both the struct tag and OpenAPI's word.
const (
	inPath   = "path"
	inQuery  = "query"
	inHeader = "header"
)

// binding is the plan by which a request becomes an operation's input. It is
// compiled once, at registration.
type binding struct {
	fields []field
	query  bool       // whether any field is from the query
	body   *bodyField // nil when the operation takes none
}

// field is one parameter.
type field struct {
	in    string
	name  string
	doc   string
	index []int // of the struct field, through embedded ones
	typ   reflect.Type
	setter
}

type bodyField struct {
	index    []int
	typ      reflect.Type
	required bool
}

// setter puts text into a value; ok is false when the text is not of the type.
type setter struct {
	set   func(v reflect.Value, text string) (ok bool)
	must  string // what the text must be, for the message: "an integer"
	list  bool   // takes every value, not just the first
	empty bool   // takes empty text as a value rather than as absence
}

// compile makes the plan for an input type.
func compile(t reflect.Type) (*binding, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("input %v is not a struct", t)
	}
	b := &binding{}
	if err := b.add(t, nil); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *binding) add(t reflect.Type, parent []int) error {
	for i := range t.NumField() {
		sf := t.Field(i)
		index := slices.Concat(parent, []int{i})
		in, name, tags := "", "", 0
		for _, source := range []string{inPath, inQuery, inHeader, "body"} {
			if v, ok := sf.Tag.Lookup(source); ok {
				in, name = source, v
				tags++
			}
		}
		switch {
		case tags == 0 && sf.Anonymous && sf.Type.Kind() == reflect.Struct:
			if err := b.add(sf.Type, index); err != nil {
				return err
			}
		case tags != 1 || name == "" || !sf.IsExported():
			return fmt.Errorf("field %s must be exported and have one of the tags path, query, header, body", sf.Name)
		case in == "body":
			if b.body != nil || name != "required" && name != "optional" {
				return fmt.Errorf(`field %s: the one body is tagged body:"required" or body:"optional"`, sf.Name)
			}
			b.body = &bodyField{index, sf.Type, name == "required"}
		default:
			set, ok := setterOf(sf.Type)
			if !ok || set.list && in != inQuery {
				return fmt.Errorf("field %s: %v cannot be bound from a %s", sf.Name, sf.Type, in)
			}
			if in == inHeader {
				name = http.CanonicalHeaderKey(name)
			}
			b.query = b.query || in == inQuery
			b.fields = append(b.fields, field{in, name, sf.Tag.Get("doc"), index, sf.Type, set})
		}
	}
	return nil
}

func setterOf(t reflect.Type) (setter, bool) {
	switch t.Kind() {
	case reflect.String:
		return setter{must: "text", empty: true, set: func(v reflect.Value, text string) bool {
			v.SetString(text)
			return true
		}}, true
	case reflect.Bool:
		return setter{must: "true or false", empty: true, set: func(v reflect.Value, text string) bool {
			on, err := strconv.ParseBool(text)
			v.SetBool(on || text == "")
			return err == nil || text == ""
		}}, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return setter{must: "an integer", set: func(v reflect.Value, text string) bool {
			n, err := strconv.ParseInt(text, 10, v.Type().Bits())
			v.SetInt(n)
			return err == nil
		}}, true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return setter{must: "a non-negative integer", set: func(v reflect.Value, text string) bool {
			n, err := strconv.ParseUint(text, 10, v.Type().Bits())
			v.SetUint(n)
			return err == nil
		}}, true
	case reflect.Pointer:
		s, ok := setterOf(t.Elem())
		set := s.set
		s.set = func(v reflect.Value, text string) bool {
			v.Set(reflect.New(t.Elem()))
			return set(v.Elem(), text)
		}
		return s, ok && !s.list && t.Elem().Kind() != reflect.Pointer
	case reflect.Slice:
		s, ok := setterOf(t.Elem())
		set := s.set
		s.set = func(v reflect.Value, text string) bool {
			v.Set(reflect.Append(v, reflect.Zero(t.Elem())))
			return set(v.Index(v.Len()-1), text)
		}
		nested := s.list
		s.list = true
		return s, ok && !nested
	default:
		return setter{}, false
	}
}

// bind fills the input in from a request. Every broken parameter is named.
func (b *binding) bind(r *http.Request, in reflect.Value, lim limits) error {
	var query url.Values
	if b.query && r.URL.RawQuery != "" {
		var err error
		if query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
			return iam.E(iam.Invalid, "the query string is malformed").Because(iam.ReasonMalformed)
		}
	}
	var check iam.Checker
	for i := range b.fields {
		f := &b.fields[i]
		switch f.in {
		case inPath:
			f.take(&check, in, r.PathValue(f.name))
		case inQuery:
			f.take(&check, in, query[f.name]...)
		case inHeader:
			f.take(&check, in, r.Header[f.name]...)
		}
	}
	if err := check.Err(); err != nil {
		return err
	}
	if b.body == nil {
		return nil
	}
	return b.body.read(r, in.FieldByIndex(b.body.index).Addr().Interface(), lim)
}

// take puts the values of one parameter into its field. Text that storage
// could not keep, or an answer could not repeat, goes no further.
func (f *field) take(check *iam.Checker, in reflect.Value, values ...string) {
	for _, text := range values {
		switch {
		case text == "" && !f.empty:
		case !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0:
			check.Add(f.name, iam.ReasonFormat, "%s must be UTF-8 text without NUL", f.name)
		case !f.set(in.FieldByIndex(f.index), text):
			check.Add(f.name, iam.ReasonType, "%s must be %s", f.name, f.must)
		}
		if !f.list {
			return
		}
	}
}
