package golden

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// compare tells the first difference between two JSON texts, of which wanted
// is valid.
func compare(wanted, answered jsontext.Value, v values) error {
	if !answered.IsValid() {
		return fmt.Errorf("the body is not JSON")
	}
	c := comparison{decoder(wanted), decoder(answered), v}
	return c.value()
}

// comparison walks two texts side by side. Both are valid, so that reading
// them cannot fail.
type comparison struct {
	want, got *jsontext.Decoder
	values    values
}

func (c comparison) value() error {
	if c.want.PeekKind() == '"' {
		pattern := read(c.want)
		if err := c.values.matchValue(text(pattern), read(c.got)); err != nil {
			return c.errorf("%w", err)
		}
		return nil
	}
	kind := c.want.PeekKind()
	if c.got.PeekKind() != kind {
		want, got := read(c.want), read(c.got)
		return c.errorf("got %s, want %s", got, want)
	}
	switch kind {
	case '{', '[':
		return c.members(kind == '{')
	default:
		want, got := read(c.want), read(c.got)
		if !bytes.Equal(want, got) {
			return c.errorf("got %s, want %s", got, want)
		}
		return nil
	}
}

// members compares the inside of objects and arrays.
func (c comparison) members(object bool) error {
	skipToken(c.want)
	skipToken(c.got)
	for {
		wantEnds, gotEnds := ends(c.want), ends(c.got)
		switch {
		case wantEnds && gotEnds:
			skipToken(c.want)
			skipToken(c.got)
			return nil
		case wantEnds:
			return c.errorf("%s is too much", read(c.got))
		case gotEnds:
			return c.errorf("%s is missing at the end", read(c.want))
		}
		if object {
			if want, got := text(read(c.want)), text(read(c.got)); want != got {
				return c.errorf("got member %q where %q is wanted", got, want)
			}
		}
		if err := c.value(); err != nil {
			return err
		}
	}
}

func (c comparison) errorf(format string, args ...any) error {
	return fmt.Errorf("body at %q: "+format, append([]any{c.got.StackPointer()}, args...)...)
}

// matchValue compares a JSON value with a pattern, and captures: a string by
// its text, anything else by its JSON.
func (v values) matchValue(pattern string, value jsontext.Value) error {
	switch kind := alone(pattern); {
	case value.Kind() == '"' && kind != "int", kind == "any", kind == "int" && value.Kind() == '0':
		return v.match(pattern, text(value))
	default:
		return fmt.Errorf("got %s, want %q", value, pattern)
	}
}

// merge is the answered JSON, indented, with the placeholders of wanted that
// match it. Wanted may be anything.
func merge(wanted, answered jsontext.Value, v values) string {
	m := merger{got: decoder(answered), patterns: map[jsontext.Pointer]string{}, values: v}
	if wanted.IsValid() {
		for d := decoder(wanted); ; {
			token, err := d.ReadToken()
			if err != nil {
				break
			}
			// A member's name has the pointer of its value, which comes next
			// and replaces it.
			if token.Kind() == '"' {
				m.patterns[d.StackPointer()] = token.String()
			} else {
				delete(m.patterns, d.StackPointer())
			}
		}
	}
	var b strings.Builder
	m.out = jsontext.NewEncoder(&b, jsontext.WithIndent("  "))
	m.value("")
	return strings.TrimSuffix(b.String(), "\n")
}

type merger struct {
	got      *jsontext.Decoder
	out      *jsontext.Encoder
	patterns map[jsontext.Pointer]string
	values   values
}

// value copies the next value. The encoder cannot fail: it writes to memory
// what a decoder of valid text gave.
func (m merger) value(at jsontext.Pointer) {
	kind := m.got.PeekKind()
	pattern, ok := m.patterns[at]
	ok = ok && placeholder.MatchString(pattern)
	if !ok && (kind == '{' || kind == '[') {
		m.members(kind == '{', at)
		return
	}
	value := read(m.got)
	switch {
	case ok && m.values.matchValue(pattern, value) == nil:
		_ = m.out.WriteToken(jsontext.String(pattern))
	case value.Kind() == '"':
		_ = m.out.WriteToken(jsontext.String(strings.ReplaceAll(text(value), "$", "$$")))
	default:
		_ = m.out.WriteValue(value)
	}
}

func (m merger) members(object bool, at jsontext.Pointer) {
	copyToken := func() string {
		token, _ := m.got.ReadToken()
		token = token.Clone()
		_ = m.out.WriteToken(token)
		return token.String()
	}
	copyToken()
	for i := 0; !ends(m.got); i++ {
		step := fmt.Sprint(i)
		if object {
			step = copyToken()
		}
		m.value(at.AppendToken(step))
	}
	copyToken()
}

func decoder(v jsontext.Value) *jsontext.Decoder { return jsontext.NewDecoder(bytes.NewReader(v)) }

func ends(d *jsontext.Decoder) bool { return d.PeekKind() == '}' || d.PeekKind() == ']' }

func skipToken(d *jsontext.Decoder) { _, _ = d.ReadToken() }

// read copies the next value, since the decoder's own copy does not last.
func read(d *jsontext.Decoder) jsontext.Value {
	v, _ := d.ReadValue()
	return v.Clone()
}

// text is what a JSON string says; anything else is its JSON.
func text(v jsontext.Value) string {
	if v.Kind() != '"' {
		return string(v)
	}
	b, _ := jsontext.AppendUnquote(nil, v)
	return string(b)
}
