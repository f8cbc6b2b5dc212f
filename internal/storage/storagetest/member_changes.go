package storagetest

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// memberLeaks are the checks of what writes and reads some members of a group.
var memberLeaks = map[string]func(*leak){
	"ChangeMembers": func(l *leak) {
		change := func(g iam.GroupID, c directory.MemberChange) error {
			_, err := l.store.ChangeMembers(l.ctx(), l.a.tenant.ID, g, c)
			return err
		}
		l.missed(change(l.b.group.ID, directory.MemberChange{Join: []iam.UserID{l.a.user.ID}}))
		l.missed(change(l.b.group.ID, directory.MemberChange{Leave: []iam.UserID{l.b.user.ID}}))
		l.missed(change(l.a.group.ID, directory.MemberChange{Join: []iam.UserID{l.b.user.ID}}))
		l.ok(change(l.a.group.ID, directory.MemberChange{Leave: []iam.UserID{l.b.user.ID}})) // who is in no group of a
	},
	"MembersAmong": func(l *leak) {
		ids, err := l.store.MembersAmong(l.ctx(), l.a.tenant.ID, l.b.group.ID, []iam.UserID{l.b.user.ID})
		none(l, ids, err)
	},
	"Synced": func(l *leak) {
		ids, err := l.store.Synced(l.ctx(), l.a.tenant.ID, []iam.UserID{l.b.user.ID})
		none(l, ids, err)
	},
	"MembersBeside": func(l *leak) {
		ids, err := l.store.MembersBeside(l.ctx(), l.a.tenant.ID, l.b.group.ID, nil)
		none(l, ids, err)
	},
}

// members answers who is in a group, by name.
func (f *fixture) members(g iam.Group) (names []string) {
	f.Helper()
	all, err := f.store.Members(f.ctx(), f.tenant.ID, g.ID)
	f.ok(err)
	for _, m := range all {
		names = append(names, m.User.Name)
	}
	return names
}

