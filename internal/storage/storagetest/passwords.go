package storagetest

import (
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func testAccountKeys(f *fixture) {
	u := f.newUser("Kim")
	want := f.account("kim")
	got, err := f.store.AccountByID(f.ctx(), f.tenant.ID, u.ID)
	f.ok(err)
	same(f, got, want)
	for _, id := range []iam.UserID{"", "no id", iam.UserID(f.env.NewID())} {
		_, err := f.store.AccountByID(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
	}

	byEmail := func(email string) error {
		got, err = f.store.AccountByEmail(f.ctx(), f.tenant.ID, email)
		return err
	}
	f.fails(byEmail(u.Email), iam.NotFound) // which nobody has verified
	f.ok(f.store.VerifyEmail(f.ctx(), f.tenant.ID, u.ID, u.Email))
	f.ok(byEmail("  KIM@Example.com"))
	want.EmailVerified = true
	same(f, got, want)
	f.fails(byEmail(""), iam.NotFound)
	second := f.newUser("lee")
	f.ok(f.store.SetEmail(f.ctx(), f.tenant.ID, second.ID, u.Email))
	f.ok(byEmail(u.Email)) // the other has not verified it
	f.ok(f.store.VerifyEmail(f.ctx(), f.tenant.ID, second.ID, u.Email))
	f.fails(byEmail(u.Email), iam.NotFound) // who of the two?
}

func testEmails(f *fixture) {
	u := f.newUser("kim")
	user := func() iam.User {
		f.Helper()
		got, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
		f.ok(err)
		return got
	}
	e := f.event("user", "verify-email")
	f.ok(f.store.VerifyEmail(f.ctx(), f.tenant.ID, u.ID, "KIM@example.com", e))
	f.logged(e)
	if got := user(); !got.EmailVerified || got.Version != u.Version+1 || got.Email != u.Email {
		f.Fatalf("verified: %+v", got)
	}
	e = f.event("user", "change-email")
	f.ok(f.store.SetEmail(f.ctx(), f.tenant.ID, u.ID, "other@example.com", e))
	f.logged(e)
	if got := user(); got.EmailVerified || got.Version != u.Version+2 || got.Email != "other@example.com" {
		f.Fatalf("another: %+v", got)
	}
	f.fails(f.store.VerifyEmail(f.ctx(), f.tenant.ID, u.ID, u.Email), iam.NotFound) // it is not hers any more
	same(f, user().EmailVerified, false)
	for _, id := range []iam.UserID{"no id", iam.UserID(f.env.NewID())} {
		f.fails(f.store.VerifyEmail(f.ctx(), f.tenant.ID, id, u.Email), iam.NotFound)
		f.fails(f.store.SetEmail(f.ctx(), f.tenant.ID, id, u.Email), iam.NotFound)
		f.fails(f.store.RequirePassword(f.ctx(), f.tenant.ID, id), iam.NotFound)
	}
	e = f.event("user", "not-me")
	f.ok(f.store.RequirePassword(f.ctx(), f.tenant.ID, u.ID, e))
	f.logged(e)
	if got := user(); !got.MustChangePassword || got.Version != u.Version+3 {
		f.Fatalf("after RequirePassword: %+v", got)
	}
}

func testPasswordHistory(f *fixture) {
	u := f.newUser("kim")
	history := func(n int) []string {
		f.Helper()
		hashes, err := f.store.PasswordHistory(f.ctx(), f.tenant.ID, u.ID, n)
		f.ok(err)
		return hashes
	}
	same(f, history(24), nil)
	reset, invite := f.newChallenge(u, authn.PurposeReset, ""), f.newChallenge(u, authn.PurposeInvite, "")
	notMe, others := f.newChallenge(u, authn.PurposeNotMe, ""), f.newChallenge(f.newUser("lee"), authn.PurposeReset, "")
	f.fails(f.store.SetPassword(f.ctx(), f.tenant.ID, u.ID, 9, "stale", false), iam.Conflict)
	f.thereIs(reset, true)
	same(f, history(24), nil)
	f.ok(f.store.SetPassword(f.ctx(), f.tenant.ID, u.ID, 1, "hash 1", false))
	f.thereIs(reset, false)
	f.thereIs(invite, false)
	f.thereIs(notMe, true)
	f.thereIs(others, true)
	same(f, history(24), []string{"hash of kim"})

	f.ok(f.store.SetPassword(f.ctx(), f.tenant.ID, u.ID, 2, "", true)) // without a password
	a := f.account("kim")
	if a.PasswordHash != "" || !a.PasswordChanged.IsZero() || !a.MustChangePassword {
		f.Fatalf("without a password: %+v", a)
	}
	for i := range 30 {
		f.ok(f.store.SetPassword(f.ctx(), f.tenant.ID, u.ID, int64(i+3), fmt.Sprint("hash ", i+3), false))
	}
	same(f, history(2), []string{"hash 31", "hash 30"})
	same(f, len(history(100)), iam.MaxPasswordHistory)
	same(f, history(0), nil)
	hashes, err := f.store.PasswordHistory(f.ctx(), f.tenant.ID, "no id", 1)
	f.ok(err)
	same(f, hashes, nil)
}
