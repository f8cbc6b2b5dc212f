package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// federationPopulation is what populateFederation makes.
type federationPopulation struct {
	provider federation.Record
	identity iam.Identity
}

func (f *fixture) populateFederation(u iam.User) (w federationPopulation) {
	f.Helper()
	w.provider = f.newProvider("okta")
	w.identity = f.anIdentity(w.provider, u, "1")
	f.ok(f.store.InsertIdentity(f.ctx(), f.tenant.ID, w.identity))
	return w
}

// federationLeaks are the checks of federation.Store.
var federationLeaks = map[string]func(*leak){
	"InsertProvider": func(l *leak) {
		r := l.aProviderRecord("okta-2")
		r.ID = l.b.federation.provider.ID // they do not meet
		l.ok(l.store.InsertProvider(l.ctx(), l.a.tenant.ID, r, 2))
		got, err := l.store.Provider(l.ctx(), l.a.tenant.ID, r.Name)
		l.ok(err)
		same(l.fixture, got, r)
	},
	"UpdateProvider": func(l *leak) {
		l.missed(l.store.UpdateProvider(l.ctx(), l.a.tenant.ID, l.b.federation.provider))
	},
	"DeleteProvider": func(l *leak) {
		l.missed(l.store.DeleteProvider(l.ctx(), l.a.tenant.ID, l.b.federation.provider.ID))
	},
	"Provider": func(l *leak) { // both have one of the name
		r, err := l.store.Provider(l.ctx(), l.a.tenant.ID, l.b.federation.provider.Name)
		l.ok(err)
		same(l.fixture, r.ID, l.a.federation.provider.ID)
	},
	"Providers": func(l *leak) {
		rs, err := l.store.Providers(l.ctx(), l.a.tenant.ID)
		mine(l, rs, err, func(r federation.Record) string { return string(r.ID) }, string(l.b.federation.provider.ID))
	},
	"Identity": func(l *leak) {
		i := l.b.federation.identity
		_, err := l.store.Identity(l.ctx(), l.a.tenant.ID, i.Provider, i.Issuer, i.Subject)
		l.missed(err)
	},
	"Identities": func(l *leak) {
		is, err := l.store.Identities(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		none(l, is, err)
	},
	"InsertIdentity": func(l *leak) {
		i := l.b.federation.identity // neither its user nor its provider is there
		l.missed(l.store.InsertIdentity(l.ctx(), l.a.tenant.ID, i))
		i.User, i.Subject = l.a.user.ID, "of a"
		l.missed(l.store.InsertIdentity(l.ctx(), l.a.tenant.ID, i))
	},
	"UseIdentity": func(l *leak) {
		i := l.b.federation.identity
		i.Email = "of a"
		l.ok(l.store.UseIdentity(l.ctx(), l.a.tenant.ID, i))
	},
	"DeleteIdentity": func(l *leak) {
		l.missed(l.store.DeleteIdentity(l.ctx(), l.a.tenant.ID, l.b.federation.identity, ""))
	},
}
