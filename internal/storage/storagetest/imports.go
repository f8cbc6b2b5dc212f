package storagetest

import (
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// importAll imports new users, each with an event, and answers the events too.
func (f *fixture) importAll(mark directory.ImportMark, users ...directory.UserWrite) (left []int, events []iam.Event) {
	f.Helper()
	event := f.event("user", "create")
	for _, w := range users {
		e := event
		e.ID, e.At, e.ObjectID, e.Name = iam.EventID(w.User.ID), w.User.Created, string(w.User.ID), w.User.Username
		events = append(events, e)
	}
	left, err := f.store.ImportUsers(f.ctx(), f.tenant.ID, directory.ImportWrite{New: users, Event: event, Mark: mark})
	f.ok(err)
	return left, events
}

// testImportNew: who is imported is as one who was made, also where a statement
// writes many of them and some are there already.
func testImportNew(f *fixture) {
	g, r := f.newGroup("zoo"), f.newRole("reader")
	u := f.aUser("kim")
	u.Label, u.Email, u.GivenName, u.DisplayName, u.Rules = "K", "Kim@Example.com", "Min", "김 민", someRules()
	u.Attributes = map[string]string{scim.AttributeExternalID: "Ext-1", "urn:acme:hr:User:badge": "7"}
	made, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, PasswordHash: "hash",
		Groups: &[]iam.GroupID{g.ID}, Roles: &[]iam.RoleID{r.ID}})
	f.ok(err)

	const n = 250
	users := make([]directory.UserWrite, n)
	for i := range users {
		one := u
		one.ID, one.Username = iam.UserID(f.env.NewID()), fmt.Sprintf("lee-%d", i)
		one.Handle = one.Username
		users[i] = directory.UserWrite{User: one, PasswordHash: "hash", Groups: &[]iam.GroupID{g.ID}, Roles: &[]iam.RoleID{r.ID}}
	}
	f.newUser("LEE-120")                      // is there: it stays as it is
	users[130].User.Handle = "kim"            // which another one has
	users[131].User.Username = "lee-131-anew" // and its handle is its own
	f.bumps(false, func() {
		left, events := f.importAll(anImportMark, users...)
		same(f, left, []int{120})
		for _, i := range []int{119, 121, 130} {
			f.logged(events[i])
		}
	})
	mark, err := f.store.ImportMark(f.ctx(), f.tenant.ID, anImportMark.Source)
	f.ok(err)
	same(f, mark, directory.ImportMark{}) // not before that one is seen to

	seen := map[int64]bool{}
	for i, w := range users {
		got, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{Username: w.User.Username})
		f.ok(err)
		if seen[got.Number] || got.Number < 1 || got.Number >= 1<<53 {
			f.Errorf("the number %d", got.Number)
		}
		seen[got.Number] = true
		want := made
		want.ID, want.Handle, want.Username, want.Number = w.User.ID, w.User.Handle, w.User.Username, got.Number
		switch i {
		case 120:
			same(f, got.Username, "LEE-120")
			continue
		case 130:
			want.Handle = "kim~2"
		}
		same(f, got, want)
	}
	found, err := f.store.FindUsers(f.ctx(), f.tenant.ID, scim.Find{
		Where: scim.Has{Path: "externalid", Op: scim.Equal, Key: "Ext-1"}, Page: iam.Page{Total: true, Limit: 1}})
	f.ok(err)
	same(f, found.Total, n) // kim, and all but one
	l, err := f.store.Users(f.ctx(), f.tenant.ID, directory.UserFilter{}, iam.Page{Total: true, Limit: 1})
	f.ok(err)
	same(f, l.Total, n+1)
}

// testImportOld: who is there is written as by UpdateUser, all or none, together
// with the mark.
func testImportOld(f *fixture) {
	kim, lee := f.newUser("kim"), f.newUser("lee")
	session := f.newSession(kim)
	kim.GivenName, kim.Attributes = "Min", map[string]string{scim.AttributeExternalID: "k"}
	kim.Updated = kim.Updated.Add(time.Minute)
	lee.GivenName = "Bruce"
	stale := lee
	stale.Version = 9
	event := f.event("user", "update")
	write := func(second iam.User, endSessions bool) error {
		_, err := f.store.ImportUsers(f.ctx(), f.tenant.ID, directory.ImportWrite{
			Old:       []directory.UserWrite{{User: kim, Security: endSessions, EndSessions: endSessions}, {User: second}},
			OldEvents: []iam.Event{event, f.event("user", "update")}, Mark: anImportMark})
		return err
	}
	f.fails(write(stale, false), iam.Conflict)
	got, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: kim.ID})
	f.ok(err)
	same(f, got.Version, 1)

	f.bumps(true, func() { f.ok(write(lee, true)) })
	f.logged(event)
	got, err = f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: kim.ID})
	f.ok(err)
	kim.Version, kim.LastLogin = 2, got.LastLogin // of the session
	same(f, got, kim)
	_, err = f.store.Session(f.ctx(), f.tenant.ID, session.ID)
	f.fails(err, iam.NotFound)
	found, err := f.store.FindUsers(f.ctx(), f.tenant.ID, scim.Find{Where: scim.Has{Path: "externalid", Op: scim.Equal, Key: "k"}})
	f.ok(err)
	same(f, len(found.Items), 1)

	mark, err := f.store.ImportMark(f.ctx(), f.tenant.ID, anImportMark.Source)
	f.ok(err)
	same(f, mark, anImportMark)
	later := anImportMark
	later.Position, later.Tally = 12, `{"Created":12}`
	f.importAll(later)
	mark, err = f.store.ImportMark(f.ctx(), f.tenant.ID, anImportMark.Source)
	f.ok(err)
	same(f, mark, later)
	f.ok(f.store.ForgetImport(f.ctx(), f.tenant.ID, anImportMark.Source))
	f.ok(f.store.ForgetImport(f.ctx(), f.tenant.ID, anImportMark.Source))

	ids, err := f.store.ResolveUsers(f.ctx(), f.tenant.ID, []directory.UserKey{{Username: "KIM"}, {ID: lee.ID}, {Username: "choi"}, {ID: "no id"}, {}})
	f.ok(err)
	same(f, ids, []iam.UserID{kim.ID, lee.ID, "", "", ""})
}
