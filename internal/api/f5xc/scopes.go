package f5xc

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// places are the namespaces of a tenant, and what is in its groups of them.
type places struct {
	namespaces map[string]bool
	groups     map[iam.NamespaceGroupID][]string
}

// places answers those of the actor's tenant.
func (d *dialect) places(ctx context.Context, by iam.Actor) (places, error) {
	namespaces, err := d.Tenancy.Namespaces(ctx, by)
	if err != nil {
		return places{}, err
	}
	groups, err := d.Tenancy.NamespaceGroups(ctx, by)
	if err != nil {
		return places{}, err
	}
	p := places{make(map[string]bool, len(namespaces)), make(map[iam.NamespaceGroupID][]string, len(groups))}
	for _, n := range namespaces {
		p.namespaces[n.Name] = true
	}
	for _, g := range groups {
		for _, n := range g.Namespaces {
			p.groups[g.ID] = append(p.groups[g.ID], n.Name)
		}
	}
	return p, nil
}

// rolesShown answers roles in scopes as the vendor has them, by namespace and
// role.
func (d *dialect) rolesShown(ctx context.Context, by iam.Actor, roles []iam.RoleIn) ([]namespaceRole, error) {
	if len(roles) == 0 {
		return []namespaceRole{}, nil
	}
	p, err := d.places(ctx, by)
	if err != nil {
		return nil, err
	}
	return p.shown(roles), nil
}

// scopesOf answers what a list of roles in namespaces, namespace_roles, means to
// somebody who has had old until now, as all of their roles in scopes. Invalid:
// an entry is given twice, or names what is not there.
func (d *dialect) scopesOf(ctx context.Context, by iam.Actor, entries []namespaceRole, old []iam.RoleIn) ([]directory.ScopedRole, error) {
	return d.rescoped(ctx, by, entries, old, places.written)
}

// scopesWith is scopesOf for a list that is added to what there was.
func (d *dialect) scopesWith(ctx context.Context, by iam.Actor, entries []namespaceRole, old []iam.RoleIn) ([]directory.ScopedRole, error) {
	return d.rescoped(ctx, by, entries, old, places.with)
}

// scopesWithout is scopesOf for a list that is taken from what there was.
func (d *dialect) scopesWithout(ctx context.Context, by iam.Actor, entries []namespaceRole, old []iam.RoleIn) ([]directory.ScopedRole, error) {
	return d.rescoped(ctx, by, entries, old, places.without)
}

// rescoped reads a list and answers what change makes of it.
func (d *dialect) rescoped(ctx context.Context, by iam.Actor, entries []namespaceRole, old []iam.RoleIn,
	change func(places, map[string]*asked, []iam.RoleIn) []directory.ScopedRole) ([]directory.ScopedRole, error) {
	p, err := d.places(ctx, by)
	if err != nil {
		return nil, err
	}
	byHandle, err := p.read(entries, old, func(name string) (iam.Role, error) { return d.roleNamed(ctx, by, name) })
	if err != nil {
		return nil, err
	}
	return change(p, byHandle, old), nil
}

// roleNamed answers a role by its name, or else by its handle. NotFound.
func (d *dialect) roleNamed(ctx context.Context, by iam.Actor, name string) (iam.Role, error) {
	r, err := d.Access.Role(ctx, by, access.RoleKey{Name: name})
	if iam.Is(err, iam.NotFound) && name != "" {
		r, err = d.Access.Role(ctx, by, access.RoleKey{Handle: name})
	}
	return r, err
}

// names are the namespaces by which the vendor tells of a scope: the whole
// tenant is the one of its own and all the others.
func (p places) names(s iam.Scope) []string {
	if id, ok := s.NamespaceGroup(); ok {
		return p.groups[id]
	}
	if s == iam.ScopeTenant {
		return []string{iam.NamespaceSystem, string(iam.ScopeApplications)}
	}
	return []string{string(s)}
}

// shown is what rolesShown answers.
func (p places) shown(roles []iam.RoleIn) []namespaceRole {
	entries := make([]namespaceRole, 0, len(roles)+1)
	for _, r := range roles {
		for _, n := range p.names(r.Scope) {
			entries = append(entries, namespaceRole{Namespace: n, Role: r.Role.Name})
		}
	}
	slices.SortFunc(entries, func(a, b namespaceRole) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Role, b.Role))
	})
	return slices.Compact(entries)
}

// asked are the namespaces in which a list has one role, and those of them in
// which the role is bound already.
type asked struct {
	handle              string
	namespaces, covered map[string]bool
	// whole is set when the list says by itself that it means the whole tenant.
	whole bool
}

