package rbac

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestExplainNamesTheReason(t *testing.T) {
	c := testCatalog()
	i, _ := c.Index("DELETE", "/v2.1/regions/{name}")
	role := c.CompileRole(iam.Role{Name: "operator"}, []iam.APIGroup{
		{Name: "viewing", Rules: []iam.Rule{{Permission: "*.read"}}},
		{Name: "regions", Rules: []iam.Rule{{Permission: "zones.*"}, {Path: "/v2.1/regions/*", Methods: []string{"DELETE"}}}},
	})
	grants := []Grant{
		{Binding: iam.Binding{ID: "b1", Scope: "shop"}, Role: role},
		{Binding: iam.Binding{ID: "b2", Scope: "*"}, Group: iam.Ref[iam.GroupID]{ID: "g", Name: "staff"}, Role: role},
	}
	e := Explain(c, grants, i, "bank")
	if !e.Allowed || e.Open {
		t.Fatalf("Explain = %+v, want allowed by a rule", e)
	}
	if e.Grant.Binding.ID != "b2" || e.Grant.Group.Name != "staff" || e.Grant.Role.Name != "operator" ||
		e.APIGroup.Name != "regions" || e.Rule.Path != "/v2.1/regions/*" {
		t.Errorf("Explain names binding %s, group %s, role %s, API group %s, rule %v",
			e.Grant.Binding.ID, e.Grant.Group.Name, e.Grant.Role.Name, e.APIGroup.Name, *e.Rule)
	}
	if e := Explain(c, grants, i, "system"); e != (Explanation{}) {
		t.Errorf("in system nothing allows it, Explain = %+v", e)
	}
	grants[1].Binding.Scope = "group:1"
	grants[1].NamespaceGroup = iam.Ref[iam.NamespaceGroupID]{ID: "1", Name: "retail"}
	grants[1].Namespaces = []string{"mall", "bank"}
	if e := Explain(c, grants, i, "bank"); !e.Allowed || e.Grant.NamespaceGroup.Name != "retail" {
		t.Errorf("through a group of namespaces, Explain = %+v", e)
	}
	if e := Explain(c, grants, i, "group:1"); e.Allowed {
		t.Errorf("in a namespace called like the scope, Explain = %+v", e)
	}
	// What a disabled role would allow is told, and not allowed.
	off := c.CompileRole(iam.Role{Name: "off", Disabled: true}, role.Groups)
	disabled := []Grant{{Binding: iam.Binding{ID: "b3"}, Role: off}, {Binding: iam.Binding{ID: "b4"}, Role: off}}
	if e := Explain(c, disabled, i, "shop"); e.Allowed || e.Grant.Binding.ID != "b3" || e.Rule.Path != "/v2.1/regions/*" {
		t.Errorf("of a disabled role, Explain = %+v", e)
	}
	if e := Explain(c, append(disabled, grants[0]), i, "shop"); !e.Allowed || e.Grant.Binding.ID != "b1" {
		t.Errorf("of a disabled role and another, Explain = %+v", e)
	}
	if NewPolicy(c, Active(disabled)).Allows(i, "shop") || !NewPolicy(c, disabled).Allows(i, "shop") || len(disabled) != 2 {
		t.Error("a disabled role is among those that are active, or is not among all")
	}
	open, _ := c.Index("POST", "/v2.1/auth")
	if e := Explain(c, nil, open, ""); e != (Explanation{Allowed: true, Open: true}) {
		t.Errorf("Explain of an endpoint that needs no right = %+v", e)
	}
}

// naive decides by reading the rules, with nothing in common with the engine.
func naive(e Endpoint, grants []Grant, namespace string) bool {
	if e.Permission == "" {
		return true
	}
	return slices.ContainsFunc(grants, func(g Grant) bool {
		switch g.Binding.Scope {
		case "":
		case "*":
			if namespace == "system" || namespace == "" {
				return false
			}
		default:
			group := strings.HasPrefix(string(g.Binding.Scope), "group:")
			if group && !slices.Contains(g.Namespaces, namespace) || !group && string(g.Binding.Scope) != namespace {
				return false
			}
		}
		for _, group := range g.Role.Groups {
			for _, r := range group.Rules {
				if naiveRule(e, r) {
					return true
				}
			}
		}
		return false
	})
}

func naiveRule(e Endpoint, r iam.Rule) bool {
	if r.Permission != "" {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(r.Permission), `\*`, `.*`)
		return regexp.MustCompile("^" + pattern + "$").MatchString(string(e.Permission))
	}
	if len(r.Methods) > 0 && !slices.Contains(r.Methods, e.Method) {
		return false
	}
	// Segment by segment, a parameter equal to any other.
	want, have := strings.Split(r.Path, "/"), strings.Split(e.Path, "/")
	for i, w := range want {
		last := i == len(want)-1
		if i >= len(have) {
			return false
		}
		if start, star := strings.CutSuffix(w, "*"); star && last {
			if strings.HasPrefix(start, "{") && strings.HasPrefix(have[i], "{") {
				return true
			}
			return strings.HasPrefix(have[i], start)
		}
		if strings.HasPrefix(w, "{") && strings.HasPrefix(have[i], "{") {
			continue
		}
		if w != have[i] {
			return false
		}
	}
	return len(want) == len(have)
}

