package authn

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 as every authenticator app has it; HMAC does not need it to resist collisions
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// TOTP as every authenticator app computes it by default (RFC 6238): SHA-1,
// 6 digits, steps of 30 seconds. One step before and after the present one are
// accepted, for clocks that differ (section 5.2).
const (
	totpKeySize = 20 // bytes: the length of the hash (RFC 4226 section 4)
	totpPeriod  = 30 // seconds
	totpWindow  = 1  // steps
	totpModulus = 1_000_000
)

// totpStep is the number of the step that a time is in.
func totpStep(t time.Time) int64 { return t.Unix() / totpPeriod }

// totpCode is the code of a step: the HOTP value (RFC 4226 section 5.3) of its
// number.
func totpCode(key []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step)) //nolint:gosec // steps are counted from 1970
	h := hmac.New(sha1.New, key)
	h.Write(counter[:])
	sum := h.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	truncated := binary.BigEndian.Uint32(sum[offset:offset+4]) & 0x7fff_ffff
	return fmt.Sprintf("%06d", truncated%totpModulus)
}

// matchTOTP answers the step in the window round now whose code this is, above
// the last one that was used. ok is false when there is none. It takes the same
// time whichever it is.
func matchTOTP(key []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	present := totpStep(now)
	for s := present + totpWindow; s >= present-totpWindow; s-- {
		if subtle.ConstantTimeCompare([]byte(totpCode(key, s)), []byte(code)) == 1 && s > last {
			step, ok = s, true // of two steps with one code the earlier one, so that the later stays
		}
	}
	return step, ok
}

var totpEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// totpURI is what a QR code tells an authenticator app: the format that all of
// them read, https://github.com/google/google-authenticator/wiki/Key-Uri-Format.
func totpURI(issuer, account, secret string) string {
	issuer = strings.ReplaceAll(issuer, ":", " ") // what separates it from the account
	// Apps show a "+" as it is, so that spaces have to be "%20".
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	return fmt.Sprintf("otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=6&period=%d",
		escape(issuer), escape(account), secret, escape(issuer), totpPeriod)
}

// digits6 reads a code of six digits as people type it, with spaces or dashes
// anywhere. ok is false for anything else.
func digits6(typed string) (code string, ok bool) {
	var b strings.Builder
	for _, r := range typed {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r != ' ' && r != '-' && r != '\t' && r != '\u00a0':
			return "", false
		}
		if b.Len() > 6 {
			return "", false
		}
	}
	return b.String(), b.Len() == 6
}
