package storagetest

import (
	"cmp"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// bound answers bindings of roles in scopes, of nobody yet.
func bound(f *fixture, pairs ...iam.RoleIn) *[]iam.Binding {
	bs := []iam.Binding{}
	for _, p := range pairs {
		bs = append(bs, iam.Binding{ID: iam.BindingID(f.env.NewID()), Role: p.Role.ID, Scope: p.Scope, CreatedBy: "someone", Created: f.env.Time()})
	}
	return &bs
}

func in(r iam.Role, s iam.Scope) iam.RoleIn { return iam.RoleIn{Role: roleRef(r), Scope: s} }

// testUserBindings: a write of a user can replace its own bindings in all
// scopes; those that stay keep their rows.
func testUserBindings(f *fixture) {
	r1, r2 := f.newRole("r1"), f.newRole("r2")
	shop := f.newNamespace("shop")
	g := f.newNamespaceGroup("retail", shop)
	gs := iam.GroupScope(g.ID)
	team := f.newGroup("team")
	through := f.newBinding(iam.Binding{Group: team.ID, Role: r2.ID})
	var u iam.User
	f.bumps(false, func() { // nobody remembers anything of the user
		var err error
		u, err = f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("kim"), Groups: &[]iam.GroupID{team.ID},
			Bindings: bound(f, in(r2, "shop"), in(r1, "shop"), in(r2, gs), in(r2, ""), in(r1, "*"), in(r1, "*"))})
		f.ok(err)
	})
	want := []iam.RoleIn{in(r2, ""), in(r1, "*"), in(r2, gs), in(r1, "shop"), in(r2, "shop")}
	same(f, u.Bindings, want)
	same(f, u.Roles, []iam.Ref[iam.RoleID]{roleRef(r2)})
	l, err := f.store.Users(f.ctx(), f.tenant.ID, directory.UserFilter{}, iam.Page{})
	f.ok(err)
	same(f, l.Items, []iam.User{u})
	for range 2 { // what a caller does to an answer changes no other
		got, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
		f.ok(err)
		same(f, got, u)
		got.Bindings[0].Scope, got.Roles[0].Name = "taken", "taken"
	}
	held := func() map[iam.BindingID]iam.RoleIn {
		f.Helper()
		bs, err := f.store.AllBindings(f.ctx(), f.tenant.ID)
		f.ok(err)
		if !slices.IsSortedFunc(bs, func(a, b iam.Binding) int { return a.Created.Compare(b.Created) }) {
			f.Errorf("not in the order in which they were made: %+v", bs)
		}
		rows := map[iam.BindingID]iam.RoleIn{}
		for _, b := range bs {
			if b.User == u.ID {
				rows[b.ID] = iam.RoleIn{Role: iam.Ref[iam.RoleID]{ID: b.Role}, Scope: b.Scope}
			}
		}
		return rows
	}
	before := held()
	same(f, len(before), len(want))

	f.bumps(true, func() {
		u, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u,
			Bindings: bound(f, in(r1, "*"), in(r1, gs), in(r2, "shop"))})
		f.ok(err)
	})
	same(f, u.Bindings, []iam.RoleIn{in(r1, "*"), in(r1, gs), in(r2, "shop")})
	same(f, len(u.Roles), 0)
	after := held()
	kept := 0
	for id, said := range before {
		if now, ok := after[id]; ok {
			kept++
			same(f, now, said)
		}
	}
	same(f, kept, 2)

	unchanged := f.rowsOf(f.tenant.ID)
	for _, bad := range []iam.Binding{{Role: iam.RoleID(f.env.NewID())}, {Role: "no id"}, {Role: r1.ID, Scope: "nowhere"},
		{Role: r1.ID, Scope: iam.GroupScope(iam.NamespaceGroupID(f.env.NewID()))}, {Role: r1.ID, Scope: "group:no id"}} {
		bs := append(*bound(f, in(r2, "")), bad)
		_, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, Bindings: &bs})
		f.fails(err, iam.NotFound)
		_, err = f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("lee"), Bindings: &bs})
		f.fails(err, iam.NotFound)
	}
	same(f, f.rowsOf(f.tenant.ID), unchanged)

	// They end with their namespace like others.
	f.ok(f.store.DeleteNamespace(f.ctx(), f.tenant.ID, shop.ID))
	u, err = f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
	f.ok(err)
	same(f, u.Bindings, []iam.RoleIn{in(r1, "*"), in(r1, gs)})
	u, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, Bindings: &[]iam.Binding{}})
	f.ok(err)
	same(f, len(u.Bindings), 0)
	f.holds(u, access.Holding{Binding: through, GroupName: "team"})
}

