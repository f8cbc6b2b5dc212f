package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// linkLeaks are of methods about relations. All populations have links to one
// and the same tenant, and groups of the same names.
var linkLeaks = map[string]func(*leak){
	"Link": func(l *leak) {
		_, err := l.store.Link(l.ctx(), l.a.tenant.ID, l.b.links.managed.ID)
		l.missed(err)
	},
	"Half": func(l *leak) {
		l.ok(l.store.DeleteObject(l.ctx(), l.a.tenant.ID, l.a.links.managed.ID, false, nil))
		id, _, err := l.store.Half(l.ctx(), l.a.tenant.ID, iam.LinkManaged, l.b.links.other)
		l.ok(err)
		same(l.fixture, id, "")
	},
	"Handed": func(l *leak) {
		for _, k := range []iam.LinkKind{iam.LinkManaged, iam.LinkChild} {
			as, err := l.store.Handed(l.ctx(), l.a.tenant.ID, k, l.b.links.other)
			mine(l, as, err, func(a iam.Assignment) string { return string(a.Group) }, string(l.b.group.ID))
		}
		// A child whose manager is b's has none.
		child := l.a.links.child
		link := *child.Link
		link.Manager = l.b.links.manager.ID
		child.Link = &link
		l.ok(l.store.UpdateObject(l.ctx(), l.a.tenant.ID, child, nil, nil))
		as, err := l.store.Handed(l.ctx(), l.a.tenant.ID, iam.LinkChild, l.b.links.other)
		none(l, as, err)
	},
	"AllowedGroups": func(l *leak) {
		groups, err := l.store.AllowedGroups(l.ctx(), l.a.tenant.ID, l.b.links.other)
		l.ok(err)
		same(l.fixture, groups, []iam.GroupID{l.a.group.ID})
	},
	"Assigned": func(l *leak) {
		groups, err := l.store.Assigned(l.ctx(), l.a.tenant.ID, []iam.GroupID{l.b.group.ID})
		none(l, groups, err)
	},
	"GroupsNamed": func(l *leak) {
		groups, err := l.store.GroupsNamed(l.ctx(), l.a.tenant.ID, []string{l.b.group.Name})
		l.ok(err)
		same(l.fixture, groups, []iam.Ref[iam.GroupID]{groupRef(l.a.group)})
	},
	"GroupHoldings": func(l *leak) {
		hs, err := l.store.GroupHoldings(l.ctx(), l.a.tenant.ID, []iam.GroupID{l.b.group.ID, l.a.group.ID})
		mine(l, hs, err, func(h access.Holding) string { return string(h.Binding.ID) }, string(l.b.binding.ID))
		same(l.fixture, len(hs), 1)
	},
	"MemberOf": func(l *leak) {
		groups, err := l.store.MemberOf(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		none(l, groups, err)
	},
	"GroupsOf": func(l *leak) {
		groups, err := l.store.GroupsOf(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		none(l, groups, err)
	},
	"Above": func(l *leak) { // its own branch, whoever else has children
		l.tenant = l.b.tenant
		above, err := l.store.Above(l.ctx(), l.newTenant(l.a.tenant.ID).ID)
		l.ok(err)
		same(l.fixture, above, []iam.TenantID{l.a.tenant.ID})
	},
	"Related": func(l *leak) {
		for _, k := range []iam.LinkKind{iam.LinkChild, iam.LinkManaged, iam.LinkAllowed} {
			p, err := l.store.Related(l.ctx(), l.a.tenant.ID, tenancy.RelatedFilter{Kind: k})
			l.ok(err)
			if len(p.Items) != 1 || p.Total != 1 || len(p.Items[0].Assigned) == 0 || p.Items[0].Assigned[0].Group != groupRef(l.a.group) {
				l.Errorf("related by %s: %+v", k, p)
			}
			p, err = l.store.Related(l.ctx(), l.a.tenant.ID, tenancy.RelatedFilter{Kind: k, Member: l.b.user.ID})
			none(l, p.Items, err)
		}
	},
	"SupportAccess": func(l *leak) {
		l.ok(l.store.SetSupportAccess(l.ctx(), l.a.tenant.ID, iam.SupportAccess{Mode: iam.SupportWrite}))
		got, err := l.store.SupportAccess(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		same(l.fixture, got.Mode, iam.SupportWrite)
	},
	"SetSupportAccess": func(l *leak) {
		l.ok(l.store.SetSupportAccess(l.ctx(), l.a.tenant.ID, iam.SupportAccess{}))
	},
	"Supported": func(l *leak) { // for support, who may see all that let it
		_, err := l.store.Supported(l.ctx(), tenancy.RelatedFilter{})
		l.ok(err)
	},
	"SupportTenant": func(l *leak) { // of the installation
		_, err := l.store.SupportTenant(l.ctx())
		l.ok(err)
	},
	"SetSupportTenant": func(l *leak) {
		l.ok(l.store.SetSupportTenant(l.ctx(), l.a.tenant.ID))
		l.ok(l.store.SetSupportTenant(l.ctx(), ""))
	},
}