func drawGrants(t *rapid.T, c *Catalog, label string) []Grant {
	rule := rapid.Custom(func(t *rapid.T) iam.Rule {
		e := c.Endpoint(rapid.IntRange(0, c.Len()-1).Draw(t, "endpoint"))
		object, _, _ := strings.Cut(string(e.Permission), ".")
		_, verb, _ := strings.Cut(string(e.Permission), ".")
		var r iam.Rule
		switch rapid.IntRange(0, 6).Draw(t, "form") {
		case 0:
			r.Permission = "*"
		case 1:
			r.Permission = object + ".*"
		case 2:
			r.Permission = "*." + verb
		case 3:
			r.Permission = string(e.Permission)
		case 4:
			r.Path = strings.NewReplacer("{name}", "{id}", "{namespace}", "{ns}").Replace(e.Path)
		default:
			segments := strings.SplitAfter(e.Path, "/")
			r.Path = strings.Join(segments[:rapid.IntRange(1, len(segments)).Draw(t, "segments")], "") + "*"
		}
		if r.Path != "" {
			r.Methods = rapid.SliceOfN(rapid.SampledFrom([]string{"GET", "POST", "DELETE"}), 0, 2).Draw(t, "methods")
		}
		return r
	}).Filter(func(r iam.Rule) bool { return ValidateRule(r) == nil })
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Grant {
		groups := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) iam.APIGroup {
			return iam.APIGroup{Rules: rapid.SliceOfN(rule, 0, 2).Draw(t, "rules")}
		}), 0, 2).Draw(t, "groups")
		scope := rapid.SampledFrom([]iam.Scope{"", "*", "system", "shop", "bank", "group:money", "group:new"}).Draw(t, "scope")
		return Grant{Binding: iam.Binding{Scope: scope}, Role: c.CompileRole(iam.Role{}, groups), Namespaces: members[scope]}
	}), 0, 4).Draw(t, label)
}

// members are the namespaces of the groups of namespaces that are drawn.
var members = map[iam.Scope][]string{"group:money": {"bank", "mint"}, "group:new": nil}

// places are where a call may be tried: "" and "other" stand for the whole
// tenant and for a namespace that does not exist yet.
var places = []string{"", "system", "shop", "bank", "mint", "other"}

func TestEngineAgreesWithReadingTheRules(t *testing.T) {
	c := testCatalog()
	rapid.Check(t, func(t *rapid.T) {
		grants := drawGrants(t, c, "grants")
		p := NewPolicy(c, grants)
		for _, namespace := range slices.Concat(places, []string{"*", "group:money"}) { // the last two are no names, and mean nothing
			for i := range c.Len() {
				want := naive(c.Endpoint(i), grants, namespace)
				if got := p.Allows(i, namespace); got != want {
					t.Fatalf("%s in %q: Allows = %v, the rules say %v", c.Endpoint(i).ID, namespace, got, want)
				}
				e := Explain(c, grants, i, namespace)
				if e.Allowed != want {
					t.Fatalf("%s in %q: Explain = %v, Allows = %v", c.Endpoint(i).ID, namespace, e.Allowed, want)
				}
				if e.Rule != nil && !naiveRule(c.Endpoint(i), *e.Rule) {
					t.Fatalf("%s in %q is not allowed by the rule that Explain names: %v", c.Endpoint(i).ID, namespace, *e.Rule)
				}
				if strings.ContainsAny(namespace, "*:") {
					continue
				}
				one := newSet(c.Len())
				one.add(i)
				if got := p.AllowsIn(iam.Scope(namespace), one); got != want {
					t.Fatalf("%s in %q: AllowsIn = %v, Allows = %v", c.Endpoint(i).ID, namespace, got, want)
				}
			}
		}
	})
}

// tomorrow answers grants with one more namespace in a group.
func tomorrow(grants []Grant, group iam.Scope) []Grant {
	grants = slices.Clone(grants)
	for i, g := range grants {
		if g.Binding.Scope == group {
			grants[i].Namespaces = append(slices.Clone(g.Namespaces), "tomorrow")
		}
	}
	return grants
}

// TestGivingInAGroup: what may be given away in a group of namespaces still
// may when the group has other ones.
func TestGivingInAGroup(t *testing.T) {
	c := testCatalog()
	rapid.Check(t, func(t *rapid.T) {
		mine := drawGrants(t, c, "mine")
		p := NewPolicy(c, mine)
		for group := range members {
			later := NewPolicy(c, tomorrow(mine, group))
			for i := range c.Len() {
				one := newSet(c.Len())
				one.add(i)
				want := later.Allows(i, "tomorrow")
				if got := p.AllowsIn(group, one); got != want {
					t.Fatalf("%s in %s: AllowsIn = %v; in a namespace that it may have tomorrow Allows = %v", c.Endpoint(i).ID, group, got, want)
				}
			}
		}
	})
}

func TestCoversMeansAllowsMore(t *testing.T) {
	c := testCatalog()
	rapid.Check(t, func(t *rapid.T) {
		mine, theirs := drawGrants(t, c, "mine"), drawGrants(t, c, "theirs")
		p, other := NewPolicy(c, mine), NewPolicy(c, theirs)
		want := true
		for _, namespace := range places {
			for i := range c.Len() {
				want = want && (p.Allows(i, namespace) || !other.Allows(i, namespace))
			}
		}
		// A namespace that a group will have tomorrow: its rights are those of
		// the applications, and those that are bound in the group.
		for group := range members {
			p, other := NewPolicy(c, tomorrow(mine, group)), NewPolicy(c, tomorrow(theirs, group))
			for i := range c.Len() {
				want = want && (p.Allows(i, "tomorrow") || !other.Allows(i, "tomorrow"))
			}
		}
		if got := p.Covers(other); got != want {
			t.Fatalf("Covers = %v, comparing every call says %v", got, want)
		}
		if both := NewPolicy(c, append(mine, theirs...)); !both.Covers(p) || !both.Covers(other) {
			t.Fatal("the sum of two policies does not cover both")
		}
	})
}
