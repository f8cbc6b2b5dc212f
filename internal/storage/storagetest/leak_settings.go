package storagetest

import "github.com/gatehouse-id/gatehouse/internal/iam"

// populateSettings gives the tenant settings of its own, a logo, and its user
// a picture.
func (f *fixture) populateSettings(u iam.User) {
	f.Helper()
	_, err := f.store.UpdateSettings(f.ctx(), f.tenant.ID, someSettings(), nil)
	f.ok(err)
	f.ok(f.store.SetImage(f.ctx(), f.tenant.ID, "logo", f.anImage("logo of "+f.tenant.Code)))
	f.ok(f.store.SetPicture(f.ctx(), f.tenant.ID, u.ID, f.anImage("picture of "+f.tenant.Code)))
}

var settingsLeaks = map[string]func(*leak){
	"Settings": func(l *leak) {
		st, err := l.store.Settings(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		st.Language = "en"
		_, err = l.store.UpdateSettings(l.ctx(), l.a.tenant.ID, st, nil)
		l.ok(err)
		st, err = l.store.Settings(l.ctx(), l.b.tenant.ID)
		l.ok(err)
		same(l.fixture, st.Language, "ko")
	},
	"UpdateSettings": func(l *leak) { // the row of a, whatever it was read from
		st, err := l.store.Settings(l.ctx(), l.b.tenant.ID)
		l.ok(err)
		st.Language = "en"
		_, err = l.store.UpdateSettings(l.ctx(), l.a.tenant.ID, st, nil)
		l.ok(err)
	},
	"EndUnprovenSessions": func(l *leak) {
		_, err := l.store.EndUnprovenSessions(l.ctx(), l.a.tenant.ID, "")
		l.ok(err)
	},
	"Image": func(l *leak) {
		i, err := l.store.Image(l.ctx(), l.a.tenant.ID, "logo")
		l.ok(err)
		same(l.fixture, i.Content, l.anImage("logo of "+l.a.tenant.Code).Content)
	},
	"SetImage": func(l *leak) {
		l.ok(l.store.SetImage(l.ctx(), l.a.tenant.ID, "logo", l.anImage("new")))
		l.ok(l.store.SetImage(l.ctx(), l.a.tenant.ID, "logo", iam.Image{}))
	},
	"Picture": func(l *leak) {
		_, err := l.store.Picture(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		l.missed(err)
	},
	"SetPicture": func(l *leak) {
		l.missed(l.store.SetPicture(l.ctx(), l.a.tenant.ID, l.b.user.ID, l.anImage("stolen")))
		l.missed(l.store.SetPicture(l.ctx(), l.a.tenant.ID, l.b.user.ID, iam.Image{}))
	},
}
