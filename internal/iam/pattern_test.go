package iam_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestPattern(t *testing.T) {
	for _, tt := range []struct {
		pattern iam.Pattern
		text    string
		want    bool
	}{
		{"", "anything", true},
		{"", "", true},
		{"*", "", true},
		{"seoul", "Seoul", true},
		{"seoul", "seoul-1", false},
		{"seoul*", "seoul-1", true},
		{"*-1", "seoul-1", true},
		{"*-1", "seoul-1-2", false},
		{"*e*l*", "seoul", true},
		{"s**l", "seoul", true},
		{"seoul|busan", "busan", true},
		{"seoul|busan", "seoul|busan", false},
		{"seoul|", "", true},
		{"a.c", "abc", false}, // no regular expression
		{"a%", "abc", false},  // nor LIKE
		{"a_c", "abc", false},
		{"부*", "부산", true},
		{"ÉCOLE", "école", true},
	} {
		if got := tt.pattern.Match(tt.text); got != tt.want {
			t.Errorf("%q matches %q: %v", tt.pattern, tt.text, got)
		}
	}
}

// TestPatternMeansARegexp holds the matcher against the obvious translation.
func TestPatternMeansARegexp(t *testing.T) {
	letters := rapid.StringOfN(rapid.SampledFrom([]rune("aAbé가*|* ")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		p, s := letters.Draw(t, "pattern"), strings.ReplaceAll(letters.Draw(t, "text"), "*", "b")
		var alternatives []string
		for glob := range strings.SplitSeq(p, "|") {
			quoted := regexp.QuoteMeta(strings.TrimSpace(glob))
			alternatives = append(alternatives, strings.ReplaceAll(quoted, `\*`, ".*"))
		}
		naive := regexp.MustCompile(`(?is)^(?:` + strings.Join(alternatives, "|") + `)$`)
		want := p == "" || naive.MatchString(strings.TrimSpace(s))
		if got := iam.Pattern(p).Match(s); got != want {
			t.Fatalf("%q matches %q: %v, want %v", p, s, got, want)
		}
	})
}

// TestPatternIsNotSlow would not end if the matcher tried every way to spread
// the text over the stars.
func TestPatternIsNotSlow(t *testing.T) {
	p := iam.Pattern(strings.Repeat("a*", 100) + "b")
	if p.Match(strings.Repeat("a", 2000)) {
		t.Error("matches without a b")
	}
}
