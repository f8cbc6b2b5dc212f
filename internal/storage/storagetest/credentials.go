package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (f *fixture) account(username string) authn.Account {
	f.Helper()
	a, err := f.store.Account(f.ctx(), f.tenant.ID, username)
	f.ok(err)
	return a
}

func testAccounts(f *fixture) {
	u := f.newUser("Kim")
	want := authn.Account{
		Standing:     authn.Standing{User: u.ID, Username: "Kim", State: iam.UserEnabled, TenantState: iam.TenantActive},
		PasswordHash: "hash of Kim", Generation: 1, Email: u.Email, PasswordChanged: u.Created}
	same(f, f.account("KIM"), want)
	for name, attributes := range map[string]map[string]string{"provisioned": {"a": "b", iam.AttributeSyncMode: iam.SyncModeSCIM},
		"pretended": {"a": `"sync_mode":"SCIM"`, "xsync_mode": iam.SyncModeSCIM, "sync-mode": iam.SyncModeSCIM, iam.AttributeSyncMode: "SELF"}} {
		u := f.newUser(name)
		u.Attributes = attributes
		_, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
		f.ok(err)
		if got := f.account(name).Synced; got != u.Synced() {
			f.Errorf("%s: a provisioning client looks after them: %v", name, got)
		}
	}
	_, err := f.store.Account(f.ctx(), f.tenant.ID, "nobody")
	f.fails(err, iam.NotFound)
	_, err = f.store.Account(f.ctx(), "no id", "kim")
	f.fails(err, iam.NotFound)

	s := f.newSession(u)
	e := f.event("user", "change-password")
	f.bumps(true, func() { f.ok(f.store.SetPassword(f.ctx(), f.tenant.ID, u.ID, 1, "second", true, e)) })
	f.logged(e)
	want.PasswordHash, want.Generation, want.MustChangePassword = "second", 2, true
	want.PasswordChanged = f.account("kim").PasswordChanged
	if !want.PasswordChanged.After(u.Created) {
		f.Errorf("changed at %v", want.PasswordChanged)
	}
	same(f, f.account("kim"), want)
	_, err = f.store.Session(f.ctx(), f.tenant.ID, s.ID)
	f.fails(err, iam.NotFound)
	// A write of the user as it was would undo the must-change flag.
	_, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
	f.fails(err, iam.Conflict)

	f.bumps(false, func() {
		f.fails(f.store.SetPassword(f.ctx(), f.tenant.ID, u.ID, 1, "third", false, e), iam.Conflict)
		f.fails(f.store.SetPassword(f.ctx(), f.tenant.ID, iam.UserID(f.env.NewID()), 1, "third", false), iam.NotFound)
		f.fails(f.store.SetPassword(f.ctx(), f.tenant.ID, "no id", 1, "third", false), iam.NotFound)
		f.ok(f.store.Rehash(f.ctx(), f.tenant.ID, u.ID, "not the hash", "worse"))
		f.ok(f.store.Rehash(f.ctx(), f.tenant.ID, iam.UserID(f.env.NewID()), "second", "worse"))
		f.ok(f.store.Rehash(f.ctx(), f.tenant.ID, "no id", "second", "worse"))
	})
	same(f, f.account("kim"), want)
	f.ok(f.store.Rehash(f.ctx(), f.tenant.ID, u.ID, "second", "stronger"))
	want.PasswordHash = "stronger"
	same(f, f.account("kim"), want)

	f.tenant.Own = iam.TenantDisabled
	f.ok(f.store.UpdateTenant(f.ctx(), f.tenant.ID, f.tenant))
	if a := f.account("kim"); a.TenantState != iam.TenantDisabled || a.Good() {
		f.Errorf("account in a disabled tenant: %+v", a)
	}
}

