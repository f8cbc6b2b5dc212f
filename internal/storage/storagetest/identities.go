package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// identityTime is when identities of these tests were made and used.
var identityTime = time.Date(2026, 3, 4, 5, 6, 7, 89_000, time.UTC)

// anIdentity answers one that is not stored.
func (f *fixture) anIdentity(r federation.Record, u iam.User, subject string) iam.Identity {
	return iam.Identity{Provider: r.ID, Issuer: opIssuer, Subject: subject, User: u.ID, Email: "Kim@Example.com", Created: identityTime,
		LastUsed: identityTime}
}

// identitiesAre wants those of a user.
func (f *fixture) identitiesAre(u iam.User, want ...iam.Identity) {
	f.Helper()
	got, err := f.store.Identities(f.ctx(), f.tenant.ID, u.ID)
	f.ok(err)
	same(f, got, want)
}

func testIdentities(f *fixture) {
	r, other := f.newProvider("okta"), f.newProvider("okta-2")
	kim, lee := f.newUser("kim"), f.newUser("lee")
	i := f.anIdentity(r, kim, "1")
	e := f.event("identity", "link")
	f.bumps(false, func() { f.ok(f.store.InsertIdentity(f.ctx(), f.tenant.ID, i, e)) })
	f.logged(e)

	// A subject is one together with its provider and its issuer, and of one user.
	for _, u := range []iam.User{kim, lee} {
		f.fails(f.store.InsertIdentity(f.ctx(), f.tenant.ID, f.anIdentity(r, u, "1")), iam.Exists)
	}
	second, third, fourth := f.anIdentity(other, lee, "1"), f.anIdentity(r, lee, "2"), f.anIdentity(r, lee, "1")
	fourth.Issuer, fourth.Created = opIssuer+"/", identityTime.Add(time.Second)
	third.Created = identityTime.Add(time.Minute)
	second.Created = identityTime.Add(time.Hour)
	for _, i := range []iam.Identity{second, third, fourth} {
		f.ok(f.store.InsertIdentity(f.ctx(), f.tenant.ID, i))
	}
	f.identitiesAre(kim, i)
	f.identitiesAre(lee, fourth, third, second)
	for _, want := range []iam.Identity{i, second, third, fourth} {
		got, err := f.store.Identity(f.ctx(), f.tenant.ID, want.Provider, want.Issuer, want.Subject)
		f.ok(err)
		same(f, got, want)
	}
	for _, not := range []iam.Identity{{Provider: r.ID, Issuer: opIssuer, Subject: "3"}, {Provider: r.ID, Issuer: "", Subject: "1"},
		{Provider: other.ID, Issuer: opIssuer, Subject: "2"}, {Provider: "no id", Issuer: opIssuer, Subject: "1"}, {Issuer: opIssuer, Subject: "1"}} {
		_, err := f.store.Identity(f.ctx(), f.tenant.ID, not.Provider, not.Issuer, not.Subject)
		f.fails(err, iam.NotFound)
	}
	for _, bad := range []iam.Identity{{Provider: r.ID, User: "no id"}, {Provider: "no id", User: kim.ID}, {Provider: r.ID, User: iam.UserID(f.env.NewID())},
		{Provider: iam.ProviderID(f.env.NewID()), User: kim.ID}} {
		f.fails(f.store.InsertIdentity(f.ctx(), f.tenant.ID, bad), iam.NotFound)
	}

	i.Email, i.LastUsed = "kim@new.example", identityTime.Add(time.Hour)
	f.bumps(false, func() { f.ok(f.store.UseIdentity(f.ctx(), f.tenant.ID, i)) })
	f.identitiesAre(kim, i)
	f.ok(f.store.UseIdentity(f.ctx(), f.tenant.ID, iam.Identity{Provider: r.ID, Issuer: opIssuer, Subject: "3"}))
	f.ok(f.store.UseIdentity(f.ctx(), f.tenant.ID, iam.Identity{Provider: "no id"}))

	f.ok(f.store.DeleteUser(f.ctx(), f.tenant.ID, lee.ID, 0))
	f.identitiesAre(lee)
	none, err := f.store.Identities(f.ctx(), f.tenant.ID, "no id")
	f.ok(err)
	same(f, len(none), 0)
	f.settleAll()
}

