package password

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const goodPHC = "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

func TestParsePHC(t *testing.T) {
	h, err := parsePHC(goodPHC)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Params{Memory: 64, Time: 1, Lanes: 1}, h.Params); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if string(h.salt) != "0123456789abcdef" || len(h.hash) != 32 {
		t.Errorf("salt %q, hash of %d bytes", h.salt, len(h.hash))
	}
	change := func(old, other string) string {
		if !strings.Contains(goodPHC, old) {
			t.Fatalf("%q is not in the hash", old)
		}
		return strings.Replace(goodPHC, old, other, 1)
	}
	for name, s := range map[string]string{
		"empty":                "",
		"no leading dollar":    goodPHC[1:],
		"text before":          "x" + goodPHC,
		"text behind":          goodPHC + "$",
		"newline behind":       goodPHC + "\n",
		"other algorithm":      change("argon2id", "argon2d"),
		"other version":        change("v=19", "v=16"),
		"no version":           change("$v=19", ""),
		"key id":               change("p=1", "p=1,keyid=AA"),
		"other order":          change("m=64,t=1", "t=1,m=64"),
		"no memory":            change("m=64", "m="),
		"leading zero":         change("m=64", "m=064"),
		"sign":                 change("t=1", "t=+1"),
		"too little memory":    change("m=64", "m=7"),
		"memory for its lanes": change("m=64,t=1,p=1", "m=64,t=1,p=9"),
		"too much memory":      change("m=64", "m=1048577"),
		"memory over 32 bits":  change("m=64", "m=4294967360"),
		"no passes":            change("t=1", "t=0"),
		"too many passes":      change("t=1", "t=65"),
		"no lanes":             change("p=1", "p=0"),
		"too many lanes":       change("m=64,t=1,p=1", "m=4096,t=1,p=65"),
		"lanes over 8 bits":    change("p=1", "p=257"),
		"no salt":              change("MDEyMzQ1Njc4OWFiY2RlZg", ""),
		"short salt":           change("MDEyMzQ1Njc4OWFiY2RlZg", "MDEyMzQ1"),
		"padded salt":          change("MDEyMzQ1Njc4OWFiY2RlZg", "MDEyMzQ1Njc4OWFiY2RlZg=="),
		"loose bits in salt":   change("MDEyMzQ1Njc4OWFiY2RlZg", "MDEyMzQ1Njc4OWFiY2RlZh"),
		"newline in salt":      change("MDEyMzQ1Njc4OWFiY2RlZg", "MDEyMzQ1\nNjc4OWFiY2RlZg"),
		"long salt":            change("MDEyMzQ1Njc4OWFiY2RlZg", strings.Repeat("MDEy", 17)),
		"short hash":           change("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "AAECAwQFBgcICQoL"),
		"long hash":            change("AAEC", strings.Repeat("AAEC", 12)),
		"not Base64":           change("AAEC", "A*EC"),
	} {
		if _, err := parsePHC(s); err == nil {
			t.Errorf("%s: %q is taken", name, s)
		}
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add(goodPHC)
	f.Add("$argon2id$v=19$m=1048576,t=64,p=64$" + strings.Repeat("A", 64) + "$" + strings.Repeat("A", 43))
	f.Add("$argon2i$v=19$m=8,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parsePHC(s)
		if err != nil {
			return
		}
		if h.Memory > maxMemory || h.Memory < 8*uint32(h.Lanes) || h.Time > maxTime || h.Time < 1 || h.Lanes > maxLanes || h.Lanes < 1 {
			t.Errorf("parameters out of bounds: %+v", h.Params)
		}
		if got := h.String(); got != s {
			t.Errorf("%q reads as %q: two texts mean one hash", s, got)
		}
	})
}
