package password

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	salt16      = "MDEyMzQ1Njc4OWFiY2RlZg" // 0123456789abcdef
	sha256Key   = "cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M"
	bcryptLines = "abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
)

// Hashes that other programs made: libxcrypt, Python's hashlib, the argon2
// command and passlib's documentation. The answer of each is how it is stored,
// "" where that is the same.
var foreignHashes = []struct{ name, text, password, stored string }{
	{"bcrypt", "$2b$04$" + bcryptLines, "correct horse", ""},
	{"bcrypt of PHP", "$2y$04$" + bcryptLines, "correct horse", ""},
	{"bcrypt of old", "$2a$04$" + bcryptLines, "correct horse", ""},
	{"crypt", "{CRYPT}$2y$04$" + bcryptLines, "correct horse", "$2y$04$" + bcryptLines},
	{"Spring", "{bcrypt}$2a$04$" + bcryptLines, "correct horse", "$2a$04$" + bcryptLines},
	{"argon2id", "{ARGON2}$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
	{"argon2i", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA", "password", ""},
	{"PBKDF2", "$pbkdf2-sha256$i=1000,l=32$" + salt16 + "$" + sha256Key, "correct horse", ""},
	{"PBKDF2 without a length", "$pbkdf2-sha256$i=1000$" + salt16 + "$" + sha256Key, "correct horse", "$pbkdf2-sha256$i=1000,l=32$" + salt16 + "$" + sha256Key},
	{"PBKDF2 padded", "$pbkdf2-sha256$i=1000$" + salt16 + "==$" + sha256Key + "=", "correct horse", "$pbkdf2-sha256$i=1000,l=32$" + salt16 + "$" + sha256Key},
	{"PBKDF2 of Keycloak, 64 bytes", "$pbkdf2-sha256$i=1000,l=64$" + salt16 + "==$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4NQEC0GVAwWLSUGWbcye1xU+dO7fZFld1DsscNlAN1uxw==",
		"correct horse", "$pbkdf2-sha256$i=1000,l=32$" + salt16 + "$" + sha256Key},
	{"passlib", "$pbkdf2-sha256$8000$XAuBMIYQQogxRg$tRRlz8hYn63B9LYiCd6PRo6FMiunY9ozmMMI3srxeRE", "password",
		"$pbkdf2-sha256$i=8000,l=32$XAuBMIYQQogxRg$tRRlz8hYn63B9LYiCd6PRo6FMiunY9ozmMMI3srxeRE"},
	{"passlib, SHA-1", "$pbkdf2$1000$" + salt16 + "$aUfE2vx5Q7zgbb0jx49AaNpXUQQ", "correct horse", "$pbkdf2$i=1000,l=20$" + salt16 + "$aUfE2vx5Q7zgbb0jx49AaNpXUQQ"},
	{"OpenLDAP", "{PBKDF2-SHA512}1000$" + salt16 + "$OM0FAoIqCVK1sWtxDiffVlBejtLa.ks4TP71JiecwuSZCG8iLbnlIEPOMoVX.i2B2wkSxjQ8CRGR9OkNGuIPMQ", "correct horse",
		"$pbkdf2-sha512$i=1000,l=64$" + salt16 + "$OM0FAoIqCVK1sWtxDiffVlBejtLa+ks4TP71JiecwuSZCG8iLbnlIEPOMoVX+i2B2wkSxjQ8CRGR9OkNGuIPMQ"},
	{"OpenLDAP, SHA-1", "{PBKDF2}1000$" + salt16 + "$aUfE2vx5Q7zgbb0jx49AaNpXUQQ", "correct horse", "$pbkdf2$i=1000,l=20$" + salt16 + "$aUfE2vx5Q7zgbb0jx49AaNpXUQQ"},
	{"Django", "pbkdf2_sha256$1000$gkO7mS3Jcd$lxDBiXGjPz9HlGEjlO+rlmSoN9cLhS/+RN12PsAC9dQ=", "correct horse",
		"$pbkdf2-sha256$i=1000,l=32$Z2tPN21TM0pjZA$lxDBiXGjPz9HlGEjlO+rlmSoN9cLhS/+RN12PsAC9dQ"},
	{"389 Directory Server", "{PBKDF2_SHA256}AAAIAAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj+OPAdLOzcpJWTx02zJjQRiugrHvGn232hA5qzOdMxW5h0lp19XE3d25OTB" +
		"+hPEpt7ei7iRsVau3fajhIwPe9P6Bq13NTOmNbVs0yotN8kFDlVSxPLEu00f2J+e9CVPF+ox+vIOTyLHh/RA7JoQRTgF0e0/0q5X0CSqwa5I6pWjsA6jfqFN+uYeigLA4P7Y9PiZvtE1NLbsa/Tir0KZopiGEq04cjKBjwco0icf" +
		"wCLfdSh4lu3hdAs/IFT2z3Sp7sIUiWqy1gbvpi+9nJaUIBtMDcmGKIasqq9jApFrp9NckSRsGyyOw3pxHCiMBvoBC4LeiRh27cCfx0KUFKfCUlGZ", "correct horse",
		"$pbkdf2-sha256$i=2048,l=32$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw$jjwHSzs3KSVk8dNsyY0EYroKx7xp9t9oQOasznTMVuY"},
	{"scrypt", "$scrypt$ln=4,r=8,p=1$" + salt16 + "$OAkZqUBelG6VIYdTJfYSENL5OmZRxMa3GwXn5oFliTg", "correct horse", ""},
	{"scrypt of passlib", "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E", "password", ""},
	{"SSHA", "{SSHA}awc/Cj0kafyFd5d8fGn07xoHBJJzYWx0c2FsdA==", "correct horse", ""},
	{"SSHA in small letters, not padded", "{ssha}awc/Cj0kafyFd5d8fGn07xoHBJJzYWx0c2FsdA", "correct horse", "{SSHA}awc/Cj0kafyFd5d8fGn07xoHBJJzYWx0c2FsdA=="},
	{"SSHA256", "{SSHA256}YflVcOMs6k7tbGkQbQNVn6/ehAnUAVltiLPKHBWGi2tzYWx0c2FsdA==", "correct horse", ""},
	{"SSHA384", "{SSHA384}rPNf5wu9raqOYyrDpEXtTWzU9J8yYxdna88Zv3VPM7t8wAY2Wum1UGOWoZRj523lc2FsdHNhbHQ=", "correct horse", ""},
	{"SSHA512", "{SSHA512}50rsRNBf8j3I5xE+QwaHdFyMhOzITssZ8BB3UxwQ+SI1JKygYm6ZeRYTDuUyFZIIqDonoTuXwB0Z/MAPhgQCFHNhbHRzYWx0", "correct horse", ""},
}

func TestForeign(t *testing.T) {
	h := NewHasher(cheap, 0, env)
	for _, tt := range foreignHashes {
		t.Run(tt.name, func(t *testing.T) {
			stored, err := Foreign(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if tt.stored == "" {
				tt.stored = tt.text
			}
			if diff := cmp.Diff(tt.stored, stored); diff != "" {
				t.Errorf("stored (-want +got)\n%s", diff)
			}
			if again, err := Foreign(stored); err != nil || again != stored {
				t.Errorf("read again it is %q, %v", again, err)
			}
			if ok, rehash, err := h.Verify(t.Context(), stored, tt.password); !ok || !rehash || err != nil {
				t.Errorf("the password answers %v, rehash %v, %v", ok, rehash, err)
			}
			for _, wrong := range []string{"", tt.password + "x", tt.password[1:], tt.password + "\x00", strings.ToUpper(tt.password)} {
				if ok, err := h.Has(t.Context(), stored, wrong); ok || err != nil {
					t.Errorf("%q answers %v, %v", wrong, ok, err)
				}
			}
		})
	}
}

// Another system did not bring a password into the form of package precis.
func TestForeignPasswordIsNotPrepared(t *testing.T) {
	made := sha1Of("a\u00a0b", "salt")
	h := NewHasher(cheap, 0, env)
	for pw, want := range map[string]bool{"a\u00a0b": true, "a b": false} {
		if ok, rehash, err := h.Verify(t.Context(), made, pw); ok != want || rehash != want || err != nil {
			t.Errorf("%q answers %v, rehash %v, %v", pw, ok, rehash, err)
		}
	}
}

func sha1Of(pw, salt string) string {
	d := salted["SSHA"]()
	d.Write([]byte(pw + salt))
	return saltedHash{"SSHA", d.Sum(nil), []byte(salt)}.String()
}

func TestForeignIsBounded(t *testing.T) {
	const key = "$" + salt16 + "$" + sha256Key
	for name, text := range map[string]string{
		"nothing":                      "",
		"a password":                   "correct horse",
		"no known kind":                "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
		"SHA-512 of crypt":             "{CRYPT}$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJuesI68OTLiBFdcbYEdFCoEOfaS35inz1",
		"no salt":                      "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
		"a scheme in a scheme":         "{CRYPT}{CRYPT}$2b$04$" + bcryptLines,
		"SSHA without salt":            "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
		"SSHA of another size":         "{SSHA}c2FsdA==",
		"SSHA with a line break":       "{SSHA}awc/Cj0kafyFd5d8\nfGn07xoHBJJzYWx0c2FsdA==",
		"SSHA with a long salt":        "{SSHA}" + strings.Repeat("AAAA", 29),
		"faulty bcrypt":                "$2x$04$" + bcryptLines,
		"bcrypt too cheap":             "$2b$03$" + bcryptLines,
		"bcrypt too dear":              "$2b$17$" + bcryptLines,
		"bcrypt far too dear":          "$2b$31$" + bcryptLines,
		"bcrypt with one digit":        "$2b$4$" + bcryptLines,
		"bcrypt with a sign":           "$2b$+4$" + bcryptLines,
		"bcrypt too short":             "$2b$04$" + bcryptLines[1:],
		"bcrypt too long":              "$2b$04$" + bcryptLines + "a",
		"bcrypt with other letters":    "$2b$04$" + bcryptLines[1:] + "+",
		"argon2d":                      "$argon2d$v=19$m=64,t=1,p=1" + key,
		"argon2 of version 16":         "$argon2i$v=16$m=64,t=1,p=1" + key,
		"argon2i too dear":             "$argon2i$v=19$m=1048577,t=1,p=1" + key,
		"PBKDF2 of no known function":  "$pbkdf2-md5$i=1" + key,
		"PBKDF2 without iterations":    "$pbkdf2-sha256$i=0" + key,
		"PBKDF2 too dear":              "$pbkdf2-sha256$i=10000001" + key,
		"PBKDF2 with a leading zero":   "$pbkdf2-sha256$i=01" + key,
		"PBKDF2 of another length":     "$pbkdf2-sha256$i=1,l=31" + key,
		"PBKDF2 with a short hash":     "$pbkdf2-sha256$i=1$" + salt16 + "$AAAAAAAAAAAAAAAAAAAA",
		"PBKDF2 without salt":          "$pbkdf2-sha256$i=1$$" + sha256Key,
		"Django without salt":          "pbkdf2_sha256$1$$" + sha256Key,
		"Django too dear":              "pbkdf2_sha256$4294967295$a$" + sha256Key,
		"389 of another length":        "{PBKDF2_SHA256}" + strings.Repeat("AAAA", 107),
		"389 without iterations":       "{PBKDF2_SHA256}" + strings.Repeat("AAAA", 108),
		"389 too dear":                 "{PBKDF2_SHA256}" + strings.Repeat("/AAA", 108),
		"scrypt too dear":              "$scrypt$ln=21,r=1,p=1" + key,
		"scrypt with too much memory":  "$scrypt$ln=20,r=9,p=1" + key,
		"scrypt too dear in its lanes": "$scrypt$ln=17,r=8,p=9" + key,
		"scrypt in another order":      "$scrypt$r=8,ln=4,p=1" + key,
		"scrypt without p":             "$scrypt$ln=4,r=8" + key,
		"too long":                     "{SSHA}" + strings.Repeat("A", longestForeign),
	} {
		stored, err := Foreign(text)
		e, ok := errors.AsType[*iam.Error](err)
		if !ok || e.Kind != iam.Invalid || stored != "" || len(e.Fields) != 1 || e.Fields[0].Path != "passwordHash" {
			t.Errorf("%s is taken: %q, %v", name, stored, err)
			continue
		}
		if strings.Contains(err.Error(), sha256Key) || strings.Contains(err.Error(), salt16) || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%s: the error tells the hash: %v", name, err)
		}
	}
}

// Nobody learns from the clock who has a hash that costs nothing.
func TestForeignTakesTheWorkOfAnOwnHash(t *testing.T) {
	slow := NewHasher(Params{Memory: 4096, Time: 4, Lanes: 1}, 0, env)
	stored := sha1Of("pw", "salt")
	known, unknown := time.Hour, time.Hour // the quickest of some
	for range 5 {
		begin := time.Now()
		if _, _, err := slow.Verify(t.Context(), stored, "wrong"); err != nil {
			t.Fatal(err)
		}
		middle := time.Now()
		if err := slow.VerifyNothing(t.Context(), "wrong"); err != nil {
			t.Fatal(err)
		}
		known, unknown = min(known, middle.Sub(begin)), min(unknown, time.Since(middle))
	}
	if known < unknown/2 || known > 4*unknown {
		t.Errorf("a user of a cheap hash takes %v, an unknown one %v", known, unknown)
	}
}

// Nor who has a hash that costs more than ours: once one was verified, every wrong
// password takes as long.
func TestWrongPasswordsTakeTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap, 1, env)
		own, err := h.Hash(t.Context(), "pw")
		if err != nil {
			t.Fatal(err)
		}
		foreign := sha1Of("pw", "salt")
		h.took(2 * time.Second)
		h.took(time.Second) // of another, which is cheaper
		for name, tt := range map[string]struct {
			verify func(ctx context.Context) error
			want   time.Duration
		}{
			"a wrong password":             {func(ctx context.Context) error { _, _, err := h.Verify(ctx, own, "wrong"); return err }, 2 * time.Second},
			"of a foreign hash":            {func(ctx context.Context) error { _, _, err := h.Verify(ctx, foreign, "wrong"); return err }, 2 * time.Second},
			"one that cannot be prepared":  {func(ctx context.Context) error { _, _, err := h.Verify(ctx, own, "\x00"); return err }, 2 * time.Second},
			"nobody's":                     {func(ctx context.Context) error { return h.VerifyNothing(ctx, "wrong") }, 2 * time.Second},
			"the right one":                {func(ctx context.Context) error { _, _, err := h.Verify(ctx, own, "pw"); return err }, 0},
			"the right one of a foreigner": {func(ctx context.Context) error { _, _, err := h.Verify(ctx, foreign, "pw"); return err }, 0},
			"an earlier one":               {func(ctx context.Context) error { _, err := h.Has(ctx, foreign, "wrong"); return err }, 0},
		} {
			begun := time.Now()
			if err := tt.verify(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(begun); took != tt.want {
				t.Errorf("%s takes %v, want %v", name, took, tt.want)
			}
		}
		h.took(time.Hour)
		begun := time.Now()
		if err := h.VerifyNothing(t.Context(), "wrong"); err != nil || time.Since(begun) != maxEven {
			t.Errorf("it waits %v, %v, want %v", time.Since(begun), err, maxEven)
		}
		h.idle.Stop()
	})
	h := NewHasher(cheap, 1, env)
	if _, _, err := h.Verify(t.Context(), foreignHashes[0].text, "wrong"); err != nil || h.dearest.Load() == 0 {
		t.Errorf("what a foreign hash takes is not noted: %v", err)
	}
}