// testAdmit: a user is made together with an identity, or not at all.
func testAdmit(f *fixture) {
	r := f.newProvider("okta")
	i := f.anIdentity(r, iam.User{}, "1")
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("kim"), Identity: &i})
	f.ok(err)
	same(f, i.User, "") // what the caller has is the caller's
	f.identitiesAre(u, f.anIdentity(r, u, "1"))
	_, err = f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("lee"), Identity: &i})
	f.fails(err, iam.Exists)
	_, err = f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{Username: "lee"})
	f.fails(err, iam.NotFound)
	f.settleAll()
}

// testUnlink: the last way in stays; what an identity began ends with it, but for
// the session in which it is unlinked.
func testUnlink(f *fixture) {
	r := f.newProvider("okta")
	bare := func(name string) iam.User { // nobody has given them a password
		f.Helper()
		u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser(name)})
		f.ok(err)
		return u
	}
	link := func(u iam.User, subject string) iam.Identity {
		f.Helper()
		i := f.anIdentity(r, u, subject)
		f.ok(f.store.InsertIdentity(f.ctx(), f.tenant.ID, i))
		return i
	}
	last := func(u iam.User, i iam.Identity) {
		f.Helper()
		f.bumps(false, func() {
			if kept := f.failure(f.store.DeleteIdentity(f.ctx(), f.tenant.ID, i, ""), iam.Precondition); kept.Code != iam.ReasonLastWay {
				f.Errorf("the last way in is kept by %q", kept.Code)
			}
		})
		f.identitiesAre(u, i)
	}

	kim := bare("kim")
	first := link(kim, "1")
	last(kim, first)
	passkey := f.aPasskey(kim, "credential")
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, passkey))
	last(kim, first) // it was not proved yet
	f.activate(passkey, 0)
	e := f.event("identity", "unlink")
	f.bumps(true, func() { f.ok(f.store.DeleteIdentity(f.ctx(), f.tenant.ID, first, "", e)) })
	f.logged(e)
	f.identitiesAre(kim)
	f.fails(f.store.DeleteIdentity(f.ctx(), f.tenant.ID, first, ""), iam.NotFound)

	lee := bare("lee")
	f.newFactor(f.aFactor(lee)) // a code proves nobody alone
	first, second := link(lee, "2"), link(lee, "3")
	own, begun, others := f.newFederated(lee, f.aProvider(r.ID, "2", "s1")), f.newFederated(lee, f.aProvider(r.ID, "2", "s2")), f.newFederated(lee, f.aProvider(r.ID, "3", "s3"))
	choi := f.newUser("choi")
	theirs := first
	theirs.User = choi.ID
	f.fails(f.store.DeleteIdentity(f.ctx(), f.tenant.ID, theirs, ""), iam.NotFound)
	f.ok(f.store.DeleteIdentity(f.ctx(), f.tenant.ID, first, own.ID))
	f.identitiesAre(lee, second)
	_, err := f.store.Session(f.ctx(), f.tenant.ID, begun.ID)
	f.fails(err, iam.NotFound)
	for _, id := range []iam.SessionID{own.ID, others.ID} {
		_, err := f.store.Session(f.ctx(), f.tenant.ID, id)
		f.ok(err)
	}
	last(lee, second)
	for _, bad := range []iam.Identity{{User: "no id", Provider: r.ID}, {User: lee.ID, Provider: "no id"}, {User: lee.ID, Provider: r.ID, Subject: "9"}} {
		f.fails(f.store.DeleteIdentity(f.ctx(), f.tenant.ID, bad, ""), iam.NotFound)
	}

	withPassword, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("park"), PasswordHash: "hash"})
	f.ok(err)
	f.ok(f.store.DeleteIdentity(f.ctx(), f.tenant.ID, link(withPassword, "4"), ""))
	f.settleAll()
}
