package storagetest

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func testInsertUser(f *fixture) {
	g1, g2 := f.newGroup("zoo"), f.newGroup("Aviary")
	r := f.newRole("reader")
	u := f.aUser("Kim")
	u.Label, u.Email, u.EmailVerified, u.GivenName, u.FamilyName = "K", "Kim@Example.com", true, "Min", "Kim"
	u.DisplayName, u.Phone, u.State, u.MustChangePassword = "김 민", "+82 2", iam.UserPending, true
	u.Attributes = map[string]string{"ldap.uid": "kim", "quote\"": "línea\n2"}
	u.Language, u.TimeZone, u.Theme, u.Rules = "ko", "Asia/Seoul", "dark", someRules()
	e := f.event("user", "create")
	w := directory.UserWrite{User: u, PasswordHash: "a hash", Groups: &[]iam.GroupID{g1.ID, g2.ID}, Roles: &[]iam.RoleID{r.ID}}
	var got iam.User
	f.bumps(false, func() {
		var err error
		got, err = f.store.InsertUser(f.ctx(), f.tenant.ID, w, e)
		f.ok(err)
	})
	f.logged(e)
	want := u
	want.HasPassword, want.PasswordChanged, want.Number = true, u.Created, got.Number
	if got.Number < 1 || got.Number >= 1<<53 {
		f.Errorf("number %d", got.Number)
	}
	want.Groups = []iam.Ref[iam.GroupID]{groupRef(g2), groupRef(g1)} // by name
	want.Roles, want.Bindings = []iam.Ref[iam.RoleID]{roleRef(r)}, []iam.RoleIn{in(r, iam.ScopeTenant)}
	same(f, got, want)
	got, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
	f.ok(err)
	same(f, got, want)
	held, err := f.store.Holdings(f.ctx(), f.tenant.ID, u.ID, false)
	f.ok(err)
	if len(held) != 1 || held[0].Binding.CreatedBy != e.ActorID || held[0].Binding.Scope != iam.ScopeTenant {
		f.Errorf("holdings %+v", held)
	}

	_, err = f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("KIM")})
	f.fails(err, iam.Exists)
	for _, w := range []directory.UserWrite{
		{User: f.aUser("lee"), Groups: &[]iam.GroupID{g1.ID, iam.GroupID(f.env.NewID())}},
		{User: f.aUser("lee"), Groups: &[]iam.GroupID{"no id"}},
		{User: f.aUser("lee"), Roles: &[]iam.RoleID{iam.RoleID(f.env.NewID())}},
		{User: f.aUser("lee"), Roles: &[]iam.RoleID{"no id"}},
	} {
		_, err = f.store.InsertUser(f.ctx(), f.tenant.ID, w)
		f.fails(err, iam.NotFound)
	}
	_, err = f.store.InsertUser(f.ctx(), iam.TenantID(f.env.NewID()), directory.UserWrite{User: f.aUser("lee")})
	f.fails(err, iam.NotFound)
	_, err = f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{Username: "lee"})
	f.fails(err, iam.NotFound)
}

// someRules have every member.
func someRules() iam.UserRules {
	return iam.UserRules{NoPages: true, NoAPI: true, RequireFactor: true, WantFactor: true,
		Pages: iam.SourceRule{On: true, Sources: []iam.Source{{Type: iam.SourceIP, Value: "10.0.0.0/8"}}},
		API:   iam.SourceRule{Sources: []iam.Source{{Type: iam.SourceVPC, Value: "123"}, {Type: iam.SourceVPCServer, Value: "4"}}}}
}

// testUserNumbers: a number is made of the id, is another one where that is
// taken, and is for life. The handle has nothing to do with it.
func testUserNumbers(f *fixture) {
	kim := f.newUser("kim")
	twin := f.aUser("lee")
	twin.ID = iam.UserID(string(twin.ID[:20]) + string(kim.ID[20:])) // the digits that the number is made of
	lee, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: twin})
	f.ok(err)
	if lee.Number == kim.Number || lee.Number < 1 || lee.Handle != "lee" {
		f.Errorf("numbers %d and %d, handle %q", kim.Number, lee.Number, lee.Handle)
	}
	change := kim
	change.Username, change.Number = "renamed", lee.Number
	renamed, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: change})
	f.ok(err)
	same(f, renamed.Number, kim.Number)
	for _, u := range []iam.User{renamed, lee} {
		got, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{Number: u.Number})
		f.ok(err)
		same(f, got, u)
	}
	for _, n := range []int64{-1, 1 << 53, 1<<63 - 1} {
		_, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{Number: n})
		f.fails(err, iam.NotFound)
	}
	f.tenant = f.newTenant("")
	twin.ID = kim.ID // in another tenant
	elsewhere, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: twin})
	f.ok(err)
	same(f, elsewhere.Number, kim.Number)
}

