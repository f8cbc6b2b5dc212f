package storagetest

import (
	"cmp"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func testAbove(f *fixture) {
	a := f.newTenant(f.tenant.ID)
	aa := f.newTenant(a.ID)
	f.newTenant(aa.ID)
	for id, want := range map[iam.TenantID][]iam.TenantID{
		f.tenant.ID: nil, a.ID: {f.tenant.ID}, aa.ID: {a.ID, f.tenant.ID}, iam.TenantID(f.env.NewID()): nil,
	} {
		above, err := f.store.Above(f.ctx(), id)
		f.ok(err)
		same(f, above, want)
	}
	for _, id := range []iam.TenantID{"", "no id", "*"} {
		_, err := f.store.Above(f.ctx(), id)
		f.fails(err, iam.NotFound)
	}
}

// testMemberOf: who may not act has no groups that act for them.
func testMemberOf(f *fixture) {
	b, a := f.newGroup("b"), f.newGroup("a")
	f.newGroup("empty")
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("kim"), Groups: &[]iam.GroupID{b.ID, a.ID}})
	f.ok(err)
	acting := func(want ...iam.GroupID) {
		f.Helper()
		got, err := f.store.MemberOf(f.ctx(), f.tenant.ID, u.ID)
		f.ok(err)
		same(f, got, want)
		got, err = f.store.GroupsOf(f.ctx(), f.tenant.ID, u.ID)
		f.ok(err)
		same(f, got, []iam.GroupID{b.ID, a.ID})
	}
	acting(b.ID, a.ID)
	state := func(s iam.UserState) {
		f.Helper()
		u.State = s
		u, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, Security: true})
		f.ok(err)
	}
	state(iam.UserPending)
	acting(b.ID, a.ID)
	state(iam.UserDisabled)
	acting()
	state(iam.UserEnabled)
	for _, own := range []iam.TenantState{iam.TenantDisabled, iam.TenantLeaving, iam.TenantDeleting} {
		f.setOwn(f.tenant.ID, own)
		acting()
	}
	f.setOwn(f.tenant.ID, iam.TenantActive)
	acting(b.ID, a.ID)
	for _, id := range []iam.UserID{"no id", iam.UserID(f.env.NewID())} {
		got, err := f.store.MemberOf(f.ctx(), f.tenant.ID, id)
		f.ok(err)
		same(f, got, nil)
	}
}