func testSessions(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	s := f.newSession(u)
	want := authn.SessionRecord{Session: s.Session,
		Standing: authn.Standing{User: u.ID, Username: "kim", State: iam.UserEnabled, TenantState: iam.TenantActive}}
	got, err := f.store.Session(f.ctx(), f.tenant.ID, s.ID)
	f.ok(err)
	same(f, got, want)
	for _, id := range []iam.SessionID{"", "no id", iam.SessionID(f.env.NewID())} {
		_, err := f.store.Session(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
		f.fails(f.store.EndSession(f.ctx(), f.tenant.ID, id), iam.NotFound)
		f.fails(f.store.ReplaceSession(f.ctx(), f.tenant.ID, id, f.aSession(u)), iam.NotFound)
	}

	next := f.aSession(u)
	next.SignedIn = s.SignedIn
	f.fails(f.store.ReplaceSession(f.ctx(), f.tenant.ID, s.ID, f.aSession(other)), iam.NotFound)
	f.bumps(true, func() { f.ok(f.store.ReplaceSession(f.ctx(), f.tenant.ID, s.ID, next)) })
	_, err = f.store.Session(f.ctx(), f.tenant.ID, s.ID)
	f.fails(err, iam.NotFound)
	got, err = f.store.Session(f.ctx(), f.tenant.ID, next.ID)
	f.ok(err)
	want.Session = next.Session
	same(f, got, want)
	// Neither the old goes nor the new comes when one of them cannot.
	taken := f.aSession(u)
	taken.ID = f.newSession(u).ID
	if err := f.store.ReplaceSession(f.ctx(), f.tenant.ID, next.ID, taken); err == nil {
		f.Error("a session was written over another")
	}
	_, err = f.store.Session(f.ctx(), f.tenant.ID, next.ID)
	f.ok(err)

	e := f.event("session", "end")
	f.bumps(true, func() { f.ok(f.store.EndSession(f.ctx(), f.tenant.ID, next.ID, e)) })
	f.logged(e)
	_, err = f.store.Session(f.ctx(), f.tenant.ID, next.ID)
	f.fails(err, iam.NotFound)

	// A row of an earlier generation is no session, however it came there.
	old := f.newSession(u)
	f.ok(f.store.SetPassword(f.ctx(), f.tenant.ID, u.ID, 1, "new", false))
	stale := f.aSession(u)
	current := f.aSession(u)
	current.Generation = 2
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &current))
	f.ok(f.store.ReplaceSession(f.ctx(), f.tenant.ID, current.ID, stale))
	for _, id := range []iam.SessionID{old.ID, stale.ID} {
		_, err = f.store.Session(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
		f.fails(f.store.ReplaceSession(f.ctx(), f.tenant.ID, id, f.aSession(u)), iam.NotFound)
	}
}

func testPurgeSessions(f *fixture) {
	u := f.newUser("kim")
	var ids []iam.SessionID
	for range 4 {
		ids = append(ids, f.newSession(u).ID)
	}
	last, err := f.store.Session(f.ctx(), f.tenant.ID, ids[3])
	f.ok(err)
	f.tenant = f.newTenant("") // sessions go wherever they are
	removed := 0
	for range 100 {
		n, err := f.store.PurgeSessions(f.ctx(), last.Expires, 2)
		f.ok(err)
		if n > 2 {
			f.Fatalf("removed %d, at most 2 were asked for", n)
		}
		if removed += n; n == 0 {
			break
		}
	}
	if removed < 3 {
		f.Errorf("removed %d", removed)
	}
	if n, err := f.store.PurgeSessions(f.ctx(), last.Expires.Add(time.Microsecond), 1); n != 1 || err != nil {
		f.Errorf("the one that was left: %d, %v", n, err)
	}
}