func testUserHandles(f *fixture) {
	var users []iam.User
	for i := range 3 {
		u := f.newUser("kim")
		if want := []string{"kim", "kim~2", "kim~3"}[i]; u.Handle != want {
			f.Fatalf("handle %q, want %q", u.Handle, want)
		}
		u.Username = fmt.Sprintf("renamed%d", i)
		_, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
		f.ok(err)
		users = append(users, u)
	}
	f.ok(f.store.DeleteUser(f.ctx(), f.tenant.ID, users[1].ID, 0))
	if u := f.newUser("kim"); u.Handle != "kim~2" {
		f.Errorf("handle %q, want the one that is free", u.Handle)
	}
}

func testNewGroupsAndRoles(f *fixture) {
	there, role := f.newGroup("there"), f.newRole("held")
	lost, lostRole := f.aGroup("THERE"), f.aRole("Held") // made by somebody else meanwhile
	fresh, freshRole := f.aGroup("fresh"), f.aRole("new")
	freshRole.Attributes = nil
	for _, w := range []directory.UserWrite{
		{NewGroups: []iam.Group{fresh, lost}, Groups: &[]iam.GroupID{fresh.ID, lost.ID}},
		{NewGroups: []iam.Group{fresh}, NewRoles: []iam.Role{lostRole}, Roles: &[]iam.RoleID{lostRole.ID}},
	} {
		w.User = f.aUser("kim")
		_, err := f.store.InsertUser(f.ctx(), f.tenant.ID, w)
		f.fails(err, iam.Conflict)
	}
	f.bumps(false, func() {
		u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("kim"),
			NewGroups: []iam.Group{fresh}, Groups: &[]iam.GroupID{there.ID, fresh.ID}, Roles: &[]iam.RoleID{role.ID}})
		f.ok(err)
		same(f, u.Groups, []iam.Ref[iam.GroupID]{groupRef(fresh), groupRef(there)})
		same(f, u.Roles, []iam.Ref[iam.RoleID]{roleRef(role)})
	})
	w := directory.UserWrite{User: f.aUser("lee"), NewRoles: []iam.Role{freshRole}, Roles: &[]iam.RoleID{freshRole.ID}}
	f.bumps(true, func() {
		u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, w)
		f.ok(err)
		same(f, u.Roles, []iam.Ref[iam.RoleID]{roleRef(freshRole)})
	})
	got, err := f.store.Role(f.ctx(), f.tenant.ID, access.RoleKey{Name: "NEW"})
	f.ok(err)
	same(f, got, freshRole)

	// A new group whose handle an older, since renamed, one holds.
	there.Name = "elsewhere"
	f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: there}))
	second := f.aGroup("there")
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("park"),
		NewGroups: []iam.Group{second}, Groups: &[]iam.GroupID{second.ID}})
	f.ok(err)
	same(f, u.Groups, []iam.Ref[iam.GroupID]{{ID: second.ID, Name: "there", Handle: "there~2"}})
}

