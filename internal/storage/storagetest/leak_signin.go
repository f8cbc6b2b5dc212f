package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// signInPopulation is what populateSignIn makes.
type signInPopulation struct {
	challenge authn.Challenge
	session   authn.NewSession
	login     iam.LoginEvent
}

// populateSignIn gives the tenant's user a session from a place, a challenge, an earlier
// password, and failures, under names that every tenant has.
func (f *fixture) populateSignIn(u iam.User) (w signInPopulation) {
	f.Helper()
	f.ok(f.store.SetPassword(f.ctx(), f.tenant.ID, u.ID, 1, "second hash", false))
	w.challenge = f.newChallenge(u, authn.PurposeReset, "")
	session := f.aPlacedSession(u, "home")
	session.Generation = 2
	w.session, w.login = session, f.aLogin(u)
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, w.login, &session))
	_, err := f.store.CountFailure(f.ctx(), f.tenant.ID, f.env.Time(), lockoutSubjects(5))
	f.ok(err)
	return w
}

// signInLeaks are the checks of authn.PasswordStore, authn.SessionStore and
// authn.ChallengeStore.
var signInLeaks = map[string]func(*leak){
	"AccountByID": func(l *leak) {
		_, err := l.store.AccountByID(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		l.missed(err)
	},
	"AccountByEmail": func(l *leak) { // both have it
		for _, p := range []*population{l.a, l.b} {
			l.ok(l.store.VerifyEmail(l.ctx(), l.a.tenant.ID, l.a.user.ID, p.user.Email))
		}
		a, err := l.store.AccountByEmail(l.ctx(), l.a.tenant.ID, l.b.user.Email)
		l.ok(err)
		same(l.fixture, a.User, l.a.user.ID)
	},
	"PasswordHistory": func(l *leak) {
		hashes, err := l.store.PasswordHistory(l.ctx(), l.a.tenant.ID, l.b.user.ID, 10)
		none(l, hashes, err)
	},
	"RequirePassword": func(l *leak) { l.missed(l.store.RequirePassword(l.ctx(), l.a.tenant.ID, l.b.user.ID)) },
	"SetEmail":        func(l *leak) { l.missed(l.store.SetEmail(l.ctx(), l.a.tenant.ID, l.b.user.ID, "mine@example.com")) },
	"VerifyEmail":     func(l *leak) { l.missed(l.store.VerifyEmail(l.ctx(), l.a.tenant.ID, l.b.user.ID, l.b.user.Email)) },
	"CountFailure": func(l *leak) { // of the same names
		_, err := l.store.CountFailure(l.ctx(), l.a.tenant.ID, l.env.Time(), lockoutSubjects(5))
		l.ok(err)
	},
	"ConfirmFailures": func(l *leak) { // of the same names
		subjects := lockoutSubjects(5)
		for i := range subjects {
			subjects[i].Burst = 2
		}
		l.ok(l.store.ConfirmFailures(l.ctx(), l.a.tenant.ID, l.env.Time(), subjects))
	},
	"ForgetFailures": func(l *leak) {
		subjects := lockoutSubjects(5)
		l.ok(l.store.ForgetFailures(l.ctx(), l.a.tenant.ID, subjects))
		subjects[0].Clear = true
		l.ok(l.store.ForgetFailures(l.ctx(), l.a.tenant.ID, subjects))
	},

	"Sessions": func(l *leak) {
		found, err := l.store.Sessions(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		none(l, found, err)
	},
	"EndSessions": func(l *leak) {
		n, err := l.store.EndSessions(l.ctx(), l.a.tenant.ID, l.b.user.ID, "")
		l.ok(err)
		same(l.fixture, n, 0)
	},
	"TouchSessions": func(l *leak) {
		l.ok(l.store.TouchSessions(l.ctx(), l.a.tenant.ID, map[iam.SessionID]time.Time{l.b.session.ID: l.env.Time()}))
	},
	"LoginEvent": func(l *leak) {
		_, err := l.store.LoginEvent(l.ctx(), l.a.tenant.ID, l.b.signIn.login.ID)
		l.missed(err)
	},
	"PurgeLoginEvents": func(l *leak) {
		n, err := l.store.PurgeLoginEvents(l.ctx(), l.a.tenant.ID, l.env.Time().Add(time.Hour), 1000)
		l.ok(err)
		same(l.fixture, n > 0, true)
	},

	"InsertChallenge": func(l *leak) {
		c := l.aChallenge(l.b.user, authn.PurposeReset, "")
		l.missed(l.store.InsertChallenge(l.ctx(), l.a.tenant.ID, c)) // for b's user
		c.User, c.ID = l.a.user.ID, l.b.signIn.challenge.ID          // the id is b's too; they do not meet
		l.ok(l.store.InsertChallenge(l.ctx(), l.a.tenant.ID, c))
	},
	"Challenge": func(l *leak) {
		_, err := l.store.Challenge(l.ctx(), l.a.tenant.ID, l.b.signIn.challenge.ID, l.b.signIn.challenge.Created)
		l.missed(err)
	},
	"FindChallenge": func(l *leak) {
		_, err := l.store.FindChallenge(l.ctx(), l.a.tenant.ID, l.b.user.ID, authn.PurposeReset, "", l.b.signIn.challenge.Created)
		l.missed(err)
	},
	"TryChallenge": func(l *leak) {
		_, err := l.store.TryChallenge(l.ctx(), l.a.tenant.ID, l.b.signIn.challenge.ID, l.b.signIn.challenge.Created, 5)
		l.missed(err)
	},
	"SpendChallenge": func(l *leak) { l.missed(l.store.SpendChallenge(l.ctx(), l.a.tenant.ID, l.b.signIn.challenge.ID)) },
	"EndChallenges": func(l *leak) {
		l.ok(l.store.EndChallenges(l.ctx(), l.a.tenant.ID, l.b.user.ID, authn.PurposeReset, time.Time{}))
	},
	"PurgeSignInLeftovers": func(l *leak) { // of any tenant, but only what has expired
		_, err := l.store.PurgeSignInLeftovers(l.ctx(), l.b.tenant.Created, 1000)
		l.ok(err)
	},
}
