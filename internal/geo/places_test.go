package geo

import (
	"archive/zip"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func codesOf(lands []Land) (codes []string) {
	for _, l := range lands {
		codes = append(codes, l.Code)
	}
	return codes
}

// TestLands: by a name in any language and case, with or without its marks, and
// by either code. What is called so in English comes first.
func TestLands(t *testing.T) {
	for prefix, want := range map[string]string{"South Ko": "KR", "south ko": "KR", "대한": "KR", "대한민": "KR", "Korea S": "KR", "KR": "KR", "kor": "KR",
		"ПОЛЬ": "PL", "日本": "JP", "مصر": "EG", "Ελλά": "GR", "ελλα": "GR", "cote d": "CI", "Côte d'": "CI", "CÔTE D’I": "CI", "türk": "TR", "turk": "TR",
		"Deutsch": "DE", "österr": "AT", "osterr": "AT", "ישר": "IL", "भार": "IN", "España": "ES", "espana": "ES", "united  kingdom": "GB"} {
		got := codesOf(Lands(prefix))
		if !slices.Contains(got, want) {
			t.Errorf("Lands(%q) are %v, without %s", prefix, got, want)
		}
	}
	for prefix, first := range map[string][]string{"united": {"AE", "GB", "US"}, "Ge": {"GE", "DE"}, "us": {"US"}, "ko": {"XK"}, "de": {"DE", "DK"}, "DNK": {"DK"}} {
		if got := codesOf(Lands(prefix)); len(got) < len(first) || !slices.Equal(got[:len(first)], first) {
			t.Errorf("Lands(%q) are %v, the first should be %v", prefix, got, first)
		}
	}
	for _, nothing := range []string{"", " ", "'", "xqz", "\xff"} {
		if got := Lands(nothing); len(got) != 0 {
			t.Errorf("Lands(%q) are %v", nothing, codesOf(got))
		}
	}
	kr := Lands("KOR")[0]
	if kr.Alpha3 != "KOR" || kr.Name != "South Korea" || kr.Names["ko"] != "대한민국" || kr.Names["de"] != "Südkorea" || kr.PostalCode != `\d{5}|\d{3}-\d{3}` {
		t.Errorf("Korea is %+v", kr)
	}
}

// TestLandsAreAll: every country is found by its code, and has a name.
func TestLandsAreAll(t *testing.T) {
	if n := len(atlas().lands); n != 250 {
		t.Errorf("%d countries", n)
	}
	for _, line := range atlas().lands {
		l := landOf(line[:2])
		if code, ok := Country(l.Alpha3); !ok || code != l.Code || l.Name == "" || l.Names["ko"] == "" {
			t.Errorf("%+v", l)
		}
		if !slices.Contains(codesOf(Lands(l.Code)), l.Code) || !slices.Contains(codesOf(Lands(l.Name)), l.Code) {
			t.Errorf("%s is not found by its code or its name", l.Code)
		}
	}
}

func TestStates(t *testing.T) {
	for _, c := range []struct{ country, prefix, want string }{
		{"US", "ca", "CA California, KS Kansas, NC North Carolina, SC South Carolina"}, {"US", "CALI", "CA California"}, {"US", "カリ", "CA California"}, {"US", "New ", "NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York"},
		{"KR", "서울", "11 Seoul"}, {"KR", "ㅅ", "50 Sejong, 11 Seoul"}, {"KR", "경기", "41 Gyeonggi"}, {"KR", "gyeonggi", "41 Gyeonggi"}, {"KR", "제주", "49 Jeju"},
		{"JP", "東京", "13 Tokyo"}, {"JP", "Hokk", "01 Hokkaidō"}, {"DE", "bay", "BY Bavaria"}, {"DE", "BADEN-w", "BW Baden-Württemberg"}, {"DE", "baden wurt", "BW Baden-Württemberg"},
		{"FR", "ile de", "IDF Île-de-France"}, {"CA", "que", "QC Quebec"}, {"CA", "Qué", "QC Quebec"}, {"IN", "दिल्ली", "DL Delhi"}, {"CZ", "pra", "10 Prague, Hlavní mešto"},
		{"CN", "内蒙", "NM Inner Mongolia"}, {"US", "xq", ""}, {"US", "", ""},
	} {
		states, divided := States(c.country, c.prefix)
		var got []string
		for _, s := range states {
			if !s.ISO {
				t.Errorf("%s of %s is not one of ISO 3166-2", s.Code, c.country)
			}
			got = append(got, s.Code+" "+s.Name)
		}
		if strings.Join(got, ", ") != c.want || !divided {
			t.Errorf("States(%s, %q) are %q, want %q", c.country, c.prefix, got, c.want)
		}
	}
	for _, country := range []string{"SG", "VA", "XX", "", "lands", "names", "us"} {
		if states, divided := States(country, "s"); len(states) > 0 || divided {
			t.Errorf("%s has states", country)
		}
	}
}

func TestCities(t *testing.T) {
	for _, c := range []struct{ country, state, prefix, want string }{
		{"KR", "11", "seo", "Seoul"}, {"KR", "11", "서울", "Seoul (서울시)"}, {"KR", "41", "수원", "Suwon (수원시)"}, {"KR", "41", "SUWON", "Suwon"},
		{"US", "CA", "san franc", "San Francisco"}, {"US", "ca", "San Franc", "San Francisco"}, {"JP", "13", "東京", "Tokyo (東京都)"},
		{"DE", "BY", "munch", "Münchberg, Münchsmünster, Münchsteinach, Munich (München)"}, {"DE", "BY", "Münchb", "Münchberg"},
		{"FR", "NOR", "saint-lo", "Saint-Lô"}, {"SG", "-", "sing", "Singapore"}, {"RU", "MOW", "моск", "Moscow (Москва), Moskovskiy (Московский)"}, {"US", "CA", "xqzw", ""},
	} {
		cities, some, ok := Cities(c.country, c.state, c.prefix)
		var got []string
		for _, city := range cities {
			if city.Matched != "" {
				got = append(got, city.Name+" ("+city.Matched+")")
			} else {
				got = append(got, city.Name)
			}
		}
		if !ok || !some || strings.Join(got, ", ") != c.want {
			t.Errorf("Cities(%s, %s, %q) are %q, %v, %v, want %q", c.country, c.state, c.prefix, got, some, ok, c.want)
		}
	}
	if _, _, ok := Cities("US", "XX", "san"); ok {
		t.Error("the United States have a state XX")
	}
	if _, some, ok := Cities("BV", "-", "a"); some || !ok {
		t.Error("Bouvet Island has cities")
	}
}

// TestArchive: it is of the size that it may have, every list in it is sorted
// as it is searched, and every name is found by itself.
func TestArchive(t *testing.T) {
	if n := len(archive); n > 1_500_000 {
		t.Errorf("the archive has %d bytes", n)
	}
	a := atlas()
	sorted := func(name, text string) {
		last := ""
		for row := range strings.SplitSeq(text, "\n") {
			if key := keyOf(row); key < last {
				t.Errorf("%s: %q is out of order", name, row)
			} else {
				last = key
			}
			if !utf8.ValidString(row) {
				t.Errorf("%s: %q", name, row)
			}
		}
	}
	sorted("names", a.names)
	states, cities := 0, 0
	for _, country := range slices.Sorted(maps.Keys(a.files)) {
		if len(country) != 2 {
			continue
		}
		d := divisionsOf(country)
		if len(d.cities) != max(1, len(d.states)) {
			t.Fatalf("%s has %d states and %d lists of cities", country, len(d.states), len(d.cities))
		}
		codes := map[string]bool{}
		for i, text := range d.cities {
			if text == "" {
				continue
			}
			sorted(country, text)
			code := "-"
			if len(d.states) > 0 {
				code = d.states[i].Code
				if codes[code] || code == "" || d.states[i].Name == "" {
					t.Errorf("%s has state %q twice", country, code)
				}
				codes[code] = true
				states++
			}
			cities += strings.Count(text, "\n") + 1
			name := lineOf(text[strings.LastIndexByte(text, '\n')+1:]).main
			if found, _, _ := Cities(country, code, name); !slices.ContainsFunc(found, func(c City) bool { return c.Name == name }) {
				t.Errorf("%s-%s: %q is not found", country, code, name)
			}
		}
	}
	if states < 3500 || cities < 170_000 {
		t.Errorf("%d states, %d names of cities", states, cities)
	}
}

// TestBeginning holds the search to one that looks at every line.
func TestBeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.StringMatching(`[a-cÄé '가각나]{1,4}(\t[ab]{1,2})?`), 0, 30).Draw(t, "lines")
		slices.SortFunc(lines, func(a, b string) int { return strings.Compare(keyOf(a), keyOf(b)) })
		key := Key(rapid.StringMatching(`[a-cé가]{0,3}`).Draw(t, "prefix"))
		var want, got []line
		for _, l := range lines {
			if key != "" && strings.HasPrefix(keyOf(l), key) {
				want = append(want, lineOf(l))
			}
		}
		for l := range beginning(strings.Join(lines, "\n"), key) {
			got = append(got, l)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q in %q: %v, want %v", key, lines, got, want)
		}
	})
}