func testUpdateUser(f *fixture) {
	g1, g2, r1, r2 := f.newGroup("g1"), f.newGroup("g2"), f.newRole("r1"), f.newRole("r2")
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("kim"), PasswordHash: "one",
		Groups: &[]iam.GroupID{g1.ID}, Roles: &[]iam.RoleID{r1.ID}})
	f.ok(err)
	f.newUser("lee")
	scoped := f.newBinding(iam.Binding{User: u.ID, Role: r1.ID, Scope: "shared"})
	update := func(w directory.UserWrite, events ...iam.Event) iam.User {
		f.Helper()
		got, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, w, events...)
		f.ok(err)
		w.User.Version++
		w.User.Groups, w.User.Roles, w.User.Bindings = got.Groups, got.Roles, got.Bindings
		if w.PasswordHash != "" {
			w.User.PasswordChanged = w.User.Updated
		}
		same(f, got, w.User)
		return got
	}

	// Everything but what is not to be changed.
	u.Bindings = append(u.Bindings, in(r1, "shared"))
	want := u
	want.Username, want.Label, want.Email, want.EmailVerified = "Kim2", "L", "k@example.com", true
	want.GivenName, want.FamilyName, want.DisplayName, want.Phone = "a", "b", "c", "d"
	want.State, want.Attributes, want.Updated = iam.UserDisabled, map[string]string{"x": "y"}, f.env.Time()
	want.Language, want.TimeZone, want.Theme, want.Rules = "en-GB", "UTC", "light", someRules()
	ignored := want
	ignored.Handle, ignored.LastLogin, ignored.Created = "other", f.env.Time(), f.env.Time()
	ignored.Number, ignored.PasswordChanged, ignored.HasPassword = 7, f.env.Time(), false
	e := f.event("user", "update")
	f.bumps(false, func() {
		got, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: ignored}, e)
		f.ok(err)
		want.Version++
		same(f, got, want)
		u = got
	})
	f.logged(e)

	// Groups and roles.
	f.bumps(true, func() {
		u = update(directory.UserWrite{User: u, Security: true, Groups: &[]iam.GroupID{g2.ID, g1.ID}, Roles: &[]iam.RoleID{r2.ID}})
	})
	same(f, u.Groups, []iam.Ref[iam.GroupID]{groupRef(g1), groupRef(g2)})
	same(f, u.Roles, []iam.Ref[iam.RoleID]{roleRef(r2)})
	u = update(directory.UserWrite{User: u, Groups: &[]iam.GroupID{}, Roles: &[]iam.RoleID{}})
	same(f, len(u.Groups)+len(u.Roles), 0)
	same(f, u.Bindings, []iam.RoleIn{in(r1, "shared")})
	_, err = f.store.Binding(f.ctx(), f.tenant.ID, scoped.ID)
	f.ok(err) // in another scope, so it stays

	// A role that the user has in another scope only is not yet one of these.
	u = update(directory.UserWrite{User: u, Roles: &[]iam.RoleID{r1.ID}})
	same(f, u.Roles, []iam.Ref[iam.RoleID]{roleRef(r1)})

	// Sessions.
	u.State = iam.UserEnabled
	u = update(directory.UserWrite{User: u})
	for name, w := range map[string]directory.UserWrite{
		"EndSessions": {EndSessions: true}, "PasswordHash": {PasswordHash: "two"},
	} {
		a, err := f.store.Account(f.ctx(), f.tenant.ID, u.Username)
		f.ok(err)
		s := f.aSession(u)
		s.Generation = a.Generation
		f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &s))
		u, err = f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
		f.ok(err)
		u.Updated = f.env.Time()
		w.User = u
		f.bumps(true, func() { u = update(w) })
		if _, err := f.store.Session(f.ctx(), f.tenant.ID, s.ID); !iam.Is(err, iam.NotFound) {
			f.Errorf("%s: the session is there (%v)", name, err)
		}
		b, err := f.store.Account(f.ctx(), f.tenant.ID, u.Username)
		f.ok(err)
		if b.Generation != a.Generation+1 {
			f.Errorf("%s: generation from %d to %d", name, a.Generation, b.Generation)
		}
		if hash := w.PasswordHash; hash != "" && b.PasswordHash != hash || hash == "" && b.PasswordHash != a.PasswordHash {
			f.Errorf("%s: hash %q", name, b.PasswordHash)
		}
	}

	// Errors change nothing.
	before := f.rowsOf(f.tenant.ID)
	for _, c := range []struct {
		kind iam.Kind
		w    directory.UserWrite
	}{
		{iam.Conflict, directory.UserWrite{User: func() iam.User { v := u; v.Version--; return v }()}},
		{iam.NotFound, directory.UserWrite{User: func() iam.User { v := u; v.ID = iam.UserID(f.env.NewID()); return v }()}},
		{iam.NotFound, directory.UserWrite{User: func() iam.User { v := u; v.ID = "no id"; return v }()}},
		{iam.Exists, directory.UserWrite{User: func() iam.User { v := u; v.Username = "LEE"; return v }()}},
		{iam.NotFound, directory.UserWrite{User: u, Groups: &[]iam.GroupID{iam.GroupID(f.env.NewID())}}},
		{iam.NotFound, directory.UserWrite{User: u, Roles: &[]iam.RoleID{iam.RoleID(f.env.NewID())}, Security: true}},
	} {
		f.bumps(false, func() {
			_, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, c.w, f.event("user", "update"))
			f.fails(err, c.kind)
		})
	}
	same(f, f.rowsOf(f.tenant.ID), before)
}

