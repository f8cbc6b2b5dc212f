package storagetest

import "github.com/gatehouse-id/gatehouse/internal/signup"

// signupPopulation is what populateSignups makes.
type signupPopulation struct{ asked, proved signup.Record }

func (f *fixture) populateSignups() (w signupPopulation) {
	f.Helper()
	w.asked, w.proved = f.newSignup(), f.newSignup()
	f.ok(f.store.ProveSignup(f.ctx(), f.tenant.ID, w.proved.ID, w.proved.Created, f.aMakeJob(w.proved.ID)))
	return w
}

// signupLeaks are the checks of signup.Store.
var signupLeaks = map[string]func(*leak){
	"InsertSignup": func(l *leak) {
		r := l.b.signups.asked // the id and the name are b's too; they do not meet
		r.MAC = []byte("of a")
		l.ok(l.store.InsertSignup(l.ctx(), l.a.tenant.ID, r))
		got, err := l.store.SignupNamed(l.ctx(), l.a.tenant.ID, r.Name)
		l.ok(err)
		same(l.fixture, got, r)
	},
	"Signup": func(l *leak) {
		_, err := l.store.Signup(l.ctx(), l.a.tenant.ID, l.b.signups.asked.ID)
		l.missed(err)
	},
	"SignupNamed": func(l *leak) {
		_, err := l.store.SignupNamed(l.ctx(), l.a.tenant.ID, l.b.signups.asked.Name)
		l.missed(err)
	},
	"ProveSignup": func(l *leak) {
		l.missed(l.store.ProveSignup(l.ctx(), l.a.tenant.ID, l.b.signups.asked.ID, l.b.signups.asked.Created, l.aMakeJob(l.b.signups.asked.ID)))
	},
	"SettleSignup": func(l *leak) {
		settled := l.b.signups.proved.Signup
		settled.State = signup.StateDone
		l.missed(l.store.SettleSignup(l.ctx(), l.a.tenant.ID, settled))
	},
	"PurgeSignups": func(l *leak) { // of any tenant, but only what has expired
		_, err := l.store.PurgeSignups(l.ctx(), l.b.signups.asked.Created, 1000)
		l.ok(err)
	},
}
