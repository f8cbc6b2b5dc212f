package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// programLeaks are the checks of authn.KeyStore and authn.CertificateStore.
// Both tenants hold credentials of the same ids.
var programLeaks = map[string]func(*leak){
	"InsertAccessKey": func(l *leak) {
		k := l.b.programs.key
		k.ID = "new"
		l.missed(l.store.InsertAccessKey(l.ctx(), l.a.tenant.ID, k, 2))
	},
	"UpdateAccessKey": func(l *leak) { // a's of that id
		l.ok(l.store.UpdateAccessKey(l.ctx(), l.a.tenant.ID, iam.AccessKey{ID: l.b.programs.key.ID}))
	},
	"DeleteAccessKey": func(l *leak) { l.ok(l.store.DeleteAccessKey(l.ctx(), l.a.tenant.ID, l.b.programs.key.ID)) },
	"AccessKey": func(l *leak) {
		k, err := l.store.AccessKey(l.ctx(), l.a.tenant.ID, l.b.programs.key.ID)
		l.ok(err)
		same(l.fixture, k.User, l.a.user.ID)
	},
	"AccessKeys": func(l *leak) {
		found, err := l.store.AccessKeys(l.ctx(), l.a.tenant.ID, l.b.user.ID, iam.Page{})
		none(l, found.Items, err)
		found, err = l.store.AccessKeys(l.ctx(), l.a.tenant.ID, "", iam.Page{})
		mine(l, found.Items, err, func(k iam.AccessKey) string { return string(k.User) }, string(l.b.user.ID))
	},
	"TouchAccessKeys": func(l *leak) {
		l.ok(l.store.TouchAccessKeys(l.ctx(), l.a.tenant.ID, map[iam.AccessKeyID]time.Time{l.b.programs.key.ID: l.env.Time()}))
	},
	"UseSignature": func(l *leak) { // b's use of it is not a's
		l.fails(l.store.UseSignature(l.ctx(), l.a.tenant.ID, l.a.programs.signature, l.env.Time()), iam.Exists)
		l.ok(l.store.UseSignature(l.ctx(), l.newTenant("").ID, l.b.programs.signature, l.env.Time()))
	},
	"InsertSigningKey": func(l *leak) {
		fresh := l.aSigningKey(l.b.programs.signing.ID)
		got, err := l.store.InsertSigningKey(l.ctx(), l.newTenant("").ID, fresh)
		l.ok(err)
		same(l.fixture, got, fresh)
	},
	"SigningKeys": func(l *leak) {
		found, err := l.store.SigningKeys(l.ctx(), l.newTenant("").ID)
		none(l, found, err)
	},

	"InsertAuthority": func(l *leak) {
		fresh := l.anAuthority()
		got, err := l.store.InsertAuthority(l.ctx(), l.newTenant("").ID, fresh, l.env.Time())
		l.ok(err)
		same(l.fixture, got, fresh)
	},
	"Authorities": func(l *leak) {
		found, err := l.store.Authorities(l.ctx(), l.newTenant("").ID)
		none(l, found, err)
	},
	"InsertCertificate": func(l *leak) {
		c := l.b.programs.certificate
		c.Serial = "new"
		l.missed(l.store.InsertCertificate(l.ctx(), l.a.tenant.ID, c))
	},
	"RevokeCertificate": func(l *leak) { // a's of that serial
		l.ok(l.store.RevokeCertificate(l.ctx(), l.a.tenant.ID, l.b.programs.certificate.Serial, l.env.Time()))
	},
	"Certificate": func(l *leak) {
		c, err := l.store.Certificate(l.ctx(), l.a.tenant.ID, l.b.programs.certificate.Serial)
		l.ok(err)
		same(l.fixture, c.User, l.a.user.ID)
	},
	"Certificates": func(l *leak) {
		found, err := l.store.Certificates(l.ctx(), l.a.tenant.ID, l.b.user.ID, iam.Page{})
		none(l, found.Items, err)
		found, err = l.store.Certificates(l.ctx(), l.a.tenant.ID, "", iam.Page{})
		mine(l, found.Items, err, func(c iam.Certificate) string { return string(c.User) }, string(l.b.user.ID))
	},
	"TouchCertificates": func(l *leak) {
		l.ok(l.store.TouchCertificates(l.ctx(), l.a.tenant.ID, map[string]time.Time{l.b.programs.certificate.Serial: l.env.Time()}))
	},
}
