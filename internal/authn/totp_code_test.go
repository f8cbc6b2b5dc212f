package authn

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"pgregory.net/rapid"
)

// TestTOTPCode: the last six digits of the test vectors of RFC 6238, appendix B.
func TestTOTPCode(t *testing.T) {
	key := []byte("12345678901234567890")
	for second, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := totpCode(key, totpStep(time.Unix(second, 0))); got != want {
			t.Errorf("at second %d the code is %s, want %s", second, got, want)
		}
	}
}

// TestTOTPAsApps holds the codes and the URI against another implementation.
func TestTOTPAsApps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), totpKeySize, totpKeySize).Draw(t, "key")
		issuer, account := rapid.String().Draw(t, "issuer"), rapid.String().Draw(t, "account")
		at := time.Unix(rapid.Int64Range(0, 1<<35).Draw(t, "second"), 0)
		secret := totpEncoding.EncodeToString(key)
		app, err := otp.NewKeyFromURL(totpURI(issuer, account, secret))
		if err != nil {
			t.Fatal(err)
		}
		if app.Type() != "totp" || app.Secret() != secret || app.Digits() != otp.DigitsSix || app.Algorithm() != otp.AlgorithmSHA1 || app.Period() != totpPeriod {
			t.Fatalf("the app reads %s", app)
		}
		if want := strings.ReplaceAll(issuer, ":", " "); app.Issuer() != want {
			t.Fatalf("the app reads the issuer %q, want %q", app.Issuer(), want)
		}
		want, err := totp.GenerateCode(app.Secret(), at)
		if err != nil {
			t.Fatal(err)
		}
		if got := totpCode(key, totpStep(at)); got != want {
			t.Fatalf("the code is %s, the app's %s", got, want)
		}
	})
}

func TestTOTPURI(t *testing.T) {
	const want = "otpauth://totp/Acme%20%26%20Co:kim%40example.com?secret=ABC&issuer=Acme%20%26%20Co&algorithm=SHA1&digits=6&period=30"
	if got := totpURI("Acme & Co", "kim@example.com", "ABC"); got != want {
		t.Errorf("the URI is\n%s, want\n%s", got, want)
	}
}

func TestMatchTOTP(t *testing.T) {
	key, now := []byte("12345678901234567890"), time.Unix(1_111_111_111, 0)
	present := totpStep(now)
	for _, tt := range []struct {
		name string
		step int64
		last int64
		want bool
	}{
		{"the present step", present, 0, true},
		{"the step before", present - 1, 0, true},
		{"the step after", present + 1, 0, true},
		{"two steps before", present - 2, 0, false},
		{"two steps after", present + 2, 0, false},
		{"the step that was used", present, present, false},
		{"the step before the one that was used", present - 1, present, false},
		{"the step after the one that was used", present + 1, present, true},
	} {
		step, ok := matchTOTP(key, totpCode(key, tt.step), now, tt.last)
		if ok != tt.want || ok && step != tt.step {
			t.Errorf("%s: step %d, %v", tt.name, step-present, ok)
		}
	}
	if _, ok := matchTOTP(key, "", now, 0); ok {
		t.Error("no code matches")
	}
}

// FuzzDigits6: what is read as a code is six digits, in the order in which they
// were typed, and nothing else is.
func FuzzDigits6(f *testing.F) {
	for _, s := range []string{"123456", " 123 456\t", "123-456", "12345", "1234567", "12345a", "１２３４５６", "", "\u00a0123456", "-123456", "+12345"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := digits6(typed)
		kept := strings.Map(func(r rune) rune {
			if strings.ContainsRune(" -\t\u00a0", r) {
				return -1
			}
			return r
		}, typed)
		want := len(kept) == 6 && strings.Trim(kept, "0123456789") == ""
		if ok != want || ok && code != kept {
			t.Fatalf("%q is read as %q, %v", typed, code, ok)
		}
		if _, ok := digits6(typed + "7"); ok && want {
			t.Fatalf("%q with a digit more is a code", typed)
		}
	})
}
