package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// ownLeaks are the checks of what users set for themselves, and of what is told
// of when they signed in.
var ownLeaks = map[string]func(*leak){
	"OwnSettings": func(l *leak) {
		own, err := l.store.OwnSettings(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		l.ok(err)
		same(l.fixture, own, directory.OwnSettings{})
	},
	"SetView": func(l *leak) {
		l.missed(l.store.SetView(l.ctx(), l.a.tenant.ID, l.b.user.ID, directory.View{}))
	},
	"RequestAccess": func(l *leak) {
		l.missed(l.store.RequestAccess(l.ctx(), l.a.tenant.ID, l.b.user.ID, l.env.Time(), l.env.Time(), l.anAccessJob(l.b.user)))
	},
	"AccessMailed": func(l *leak) {
		own, err := l.store.OwnSettings(l.ctx(), l.b.tenant.ID, l.b.user.ID)
		l.ok(err)
		l.ok(l.store.AccessMailed(l.ctx(), l.a.tenant.ID, l.b.user.ID, own.Access.At))
	},
	"LoginEventsBetween": func(l *leak) {
		found, err := l.store.LoginEventsBetween(l.ctx(), l.a.tenant.ID, time.Time{}, time.Time{}, iam.Page{})
		mine(l, found.Items, err, func(e iam.LoginEvent) string { return string(e.User) }, string(l.b.user.ID))
	},
	"LastLogins": func(l *leak) {
		found, err := l.store.LastLogins(l.ctx(), l.a.tenant.ID)
		mine(l, found, err, func(u authn.LastLogin) string { return string(u.User) }, string(l.b.user.ID))
	},
	"InactiveUsers": func(l *leak) {
		found, err := l.store.InactiveUsers(l.ctx(), l.a.tenant.ID, l.env.Time().Add(time.Hour))
		mine(l, found, err, func(u authn.LastLogin) string { return string(u.User) }, string(l.b.user.ID))
	},
}
