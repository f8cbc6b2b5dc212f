package rbac

import "github.com/gatehouse-id/gatehouse/internal/iam"

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

// Grant is a binding that holds for a subject, together with what it binds.
type Grant struct {
	Binding iam.Binding
	// Group is the group through which the subject has the binding. It is
	// zero when the binding names the subject itself.
	Group iam.Ref[iam.GroupID]
	Role  *Role
}

// Policy is everything that one subject may do in one tenant.
type Policy struct {
	tenant       Set // everywhere
	applications Set // in every namespace but "system"
	namespaces   map[string]Set
}

// NewPolicy adds up grants. The policy keeps no reference to them.
func NewPolicy(c *Catalog, grants []Grant) *Policy {
	p := &Policy{tenant: c.open, namespaces: make(map[string]Set)}
	for _, g := range grants {
		switch s := g.Binding.Scope; s {
		case iam.ScopeTenant:
			p.tenant = p.tenant.Union(g.Role.Set)
		case iam.ScopeApplications:
			p.applications = p.applications.Union(g.Role.Set)
		default:
			p.namespaces[string(s)] = p.namespaces[string(s)].Union(g.Role.Set)
		}
	}
	return p
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
// applications, and in a namespace all that hold in it.
func (p *Policy) AllowsIn(scope iam.Scope, s Set) bool {
	var applications Set
	if inApplications(scope) {
		applications = p.applications
	}
	named := p.namespaces[string(scope)]
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
	return true
}
