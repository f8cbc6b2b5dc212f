package rbac

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Role is a role with what it allows. It is compiled once for a tenant and
// shared by everybody to whom it is bound.
type Role struct {
	iam.Role
	Groups []iam.APIGroup // those of the role, for Explain
	Set    Set
}

// CompileRole compiles a role from its API groups.
func (c *Catalog) CompileRole(r iam.Role, groups []iam.APIGroup) *Role {
	compiled := &Role{Role: r, Groups: groups}
	for _, g := range groups {
		compiled.Set = compiled.Set.Union(c.Compile(g.Rules))
	}
	return compiled
}

// Active answers those of the grants whose role is not disabled.
func Active(grants []Grant) []Grant {
	disabled := func(g Grant) bool { return g.Role.Disabled }
	if !slices.ContainsFunc(grants, disabled) {
		return grants
	}
	return slices.DeleteFunc(slices.Clone(grants), disabled)
}

// Grant is a binding that holds for a subject, together with what it binds.
type Grant struct {
	Binding iam.Binding
	// Group is the group through which the subject has the binding. It is
	// zero when the binding names the subject itself.
	Group iam.Ref[iam.GroupID]
	Role  *Role
	// NamespaceGroup is the group of namespaces that is the binding's scope,
	// and Namespaces are those in it, by name. Both are zero for other scopes.
	NamespaceGroup iam.Ref[iam.NamespaceGroupID]
	Namespaces     []string
}

// Policy is everything that one subject may do in one tenant.
type Policy struct {
	tenant       Set // everywhere
	applications Set // in every namespace but "system"
	namespaces   map[string]Set
	groups       map[iam.NamespaceGroupID]Set // whatever namespaces they have
}

// NewPolicy adds up grants. The policy keeps no reference to them.
func NewPolicy(c *Catalog, grants []Grant) *Policy {
	p := &Policy{tenant: c.open, namespaces: make(map[string]Set), groups: make(map[iam.NamespaceGroupID]Set)}
	for _, g := range grants {
		switch s := g.Binding.Scope; s {
		case iam.ScopeTenant:
			p.tenant = p.tenant.Union(g.Role.Set)
		case iam.ScopeApplications:
			p.applications = p.applications.Union(g.Role.Set)
		default:
			if id, ok := s.NamespaceGroup(); ok {
				p.groups[id] = p.groups[id].Union(g.Role.Set)
			}
			for _, namespace := range g.Named() {
				p.namespaces[namespace] = p.namespaces[namespace].Union(g.Role.Set)
			}
		}
	}
	return p
}

// Named answers the namespaces that the scope of a grant names, by itself or
// as a group of them. It is none where the scope is the tenant or applications.
func (g Grant) Named() []string {
	if name, ok := g.Binding.Scope.Namespace(); ok {
		return []string{name}
	}
	return g.Namespaces
}

// inApplications reports whether rights in the applications hold in a scope.
func inApplications(s iam.Scope) bool { return s != iam.ScopeTenant && s != iam.NamespaceSystem }

// Allows reports whether the subject may call an endpoint in a namespace. The
// empty namespace is for operations outside of all namespaces. An endpoint
// that needs no right is always allowed, one that is not in the catalogue
// never. Its cost does not depend on the number of bindings, and it allocates
// nothing.
func (p *Policy) Allows(endpoint int, namespace string) bool {
	return p.tenant.Has(endpoint) ||
		inApplications(iam.Scope(namespace)) && p.applications.Has(endpoint) ||
		p.namespaces[namespace].Has(endpoint)
}

// AllowsIn reports whether the subject holds every right of s in the whole of
// a scope, which is what it takes to give them away there: in the whole tenant
// only rights in the whole tenant count, in the applications also those in the
// applications, in a namespace all that hold in it, and in a group of
// namespaces those in the very same group: rights in each of today's are not
// rights in those that it may have tomorrow.
func (p *Policy) AllowsIn(scope iam.Scope, s Set) bool {
	var applications Set
	if inApplications(scope) {
		applications = p.applications
	}
	named := p.namespaces[string(scope)]
	if id, ok := scope.NamespaceGroup(); ok {
		named = p.groups[id]
	}
	for i, w := range s.words {
		if w&^(p.tenant.word(i)|applications.word(i)|named.word(i)) != 0 {
			return false
		}
	}
	return true
}

// Covers reports whether the subject holds everything that another does, in
// every scope. Rights in each of today's namespaces are not rights in the
// applications: there may be another namespace tomorrow.
func (p *Policy) Covers(other *Policy) bool {
	if !p.AllowsIn(iam.ScopeTenant, other.tenant) || !p.AllowsIn(iam.ScopeApplications, other.applications) {
		return false
	}
	for namespace, s := range other.namespaces {
		if !p.AllowsIn(iam.Scope(namespace), s) {
			return false
		}
	}
	for id, s := range other.groups {
		if !p.AllowsIn(iam.GroupScope(id), s) {
			return false
		}
	}
	return true
}

// Within reports whether everything that the subject may do, in whatever scope,
// is in a set or needs no right.
func (p *Policy) Within(c *Catalog, s Set) bool {
	s = s.Union(c.open)
	if !s.Covers(p.tenant) || !s.Covers(p.applications) {
		return false
	}
	for _, named := range p.namespaces {
		if !s.Covers(named) {
			return false
		}
	}
	for _, grouped := range p.groups {
		if !s.Covers(grouped) {
			return false
		}
	}
	return true
}
