package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// aFactor answers a TOTP factor of a user, which is not stored.
func (f *fixture) aFactor(u iam.User) authn.FactorRecord {
	now := f.env.Time()
	return authn.FactorRecord{Factor: iam.Factor{ID: iam.FactorID(f.env.NewID()), User: u.ID, Kind: iam.FactorTOTP,
		Name: "Phone", Created: now}, Secret: []byte{0, 1, 2}, Expires: now.Add(time.Hour)}
}

func (f *fixture) aPasskey(u iam.User, credential string) authn.FactorRecord {
	r := f.aFactor(u)
	r.Kind, r.Credential = iam.FactorPasskey, credential
	return r
}

// activate makes a stored factor active, and answers it as it is then.
func (f *fixture) activate(r authn.FactorRecord, step int64) authn.FactorRecord {
	f.Helper()
	at := f.env.Time()
	_, err := f.store.ActivateFactor(f.ctx(), f.tenant.ID, authn.Activation{User: r.User, Factor: r.ID, Step: step, At: at})
	f.ok(err)
	r.Active, r.LastStep, r.LastUsed, r.Expires = true, step, at, time.Time{}
	return r
}

func (f *fixture) newFactor(r authn.FactorRecord) authn.FactorRecord {
	f.Helper()
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, r))
	return f.activate(r, 1)
}

func (f *fixture) factors(u iam.User) []authn.FactorRecord {
	f.Helper()
	fs, err := f.store.Factors(f.ctx(), f.tenant.ID, u.ID)
	f.ok(err)
	return fs
}

func (f *fixture) recoveryCodes(u iam.User) []authn.RecoveryCode {
	f.Helper()
	codes, err := f.store.RecoveryCodes(f.ctx(), f.tenant.ID, u.ID)
	f.ok(err)
	return codes
}

func (f *fixture) someRecoveryCodes(n int) (codes []authn.RecoveryCode) {
	for i := range n {
		codes = append(codes, authn.RecoveryCode{ID: f.env.NewID(), KeyID: "1", MAC: []byte{byte(i)}, Created: f.env.Time()})
	}
	return codes
}

func testFactors(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	r := f.aFactor(u)
	e := f.event("factor", "enrol")
	f.bumps(false, func() { f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, r, e)) })
	f.logged(e)
	same(f, f.factors(u), []authn.FactorRecord{r})
	same(f, f.factors(other), nil)
	gone := f.aFactor(iam.User{ID: iam.UserID(f.env.NewID())})
	f.fails(f.store.InsertFactor(f.ctx(), f.tenant.ID, gone), iam.NotFound)

	// One that was begun anew takes the place of the one that was not finished.
	second := f.aFactor(u)
	second.Kind, second.Email, second.Secret = iam.FactorEmail, "kim@example.com", nil
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, second))
	same(f, f.factors(u), []authn.FactorRecord{second})
	f.fails(f.store.UseFactor(f.ctx(), f.tenant.ID, u.ID, second.ID, 0, f.env.Time()), iam.NotFound) // not active
	second = f.activate(second, 0)
	r = f.newFactor(r) // after which what is active stays
	same(f, f.factors(u), []authn.FactorRecord{r, second})

	e = f.event("factor", "rename")
	f.ok(f.store.RenameFactor(f.ctx(), f.tenant.ID, u.ID, r.ID, "Old phone", e))
	f.logged(e)
	r.Name = "Old phone"
	same(f, f.factors(u), []authn.FactorRecord{r, second})

	for _, id := range []iam.FactorID{"", "no id", iam.FactorID(f.env.NewID())} {
		f.notAFactor(u.ID, id)
	}
	f.notAFactor(other.ID, r.ID) // of another user
	f.notAFactor("no id", r.ID)
	same(f, f.factors(u), []authn.FactorRecord{r, second})

	e = f.event("factor", "remove")
	f.bumps(true, func() { f.ok(f.store.DeleteFactors(f.ctx(), f.tenant.ID, u.ID, e)) })
	f.logged(e)
	same(f, f.factors(u), nil)
	f.fails(f.store.DeleteFactors(f.ctx(), f.tenant.ID, "no id"), iam.NotFound)
}

