package authn_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestParseToken(t *testing.T) {
	id, got, err := authn.ParseToken("gh_default_ci-1_"+secret+"_-", "default")
	if id != "ci-1" || got != secret+"_-" || err != nil {
		t.Errorf("parsed %q, %q, %v", id, got, err)
	}
	for name, raw := range map[string]string{
		"nothing":        "",
		"no form":        secret,
		"another prefix": "ghp_default_x_" + secret,
		"another tenant": "gh_acme_x_" + secret,
		"no id":          "gh_default__" + secret,
		"no secret":      "gh_default_x_",
		"short secret":   "gh_default_x_" + secret[1:],
		"long secret":    "gh_default_x_" + strings.Repeat("x", 257),
		"odd secret":     "gh_default_x_" + secret + "%",
		"odd id":         "gh_default_x.y_" + secret,
		"long id":        "gh_default_" + strings.Repeat("x", 65) + "_" + secret,
		"space at end":   "gh_default_x_" + secret + "\n",
		"too long":       "gh_default_x_" + strings.Repeat("x", 1000),
	} {
		id, got, err := authn.ParseToken(raw, "default")
		if !iam.Is(err, iam.Invalid) || id != "" || got != "" {
			t.Errorf("%s: %q, %q, %v; want Invalid", name, id, got, err)
		}
		if err != nil && strings.Contains(err.Error(), secret[1:]) {
			t.Errorf("%s: %q repeats the secret", name, err)
		}
	}
}

// FuzzParseToken: what is taken apart is what was put together, and no error
// repeats what was refused.
func FuzzParseToken(f *testing.F) {
	f.Add("gh_default_ci_" + secret)
	f.Add("gh_default_" + secret)
	f.Add("gh_\x00_\xff_" + secret)
	f.Fuzz(func(t *testing.T, raw string) {
		id, got, err := authn.ParseToken(raw, "default")
		if err == nil {
			if raw != "gh_default_"+string(id)+"_"+got || len(got) < authn.MinTokenSecret {
				t.Fatalf("%q is taken for %q and %q", raw, id, got)
			}
			return
		}
		if i := strings.LastIndexByte(raw, '_'); i >= 0 && len(raw)-i > 16 && strings.Contains(err.Error(), raw[i:]) {
			t.Fatalf("%q repeats the secret", err)
		}
	})
}
