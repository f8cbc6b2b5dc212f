package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// aView has every member.
func aView() directory.View {
	return directory.View{Advanced: true, AutoExpand: true,
		Personas: directory.Personas{Billing: true, DevOps: true, Developer: true, Master: true, NetOps: true, SecOps: true}}
}

// anAccessJob answers the job that tells of a user's wish for rights.
func (f *fixture) anAccessJob(u iam.User) iam.Job {
	now := f.env.Time()
	return iam.Job{ID: iam.JobID(f.env.NewID()), Kind: "access.request", ObjectID: string(u.ID), Status: iam.JobPending,
		RunAt: now, Created: now, Updated: now}
}

func testOwnSettings(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	is := func(u iam.User, want directory.OwnSettings) {
		f.Helper()
		got, err := f.store.OwnSettings(f.ctx(), f.tenant.ID, u.ID)
		f.ok(err)
		same(f, got, want)
	}
	is(u, directory.OwnSettings{})
	e := f.event("user", "set-view")
	f.bumps(false, func() { f.ok(f.store.SetView(f.ctx(), f.tenant.ID, u.ID, aView(), e)) })
	f.logged(e)
	is(u, directory.OwnSettings{View: aView(), Viewed: true})
	f.ok(f.store.SetView(f.ctx(), f.tenant.ID, u.ID, directory.View{}))
	is(u, directory.OwnSettings{Viewed: true})
	is(other, directory.OwnSettings{})

	// A wish is noted with its job or not at all, and not again before its time.
	day := 24 * time.Hour
	at := f.env.Time()
	e = f.event("user", "request-access")
	f.bumps(false, func() {
		f.ok(f.store.RequestAccess(f.ctx(), f.tenant.ID, other.ID, at, at.Add(-day), f.anAccessJob(other), e))
	})
	f.logged(e)
	is(other, directory.OwnSettings{Access: directory.AccessRequest{At: at}}) // who has no row yet
	f.ok(f.store.RequestAccess(f.ctx(), f.tenant.ID, u.ID, at, at.Add(-day), f.anAccessJob(u)))
	asked := directory.OwnSettings{Viewed: true, Access: directory.AccessRequest{At: at}}
	is(u, asked)
	f.ok(f.store.AccessMailed(f.ctx(), f.tenant.ID, u.ID, at.Add(-time.Microsecond))) // of another wish
	is(u, asked)
	f.ok(f.store.AccessMailed(f.ctx(), f.tenant.ID, u.ID, at))
	asked.Access.Mailed = true
	is(u, asked)
	again := at.Add(day - time.Microsecond)
	f.fails(f.store.RequestAccess(f.ctx(), f.tenant.ID, u.ID, again, again.Add(-day), f.anAccessJob(u)), iam.Conflict)
	is(u, asked)
	again = at.Add(day)
	taken := f.anAccessJob(u)
	taken.Key = "taken"
	f.ok(f.store.InsertJob(f.ctx(), f.tenant.ID, taken))
	taken.ID = iam.JobID(f.env.NewID())
	f.fails(f.store.RequestAccess(f.ctx(), f.tenant.ID, u.ID, again, again.Add(-day), taken), iam.Exists)
	is(u, asked)
	f.ok(f.store.RequestAccess(f.ctx(), f.tenant.ID, u.ID, again, again.Add(-day), f.anAccessJob(u)))
	is(u, directory.OwnSettings{Viewed: true, Access: directory.AccessRequest{At: again}})

	for _, id := range []iam.UserID{"", "no id", iam.UserID(f.env.NewID())} {
		is(iam.User{ID: id}, directory.OwnSettings{})
		f.fails(f.store.SetView(f.ctx(), f.tenant.ID, id, aView()), iam.NotFound)
		f.fails(f.store.RequestAccess(f.ctx(), f.tenant.ID, id, at, at, f.anAccessJob(u)), iam.NotFound)
	}
	f.ok(f.store.AccessMailed(f.ctx(), f.tenant.ID, iam.UserID(f.env.NewID()), at))
}

// testWish: the wish to be asked for a factor goes with the last factor that is
// removed by who has it, and with nothing else.
func testWish(f *fixture) {
	u := f.newUser("kim")
	u.Rules.WantFactor = true
	u, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
	f.ok(err)
	wants := func(want bool) {
		f.Helper()
		got, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
		f.ok(err)
		same(f, got.Rules.WantFactor, want)
	}
	first := f.newFactor(f.aFactor(u))
	f.newFactor(f.aFactor(u))
	f.ok(f.store.DeleteFactor(f.ctx(), f.tenant.ID, u.ID, first.ID, false))
	wants(true)
	f.ok(f.store.DeleteFactors(f.ctx(), f.tenant.ID, u.ID)) // an administrator's reset
	wants(true)
	second := f.newFactor(f.aFactor(u))
	f.fails(f.store.DeleteFactor(f.ctx(), f.tenant.ID, u.ID, second.ID, true), iam.Precondition)
	wants(true)
	f.ok(f.store.DeleteFactor(f.ctx(), f.tenant.ID, u.ID, second.ID, false))
	wants(false)
	stale := u
	_, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: stale})
	f.fails(err, iam.Conflict)
}

func (f *fixture) populateOwnSettings(u iam.User) {
	f.Helper()
	f.ok(f.store.SetView(f.ctx(), f.tenant.ID, u.ID, aView()))
	at := f.env.Time()
	f.ok(f.store.RequestAccess(f.ctx(), f.tenant.ID, u.ID, at, at, f.anAccessJob(u)))
}