// all reports whether all of the names are asked for.
func (a *asked) all(names []string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return !a.namespaces[n] })
}

// read checks a list and answers what it asks for, by the handles of its roles
// and of those of old. A role that old has is known by the name under which it
// was shown, any other by role.
func (p places) read(entries []namespaceRole, old []iam.RoleIn, role func(name string) (iam.Role, error)) (map[string]*asked, error) {
	byName, byHandle := map[string]*asked{}, map[string]*asked{}
	learn := func(name, handle string) *asked {
		if byHandle[handle] == nil {
			byHandle[handle] = &asked{handle: handle, namespaces: map[string]bool{}, covered: map[string]bool{}}
		}
		byName[iam.Fold(name)] = byHandle[handle]
		return byHandle[handle]
	}
	for _, o := range old {
		learn(o.Role.Name, o.Role.Handle)
	}
	var c iam.Checker
	refuse := func(i int, member, should, got string) {
		field := fmt.Sprintf("namespace_roles[%d].%s", i, member)
		c.Add(field, iam.ReasonFormat, "Field %s should be %s, got %q in request.", field, should, iam.Cut(got, 64))
	}
	for i, e := range entries {
		a, ok := byName[iam.Fold(e.Role)]
		if !ok {
			r, err := role(e.Role)
			if iam.Is(err, iam.NotFound) {
				refuse(i, "role", "the name of a role", e.Role)
				continue
			}
			if err != nil {
				return nil, err
			}
			a = learn(e.Role, r.Handle)
		}
		switch {
		case e.Namespace != string(iam.ScopeApplications) && !p.namespaces[e.Namespace]:
			refuse(i, "namespace", `the name of a namespace or "*"`, e.Namespace)
		case a.namespaces[e.Namespace]:
			refuse(i, "role", "another one in a namespace that has been named for it", e.Role)
		default:
			a.namespaces[e.Namespace] = true
		}
	}
	for _, a := range byHandle {
		a.whole = a.all(p.names(iam.ScopeTenant))
	}
	return byHandle, c.Err()
}

// written answers the scopes in which those who have had old are to have just
// what is asked. What is bound already, and whose every entry is asked for,
// stays as it is, so that reading, changing and writing back touches nothing
// but what was changed; only what that leaves uncovered is bound anew.
func (p places) written(byHandle map[string]*asked, old []iam.RoleIn) []directory.ScopedRole {
	scoped := map[directory.ScopedRole]bool{}
	for _, o := range old {
		a := byHandle[o.Role.Handle]
		// A group without namespaces is not shown, so that nobody can have
		// left it out: it stays too.
		if names := p.names(o.Scope); a.all(names) {
			scoped[directory.ScopedRole{Role: a.handle, Scope: o.Scope}] = true
			for _, n := range names {
				a.covered[n] = true
			}
		}
	}
	for _, a := range byHandle {
		in := func(s iam.Scope) directory.ScopedRole { return directory.ScopedRole{Role: a.handle, Scope: s} }
		if a.whole && !(a.covered[iam.NamespaceSystem] && a.covered[string(iam.ScopeApplications)]) {
			scoped[in(iam.ScopeTenant)] = true
			for _, n := range p.names(iam.ScopeTenant) {
				delete(scoped, in(iam.Scope(n)))
				a.covered[n] = true
			}
		}
		for n := range a.namespaces {
			if !a.covered[n] {
				scoped[in(iam.Scope(n))] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(scoped), func(a, b directory.ScopedRole) int {
		return cmp.Or(strings.Compare(a.Role, b.Role), strings.Compare(string(a.Scope), string(b.Scope)))
	})
}

// with answers the scopes of those who have had old and get what is asked too.
func (p places) with(byHandle map[string]*asked, old []iam.RoleIn) []directory.ScopedRole {
	for _, o := range old {
		for _, n := range p.names(o.Scope) {
			byHandle[o.Role.Handle].namespaces[n] = true
		}
	}
	return p.written(byHandle, old)
}

// without answers the scopes of those who have had old and lose what is asked.
func (p places) without(byHandle map[string]*asked, old []iam.RoleIn) []directory.ScopedRole {
	left := map[string]*asked{}
	for handle := range byHandle {
		left[handle] = &asked{handle: handle, namespaces: map[string]bool{}, covered: map[string]bool{}}
	}
	for _, o := range old {
		handle := o.Role.Handle
		for _, n := range p.names(o.Scope) {
			if !byHandle[handle].namespaces[n] {
				left[handle].namespaces[n] = true
			}
		}
	}
	return p.written(left, old)
}
