package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// limits bound a request body.
type limits struct {
	body   int64 // bytes
	depth  int
	decode func(text []byte, body any) error
}

// plain decodes JSON as Go's encoding has it.
func plain(duplicates bool) func(text []byte, body any) error {
	options := jsontext.AllowDuplicateNames(duplicates)
	return func(text []byte, body any) error { return json.Unmarshal(text, body, options) }
}

var utf8BOM = []byte("\xef\xbb\xbf") // a reader may ignore it (RFC 8259 section 8.1); PowerShell sends it

// read decodes the body of a request into the value that target points to.
func (b *bodyField) read(r *http.Request, target any, lim limits) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer release(buf)
	if err := readLimited(buf, r, lim.body); err != nil {
		return err
	}
	text := bytes.TrimPrefix(buf.Bytes(), utf8BOM)
	if len(bytes.TrimLeft(text, " \t\r\n")) == 0 {
		if b.required {
			return iam.E(iam.Invalid, "a JSON body is required").Because(iam.ReasonRequired)
		}
		return nil
	}
	switch depth, nul := inspect(text, lim.depth); {
	case depth > lim.depth:
		return iam.E(iam.Invalid, "the body is nested deeper than %d levels", lim.depth).Because(iam.ReasonTooDeep)
	case nul:
		return iam.E(iam.Invalid, "the body has a NUL character in a string").Because(iam.ReasonFormat)
	}
	if err := lim.decode(text, target); err != nil {
		return decodeError(err)
	}
	return nil
}

func readLimited(buf *bytes.Buffer, r *http.Request, limit int64) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if r.ContentLength <= limit {
		if n := r.ContentLength; n > 0 {
			// ReadFrom wants room to see the end without growing once more.
			buf.Grow(int(min(n, DefaultMaxBody)) + bytes.MinRead)
		}
		_, err := buf.ReadFrom(io.LimitReader(r.Body, limit+1))
		if _, over := errors.AsType[*http.MaxBytesError](err); err != nil && !over {
			return &iam.Error{Kind: iam.Invalid, Code: iam.ReasonMalformed, Message: "the body could not be read", Err: err}
		} else if !over && int64(buf.Len()) <= limit {
			return nil
		}
	}
	return iam.E(iam.Invalid, "the body is larger than %d bytes", limit).Because(iam.ReasonTooLarge)
}

// inspect finds what the decoder lets pass in JSON text: how many objects and
// arrays are inside one another, up to one more than limit, and whether a
// string holds the NUL character, which PostgreSQL's text cannot keep. What it
// answers of other text does not matter: the decoder refuses that.
func inspect(text []byte, limit int) (depth int, nul bool) {
	level := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			if level++; level > depth {
				depth = level
			}
			if depth > limit {
				return depth, nul
			}
		case '}', ']':
			level--
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					nul = nul || bytes.HasPrefix(text[i+1:], escapedNUL)
					i++
				}
			}
		}
	}
	return depth, nul
}

var escapedNUL = []byte("u0000")

// decodeError says what is wrong with a body. The decoder's own words are not
// kept, not even as the cause: they may quote a password.
func decodeError(err error) error {
	if own, ok := errors.AsType[*iam.Error](err); ok {
		return own // of a dialect's or a wire type's own decoding
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		if errors.Is(syntax.Err, jsontext.ErrDuplicateName) {
			return fieldError(syntax.JSONPointer, iam.ReasonDuplicate, "is given twice")
		}
		return iam.E(iam.Invalid, "the body is not valid JSON, at byte %d", syntax.ByteOffset).Because(iam.ReasonMalformed)
	}
	wrong, ok := errors.AsType[*json.SemanticError](err)
	if !ok || wrong.GoType == nil {
		return iam.E(iam.Invalid, "the body is not of the type that is expected").Because(iam.ReasonType)
	}
	want, kind := expected(wrong.GoType)
	switch {
	case want == "":
		return fieldError(wrong.JSONPointer, iam.ReasonFormat, "has the wrong format")
	case errors.Is(wrong.Err, strconv.ErrRange):
		return fieldError(wrong.JSONPointer, iam.ReasonType, "is out of range")
	case wrong.JSONKind == kind && wrong.Err != nil:
		return fieldError(wrong.JSONPointer, iam.ReasonFormat, "has the wrong format")
	default:
		return fieldError(wrong.JSONPointer, iam.ReasonType, "must be "+want)
	}
}

// fieldError is about the member that p points to, or about the whole body.
func fieldError(p jsontext.Pointer, reason iam.Reason, rule string) error {
	var path []string
	for token := range p.Tokens() {
		path = append(path, token)
	}
	if len(path) == 0 {
		return iam.E(iam.Invalid, "the body %s", rule).Because(reason)
	}
	var check iam.Checker
	name := strings.Join(path, ".")
	check.Add(name, reason, "%s %s", name, rule)
	return check.Err()
}

// expected names the JSON that a Go type is decoded from, in words and as the
// kind of its first token, 0 for numbers. There are no words for a type that
// decodes itself, unless it is Documented.
func expected(t reflect.Type) (words string, kind jsontext.Kind) {
	switch {
	case implements(t, documentedType):
		return expected(reflect.TypeOf(reflect.New(t).Interface().(Documented).DocumentedAs()))
	case implements(t, textUnmarshaler):
		return "a string", '"'
	case implements(t, jsonUnmarshalers...):
		return "", 0
	}
	switch t.Kind() {
	case reflect.Pointer:
		return expected(t.Elem())
	case reflect.String:
		return "a string", '"'
	case reflect.Bool:
		return "true or false", 't'
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "an integer", 0
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a non-negative integer", 0
	case reflect.Float32, reflect.Float64:
		return "a number", 0
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "a Base64 string", '"'
		}
		return "an array", '['
	case reflect.Map, reflect.Struct:
		return "an object", '{'
	default:
		return "", 0
	}
}
