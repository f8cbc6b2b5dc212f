package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

var standingLeaks = map[string]func(*leak){
	"Standing": func(l *leak) {
		for _, k := range []iam.LinkKind{iam.LinkChild, iam.LinkManager, iam.LinkManaged, iam.LinkAllowed} {
			halves, err := l.store.Standing(l.ctx(), l.a.tenant.ID, k, "")
			l.ok(err)
			if len(halves) != 1 || halves[0].Groups[l.b.group.ID] != "" {
				l.Errorf("halves of kind %s: %+v", k, halves)
			}
		}
	},
}

func testStanding(f *fixture) {
	g := f.newGroup("operators")
	w := f.populateLinks(g)
	names := map[iam.GroupID]string{g.ID: g.Name}
	half := func(r object.Record, names map[iam.GroupID]string) audit.Half {
		return audit.Half{Object: r.ID, Told: iam.Told{Link: *r.Link, Groups: names}}
	}
	standing := func(k iam.LinkKind, other iam.TenantID, want ...audit.Half) {
		f.Helper()
		got, err := f.store.Standing(f.ctx(), f.tenant.ID, k, other)
		f.ok(err)
		same(f, got, want)
	}
	standing(iam.LinkManager, "", half(w.manager, names))
	standing(iam.LinkChild, "", half(w.child, map[iam.GroupID]string{}))
	standing(iam.LinkChild, w.other, half(w.child, map[iam.GroupID]string{}))
	standing(iam.LinkManaged, w.other, half(w.managed, names))
	standing(iam.LinkAllowed, w.other, half(w.allowed, names))
	standing(iam.LinkManaged, f.tenant.ID)
	standing(iam.LinkManaged, "no id")

	w.managed.Disabled = true
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, w.managed, nil, nil))
	off := half(w.managed, names)
	off.Disabled = true
	standing(iam.LinkManaged, "", off)
	f.ok(f.store.DeleteGroup(f.ctx(), f.tenant.ID, g.ID, 0))
	off.Assignments, off.Groups = nil, map[iam.GroupID]string{}
	standing(iam.LinkManaged, "", off)
}