func testDeleteUser(f *fixture) {
	w := f.populate()
	e := f.event("user", "delete")
	stored, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: w.user.ID})
	f.ok(err)
	f.fails(f.store.DeleteUser(f.ctx(), f.tenant.ID, w.user.ID, stored.Version+1, e), iam.Conflict)
	f.bumps(true, func() { f.ok(f.store.DeleteUser(f.ctx(), f.tenant.ID, w.user.ID, stored.Version, e)) })
	f.logged(e)
	rows := f.rowsOf(f.tenant.ID)
	for _, table := range []string{"users", "memberships", "sessions", "api_tokens"} {
		if len(rows[table]) > 0 {
			f.Errorf("%s: %q", table, rows[table])
		}
	}
	if len(rows["bindings"]) != 1 { // that of the group
		f.Errorf("bindings: %q", rows["bindings"])
	}
	if l, err := f.store.LoginEvents(f.ctx(), f.tenant.ID, w.user.ID, iam.Page{}); err != nil || len(l.Items) == 0 {
		f.Errorf("login events %v, %v; they stay", l, err)
	}
	f.fails(f.store.DeleteUser(f.ctx(), f.tenant.ID, w.user.ID, 0), iam.NotFound)
	f.fails(f.store.DeleteUser(f.ctx(), f.tenant.ID, "no id", 0), iam.NotFound)
	l, err := f.store.Users(f.ctx(), f.tenant.ID, directory.UserFilter{}, iam.Page{Total: true})
	f.ok(err)
	if l.Total != 0 {
		f.Errorf("total %d", l.Total)
	}
}

func testUserKeys(f *fixture) {
	u := f.newUser("Jürgen")
	u.Username = "Other Name"
	u, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
	f.ok(err)
	for _, k := range []directory.UserKey{{ID: u.ID}, {Short: iam.Short(u.ID)}, {Handle: "Jürgen"}, {Username: "OTHER name"}} {
		got, err := f.store.User(f.ctx(), f.tenant.ID, k)
		f.ok(err)
		same(f, got, u)
	}
	for _, k := range []directory.UserKey{
		{}, {ID: iam.UserID(f.env.NewID())}, {ID: "no id"}, {Short: "no short"}, {Short: "0123456789abcdef01234567"},
		{Short: iam.Short(u.ID)[:23] + "g"}, {Handle: "jürgen"}, {Username: "Jürgen"},
	} {
		_, err := f.store.User(f.ctx(), f.tenant.ID, k)
		f.fails(err, iam.NotFound)
	}
	// Same millisecond, same tail: only Short's own digits may decide.
	twin := iam.UserID(string(u.ID[:14]) + "7" + string(u.ID[15:35]) + flip(u.ID[35]))
	v := f.aUser("twin")
	v.ID = twin
	_, err = f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: v})
	f.ok(err)
	got, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{Short: iam.Short(twin)})
	f.ok(err)
	same(f, got.ID, twin)
}

// flip answers another hexadecimal digit.
func flip(c byte) string {
	if c == '0' {
		return "1"
	}
	return "0"
}

func testOddText(f *fixture) {
	odd := "a\x00b\xffc"
	kept := "a\ufffdb\ufffdc"
	u := f.aUser("kim")
	u.DisplayName, u.Attributes = odd, map[string]string{"k": "v\x00"}
	got, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
	f.ok(err)
	same(f, got.DisplayName, kept)
	same(f, got.Attributes, u.Attributes)
	twins := f.aUser("lee") // two keys that become one
	twins.Attributes = map[string]string{"k\xfe": "v", "k\xff": "v"}
	got, err = f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: twins})
	f.ok(err)
	same(f, got.Attributes, map[string]string{"k\ufffd": "v"})

	login := f.aLogin(u)
	login.Username, login.Client = odd, odd
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, login, nil))
	l, err := f.store.LoginEvents(f.ctx(), f.tenant.ID, "", iam.Page{})
	f.ok(err)
	same(f, l.Items[0].Username+l.Items[0].Client, kept+kept)

	// What cannot be stored is looked for like anything else.
	for _, k := range []directory.UserKey{{Username: odd}, {Handle: odd}, {ID: iam.UserID(odd)}, {Short: odd}} {
		_, err := f.store.User(f.ctx(), f.tenant.ID, k)
		f.fails(err, iam.NotFound)
	}
	_, err = f.store.TenantByCode(f.ctx(), odd)
	f.fails(err, iam.NotFound)
	_, err = f.store.Token(f.ctx(), f.tenant.ID, iam.TokenID(odd))
	f.fails(err, iam.NotFound)
	_, err = f.store.Users(f.ctx(), f.tenant.ID, directory.UserFilter{Name: iam.Pattern("*" + odd + "*")}, iam.Page{})
	f.ok(err)
}

func testUnavailable(f *fixture) {
	ctx, cancel := context.WithDeadline(f.ctx(), f.env.Now().AddDate(-10, 0, 0))
	defer cancel()
	_, err := f.store.User(ctx, f.tenant.ID, directory.UserKey{Username: "kim"})
	e := f.failure(err, iam.Unavailable)
	if e.Err == nil || e.Message == "" {
		f.Errorf("%+v", e)
	}
	_, err = f.store.InsertUser(ctx, f.tenant.ID, directory.UserWrite{User: f.aUser("kim")})
	f.fails(err, iam.Unavailable)
}
