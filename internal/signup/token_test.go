package signup

import (
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// FuzzSplitToken: what is taken apart is put together again as the same, and all
// of its parts are of the one form that they have.
func FuzzSplitToken(f *testing.F) {
	const id = "0191a5c4-7a3c-7b1e-9d2f-3c4b5a697890"
	secret := strings.Repeat("0f", secretBytes)
	for _, s := range []string{token(id, id, secret), token(id, id, secret+"."), token("", "", ""), "..", id + "." + id, token(id, id, strings.ToUpper(secret))} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tenant, row, secret, ok := splitToken(text)
		if !ok {
			return
		}
		if token(tenant, row, secret) != text {
			t.Fatalf("%q is %q, %q and %q", text, tenant, row, secret)
		}
		if !iam.ValidID(string(tenant)) || !iam.ValidID(string(row)) || len(secret) != 2*secretBytes {
			t.Fatalf("%q is taken", text)
		}
	})
}
