package access

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// ownPrefix begins the names of the built-in API groups, and of no other.
const ownPrefix = "gatehouse-"

// builtinAPIGroups answers the API groups that are part of the program, by
// name. Of each object that permissions are of there is one to read it and one
// for everything else, and of each dialect the same, as its operations; and
// one of all. A tenant has a row of those only that a role of its own has, and
// the row has no rules: they are these.
func builtinAPIGroups(c *rbac.Catalog) []iam.APIGroup {
	rules := map[string][]iam.Rule{ownPrefix + "all": {{Permission: "*"}}}
	about := map[string]string{ownPrefix + "all": "Everything"}
	for i := range c.Len() {
		e := c.Endpoint(i)
		object, verb, ok := cutLast(string(e.Permission), ".")
		if !ok {
			continue
		}
		kind, what := "-write", "Change "
		if verb == "read" {
			kind, what = "-read", "Read "
		}
		name := ownPrefix + object + kind
		rule := iam.Rule{Permission: string(e.Permission)}
		if !slices.ContainsFunc(rules[name], func(r iam.Rule) bool { return r.Permission == rule.Permission }) {
			rules[name], about[name] = append(rules[name], rule), what+object
		}
		if e.Dialect != "" {
			name = ownPrefix + "api-" + e.Dialect + kind
			rules[name], about[name] = withMethod(rules[name], e), what+"through the operations of "+e.Dialect
		}
	}
	var groups []iam.APIGroup
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		groups = append(groups, iam.APIGroup{Name: name, Description: about[name], Builtin: true, Rules: rules[name]})
	}
	return groups
}

// withMethod adds an endpoint to rules that are about one path each.
func withMethod(rules []iam.Rule, e rbac.Endpoint) []iam.Rule {
	if i := slices.IndexFunc(rules, func(r iam.Rule) bool { return r.Path == e.Path }); i >= 0 {
		rules[i].Methods = append(rules[i].Methods, e.Method)
		return rules
	}
	return append(rules, iam.Rule{Methods: []string{e.Method}, Path: e.Path})
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// builtinAPIGroup finds a built-in API group by its name.
func (s *Service) builtinAPIGroup(name string) (iam.APIGroup, bool) {
	i := slices.IndexFunc(s.builtin, func(g iam.APIGroup) bool { return g.Name == iam.Fold(name) })
	if i < 0 {
		return iam.APIGroup{}, false
	}
	return s.builtin[i], true
}

// withRules answers an API group as it was read from the store with its rules,
// which of a built-in one are part of the program. One that this program does
// not know has none.
func (s *Service) withRules(g iam.APIGroup) iam.APIGroup {
	if g.Builtin {
		known, _ := s.builtinAPIGroup(g.Name)
		g.Description, g.Rules = known.Description, known.Rules
	}
	return g
}
