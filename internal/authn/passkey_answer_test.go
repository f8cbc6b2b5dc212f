package authn

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// FuzzPasskeyAnswer: what a browser sends is refused in one way or understood,
// whatever it is: client data, authenticator data and signature in JSON, and
// CBOR in that.
func FuzzPasskeyAnswer(f *testing.F) {
	for _, s := range []string{
		`{"id":"AQ","rawId":"AQ","type":"public-key","response":{"clientDataJSON":"eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQVEiLCJvcmlnaW4iOiJodHRwOi8vYSJ9","authenticatorData":"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA","signature":"AQ","userHandle":"AQ"}}`,
		`{"id":"AQ","rawId":"AQ","type":"public-key","response":{"clientDataJSON":"bnVsbA","authenticatorData":"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2PFAAAAAA","signature":""}}`,
		`{"id":"AQ","rawId":"AQ","type":"public-key","response":{"attestationObject":"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUA","clientDataJSON":"e30"}}`,
		`{}`, `[`, `null`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		assertion, err := parseAssertion(answer)
		switch {
		case err == nil && (len(assertion.RawID) == 0 || len(answer) > maxPasskeyAnswer):
			t.Fatalf("an answer of %d bytes names no passkey", len(answer))
		case err != nil && !iam.Is(err, iam.Invalid):
			t.Fatal(err)
		}
		if _, err := parseCreation(answer); err != nil && !iam.Is(err, iam.Invalid) {
			t.Fatal(err)
		}
	})
}
