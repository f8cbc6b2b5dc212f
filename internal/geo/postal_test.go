package geo

import (
	"regexp"
	"testing"
)

func TestCountry(t *testing.T) {
	for given, want := range map[string]string{"KR": "KR", "kr": "KR", "KOR": "KR", "gbr": "GB", "XK": "XK",
		"": "", "K": "", "ZZ": "", "EU": "", "001": "", "410": "", "DD": "", "SU": "", "UK": "", "Korea": "", "K\x00": "", "ＫＲ": ""} {
		if got, ok := Country(given); ok != (want != "") || ok && got != want {
			t.Errorf("Country(%q) is %q, %v, want %q", given, got, ok, want)
		}
	}
	if got, ok := Country(" us\t"); !ok || got != "US" {
		t.Errorf("with space around it: %q, %v", got, ok)
	}
}

// TestCountries: there are the 249 of ISO 3166-1, and XK.
func TestCountries(t *testing.T) {
	n := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if _, ok := Country(string(a) + string(b)); ok {
				n++
			}
		}
	}
	if n != 250 {
		t.Errorf("%d codes are of countries", n)
	}
}

func TestPostalCode(t *testing.T) {
	for country, codes := range map[string]struct{ good, bad []string }{
		"KR": {[]string{"06236", "135-080", " 06236 "}, []string{"", "6236", "062361", "135080x", "135-08"}},
		"US": {[]string{"94105", "94105-1420", "94105 1420"}, []string{"9410", "94105-", "9410S", "94105-142"}},
		"GB": {[]string{"SW1A 1AA", "sw1a1aa", "M1 1AE", "GIR 0AA"}, []string{"SW1A", "1AA SW1A", "12345"}},
		"CA": {[]string{"K1A 0B1", "k1a0b1"}, []string{"D1A 0B1", "K1A-0B1", "K1A 0B"}},
		"NL": {[]string{"1012 AB", "1012ab"}, []string{"0012 AB", "1012"}},
		"IE": {[]string{"D02 X285", "D6W XY00"}, []string{"D02", "102 X285"}},
		"HK": {[]string{"999077", "none"}, nil},
	} {
		for _, c := range codes.good {
			if !PostalCode(country, c) {
				t.Errorf("%q is refused in %s", c, country)
			}
		}
		for _, c := range codes.bad {
			if PostalCode(country, c) {
				t.Errorf("%q is taken in %s", c, country)
			}
		}
	}
}

// TestPostalCodesAreOfCountries: every pattern is one, of a country that there is.
func TestPostalCodesAreOfCountries(t *testing.T) {
	for country, pattern := range postalCodes {
		if got, ok := Country(country); !ok || got != country {
			t.Errorf("%q is no country", country)
		}
		if _, err := regexp.Compile(pattern); err != nil {
			t.Errorf("%s: %v", country, err)
		}
		if PostalCode(country, "!") || PostalCode(country, "") {
			t.Errorf("%s takes anything", country)
		}
	}
}