// The memory that a foreign hash needs counts as that of an own one does.
func TestForeignMemoryIsBounded(t *testing.T) {
	const takesAll = "$scrypt$ln=7,r=8,p=1$" + salt16 + "$" + sha256Key // 128 KiB and a little
	for free, want := range map[int64]bool{128: true, 127: false} {
		synctest.Test(t, func(t *testing.T) {
			h := NewHasher(cheap, 2, env)
			if err := h.memory.Acquire(t.Context(), h.budget-free); err != nil {
				t.Fatal(err)
			}
			_, _, err := h.Verify(t.Context(), takesAll, "pw")
			if want != (err == nil) || err != nil && !iam.Is(err, iam.RateLimited) {
				t.Errorf("with %d KiB free: %v", free, err)
			}
			h.idle.Stop()
		})
	}
}

func FuzzForeign(f *testing.F) {
	for _, tt := range foreignHashes {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		stored, err := Foreign(text)
		if err != nil {
			if stored != "" || !iam.Is(err, iam.Invalid) {
				t.Fatalf("%q, %v", stored, err)
			}
			return
		}
		if again, err := Foreign(stored); err != nil || again != stored {
			t.Fatalf("%q is stored as %q and that as %q, %v", text, stored, again, err)
		}
		if isOwn(stored) {
			return
		}
		h, err := readForeign(stored)
		if err != nil || h.memory() > maxMemory {
			t.Fatalf("%q: %v", stored, err)
		}
	})
}