// testMemberChanges: who joins and who leaves changes the group, and nothing else
// of it; who is one already, or is none, changes nothing at all.
func testMemberChanges(f *fixture) {
	kim, lee, ann := f.newUser("kim"), f.newUser("lee"), f.newUser("ann")
	g := f.newGroup("team")
	change := func(bumps bool, join, leave []iam.UserID, want ...string) {
		f.Helper()
		e := f.event("group", "update")
		f.bumps(bumps, func() {
			now := f.env.Time()
			got, err := f.store.ChangeMembers(f.ctx(), f.tenant.ID, g.ID, directory.MemberChange{Join: join, Leave: leave, At: now}, e)
			f.ok(err)
			if bumps {
				g.Version, g.Updated = g.Version+1, now
			}
			same(f, got, g)
		})
		if bumps {
			f.logged(e)
		} else {
			l, err := f.store.Events(f.ctx(), f.tenant.ID, auditOf(e), iam.Page{Limit: 1})
			f.ok(err)
			same(f, len(l.Items), 0)
		}
		same(f, f.members(g), want)
	}
	change(true, []iam.UserID{kim.ID, lee.ID, kim.ID}, nil, "kim", "lee")
	change(false, []iam.UserID{lee.ID}, []iam.UserID{ann.ID, "no id", iam.UserID(f.env.NewID())}, "kim", "lee")
	change(true, []iam.UserID{ann.ID}, []iam.UserID{kim.ID}, "ann", "lee")
	change(true, nil, []iam.UserID{ann.ID, lee.ID})
	change(false, nil, nil)
	change(true, []iam.UserID{kim.ID, lee.ID}, nil, "kim", "lee")

	// With the rest of a write they are all or none.
	g.Name = "renamed"
	f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: g, Join: []iam.UserID{ann.ID}, Leave: []iam.UserID{kim.ID}}))
	g.Version++
	same(f, f.members(g), []string{"ann", "lee"})
	stale := g
	stale.Version--
	f.fails(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: stale, Join: []iam.UserID{kim.ID}}), iam.Conflict)

	before := f.rowsOf(f.tenant.ID)
	for _, bad := range []iam.UserID{"no id", iam.UserID(f.env.NewID())} {
		_, err := f.store.ChangeMembers(f.ctx(), f.tenant.ID, g.ID, directory.MemberChange{Join: []iam.UserID{kim.ID, bad}, Leave: []iam.UserID{lee.ID}})
		f.fails(err, iam.NotFound)
		f.fails(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: g, Join: []iam.UserID{bad}}), iam.NotFound)
	}
	for _, bad := range []iam.GroupID{"no id", iam.GroupID(f.env.NewID())} {
		_, err := f.store.ChangeMembers(f.ctx(), f.tenant.ID, bad, directory.MemberChange{Leave: []iam.UserID{lee.ID}})
		f.fails(err, iam.NotFound)
	}
	same(f, f.rowsOf(f.tenant.ID), before)

	among, err := f.store.MembersAmong(f.ctx(), f.tenant.ID, g.ID, []iam.UserID{kim.ID, lee.ID, "no id", ann.ID})
	f.ok(err)
	same(f, among, []iam.UserID{lee.ID, ann.ID})
	lee.Attributes = map[string]string{iam.AttributeSyncMode: iam.SyncModeSCIM, "x": "y"}
	if lee, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: lee}); err != nil {
		f.Fatal(err)
	}
	synced, err := f.store.Synced(f.ctx(), f.tenant.ID, []iam.UserID{kim.ID, lee.ID, "no id", iam.UserID(f.env.NewID())})
	f.ok(err)
	same(f, synced, []iam.UserID{lee.ID})
	beside, err := f.store.MembersBeside(f.ctx(), f.tenant.ID, g.ID, []iam.UserID{kim.ID, lee.ID})
	f.ok(err)
	same(f, beside, []iam.UserID{ann.ID})
	for _, none := range []iam.GroupID{"no id", iam.GroupID(f.env.NewID())} {
		among, err := f.store.MembersAmong(f.ctx(), f.tenant.ID, none, []iam.UserID{lee.ID})
		f.ok(err)
		beside, err := f.store.MembersBeside(f.ctx(), f.tenant.ID, none, nil)
		f.ok(err)
		same(f, len(among)+len(beside), 0)
	}
}

// testMemberRace: of those who let others join and leave at once nobody loses, in
// whatever order they name them.
func testMemberRace(f *fixture) {
	const n = 12
	g := f.newGroup("team")
	ids, gone := make([]iam.UserID, n), make([]iam.UserID, n)
	want := make([]string, n)
	for i := range n {
		want[i] = "u" + string(rune('a'+i))
		ids[i], gone[i] = f.newUser(want[i]).ID, f.newUser("x"+want[i]).ID
	}
	_, err := f.store.ChangeMembers(f.ctx(), f.tenant.ID, g.ID, directory.MemberChange{Join: gone})
	f.ok(err)
	for _, err := range race(n, func(i int) error {
		// Each names its own and two of others, half of them the other way round.
		c := directory.MemberChange{Join: []iam.UserID{ids[i], ids[(i+1)%n]}, Leave: []iam.UserID{gone[i], gone[(i+5)%n]}, At: f.env.Time()}
		if i%2 == 0 {
			slices.Reverse(c.Join)
			slices.Reverse(c.Leave)
		}
		_, err := f.store.ChangeMembers(f.ctx(), f.tenant.ID, g.ID, c)
		return err
	}) {
		f.ok(err)
	}
	same(f, f.members(g), want)
	now, err := f.store.Group(f.ctx(), f.tenant.ID, directory.GroupKey{ID: g.ID})
	f.ok(err)
	if now.Version < g.Version+2 || now.Version > g.Version+1+n {
		f.Errorf("version %d after %d changes of some", now.Version, n)
	}
}
