package main

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/gatehouse-id/gatehouse/internal/geo"
)

// shown are the languages whose names are kept as such, beside the one that
// most people of a country speak.
var shown = []string{"ar", "de", "en", "es", "fr", "he", "hi", "it", "ja", "ko", "pt", "ru", "zh"}

// lands makes the lines of all countries, and those of all their names.
func lands() (facts, names string) {
	var lines, index []string
	for _, code := range countries() {
		region := language.MustParseRegion(code)
		name := display.English.Regions().Name(region)
		line := []string{code, region.ISO3(), name}
		own, _ := language.Make("und-" + code).Base()
		for _, lang := range append(slices.Clone(shown), own.String()) {
			in := display.Regions(language.Make(lang))
			if in == nil || slices.ContainsFunc(line, func(f string) bool { return strings.HasPrefix(f, lang+"=") }) {
				continue
			}
			if said := in.Name(region); said != "" {
				line = append(line, lang+"="+said)
			}
		}
		lines = append(lines, strings.Join(line, "\t"))
		for _, other := range append(everywhere(region), name, code, region.ISO3()) {
			index = append(index, other+"\t"+code)
		}
	}
	return strings.Join(lines, "\n"), sorted(index)
}

// everywhere answers the names of a country in all languages, without those
// that begin another one.
func everywhere(region language.Region) (names []string) {
	for _, tag := range display.Supported.Tags() {
		if in := display.Regions(tag); in != nil {
			name := strings.Join(strings.Fields(in.Name(region)), " ")
			if geo.Key(name) != "" && name != region.String() {
				names = append(names, name)
			}
		}
	}
	english := geo.Key(display.English.Regions().Name(region))
	return slices.DeleteFunc(unbegun(names), func(name string) bool { return strings.HasPrefix(english, geo.Key(name)) })
}
