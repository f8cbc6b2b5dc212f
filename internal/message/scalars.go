package message

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// scalar is a rule of a single value.
type scalar struct {
	always bool // for an absent member too, save one of a oneof
	reason iam.Reason
	should func(v reflect.Value) string // "" when it is kept
}

// scalars makes the rules of values of a type:
//
//	string.min_len=N, .max_len=N      characters (Unicode code points)
//	string.min_bytes=N, .max_bytes=N  bytes of UTF-8
//	string.not_empty=true             has a character
//	string.const=TEXT                 is this
//	string.in=["A","B"], .not_in      is one of these, none of these
//	string.pattern=RE                 RE2 finds a match
//	string.email=true                 an address without display name (RFC 5321)
//	string.uri=true, .uri_ref         an absolute URI, a URI or relative reference (RFC 3986)
//	string.http_header_field=true     the name of a field (RFC 9110 section 5.1)
//	string.ves_object_name=true       a DNS label (RFC 1035), which F5 lets have 64 characters
//	string.hostname=true, and others  see networkForms
//	string.k8s_label_value=true       a value of a Kubernetes label, which has 63 characters at most
//	uint32.gte=N, .lte=N              a number of 32 bits at least, at most so large
//	enum.in=[1,6]                     one of the values with these numbers
//
// The lower bounds of text, and the constant, are asked of an absent member too.
//
// F5 also writes max_len beside the last two forms of text, larger than they
// allow by themselves: it is the bound then, and they say of what characters
// the text is.
func scalars(w *words, t reflect.Type) (all []scalar) {
	switch {
	case t.Implements(enumType):
		if numbers, ok := list[int](w, "enum.in"); ok {
			all = append(all, enumIn(w, numbers, namesOf(t)))
		}
	case t.Kind() == reflect.String:
		all = texts(w)
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		all = counts(w)
	default:
	}
	return all
}

func texts(w *words) (all []scalar) {
	add := func(reason iam.Reason, kept func(s string) bool, format string, args ...any) {
		should := fmt.Sprintf(format, args...)
		all = append(all, scalar{reason: reason, should: func(v reflect.Value) string {
			if kept(v.String()) {
				return ""
			}
			return should
		}})
	}
	size := func(word, bound, noun string, count func(s string) int, kept func(n, bound int) bool) (int, bool) {
		given, ok := w.count(word)
		limit := int(given)
		if ok {
			all = append(all, scalar{always: !kept(0, limit), reason: iam.ReasonLength, should: func(v reflect.Value) string {
				if n := count(v.String()); !kept(n, limit) {
					return fmt.Sprintf("have %s %s, got %d", bound, number(limit, noun), n)
				}
				return ""
			}})
		}
		return limit, ok
	}
	bytes := func(s string) int { return len(s) }
	atLeast := func(n, bound int) bool { return n >= bound }
	atMost := func(n, bound int) bool { return n <= bound }

	if text, ok := w.text("string.const"); ok {
		add(iam.ReasonFormat, func(s string) bool { return s == text }, "be %q", text)
		all[len(all)-1].always = true
	}
	size("string.min_len", "at least", "character", utf8.RuneCountInString, atLeast)
	longest, bounded := size("string.max_len", "at most", "character", utf8.RuneCountInString, atMost)
	size("string.min_bytes", "at least", "byte", bytes, atLeast)
	size("string.max_bytes", "at most", "byte", bytes, atMost)
	if w.flag("string.not_empty") {
		add(iam.ReasonRequired, func(s string) bool { return s != "" }, "not be empty")
		all[len(all)-1].always = true
	}
	if some, ok := list[string](w, "string.in"); ok {
		add(iam.ReasonFormat, func(s string) bool { return slices.Contains(some, s) }, "be one of %s", quoted(some))
	}
	if some, ok := list[string](w, "string.not_in"); ok {
		add(iam.ReasonFormat, func(s string) bool { return !slices.Contains(some, s) }, "be none of %s", quoted(some))
	}
	if text, ok := w.text("string.pattern"); ok {
		if re, err := regexp.Compile(text); err != nil {
			w.fault("rule string.pattern: %v", err)
		} else {
			add(iam.ReasonFormat, re.MatchString, "match %s", text)
		}
	}
	if w.flag("string.email") {
		add(iam.ReasonFormat, iam.ValidEmail, "be an e-mail address")
	}
	if w.flag("string.uri") {
		add(iam.ReasonFormat, isURI, "be an absolute URI")
	}
	if w.flag("string.uri_ref") {
		add(iam.ReasonFormat, isReference, "be a URI or a relative reference")
	}
	if w.flag("string.http_header_field") {
		add(iam.ReasonFormat, isToken, "be the name of an HTTP header field")
	}
	for _, f := range networkForms {
		if w.flag(f.word) {
			add(iam.ReasonFormat, f.is, "be %s", f.what)
		}
	}
	if w.flag("string.ves_object_name") {
		if !bounded {
			longest = 64
		}
		add(iam.ReasonFormat, func(s string) bool { return len(s) <= longest && isLabel(s) },
			"be a DNS label: at most %d of a-z, 0-9 and '-', beginning with a letter and not ending with '-'", longest)
	}
	if w.flag("string.k8s_label_value") {
		if !bounded {
			longest = 63
		}
		add(iam.ReasonFormat, func(s string) bool { return len(s) <= longest && isLabelValue(s) },
			"be a label value: at most %d letters, digits, '-', '_' and '.', beginning and ending with a letter or digit", longest)
	}
	return all
}

func quoted(some []string) string { return `"` + strings.Join(some, `", "`) + `"` }

// counts makes the rule of a number. Its Go type may be wider than the 32 bits
// that it has in the message.
func counts(w *words) []scalar {
	low, lower := w.count("uint32.gte")
	high, upper := w.count("uint32.lte")
	var should string
	switch {
	case lower && upper:
		should = fmt.Sprintf("be from %d to %d", low, high)
	case lower:
		high, should = math.MaxUint32, fmt.Sprintf("be at least %d", low)
	case upper:
		should = fmt.Sprintf("be at most %d", high)
	default:
		return nil
	}
	return []scalar{{reason: iam.ReasonFormat, should: func(v reflect.Value) string {
		var kept bool
		if v.CanUint() {
			kept = v.Uint() >= uint64(low) && v.Uint() <= uint64(high)
		} else {
			kept = v.Int() >= int64(low) && v.Int() <= int64(high)
		}
		if kept {
			return ""
		}
		return should
	}}}
}

func enumIn(w *words, numbers []int, names []string) scalar {
	allowed := make([]string, 0, len(numbers))
	for _, n := range numbers {
		if n < 0 || n >= len(names) {
			w.fault("rule enum.in: there is no value %d", n)
			continue
		}
		allowed = append(allowed, names[n])
	}
	should := "be one of " + strings.Join(allowed, ", ")
	return scalar{reason: iam.ReasonFormat, should: func(v reflect.Value) string {
		if slices.Contains(allowed, v.String()) {
			return ""
		}
		return should
	}}
}
