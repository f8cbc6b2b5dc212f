package message

import (
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// test is one rule of a member. It reports whether those after it are worth
// telling.
type test struct {
	always bool // for what is absent too
	run    func(c *checker, v reflect.Value) bool
}

// compile makes the tests of a member from its tag. Words and meanings are
// those of protoc-gen-validate (README.md there, "Constraint Rules"):
//
//	message.required=true                   it is given, and is not empty
//	repeated.min_items=N, .max_items=N      how many items there are
//	repeated.unique=true                    no two items are equal
//	repeated.items.RULE                     what each item is
//	map.keys.RULE, map.values.RULE          what each key is, and each value
//	RULE                                    what the member is: see scalars
//
// save that enum.in may be said of a list, for each item.
func (m *member) compile(tag string, t reflect.Type) error {
	w := parse(tag)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	m.understand(w, t)
	return w.err()
}

// understand makes the tests of rules, of a member of a type that is no
// pointer, and takes them out.
func (m *member) understand(w *words, t reflect.Type) {
	m.required = w.flag("message.required")
	switch t.Kind() {
	case reflect.Slice:
		m.list(w, t.Elem())
	case reflect.Map:
		m.keys(w, t.Key())
		m.values(w, t.Elem())
	default:
		for _, s := range scalars(w, t) {
			m.tests = append(m.tests, test{s.always && !m.grouped, func(c *checker, v reflect.Value) bool {
				return c.scalar(s, v, "")
			}})
		}
	}
}

func (m *member) list(w *words, t reflect.Type) {
	add := func(always bool, run func(c *checker, v reflect.Value) bool) {
		m.tests = append(m.tests, test{always, run})
	}
	if low, ok := w.count("repeated.min_items"); ok {
		add(true, func(c *checker, v reflect.Value) bool {
			return v.Len() >= int(low) ||
				c.fail(iam.ReasonLength, fmt.Sprintf("have at least %s, got %d", number(int(low), "item"), v.Len()))
		})
	}
	if high, ok := w.count("repeated.max_items"); ok {
		add(false, func(c *checker, v reflect.Value) bool {
			return v.Len() <= int(high) ||
				c.fail(iam.ReasonLength, fmt.Sprintf("have at most %s, got %d", number(int(high), "item"), v.Len()))
		})
	}
	if w.flag("repeated.unique") {
		add(false, unique)
	}
	items := w.below("repeated.items.")
	if numbers, ok := w.text("enum.in"); ok {
		items.values["enum.in"] = numbers
	}
	if each := scalars(items, t); len(each) > 0 {
		add(false, func(c *checker, v reflect.Value) bool {
			for i := range v.Len() {
				c.push(step{index: i})
				for _, s := range each {
					c.scalar(s, v.Index(i), "")
				}
				c.pop()
			}
			return true
		})
	}
	w.adopt(items)
}

func (m *member) keys(w *words, t reflect.Type) {
	keys := w.below("map.keys.")
	for _, s := range scalars(keys, t) {
		m.tests = append(m.tests, test{false, func(c *checker, v reflect.Value) bool {
			for entry := v.MapRange(); entry.Next(); {
				c.scalar(s, entry.Key(), "in each key ")
			}
			return true
		}})
	}
	w.adopt(keys)
}

func (m *member) values(w *words, t reflect.Type) {
	values := w.below("map.values.")
	for _, s := range scalars(values, t) {
		m.tests = append(m.tests, test{false, func(c *checker, v reflect.Value) bool {
			for entry := v.MapRange(); entry.Next(); {
				c.push(step{key: true, name: entry.Key().String()})
				c.scalar(s, entry.Value(), "")
				c.pop()
			}
			return true
		}})
	}
	w.adopt(values)
}

// unique compares items by their JSON, in which equal messages are equal.
func unique(c *checker, v reflect.Value) bool {
	first := make(map[string]int, v.Len())
	for i := range v.Len() {
		var key string
		if item := v.Index(i); item.Kind() == reflect.String {
			key = item.String()
		} else {
			text, err := json.Marshal(item.Interface(), json.Deterministic(true))
			if err != nil {
				continue // what cannot be told of cannot be compared
			}
			key = string(text)
		}
		if same, twice := first[key]; twice {
			return c.fail(iam.ReasonDuplicate, fmt.Sprintf("have unique items, got the same at [%d] and [%d]", same, i))
		}
		first[key] = i
	}
	return true
}

// scalar runs a rule of a single value; in says where it is, if not at the path.
func (c *checker) scalar(s scalar, v reflect.Value, in string) bool {
	should := s.should(v)
	return should == "" || c.fail(s.reason, in+should)
}

// number is a count with its noun.
func number(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
