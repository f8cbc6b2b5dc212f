package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func testGroups(f *fixture) {
	e := f.event("group", "create")
	want := f.aGroup("Ärzte")
	f.bumps(false, func() {
		got, err := f.store.InsertGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: want}, e)
		f.ok(err)
		same(f, got, want)
	})
	f.logged(e)
	for _, k := range []directory.GroupKey{{ID: want.ID}, {Handle: "Ärzte"}, {Name: "äRZTE"}} {
		got, err := f.store.Group(f.ctx(), f.tenant.ID, k)
		f.ok(err)
		same(f, got, want)
	}
	for _, k := range []directory.GroupKey{{}, {ID: "no id"}, {ID: iam.GroupID(f.env.NewID())}, {Handle: "ärzte"}, {Name: "x"}} {
		_, err := f.store.Group(f.ctx(), f.tenant.ID, k)
		f.fails(err, iam.NotFound)
	}
	_, err := f.store.InsertGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: f.aGroup("ÄRZTE")})
	f.fails(err, iam.Exists)
	_, err = f.store.InsertGroup(f.ctx(), iam.TenantID(f.env.NewID()), directory.GroupWrite{Group: f.aGroup("x")})
	f.fails(err, iam.NotFound)

	change := want
	change.Name, change.Description, change.Attributes, change.Updated = "renamed", "d", nil, f.env.Time()
	e = f.event("group", "update")
	f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: change}, e))
	f.logged(e)
	change.Version++
	got, err := f.store.Group(f.ctx(), f.tenant.ID, directory.GroupKey{ID: want.ID})
	f.ok(err)
	same(f, got, change)
	if second := f.newGroup("Ärzte"); second.Handle != "Ärzte~2" {
		f.Errorf("handle %q", second.Handle)
	}
	f.fails(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: want}), iam.Conflict)
	taken := change
	taken.Name = "ärzte"
	f.fails(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: taken}), iam.Exists)
	taken.ID = iam.GroupID(f.env.NewID())
	f.fails(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: taken}), iam.NotFound)
	taken.ID = "no id"
	f.fails(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: taken}), iam.NotFound)

	for _, sort := range []string{"", "name", "created"} {
		walk(f, iam.Page{Sort: sort}, func(g iam.Group) iam.GroupID { return g.ID }, func(p iam.Page) (iam.List[iam.Group], error) {
			return f.store.Groups(f.ctx(), f.tenant.ID, p)
		})
	}

	u, r := f.newUser("kim"), f.newRole("r")
	_, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, Groups: &[]iam.GroupID{want.ID}})
	f.ok(err)
	f.newBinding(iam.Binding{Group: want.ID, Role: r.ID})
	e = f.event("group", "delete")
	stored, err := f.store.Group(f.ctx(), f.tenant.ID, directory.GroupKey{ID: want.ID})
	f.ok(err)
	f.fails(f.store.DeleteGroup(f.ctx(), f.tenant.ID, want.ID, stored.Version+1, e), iam.Conflict)
	f.bumps(true, func() { f.ok(f.store.DeleteGroup(f.ctx(), f.tenant.ID, want.ID, stored.Version, e)) })
	f.logged(e)
	if rows := f.rowsOf(f.tenant.ID); len(rows["memberships"])+len(rows["bindings"]) > 0 || len(rows["users"]) != 1 {
		f.Errorf("after the group: %v", rows)
	}
	f.fails(f.store.DeleteGroup(f.ctx(), f.tenant.ID, want.ID, 0), iam.NotFound)
	f.fails(f.store.DeleteGroup(f.ctx(), f.tenant.ID, "no id", 0), iam.NotFound)
}

func testResolve(f *fixture) {
	a, r := f.newGroup("Alpha"), f.newRole("Reader")
	a.Name = "Beta"
	f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: a}))
	handle := f.newGroup("Gamma") // by its handle and name
	named := f.aGroup("Alpha")    // whose name is another's handle
	named.Handle = "something-else"
	named, err := f.store.InsertGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: named})
	f.ok(err)
	gs, rs, err := f.store.Resolve(f.ctx(), f.tenant.ID, []string{"nobody", "GAMMA", "Alpha", "beta", "alpha", "Gamma"}, []string{"reader", "x"})
	f.ok(err)
	same(f, gs, []iam.Ref[iam.GroupID]{{Name: "nobody"}, groupRef(handle), groupRef(a), groupRef(a), groupRef(named), groupRef(handle)})
	same(f, rs, []iam.Ref[iam.RoleID]{roleRef(r), {Name: "x"}})
}
