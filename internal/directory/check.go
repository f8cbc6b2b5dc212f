package directory

import (
	"strings"
	"time"
	_ "time/tzdata" // a machine without zone files knows them too

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Limits, in characters.
const (
	maxUsername   = 100 // Fess refuses more, so nobody else may make what it cannot show
	maxName       = 256
	maxPhone      = 64
	maxLanguage   = 35 // BCP 47 section 4.4.1
	maxTimeZone   = 64
	maxSources    = 256
	maxAttributes = 128
	maxAttribute  = 4096
)

func checkUser(u iam.User) error {
	var c iam.Checker
	c.Length("username", u.Username, 1, maxUsername)
	name(&c, "username", u.Username)
	c.Length("label", u.Label, 0, maxUsername)
	name(&c, "label", u.Label)
	if u.Email != "" && !iam.ValidEmail(u.Email) {
		c.Add("email", iam.ReasonFormat, "email must be an address such as person@example.com, of at most %d characters", iam.MaxEmail)
	}
	for _, f := range []struct{ path, value string }{
		{"given_name", u.GivenName}, {"family_name", u.FamilyName}, {"display_name", u.DisplayName}} {
		c.Length(f.path, f.value, 0, maxName)
		name(&c, f.path, f.value)
	}
	c.Length("phone", u.Phone, 0, maxPhone)
	preferences(&c, u)
	sources(&c, "rules.pages", u.Rules.Pages)
	sources(&c, "rules.api", u.Rules.API)
	switch u.State {
	case iam.UserEnabled, iam.UserDisabled, iam.UserPending:
	default:
		c.Add("state", iam.ReasonFormat, "state must be enabled, disabled or pending")
	}
	attributes(&c, u.Attributes)
	return c.Err()
}

// preferences checks what a user chooses for pages and mails.
func preferences(c *iam.Checker, u iam.User) {
	if u.Language != "" {
		if _, err := language.Parse(u.Language); err != nil || len(u.Language) > maxLanguage {
			c.Add("language", iam.ReasonFormat, "language must be a language tag such as en or ko (BCP 47)")
		}
	}
	if u.TimeZone != "" {
		// LoadLocation opens no file outside of its folders: it refuses ".."
		// and absolute paths. "Local" is the server's own.
		if _, err := time.LoadLocation(iam.Cut(u.TimeZone, maxTimeZone)); err != nil || u.TimeZone == "Local" || len(u.TimeZone) > maxTimeZone {
			c.Add("time_zone", iam.ReasonFormat, "time_zone must be a time zone such as Asia/Seoul (IANA)")
		}
	}
	if u.Theme != "" && u.Theme != "light" && u.Theme != "dark" {
		c.Add("theme", iam.ReasonFormat, "theme must be light, dark or empty")
	}
}

// sources checks from where a user may come.
func sources(c *iam.Checker, path string, r iam.SourceRule) {
	if len(r.Sources) > maxSources {
		c.Add(path, iam.ReasonLength, "%s must have at most %d sources", path, maxSources)
	}
	for _, s := range r.Sources {
		switch s.Type {
		case iam.SourceIP:
			if _, err := iam.ParseNetwork(s.Value); err != nil {
				c.Add(path, iam.ReasonFormat, "%s: %q is neither a network such as 10.0.0.0/8 nor an address", path, iam.Cut(s.Value, 64))
			}
		case iam.SourceVPC, iam.SourceVPCServer:
			c.Length(path, s.Value, 1, maxName)
		default:
			c.Add(path, iam.ReasonFormat, "%s: the type of a source is IP, VPC or VPC_SERVER", path)
		}
	}
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
