package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// aChallenge answers a challenge that is not stored.
func (f *fixture) aChallenge(u iam.User, p authn.Purpose, subject string) authn.Challenge {
	now := f.env.Time()
	return authn.Challenge{ID: iam.ChallengeID(f.env.NewID()), User: u.ID, Purpose: p, Subject: subject, KeyID: "1", MAC: []byte{0, 1},
		Data: []byte{2, 0}, Created: now, Expires: now.Add(time.Hour)}
}

func (f *fixture) newChallenge(u iam.User, p authn.Purpose, subject string) authn.Challenge {
	f.Helper()
	c := f.aChallenge(u, p, subject)
	f.ok(f.store.InsertChallenge(f.ctx(), f.tenant.ID, c))
	return c
}

// thereIs wants a challenge to be there, or not to.
func (f *fixture) thereIs(c authn.Challenge, want bool) {
	f.Helper()
	got, err := f.store.Challenge(f.ctx(), f.tenant.ID, c.ID, c.Created)
	if !want {
		f.fails(err, iam.NotFound)
		return
	}
	f.ok(err)
	same(f, got, c)
}

func testChallenges(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	e := f.event("user", "ask")
	first := f.aChallenge(u, authn.PurposeReset, "")
	f.bumps(false, func() { f.ok(f.store.InsertChallenge(f.ctx(), f.tenant.ID, first, e)) })
	f.logged(e)
	f.thereIs(first, true)
	// A later one takes the place of those of the same user, purpose and
	// subject, and of no others.
	rest := []authn.Challenge{f.newChallenge(other, authn.PurposeReset, ""), f.newChallenge(u, authn.PurposeInvite, ""),
		f.newChallenge(u, authn.PurposeReset, "x")}
	second := f.newChallenge(u, authn.PurposeReset, "")
	f.thereIs(first, false)
	for _, c := range append(rest, second) {
		f.thereIs(c, true)
	}
	nobody := f.aChallenge(iam.User{}, authn.PurposePasskeySignIn, "")
	nobody.MAC, nobody.Data = nil, nil
	f.ok(f.store.InsertChallenge(f.ctx(), f.tenant.ID, nobody))
	again := nobody
	again.ID = iam.ChallengeID(f.env.NewID())
	f.ok(f.store.InsertChallenge(f.ctx(), f.tenant.ID, again)) // of those nobody's is replaced
	f.thereIs(nobody, true)

	find := func(u iam.User, p authn.Purpose, subject string, now time.Time) (authn.Challenge, error) {
		return f.store.FindChallenge(f.ctx(), f.tenant.ID, u.ID, p, subject, now)
	}
	got, err := find(u, authn.PurposeReset, "", second.Created)
	f.ok(err)
	same(f, got, second)
	for _, c := range []struct {
		u       iam.User
		p       authn.Purpose
		subject string
		now     time.Time
	}{
		{u, authn.PurposeReset, "y", second.Created}, {u, authn.PurposeNotMe, "", second.Created},
		{other, authn.PurposeInvite, "", second.Created}, {u, authn.PurposeReset, "", second.Expires},
		{iam.User{ID: "no id"}, authn.PurposeReset, "", second.Created},
	} {
		_, err := find(c.u, c.p, c.subject, c.now)
		f.fails(err, iam.NotFound)
	}
	_, err = f.store.Challenge(f.ctx(), f.tenant.ID, second.ID, second.Expires)
	f.fails(err, iam.NotFound)
	for _, id := range []iam.UserID{"no id", iam.UserID(f.env.NewID())} {
		f.fails(f.store.InsertChallenge(f.ctx(), f.tenant.ID, f.aChallenge(iam.User{ID: id}, authn.PurposeReset, "")), iam.NotFound)
	}
	for _, id := range []iam.ChallengeID{"", "no id", iam.ChallengeID(f.env.NewID())} {
		_, err := f.store.Challenge(f.ctx(), f.tenant.ID, id, second.Created)
		f.fails(err, iam.NotFound)
		_, err = f.store.TryChallenge(f.ctx(), f.tenant.ID, id, second.Created, 5)
		f.fails(err, iam.NotFound)
		f.fails(f.store.SpendChallenge(f.ctx(), f.tenant.ID, id), iam.NotFound)
	}

	e = f.event("user", "spend")
	f.bumps(false, func() { f.ok(f.store.SpendChallenge(f.ctx(), f.tenant.ID, second.ID, e)) })
	f.logged(e)
	f.fails(f.store.SpendChallenge(f.ctx(), f.tenant.ID, second.ID), iam.NotFound)
	f.thereIs(second, false)

	f.ok(f.store.EndChallenges(f.ctx(), f.tenant.ID, u.ID, authn.PurposeReset, rest[2].Created.Add(time.Microsecond)))
	f.thereIs(rest[2], true)
	f.ok(f.store.EndChallenges(f.ctx(), f.tenant.ID, u.ID, authn.PurposeReset, rest[2].Created))
	f.ok(f.store.EndChallenges(f.ctx(), f.tenant.ID, "no id", authn.PurposeReset, time.Time{}))
	f.thereIs(rest[0], true)
	f.thereIs(rest[1], true)
	f.thereIs(rest[2], false)
}

