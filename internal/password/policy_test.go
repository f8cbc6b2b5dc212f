package password

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestPrepare(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                       "plain",
		"a\u00a0b\u3000c":             "a b c",           // spaces
		"\u1112\u1161\u11ab":          "한",               // form C
		"\ufb01":                      "\ufb01",          // but not its compatible form
		"Ａ":                           "Ａ",               // nor another width
		"MiXed":                       "MiXed",           // nor another case
		" both ends ":                 " both ends ",     // nor without spaces
		"패스워드 \U0001f600":             "패스워드 \U0001f600", // any script, any symbol
		strings.Repeat("a", maxBytes): strings.Repeat("a", maxBytes),
	} {
		if got, err := Prepare(in); err != nil || got != want {
			t.Errorf("Prepare(%.20q) = %.20q, %v; want %.20q", in, got, err, want)
		}
	}
	for in, want := range map[string]iam.Reason{
		"":                              iam.ReasonRequired,
		strings.Repeat("a", maxBytes+1): iam.ReasonLength,
		"secret\x00":                    iam.ReasonFormat,
		"secret\t":                      iam.ReasonFormat,
		"secret\xff":                    iam.ReasonFormat,
		"secret\u0378":                  iam.ReasonFormat, // unassigned
	} {
		_, err := Prepare(in)
		e, ok := errors.AsType[*iam.Error](err)
		if !ok || e.Kind != iam.Invalid || e.Code != want || e.Fields[0].Path != "password" {
			t.Errorf("Prepare(%.10q) = %v, want Invalid because of %s", in, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	who := Identity{Username: "Minsu.Kim", Email: "minsu@example.com"}
	policy := func(change func(*Policy)) Policy {
		p := DefaultPolicy()
		change(&p)
		return p
	}
	for _, tt := range []struct {
		name   string
		policy Policy
		pw     string
		want   []string // a part of the message of each field
	}{
		{"good", DefaultPolicy(), "tulip-anvil", nil},
		{"no composition rules", DefaultPolicy(), "gzkvqwmx", nil},
		{"characters, not bytes", DefaultPolicy(), "가나다라마바사", []string{"between 8 and 256 characters"}},
		{"eight of Hangul", DefaultPolicy(), "가나다라마바사아", nil},
		{"short", DefaultPolicy(), "gzkvqwm", []string{"between 8 and 256 characters"}},
		{"longest", DefaultPolicy(), strings.Repeat("gzkvqwmx", 32), nil},
		{"too long", DefaultPolicy(), strings.Repeat("gzkvqwmx", 32) + "a", []string{"between 8 and 256"}},
		{"far too long", DefaultPolicy(), strings.Repeat("a", maxBytes+1), []string{"at most 4096 bytes"}},
		{"empty", DefaultPolicy(), "", []string{"required"}},
		{"control character", DefaultPolicy(), "gzkvqwm\x00", []string{"control characters"}},
		{"common", DefaultPolicy(), "password123", []string{"most common"}},
		{"common in capitals", DefaultPolicy(), "PassWord123", []string{"most common"}},
		{"common and short", DefaultPolicy(), "123456", []string{"between 8", "most common"}},
		{"common allowed", policy(func(p *Policy) { p.RefuseCommon = false }), "password123", nil},
		{"user name", DefaultPolicy(), "minsu.kim", []string{"user name"}},
		{"user name with digits", DefaultPolicy(), "Minsu.Kim2026!", []string{"user name"}},
		{"e-mail", DefaultPolicy(), "minsu@example.com", []string{"user name"}},
		{"local part", DefaultPolicy(), "!!!minsu!!!", []string{"user name"}},
		{"user name within", DefaultPolicy(), "minsu.kim likes tulips", nil},
		{"user name allowed", policy(func(p *Policy) { p.NotUsername = false }), "minsu.kim", nil},
		{"classes", policy(func(p *Policy) { p.MinLower, p.MinUpper, p.MinDigits, p.MinSymbols = 1, 2, 3, 4 }), "가나다라마바사아",
			[]string{"1 lower-case", "2 upper-case", "3 digits", "4 symbols"}},
		{"classes there", policy(func(p *Policy) { p.MinLower, p.MinUpper, p.MinDigits, p.MinSymbols = 1, 2, 3, 4 }), "aÄÖ123 -!한", []string{"4 symbols"}},
		{"all classes there", policy(func(p *Policy) { p.MinLower, p.MinUpper, p.MinDigits, p.MinSymbols = 1, 2, 3, 4 }), "aÄÖ123 -!?한", nil},
		{"weak", policy(func(p *Policy) { p.MinStrength = 3 }), "qwerty2024", []string{"easy to guess"}},
		{"strong", policy(func(p *Policy) { p.MinStrength = 3 }), "kX9#vPq2LmZ", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.policy.Check(tt.pw, who)
			if tt.want == nil {
				if err != nil {
					t.Fatalf("Check = %v", err)
				}
				return
			}
			e, ok := errors.AsType[*iam.Error](err)
			if !ok || e.Kind != iam.Invalid || e.Code != iam.ReasonWeakPassword || len(e.Fields) != len(tt.want) {
				t.Fatalf("Check = %v, want Invalid, weak_password, %d fields", err, len(tt.want))
			}
			for i, f := range e.Fields {
				if f.Path != "password" || !strings.Contains(f.Message, tt.want[i]) {
					t.Errorf("field %d = %+v, want %q", i, f, tt.want[i])
				}
			}
			if tt.pw != "" && strings.Contains(strings.ToLower(fmt.Sprintf("%v %+v", err, e)), strings.ToLower(tt.pw)) {
				t.Errorf("the error repeats the password: %v", err)
			}
		})
	}
}

func TestCommonList(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(common, "\n"), "\n")
	if len(lines) < 10_000 || !slices.IsSorted(lines) || len(slices.Compact(slices.Clone(lines))) != len(lines) {
		t.Fatalf("%d lines, which must be at least 10,000, sorted and without repetition", len(lines))
	}
	for _, line := range lines {
		if !isCommon(line) || line == "" || line != strings.ToLower(line) || len(line) > longestWord {
			t.Fatalf("%q is not found, or not in the form of the list", line)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		pw := rapid.StringN(0, 12, -1).Draw(t, "pw")
		_, want := slices.BinarySearch(lines, strings.ToLower(pw))
		if got := isCommon(pw); got != want {
			t.Fatalf("isCommon(%q) = %v, want %v", pw, got, want)
		}
	})
}