// notAFactor wants NotFound of every method that changes a factor.
func (f *fixture) notAFactor(u iam.UserID, id iam.FactorID) {
	f.Helper()
	_, err := f.store.ActivateFactor(f.ctx(), f.tenant.ID, authn.Activation{User: u, Factor: id, Step: 9, At: f.env.Time()})
	f.fails(err, iam.NotFound)
	f.fails(f.store.UseFactor(f.ctx(), f.tenant.ID, u, id, 9, f.env.Time()), iam.NotFound)
	f.fails(f.store.RenameFactor(f.ctx(), f.tenant.ID, u, id, "mine"), iam.NotFound)
	f.fails(f.store.DeleteFactor(f.ctx(), f.tenant.ID, u, id, false), iam.NotFound)
}

func testActivateFactor(f *fixture) {
	u := f.newUser("kim")
	r := f.aFactor(u)
	r.LastStep = 5
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, r))
	codes := f.someRecoveryCodes(3)
	a := authn.Activation{User: u.ID, Factor: r.ID, Step: 5, At: f.env.Time(), Codes: codes, Alone: true}
	_, err := f.store.ActivateFactor(f.ctx(), f.tenant.ID, a)
	f.fails(err, iam.NotFound) // the step is not a later one
	a.Step, a.At = 6, r.Expires
	_, err = f.store.ActivateFactor(f.ctx(), f.tenant.ID, a)
	f.fails(err, iam.NotFound) // expired
	same(f, f.recoveryCodes(u), nil)

	a.At = r.Expires.Add(-time.Microsecond)
	e := f.event("factor", "confirm")
	f.bumps(true, func() {
		first, err := f.store.ActivateFactor(f.ctx(), f.tenant.ID, a, e)
		f.ok(err)
		same(f, first, true)
	})
	f.logged(e)
	r.Active, r.LastStep, r.LastUsed, r.Expires = true, 6, a.At, time.Time{}
	same(f, f.factors(u), []authn.FactorRecord{r})
	same(f, f.recoveryCodes(u), codes)
	_, err = f.store.ActivateFactor(f.ctx(), f.tenant.ID, a)
	f.fails(err, iam.Precondition) // there is one
	a.Alone, a.Step = false, 7
	_, err = f.store.ActivateFactor(f.ctx(), f.tenant.ID, a)
	f.fails(err, iam.NotFound) // it is active already

	// Another brings no new codes.
	next := f.aFactor(u)
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, next))
	a = authn.Activation{User: u.ID, Factor: next.ID, Step: 1, At: f.env.Time(), Codes: f.someRecoveryCodes(1)}
	first, err := f.store.ActivateFactor(f.ctx(), f.tenant.ID, a)
	f.ok(err)
	same(f, first, false)
	same(f, f.recoveryCodes(u), codes)
}

func testUseFactor(f *fixture) {
	u := f.newUser("kim")
	r := f.newFactor(f.aFactor(u)) // with step 1
	use := func(id iam.FactorID, step int64) error {
		return f.store.UseFactor(f.ctx(), f.tenant.ID, u.ID, id, step, f.env.Time())
	}
	f.bumps(false, func() { f.ok(use(r.ID, 7)) })
	for _, step := range []int64{7, 6, 1, 0, -1} { // neither again nor an earlier one
		f.fails(use(r.ID, step), iam.Conflict)
	}
	f.ok(use(r.ID, 8))
	if got := f.factors(u)[0]; got.LastStep != 8 || !got.LastUsed.After(r.LastUsed) {
		f.Errorf("last step %d, used %v", got.LastStep, got.LastUsed)
	}

	// What has no steps is used as often as one likes.
	stepless := f.aPasskey(u, "AQID")
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, stepless))
	f.activate(stepless, 0)
	f.ok(use(stepless.ID, 0))
	f.ok(use(stepless.ID, 0))
	f.ok(use(stepless.ID, 3)) // once it counts, it has to go on
	f.fails(use(stepless.ID, 0), iam.Conflict)
}

