package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func testRegions(f *fixture) {
	r := f.newRegion("Busan")
	zb, za := f.newZone("b:2", r), f.newZone("a부산1", r)
	r.Zones = []string{zb.Name, za.Name} // in order of creation
	got, err := f.store.Region(f.ctx(), f.tenant.ID, "Busan")
	f.ok(err)
	same(f, got, r)
	for _, name := range []string{"busan", "nowhere", ""} {
		_, err = f.store.Region(f.ctx(), f.tenant.ID, name)
		f.fails(err, iam.NotFound)
	}

	again := r
	again.ID = iam.RegionID(f.env.NewID())
	f.fails(f.store.InsertRegion(f.ctx(), f.tenant.ID, again), iam.Exists)
	f.fails(f.store.InsertRegion(f.ctx(), iam.TenantID(f.env.NewID()), again), iam.NotFound)

	other := f.newRegion("daegu")
	change := r
	change.Name, change.Description, change.Updated = "Pusan", "Old spelling", f.env.Time()
	e := f.event("region", "update")
	f.bumps(false, func() { f.ok(f.store.UpdateRegion(f.ctx(), f.tenant.ID, change, e)) })
	f.logged(e)
	change.Version++
	got, err = f.store.Region(f.ctx(), f.tenant.ID, "Pusan")
	f.ok(err)
	same(f, got, change)
	f.fails(f.store.UpdateRegion(f.ctx(), f.tenant.ID, r), iam.Conflict)
	taken := change
	taken.Name = other.Name
	f.fails(f.store.UpdateRegion(f.ctx(), f.tenant.ID, taken), iam.Exists)
	taken.ID = iam.RegionID(f.env.NewID())
	taken.Name = "free"
	f.fails(f.store.UpdateRegion(f.ctx(), f.tenant.ID, taken), iam.NotFound)
	taken.ID = "no id"
	f.fails(f.store.UpdateRegion(f.ctx(), f.tenant.ID, taken), iam.NotFound)

	names := func(pf tenancy.PlaceFilter) (names []string) {
		f.Helper()
		l, err := f.store.Regions(f.ctx(), f.tenant.ID, pf, iam.Page{Total: true, Sort: "name"})
		f.ok(err)
		for _, r := range l.Items {
			names = append(names, r.Name)
		}
		if l.Total != len(names) {
			f.Errorf("total %d of %d", l.Total, len(names))
		}
		return names
	}
	same(f, names(tenancy.PlaceFilter{}), []string{"daegu", "Pusan"})
	same(f, names(tenancy.PlaceFilter{Name: "PU*"}), []string{"Pusan"})
	same(f, names(tenancy.PlaceFilter{Description: "*SPELL*|nothing"}), []string{"Pusan"})
	same(f, names(tenancy.PlaceFilter{Name: "p*", Description: "region*"}), nil)
	for _, sort := range []string{"", "created", "name"} {
		walk(f, iam.Page{Sort: sort}, func(r iam.Region) string { return r.Name }, func(p iam.Page) (iam.List[iam.Region], error) {
			return f.store.Regions(f.ctx(), f.tenant.ID, tenancy.PlaceFilter{}, p)
		})
	}

	p := f.failure(f.store.DeleteRegion(f.ctx(), f.tenant.ID, r.ID), iam.Precondition)
	if p.Code != iam.ReasonInUse {
		f.Errorf("code %q", p.Code)
	}
	f.ok(f.store.DeleteZone(f.ctx(), f.tenant.ID, za.ID))
	f.ok(f.store.DeleteZone(f.ctx(), f.tenant.ID, zb.ID))
	e = f.event("region", "delete")
	f.ok(f.store.DeleteRegion(f.ctx(), f.tenant.ID, r.ID, e))
	f.logged(e)
	f.fails(f.store.DeleteRegion(f.ctx(), f.tenant.ID, r.ID), iam.NotFound)
	f.fails(f.store.DeleteRegion(f.ctx(), f.tenant.ID, "no id"), iam.NotFound)
}

func testZones(f *fixture) {
	r, other := f.newRegion("seoul"), f.newRegion("jeju")
	z := f.newZone("seoul-1", r)
	got, err := f.store.Zone(f.ctx(), f.tenant.ID, "seoul-1")
	f.ok(err)
	same(f, got, z)
	_, err = f.store.Zone(f.ctx(), f.tenant.ID, "SEOUL-1")
	f.fails(err, iam.NotFound)

	again := z
	again.ID, again.RegionID = iam.ZoneID(f.env.NewID()), other.ID
	f.fails(f.store.InsertZone(f.ctx(), f.tenant.ID, again), iam.Exists)
	again.Name, again.RegionID = "lost", iam.RegionID(f.env.NewID())
	f.fails(f.store.InsertZone(f.ctx(), f.tenant.ID, again), iam.NotFound)
	again.RegionID = "no id"
	f.fails(f.store.InsertZone(f.ctx(), f.tenant.ID, again), iam.NotFound)

	jeju := f.newZone("jeju-1", other)
	change := z
	change.Name, change.Description, change.Updated = "seoul-0", "First", f.env.Time()
	e := f.event("zone", "update")
	f.ok(f.store.UpdateZone(f.ctx(), f.tenant.ID, change, e))
	f.logged(e)
	change.Version++
	got, err = f.store.Zone(f.ctx(), f.tenant.ID, "seoul-0")
	f.ok(err)
	same(f, got, change)
	f.fails(f.store.UpdateZone(f.ctx(), f.tenant.ID, z), iam.Conflict)
	taken := change
	taken.Name = jeju.Name
	f.fails(f.store.UpdateZone(f.ctx(), f.tenant.ID, taken), iam.Exists)
	taken.ID = iam.ZoneID(f.env.NewID())
	f.fails(f.store.UpdateZone(f.ctx(), f.tenant.ID, taken), iam.NotFound)

	list := func(pf tenancy.PlaceFilter, p iam.Page) (iam.List[iam.Zone], error) {
		return f.store.Zones(f.ctx(), f.tenant.ID, pf, p)
	}
	for want, pf := range map[string]tenancy.PlaceFilter{
		"seoul-0": {Region: "seoul"}, "jeju-1": {Region: "jeju", Name: "*-1"}, "": {Region: "SEOUL"},
	} {
		l, err := list(pf, iam.Page{Total: true})
		f.ok(err)
		if want == "" && len(l.Items) == 0 && l.Total == 0 {
			continue
		}
		if len(l.Items) != 1 || l.Total != 1 || l.Items[0].Name != want {
			f.Errorf("%+v finds %+v", pf, l)
		}
	}
	for _, sort := range []string{"", "created", "name"} {
		walk(f, iam.Page{Sort: sort}, func(z iam.Zone) string { return z.Name }, func(p iam.Page) (iam.List[iam.Zone], error) {
			return list(tenancy.PlaceFilter{}, p)
		})
	}

	e = f.event("zone", "delete")
	f.ok(f.store.DeleteZone(f.ctx(), f.tenant.ID, z.ID, e))
	f.logged(e)
	f.fails(f.store.DeleteZone(f.ctx(), f.tenant.ID, z.ID), iam.NotFound)
}
