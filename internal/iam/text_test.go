package iam_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestFold(t *testing.T) {
	for _, tt := range []struct{ a, b string }{
		{"Admin", "ADMIN"},
		{" admin\t", "admin"},
		{"\u3000홍길동\u00a0", "홍길동"},
		{"STRAẞE", "straße"},
		{"ΣΊΣΥΦΟΣ", "σίσυφος"},    // final sigma folds like the others
		{"\u212aelvin", "kelvin"}, // the sign of kelvin
		{"ſecret", "Secret"},
		{"ÅNGSTRÖM", "\u212bngström"},
		{"Ꭰ", "ꭰ"}, // Cherokee folds to upper case in Unicode's own table
	} {
		if iam.Fold(tt.a) != iam.Fold(tt.b) {
			t.Errorf("Fold(%q) = %q, Fold(%q) = %q", tt.a, iam.Fold(tt.a), tt.b, iam.Fold(tt.b))
		}
	}
	for _, tt := range []struct{ a, b string }{
		{"admin", "admın"}, // dotless i is a letter of its own
		{"a b", "ab"},
		{"o", "ö"},
	} {
		if iam.Fold(tt.a) == iam.Fold(tt.b) {
			t.Errorf("%q and %q fold to the same", tt.a, tt.b)
		}
	}
}

// TestFoldOfEveryLetter checks all of Unicode that has a case: folding again
// changes nothing, and all of a folding orbit become one.
func TestFoldOfEveryLetter(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		caseless := unicode.SimpleFold(r) == r && unicode.ToLower(r) == r
		if !utf8.ValidRune(r) || unicode.IsSpace(r) || caseless && r >= 0x3000 {
			continue
		}
		once := iam.Fold(string(r))
		if twice := iam.Fold(once); twice != once {
			t.Fatalf("%U folds to %q and that to %q", r, once, twice)
		}
		if other := iam.Fold(string(unicode.SimpleFold(r))); other != once {
			t.Fatalf("%U folds to %q, its other case to %q", r, once, other)
		}
		if lower := unicode.ToLower(r); r < utf8.RuneSelf && once != string(lower) {
			t.Fatalf("%U folds to %q: what SQL compares without case would differ", r, once)
		}
	}
}

func TestFoldAgreesWithEqualFold(t *testing.T) {
	word := rapid.StringOf(rapid.SampledFrom([]rune("aAkKsSſ\u212aßẞσςΣéÉiIİıЖж한Ꭰꭰ")))
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if strings.ContainsRune(a+b, 'İ') {
			return // has a lower case, i, but no simple folding
		}
		if got, want := iam.Fold(a) == iam.Fold(b), strings.EqualFold(a, b); got != want {
			t.Fatalf("%q and %q: the same %v, want %v", a, b, got, want)
		}
	})
}

func TestCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "s"), rapid.IntRange(0, 40).Draw(t, "n")
		got := iam.Cut(s, n)
		if len(got) > n || !strings.HasPrefix(s, got) || !utf8.ValidString(got) {
			t.Fatalf("Cut(%q, %d) = %q", s, n, got)
		}
		if len(s) <= n && got != s || len(s) > n && len(got) <= n-utf8.UTFMax {
			t.Fatalf("Cut(%q, %d) = %q lost more than it had to", s, n, got)
		}
	})
}

func TestPrintable(t *testing.T) {
	for _, s := range []string{"", "admin", "Ada Lovelace", "홍길동", "Zoë", "אדם", "e\u0301", "山田", "😀"} {
		if !iam.Printable(s) {
			t.Errorf("%q is not printable", s)
		}
	}
	for name, s := range map[string]string{
		"NUL":                     "ad\x00min",
		"line feed":               "ad\nmin",
		"escape":                  "\x1b[31madmin",
		"C1 control":              "ad\u0085min",
		"zero width space":        "ad\u200bmin",
		"joiner":                  "ad\u200dmin",
		"right-to-left override":  "ad\u202enim",
		"byte order mark":         "\ufeffadmin",
		"soft hyphen":             "ad\u00admin",
		"line separator":          "ad\u2028min",
		"paragraph separator":     "ad\u2029min",
		"hangul filler":           "admin\u3164",
		"half-width filler":       "admin\uffa0",
		"hangul choseong filler":  "\u115fadmin",
		"combining joiner":        "ad\u034fmin",
		"variation selector":      "admin\ufe0f",
		"ideographic variation":   "admin\U000e0100",
		"tag":                     "admin\U000e0041",
		"replacement":             "ad\ufffdmin",
		"not UTF-8":               "ad\xffmin",
		"mongolian free variator": "ad\u180bmin",
	} {
		if iam.Printable(s) {
			t.Errorf("%s: %q is printable", name, s)
		}
	}
}

func TestMergeAndPatchLeaveTheirArgumentsAlone(t *testing.T) {
	a := map[string]string{"a": "1", "b": "2"}
	b := map[string]string{"b": "3", "c": "4"}
	if diff := cmp.Diff(map[string]string{"a": "1", "b": "3", "c": "4"}, iam.Merge(a, b)); diff != "" {
		t.Errorf("Merge (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(b, iam.Merge(nil, b)); diff != "" {
		t.Errorf("Merge over nothing (-want +got)\n%s", diff)
	}
	three := "3"
	patch := map[string]*string{"a": nil, "b": &three, "never": nil}
	if diff := cmp.Diff(map[string]string{"b": "3"}, iam.Patch(a, patch)); diff != "" {
		t.Errorf("Patch (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"a": "1", "b": "2"}, a); diff != "" {
		t.Errorf("the first argument was changed (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"b": "3", "c": "4"}, b); diff != "" {
		t.Errorf("the second argument was changed (-want +got)\n%s", diff)
	}
}
