package directory

import (
	"net/mail"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Limits, in characters.
const (
	maxUsername   = 100 // Fess refuses more, so nobody else may make what it cannot show
	maxName       = 256
	maxEmail      = 254 // RFC 5321 section 4.5.3.1.3
	maxPhone      = 64
	maxAttributes = 128
	maxAttribute  = 4096
)

func checkUser(u iam.User) error {
	var c iam.Checker
	c.Length("username", u.Username, 1, maxUsername)
	name(&c, "username", u.Username)
	c.Length("label", u.Label, 0, maxUsername)
	name(&c, "label", u.Label)
	if u.Email != "" && !validEmail(u.Email) {
		c.Add("email", iam.ReasonFormat, "email must be an address such as person@example.com, of at most %d characters", maxEmail)
	}
	for _, f := range []struct{ path, value string }{
		{"given_name", u.GivenName}, {"family_name", u.FamilyName}, {"display_name", u.DisplayName}} {
		c.Length(f.path, f.value, 0, maxName)
		name(&c, f.path, f.value)
	}
	c.Length("phone", u.Phone, 0, maxPhone)
	switch u.State {
	case iam.UserEnabled, iam.UserDisabled, iam.UserPending:
	default:
		c.Add("state", iam.ReasonFormat, "state must be enabled, disabled or pending")
	}
	attributes(&c, u.Attributes)
	return c.Err()
}

func checkGroup(g iam.Group) error {
	var c iam.Checker
	c.Length("name", g.Name, 1, maxName)
	name(&c, "name", g.Name)
	c.Length("description", g.Description, 0, 1024)
	attributes(&c, g.Attributes)
	return c.Err()
}

// checkName is the rule for a name that is mentioned in a list.
func checkName(path, s string) error {
	var c iam.Checker
	c.Length(path, s, 1, maxName)
	name(&c, path, s)
	return c.Err()
}

func name(c *iam.Checker, path, s string) {
	if !iam.Printable(s) {
		c.Add(path, iam.ReasonFormat, "%s must not contain control or invisible characters", path)
	}
	if strings.TrimSpace(s) != s {
		c.Add(path, iam.ReasonFormat, "%s must not begin or end with white space", path)
	}
}

func attributes(c *iam.Checker, attrs map[string]string) {
	if len(attrs) > maxAttributes {
		c.Add("attributes", iam.ReasonLength, "attributes must have at most %d members", maxAttributes)
	}
	for k, v := range attrs {
		c.Length("attributes."+k, v, 0, maxAttribute)
		if k == "" || len(k) > 128 || !iam.Printable(k) {
			c.Add("attributes", iam.ReasonFormat, "names of attributes must have between 1 and 128 printable characters")
		}
	}
}

// validEmail accepts an address without display name (RFC 5321 mailbox).
func validEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == "" && len(s) <= maxEmail && iam.Printable(s)
}
