package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

var mailLeaks = map[string]func(*leak){
	"InsertMails": func(l *leak) {
		m := l.b.mail // the id is b's too; they do not meet
		m.Body = []byte("of a")
		l.ok(l.store.InsertMails(l.ctx(), l.a.tenant.ID, l.outgoing(m)))
		got, err := l.store.Mail(l.ctx(), l.a.tenant.ID, m.ID)
		l.ok(err)
		same(l.fixture, got, m)
	},
	"Mail": func(l *leak) {
		_, err := l.store.Mail(l.ctx(), l.a.tenant.ID, l.b.mail.ID)
		l.missed(err)
	},
	"Mails": func(l *leak) {
		for _, f := range []notice.Filter{{}, {To: l.b.mail.To}, {State: l.b.mail.State}} {
			found, err := l.store.Mails(l.ctx(), l.a.tenant.ID, f, iam.Page{Total: true})
			mine(l, found.Items, err, func(m notice.Mail) string { return string(m.ID) }, string(l.b.mail.ID))
			same(l.fixture, found.Total, 1)
		}
	},
	"SettleMail": func(l *leak) {
		m := l.b.mail
		m.State, m.Body = notice.StateFailed, nil
		l.missed(l.store.SettleMail(l.ctx(), l.a.tenant.ID, m))
	},
	"PurgeMails": func(l *leak) { // of any tenant, but only what is old
		_, err := l.store.PurgeMails(l.ctx(), l.b.mail.Created, 1000)
		l.ok(err)
	},
}