func testAssigned(f *fixture) {
	in := map[string]iam.Group{}
	for _, name := range []string{"gives", "owns", "only-disabled", "allowed", "nothing", "free"} {
		in[name] = f.newGroup(name)
	}
	other := f.newTenant("")
	f.newLink("managed", iam.Link{Kind: iam.LinkManaged, Other: other.ID, Assignments: []iam.Assignment{
		{Group: in["gives"].ID, Theirs: []string{"x"}}, {Group: in["nothing"].ID}}})
	f.newLink("manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: in["owns"].ID, Owner: true}}})
	f.newLink("disabled", iam.Link{Kind: iam.LinkManaged, Assignments: []iam.Assignment{{Group: in["only-disabled"].ID, Theirs: []string{"y"}}}})
	f.newLink("allowed", iam.Link{Kind: iam.LinkAllowed, Other: other.ID, Assignments: []iam.Assignment{{Group: in["allowed"].ID}}})
	of := []iam.GroupID{"no id", iam.GroupID(f.env.NewID())}
	for _, g := range in {
		of = append(of, g.ID)
	}
	got, err := f.store.Assigned(f.ctx(), f.tenant.ID, of)
	f.ok(err)
	want := []iam.GroupID{in["gives"].ID, in["owns"].ID, in["only-disabled"].ID}
	slices.Sort(got)
	slices.Sort(want)
	same(f, got, want)
}

func testGroupsNamed(f *fixture) {
	a, u := f.newGroup("Ann"), f.newGroup("Ünits")
	got, err := f.store.GroupsNamed(f.ctx(), f.tenant.ID, []string{"ÜNITS", "nobody", "ann", "Ann ", ""})
	f.ok(err)
	same(f, got, []iam.Ref[iam.GroupID]{groupRef(u), groupRef(a)})
	got, err = f.store.GroupsNamed(f.ctx(), f.tenant.ID, nil)
	f.ok(err)
	same(f, got, nil)
}

// testGroupHoldings: what groups hold is what their members hold by them.
func testGroupHoldings(f *fixture) {
	g, other := f.newGroup("team"), f.newGroup("other")
	role := f.newRole("operator")
	ns, err := f.store.Namespace(f.ctx(), f.tenant.ID, "shared")
	f.ok(err)
	set := f.aNamespaceGroup("set", ns)
	f.ok(f.store.InsertNamespaceGroup(f.ctx(), f.tenant.ID, set))
	f.newBinding(iam.Binding{Group: g.ID, Role: role.ID, Scope: iam.GroupScope(set.ID)})
	f.newBinding(iam.Binding{Group: g.ID, Role: role.ID})
	f.newBinding(iam.Binding{Group: other.ID, Role: role.ID, Scope: "default"})
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("kim"), Groups: &[]iam.GroupID{g.ID, other.ID}})
	f.ok(err)
	f.newBinding(iam.Binding{User: u.ID, Role: f.newRole("own").ID})

	held := func(groups ...iam.GroupID) []access.Holding {
		f.Helper()
		hs, err := f.store.GroupHoldings(f.ctx(), f.tenant.ID, groups)
		f.ok(err)
		return inOrder(hs)
	}
	all, err := f.store.Holdings(f.ctx(), f.tenant.ID, u.ID, false)
	f.ok(err)
	all = slices.DeleteFunc(inOrder(all), func(h access.Holding) bool { return h.Binding.User != "" })
	same(f, len(all), 3)
	same(f, held(other.ID, g.ID, g.ID, "no id", iam.GroupID(f.env.NewID())), all)
	same(f, held(g.ID), slices.DeleteFunc(slices.Clone(all), func(h access.Holding) bool { return h.Binding.Group != g.ID }))
	same(f, held(), nil)
	f.setOwn(f.tenant.ID, iam.TenantDisabled)
	same(f, held(g.ID), nil)
}

func inOrder(hs []access.Holding) []access.Holding {
	slices.SortFunc(hs, func(a, b access.Holding) int { return cmp.Compare(a.Binding.ID, b.Binding.ID) })
	return hs
}

func testSupportAccess(f *fixture) {
	read := func(want iam.SupportAccess) {
		f.Helper()
		got, err := f.store.SupportAccess(f.ctx(), f.tenant.ID)
		f.ok(err)
		same(f, got, want)
	}
	read(iam.SupportAccess{})
	for _, a := range []iam.SupportAccess{
		{Mode: iam.SupportNamespaces, Namespaces: []string{"shop", "shared"}, By: "kim", Updated: f.env.Time()},
		{Mode: iam.SupportWrite, Disabled: true, By: "lee", Updated: f.env.Time()},
		{Updated: f.env.Time()},
	} {
		e := f.event("support_access", "update")
		f.bumps(true, func() { f.ok(f.store.SetSupportAccess(f.ctx(), f.tenant.ID, a, e)) })
		f.logged(e)
		read(a)
	}
	for _, id := range []iam.TenantID{iam.TenantID(f.env.NewID()), "no id", ""} {
		f.fails(f.store.SetSupportAccess(f.ctx(), id, iam.SupportAccess{Mode: iam.SupportRead}), iam.NotFound)
	}
}

// testSupportEndsWithNamespace: another namespace of the name is not meant.
func testSupportEndsWithNamespace(f *fixture) {
	for _, name := range []string{"shop", "store"} {
		now := f.env.Time()
		n := iam.Namespace{ID: iam.NamespaceID(f.env.NewID()), Name: name, Created: now, Updated: now, Version: 1}
		f.ok(f.store.InsertNamespace(f.ctx(), f.tenant.ID, n))
	}
	a := iam.SupportAccess{Mode: iam.SupportNamespaces, Namespaces: []string{"shop", "default", "store"}, By: "kim", Updated: f.env.Time()}
	f.ok(f.store.SetSupportAccess(f.ctx(), f.tenant.ID, a))
	end := func(name string, want iam.SupportAccess) {
		f.Helper()
		n, err := f.store.Namespace(f.ctx(), f.tenant.ID, name)
		f.ok(err)
		f.bumps(true, func() { f.ok(f.store.DeleteNamespace(f.ctx(), f.tenant.ID, n.ID)) })
		got, err := f.store.SupportAccess(f.ctx(), f.tenant.ID)
		f.ok(err)
		same(f, got, want)
	}
	a.Namespaces = []string{"default", "store"}
	end("shop", a)
	a.Namespaces = []string{"default"}
	end("store", a)
	a.Namespaces = nil
	end("default", iam.SupportAccess{By: a.By, Updated: a.Updated})
}

