package storagetest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (f *fixture) aNamespace(name string) iam.Namespace {
	now := f.env.Time()
	return iam.Namespace{ID: iam.NamespaceID(f.env.NewID()), Name: name, Description: "For a test", Labels: map[string]string{"tier": "front"},
		Annotations: map[string]string{"note": "x"}, Advertise: "Enable", CreatedBy: "someone", Created: now, Updated: now, Version: 1}
}

func (f *fixture) newNamespace(name string) iam.Namespace {
	f.Helper()
	n := f.aNamespace(name)
	f.ok(f.store.InsertNamespace(f.ctx(), f.tenant.ID, n))
	return n
}

func (f *fixture) aNamespaceGroup(name string, of ...iam.Namespace) iam.NamespaceGroup {
	now := f.env.Time()
	g := iam.NamespaceGroup{ID: iam.NamespaceGroupID(f.env.NewID()), Name: name, Attributes: map[string]string{"a": "b"},
		CreatedBy: "someone", UpdatedBy: "someone else", Created: now, Updated: now, Version: 1}
	for _, n := range of {
		g.Namespaces = append(g.Namespaces, namespaceRef(n))
	}
	return g
}

func (f *fixture) newNamespaceGroup(name string, of ...iam.Namespace) iam.NamespaceGroup {
	f.Helper()
	g := f.aNamespaceGroup(name, of...)
	f.ok(f.store.InsertNamespaceGroup(f.ctx(), f.tenant.ID, g))
	return g
}

func namespaceRef(n iam.Namespace) iam.Ref[iam.NamespaceID] {
	return iam.Ref[iam.NamespaceID]{ID: n.ID, Name: n.Name, Handle: n.Name}
}

func testNamespaces(f *fixture) {
	want := f.aNamespace("shop")
	e := f.event("namespace", "create")
	f.bumps(false, func() { f.ok(f.store.InsertNamespace(f.ctx(), f.tenant.ID, want, e)) })
	f.logged(e)
	f.fails(f.store.InsertNamespace(f.ctx(), f.tenant.ID, f.aNamespace("shop")), iam.Exists)
	f.fails(f.store.InsertNamespace(f.ctx(), iam.TenantID(f.env.NewID()), f.aNamespace("shop")), iam.NotFound)
	got, err := f.store.Namespace(f.ctx(), f.tenant.ID, "shop")
	f.ok(err)
	same(f, got, want)
	for _, name := range []string{"", "Shop", "bank", "sh\x00op"} {
		_, err := f.store.Namespace(f.ctx(), f.tenant.ID, name)
		f.fails(err, iam.NotFound)
	}
	f.newNamespace("bank")
	all, err := f.store.Namespaces(f.ctx(), f.tenant.ID)
	f.ok(err)
	var names []string
	for _, n := range all {
		names = append(names, n.Name)
	}
	same(f, names, []string{"bank", "default", "shared", "shop", "system"})

	change := want
	change.Name, change.Description, change.Updated = "renamed", "", f.env.Time()
	change.Labels, change.Annotations, change.Disabled, change.Advertise = nil, map[string]string{"a": ""}, true, "Disable"
	ignored := change
	ignored.CreatedBy, ignored.Created = "another", f.env.Time()
	e = f.event("namespace", "update")
	f.bumps(false, func() { f.ok(f.store.UpdateNamespace(f.ctx(), f.tenant.ID, ignored, e)) })
	f.logged(e)
	f.fails(f.store.UpdateNamespace(f.ctx(), f.tenant.ID, change), iam.Conflict)
	change.Name, change.Version = "shop", 2 // the name is for life
	got, err = f.store.Namespace(f.ctx(), f.tenant.ID, "shop")
	f.ok(err)
	same(f, got, change)
	for _, id := range []iam.NamespaceID{"no id", iam.NamespaceID(f.env.NewID())} {
		change.ID = id
		f.fails(f.store.UpdateNamespace(f.ctx(), f.tenant.ID, change), iam.NotFound)
		f.fails(f.store.DeleteNamespace(f.ctx(), f.tenant.ID, id), iam.NotFound)
	}
}

// testNamespaceCount: the count is kept by whatever makes and removes
// namespaces, and is not another tenant's.
func testNamespaceCount(f *fixture) {
	count := func(want int) {
		f.Helper()
		n, err := f.store.CountNamespaces(f.ctx(), f.tenant.ID)
		f.ok(err)
		same(f, n, want)
	}
	count(len(iam.BuiltinNamespaces()))
	var made []iam.Namespace
	for i := range 20 {
		made = append(made, f.newNamespace(fmt.Sprint("n", i)))
		f.fails(f.store.InsertNamespace(f.ctx(), f.tenant.ID, f.aNamespace("shared")), iam.Exists)
		count(len(iam.BuiltinNamespaces()) + i + 1)
	}
	for _, n := range made {
		f.ok(f.store.DeleteNamespace(f.ctx(), f.tenant.ID, n.ID))
		f.fails(f.store.DeleteNamespace(f.ctx(), f.tenant.ID, n.ID), iam.NotFound)
	}
	count(len(iam.BuiltinNamespaces()))
	n, err := f.store.CountNamespaces(f.ctx(), iam.TenantID(f.env.NewID()))
	f.ok(err)
	same(f, n, 0)
	_, err = f.store.CountNamespaces(f.ctx(), "no id")
	f.fails(err, iam.NotFound)
}

