package main

import (
	"slices"
	"strings"
	"testing"
)

func known() *sources {
	return &sources{
		english: map[string]string{"KR-11": "Seoul", "KR-50": "Sejong", "CZ-10": "Prague", "CZ-101": "Prague 1", "VN-SG": "Ho Chi Minh City", "VN-61": "Hải Dương"},
		regions: map[string][]region{"KR": {{ISO: "11", Name: "Seoul", Admin: "11"}, {ISO: "22", Name: "Sejong City", Admin: "22"}},
			"CZ": {{ISO: "PR", Name: "Prague", Admin: "52"}}, "VN": {{ISO: "61", Name: "Hải Dương Province", Admin: "79"}}},
		others: map[string]map[string]string{},
	}
}

// TestRegionOf: a division is the one of its code, unless that is old or means
// something else now.
func TestRegionOf(t *testing.T) {
	for _, c := range []struct{ country, code, name, want string }{
		{"KR", "11", "Seoul", "11"},
		{"KR", "22", "Sejong-si", "50"},                     // CLDR does not know 22
		{"CZ", "52", "Prague", "10"},                        // corrected
		{"VN", "79", "Ho Chi Minh City (HCMC)", "SG"},       // the code was of another one
		{"KR", "99", "Nowhere", ""}, {"XX", "1", "Any", ""}, // nobody knows it
	} {
		if got := known().regionOf(c.country, division{c.code, c.name}).ISO; got != c.want {
			t.Errorf("%s.%s %s is %q, want %q", c.country, c.code, c.name, got, c.want)
		}
	}
}

// TestFree: a code of GeoNames never stands for a division of ISO 3166-2.
func TestFree(t *testing.T) {
	taken := map[string]bool{}
	for _, want := range []string{"G11", "GG11"} {
		if got := known().free("KR", "11", taken); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := known().free("KR", "07", taken); got != "07" {
		t.Error(got)
	}
}

// TestSettle: a city of no state is in that of the nearest one; a country none
// of whose cities is in a state has no states.
func TestSettle(t *testing.T) {
	s := &sources{cities: map[string][]city{"AA": {{Name: "East", Lat: "0", Lng: "10", Admin1: "E"}, {Name: "West", Lat: "0", Lng: "-10", Admin1: "W"},
		{Name: "Lost", Lat: "1", Lng: "8"}}, "BB": {{Name: "Lost", Lat: "0", Lng: "0", Admin1: "X"}}}}
	states := []state{{divided: "W"}, {divided: "E"}}
	if !s.settle("AA", states) || len(states[1].cities) != 2 || len(states[0].cities) != 1 {
		t.Errorf("%+v", states)
	}
	if s.settle("BB", []state{{divided: "Y"}}) {
		t.Error("a country whose cities are in no state has states")
	}
}

// TestOthers: a large city has names in any script, a smaller one in that of
// its country, a village none; codes, and names that begin another, are left out.
func TestOthers(t *testing.T) {
	names := []string{"서울", "서울특별시", "ソウル", "SEL", "Séoul", "Seo", "Seoul (city)"}
	for _, c := range []struct {
		people int
		want   string
	}{{1_000, ""}, {100_000, "서울특별시"}, {10_000_000, "ソウル 서울특별시"}} {
		got := others(city{Name: "Seoul", people: c.people, others: slices.Clone(names)}, []string{"Hangul"})
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("with %d people: %v, want %s", c.people, got, c.want)
		}
	}
	for country, want := range map[string]string{"KR": "Hangul", "RU": "Cyrillic", "JP": "Han Hiragana Katakana", "EG": "Arabic", "US": "", "TW": "Han", "GE": "Georgian"} {
		if got := strings.Join(scriptsOf(country), " "); got != want {
			t.Errorf("%s is written in %q, want %q", country, got, want)
		}
	}
}

func TestGazetteer(t *testing.T) {
	line := func(name, people, sort string) string {
		return strings.Join([]string{"1", name, name, "Other,Another", "1.5", "2.5", "P", sort, "AA", "", "07", "", "", "", people, "", "", "", ""}, "\t")
	}
	known := gazetteer([]byte(line("Town", "10", "PPL") + "\n" + line("Town", "2000", "PPLA") + "\nshort\n"))
	if got := known["AA1.52.5"]; got.people != 2000 || !got.seat || len(got.others) != 2 || known["AA07Town"].people != 2000 {
		t.Errorf("%+v", known)
	}
}
