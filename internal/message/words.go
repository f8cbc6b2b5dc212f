package message

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// words are the rules of a tag: what is asked, by the word for it. Rules are
// taken out as they are understood; what is left at the end is not.
type words struct {
	values map[string]string
	faults []error
}

// parse reads "word=value;word=value". A value has no semicolon; a quote in it
// may be written \", as in the vendor's documents.
func parse(tag string) *words {
	w := &words{values: map[string]string{}}
	for entry := range strings.SplitSeq(tag, ";") {
		word, value, _ := strings.Cut(entry, "=")
		if _, twice := w.values[word]; word == "" || value == "" || twice {
			w.fault("%q is no rule, or one given twice", entry)
		}
		w.values[word] = strings.ReplaceAll(value, `\"`, `"`)
	}
	return w
}

func (w *words) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Errorf(format, args...))
}

// err tells what was not understood.
func (w *words) err() error {
	for word := range w.values {
		w.fault("rule %s does not go with the type", word)
	}
	return errors.Join(w.faults...)
}

// below takes out the rules whose words begin with a prefix, and answers them
// without it.
func (w *words) below(prefix string) *words {
	of := &words{values: map[string]string{}}
	for word, value := range w.values {
		if rest, ok := strings.CutPrefix(word, prefix); ok {
			of.values[rest] = value
			delete(w.values, word)
		}
	}
	return of
}

// adopt takes over what was not understood of rules that were below.
func (w *words) adopt(of *words) {
	if err := of.err(); err != nil {
		w.faults = append(w.faults, err)
	}
}

func (w *words) text(word string) (value string, ok bool) {
	value, ok = w.values[word]
	delete(w.values, word)
	return value, ok
}

// flag takes out a rule whose only value is true.
func (w *words) flag(word string) bool {
	value, ok := w.text(word)
	if ok && value != "true" {
		w.fault("rule %s is true or not there", word)
	}
	return ok
}

// count takes out a rule that is a number of 32 bits.
func (w *words) count(word string) (n uint32, ok bool) {
	value, ok := w.text(word)
	if !ok {
		return 0, false
	}
	wide, err := strconv.ParseUint(value, 10, 32)
	if err != nil {
		w.fault("rule %s=%s is no number of 32 bits", word, value)
	}
	return uint32(wide), true
}

// list takes out a rule that is a JSON array.
func list[T comparable](w *words, word string) (all []T, ok bool) {
	value, ok := w.text(word)
	if !ok {
		return nil, false
	}
	if err := json.Unmarshal([]byte(value), &all); err != nil || len(all) == 0 || len(slices.Compact(slices.Clone(all))) != len(all) {
		w.fault("rule %s=%s is no list", word, value)
	}
	return all, true
}
