package object

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestSelectorMatches(t *testing.T) {
	labels := map[string]string{"app": "web", "tier": "front", "example.com/owner": "kim", "empty": ""}
	tests := []struct {
		selector string
		want     bool
	}{
		{"", true},
		{"  ", true},
		{"app", true},
		{"nope", false},
		{"!app", false},
		{"! nope", true},
		{"app=web", true},
		{"app == web", true},
		{"app=api", false},
		{"nope=web", false},
		{"app!=api", true},
		{"app!=web", false},
		{"nope!=web", true},
		{"app in (api, web)", true},
		{"app in(web)", true},
		{"app in (api)", false},
		{"nope in (api)", false},
		{"app notin (api)", true},
		{"app notin (api,web)", false},
		{"nope notin (web)", true},
		{"example.com/owner=kim", true},
		{"empty=", true},
		{"empty=,app", true},
		{"app=", false},
		{"nope=", false},
		{"empty in (a,)", true},
		{"app=web,tier=front,!nope", true},
		{"app=web , tier=back", false},
		{"app,app=web,app!=web", false},
		{"in in (in)", false},
	}
	for _, tt := range tests {
		s, err := ParseSelector(tt.selector)
		if err != nil {
			t.Errorf("%q: %v", tt.selector, err)
			continue
		}
		if got := s.Matches(labels); got != tt.want {
			t.Errorf("%q matches: %v", tt.selector, got)
		}
	}
}

func TestSelectorMalformed(t *testing.T) {
	for _, text := range []string{
		",", "app,", ",app", "app,,tier", "=", "=web", "app=web=api", "app=web tier=front", "app tier", "!app=web", "!", "!!app", "app=we!b",
		"app in", "app in web", "app in ()", "app in (web", "app in web)", "app notin", "app in (web))", "app of (web)", "app IN (web)",
		"app>1", "app=(web)", "-app", "app-", "app=-web", "a/b/c", "EXAMPLE.com/x", "/x", "app=wéb", "app ! = web",
		strings.Repeat("a", 64), "app=" + strings.Repeat("a", 64), strings.Repeat("a,", 2048) + "a", "a\x00b", "a\u00a0=b",
	} {
		if s, err := ParseSelector(text); !iam.Is(err, iam.Invalid) || !strings.HasPrefix(err.Error(), "invalid: Field label_filter should ") {
			t.Errorf("%.40q: %v, %v", text, s, err)
		}
	}
}

func TestSelectorText(t *testing.T) {
	part := rapid.StringMatching(`[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?`)
	key := rapid.OneOf(part, rapid.Custom(func(t *rapid.T) string { return "example.com/" + part.Draw(t, "name") }))
	value := rapid.OneOf(part, rapid.Just(""))
	requirement := rapid.Custom(func(t *rapid.T) Requirement {
		r := Requirement{Key: key.Draw(t, "key"),
			Op: rapid.SampledFrom([]Operator{OpExists, OpNotExists, OpEquals, OpNotEquals, OpIn, OpNotIn}).Draw(t, "op")}
		switch r.Op {
		case OpEquals, OpNotEquals:
			r.Values = []string{value.Draw(t, "value")}
		case OpIn, OpNotIn:
			r.Values = rapid.SliceOfN(part, 1, 4).Draw(t, "values")
			r.Values = append(r.Values, rapid.SliceOfN(value, 0, 2).Draw(t, "more")...)
		}
		return r
	})
	rapid.Check(t, func(t *rapid.T) {
		want := Selector(rapid.SliceOfN(requirement, 1, 5).Draw(t, "selector"))
		got, err := ParseSelector(want.String())
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%q: %v\n%s", want.String(), err, diff)
		}
	})
}

func FuzzParseSelector(f *testing.F) {
	for _, s := range []string{"a", "!a", "a=b", "a==b,c!=d", "x/y in (a,b,)", "a notin (b)", "a in ()", "a,,b", "(((", "a=\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSelector(text)
		if err != nil {
			if !iam.Is(err, iam.Invalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := ParseSelector(s.String())
		if diff := cmp.Diff(s, again); err != nil || diff != "" {
			t.Fatalf("%q is %q: %v\n%s", text, s.String(), err, diff)
		}
		s.Matches(map[string]string{"a": "b"})
	})
}
