package storage

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestMatchUsesIndices(t *testing.T) {
	for p, want := range map[iam.Pattern]struct {
		where string
		args  []any
	}{
		"":            {"", nil},
		"*":           {"", nil},
		"**":          {"", nil},
		"Kim":         {"c = $1", []any{"kim"}},
		"a%":          {"c = $1", []any{"a%"}},
		"Kim*":        {"c >= $1 AND c < $2", []any{"kim", "kin"}},
		"kim**":       {"c >= $1 AND c < $2", []any{"kim", "kin"}},
		"*kim":        {`c LIKE $1 ESCAPE '\'`, []any{"%kim"}},
		`a_%\*b*`:     {`c LIKE $1 ESCAPE '\'`, []any{`a\_\%\\%b%`}},
		"\U0010ffff*": {`c LIKE $1 ESCAPE '\'`, []any{"\U0010ffff%"}},
	} {
		f := &filter{}
		f.match("field", "c", p)
		if got := f.where.String(); got != want.where || !slices.Equal(f.args, want.args) {
			t.Errorf("%q: %s with %q, want %s with %q", p, got, f.args, want.where, want.args)
		}
	}
}

// TestMatchTexts: every statement is prepared and kept, so there must be few.
func TestMatchTexts(t *testing.T) {
	texts := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		f := &filter{}
		f.match("field", "c", iam.Pattern(rapid.StringMatching(`[a|*]{1,12}`).Draw(t, "pattern")))
		texts[f.where.String()] = true
	})
	if len(texts) > 5 {
		t.Errorf("%d texts: %v", len(texts), texts)
	}
}

func TestMatchBounds(t *testing.T) {
	for p, broken := range map[iam.Pattern]bool{
		iam.Pattern("a" + strings.Repeat("|a", maxAlternatives-1)): false,
		iam.Pattern("a" + strings.Repeat("|a", maxAlternatives)):   true,
		iam.Pattern(strings.Repeat("a", maxPattern)):               false,
		iam.Pattern(strings.Repeat("a", maxPattern+1)):             true,
	} {
		f := &filter{}
		f.match("field", "c", p)
		if err := f.broken.Err(); iam.Is(err, iam.Invalid) != broken {
			t.Errorf("%d bytes: %v", len(p), err)
		}
	}
}

// TestSuccessor: between a prefix and its successor lies what begins with it,
// and nothing else.
func TestSuccessor(t *testing.T) {
	odd := rapid.SampledFrom([]rune{'a', 'b', '\x01', '\u007f', '\ud7ff', '\ue000', '\uffff', '\U00010000', '\U0010ffff'})
	text := rapid.StringOfN(odd, 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		prefix, s := text.Draw(t, "prefix"), text.Draw(t, "s")
		above, ok := successor(prefix)
		if within := s >= prefix && (!ok || s < above); within != strings.HasPrefix(s, prefix) {
			t.Fatalf("%q lies between %q and %q (%t): %t", s, prefix, above, ok, within)
		}
	})
}

func TestFilterNumbers(t *testing.T) {
	f := rowsOf("t")
	if f.narrow {
		t.Error("all rows of a tenant count as narrowed")
	}
	f.equal("state", "")
	f.equal("state", "enabled")
	f.and("(a, b) > (?, ?)", 1, 2)
	want := "tenant_id = $1 AND state = $2 AND (a, b) > ($3, $4)"
	if got := f.where.String(); got != want || len(f.args) != 4 || !f.narrow {
		t.Errorf("%s with %v, want %s", got, f.args, want)
	}
}
