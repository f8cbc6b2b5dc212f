package message

import (
	"cmp"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// mostFaults is how many broken rules are told of one message.
const mostFaults = 16

// Check answers nil when v, a struct or a pointer to one, keeps the rules in
// the tags of its fields and of all that is in it. Otherwise it answers an
// Invalid iam.Error with one field for each violation, but no more than 16:
// its path as "spec.rules[0].cookie_name", below prefix where that is not
// empty. A type whose tags make no sense panics.
//
// A nil pointer is an absent member, and breaks message.required only. Without
// a pointer what is zero is absent, and as proto3 cannot tell the two apart it
// breaks string.const, string.min_len, string.min_bytes, string.not_empty and
// repeated.min_items too, save in a oneof. A message that is no pointer is
// always there.
func Check(prefix string, v any) error {
	if v == nil {
		return nil
	}
	value := reflect.ValueOf(v)
	p := planOf(value.Type())
	if p.idle {
		return nil
	}
	c := checker{prefix: prefix}
	c.value(p, value)
	return c.err()
}

// checker walks a message along the plan of its type.
type checker struct {
	prefix string
	path   []step // from the message to where the checker is
	faults []iam.Field
}

// step leads to a member by its name, to an element by its index, or to the
// value of a key.
type step struct {
	name  string
	key   bool
	index int
}

func (c *checker) value(p *plan, v reflect.Value) {
	if p.idle || len(c.faults) == mostFaults {
		return
	}
	switch p.kind {
	case reflect.Pointer:
		if !v.IsNil() {
			c.value(p.elem, v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			c.push(step{index: i})
			c.value(p.elem, v.Index(i))
			c.pop()
		}
	case reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			c.push(step{key: true, name: fmt.Sprint(entry.Key())})
			c.value(p.elem, entry.Value())
			c.pop()
		}
	case reflect.Struct:
		for i := range p.members {
			c.member(&p.members[i], v)
		}
		for i := range p.groups {
			c.group(&p.groups[i], v)
		}
	}
}

func (c *checker) member(m *member, parent reflect.Value) {
	v := parent.Field(m.index)
	if m.name == "" { // embedded: its members are the parent's own
		c.value(m.in, v)
		return
	}
	if m.idle() {
		return
	}
	c.push(step{name: m.name})
	defer c.pop()
	there := present(v)
	if !there && m.required {
		c.fail(iam.ReasonRequired, "be not nil, got nil")
		return
	}
	own := v
	if own.Kind() == reflect.Pointer {
		if !there {
			return
		}
		own = own.Elem()
	}
	for _, t := range m.tests {
		if (there || t.always) && !t.run(c, own) {
			break // a list that is too long is not compared item by item
		}
	}
	c.value(m.in, v)
}

// group checks that members that exclude one another do.
func (c *checker) group(g *group, parent reflect.Value) {
	var given []string
	for _, m := range g.members {
		if present(parent.Field(m.index)) {
			given = append(given, m.name)
		}
	}
	if len(given) > 1 {
		c.push(step{name: g.name})
		c.fail(iam.ReasonFormat, "be at most one of its members, got "+strings.Join(given, " and "))
		c.pop()
	}
}

// present reports whether a member was given. What is empty in proto3 was not,
// where it is no pointer.
func present(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() > 0
	default:
		return !v.IsZero()
	}
}

func (c *checker) push(s step) { c.path = append(c.path, s) }
func (c *checker) pop()        { c.path = c.path[:len(c.path)-1] }

// fail records that what is at the path should be otherwise. The words are the
// vendor's, and never repeat what was given.
//
// It reports false, so that a test may answer it.
func (c *checker) fail(reason iam.Reason, should string) bool {
	if len(c.faults) == mostFaults {
		return false
	}
	path := c.where()
	c.faults = append(c.faults, iam.Field{Path: path, Reason: reason,
		Message: "Field " + cmp.Or(path, "body") + " should " + should + " in request."})
	return false
}

func (c *checker) where() string {
	var b strings.Builder
	b.WriteString(c.prefix)
	for _, s := range c.path {
		switch {
		case s.key:
			b.WriteString("[" + strconv.Quote(iam.Cut(s.name, 64)) + "]")
		case s.name == "":
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.name)
		}
	}
	return b.String()
}

func (c *checker) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	words := make([]string, len(c.faults))
	for i, f := range c.faults {
		words[i] = f.Message
	}
	return &iam.Error{Kind: iam.Invalid, Code: c.faults[0].Reason, Message: strings.Join(words, " "), Fields: c.faults}
}
