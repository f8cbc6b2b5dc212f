package transfer

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// row makes a resource out of the texts of columns.
type row struct {
	resource map[string]any
	values   map[column]map[string]any // of lists, by the column without its sub-attribute
}

func newRow() row { return row{map[string]any{}, map[column]map[string]any{}} }

// put fills a column. An empty text fills none.
func (r row) put(c column, text string) error {
	if text == "" {
		return nil
	}
	in := r.resource
	if c.urn != "" {
		in = object(in, c.urn)
	}
	switch {
	case c.sub != "" && c.urn == "" && slices.Contains(lists, c.attribute):
		return r.putValue(c, text)
	case c.sub != "":
		if _, is := in[c.attribute].(map[string]any); in[c.attribute] != nil && !is {
			return errors.New("is given twice")
		}
		object(in, c.attribute)[c.sub] = text
		return nil
	case in[c.attribute] != nil:
		return errors.New("is given twice")
	}
	v, err := c.whole(text)
	if err != nil {
		return err
	}
	in[c.attribute] = v
	return nil
}

// object answers an object inside another one, made where there is none.
func object(in map[string]any, name string) map[string]any {
	m, ok := in[name].(map[string]any)
	if !ok {
		m = map[string]any{}
		in[name] = m
	}
	return m
}

// putValue fills a sub-attribute of one of several values. One without a type is
// the preferred one of the account.
func (r row) putValue(c column, text string) error {
	sub := c.sub
	c.sub = ""
	v, made := r.values[c]
	if !made {
		all, _ := r.resource[c.attribute].([]any)
		if len(all) > 0 && !r.has(c.attribute) {
			return errors.New("is given twice")
		}
		v = map[string]any{}
		if c.kind != "" {
			v[attrType] = c.kind
		}
		r.values[c] = v
		r.resource[c.attribute] = append(all, v)
	}
	switch {
	case sub == attrPrimary:
		b, err := boolean(text)
		v[attrPrimary] = b
		return err
	case sub == attrValue && c.kind == "" && v[attrPrimary] == nil && slices.Contains(preferred, c.attribute):
		v[attrPrimary] = true
	}
	v[sub] = text
	return nil
}

// has reports whether a list is made of values with columns of their own.
func (r row) has(attribute string) bool {
	for c := range r.values {
		if c.attribute == attribute {
			return true
		}
	}
	return false
}

// whole reads the text of an attribute as a whole: a list as JSON or separated by
// semicolons, and what is of an extension as JSON where it is an object, an array
// or in quotation marks.
func (c column) whole(text string) (any, error) {
	isList := c.urn == "" && slices.Contains(lists, c.attribute)
	if isList && text[0] == '[' || c.urn != "" && strings.IndexByte(`{["`, text[0]) >= 0 {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err == nil {
			return v, nil
		}
		if isList {
			return nil, errors.New("must be a JSON array, or values separated by semicolons")
		}
	}
	switch {
	case c.urn != "":
		return text, nil
	case c.attribute == attrActive:
		return boolean(text)
	case isList:
		return c.list(split(text)), nil
	case slices.Contains(references, c.attribute):
		return reference(text), nil
	}
	return text, nil
}

func (c column) list(texts []string) any {
	all := make([]any, len(texts))
	for i, text := range texts {
		v := map[string]any{attrValue: text}
		switch {
		case slices.Contains(references, c.attribute):
			v = reference(text)
		case c.attribute == "addresses":
			v = map[string]any{"formatted": text}
		case i == 0 && slices.Contains(preferred, c.attribute):
			v[attrPrimary] = true
		}
		all[i] = v
	}
	return all
}

// reference names a user or a group by what may be an id or a name.
func reference(text string) map[string]any {
	if iam.ValidID(text) {
		return map[string]any{attrValue: text}
	}
	return map[string]any{attrDisplay: text}
}

// split takes a list apart. A backslash before a semicolon or another backslash
// takes its meaning from it.
func split(text string) []string {
	var all []string
	var b strings.Builder
	end := func() {
		if s := strings.TrimSpace(b.String()); s != "" {
			all = append(all, s)
		}
		b.Reset()
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && (text[i+1] == ';' || text[i+1] == '\\'):
			i++
			b.WriteByte(text[i])
		case c == ';':
			end()
		default:
			b.WriteByte(c)
		}
	}
	end()
	return all
}

var escaper = strings.NewReplacer(`\`, `\\`, `;`, `\;`)

// boolean reads the words for yes and no that programs write.
func boolean(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "t", "yes", "y", "1", "enabled", "active":
		return true, nil
	case "false", "f", "no", "n", "0", "disabled", "inactive":
		return false, nil
	}
	return false, errors.New("must be true or false")
}

// text answers what fills a column in a resource, "" for nothing that can be
// written there. What it answers is not all that the resource says there.
func (c column) text(resource map[string]any) string {
	in := resource
	if c.urn != "" {
		in, _ = in[c.urn].(map[string]any)
	}
	v := in[c.attribute]
	all, isList := v.([]any)
	switch {
	case isList && c.sub != "":
		for _, e := range all {
			m, _ := e.(map[string]any)
			if kind, _ := m[attrType].(string); kind == c.kind {
				return scalar(m[c.sub])
			}
		}
		return ""
	case isList:
		texts := make([]string, len(all))
		for i, e := range all {
			texts[i] = escaper.Replace(named(e))
		}
		return strings.Join(texts, ";")
	case c.sub != "":
		m, _ := v.(map[string]any)
		return scalar(m[c.sub])
	case slices.Contains(references, c.attribute):
		return named(v)
	}
	return scalar(v)
}

// named answers by what one of several values is known: a user or a group by its
// name.
func named(v any) string {
	m, _ := v.(map[string]any)
	if s, _ := m[attrDisplay].(string); s != "" {
		return s
	}
	s, _ := m[attrValue].(string)
	return s
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}