// testGroupWrites: a group can be written with its members and bindings.
func testGroupWrites(f *fixture) {
	kim, lee, ann := f.newUser("kim"), f.newUser("Lee"), f.newUser("ann")
	r1, r2 := f.newRole("r1"), f.newRole("r2")
	f.newNamespace("shop")
	e := f.event("group", "create")
	var g iam.Group
	var err error
	f.bumps(true, func() {
		g, err = f.store.InsertGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: f.aGroup("team"),
			Members: &[]iam.UserID{lee.ID, kim.ID, lee.ID}, Bindings: bound(f, in(r1, "shop"), in(r2, ""))}, e)
		f.ok(err)
	})
	f.logged(e)
	empty := f.newGroup("empty")
	members := func(of []iam.GroupID, want ...directory.Membership) {
		f.Helper()
		got, err := f.store.Members(f.ctx(), f.tenant.ID, of...)
		f.ok(err)
		same(f, got, want)
	}
	in1 := func(g iam.Group, u iam.User) directory.Membership {
		return directory.Membership{Group: g.ID, User: iam.Ref[iam.UserID]{ID: u.ID, Name: u.Username, Handle: u.Handle}}
	}
	members([]iam.GroupID{g.ID}, in1(g, kim), in1(g, lee))
	members([]iam.GroupID{empty.ID})
	members([]iam.GroupID{"no id", iam.GroupID(f.env.NewID())})
	bindings := func() []iam.Binding {
		f.Helper()
		bs, err := f.store.GroupBindings(f.ctx(), f.tenant.ID, g.ID)
		f.ok(err)
		slices.SortFunc(bs, func(a, b iam.Binding) int { return cmp.Compare(a.Scope, b.Scope) })
		return bs
	}
	before := bindings()
	if len(before) != 2 || before[0].Role != r2.ID || before[1].Scope != "shop" || before[1].Role != r1.ID {
		f.Fatalf("bindings %+v", before)
	}
	f.holds(kim, access.Holding{Binding: before[1], GroupName: "team"}, access.Holding{Binding: before[0], GroupName: "team"})

	other, err := f.store.InsertGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: f.aGroup("other"), Members: &[]iam.UserID{ann.ID, lee.ID}})
	f.ok(err)
	members(nil, in1(g, kim), in1(g, lee), in1(other, ann), in1(other, lee))
	members([]iam.GroupID{other.ID, g.ID, other.ID}, in1(g, kim), in1(g, lee), in1(other, ann), in1(other, lee))

	// Members alone, bindings alone, nothing of both.
	f.bumps(true, func() {
		f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: g, Members: &[]iam.UserID{ann.ID, kim.ID}}))
	})
	g.Version++
	members([]iam.GroupID{g.ID}, in1(g, ann), in1(g, kim))
	same(f, bindings(), before)
	f.bumps(true, func() {
		f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: g, Bindings: bound(f, in(r1, "shop"), in(r1, "*"))}))
	})
	g.Version++
	after := bindings()
	if len(after) != 2 || after[0].Scope != iam.ScopeApplications || after[0].Role != r1.ID {
		f.Fatalf("bindings %+v", after)
	}
	same(f, after[1], before[1]) // which says the same
	f.bumps(true, func() { f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: g})) })
	g.Version++
	members([]iam.GroupID{g.ID}, in1(g, ann), in1(g, kim))
	same(f, bindings(), after)

	unchanged := f.rowsOf(f.tenant.ID)
	for _, w := range []directory.GroupWrite{
		{Members: &[]iam.UserID{lee.ID, iam.UserID(f.env.NewID())}}, {Members: &[]iam.UserID{"no id"}},
		{Members: &[]iam.UserID{}, Bindings: &[]iam.Binding{{Role: iam.RoleID(f.env.NewID())}}},
		{Bindings: bound(f, in(r2, "nowhere"))}, {Bindings: bound(f, in(r2, ""), iam.RoleIn{})},
	} {
		w.Group = g
		f.fails(f.store.UpdateGroup(f.ctx(), f.tenant.ID, w), iam.NotFound)
		w.Group = f.aGroup("new")
		_, err := f.store.InsertGroup(f.ctx(), f.tenant.ID, w)
		f.fails(err, iam.NotFound)
	}
	g.Version--
	f.fails(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: g, Members: &[]iam.UserID{}}), iam.Conflict)
	same(f, f.rowsOf(f.tenant.ID), unchanged)
}