func testTryChallenge(f *fixture) {
	u := f.newUser("kim")
	c := f.newChallenge(u, authn.PurposeVerifyEmail, "kim@example.com")
	for i := range 5 {
		got, err := f.store.TryChallenge(f.ctx(), f.tenant.ID, c.ID, c.Created, 5)
		f.ok(err)
		c.Attempts = i + 1
		same(f, got, c)
	}
	_, err := f.store.TryChallenge(f.ctx(), f.tenant.ID, c.ID, c.Created, 5)
	f.fails(err, iam.NotFound)
	f.thereIs(c, true) // and nothing was counted
	late := f.newChallenge(u, authn.PurposeVerifyEmail, "lee@example.com")
	_, err = f.store.TryChallenge(f.ctx(), f.tenant.ID, late.ID, late.Expires, 5)
	f.fails(err, iam.NotFound)
	f.thereIs(late, true)
}

// testChallengeRaces: no attempt escapes the count, and a challenge is spent once.
func testChallengeRaces(f *fixture) {
	c := f.newChallenge(f.newUser("kim"), authn.PurposeVerifyEmail, "")
	errs := race(100, func(int) error {
		_, err := f.store.TryChallenge(f.ctx(), f.tenant.ID, c.ID, c.Created, 5)
		return err
	})
	same(f, f.winners(errs, iam.NotFound), 5)
	errs = race(100, func(int) error { return f.store.SpendChallenge(f.ctx(), f.tenant.ID, c.ID) })
	same(f, f.winners(errs, iam.NotFound), 1)
}

func testPurgeSignInLeftovers(f *fixture) {
	u := f.newUser("kim")
	past := f.env.Time().AddDate(-100, 0, 0)
	for i := range 3 {
		c := f.aChallenge(u, authn.PurposeNotMe, f.env.NewID())
		c.Expires = past.Add(time.Duration(i) * time.Hour)
		f.ok(f.store.InsertChallenge(f.ctx(), f.tenant.ID, c))
		f.ok(f.store.UseSignature(f.ctx(), f.tenant.ID, f.env.NewID(), c.Expires))
		_, err := f.store.CountFailure(f.ctx(), f.tenant.ID, c.Expires.Add(-48*time.Hour), []authn.LockoutSubject{{Name: f.env.NewID(), Policy: lockoutPolicy}})
		f.ok(err)
	}
	for _, want := range []int{3, 3, 0} { // one of each, twice; then what is not from before
		n, err := f.store.PurgeSignInLeftovers(f.ctx(), past.Add(2*time.Hour), 1)
		f.ok(err)
		same(f, n, want)
	}
	rows := f.rowsOf(f.tenant.ID)
	same(f, len(rows["challenges"]) == 1 && len(rows["used_signatures"]) == 1 && len(rows["lockouts"]) == 1, true)
}
