package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// aPendingSession answers a session on pages with steps left, of a user of the
// first generation.
func (f *fixture) aPendingSession(u iam.User) authn.NewSession {
	s := f.aSession(u)
	s.Pages, s.LastSeen, s.KeyID, s.MAC = true, s.Created, "1", []byte{0, 1, 2}
	s.Methods = []iam.AuthMethod{iam.MethodPassword}
	s.Pending = []iam.Step{iam.StepFactor, iam.StepSetPassword}
	s.Life = 90 * time.Second
	return s
}

// testPendingSessions: who has steps left has not signed in, and each step
// makes one session out of another.
func testPendingSessions(f *fixture) {
	u := f.aUser("kim")
	u.State = iam.UserPending
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
	f.ok(err)
	s := f.aPendingSession(u)
	f.bumps(false, func() { f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &s)) })
	got, err := f.store.Session(f.ctx(), f.tenant.ID, s.ID)
	f.ok(err)
	same(f, got, authn.SessionRecord{Session: s.Session, Life: s.Life, KeyID: s.KeyID, MAC: s.MAC,
		Standing: authn.Standing{User: u.ID, Username: "kim", State: iam.UserPending, TenantState: iam.TenantActive}})
	now, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
	f.ok(err)
	same(f, now, u)

	late := f.aPendingSession(u)
	late.Generation = 2
	f.fails(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &late), iam.Conflict)

	next := f.aPendingSession(u)
	next.Replaces, next.Pending = s.ID, nil
	e := f.aLogin(u)
	f.bumps(true, func() { f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, e, &next)) })
	_, err = f.store.Session(f.ctx(), f.tenant.ID, s.ID)
	f.fails(err, iam.NotFound)
	u.State, u.LastLogin = iam.UserEnabled, e.At
	now, err = f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
	f.ok(err)
	same(f, now, u)

	// Neither the new one comes nor the event when the old one has gone.
	before := len(f.rowsOf(f.tenant.ID)["login_events"])
	for _, old := range []iam.SessionID{s.ID, "no id", f.newSession(f.newUser("lee")).ID} {
		again := f.aPendingSession(u)
		again.Replaces = old
		f.fails(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &again), iam.NotFound)
	}
	same(f, len(f.rowsOf(f.tenant.ID)["login_events"]), before+1) // of lee
	l, err := f.store.LoginEvent(f.ctx(), f.tenant.ID, e.ID)
	f.ok(err)
	same(f, l, e)
	for _, id := range []iam.EventID{"no id", iam.EventID(f.env.NewID())} {
		_, err = f.store.LoginEvent(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
	}
}

// testStepRace: of many steps out of one session one is taken.
func testStepRace(f *fixture) {
	u := f.newUser("kim")
	old := f.aPendingSession(u)
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &old))
	errs := race(100, func(int) error {
		s := f.aPendingSession(u)
		s.Replaces = old.ID
		return f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &s)
	})
	same(f, f.winners(errs, iam.NotFound), 1)
	same(f, len(f.rowsOf(f.tenant.ID)["sessions"]), 1)
}

