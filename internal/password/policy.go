package password

import (
	"errors"
	"strings"
	"unicode"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Policy checks new passwords against what a tenant asks of them.
type Policy iam.PasswordPolicy

// DefaultPolicy follows NIST SP 800-63B section 5.1.1.2: long passwords,
// nothing about their composition, none that attackers try first.
func DefaultPolicy() Policy {
	return Policy(iam.DefaultSettings().Password)
}

// Identity is what an attacker knows of a user and will try.
type Identity struct {
	Username string
	Email    string
}

// Check answers nil for a password that the policy allows. Else it answers an
// Invalid error with code ReasonWeakPassword and one field "password" for each
// broken rule; nothing in it repeats the password.
func (p Policy) Check(pw string, who Identity) error {
	prepared, err := Prepare(pw)
	if err == nil {
		err = p.check(prepared, who)
	}
	if e, ok := errors.AsType[*iam.Error](err); ok {
		return e.Because(iam.ReasonWeakPassword)
	}
	return err
}

func (p Policy) check(pw string, who Identity) error {
	var c iam.Checker
	c.Length("password", pw, p.MinLength, p.MaxLength)
	lower, upper, digits, symbols := classes(pw)
	for _, class := range []struct {
		have, want int
		reason     iam.Reason
		name       string
	}{
		{lower, p.MinLower, iam.ReasonLower, "lower-case letters"},
		{upper, p.MinUpper, iam.ReasonUpper, "upper-case letters"},
		{digits, p.MinDigits, iam.ReasonDigits, "digits"},
		{symbols, p.MinSymbols, iam.ReasonSymbols, "symbols"},
	} {
		if class.have < class.want {
			c.Add("password", class.reason, "password must have at least %d %s", class.want, class.name)
		}
	}
	if p.NotUsername && isName(pw, who) {
		c.Add("password", iam.ReasonOwnName, "password must not be the user name or e-mail address")
	}
	if p.RefuseCommon && isCommon(pw) {
		c.Add("password", iam.ReasonCommon, "password is among the most common ones")
	}
	if p.MinStrength > 0 && Strength(pw, who) < p.MinStrength {
		c.Add("password", iam.ReasonGuessable, "password is too easy to guess")
	}
	return c.Err()
}

// classes counts the characters of each class. Letters without case, such as
// Hangul, are in none.
func classes(pw string) (lower, upper, digits, symbols int) {
	for _, r := range pw {
		switch {
		case unicode.IsLower(r):
			lower++
		case unicode.IsUpper(r):
			upper++
		case unicode.IsDigit(r):
			digits++
		case !unicode.IsLetter(r) && !unicode.IsMark(r):
			symbols++
		}
	}
	return lower, upper, digits, symbols
}

// names answers the words that stand for a user, in lower case.
func (who Identity) names() []string {
	local, _, _ := strings.Cut(who.Email, "@")
	var names []string
	for _, name := range []string{who.Username, who.Email, local} {
		if name != "" {
			names = append(names, strings.ToLower(name))
		}
	}
	return names
}

// isName reports whether a password is a name of the user, or would be without
// the digits and symbols around both.
func isName(pw string, who Identity) bool {
	pw = strings.ToLower(pw)
	for _, name := range who.names() {
		if pw == name || core(pw) != "" && core(pw) == core(name) {
			return true
		}
	}
	return false
}

// core is s without what is not a letter at its ends.
func core(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}
