package storagetest

import (
	"cmp"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func testPlans(f *fixture) {
	read := func(want iam.Plan) {
		f.Helper()
		got, err := f.store.Plan(f.ctx(), f.tenant.ID)
		f.ok(err)
		same(f, got, want)
		t := f.tenant
		t.Plan = want
		byID, err := f.store.Tenant(f.ctx(), t.ID)
		f.ok(err)
		byCode, err := f.store.TenantByCode(f.ctx(), t.Code)
		f.ok(err)
		listed, err := f.store.Descendants(f.ctx(), t.ID, tenancy.TenantFilter{}, iam.Page{})
		f.ok(err)
		same(f, append(listed.Items, byID, byCode), []iam.Tenant{t, t, t})
	}
	read(iam.Plan{})
	p := iam.Plan{Name: "Basic", Type: "FREE", Withheld: []iam.Withheld{{Permission: "objects.*", Addon: "f5xc-waap"}, {Permission: "*.delete"}}}
	e := f.event("plan", "set")
	f.bumps(true, func() { f.ok(f.store.SetPlan(f.ctx(), f.tenant.ID, p, e)) })
	f.logged(e)
	read(p)
	// The tenant's own changes leave it alone.
	f.tenant.Updated = f.env.Time()
	f.ok(f.store.UpdateTenant(f.ctx(), f.tenant.ID, f.tenant))
	f.tenant.Version++
	read(p)
	f.ok(f.store.SetPlan(f.ctx(), f.tenant.ID, iam.Plan{}))
	read(iam.Plan{})
	for _, id := range []iam.TenantID{"", "no id", iam.TenantID(f.env.NewID())} {
		f.fails(f.store.SetPlan(f.ctx(), id, p), iam.NotFound)
		_, err := f.store.Plan(f.ctx(), id)
		f.fails(err, iam.NotFound)
	}
}

// testEnsureAPIGroups: each name is made once, however many ask for it.
func testEnsureAPIGroups(f *fixture) {
	own := f.newAPIGroup("gatehouse-own")
	named := func(names ...string) (gs []iam.APIGroup) {
		for _, name := range names {
			now := f.env.Time()
			gs = append(gs, iam.APIGroup{ID: iam.APIGroupID(f.env.NewID()), Name: name, Created: now, Updated: now, Version: 1})
		}
		return gs
	}
	want := named("gatehouse-users-read", "gatehouse-all")
	var made []iam.APIGroup
	f.bumps(false, func() { // no role has it yet
		var err error
		made, err = f.store.EnsureAPIGroups(f.ctx(), f.tenant.ID, want)
		f.ok(err)
	})
	for i := range want {
		want[i].Builtin = true
	}
	same(f, made, want)
	again, err := f.store.EnsureAPIGroups(f.ctx(), f.tenant.ID, named("gatehouse-all", "gatehouse-new", "gatehouse-users-read"))
	f.ok(err)
	same(f, []iam.APIGroup{again[2], again[0]}, want)
	none, err := f.store.EnsureAPIGroups(f.ctx(), f.tenant.ID, nil)
	f.ok(err)
	same(f, none, nil)

	before := f.rowsOf(f.tenant.ID)
	_, err = f.store.EnsureAPIGroups(f.ctx(), f.tenant.ID, named("gatehouse-more", "GATEHOUSE-own"))
	f.fails(err, iam.Exists)
	_, err = f.store.EnsureAPIGroups(f.ctx(), iam.TenantID(f.env.NewID()), named("gatehouse-more"))
	f.fails(err, iam.NotFound)
	same(f, f.rowsOf(f.tenant.ID), before)

	ids := make([]iam.APIGroupID, 16)
	for _, err := range race(len(ids), func(i int) error {
		asked, last := named("gatehouse-race", "gatehouse-all", "gatehouse-other"), 2
		if i%2 == 0 {
			slices.Reverse(asked)
			last = 0
		}
		gs, err := f.store.EnsureAPIGroups(f.ctx(), f.tenant.ID, asked)
		if err == nil {
			ids[i] = gs[2-last].ID
		}
		return err
	}) {
		f.ok(err)
	}
	same(f, len(slices.Compact(ids)), 1)
	_, groups, err := f.store.Rulebook(f.ctx(), f.tenant.ID)
	f.ok(err)
	slices.SortFunc(groups, func(a, b iam.APIGroup) int { return cmp.Compare(a.Name, b.Name) })
	var names []string
	for _, g := range groups {
		same(f, g.Builtin, g.ID != own.ID)
		names = append(names, g.Name)
	}
	same(f, names, []string{"gatehouse-all", "gatehouse-new", "gatehouse-other", "gatehouse-own", "gatehouse-race", "gatehouse-users-read"})
}
