package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// schemaLeaks are the checks of the schemas of scim.Store. Both tenants have one
// of the same URN, of which that of b has another version.
var schemaLeaks = map[string]func(*leak){
	"Extensions": func(l *leak) {
		all, err := l.store.Extensions(l.ctx(), l.a.tenant.ID)
		mine(l, all, err, func(e scim.Extension) string { return e.Schema.Name }, l.b.schema.Schema.Name)
	},
	"SetExtension": func(l *leak) {
		e := l.anExtension(l.b.schema.Schema.ID)
		e.Version = l.a.schema.Version
		stored, err := l.store.SetExtension(l.ctx(), l.a.tenant.ID, e)
		l.ok(err)
		e.Version, e.Created = e.Version+1, l.a.schema.Created
		same(l.fixture, stored, e)
	},
	"DeleteExtension": func(l *leak) {
		l.ok(l.store.DeleteExtension(l.ctx(), l.a.tenant.ID, l.b.schema.Schema.ID))
		l.missed(l.store.DeleteExtension(l.ctx(), l.a.tenant.ID, l.b.schema.Schema.ID))
	},
}

// populateSchemas makes one, whose name is of this tenant alone.
func (f *fixture) populateSchemas() scim.Extension {
	f.Helper()
	e := f.anExtension("urn:acme:hr:User")
	e.Schema.Name = f.tenant.Code
	e, err := f.store.SetExtension(f.ctx(), f.tenant.ID, e)
	f.ok(err)
	return e
}
