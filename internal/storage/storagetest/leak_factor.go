package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// factorPopulation is what populateFactors makes.
type factorPopulation struct {
	waiting authn.FactorRecord
	active  authn.FactorRecord
	passkey authn.FactorRecord
	codes   []authn.RecoveryCode
}

func (f *fixture) populateFactors(u iam.User) (w factorPopulation) {
	f.Helper()
	w.active, w.passkey = f.newFactor(f.aFactor(u)), f.newFactor(f.aPasskey(u, "Y3JlZA"))
	w.waiting = f.aFactor(u)
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, w.waiting))
	w.codes = f.someRecoveryCodes(2)
	f.ok(f.store.ReplaceRecoveryCodes(f.ctx(), f.tenant.ID, u.ID, w.codes))
	return w
}

var factorLeaks = map[string]func(*leak){
	"InsertFactor": func(l *leak) {
		r := l.aPasskey(l.b.user, "b3RoZXI")
		l.missed(l.store.InsertFactor(l.ctx(), l.a.tenant.ID, r)) // for b's user
		r.User, r.ID = l.a.user.ID, l.b.factors.waiting.ID        // the id is b's too; they do not meet
		l.ok(l.store.InsertFactor(l.ctx(), l.a.tenant.ID, r))
	},
	"ActivateFactor": func(l *leak) {
		for _, u := range []iam.UserID{l.a.user.ID, l.b.user.ID} {
			_, err := l.store.ActivateFactor(l.ctx(), l.a.tenant.ID, authn.Activation{User: u, Factor: l.b.factors.waiting.ID,
				Step: 1, At: l.b.factors.waiting.Created, Codes: l.someRecoveryCodes(1)})
			l.missed(err)
		}
	},
	"UseFactor": func(l *leak) {
		for _, u := range []iam.UserID{l.a.user.ID, l.b.user.ID} {
			l.missed(l.store.UseFactor(l.ctx(), l.a.tenant.ID, u, l.b.factors.active.ID, 9, l.env.Time()))
		}
	},
	"RenameFactor": func(l *leak) {
		for _, u := range []iam.UserID{l.a.user.ID, l.b.user.ID} {
			l.missed(l.store.RenameFactor(l.ctx(), l.a.tenant.ID, u, l.b.factors.active.ID, "mine"))
		}
	},
	"DeleteFactor": func(l *leak) {
		for _, u := range []iam.UserID{l.a.user.ID, l.b.user.ID} {
			l.missed(l.store.DeleteFactor(l.ctx(), l.a.tenant.ID, u, l.b.factors.active.ID, false))
		}
	},
	"DeleteFactors": func(l *leak) { // there is nothing of that user in a
		l.ok(l.store.DeleteFactors(l.ctx(), l.a.tenant.ID, l.b.user.ID))
	},
	"Factors": func(l *leak) {
		found, err := l.store.Factors(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		none(l, found, err)
	},
	"UsersWithCodes": func(l *leak) {
		found, err := l.store.UsersWithCodes(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		same(l.fixture, found, []iam.UserID{l.a.user.ID})
	},
	"FactorByCredential": func(l *leak) { // both have one of that id
		got, err := l.store.FactorByCredential(l.ctx(), l.a.tenant.ID, l.b.factors.passkey.Credential)
		l.ok(err)
		same(l.fixture, got.ID, l.a.factors.passkey.ID)
	},
	"ReplaceRecoveryCodes": func(l *leak) {
		l.missed(l.store.ReplaceRecoveryCodes(l.ctx(), l.a.tenant.ID, l.b.user.ID, l.b.factors.codes))
	},
	"RecoveryCodes": func(l *leak) {
		found, err := l.store.RecoveryCodes(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		none(l, found, err)
	},
	"SpendRecoveryCode": func(l *leak) {
		for _, u := range []iam.UserID{l.a.user.ID, l.b.user.ID} {
			l.missed(l.store.SpendRecoveryCode(l.ctx(), l.a.tenant.ID, u, l.b.factors.codes[0].ID))
		}
	},
}