// testSupportTenant runs alone: there is one of the installation.
func testSupportTenant(f *fixture) {
	is := func(want iam.TenantID) {
		f.Helper()
		got, err := f.store.SupportTenant(f.ctx())
		f.ok(err)
		same(f, got, want)
	}
	next := f.newTenant("")
	is("")
	f.bumps(true, func() { f.ok(f.store.SetSupportTenant(f.ctx(), f.tenant.ID)) })
	is(f.tenant.ID)
	f.bumps(false, func() { f.ok(f.store.SetSupportTenant(f.ctx(), f.tenant.ID)) })
	for _, id := range []iam.TenantID{iam.TenantID(f.env.NewID()), "no id"} {
		f.fails(f.store.SetSupportTenant(f.ctx(), id), iam.NotFound)
	}
	is(f.tenant.ID)
	was := f.tenant.ID
	f.bumps(true, func() {
		f.tenant.ID = next.ID
		f.bumps(true, func() { f.ok(f.store.SetSupportTenant(f.ctx(), next.ID)) })
		f.tenant.ID = was
	})
	is(next.ID)
	f.ok(f.store.EraseTenant(f.ctx(), next.ID))
	is("")
	f.bumps(true, func() { f.ok(f.store.SetSupportTenant(f.ctx(), was)) })
	f.bumps(true, func() { f.ok(f.store.SetSupportTenant(f.ctx(), "")) })
	is("")
}

func testSupported(f *fixture) {
	mark := "Sup" + f.tenant.Code // in the names of these tenants only
	var all []tenancy.Related
	for i, a := range []iam.SupportAccess{
		{Mode: iam.SupportRead}, {Mode: iam.SupportWrite, Disabled: true}, {Mode: iam.SupportWrite},
		{}, {Mode: iam.SupportNamespaces, Namespaces: []string{"shared"}}, {Mode: iam.SupportRead},
	} {
		t := f.aTenant("")
		t.Name = mark + " Ü%_" + string(rune('a'+i))
		f.ok(f.store.InsertTenant(f.ctx(), t, tenancy.Birth{}))
		a.Updated = f.env.Time()
		f.ok(f.store.SetSupportAccess(f.ctx(), t.ID, a))
		if a.Mode != iam.SupportNone {
			all = append(all, tenancy.Related{Tenant: t.ID, Code: t.Code, Name: t.Name, State: iam.TenantActive, Disabled: a.Disabled})
		}
	}
	f.setOwn(all[1].Tenant, iam.TenantDisabled)
	all[1].State = iam.TenantDisabled
	list := func(rf tenancy.RelatedFilter) tenancy.RelatedPage {
		f.Helper()
		p, err := f.store.Supported(f.ctx(), rf)
		f.ok(err)
		return p
	}
	whole := list(tenancy.RelatedFilter{Search: mark})
	same(f, whole.Items, all)
	if whole.Filtered != 5 || whole.Total < 5 || whole.Next != "" {
		f.Errorf("%d of %d, then %q", whole.Filtered, whole.Total, whole.Next)
	}
	page := list(tenancy.RelatedFilter{Search: mark, Limit: 3})
	same(f, page, tenancy.RelatedPage{Items: all[:3], Next: string(all[3].Tenant), Total: whole.Total, Filtered: 5})
	same(f, list(tenancy.RelatedFilter{Search: mark, Limit: 3, From: page.Next}).Items, all[3:])
	for search, want := range map[string][]tenancy.Related{
		mark + " ü%_A": all[:1], mark + "%%": nil, mark + "*": nil, all[2].Code: all[2:3],
	} {
		got := list(tenancy.RelatedFilter{Search: search}).Items
		if search == all[2].Code { // others may begin with it
			got = slices.DeleteFunc(got, func(r tenancy.Related) bool { return r.Code != search })
		}
		same(f, got, want)
	}
}