func testSessionLists(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	theirs := f.newSession(other)
	sessions := func() (ids []iam.SessionID) {
		f.Helper()
		l, err := f.store.Sessions(f.ctx(), f.tenant.ID, u.ID)
		f.ok(err)
		for _, s := range l {
			ids = append(ids, s.ID)
		}
		return ids
	}
	same(f, sessions(), nil)
	first, second, ended := f.aPendingSession(u), f.aPendingSession(u), f.aPendingSession(u)
	second.Pending = nil
	ended.Expires = ended.Created
	for _, s := range []authn.NewSession{first, second, ended} {
		f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &s))
	}
	l, err := f.store.Sessions(f.ctx(), f.tenant.ID, u.ID)
	f.ok(err)
	same(f, l, []iam.Session{second.Session, first.Session})

	at := f.env.Time()
	f.bumps(false, func() {
		f.ok(f.store.TouchSessions(f.ctx(), f.tenant.ID, map[iam.SessionID]time.Time{first.ID: at, theirs.ID: at, "no id": at,
			iam.SessionID(f.env.NewID()): at}))
		f.ok(f.store.TouchSessions(f.ctx(), f.tenant.ID, map[iam.SessionID]time.Time{first.ID: at.Add(-time.Hour)})) // told late
	})
	same(f, sessions(), []iam.SessionID{first.ID, second.ID})
	got, err := f.store.Session(f.ctx(), f.tenant.ID, first.ID)
	f.ok(err)
	same(f, got.LastSeen, at)

	end := func(but iam.SessionID, want int) {
		f.Helper()
		e := f.event("user", "end-sessions")
		f.bumps(true, func() {
			n, err := f.store.EndSessions(f.ctx(), f.tenant.ID, u.ID, but, e)
			f.ok(err)
			same(f, n, want)
		})
		f.logged(e)
	}
	end(second.ID, 2)
	same(f, sessions(), []iam.SessionID{second.ID})
	end("", 1)
	same(f, sessions(), nil)
	_, err = f.store.Session(f.ctx(), f.tenant.ID, theirs.ID)
	f.ok(err)
	n, err := f.store.EndSessions(f.ctx(), f.tenant.ID, "no id", "")
	f.ok(err)
	same(f, n, 0)
	l, err = f.store.Sessions(f.ctx(), f.tenant.ID, "no id")
	f.ok(err)
	same(f, l, nil)

	f.newSession(u)
	f.ok(f.store.SetPassword(f.ctx(), f.tenant.ID, u.ID, 1, "new", false))
	same(f, sessions(), nil)
}

func testPurgeLoginEvents(f *fixture) {
	u := f.newUser("kim")
	past := f.env.Time()
	for i := range 4 {
		e := f.aLogin(u)
		e.At = past.Add(time.Duration(i) * time.Hour)
		f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, e, nil))
	}
	for _, want := range []int{2, 1, 0} {
		n, err := f.store.PurgeLoginEvents(f.ctx(), f.tenant.ID, past.Add(3*time.Hour), 2)
		f.ok(err)
		same(f, n, want)
	}
	same(f, len(f.rowsOf(f.tenant.ID)["login_events"]), 1)
}

// testUnproven ends the sessions on pages of who has no active factor.
func testUnproven(f *fixture) {
	proven, enrolling, without, midway := f.newUser("Proven"), f.newUser("Enrolling"), f.newUser("Without"), f.newUser("Midway")
	next := f.aPendingSession(midway) // who sets one up anyway goes on
	next.Pending = []iam.Step{iam.StepSetPassword, iam.StepEnrolFactor}
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(midway), &next))
	f.newFactor(f.aFactor(proven))
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, f.aFactor(enrolling)))
	begin := func(u iam.User, pages bool) iam.SessionID {
		s := f.aPendingSession(u)
		s.Pages = pages
		f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &s))
		return s.ID
	}
	api := begin(without, false)
	left := map[iam.UserID][]iam.SessionID{proven.ID: {begin(proven, true)}, enrolling.ID: nil, without.ID: {begin(without, true), api}, midway.ID: {next.ID}}
	begin(enrolling, true)
	check := func() {
		f.Helper()
		for u, want := range left {
			l, err := f.store.Sessions(f.ctx(), f.tenant.ID, u)
			f.ok(err)
			var got []iam.SessionID
			for _, s := range l {
				got = append(got, s.ID)
			}
			same(f, got, want)
		}
	}
	end := func(but iam.SessionID, want int) {
		f.Helper()
		e := f.event("settings", "end-sessions")
		f.bumps(true, func() {
			n, err := f.store.EndUnprovenSessions(f.ctx(), f.tenant.ID, but, e)
			f.ok(err)
			same(f, n, want)
		})
		f.logged(e)
		check()
	}
	end(left[without.ID][0], 1)
	left[without.ID] = []iam.SessionID{api}
	end("", 1)
}
