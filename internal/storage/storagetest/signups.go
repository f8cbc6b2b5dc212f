package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/signup"
)

// aSignup answers a sign-up that is not stored.
func (f *fixture) aSignup() signup.Record {
	now := f.env.Time()
	return signup.Record{KeyID: "1", MAC: []byte{0, 1, 255}, Signup: signup.Signup{
		Request: signup.Request{GivenName: "민아", FamilyName: "김", Company: "Acme", Domain: "acme1", Email: "Mina@Example.com", Language: "ko",
			Terms: "2026-11"},
		ID: signup.ID(f.env.NewID()), Name: "signup-" + f.env.Secret(16), Accepted: now, State: signup.StateAsked,
		Created: now, Updated: now, Expires: now.Add(24 * time.Hour)}}
}

func (f *fixture) newSignup() signup.Record {
	f.Helper()
	r := f.aSignup()
	f.ok(f.store.InsertSignup(f.ctx(), f.tenant.ID, r))
	return r
}

// aMakeJob answers the job of a sign-up that was proved.
func (f *fixture) aMakeJob(id signup.ID) iam.Job {
	now := f.env.Time()
	return iam.Job{ID: iam.JobID(f.env.NewID()), Kind: "signup.make", ObjectID: string(id), Status: iam.JobPending,
		RunAt: now, Created: now, Updated: now}
}

func testSignups(f *fixture) {
	r := f.aSignup()
	e := f.event("signup", "ask")
	f.bumps(false, func() { f.ok(f.store.InsertSignup(f.ctx(), f.tenant.ID, r, e)) })
	f.logged(e)
	bare := f.aSignup() // of the same address and domain, with nothing that may be left out
	bare.FamilyName, bare.Company, bare.Language, bare.Terms, bare.Accepted = "", "", "", "", time.Time{}
	f.ok(f.store.InsertSignup(f.ctx(), f.tenant.ID, bare))
	f.fails(f.store.InsertSignup(f.ctx(), iam.TenantID(f.env.NewID()), f.aSignup()), iam.NotFound)

	is := func(want signup.Record) {
		f.Helper()
		got, err := f.store.Signup(f.ctx(), f.tenant.ID, want.ID)
		f.ok(err)
		same(f, got, want)
		got, err = f.store.SignupNamed(f.ctx(), f.tenant.ID, want.Name)
		f.ok(err)
		same(f, got, want)
	}
	is(r)
	is(bare)
	for _, id := range []signup.ID{"", "no id", signup.ID(f.env.NewID())} {
		_, err := f.store.Signup(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
		f.fails(f.store.ProveSignup(f.ctx(), f.tenant.ID, id, r.Created, f.aMakeJob(id)), iam.NotFound)
		f.fails(f.store.SettleSignup(f.ctx(), f.tenant.ID, signup.Signup{ID: id, State: signup.StateDone}), iam.NotFound)
	}
	for _, name := range []string{"", r.Name + "0", r.Name[:len(r.Name)-1], "%", string(r.ID)} {
		_, err := f.store.SignupNamed(f.ctx(), f.tenant.ID, name)
		f.fails(err, iam.NotFound)
	}

	// It is proved until the moment at which it expires, once, and with its job
	// or not at all; and settled after that only, once.
	done := r.Signup
	done.State, done.Tenant, done.Updated = signup.StateDone, f.tenant.ID, r.Expires
	f.fails(f.store.SettleSignup(f.ctx(), f.tenant.ID, done), iam.NotFound)
	f.fails(f.store.ProveSignup(f.ctx(), f.tenant.ID, r.ID, r.Expires, f.aMakeJob(r.ID)), iam.NotFound)
	taken := f.aMakeJob(r.ID)
	taken.Key = "taken"
	f.ok(f.store.InsertJob(f.ctx(), f.tenant.ID, taken))
	taken.ID = iam.JobID(f.env.NewID())
	f.fails(f.store.ProveSignup(f.ctx(), f.tenant.ID, r.ID, r.Created, taken), iam.Exists)
	is(r)
	at := r.Expires.Add(-time.Microsecond)
	e, j := f.event("signup", "prove"), f.aMakeJob(r.ID)
	f.bumps(false, func() { f.ok(f.store.ProveSignup(f.ctx(), f.tenant.ID, r.ID, at, j, e)) })
	f.logged(e)
	_, err := f.store.Job(f.ctx(), f.tenant.ID, string(j.ID))
	f.ok(err)
	r.State, r.Updated = signup.StateProved, at
	is(r)
	f.fails(f.store.ProveSignup(f.ctx(), f.tenant.ID, r.ID, at, f.aMakeJob(r.ID)), iam.NotFound)

	e = f.event("signup", "done")
	f.ok(f.store.SettleSignup(f.ctx(), f.tenant.ID, done, e))
	f.logged(e)
	r.Signup = done
	is(r)
	failed := done
	failed.State, failed.Reason, failed.Tenant = signup.StateFailed, signup.ReasonTaken, ""
	f.fails(f.store.SettleSignup(f.ctx(), f.tenant.ID, failed), iam.NotFound)
	is(r)
	is(bare)
	f.settleAll()
}

// testSignupRace: of many who use a link exactly one does.
func testSignupRace(f *fixture) {
	r := f.newSignup()
	errs := race(50, func(int) error { return f.store.ProveSignup(f.ctx(), f.tenant.ID, r.ID, r.Created, f.aMakeJob(r.ID)) })
	same(f, f.winners(errs, iam.NotFound), 1)
	f.settleAll()
}

func testPurgeSignups(f *fixture) {
	past := f.env.Time().AddDate(-100, 0, 0)
	for i := range 3 {
		r := f.aSignup()
		r.Expires = past.Add(time.Duration(i) * time.Hour)
		f.ok(f.store.InsertSignup(f.ctx(), f.tenant.ID, r))
	}
	for _, want := range []int{1, 1, 0} {
		n, err := f.store.PurgeSignups(f.ctx(), past.Add(2*time.Hour), 1)
		f.ok(err)
		same(f, n, want)
	}
	same(f, len(f.rowsOf(f.tenant.ID)["signups"]), 1)
}