func TestKey(t *testing.T) {
	for name, want := range map[string]string{"São Paulo": "sao paulo", "L’Hospitalet": "lhospitalet", "St. John's": "st johns", "Winston-Salem": "winston salem",
		"  Łódź ": "lodz", "ΑΘΉΝΑΣ": "αθηνασ", "İstanbul": "istanbul", "ırmak": "irmak", "Ｔｏｋｙｏ": "tokyo", "--": "", "Größe": "grosse"} {
		if got := Key(name); got != want {
			t.Errorf("Key(%q) is %q, want %q", name, got, want)
		}
	}
	if !strings.HasPrefix(Key("서울"), Key("서우")) || !strings.HasPrefix(Key("서울"), Key("ㅅ")) {
		t.Error("a syllable is not begun by its letters")
	}
	if Key("दिल्ली") == Key("दल्ली") {
		t.Error("vowels of Devanagari are left out")
	}
}

func FuzzPlaces(f *testing.F) {
	for _, seed := range []string{"Se", "서울", "", "\xff", "'", "a\tb", "\n", strings.Repeat("é", 300)} {
		f.Add("KR", "11", seed)
	}
	f.Fuzz(func(t *testing.T, country, state, prefix string) {
		if Key(Key(prefix)) != Key(prefix) && utf8.ValidString(prefix) {
			t.Errorf("the key of the key of %q is another one", prefix)
		}
		key := Key(prefix)
		cities, _, _ := Cities(country, state, prefix)
		for _, c := range cities {
			name := c.Name
			if c.Matched != "" {
				name = c.Matched
			}
			if !strings.HasPrefix(Key(name), key) || key == "" {
				t.Errorf("%q begins %q", prefix, name)
			}
		}
		States(country, prefix)
		Lands(prefix)
	})
}

// TestMemory: all of the world, once it was asked for.
func TestMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	a := open(r)
	kept := make([]*divisions, 0, len(a.files))
	for name := range a.files {
		if len(name) == 2 {
			kept = append(kept, divided(a.text(name)))
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 8<<20 {
		t.Errorf("%d bytes are kept", used)
	} else {
		t.Logf("%d kB", used>>10)
	}
	runtime.KeepAlive(kept)
	runtime.KeepAlive(a)
}

func BenchmarkLands(b *testing.B)  { benchmark(b, func() { Lands("un") }) }
func BenchmarkStates(b *testing.B) { benchmark(b, func() { States("TR", "ka") }) }
func BenchmarkCities(b *testing.B) { benchmark(b, func() { Cities("GB", "ENG", "st") }) }
func BenchmarkFirst(b *testing.B) {
	for b.Loop() {
		divided(atlas().text("US"))
	}
}

func benchmark(b *testing.B, search func()) {
	b.Helper()
	search()
	b.ReportAllocs()
	for b.Loop() {
		search()
	}
}

func ExampleStates() {
	states, _ := States("KR", "서울")
	fmt.Println(states[0].Code, states[0].Name)
	// Output: 11 Seoul
}
