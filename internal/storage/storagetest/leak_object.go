package storagetest

import "github.com/gatehouse-id/gatehouse/internal/object"

var objectLeaks = map[string]func(*leak){
	"InsertObject": func(l *leak) {
		r := l.b.objects.contact
		r.Name = "new"
		// The ids are b's too; they do not meet, and the target is a's.
		l.ok(l.store.InsertObject(l.ctx(), l.a.tenant.ID, r, refsTo(target(l.b.objects.contact)), nil))
		refs, err := l.store.References(l.ctx(), l.a.tenant.ID, r.ID)
		l.ok(err)
		same(l.fixture, refs, []object.FoundReference{found("/0", target(l.a.objects.contact))})
	},
	"UpdateObject": func(l *leak) {
		l.missed(l.store.UpdateObject(l.ctx(), l.a.tenant.ID, l.b.objects.contact, nil, nil))
	},
	"SetObjectStatus": func(l *leak) {
		l.missed(l.store.SetObjectStatus(l.ctx(), l.a.tenant.ID, l.b.objects.contact.ID, []byte(`{}`)))
	},
	"DeleteObject": func(l *leak) {
		l.missed(l.store.DeleteObject(l.ctx(), l.a.tenant.ID, l.b.objects.policy.ID, false, nil))
		// Only the references of a are in a's way.
		l.ok(l.store.DeleteObject(l.ctx(), l.a.tenant.ID, l.a.objects.policy.ID, true, nil))
		l.ok(l.store.DeleteObject(l.ctx(), l.a.tenant.ID, l.a.objects.contact.ID, true, nil))
	},
	"Object": func(l *leak) {
		r, err := l.store.Object(l.ctx(), l.a.tenant.ID, "contact", "shared", "sales")
		l.ok(err)
		same(l.fixture, r, l.a.objects.contact)
	},
	"ObjectByID": func(l *leak) {
		_, err := l.store.ObjectByID(l.ctx(), l.a.tenant.ID, l.b.objects.contact.ID)
		l.missed(err)
	},
	"Objects": func(l *leak) {
		for _, kind := range []string{"", "contact"} {
			for _, namespace := range []string{"", "shared"} {
				rs, err := l.store.Objects(l.ctx(), l.a.tenant.ID, kind, namespace)
				mine(l, rs, err, func(r object.Record) string { return string(r.ID) }, string(l.b.objects.contact.ID))
			}
		}
	},
	"References": func(l *leak) {
		refs, err := l.store.References(l.ctx(), l.a.tenant.ID, l.b.objects.policy.ID)
		none(l, refs, err)
		l.ok(l.store.DeleteObject(l.ctx(), l.a.tenant.ID, l.a.objects.contact.ID, false, nil))
		refs, err = l.store.References(l.ctx(), l.a.tenant.ID, l.a.objects.policy.ID)
		l.ok(err)
		if len(refs) != 1 || !refs[0].Dead { // although b has one of that name
			l.Errorf("references %+v", refs)
		}
	},
	"Referring": func(l *leak) {
		by, err := l.store.Referring(l.ctx(), l.a.tenant.ID, target(l.b.objects.contact))
		l.ok(err)
		same(l.fixture, by, []object.Referrer{{Target: target(l.a.objects.policy), Path: "/0"}})
	},
	"CountReferrers": func(l *leak) {
		to := target(l.b.objects.contact)
		counts, err := l.store.CountReferrers(l.ctx(), l.a.tenant.ID, to.Kind, to.Namespace)
		l.ok(err)
		same(l.fixture, counts, []object.ReferrerCount{{Name: to.Name, Kind: l.a.objects.policy.Kind, N: 1}})
	},
}
