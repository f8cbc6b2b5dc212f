package storagetest

import (
	"cmp"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func testRoles(f *fixture) {
	g1, g2 := f.newAPIGroup("one"), f.newAPIGroup("two")
	want := f.aRole("Operator", g1.ID, g2.ID)
	e := f.event("role", "create")
	f.bumps(true, func() {
		got, err := f.store.InsertRole(f.ctx(), f.tenant.ID, want, e)
		f.ok(err)
		same(f, got, want)
	})
	f.logged(e)
	for _, k := range []access.RoleKey{{ID: want.ID}, {Handle: "Operator"}, {Name: "OPERATOR"}} {
		got, err := f.store.Role(f.ctx(), f.tenant.ID, k)
		f.ok(err)
		same(f, got, want)
	}
	for _, k := range []access.RoleKey{{}, {ID: "no id"}, {ID: iam.RoleID(f.env.NewID())}, {Handle: "operator"}, {Name: "x"}} {
		_, err := f.store.Role(f.ctx(), f.tenant.ID, k)
		f.fails(err, iam.NotFound)
	}
	sameHandle := f.aRole("spare")
	sameHandle.Handle, sameHandle.Disabled = "Operator", true
	got, err := f.store.InsertRole(f.ctx(), f.tenant.ID, sameHandle)
	f.ok(err)
	if got.Handle != "Operator~2" {
		f.Errorf("the second role of a handle has the handle %q", got.Handle)
	}
	got, err = f.store.Role(f.ctx(), f.tenant.ID, access.RoleKey{ID: sameHandle.ID})
	f.ok(err)
	same(f, got.Disabled, true)
	for _, bad := range []struct {
		tenant iam.TenantID
		role   iam.Role
		want   iam.Kind
	}{
		{f.tenant.ID, f.aRole("operator"), iam.Exists},
		{f.tenant.ID, f.aRole("unlike", iam.APIGroupID(f.env.NewID())), iam.NotFound},
		{f.tenant.ID, f.aRole("unlike", "no id"), iam.NotFound},
		{iam.TenantID(f.env.NewID()), f.aRole("unlike"), iam.NotFound},
	} {
		_, err := f.store.InsertRole(f.ctx(), bad.tenant, bad.role)
		f.fails(err, bad.want)
	}

	f.newRole("other")
	change := want
	change.Disabled = true
	change.Name, change.Description, change.Attributes, change.APIGroups, change.Updated =
		"renamed", "d", map[string]string{"z": ""}, []iam.APIGroupID{g2.ID}, f.env.Time()
	e = f.event("role", "update")
	f.bumps(true, func() { f.ok(f.store.UpdateRole(f.ctx(), f.tenant.ID, change, e)) })
	f.logged(e)
	change.Version++
	got, err = f.store.Role(f.ctx(), f.tenant.ID, access.RoleKey{ID: want.ID})
	f.ok(err)
	same(f, got, change)
	f.bumps(false, func() { f.fails(f.store.UpdateRole(f.ctx(), f.tenant.ID, want), iam.Conflict) })
	bad := change
	bad.Name = "OTHER"
	f.fails(f.store.UpdateRole(f.ctx(), f.tenant.ID, bad), iam.Exists)
	bad.Name, bad.APIGroups = "unlike", []iam.APIGroupID{iam.APIGroupID(f.env.NewID())}
	f.fails(f.store.UpdateRole(f.ctx(), f.tenant.ID, bad), iam.NotFound)
	bad.ID = iam.RoleID(f.env.NewID())
	f.fails(f.store.UpdateRole(f.ctx(), f.tenant.ID, bad), iam.NotFound)
	bad.ID = "no id"
	f.fails(f.store.UpdateRole(f.ctx(), f.tenant.ID, bad), iam.NotFound)
	got, err = f.store.Role(f.ctx(), f.tenant.ID, access.RoleKey{ID: want.ID})
	f.ok(err)
	same(f, got, change)

	for _, sort := range []string{"", "name", "created"} {
		walk(f, iam.Page{Sort: sort}, func(r iam.Role) iam.RoleID { return r.ID }, func(p iam.Page) (iam.List[iam.Role], error) {
			return f.store.Roles(f.ctx(), f.tenant.ID, p)
		})
	}
	u := f.newUser("kim")
	f.newBinding(iam.Binding{User: u.ID, Role: want.ID})
	e = f.event("role", "delete")
	f.bumps(true, func() { f.ok(f.store.DeleteRole(f.ctx(), f.tenant.ID, want.ID, e)) })
	f.logged(e)
	if n := f.rowsOf(f.tenant.ID)["bindings"]; len(n) > 0 {
		f.Errorf("bindings %q", n)
	}
	f.fails(f.store.DeleteRole(f.ctx(), f.tenant.ID, want.ID), iam.NotFound)
	f.fails(f.store.DeleteRole(f.ctx(), f.tenant.ID, "no id"), iam.NotFound)
}

func testAPIGroups(f *fixture) {
	g, unused := f.newAPIGroup("Calls"), f.newAPIGroup("other")
	role := f.newRole("r", g.ID)
	roles, groups, err := f.store.Rulebook(f.ctx(), f.tenant.ID)
	f.ok(err)
	slices.SortFunc(groups, func(a, b iam.APIGroup) int { return cmp.Compare(a.Name, b.Name) })
	same(f, roles, []iam.Role{role})
	same(f, groups, []iam.APIGroup{g, unused})

	again := g
	again.ID, again.Name = iam.APIGroupID(f.env.NewID()), "CALLS"
	f.fails(f.store.InsertAPIGroup(f.ctx(), f.tenant.ID, again), iam.Exists)
	f.fails(f.store.InsertAPIGroup(f.ctx(), iam.TenantID(f.env.NewID()), again), iam.NotFound)

	change := g
	change.Name, change.Description, change.Rules, change.Updated = "New", "", []iam.Rule{{Permission: "*"}}, f.env.Time()
	e := f.event("api-group", "update")
	f.bumps(true, func() { f.ok(f.store.UpdateAPIGroup(f.ctx(), f.tenant.ID, change, e)) })
	f.logged(e)
	change.Version++
	f.fails(f.store.UpdateAPIGroup(f.ctx(), f.tenant.ID, g), iam.Conflict)
	bad := change
	bad.Name = "OTHER"
	f.fails(f.store.UpdateAPIGroup(f.ctx(), f.tenant.ID, bad), iam.Exists)
	bad.ID = iam.APIGroupID(f.env.NewID())
	f.fails(f.store.UpdateAPIGroup(f.ctx(), f.tenant.ID, bad), iam.NotFound)
	bad.ID = "no id"
	f.fails(f.store.UpdateAPIGroup(f.ctx(), f.tenant.ID, bad), iam.NotFound)

	p := f.failure(f.store.DeleteAPIGroup(f.ctx(), f.tenant.ID, g.ID), iam.Precondition)
	if p.Code != iam.ReasonInUse {
		f.Errorf("code %q", p.Code)
	}
	e = f.event("api-group", "delete")
	f.ok(f.store.DeleteAPIGroup(f.ctx(), f.tenant.ID, unused.ID, e))
	f.logged(e)
	f.fails(f.store.DeleteAPIGroup(f.ctx(), f.tenant.ID, unused.ID), iam.NotFound)
	f.fails(f.store.DeleteAPIGroup(f.ctx(), f.tenant.ID, "no id"), iam.NotFound)
	_, groups, err = f.store.Rulebook(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, groups, []iam.APIGroup{change})
}

func testBindings(f *fixture) {
	u, g, r := f.newUser("kim"), f.newGroup("g"), f.newRole("r")
	for _, b := range []iam.Binding{{User: u.ID, Role: r.ID}, {Group: g.ID, Role: r.ID, Scope: iam.ScopeApplications}} {
		b.ID, b.Created, b.CreatedBy = iam.BindingID(f.env.NewID()), f.env.Time(), "someone"
		e := f.event("binding", "create")
		f.bumps(true, func() { f.ok(f.store.InsertBinding(f.ctx(), f.tenant.ID, b, e)) })
		f.logged(e)
		got, err := f.store.Binding(f.ctx(), f.tenant.ID, b.ID)
		f.ok(err)
		same(f, got, b)
		again := b
		again.ID = iam.BindingID(f.env.NewID())
		f.fails(f.store.InsertBinding(f.ctx(), f.tenant.ID, again), iam.Exists)
		again.Scope = "shared"
		f.ok(f.store.InsertBinding(f.ctx(), f.tenant.ID, again))
		e = f.event("binding", "delete")
		f.bumps(true, func() { f.ok(f.store.DeleteBinding(f.ctx(), f.tenant.ID, b.ID, e)) })
		f.logged(e)
		f.fails(f.store.DeleteBinding(f.ctx(), f.tenant.ID, b.ID), iam.NotFound)
		_, err = f.store.Binding(f.ctx(), f.tenant.ID, b.ID)
		f.fails(err, iam.NotFound)
	}
	for want, b := range map[string]iam.Binding{
		"role":  {User: u.ID, Role: iam.RoleID(f.env.NewID()), Scope: "shared"},
		"user":  {User: iam.UserID(f.env.NewID()), Role: r.ID, Scope: "shared"},
		"group": {Group: iam.GroupID(f.env.NewID()), Role: r.ID, Scope: "shared"},
		"no id": {Group: "no id", Role: r.ID, Scope: "shared"},
	} {
		b.ID = iam.BindingID(f.env.NewID())
		e := f.failure(f.store.InsertBinding(f.ctx(), f.tenant.ID, b), iam.NotFound)
		if e.Object != string(b.Role) && e.Object != string(b.User)+string(b.Group) {
			f.Errorf("a missing %s is told as %q", want, e.Object)
		}
	}
	f.fails(f.store.DeleteBinding(f.ctx(), f.tenant.ID, "no id"), iam.NotFound)
	bs, err := f.store.GroupBindings(f.ctx(), f.tenant.ID, g.ID)
	f.ok(err)
	if len(bs) != 1 || bs[0].Group != g.ID || bs[0].Scope != "shared" {
		f.Errorf("bindings of the group: %+v", bs)
	}
	for _, id := range []iam.GroupID{"no id", iam.GroupID(f.env.NewID())} {
		bs, err := f.store.GroupBindings(f.ctx(), f.tenant.ID, id)
		f.ok(err)
		same(f, bs, nil)
	}
}

func testHoldings(f *fixture) {
	g, r1, r2 := f.newGroup("Team"), f.newRole("r1"), f.newRole("r2")
	u := f.newUser("kim")
	u, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, Groups: &[]iam.GroupID{g.ID}})
	f.ok(err)
	own := f.newBinding(iam.Binding{User: u.ID, Role: r1.ID, Scope: "shared"})
	through := f.newBinding(iam.Binding{Group: g.ID, Role: r2.ID})
	f.newBinding(iam.Binding{User: f.newUser("lee").ID, Role: r2.ID})
	f.newBinding(iam.Binding{Group: f.newGroup("Others").ID, Role: r1.ID})
	want := []access.Holding{{Binding: own}, {Binding: through, GroupName: "Team"}}

	hold := func(anyState bool, want []access.Holding) {
		f.Helper()
		got, err := f.store.Holdings(f.ctx(), f.tenant.ID, u.ID, anyState)
		f.ok(err)
		slices.SortFunc(got, func(a, b access.Holding) int { return cmp.Compare(a.Binding.ID, b.Binding.ID) })
		same(f, got, want)
	}
	hold(false, want)
	hold(true, want)
	for _, s := range []iam.UserState{iam.UserPending, iam.UserDisabled} {
		u.State = s
		u, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, Security: true})
		f.ok(err)
		if s == iam.UserPending {
			hold(false, want)
		}
	}
	hold(false, nil)
	hold(true, want)
	u.State = iam.UserEnabled
	_, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, Security: true})
	f.ok(err)
	for _, s := range []iam.TenantState{iam.TenantDisabled, iam.TenantDeleting} {
		f.tenant.Own = s
		f.ok(f.store.UpdateTenant(f.ctx(), f.tenant.ID, f.tenant))
		f.tenant.Version++
		hold(false, nil)
		hold(true, want)
	}
	for _, id := range []iam.UserID{"no id", iam.UserID(f.env.NewID())} {
		hs, err := f.store.Holdings(f.ctx(), f.tenant.ID, id, true)
		f.ok(err)
		same(f, hs, nil)
	}
}