func testDeleteFactor(f *fixture) {
	u := f.newUser("kim")
	one, two := f.newFactor(f.aFactor(u)), f.newFactor(f.aFactor(u))
	waiting := f.aFactor(u)
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, waiting))
	codes := f.someRecoveryCodes(2)
	f.ok(f.store.ReplaceRecoveryCodes(f.ctx(), f.tenant.ID, u.ID, codes))

	e := f.event("factor", "remove")
	f.bumps(true, func() { f.ok(f.store.DeleteFactor(f.ctx(), f.tenant.ID, u.ID, one.ID, true, e)) })
	f.logged(e)
	f.bumps(false, func() {
		f.fails(f.store.DeleteFactor(f.ctx(), f.tenant.ID, u.ID, two.ID, true), iam.Precondition)
	})
	same(f, f.factors(u), []authn.FactorRecord{two, waiting})
	same(f, f.recoveryCodes(u), codes)
	f.withCodes(u.ID)
	f.ok(f.store.DeleteFactor(f.ctx(), f.tenant.ID, u.ID, waiting.ID, true)) // it is none yet
	f.ok(f.store.DeleteFactor(f.ctx(), f.tenant.ID, u.ID, two.ID, false))
	same(f, f.factors(u), nil)
	same(f, f.recoveryCodes(u), nil) // they are nothing without a factor
	f.withCodes()
}

// withCodes wants just these users to have an active factor of codes.
func (f *fixture) withCodes(want ...iam.UserID) {
	f.Helper()
	got, err := f.store.UsersWithCodes(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, got, want)
}

func testPasskeys(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	r := f.aPasskey(u, "Y3JlZA")
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, r))
	_, err := f.store.FactorByCredential(f.ctx(), f.tenant.ID, "Y3JlZA")
	f.fails(err, iam.NotFound) // not active
	r = f.activate(r, 1)
	f.withCodes() // a passkey is none
	got, err := f.store.FactorByCredential(f.ctx(), f.tenant.ID, "Y3JlZA")
	f.ok(err)
	same(f, got, r)
	for _, id := range []string{"", "y3jlza", "Y3JlZA=="} {
		_, err = f.store.FactorByCredential(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
	}
	f.fails(f.store.InsertFactor(f.ctx(), f.tenant.ID, f.aPasskey(other, "Y3JlZA")), iam.Exists)
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, f.aPasskey(other, "b3RoZXI")))
}

func testRecoveryCodes(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	codes := f.someRecoveryCodes(3)
	e := f.event("factor", "new-recovery-codes")
	f.bumps(true, func() { f.ok(f.store.ReplaceRecoveryCodes(f.ctx(), f.tenant.ID, u.ID, f.someRecoveryCodes(4))) })
	f.ok(f.store.ReplaceRecoveryCodes(f.ctx(), f.tenant.ID, u.ID, codes, e))
	f.logged(e)
	same(f, f.recoveryCodes(u), codes)
	same(f, f.recoveryCodes(other), nil)
	for _, id := range []iam.UserID{"no id", iam.UserID(f.env.NewID())} {
		f.fails(f.store.ReplaceRecoveryCodes(f.ctx(), f.tenant.ID, id, codes), iam.NotFound)
	}

	e = f.event("factor", "use-recovery-code")
	f.bumps(false, func() { f.ok(f.store.SpendRecoveryCode(f.ctx(), f.tenant.ID, u.ID, codes[1].ID, e)) })
	f.logged(e)
	for _, spend := range []struct {
		user iam.UserID
		id   string
	}{{u.ID, codes[1].ID}, {other.ID, codes[0].ID}, {u.ID, "no id"}, {"no id", codes[0].ID}} {
		f.fails(f.store.SpendRecoveryCode(f.ctx(), f.tenant.ID, spend.user, spend.id), iam.NotFound)
	}
	same(f, f.recoveryCodes(u), []authn.RecoveryCode{codes[0], codes[2]})
}
