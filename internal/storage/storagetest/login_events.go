package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func testLoginWindows(f *fixture) {
	u := f.newUser("kim")
	base := f.env.Time()
	var all []iam.LoginEvent // latest first
	for i := range 5 {
		e := f.aLogin(u)
		e.At = base.Add(time.Duration(i) * time.Hour)
		f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, e, nil))
		all = append([]iam.LoginEvent{e}, all...)
	}
	at := func(hour int) time.Time { return base.Add(time.Duration(hour) * time.Hour) }
	for _, c := range []struct {
		from, to time.Time
		page     iam.Page
		want     []iam.LoginEvent
	}{
		{time.Time{}, time.Time{}, iam.Page{}, all},
		{at(1), time.Time{}, iam.Page{}, all[:4]},
		{time.Time{}, at(1), iam.Page{}, all[3:]},
		{at(1), at(3), iam.Page{}, all[1:4]}, // both are included
		{at(1).Add(time.Microsecond), at(3).Add(-time.Microsecond), iam.Page{}, all[2:3]},
		{at(3), at(1), iam.Page{}, nil},
		{at(0), at(4), iam.Page{Offset: 1, Limit: 2}, all[1:3]},
		{at(9), time.Time{}, iam.Page{}, nil},
	} {
		got, err := f.store.LoginEventsBetween(f.ctx(), f.tenant.ID, c.from, c.to, c.page)
		f.ok(err)
		same(f, got.Items, c.want)
	}
	walk(f, iam.Page{}, func(e iam.LoginEvent) iam.EventID { return e.ID }, func(p iam.Page) (iam.List[iam.LoginEvent], error) {
		return f.store.LoginEventsBetween(f.ctx(), f.tenant.ID, at(0), at(4), p)
	})
}

// testLastLogins: only a session is a last login, but who has proved who they are
// without one is not inactive either. Attempts that failed are nothing.
func testLastLogins(f *fixture) {
	never, program, tried, old, fresh := f.newUser("Never"), f.newUser("A program"), f.newUser("tried"), f.newUser("old"), f.newUser("fresh")
	since := f.env.Time()
	at := func(u iam.User, when time.Time) iam.LoginEvent {
		e := f.aLogin(u)
		e.At = when
		return e
	}
	signIn := func(u iam.User, when time.Time) {
		s := f.aSession(u)
		e := at(u, when)
		e.Session = s.ID
		f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, e, &s))
		got, err := f.store.LoginEvent(f.ctx(), f.tenant.ID, e.ID)
		f.ok(err)
		same(f, got, e)
	}
	before := since.Add(-time.Microsecond)
	signIn(old, before)
	signIn(fresh, since)
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, at(program, since), nil))
	failed := at(tried, since)
	failed.Result, failed.Reason = iam.LoginFailure, "wrong password"
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, failed, nil))

	last := func(u iam.User, when time.Time) authn.LastLogin {
		return authn.LastLogin{User: u.ID, Username: u.Username, Email: u.Email, At: when}
	}
	got, err := f.store.LastLogins(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, got, []authn.LastLogin{last(fresh, since), last(old, before)})
	got, err = f.store.InactiveUsers(f.ctx(), f.tenant.ID, since)
	f.ok(err)
	same(f, got, []authn.LastLogin{last(never, time.Time{}), last(old, before), last(tried, time.Time{})})
}
