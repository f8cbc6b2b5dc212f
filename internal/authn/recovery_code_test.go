package authn

import (
	"crypto/rand"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestRecoveryCodes(t *testing.T) {
	env := iam.Env{Now: time.Now, Rand: rand.Reader}
	form := regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$`)
	seen := map[string]bool{}
	for range 1000 {
		shown := newRecoveryCode(env)
		if !form.MatchString(shown) || seen[shown] {
			t.Fatalf("code %q", shown)
		}
		seen[shown] = true
		want := strings.ReplaceAll(shown, "-", "")
		for _, typed := range []string{shown, want, strings.ToUpper(shown), " " + shown + "\t", strings.ReplaceAll(shown, "-", " "),
			strings.NewReplacer("0", "o", "1", "l").Replace(shown), strings.NewReplacer("0", "O", "1", "I").Replace(shown)} {
			if got, ok := parseRecoveryCode(typed); !ok || got != want {
				t.Errorf("%q is read as %q, %v", typed, got, ok)
			}
		}
	}
	for _, typed := range []string{"", "-", "abcde-fghj", "abcde-fghjkm", "abcde-fghju", "abcde_fghjk", "abcde-fghjé", "123456"} {
		if got, ok := parseRecoveryCode(typed); ok {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}

// FuzzParseRecoveryCode: what is read as a code has its form, reads as itself
// again, and does not depend on the case in which it was typed.
func FuzzParseRecoveryCode(f *testing.F) {
	for _, s := range []string{"abcde-fghjk", "ABCDEFGHJK", "o1l0i-00000", "\xff", "abcde–fghjk", "ſſſſſ-ſſſſſ", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := parseRecoveryCode(typed)
		if !ok {
			return
		}
		if len(code) != recoveryLength || strings.Trim(code, recoveryAlphabet) != "" {
			t.Fatalf("%q is read as %q", typed, code)
		}
		for _, again := range []string{code, strings.ToUpper(code), strings.ToLower(typed)} {
			if got, ok := parseRecoveryCode(again); !ok || got != code {
				t.Fatalf("%q is read as %q, and %q as %q, %v", typed, code, again, got, ok)
			}
		}
	})
}

func TestMaskEmail(t *testing.T) {
	for address, want := range map[string]string{
		"kim@example.com": "k...@example.com", "k@example.com": "k...@example.com", "김@example.com": "김...@example.com", "": "",
		"no address": "",
	} {
		if got := maskEmail(address); got != want {
			t.Errorf("%q is shown as %q, want %q", address, got, want)
		}
	}
}
