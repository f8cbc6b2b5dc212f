package authn

import (
	"fmt"
	"io"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// recoveryCodes is how many recovery codes a user gets.
const recoveryCodes = 10

// recoveryLength is the length of a code without its dash: 50 random bits.
const recoveryLength = 10

// recoveryAlphabet is Crockford's base 32 in lower case: no letter in it can
// be read as another letter or digit of it.
const recoveryAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// newRecoveryCode makes a code as it is shown: xxxxx-xxxxx.
func newRecoveryCode(env iam.Env) string {
	var raw [recoveryLength]byte
	if _, err := io.ReadFull(env.Rand, raw[:]); err != nil {
		panic("authn: source of randomness failed: " + err.Error())
	}
	for i, b := range raw {
		raw[i] = recoveryAlphabet[b%byte(len(recoveryAlphabet))] // 256 is a multiple of 32
	}
	return fmt.Sprintf("%s-%s", raw[:recoveryLength/2], raw[recoveryLength/2:])
}

// parseRecoveryCode reads a code as people type it: in any case, with or
// without dash and spaces, and with O for 0 and I or L for 1. ok is false for
// what cannot be a code.
func parseRecoveryCode(typed string) (code string, ok bool) {
	var b strings.Builder
	for _, r := range typed {
		switch {
		case r == ' ' || r == '-' || r == '\t' || r == '\u00a0':
			continue
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		}
		switch r {
		case 'o':
			r = '0'
		case 'i', 'l':
			r = '1'
		}
		if !strings.ContainsRune(recoveryAlphabet, r) || b.Len() == recoveryLength {
			return "", false
		}
		b.WriteRune(r)
	}
	return b.String(), b.Len() == recoveryLength
}
