package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// anImportMark is how far a file has come, of one that both tenants import.
var anImportMark = directory.ImportMark{Source: "jsonl:1", Position: 7, Tally: `{"Created":7}`}

// importLeaks are the checks of what imports need of directory.Store.
var importLeaks = map[string]func(*leak){
	"ImportUsers": func(l *leak) {
		// New ones of b's ids do not meet b's, and a user of b is none to change.
		w := directory.ImportWrite{New: []directory.UserWrite{{User: l.aUser("lee")}}, Event: l.event("user", "create"), Mark: anImportMark}
		w.New[0].User.ID, w.Mark.Position = l.b.user.ID, 8
		left, err := l.store.ImportUsers(l.ctx(), l.a.tenant.ID, w)
		none(l, left, err)
		other := directory.UserWrite{User: l.b.user}
		other.User.ID = l.b.user.ID
		l.ok(l.store.DeleteUser(l.ctx(), l.a.tenant.ID, l.b.user.ID, 0)) // a's, just made
		_, err = l.store.ImportUsers(l.ctx(), l.a.tenant.ID, directory.ImportWrite{Old: []directory.UserWrite{other}, OldEvents: []iam.Event{l.event("user", "update")}})
		l.missed(err)
		someone := directory.UserWrite{User: l.aUser("choi"), Groups: &[]iam.GroupID{l.b.group.ID}}
		_, err = l.store.ImportUsers(l.ctx(), l.a.tenant.ID, directory.ImportWrite{New: []directory.UserWrite{someone}, Event: l.event("user", "create")})
		l.missed(err)
	},
	"ImportMark": func(l *leak) {
		l.ok(l.store.ForgetImport(l.ctx(), l.a.tenant.ID, anImportMark.Source))
		m, err := l.store.ImportMark(l.ctx(), l.a.tenant.ID, anImportMark.Source)
		l.ok(err)
		same(l.fixture, m, directory.ImportMark{})
	},
	"ForgetImport": func(l *leak) { l.ok(l.store.ForgetImport(l.ctx(), l.a.tenant.ID, anImportMark.Source)) },
	"ResolveUsers": func(l *leak) {
		ids, err := l.store.ResolveUsers(l.ctx(), l.a.tenant.ID, []directory.UserKey{{ID: l.b.user.ID}, {Username: l.b.user.Username}})
		l.ok(err)
		same(l.fixture, ids, []iam.UserID{"", l.a.user.ID})
	},
}
