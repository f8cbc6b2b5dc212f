package geo

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Country answers the code of a country (ISO 3166-1 alpha-2, in upper case), of
// which it is given that or the alpha-3 one, in whatever case. ok is false for
// anything else, also for codes of regions and of countries that are no more.
func Country(code string) (alpha2 string, ok bool) {
	code = strings.ToUpper(strings.TrimSpace(code))
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() || r.Canonicalize() != r || slices.Contains(noCountries, r.String()) || code != r.String() && code != r.ISO3() {
		return "", false
	}
	return r.String(), true
}

// noCountries are what the Unicode data, which has XK for Kosovo besides, takes
// for countries and ISO 3166-1 does not: parts of others, groups of them, and
// those that are no more.
var noCountries = []string{"AC", "AN", "CP", "CQ", "CS", "DG", "EA", "EZ", "FQ", "IC", "NT", "PC", "SU", "TA", "UN", "YU"}

// PostalCode reports whether a postal code is one as a country, by its alpha-2
// code, has them: in whatever case, and without regard to space around it. Of a
// country whose form is not known, or that has none, any is.
func PostalCode(country, code string) bool {
	pattern, known := postalCodes[country]
	if !known {
		return true
	}
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(strings.ToUpper(strings.TrimSpace(code)))
}

// postalCodes are the forms of postal codes by country, as the postal services
// publish them through the Universal Postal Union. What one may leave out, such
// as a hyphen or the letters of the country in front, is optional here.
//
//nolint:gosec // patterns that look like passwords
var postalCodes = map[string]string{
	"AD": `AD\d{3}`, "AF": `\d{4}`, "AL": `\d{4}`, "AM": `(37)?\d{4}`, "AR": `[A-HJ-NP-Z]?\d{4}([A-Z]{3})?`,
	"AS": `96799([ -]\d{4})?`, "AT": `\d{4}`, "AU": `\d{4}`, "AX": `22\d{3}`, "AZ": `(AZ ?)?\d{4}`,
	"BA": `\d{5}`, "BB": `BB\d{5}`, "BD": `\d{4}`, "BE": `\d{4}`, "BG": `\d{4}`, "BH": `(1[0-2]|[1-9])\d{2}`, "BL": `9[78]\d{3}`,
	"BM": `[A-Z]{2} ?[A-Z0-9]{2}`, "BN": `[A-Z]{2} ?\d{4}`, "BR": `\d{5}-?\d{3}`, "BT": `\d{5}`, "BY": `\d{6}`,
	"CA": `[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d`, "CC": `6799`, "CH": `\d{4}`, "CL": `\d{3}-?\d{4}`,
	"CN": `\d{6}`, "CO": `\d{6}`, "CR": `\d{5}(-\d{4})?`, "CU": `\d{5}`, "CV": `\d{4}`, "CX": `6798`, "CY": `\d{4}`, "CZ": `\d{3} ?\d{2}`,
	"DE": `\d{5}`, "DK": `\d{4}`, "DO": `\d{5}`, "DZ": `\d{5}`, "EC": `\d{6}`, "EE": `\d{5}`, "EG": `\d{5}(\d{2})?`, "ES": `\d{5}`, "ET": `\d{4}`,
	"FI": `\d{5}`, "FK": `FIQQ ?1ZZ`, "FM": `9694[1-4]([ -]\d{4})?`, "FO": `\d{3}`, "FR": `\d{2} ?\d{3}`,
	"GB": `GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}`, "GE": `\d{4}`, "GF": `973\d{2}`, "GG": `GY\d\d? ?\d[A-Z]{2}`, "GI": `GX11 ?1AA`,
	"GL": `39\d{2}`, "GN": `\d{3}`, "GP": `971\d{2}`, "GR": `\d{3} ?\d{2}`, "GS": `SIQQ ?1ZZ`, "GT": `\d{5}`, "GU": `969\d{2}([ -]\d{4})?`,
	"GW": `\d{4}`, "HN": `\d{5}`, "HR": `\d{5}`, "HT": `(HT)?\d{4}`, "HU": `\d{4}`, "ID": `\d{5}`, "IE": `[A-Z]\d[\dW] ?[A-Z\d]{4}`,
	"IL": `\d{5}(\d{2})?`, "IM": `IM\d\d? ?\d[A-Z]{2}`, "IN": `\d{3} ?\d{3}`, "IO": `BBND ?1ZZ`, "IQ": `\d{5}`, "IR": `\d{5}-?\d{5}`,
	"IS": `\d{3}`, "IT": `\d{5}`, "JE": `JE\d\d? ?\d[A-Z]{2}`, "JO": `\d{5}`, "JP": `\d{3}-?\d{4}`, "KE": `\d{5}`, "KG": `\d{6}`, "KH": `\d{5,6}`,
	"KR": `\d{5}|\d{3}-\d{3}`, "KW": `\d{5}`, "KY": `KY\d-\d{4}`, "KZ": `\d{6}|[A-Z]\d{2}[A-Z]\d[A-Z]\d`, "LA": `\d{5}`, "LB": `\d{4}( ?\d{4})?`,
	"LI": `94(8[5-9]|9[0-8])`, "LK": `\d{5}`, "LR": `\d{4}`, "LS": `\d{3}`, "LT": `(LT-?)?\d{5}`, "LU": `(L-?)?\d{4}`, "LV": `(LV-?)?\d{4}`,
	"LY": `\d{5}`, "MA": `\d{5}`, "MC": `980\d{2}`, "MD": `(MD-?)?\d{4}`, "ME": `8\d{4}`, "MF": `9[78]\d{3}`, "MG": `\d{3}`,
	"MH": `969[67]\d([ -]\d{4})?`, "MK": `\d{4}`, "MM": `\d{5}`, "MN": `\d{5,6}`, "MP": `9695[012]([ -]\d{4})?`, "MQ": `972\d{2}`,
	"MT": `[A-Z]{3} ?\d{2,4}`, "MU": `[\dA-Z]\d{4}`, "MV": `\d{5}`, "MX": `\d{5}`, "MY": `\d{5}`, "MZ": `\d{4}`, "NC": `988\d{2}`, "NE": `\d{4}`,
	"NF": `2899`, "NG": `\d{6}`, "NI": `\d{5}`, "NL": `[1-9]\d{3} ?[A-Z]{2}`, "NO": `\d{4}`, "NP": `\d{5}`, "NZ": `\d{4}`, "OM": `\d{3}`,
	"PA": `\d{4}`, "PE": `\d{5}`, "PF": `987\d{2}`, "PG": `\d{3}`, "PH": `\d{4}`, "PK": `\d{5}`, "PL": `\d{2}-?\d{3}`, "PM": `97500`,
	"PN": `PCRN ?1ZZ`, "PR": `00[679]\d{2}([ -]\d{4})?`, "PT": `\d{4}(-?\d{3})?`, "PW": `969(39|40)([ -]\d{4})?`, "PY": `\d{4}(\d{2})?`,
	"RE": `974\d{2}`, "RO": `\d{6}`, "RS": `\d{5}`, "RU": `\d{6}`, "SA": `\d{5}(-\d{4})?`, "SD": `\d{5}`, "SE": `\d{3} ?\d{2}`, "SG": `\d{6}`,
	"SH": `(ASCN|STHL|TDCU) ?1ZZ`, "SI": `(SI-?)?\d{4}`, "SJ": `\d{4}`, "SK": `\d{3} ?\d{2}`, "SM": `4789\d`, "SN": `\d{5}`, "SV": `\d{4}`,
	"SZ": `[HLMS]\d{3}`, "TC": `TKCA ?1ZZ`, "TH": `\d{5}`, "TJ": `\d{6}`, "TM": `\d{6}`, "TN": `\d{4}`, "TR": `\d{5}`, "TW": `\d{3}(-?\d{2,3})?`,
	"TZ": `\d{5}`, "UA": `\d{5}`, "US": `\d{5}([ -]\d{4})?`, "UY": `\d{5}`, "UZ": `\d{6}`, "VA": `00120`, "VC": `VC\d{4}`, "VE": `\d{4}`,
	"VG": `VG\d{4}`, "VI": `008\d{2}([ -]\d{4})?`, "VN": `\d{5,6}`, "WF": `986\d{2}`, "XK": `\d{5}`, "YT": `976\d{2}`, "ZA": `\d{4}`, "ZM": `\d{5}`,
}
