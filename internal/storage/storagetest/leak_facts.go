package storagetest

import "github.com/gatehouse-id/gatehouse/internal/object"

var factLeaks = map[string]func(*leak){
	"ObjectFacts": func(l *leak) {
		for _, namespace := range []string{"", "shared"} {
			facts, err := l.store.ObjectFacts(l.ctx(), l.a.tenant.ID, []string{"contact"}, namespace)
			l.ok(err)
			want := l.a.objects.contact
			same(l.fixture, facts, []object.FactsOf{{Kind: "contact", Namespace: want.Namespace, Name: want.Name, Spec: want.Spec}})
		}
	},
	"CountObjects": func(l *leak) {
		for _, namespace := range []string{"", "shared"} {
			counts, err := l.store.CountObjects(l.ctx(), l.a.tenant.ID, []string{"contact"}, namespace)
			l.ok(err)
			same(l.fixture, counts, []object.Count{{Kind: "contact", Namespace: "shared", N: 1}})
		}
	},
}
