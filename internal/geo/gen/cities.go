package main

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/internal/geo"
)

// How many people live in a city of which there are other names: those in a
// script of its country, and all others. Of the seats of administrations the
// first are kept whatever their size.
const (
	localFrom   = 15_000
	foreignFrom = 600_000
)

// longest is of names that are kept besides the name, in bytes: what is longer
// is a description.
const longest = 48

// citiesOf makes the lines of the cities of a state.
func citiesOf(country string, cities []city) string {
	var lines []string
	local := scriptsOf(country)
	for _, c := range cities {
		lines = append(lines, c.Name)
		for _, other := range others(c, local) {
			lines = append(lines, other+"\t"+c.Name)
		}
	}
	return sorted(lines)
}

// others answers further names of a city, without those that begin another one:
// who looks for them finds that.
func others(c city, local []string) (kept []string) {
	for _, name := range c.others {
		least := foreignFrom
		script := scriptOf(name)
		if slices.Contains(local, script) {
			least = localFrom
		}
		code := script == "Latin" && utf8.RuneCountInString(name) < 4 && strings.ToUpper(name) == name // of an airport
		important := c.seat && least == localFrom
		if (c.people >= least || important) && script != "" && !code && len(name) <= longest && !strings.ContainsAny(name, "\t\n()/[]") {
			kept = append(kept, name)
		}
	}
	return slices.DeleteFunc(unbegun(kept), func(name string) bool { return strings.HasPrefix(geo.Key(c.Name), geo.Key(name)) })
}

// unbegun leaves out names that begin another one.
func unbegun(names []string) []string {
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(geo.Key(a), geo.Key(b)) })
	whole := names[:0]
	for i, name := range names {
		if i+1 == len(names) || !strings.HasPrefix(geo.Key(names[i+1]), geo.Key(name)) {
			whole = append(whole, name)
		}
	}
	return whole
}

// scriptsOf answers the scripts in which a country is written, other than the
// Latin one.
func scriptsOf(country string) []string {
	script, _ := language.Make("und-" + country).Script()
	switch script.String() {
	case "Kore":
		return []string{"Hangul"}
	case "Jpan":
		return []string{"Han", "Hiragana", "Katakana"}
	case "Hans", "Hant":
		return []string{"Han"}
	}
	for name := range unicode.Scripts {
		if len(name) >= 4 && strings.EqualFold(script.String(), isoScript(name)) {
			return []string{name}
		}
	}
	return nil
}

// isoScript is the code of ISO 15924 of a script, of those in which some
// country is written.
func isoScript(name string) string {
	return map[string]string{"Cyrillic": "Cyrl", "Arabic": "Arab", "Hebrew": "Hebr", "Greek": "Grek", "Armenian": "Armn", "Georgian": "Geor",
		"Thai": "Thai", "Lao": "Laoo", "Khmer": "Khmr", "Myanmar": "Mymr", "Ethiopic": "Ethi", "Devanagari": "Deva", "Bengali": "Beng",
		"Sinhala": "Sinh", "Tibetan": "Tibt", "Thaana": "Thaa"}[name]
}

// scriptOf answers the script of the first letter; "" where there is none.
func scriptOf(name string) string {
	for _, r := range name {
		if !unicode.IsLetter(r) {
			continue
		}
		for script, table := range unicode.Scripts {
			if script != "Common" && script != "Inherited" && unicode.Is(table, r) {
				return script
			}
		}
	}
	return ""
}
