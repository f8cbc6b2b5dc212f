package app_test

import (
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What follows says who may do what in which tenant, out of what the test has
// done and without looking at the program: see TestRelations.

// place is a tenant.
type place struct {
	tenant   iam.Tenant
	parent   *place // nil: it is at the top
	disabled bool   // by itself
	gone     bool
	groups   []*circle
	managers []*manager
	manager  *manager // of the parent's, that of this tenant
	managed  []*half  // tenants that this one manages
	allowed  []*half  // tenants that this one lets manage it
	support  supportAccess
	withheld bool    // the plan withholds objects.*
	watch    *person // an administrator who changes nothing, and whom nothing changes
}

// circle is a group.
type circle struct {
	name    string
	members []*person
	grants  []grant
}

// grant is a role in a namespace, "*" for all but "system", or "" for the
// whole tenant.
type grant struct{ role, namespace string }

// manager is a child_tenant_manager.
type manager struct {
	name     string
	assigned []assigned
	owner    *circle // nil: none
	disabled bool
}

// assigned gives the members of a group what groups of a name have elsewhere.
type assigned struct {
	group  *circle
	theirs []string
}

// half is a managed_tenant, with assignments, or an allowed_tenant, with groups
// of its own tenant.
type half struct {
	name     string // of the object
	other    *place
	disabled bool
	assigned []assigned
	groups   []*circle
}

type supportAccess struct {
	mode     iam.SupportMode // iam.SupportNamespaces: of "shared"
	disabled bool
}

// person is a user with a token.
type person struct {
	home     *place
	user     iam.User
	token    string
	grants   []grant // bound to themselves
	disabled bool
}

// So rapid tells what was drawn.

func (p *place) GoString() string   { return p.tenant.Code }
func (u *person) GoString() string  { return u.user.Username }
func (g *circle) GoString() string  { return g.name }
func (m *manager) GoString() string { return m.name }

func (p *place) active() bool {
	return p == nil || !p.gone && !p.disabled && p.parent.active()
}

// above lists the tenants above one, the nearest first.
func (p *place) above() (all []*place) {
	for a := p.parent; a != nil; a = a.parent {
		all = append(all, a)
	}
	return all
}

func (p *place) group(name string) *circle {
	for _, g := range p.groups {
		if strings.EqualFold(g.name, name) {
			return g
		}
	}
	return nil
}

// groupsNamed answers those of the names that there are.
func (p *place) groupsNamed(names []string) (found []*circle) {
	for _, name := range names {
		if g := p.group(name); g != nil && !slices.Contains(found, g) {
			found = append(found, g)
		}
	}
	return found
}

func halfTo(halves []*half, other *place) *half {
	for _, h := range halves {
		if h.other == other {
			return h
		}
	}
	return nil
}

// rights is a set: bit i*len(where)+j is the right asked[i] where[j].
type rights uint64

// what and where are the rights that the test looks at. One in the whole tenant
// is one everywhere; "others" are the namespaces of tomorrow.
var (
	what = []iam.Permission{iam.ObjectsRead, iam.ObjectsCreate, iam.UsersRead, iam.UsersUpdate, iam.GroupsRead, iam.GroupsUpdate,
		iam.RolesUpdate, iam.TenantsRead, iam.TenantsUpdate, iam.TenantsDelete, iam.DelegationsRead, iam.DelegationsUpdate, iam.SettingsRead}
	where = []string{"", iam.NamespaceSystem, iam.NamespaceShared, "others"}
)

const everything = rights(1)<<(13*4) - 1

func right(p iam.Permission, namespace string) rights {
	return 1 << (slices.Index(what, p)*len(where) + slices.Index(where, namespace))
}

func (r rights) String() string {
	var all []string
	for _, p := range what {
		for _, n := range where {
			if r&right(p, n) != 0 {
				all = append(all, string(p)+" in "+n)
			}
		}
	}
	return strings.Join(all, ", ")
}

// patterns repeats what the roles give that the test binds.
var patterns = map[string][]string{
	access.RoleF5Admin: {"*"}, access.RoleF5Monitor: {"*.read"}, access.RoleF5Developer: {"objects.*", "namespaces.read"},
	access.RoleF5UserAdmin: {"users.*", "groups.*", "roles.*", "namespaces.read", "settings.read"},
	clerk:                  {"users.*", "groups.*", "tenants.*", "delegations.*"},
}

// clerk is a role of the test's own, with all that its moves need. It is not
// everything, and so not enough to hand out what other tenants give.
const clerk = "clerk"

// gives reports whether the role has a right, wherever it is bound.
func (g grant) gives(p iam.Permission) bool {
	object, verb, _ := strings.Cut(string(p), ".")
	return slices.ContainsFunc(patterns[g.role], func(pattern string) bool {
		return pattern == "*" || pattern == string(p) || pattern == object+".*" || pattern == "*."+verb
	})
}

func (g grant) rights() (r rights) {
	for _, p := range what {
		for _, n := range where {
			if g.gives(p) && (g.namespace == "" || g.namespace == n || g.namespace == "*" && (n == iam.NamespaceShared || n == "others")) {
				r |= right(p, n)
			}
		}
	}
	return r
}

func rightsOf(grants []grant) (r rights) {
	for _, g := range grants {
		r |= g.rights()
	}
	return r
}

func groupRights(groups []*circle) (r rights) {
	for _, g := range groups {
		r |= rightsOf(g.grants)
	}
	return r
}

// bound are somebody's rights at home.
func (u *person) bound() rights {
	return rightsOf(u.grants) | groupRights(u.memberOf())
}

func (u *person) memberOf() (groups []*circle) {
	for _, g := range u.home.groups {
		if slices.Contains(g.members, u) {
			groups = append(groups, g)
		}
	}
	return groups
}

// world is everything that is there.
type world struct {
	places  []*place // parents before children
	people  []*person
	support *place // the support tenant
}

// reach answers how somebody gets into a tenant, and what they may do there.
// Whatever the states counts every relation that they could come by, in
// whatever state everything is.
func (w *world) reach(u *person, in *place, whatever bool) (r rights, by iam.Reach, ok bool) {
	if !whatever && (u.disabled || !u.home.active() || !in.active()) {
		return 0, "", false
	}
	if u.home == in {
		return u.bound(), iam.ReachHome, true
	}
	for _, way := range []struct {
		by     iam.Reach
		groups func() ([]*circle, rights)
	}{
		{iam.ReachTree, func() ([]*circle, rights) { return tree(u, in, whatever) }},
		{iam.ReachDelegation, func() ([]*circle, rights) { return delegated(u, in, whatever), 0 }},
		{iam.ReachSupport, func() ([]*circle, rights) { return nil, w.supported(u, in) }},
	} {
		groups, more := way.groups()
		if len(groups) == 0 && more == 0 {
			continue
		}
		r |= groupRights(groups) | more
		if !ok {
			by, ok = way.by, true
		}
		if !whatever {
			break
		}
	}
	return r, by, ok
}

// tree walks down from somebody's home, one tenant after the other.
func tree(u *person, in *place, whatever bool) (groups []*circle, r rights) {
	path := append([]*place{in}, in.above()...)
	from := slices.Index(path, u.home)
	if from < 0 {
		return nil, 0
	}
	groups = u.memberOf()
	owner := false
	for i := from - 1; i >= 0; i-- {
		m := path[i].manager
		if m == nil || m.disabled && !whatever {
			return nil, 0
		}
		var names []string
		for _, a := range m.assigned {
			if owner || slices.Contains(groups, a.group) {
				names = append(names, a.theirs...)
			}
		}
		owner = m.owner != nil && (owner || slices.Contains(groups, m.owner))
		groups = path[i].groupsNamed(names)
	}
	if owner {
		r = everything
	}
	return groups, r
}

// delegated are the groups of a tenant that its two halves with somebody's home
// give them.
func delegated(u *person, in *place, whatever bool) (groups []*circle) {
	m, a := halfTo(u.home.managed, in), halfTo(in.allowed, u.home)
	if m == nil || a == nil || (m.disabled || a.disabled) && !whatever {
		return nil
	}
	var names []string
	for _, as := range m.assigned {
		if slices.Contains(u.memberOf(), as.group) {
			names = append(names, as.theirs...)
		}
	}
	return slices.DeleteFunc(in.groupsNamed(names), func(g *circle) bool { return !slices.Contains(a.groups, g) })
}

// supported are the rights that support has in a tenant. Who lets it in once more
// says anew how far, so that what was said of it before counts for nothing.
func (w *world) supported(u *person, in *place) rights {
	if u.home != w.support || u.bound()&right(iam.TenantsUpdate, "") == 0 || in.support.disabled {
		return 0
	}
	switch in.support.mode {
	case iam.SupportRead:
		return grant{access.RoleF5Monitor, ""}.rights()
	case iam.SupportWrite:
		return grant{access.RoleF5Admin, ""}.rights()
	case iam.SupportNamespaces:
		return grant{access.RoleF5Admin, iam.NamespaceShared}.rights()
	}
	return 0
}

// state is that of the delegation of a tenant to another.
func state(to, of *place) iam.RelationState {
	m, a := halfTo(to.managed, of), halfTo(of.allowed, to)
	switch {
	case to.gone || of.gone:
		return iam.RelationUnknown
	case m == nil || a == nil:
		return iam.RelationPending
	case !of.active() || a.disabled:
		return iam.RelationManagedDisabled
	case !to.active() || m.disabled:
		return iam.RelationManagerDisabled
	}
	return iam.RelationActive
}

// looksAfter reports whether a tenant has a relation to another by which it
// hands out what its people may do there.
func (p *place) looksAfter(in *place) bool {
	return slices.Contains(in.above(), p) || halfTo(p.managed, in) != nil
}
