package storagetest

import "github.com/gatehouse-id/gatehouse/internal/iam"

var namespaceLeaks = map[string]func(*leak){
	"InsertNamespace": func(l *leak) {
		n := l.b.places.namespace
		n.Name = "new"
		l.ok(l.store.InsertNamespace(l.ctx(), l.a.tenant.ID, n)) // the id is b's too; they do not meet
	},
	"UpdateNamespace": func(l *leak) {
		l.missed(l.store.UpdateNamespace(l.ctx(), l.a.tenant.ID, l.b.places.namespace))
	},
	"DeleteNamespace": func(l *leak) {
		l.missed(l.store.DeleteNamespace(l.ctx(), l.a.tenant.ID, l.b.places.namespace.ID))
	},
	"Namespace": func(l *leak) {
		n, err := l.store.Namespace(l.ctx(), l.a.tenant.ID, l.b.places.namespace.Name)
		l.ok(err)
		same(l.fixture, n, l.a.places.namespace)
	},
	"Namespaces": func(l *leak) {
		ns, err := l.store.Namespaces(l.ctx(), l.a.tenant.ID)
		mine(l, ns, err, func(n iam.Namespace) string { return string(n.ID) }, string(l.b.places.namespace.ID))
	},
	"CountNamespaces": func(l *leak) {
		n, err := l.store.CountNamespaces(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		same(l.fixture, n, 4)
	},
	"InsertNamespaceGroup": func(l *leak) {
		l.missed(l.store.InsertNamespaceGroup(l.ctx(), l.a.tenant.ID, l.aNamespaceGroup("new", l.b.places.namespace)))
	},
	"UpdateNamespaceGroup": func(l *leak) {
		l.missed(l.store.UpdateNamespaceGroup(l.ctx(), l.a.tenant.ID, l.b.places.group))
		g := l.a.places.group
		g.Namespaces = l.b.places.group.Namespaces
		l.missed(l.store.UpdateNamespaceGroup(l.ctx(), l.a.tenant.ID, g))
	},
	"DeleteNamespaceGroup": func(l *leak) {
		l.missed(l.store.DeleteNamespaceGroup(l.ctx(), l.a.tenant.ID, l.b.places.group.ID))
	},
	"NamespaceGroup": func(l *leak) {
		_, err := l.store.NamespaceGroup(l.ctx(), l.a.tenant.ID, l.b.places.group.ID)
		l.missed(err)
	},
	"NamespaceGroups": func(l *leak) {
		gs, err := l.store.NamespaceGroups(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		same(l.fixture, gs, []iam.NamespaceGroup{l.a.places.group})
	},
	"ScopeBindings": func(l *leak) {
		bs, err := l.store.ScopeBindings(l.ctx(), l.a.tenant.ID, iam.GroupScope(l.b.places.group.ID))
		none(l, bs, err)
		bs, err = l.store.ScopeBindings(l.ctx(), l.a.tenant.ID, "shared")
		mine(l, bs, err, func(b iam.Binding) string { return string(b.ID) }, string(l.b.binding.ID))
		same(l.fixture, len(bs), 1)
	},
}
