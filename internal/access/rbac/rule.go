package rbac

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxPattern bounds the length of a rule's permission and path, in characters.
const maxPattern = 1024

// methods that a rule may name: RFC 9110 section 9, and PATCH of RFC 5789.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}

// permissionPattern is a permission, the start of one that ends in ".*", the
// end of one that begins with "*.", or "*" alone.
var permissionPattern = regexp.MustCompile(`^(\*|(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.\*)$`)

// pathPattern is a template, or the start of one that ends in "*".
var pathPattern = regexp.MustCompile(`^/([^{}*\s[:cntrl:]]|\{[^{}*/\s[:cntrl:]]*\})*\*?$`)

// ValidateRule answers nil when the rule is well formed, else an Invalid error
// with a field for each of "permission", "path" and "methods" that is not. A
// rule need not match any operation: a role may be older or newer than this
// server.
func ValidateRule(r iam.Rule) error {
	var c iam.Checker
	switch {
	case r.Permission == "" && r.Path == "":
		c.Add("permission", iam.ReasonRequired, "a rule must have a permission or a path")
	case r.Permission != "" && r.Path != "":
		c.Add("path", iam.ReasonFormat, "a rule must have either a permission or a path, not both")
	}
	if r.Permission != "" {
		c.Length("permission", r.Permission, 1, maxPattern)
		if !permissionPattern.MatchString(r.Permission) {
			c.Add("permission", iam.ReasonFormat, `permission must be a name, "*", a name followed by ".*" or a name after "*."`)
		}
		if len(r.Methods) > 0 {
			c.Add("methods", iam.ReasonFormat, "methods restrict a path and cannot restrict a permission")
		}
	}
	if r.Path != "" {
		c.Length("path", r.Path, 1, maxPattern)
		if !pathPattern.MatchString(r.Path) {
			c.Add("path", iam.ReasonFormat, `path must be a template that begins with "/", and have "*" at its end only`)
		}
	}
	for _, m := range r.Methods {
		if !slices.Contains(methods, m) {
			c.Add("methods", iam.ReasonFormat, "method %.20q is unknown; methods are %s", m, strings.Join(methods, ", "))
			break
		}
	}
	return c.Err()
}

// matcher is a rule ready to be compared with endpoints.
type matcher struct {
	path    bool // compares shapes, not permissions
	star    bool // anything may stand between before and after
	before  string
	after   string
	methods []string
}

// newMatcher prepares a rule. ok is false when the rule is malformed, and so
// allows nothing.
func newMatcher(r iam.Rule) (m matcher, ok bool) {
	if ValidateRule(r) != nil {
		return matcher{}, false
	}
	m = matcher{path: r.Path != "", methods: r.Methods}
	pattern := r.Permission
	if m.path {
		pattern = shape(r.Path)
	}
	m.before, m.after, m.star = strings.Cut(pattern, "*")
	return m, true
}

// matches reports whether the rule allows endpoint i. Endpoints that need no
// right are matched by no rule, so that nobody has to hold them in order to
// grant a rule that happens to span them.
//
// The prefix of a path is compared with templates, not with concrete paths:
// "/v2.1/regions/seoul*" does not match "/v2.1/regions/{name}", since that
// would give the rights over all regions to who asked for one.
func (c *Catalog) matches(m matcher, i int) bool {
	e := c.endpoints[i]
	if e.Permission == "" || len(m.methods) > 0 && !slices.Contains(m.methods, e.Method) {
		return false
	}
	s := string(e.Permission)
	if m.path {
		s = c.shapes[i]
	}
	if !m.star {
		return s == m.before
	}
	return len(s) >= len(m.before)+len(m.after) && strings.HasPrefix(s, m.before) && strings.HasSuffix(s, m.after)
}

// Compile answers the endpoints that any of the rules allows. A malformed rule
// allows none.
func (c *Catalog) Compile(rules []iam.Rule) Set {
	s := newSet(c.Len())
	for _, r := range rules {
		m, ok := newMatcher(r)
		if !ok {
			continue
		}
		if m.path && !m.star && len(m.methods) > 0 { // the rules of a whole dialect are of this form
			for _, method := range m.methods {
				if i, ok := c.index[route{method, m.before}]; ok && c.matches(m, i) {
					s.add(i)
				}
			}
			continue
		}
		for i := range c.endpoints {
			if c.matches(m, i) {
				s.add(i)
			}
		}
	}
	return s
}
