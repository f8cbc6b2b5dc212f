package rbac

import (
	"fmt"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// grant binds a permission in a scope.
func grant(c *Catalog, scope iam.Scope, permission string) Grant {
	return Grant{
		Binding: iam.Binding{Scope: scope},
		Role:    c.CompileRole(iam.Role{Name: permission}, []iam.APIGroup{{Rules: []iam.Rule{{Permission: permission}}}}),
	}
}

// inGroup binds a permission in the scope of group 1, which has namespaces.
func inGroup(c *Catalog, permission string, namespaces ...string) Grant {
	g := grant(c, "group:1", permission)
	g.Namespaces = namespaces
	return g
}

func TestScopes(t *testing.T) {
	c := testCatalog()
	i, _ := c.Index("GET", "/v2.1/regions")
	p := map[string]*Policy{}
	for name, scope := range map[string]iam.Scope{"tenant": iam.ScopeTenant, "applications": iam.ScopeApplications, "system": "system", "shop": "shop"} {
		p[name] = NewPolicy(c, []Grant{grant(c, scope, "regions.read")})
	}
	for _, tt := range []struct {
		policy string
		in     map[string]bool // by namespace asked for
	}{
		{"tenant", map[string]bool{"": true, "system": true, "shop": true, "bank": true}},
		{"applications", map[string]bool{"": false, "system": false, "shop": true, "bank": true}},
		{"system", map[string]bool{"": false, "system": true, "shop": false, "bank": false}},
		{"shop", map[string]bool{"": false, "system": false, "shop": true, "bank": false}},
	} {
		for namespace, want := range tt.in {
			if got := p[tt.policy].Allows(i, namespace); got != want {
				t.Errorf("bound in %s: Allows in %q = %v, want %v", tt.policy, namespace, got, want)
			}
		}
	}
}

func TestAllowsAtTheEdges(t *testing.T) {
	c := testCatalog()
	all := NewPolicy(c, []Grant{grant(c, iam.ScopeTenant, "*")})
	none := NewPolicy(c, nil)
	open, _ := c.Index("POST", "/v2.1/auth")
	if !none.Allows(open, "") || !none.Allows(open, "shop") {
		t.Error("an endpoint that needs no right is refused")
	}
	for _, i := range []int{-1, c.Len(), c.Len() + 64, -1 << 62} {
		if all.Allows(i, "") {
			t.Errorf("endpoint %d is not in the catalogue, and allowed", i)
		}
	}
	for i := range c.Len() {
		if i != open && none.Allows(i, "shop") {
			t.Errorf("%s is allowed without any binding", c.Endpoint(i).ID)
		}
	}
}

// Who may give what away: the rule that nobody grants a right they lack.
func TestAllowsIn(t *testing.T) {
	c := testCatalog()
	s := c.WithPermission("regions.read").Union(c.WithPermission("zones.read"))
	for _, tt := range []struct {
		name   string
		grants []Grant
		holds  map[iam.Scope]bool
	}{
		{"nothing", nil, map[iam.Scope]bool{"": false, "*": false, "system": false, "shop": false}},
		{"half", []Grant{grant(c, "", "regions.read")}, map[iam.Scope]bool{"": false, "*": false, "system": false, "shop": false}},
		{"tenant", []Grant{grant(c, "", "*.read")}, map[iam.Scope]bool{"": true, "*": true, "system": true, "shop": true}},
		{"applications", []Grant{grant(c, "*", "*.read")}, map[iam.Scope]bool{"": false, "*": true, "system": false, "shop": true}},
		{"applications and system", []Grant{grant(c, "*", "*.read"), grant(c, "system", "*.read")},
			map[iam.Scope]bool{"": false, "*": true, "system": true, "shop": true}},
		{"one namespace", []Grant{grant(c, "shop", "*.read")}, map[iam.Scope]bool{"": false, "*": false, "system": false, "shop": true}},
		{"halves of three scopes", []Grant{grant(c, "", "regions.read"), grant(c, "*", "zones.read")},
			map[iam.Scope]bool{"": false, "*": true, "system": false, "shop": true}},
		{"a group of namespaces", []Grant{inGroup(c, "*.read", "shop", "bank")},
			map[iam.Scope]bool{"": false, "*": false, "system": false, "shop": true, "bank": true, "mall": false, "group:1": true, "group:2": false}},
		{"each of its namespaces", []Grant{grant(c, "shop", "*.read"), grant(c, "bank", "*.read")},
			map[iam.Scope]bool{"shop": true, "bank": true, "group:1": false}},
		{"the applications, of a group", []Grant{grant(c, "*", "*.read")}, map[iam.Scope]bool{"group:1": true}},
		{"halves of a group and of the applications", []Grant{inGroup(c, "zones.read", "shop"), grant(c, "*", "regions.read")},
			map[iam.Scope]bool{"group:1": true, "shop": true, "bank": false, "*": false}},
		{"tenant half, namespace half", []Grant{grant(c, "", "regions.read"), grant(c, "system", "zones.read")},
			map[iam.Scope]bool{"": false, "*": false, "system": true, "shop": false}},
	} {
		p := NewPolicy(c, tt.grants)
		for scope, want := range tt.holds {
			if got := p.AllowsIn(scope, s); got != want {
				t.Errorf("%s: AllowsIn(%q) = %v, want %v", tt.name, scope, got, want)
			}
		}
	}
}

func TestSharedRolesDoNotChange(t *testing.T) {
	c := testCatalog()
	read, create := grant(c, "shop", "regions.read"), grant(c, "shop", "regions.create")
	before := read.Role.Set.Count()
	NewPolicy(c, []Grant{read, create})
	if got := read.Role.Set.Count(); got != before {
		t.Errorf("a role shared between subjects grew from %d to %d endpoints", before, got)
	}
}

// manyGrants makes n bindings in scopes of all kinds, of ten shared roles.
func manyGrants(c *Catalog, n int) []Grant {
	roles := make([]Grant, 10)
	for i := range roles {
		roles[i] = grant(c, "", []string{"users.*", "*.read", "groups.update", "roles.*", "jobs.read", "*.create", "zones.*", "events.read", "tokens.*", "objects.*"}[i])
	}
	grants := make([]Grant, n)
	for i := range grants {
		grants[i] = roles[i%len(roles)]
		switch i % 100 {
		case 0:
			grants[i].Binding.Scope = iam.ScopeTenant
		case 1:
			grants[i].Binding.Scope = iam.ScopeApplications
		default:
			grants[i].Binding.Scope = iam.Scope(fmt.Sprintf("ns-%d", i/2))
		}
	}
	return grants
}

func TestAllowsDoesNotAllocate(t *testing.T) {
	c := testCatalog()
	p := NewPolicy(c, manyGrants(c, 100_000))
	s := c.WithPermission("objects.delete")
	namespace := fmt.Sprintf("ns-%d", 777)
	if n := testing.AllocsPerRun(1000, func() {
		p.Allows(70, namespace)
		p.Allows(3, "")
		p.AllowsIn("system", s)
	}); n != 0 {
		t.Errorf("a decision allocates %v times, want none", n)
	}
}

func BenchmarkAllows(b *testing.B) {
	c := testCatalog()
	for _, n := range []int{10, 1_000, 100_000} {
		p := NewPolicy(c, manyGrants(c, n))
		namespaces := make([]string, 64)
		for i := range namespaces {
			namespaces[i] = fmt.Sprintf("ns-%d", i*n/128)
		}
		b.Run(fmt.Sprintf("bindings=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				p.Allows(i%c.Len(), namespaces[i%len(namespaces)])
				i++
			}
		})
	}
}

func BenchmarkNewPolicy(b *testing.B) {
	c := testCatalog()
	for _, n := range []int{10, 1_000, 100_000} {
		grants := manyGrants(c, n)
		b.Run(fmt.Sprintf("bindings=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewPolicy(c, grants)
			}
		})
	}
}
