package main

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/geo"
)

// state is a division as it goes into the archive.
type state struct {
	code    string
	iso     bool
	name    string
	names   map[string]string
	divided string // the code of GeoNames
	cities  []city
}

// country makes the file of a country: its states, and the cities of each.
func (s *sources) country(code string) string {
	states := s.states(code)
	if len(states) == 0 {
		if len(s.cities[code]) == 0 {
			return ""
		}
		return "\n\n" + citiesOf(code, s.cities[code])
	}
	slices.SortFunc(states, func(a, b state) int { return strings.Compare(geo.Key(a.name), geo.Key(b.name)) })
	lines := make([]string, len(states))
	blocks := make([]string, len(states))
	for i, st := range states {
		fields := []string{st.code, "", st.name}
		if st.iso {
			fields[1] = "iso"
		}
		for _, lang := range slices.Sorted(maps.Keys(st.names)) {
			fields = append(fields, lang+"="+st.names[lang])
		}
		lines[i], blocks[i] = strings.Join(fields, "\t"), citiesOf(code, st.cities)
	}
	return strings.Join(lines, "\n") + "\n\n" + strings.Join(blocks, "\n\n")
}

// states answers the divisions of a country with their cities. Where none of
// its cities is in a division, it has none: it is too small to be divided.
func (s *sources) states(country string) []state {
	var states []state
	taken := map[string]bool{}
	for _, d := range s.admin1[country] {
		st := state{name: d.name, divided: d.code}
		r := s.regionOf(country, d)
		if r.ISO != "" && !taken[r.ISO] {
			st.code, st.iso = r.ISO, true
			taken[r.ISO] = true
			if name := strings.Trim(s.english[country+"-"+r.ISO], "²"); name != "" {
				st.name = name
			}
		}
		st.names = s.namesOf(country, r, d, st.name)
		states = append(states, st)
	}
	for i := range states {
		if states[i].code == "" {
			states[i].code = s.free(country, states[i].divided, taken)
		}
	}
	if !s.settle(country, states) {
		return nil
	}
	return states
}

// reformed are countries that were divided anew since the table of codes was
// made: codes of GeoNames mean something else there now.
var reformed = []string{"VN"}

// corrected are codes of ISO 3166-2 by those of GeoNames where the table has
// old ones.
var corrected = map[string]string{"CN-20": "NM", "CZ-52": "10", "CZ-78": "64", "CZ-79": "31", "CZ-80": "63", "CZ-81": "41", "CZ-82": "52",
	"CZ-83": "51", "CZ-84": "71", "CZ-85": "80", "CZ-86": "53", "CZ-87": "32", "CZ-88": "20", "CZ-89": "42", "CZ-90": "72"}

// regionOf finds the division of ISO 3166-2 that one of GeoNames is: by its
// code, unless another one has its name, or CLDR does not know the code.
func (s *sources) regionOf(country string, d division) (found region) {
	for _, r := range s.regions[country] {
		if r.Admin == d.code && !slices.Contains(reformed, country) {
			found = r
		}
	}
	if iso := corrected[country+"-"+d.code]; iso != "" {
		found.ISO = iso
		return found
	}
	known := s.english[country+"-"+found.ISO]
	if known != "" && (alike(d.name, known) || alike(d.name, found.Name)) {
		return found
	}
	for _, id := range slices.Sorted(maps.Keys(s.english)) {
		if iso, ok := strings.CutPrefix(id, country+"-"); ok && core(s.english[id]) == core(d.name) {
			return s.region(country, iso)
		}
	}
	if known == "" {
		found = region{}
	}
	return found
}

// region answers what is known of a division of ISO 3166-2.
func (s *sources) region(country, iso string) region {
	for _, r := range s.regions[country] {
		if r.ISO == iso {
			return r
		}
	}
	return region{ISO: iso}
}

// alike reports whether two names may be of the same division.
func alike(a, b string) bool {
	a, b = core(a), core(b)
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

// core is a name without what says of what sort the division is.
func core(name string) string {
	name, _, _ = strings.Cut(name, "(")
	words := slices.DeleteFunc(strings.Fields(geo.Key(name)), func(w string) bool { return slices.Contains(sorts, w) })
	return strings.Join(words, "")
}

var sorts = strings.Fields("province region city state of municipality district governorate county division department oblast autonomous " +
	"prefecture the capital parish special metropolitan si do republic territory island islands canton and al el la regional municipal community")

// free answers the code of GeoNames, or one like it where ISO 3166-2 has that
// for another division.
func (s *sources) free(country, code string, taken map[string]bool) string {
	for taken[code] || s.english[country+"-"+code] != "" {
		code = "G" + code
	}
	taken[code] = true
	return code
}

// korean are the names that GeoNames does not have.
var korean = map[string]string{"11": "서울특별시", "26": "부산광역시", "27": "대구광역시", "28": "인천광역시", "29": "광주광역시", "30": "대전광역시",
	"31": "울산광역시", "41": "경기도", "42": "강원특별자치도", "43": "충청북도", "44": "충청남도", "45": "전북특별자치도", "46": "전라남도", "47": "경상북도",
	"48": "경상남도", "49": "제주특별자치도", "50": "세종특별자치시"}

// namesOf answers names by language that differ from a name. That of GeoNames
// goes for the local one where there is no other in English.
func (s *sources) namesOf(country string, r region, d division, name string) map[string]string {
	names := map[string]string{}
	for lang, said := range s.others[strconv.Itoa(r.Reference.GeoNames)] {
		if lang == "kr" {
			lang = "ko"
		}
		said = strings.Trim(strings.ReplaceAll(said, "\u200e", ""), " ")
		if said != "" && !strings.ContainsAny(said, "\t\n=") && geo.Key(said) != geo.Key(name) {
			names[lang] = said
		}
	}
	if names["en"] == "" && geo.Key(d.name) != geo.Key(name) {
		names["en"] = d.name
	}
	if country == "KR" && korean[r.ISO] != "" {
		names["ko"] = korean[r.ISO]
	}
	return names
}

// settle puts the cities of a country into its states, those whose state is
// not known into that of the nearest city. It reports false where that is none.
func (s *sources) settle(country string, states []state) bool {
	at := map[string]int{}
	for i, st := range states {
		at[st.divided] = i
	}
	var settled []city
	for _, c := range s.cities[country] {
		if _, known := at[c.Admin1]; known {
			settled = append(settled, c)
		}
	}
	for _, c := range s.cities[country] {
		if len(settled) == 0 {
			return false
		}
		i, known := at[c.Admin1]
		if !known {
			i = at[slices.MinFunc(settled, func(a, b city) int { return int(math.Copysign(1, away(a, c)-away(b, c))) }).Admin1]
		}
		states[i].cities = append(states[i].cities, c)
	}
	return true
}

// away is how far two cities are from one another, good enough to compare.
func away(a, b city) float64 {
	number := func(s string) float64 {
		f, _ := strconv.ParseFloat(s, 64)
		return f
	}
	return math.Hypot(number(a.Lat)-number(b.Lat), (number(a.Lng)-number(b.Lng))*math.Cos(number(a.Lat)*math.Pi/180))
}