func TestStrength(t *testing.T) {
	who := Identity{Username: "minsukim"}
	got := map[string]int{}
	want := map[string]int{
		"":                          0,
		"password":                  0,
		"Password1":                 0,
		"minsukim99":                0,
		"aaaaaaaaaaaaaaa":           0,
		"abcdefghijkl":              0,
		"lkjhgfdsa":                 0,
		"gk":                        0,
		"p4ssw0rd!":                 1,
		"qwertyuiop1987":            1,
		"correcthorsebatterystaple": 4,
		"kX9#vPq2LmZ":               4,
		"가나다라마바사아자차카타":              4,
	}
	for pw := range want {
		got[pw] = Strength(pw, who)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("scores (-want +got):\n%s", diff)
	}
}

func TestStrengthIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pw := rapid.StringN(0, 30, -1).Draw(t, "pw")
		s := Strength(pw, Identity{})
		if s < 0 || s > 4 {
			t.Fatalf("Strength(%q) = %d", pw, s)
		}
	})
	if Strength(strings.Repeat("qZ7-", maxBytes/4), Identity{}) != 4 {
		t.Error("a long password is weak")
	}
}

func BenchmarkStrength(b *testing.B) {
	pw := strings.Repeat("password1qwerty-", 16)
	for b.Loop() {
		Strength(pw, Identity{Username: "minsu"})
	}
}
