package password

import (
	"unicode/utf8"

	"golang.org/x/text/secure/precis"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxBytes bounds what is looked at at all: well above the longest password
// that a policy allows, and short enough to cost nothing.
const maxBytes = 4096

// Prepare brings a password into the form that is judged and hashed, so that
// one typed on another keyboard or system is the same: the OpaqueString
// profile of RFC 8265 section 4.2. Characters keep their case and width, every
// space becomes U+0020, and the whole is in Unicode form C. It answers Invalid
// for a password that is empty, too long, not UTF-8 or has control or
// unassigned characters.
func Prepare(pw string) (string, error) {
	var c iam.Checker
	switch {
	case pw == "":
		c.Add("password", iam.ReasonRequired, "password is required")
	case len(pw) > maxBytes:
		c.Add("password", iam.ReasonLength, "password must have at most %d bytes", maxBytes)
	case !utf8.ValidString(pw):
		// The profile would take every wrong byte for U+FFFD, and so make
		// different passwords equal.
		c.Add("password", iam.ReasonFormat, "password must be valid UTF-8")
	default:
		// The profile's error would say what the character was.
		prepared, err := precis.OpaqueString.String(pw)
		if err == nil {
			return prepared, nil
		}
		c.Add("password", iam.ReasonFormat, "password must not have control characters or characters that Unicode does not assign")
	}
	return "", c.Err()
}
