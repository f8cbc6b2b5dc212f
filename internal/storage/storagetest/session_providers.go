package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// aProvider is by which provider a session was begun; the provider itself is
// looked after elsewhere.
func (f *fixture) aProvider(p iam.ProviderID, subject, sid string) *authn.SessionProvider {
	return &authn.SessionProvider{Provider: p, Issuer: "https://op.example", Subject: subject, SessionID: sid, IDToken: []byte{0, 1, 2}}
}

// newFederated begins a session on pages by a provider.
func (f *fixture) newFederated(u iam.User, p *authn.SessionProvider) authn.NewSession {
	f.Helper()
	s := f.aSession(u)
	s.Pages, s.Provider = true, p
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &s))
	return s
}

// testSessionProviders: by which provider a session was begun goes on with what
// comes in its place, and ends with it.
func testSessionProviders(f *fixture) {
	u := f.newUser("kim")
	op := iam.ProviderID(f.env.NewID())
	first := f.newFederated(u, f.aProvider(op, "kim", "s1"))
	provider := func(id iam.SessionID) authn.SessionProvider {
		f.Helper()
		p, err := f.store.SessionProvider(f.ctx(), f.tenant.ID, id)
		f.ok(err)
		return p
	}
	same(f, provider(first.ID), *first.Provider)

	next := f.aSession(u)
	next.Replaces = first.ID
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &next))
	same(f, provider(next.ID), *first.Provider)
	again := f.aSession(u)
	again.Replaces, again.Provider = next.ID, f.aProvider(op, "kim", "s2")
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &again))
	same(f, provider(again.ID), *again.Provider)

	// One that cannot be replaced keeps what it has.
	lee := f.newUser("lee")
	foreign := f.aSession(lee)
	foreign.Replaces = again.ID
	f.fails(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(lee), &foreign), iam.NotFound)
	same(f, provider(again.ID), *again.Provider)

	f.ok(f.store.EndSession(f.ctx(), f.tenant.ID, again.ID))
	for _, id := range []iam.SessionID{first.ID, next.ID, again.ID, f.newSession(u).ID, "no id", ""} {
		_, err := f.store.SessionProvider(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
	}
	bad := f.aSession(u)
	bad.Provider = f.aProvider("no id", "kim", "")
	f.fails(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &bad), iam.NotFound)
}

// testEndProviderSessions ends those that are meant, and no others.
func testEndProviderSessions(f *fixture) {
	u, lee := f.newUser("kim"), f.newUser("lee")
	op, other := iam.ProviderID(f.env.NewID()), iam.ProviderID(f.env.NewID())
	elsewhere := f.aProvider(op, "kim", "s1")
	elsewhere.Issuer = "https://other.example"
	sessions := map[string]authn.NewSession{
		"one":       f.newFederated(u, f.aProvider(op, "kim", "s1")),
		"two":       f.newFederated(u, f.aProvider(op, "kim", "s2")),
		"without":   f.newFederated(u, f.aProvider(op, "kim", "")),
		"lee":       f.newFederated(lee, f.aProvider(op, "lee", "s3")),
		"provider":  f.newFederated(u, f.aProvider(other, "kim", "s1")),
		"elsewhere": f.newFederated(u, elsewhere),
		"password":  f.newSession(u),
	}
	end := func(p iam.ProviderID, subject, sid string, gone ...string) {
		f.Helper()
		e := f.event("provider", "sign-out")
		f.bumps(len(gone) > 0, func() {
			n, err := f.store.EndProviderSessions(f.ctx(), f.tenant.ID, p, "https://op.example", subject, sid, e)
			f.ok(err)
			same(f, n, len(gone))
		})
		if len(gone) > 0 {
			f.logged(e)
		}
		for _, name := range gone {
			_, err := f.store.Session(f.ctx(), f.tenant.ID, sessions[name].ID)
			f.fails(err, iam.NotFound)
			delete(sessions, name)
		}
		for name, s := range sessions {
			if _, err := f.store.Session(f.ctx(), f.tenant.ID, s.ID); err != nil {
				f.Errorf("after the end of %q, %q the session %s is answered %v", subject, sid, name, err)
			}
		}
	}
	end(op, "", "")
	end(op, "lee", "s1")
	end(op, "nobody", "")
	end("no id", "kim", "")
	end(op, "kim", "s1", "one")
	end(op, "", "s3", "lee")
	end(op, "kim", "", "two", "without")
	end(op, "kim", "")
}

// sessionProviderLeaks are the checks of authn.ProviderStore.
var sessionProviderLeaks = map[string]func(*leak){
	"SessionProvider": func(l *leak) {
		_, err := l.store.SessionProvider(l.ctx(), l.a.tenant.ID, l.b.federated.ID)
		l.missed(err)
	},
	"EndProviderSessions": func(l *leak) {
		p := l.b.federated.Provider
		for _, sid := range []string{"", p.SessionID} {
			n, err := l.store.EndProviderSessions(l.ctx(), l.a.tenant.ID, p.Provider, p.Issuer, p.Subject, sid)
			l.ok(err)
			same(l.fixture, n, 0)
		}
	},
}

// populateFederated gives the tenant's user, after their first change of
// password, a session by a provider.
func (f *fixture) populateFederated(u iam.User) authn.NewSession {
	f.Helper()
	s := f.aSession(u)
	s.Generation, s.Provider = 2, f.aProvider(iam.ProviderID(f.env.NewID()), "kim", "s1")
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &s))
	return s
}
