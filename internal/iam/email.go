package iam

import "net/mail"

// MaxEmail is the greatest length of an e-mail address, in bytes (RFC 5321
// section 4.5.3.1.3).
const MaxEmail = 254

// ValidEmail reports whether s is an address without display name (RFC 5321
// mailbox).
func ValidEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == "" && len(s) <= MaxEmail && Printable(s)
}
