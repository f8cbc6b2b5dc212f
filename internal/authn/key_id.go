package authn

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"math/bits"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// The id of an access key is
//
//	ncp_iam_ | the tenant's id in base 62 (22 digits) | 18 random letters and digits
//
// so that whose key it is can be told without a look-up across tenants.
const (
	keyPrefix    = "ncp_iam_"
	tenantDigits = 22 // 62^22 > 2^128
	randomDigits = 18
)

// alphanumeric are the digits of base 62, and what random letters are made of.
const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

const base = uint64(len(alphanumeric))

// newKeyID makes the id of an access key of a tenant.
func newKeyID(t iam.TenantID, random io.Reader) iam.AccessKeyID {
	raw, err := hex.DecodeString(strings.ReplaceAll(string(t), "-", ""))
	if err != nil || len(raw) != 16 {
		panic("authn: a tenant's id that is not a UUID")
	}
	high, low := binary.BigEndian.Uint64(raw), binary.BigEndian.Uint64(raw[8:])
	var digits [tenantDigits]byte
	for i := len(digits) - 1; i >= 0; i-- {
		var rest uint64
		high, rest = bits.Div64(0, high, base)
		low, rest = bits.Div64(rest, low, base)
		digits[i] = alphanumeric[rest]
	}
	return iam.AccessKeyID(keyPrefix + string(digits[:]) + letters(random, randomDigits))
}

// tenantOfKey answers the tenant that a key's id names; nobody has checked
// that it exists. ok is false for what newKeyID does not make.
func tenantOfKey(id iam.AccessKeyID) (t iam.TenantID, ok bool) {
	rest, ok := strings.CutPrefix(string(id), keyPrefix)
	if !ok || len(rest) != tenantDigits+randomDigits || strings.Trim(rest, alphanumeric) != "" {
		return "", false
	}
	var high, low uint64
	for i := range tenantDigits {
		over, shifted := bits.Mul64(high, base)
		carry, next := bits.Mul64(low, base)
		var c uint64
		low, c = bits.Add64(next, uint64(strings.IndexByte(alphanumeric, rest[i])), 0) //nolint:gosec // it is one of them
		high, c = bits.Add64(shifted, carry, c)
		if over != 0 || c != 0 {
			return "", false // above 2^128
		}
	}
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:], high)
	binary.BigEndian.PutUint64(raw[8:], low)
	text := hex.EncodeToString(raw[:])
	return iam.TenantID(text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]), true
}

// letters makes n random letters and digits, each as likely as the others. A
// source of randomness that fails is a broken machine, as for iam.Env.
func letters(random io.Reader, n int) string {
	// Bytes from there on would make the first letters likelier.
	const limit = 256 - 256%len(alphanumeric)
	text := make([]byte, 0, n)
	var b [64]byte
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			panic("authn: source of randomness failed: " + err.Error())
		}
		for _, c := range b {
			if int(c) >= limit {
				continue
			}
			if text = append(text, alphanumeric[int(c)%len(alphanumeric)]); len(text) == n {
				return string(text)
			}
		}
	}
}
