package message

import (
	"maps"
	"reflect"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Verdict is what comes of one rule for a value.
type Verdict struct {
	Rule string
	// Known is not set where there is no such rule, or it is none as it is
	// written; the value was not held to it, and Fault says why.
	Known bool
	Fault string // empty where the value keeps the rule
}

// RulePrefix is what F5 may write in front of the word of a rule.
const RulePrefix = "ves.io.schema.rules."

// Evaluate holds a value, which is text, to rules by their words, with or
// without RulePrefix: "string.max_len" is "64". The value is a number for rules
// of numbers and of enums, a JSON array for those of lists, a JSON object for
// those of maps. A quote in a bound may be written \", as in the vendor's
// documents. Verdicts are in the order of the words. No fault repeats the
// value.
func Evaluate(rules map[string]string, value string) []Verdict {
	verdicts := make([]Verdict, 0, len(rules))
	for _, word := range slices.Sorted(maps.Keys(rules)) {
		v := Verdict{Rule: word}
		v.Known, v.Fault = evaluate(strings.TrimPrefix(word, RulePrefix), strings.ReplaceAll(rules[word], `\"`, `"`), rules, value)
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// evaluate asks one rule, which stands among others.
func evaluate(word, bound string, rules map[string]string, text string) (known bool, fault string) {
	w := &words{values: map[string]string{word: bound}}
	if word == "string.ves_object_name" || word == "string.k8s_label_value" {
		for _, longest := range []string{"string.max_len", RulePrefix + "string.max_len"} {
			if most, ok := rules[longest]; ok {
				w.values["string.max_len"] = most // of both, see scalars
			}
		}
	}
	if strings.HasSuffix(word, "string.pattern") && !affordable(bound) {
		return false, "the pattern of rule " + word + " is none, or too large"
	}
	if word == "message.required" {
		if w.flag(word); w.err() != nil {
			return false, "rule message.required is true or not there"
		}
		if text == "" {
			return true, "the value should not be empty"
		}
		return true, ""
	}
	value, ok := valueFor(word, text)
	if !ok {
		return true, "the value is none that rule " + word + " can be asked of"
	}
	if word == "enum.in" {
		return oneOf(w, value)
	}
	var m member
	m.understand(w, value.Type())
	if w.err() != nil {
		return false, "rule " + word + " is not known, or its bound is none"
	}
	c := checker{prefix: "value"}
	for _, t := range m.tests {
		t.run(&c, value)
	}
	faults := make([]string, len(c.faults))
	for i, f := range c.faults {
		faults[i] = strings.TrimSuffix(f.Message, " in request.") + "."
	}
	return true, strings.Join(faults, " ")
}

// valueFor reads a value as what a rule is about.
func valueFor(word, text string) (reflect.Value, bool) {
	kind, _, _ := strings.Cut(word, ".")
	switch kind {
	case "uint32", "enum":
		n, err := strconv.ParseUint(text, 10, 32)
		return reflect.ValueOf(uint32(n)), err == nil
	case "repeated":
		var items []jsontext.Value
		err := json.Unmarshal([]byte(text), &items)
		if strings.HasPrefix(word, "repeated.items.uint32.") {
			var numbers []uint32
			err = json.Unmarshal([]byte(text), &numbers)
			return reflect.ValueOf(numbers), err == nil
		}
		all := make([]string, len(items))
		for i, item := range items {
			all[i] = plain(item)
		}
		return reflect.ValueOf(all), err == nil
	case "map":
		var entries map[string]jsontext.Value
		err := json.Unmarshal([]byte(text), &entries)
		all := make(map[string]string, len(entries))
		for key, entry := range entries {
			all[key] = plain(entry)
		}
		return reflect.ValueOf(all), err == nil
	}
	return reflect.ValueOf(text), true
}

// plain is a text without its quotes, and anything else as it is written.
func plain(v jsontext.Value) string {
	if v.Kind() == '"' {
		return unquote(v)
	}
	_ = v.Canonicalize()
	return string(v)
}

// oneOf asks for one of the numbers of an enum, whose names nobody knows here.
func oneOf(w *words, value reflect.Value) (known bool, fault string) {
	numbers, ok := list[uint64](w, "enum.in")
	if !ok || w.err() != nil {
		return false, "rule enum.in is not a list of numbers"
	}
	if slices.Contains(numbers, value.Uint()) {
		return true, ""
	}
	allowed := make([]string, len(numbers))
	for i, n := range numbers {
		allowed[i] = strconv.FormatUint(n, 10)
	}
	return true, "the value should be one of " + strings.Join(allowed, ", ")
}

// affordable reports whether a pattern is one that can be run on a value
// without much ado: time goes with the product of their sizes.
func affordable(pattern string) bool {
	const most = 2000 // instructions
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return false
	}
	prog, err := syntax.Compile(re.Simplify())
	return err == nil && len(prog.Inst) <= most
}