// testDeleteNamespace: with a namespace its bindings go, and its places in
// groups; one made later under the same name has none of them.
func testDeleteNamespace(f *fixture) {
	u, r := f.newUser("kim"), f.newRole("r")
	shop, bank := f.newNamespace("shop"), f.newNamespace("bank")
	g := f.newNamespaceGroup("retail", shop, bank)
	f.newBinding(iam.Binding{User: u.ID, Role: r.ID, Scope: "shop"})
	kept := f.newBinding(iam.Binding{User: u.ID, Role: r.ID, Scope: "bank"})
	through := f.newBinding(iam.Binding{User: u.ID, Role: r.ID, Scope: iam.GroupScope(g.ID)})

	e := f.event("namespace", "delete")
	f.bumps(true, func() { f.ok(f.store.DeleteNamespace(f.ctx(), f.tenant.ID, shop.ID, e)) })
	f.logged(e)
	f.fails(f.store.DeleteNamespace(f.ctx(), f.tenant.ID, shop.ID), iam.NotFound)
	f.newNamespace("shop")
	f.holds(u, access.Holding{Binding: kept}, access.Holding{Binding: through, NamespaceGroup: "retail", Namespaces: []string{"bank"}})
}

func testNamespaceGroups(f *fixture) {
	shop, bank, mall := f.newNamespace("shop"), f.newNamespace("bank"), f.newNamespace("mall")
	want := f.aNamespaceGroup("Retail", bank, shop)
	e := f.event("namespace-group", "create")
	f.bumps(false, func() { f.ok(f.store.InsertNamespaceGroup(f.ctx(), f.tenant.ID, want, e)) })
	f.logged(e)
	empty := f.newNamespaceGroup("empty")
	f.fails(f.store.InsertNamespaceGroup(f.ctx(), f.tenant.ID, f.aNamespaceGroup("RETAIL")), iam.Exists)
	f.fails(f.store.InsertNamespaceGroup(f.ctx(), iam.TenantID(f.env.NewID()), f.aNamespaceGroup("x")), iam.NotFound)
	for _, n := range []iam.Namespace{f.aNamespace("gone"), {ID: "no id"}} {
		f.fails(f.store.InsertNamespaceGroup(f.ctx(), f.tenant.ID, f.aNamespaceGroup("x", shop, n)), iam.NotFound)
	}
	got, err := f.store.NamespaceGroup(f.ctx(), f.tenant.ID, want.ID)
	f.ok(err)
	same(f, got, want)
	all, err := f.store.NamespaceGroups(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, all, []iam.NamespaceGroup{empty, want})

	change := want
	change.Name, change.Attributes, change.UpdatedBy, change.Updated = "New", nil, "third", f.env.Time()
	change.Namespaces = []iam.Ref[iam.NamespaceID]{namespaceRef(mall), namespaceRef(shop)}
	e = f.event("namespace-group", "update")
	f.bumps(true, func() { f.ok(f.store.UpdateNamespaceGroup(f.ctx(), f.tenant.ID, change, e)) })
	f.logged(e)
	change.Version++
	got, err = f.store.NamespaceGroup(f.ctx(), f.tenant.ID, want.ID)
	f.ok(err)
	same(f, got, change)

	before := f.rowsOf(f.tenant.ID)
	taken, lost, gone, odd := change, change, change, change
	taken.Name = "Empty"
	lost.Namespaces = []iam.Ref[iam.NamespaceID]{namespaceRef(bank), namespaceRef(f.aNamespace("lost"))}
	gone.ID, odd.ID = iam.NamespaceGroupID(f.env.NewID()), "no id"
	for _, c := range []struct {
		kind iam.Kind
		g    iam.NamespaceGroup
	}{{iam.Conflict, want}, {iam.Exists, taken}, {iam.NotFound, lost}, {iam.NotFound, gone}, {iam.NotFound, odd}} {
		f.bumps(false, func() { f.fails(f.store.UpdateNamespaceGroup(f.ctx(), f.tenant.ID, c.g), c.kind) })
	}
	for _, id := range []iam.NamespaceGroupID{gone.ID, odd.ID} {
		_, err = f.store.NamespaceGroup(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
		f.fails(f.store.DeleteNamespaceGroup(f.ctx(), f.tenant.ID, id), iam.NotFound)
		none, err := f.store.ScopeBindings(f.ctx(), f.tenant.ID, iam.GroupScope(id))
		f.ok(err)
		same(f, none, nil)
	}
	same(f, f.rowsOf(f.tenant.ID), before)

	u, r := f.newUser("kim"), f.newRole("r")
	b := f.newBinding(iam.Binding{User: u.ID, Role: r.ID, Scope: iam.GroupScope(want.ID)})
	other := f.newBinding(iam.Binding{User: u.ID, Role: r.ID, Scope: iam.GroupScope(empty.ID)})
	inShop := f.newBinding(iam.Binding{User: u.ID, Role: r.ID, Scope: "shop"})
	for s, want := range map[iam.Scope][]iam.Binding{b.Scope: {b}, other.Scope: {other}, "shop": {inShop}, "bank": nil, "nowhere": nil} {
		bs, err := f.store.ScopeBindings(f.ctx(), f.tenant.ID, s)
		f.ok(err)
		same(f, bs, want)
	}
	e = f.event("namespace-group", "delete")
	f.bumps(true, func() { f.ok(f.store.DeleteNamespaceGroup(f.ctx(), f.tenant.ID, want.ID, e)) })
	f.logged(e)
	f.holds(u, access.Holding{Binding: other, NamespaceGroup: "empty"}, access.Holding{Binding: inShop})
	if n := len(f.rowsOf(f.tenant.ID)["namespaces"]); n != 6 {
		f.Errorf("there are %d namespaces; those of a group stay", n)
	}
}

// holds wants the holdings of a user, in the order in which they were bound.
func (f *fixture) holds(u iam.User, want ...access.Holding) {
	f.Helper()
	got, err := f.store.Holdings(f.ctx(), f.tenant.ID, u.ID, false)
	f.ok(err)
	slices.SortFunc(got, func(a, b access.Holding) int { return cmp.Compare(a.Binding.ID, b.Binding.ID) })
	same(f, got, want)
}

// testNamespaceHoldings: a binding in the scope of a group comes with the
// namespaces that the group has now, whether it is the user's own or not.
func testNamespaceHoldings(f *fixture) {
	shop, bank, odd := f.newNamespace("shop"), f.newNamespace("bank"), f.newNamespace("x")
	g, team, r := f.newNamespaceGroup("소매", shop, bank), f.newGroup("Team"), f.newRole("r")
	f.newNamespaceGroup("others", odd)
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("kim"), Groups: &[]iam.GroupID{team.ID}})
	f.ok(err)
	own := access.Holding{Binding: f.newBinding(iam.Binding{User: u.ID, Role: r.ID, Scope: iam.GroupScope(g.ID)}),
		NamespaceGroup: "소매", Namespaces: []string{"bank", "shop"}}
	through := own
	through.Binding, through.GroupName = f.newBinding(iam.Binding{Group: team.ID, Role: r.ID, Scope: iam.GroupScope(g.ID)}), "Team"
	plain := access.Holding{Binding: f.newBinding(iam.Binding{User: u.ID, Role: r.ID, Scope: "shop"})}
	f.holds(u, own, through, plain)

	g.Namespaces = []iam.Ref[iam.NamespaceID]{namespaceRef(odd)}
	f.ok(f.store.UpdateNamespaceGroup(f.ctx(), f.tenant.ID, g))
	own.Namespaces, through.Namespaces = []string{"x"}, []string{"x"}
	f.holds(u, own, through, plain)

	for _, s := range []iam.Scope{"nowhere", "Shop", "group:", "group:no id", iam.GroupScope(iam.NamespaceGroupID(f.env.NewID())), "system\x00"} {
		b := iam.Binding{ID: iam.BindingID(f.env.NewID()), User: u.ID, Role: r.ID, Scope: s, Created: f.env.Time()}
		f.fails(f.store.InsertBinding(f.ctx(), f.tenant.ID, b), iam.NotFound)
	}
}

// populateNamespaces gives the tenant a namespace, a group of it, and the user
// a role in the group's.
func (f *fixture) populateNamespaces(u iam.User, r iam.Role) (w namespacePopulation) {
	f.Helper()
	w.namespace = f.newNamespace("shop")
	w.group = f.newNamespaceGroup("retail", w.namespace)
	w.binding = f.newBinding(iam.Binding{User: u.ID, Role: r.ID, Scope: iam.GroupScope(w.group.ID)})
	return w
}

// namespacePopulation is what populateNamespaces makes.
type namespacePopulation struct {
	namespace iam.Namespace
	group     iam.NamespaceGroup
	binding   iam.Binding
}