func testInsertBindings(f *fixture) {
	u, g, r := f.newUser("kim"), f.newGroup("g"), f.newRole("r")
	f.newNamespace("shop")
	there := f.newBinding(iam.Binding{User: u.ID, Role: r.ID, Scope: "shop"})
	bs := *bound(f, in(r, "shop"), in(r, ""), in(r, "shared"))
	bs[0].User, bs[1].User, bs[2].Group = u.ID, u.ID, g.ID
	e := f.event("binding", "create")
	f.bumps(true, func() { f.ok(f.store.InsertBindings(f.ctx(), f.tenant.ID, bs, e)) })
	f.logged(e)
	want := []iam.Binding{there, bs[1], bs[2]}
	list := func() []iam.Binding {
		f.Helper()
		all, err := f.store.AllBindings(f.ctx(), f.tenant.ID)
		f.ok(err)
		return all
	}
	same(f, list(), want)
	scoped, err := f.store.ScopeBindings(f.ctx(), f.tenant.ID, "shared") // it knows its namespace
	f.ok(err)
	same(f, scoped, []iam.Binding{bs[2]})
	for _, bad := range []iam.Binding{{User: u.ID, Role: iam.RoleID(f.env.NewID())}, {User: iam.UserID(f.env.NewID()), Role: r.ID},
		{User: u.ID, Role: r.ID, Scope: "nowhere"}, {Role: r.ID}} {
		good := (*bound(f, in(r, "*")))[0]
		good.User, bad.ID = u.ID, iam.BindingID(f.env.NewID())
		f.bumps(false, func() { f.fails(f.store.InsertBindings(f.ctx(), f.tenant.ID, []iam.Binding{good, bad}), iam.NotFound) })
	}
	same(f, list(), want)
}

// testBindingRace: whoever says the same at once, in whatever order, and while
// the user's bindings are replaced, it is said once.
func testBindingRace(f *fixture) {
	u := f.newUser("kim")
	var roles []iam.RoleIn
	for _, name := range []string{"r1", "r2", "r3", "r4"} {
		r := f.newRole(name)
		roles = append(roles, in(r, ""), in(r, "shared"))
	}
	for _, err := range race(12, func(i int) error {
		bs := *bound(f, append(slices.Clone(roles[i%len(roles):]), roles[:i%len(roles)]...)...)
		for n := range bs {
			bs[n].User = u.ID
		}
		if i > 0 {
			return f.store.InsertBindings(f.ctx(), f.tenant.ID, bs)
		}
		_, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, Bindings: &bs})
		return err
	}) {
		f.ok(err)
	}
	u, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
	f.ok(err)
	same(f, len(u.Bindings), len(roles))
	same(f, len(f.rowsOf(f.tenant.ID)["bindings"]), len(roles))
}
