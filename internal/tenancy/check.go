package tenancy

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	maxName        = 256
	maxDescription = 1024
	maxAttributes  = 64
	maxAttribute   = 4096
)

// validCode is the rule for codes of tenants: they are part of tokens, host
// names and paths, where a tenant's id may stand instead of its code.
func validCode(code string) bool {
	const alnum = "abcdefghijklmnopqrstuvwxyz0123456789"
	return code != "" && len(code) <= 63 && !iam.ValidID(code) &&
		strings.Trim(code, alnum+"-_") == "" &&
		strings.IndexByte(alnum, code[0]) >= 0 && strings.IndexByte(alnum, code[len(code)-1]) >= 0
}

func checkCode(c *iam.Checker, code string) {
	c.Length("code", code, 1, 63)
	if code != "" && !validCode(code) {
		c.Add("code", iam.ReasonFormat, "code must be lower-case letters, digits, '-' and '_', and begin and end with a letter or digit")
	}
}

func checkText(c *iam.Checker, name, description string) {
	c.Length("name", name, 1, maxName)
	if !iam.Printable(name) {
		c.Add("name", iam.ReasonFormat, "name must not contain control characters")
	}
	c.Length("description", description, 0, maxDescription)
}

func checkAttributes(c *iam.Checker, attrs map[string]string) {
	if len(attrs) > maxAttributes {
		c.Add("attributes", iam.ReasonLength, "attributes must have at most %d members", maxAttributes)
	}
	for k, v := range attrs {
		c.Length("attributes."+k, v, 0, maxAttribute)
	}
}

// checkPlace is the rule for regions and zones. A name stands in a path, so it
// must survive there.
func checkPlace(c *iam.Checker, name, description string) {
	checkText(c, name, description)
	if strings.ContainsAny(name, "/\\?#%") || name == "." || name == ".." {
		c.Add("name", iam.ReasonFormat, "name must not contain any of / \\ ? # %%")
	}
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
