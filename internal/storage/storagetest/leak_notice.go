package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// populateNotices gives a user wishes.
func (f *fixture) populateNotices(u iam.User) {
	f.Helper()
	f.ok(f.store.SetPreferences(f.ctx(), f.tenant.ID, u.ID, map[string]bool{"of all": false}, f.env.Time(), nil))
}

var noticeLeaks = map[string]func(*leak){
	"Recipient": func(l *leak) {
		_, err := l.store.Recipient(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		l.missed(err)
	},
	"SetPreferences": func(l *leak) {
		m := l.outgoing(l.aMail("kim@example.com"))
		l.missed(l.store.SetPreferences(l.ctx(), l.a.tenant.ID, l.b.user.ID, map[string]bool{"of all": true}, l.env.Time(), []notice.Outgoing{m}))
	},
}
