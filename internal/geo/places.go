package geo

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Land is a country as people know it.
type Land struct {
	Code   string // ISO 3166-1 alpha-2
	Alpha3 string
	Name   string // in English
	// Names are by language (BCP 47): in those of the United Nations and some
	// more, and in the one that most people of the country speak.
	Names map[string]string
	// PostalCode is the form of its postal codes, a regular expression (RE2) for
	// the whole of one in upper case; empty where it is not known, or there are none.
	PostalCode string
}

// State is what a country is divided into at the first level.
type State struct {
	// Code is that of ISO 3166-2 without the country, where ISO is set, else one
	// of GeoNames.
	Code  string
	ISO   bool
	Name  string
	Names map[string]string // by language, as far as they are known
}

// City is a town of at least 1,000 people, or the seat of an administration.
type City struct {
	Name string
	// Matched is another name of it, by which it was found; empty otherwise.
	Matched string
}

// Lands answers the countries of which a code or a name, in any language that
// CLDR knows, begins with a prefix: first the one whose code it is, then those
// that are called so in English, then the others. An empty prefix begins nothing.
func Lands(prefix string) []Land {
	key := Key(prefix)
	var lands []Land
	for found := range beginning(atlas().names, key) {
		if !slices.ContainsFunc(lands, func(l Land) bool { return l.Code == found.main }) {
			lands = append(lands, landOf(found.main))
		}
	}
	slices.SortFunc(lands, func(a, b Land) int {
		return cmp.Or(cmp.Compare(a.rank(key), b.rank(key)), strings.Compare(Key(a.Name), Key(b.Name)))
	})
	return lands
}

// rank is how near a key is: 0 the code, 1 what the English name begins with.
func (l Land) rank(key string) int { return rank(key, l.Name, l.Code, l.Alpha3) }

func (s State) rank(key string) int { return rank(key, s.Name, s.Code) }

func rank(key, name string, codes ...string) int {
	switch {
	case slices.ContainsFunc(codes, func(code string) bool { return Key(code) == key }):
		return 0
	case strings.HasPrefix(Key(name), key):
		return 1
	}
	return 2
}

// States answers the states of a country, by its alpha-2 code, of which a name
// or the code begins with a prefix, in the order of Lands. divided is false
// where the country has none at all.
func States(country, prefix string) (states []State, divided bool) {
	key := Key(prefix)
	in := divisionsOf(country)
	for i, s := range in.states {
		if key != "" && slices.ContainsFunc(in.keys[i], func(k string) bool { return strings.HasPrefix(k, key) }) {
			states = append(states, s)
		}
	}
	slices.SortStableFunc(states, func(a, b State) int { return cmp.Compare(a.rank(key), b.rank(key)) })
	return states, len(in.states) > 0
}

// Cities answers the cities of a state of which a name begins with a prefix,
// those first that are called so in the first place, each group by name. Where a
// country has no states, whatever code is that of the whole of it; else ok is
// false for a state that is not there. some tells whether it has cities at all.
func Cities(country, state, prefix string) (cities []City, some, ok bool) {
	in := divisionsOf(country)
	i := 0
	if len(in.states) > 0 {
		i = slices.IndexFunc(in.states, func(s State) bool { return strings.EqualFold(s.Code, state) })
	}
	if i < 0 || i >= len(in.cities) {
		return nil, false, i >= 0
	}
	seen := map[string]bool{}
	for _, names := range []bool{true, false} {
		for found := range beginning(in.cities[i], Key(prefix)) {
			if (found.other == "") == names && !seen[found.main] {
				seen[found.main] = true
				cities = append(cities, City{Name: found.main, Matched: found.other})
			}
		}
	}
	return cities, in.cities[i] != "", true
}

// line is an entry of a sorted text: a name, or another one and what it is of.
type line struct {
	main  string
	other string // empty where the entry is the name itself
}

func lineOf(text string) line {
	if other, main, ok := strings.Cut(text, "\t"); ok {
		return line{main, other}
	}
	return line{main: text}
}

// beginning answers the lines of a text, which is sorted by the keys of its
// lines, whose keys begin with a key. The text is searched where it lies.
func beginning(text, key string) iter.Seq[line] {
	return func(yield func(line) bool) {
		if key == "" {
			return
		}
		for at := first(text, key); at < len(text); {
			row, _, _ := strings.Cut(text[at:], "\n")
			if !strings.HasPrefix(keyOf(row), key) || !yield(lineOf(row)) {
				return
			}
			at += len(row) + 1
		}
	}
}

// first answers where the first line begins whose key is not before a key.
func first(text, key string) int {
	low, high := 0, len(text) // bounds of the start of the line
	for low < high {
		start := low + strings.LastIndexByte(text[low:(low+high)/2], '\n') + 1
		row, _, _ := strings.Cut(text[start:], "\n")
		if keyOf(row) < key {
			low = min(start+len(row)+1, len(text))
		} else {
			high = start
		}
	}
	return low
}

func keyOf(row string) string {
	name, _, _ := strings.Cut(row, "\t")
	return Key(name)
}