func testLogins(f *fixture) {
	u := f.aUser("kim")
	u.State = iam.UserPending
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
	f.ok(err)
	failed := f.aLogin(u)
	failed.User, failed.Username, failed.Result, failed.Reason = "", "who?", iam.LoginFailure, "unknown user"
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, failed, nil))
	once := f.aLogin(u)
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, once, nil))
	got, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
	f.ok(err)
	same(f, got, u) // no session, no sign-in

	e, s := f.aLogin(u), f.aSession(u)
	f.bumps(false, func() { f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, e, &s)) })
	u.State, u.LastLogin = iam.UserEnabled, e.At
	got, err = f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
	f.ok(err)
	same(f, got, u)

	late, s := f.aLogin(u), f.aSession(u)
	s.Generation = 2
	f.fails(f.store.RecordLogin(f.ctx(), f.tenant.ID, late, &s), iam.Conflict)
	s.User = iam.UserID(f.env.NewID())
	f.fails(f.store.RecordLogin(f.ctx(), f.tenant.ID, late, &s), iam.NotFound)
	f.fails(f.store.RecordLogin(f.ctx(), iam.TenantID(f.env.NewID()), late, nil), iam.NotFound)
	f.fails(f.store.RecordLogin(f.ctx(), "no id", late, nil), iam.NotFound)
	going := f.newTenant("")
	going.Own = iam.TenantDeleting
	f.ok(f.store.UpdateTenant(f.ctx(), going.ID, going))
	f.fails(f.store.RecordLogin(f.ctx(), going.ID, late, nil), iam.NotFound)

	l, err := f.store.LoginEvents(f.ctx(), f.tenant.ID, "", iam.Page{Total: true})
	f.ok(err)
	same(f, l, iam.List[iam.LoginEvent]{Items: []iam.LoginEvent{e, once, failed}, Total: 3})
	l, err = f.store.LoginEvents(f.ctx(), f.tenant.ID, u.ID, iam.Page{Total: true})
	f.ok(err)
	same(f, l, iam.List[iam.LoginEvent]{Items: []iam.LoginEvent{e, once}, Total: 2})
	walk(f, iam.Page{}, func(e iam.LoginEvent) iam.EventID { return e.ID }, func(p iam.Page) (iam.List[iam.LoginEvent], error) {
		return f.store.LoginEvents(f.ctx(), f.tenant.ID, "", p)
	})
}

func testTokens(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	r := f.newToken("First-1", u)
	want := r
	want.Standing = authn.Standing{User: u.ID, Username: "kim", State: iam.UserEnabled, TenantState: iam.TenantActive}
	got, err := f.store.Token(f.ctx(), f.tenant.ID, r.ID)
	f.ok(err)
	same(f, got, want)
	for _, id := range []iam.TokenID{"", "first-1", "nothing"} {
		_, err = f.store.Token(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
		f.fails(f.store.DeleteToken(f.ctx(), f.tenant.ID, id), iam.NotFound)
	}
	again := r
	again.User = other.ID
	f.fails(f.store.InsertToken(f.ctx(), f.tenant.ID, again), iam.Exists)
	again.ID = "free"
	for _, id := range []iam.UserID{"no id", iam.UserID(f.env.NewID())} {
		again.User = id
		f.fails(f.store.InsertToken(f.ctx(), f.tenant.ID, again), iam.NotFound)
	}
	second, third := f.newToken("second", other), r
	third.ID, third.Created, third.Expires = "third", f.env.Time(), f.env.Time().Add(time.Hour)
	e := f.event("token", "create")
	f.ok(f.store.InsertToken(f.ctx(), f.tenant.ID, third, e))
	f.logged(e)

	at := f.env.Time()
	f.bumps(false, func() {
		f.ok(f.store.TouchTokens(f.ctx(), f.tenant.ID, map[iam.TokenID]time.Time{"First-1": at, "nothing": at}))
		f.ok(f.store.TouchTokens(f.ctx(), f.tenant.ID, map[iam.TokenID]time.Time{"First-1": at.Add(-time.Hour)})) // told late
	})
	r.LastUsed = at
	l, err := f.store.Tokens(f.ctx(), f.tenant.ID, "", iam.Page{Total: true})
	f.ok(err)
	same(f, l, iam.List[iam.APIToken]{Items: []iam.APIToken{third.APIToken, second.APIToken, r.APIToken}, Total: 3})
	l, err = f.store.Tokens(f.ctx(), f.tenant.ID, u.ID, iam.Page{Total: true})
	f.ok(err)
	same(f, l, iam.List[iam.APIToken]{Items: []iam.APIToken{third.APIToken, r.APIToken}, Total: 2})
	l, err = f.store.Tokens(f.ctx(), f.tenant.ID, "no id", iam.Page{})
	f.ok(err)
	same(f, l.Items, nil)
	walk(f, iam.Page{}, func(t iam.APIToken) iam.TokenID { return t.ID }, func(p iam.Page) (iam.List[iam.APIToken], error) {
		return f.store.Tokens(f.ctx(), f.tenant.ID, "", p)
	})

	e = f.event("token", "revoke")
	f.bumps(true, func() { f.ok(f.store.DeleteToken(f.ctx(), f.tenant.ID, r.ID, e)) })
	f.logged(e)
	_, err = f.store.Token(f.ctx(), f.tenant.ID, r.ID)
	f.fails(err, iam.NotFound)
}
