package storagetest

import (
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// opIssuer is that of the providers and identities of these tests.
const opIssuer = "https://op.example"

// aProviderRecord answers a provider that is not stored, with everything that
// one can have.
func (f *fixture) aProviderRecord(name string) federation.Record {
	now := f.env.Time()
	return federation.Record{Secret: []byte{0, 1, 255}, Provider: iam.Provider{ID: iam.ProviderID(f.env.NewID()), Name: name, Type: iam.ProviderOkta,
		DisplayName: "회사", Issuer: opIssuer, AuthorizationURL: opIssuer + "/a", TokenURL: opIssuer + "/t", UserInfoURL: opIssuer + "/u",
		JWKSURL: opIssuer + "/k", LogoutURL: opIssuer + "/l", ClientID: "client", HasSecret: true, Scopes: "openid email", Prompt: iam.PromptLogin,
		ClockSkew: 90 * time.Second, ValidateSignatures: true, DisableUserInfo: true, PassLoginHint: true, PassLocale: true,
		Forwarded: []string{"a", "b"}, HostedDomain: "example.com", BackChannelLogout: true, Mappers: iam.ProviderMappers{Email: "upn"},
		SCIM: true, SCIMToken: "token1", CreatedBy: "kim", Created: now, Updated: now, Version: 1}}
}

func (f *fixture) newProvider(name string) federation.Record {
	f.Helper()
	r := f.aProviderRecord(name)
	f.ok(f.store.InsertProvider(f.ctx(), f.tenant.ID, r, 100))
	return r
}

func testProviders(f *fixture) {
	e := f.event("provider", "create")
	r := f.aProviderRecord("okta")
	f.bumps(true, func() { f.ok(f.store.InsertProvider(f.ctx(), f.tenant.ID, r, 2, e)) })
	f.logged(e)
	bare := federation.Record{Provider: iam.Provider{ID: iam.ProviderID(f.env.NewID()), Name: "google", Type: iam.ProviderGoogle, ClientID: "c",
		CreatedBy: "kim", Created: r.Created, Updated: r.Updated, Version: 1}, Secret: []byte{}}

	// A name is taken once, whatever the letters of others; and there are no more than there may be.
	taken := f.aProviderRecord("okta")
	f.bumps(false, func() { f.fails(f.store.InsertProvider(f.ctx(), f.tenant.ID, taken, 2), iam.Exists) })
	f.ok(f.store.InsertProvider(f.ctx(), f.tenant.ID, bare, 2))
	if over := f.failure(f.store.InsertProvider(f.ctx(), f.tenant.ID, f.aProviderRecord("okta-2"), 2), iam.Precondition); over.Code != iam.ReasonLimit {
		f.Errorf("one more than may be fails by %q", over.Code)
	}
	f.fails(f.store.InsertProvider(f.ctx(), iam.TenantID(f.env.NewID()), f.aProviderRecord("x"), 2), iam.NotFound)

	are := func(want ...federation.Record) {
		f.Helper()
		got, err := f.store.Providers(f.ctx(), f.tenant.ID)
		f.ok(err)
		same(f, got, want)
		for _, r := range want {
			got, err := f.store.Provider(f.ctx(), f.tenant.ID, r.Name)
			f.ok(err)
			same(f, got, r)
		}
	}
	are(bare, r)
	for _, name := range []string{"", "Okta", "okta ", "%", string(r.ID)} {
		_, err := f.store.Provider(f.ctx(), f.tenant.ID, name)
		f.fails(err, iam.NotFound)
	}

	// All but name, maker and age is written anew, at its version only.
	old := r
	r.Provider = bare.Provider
	r.ID, r.Name, r.CreatedBy, r.Created, r.Updated = old.ID, old.Name, old.CreatedBy, old.Created, old.Updated.Add(time.Hour)
	r.Secret = []byte{}
	e = f.event("provider", "update")
	f.bumps(true, func() { f.ok(f.store.UpdateProvider(f.ctx(), f.tenant.ID, r, e)) })
	f.logged(e)
	f.bumps(false, func() { f.fails(f.store.UpdateProvider(f.ctx(), f.tenant.ID, r), iam.Conflict) })
	r.Version = 2
	are(bare, r)
	for _, id := range []iam.ProviderID{"", "no id", iam.ProviderID(f.env.NewID())} {
		gone := r
		gone.ID = id
		f.fails(f.store.UpdateProvider(f.ctx(), f.tenant.ID, gone), iam.NotFound)
		f.fails(f.store.DeleteProvider(f.ctx(), f.tenant.ID, id), iam.NotFound)
	}

	// It goes with what it knows of people and with the sessions that it began.
	kim, lee := f.newUser("kim"), f.newUser("lee")
	f.ok(f.store.InsertIdentity(f.ctx(), f.tenant.ID, f.anIdentity(r, kim, "1")))
	f.ok(f.store.InsertIdentity(f.ctx(), f.tenant.ID, f.anIdentity(bare, lee, "1")))
	begun, other, plain := f.newFederated(kim, f.aProvider(r.ID, "1", "s")), f.newFederated(lee, f.aProvider(bare.ID, "1", "s")), f.newSession(kim)
	e = f.event("provider", "delete")
	f.bumps(true, func() { f.ok(f.store.DeleteProvider(f.ctx(), f.tenant.ID, r.ID, e)) })
	f.logged(e)
	are(bare)
	f.identitiesAre(kim)
	f.identitiesAre(lee, f.anIdentity(bare, lee, "1"))
	_, err := f.store.Session(f.ctx(), f.tenant.ID, begun.ID)
	f.fails(err, iam.NotFound)
	for _, id := range []iam.SessionID{other.ID, plain.ID} {
		_, err := f.store.Session(f.ctx(), f.tenant.ID, id)
		f.ok(err)
	}
	f.settleAll()
}

// testProviderRace: of many who make the last provider that there may be one does.
func testProviderRace(f *fixture) {
	f.newProvider("first")
	errs := race(20, func(i int) error {
		return f.store.InsertProvider(f.ctx(), f.tenant.ID, f.aProviderRecord(fmt.Sprintf("p%d", i)), 2)
	})
	same(f, f.winners(errs, iam.Precondition), 1)
	f.settleAll()
}
