package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// found is a reference as it is read.
func found(path string, to object.Target) object.FoundReference {
	return object.FoundReference{Reference: object.Reference{Path: path, Target: to}}
}

func (f *fixture) refersTo(r object.Record, want ...object.FoundReference) {
	f.Helper()
	got, err := f.store.References(f.ctx(), f.tenant.ID, r.ID)
	f.ok(err)
	same(f, got, want)
}

func testReferences(f *fixture) {
	sales := f.newObject("contact", "shared", "sales")
	off := f.newObject("contact", "default", "disabled")
	team := object.Target{Kind: "user_group", Namespace: "system", Name: "team"} // of a kind that is kept elsewhere
	later := object.Target{Kind: "contact", Namespace: "shared", Name: "later"}
	nowhere := object.Target{Kind: "contact", Namespace: "nowhere", Name: "sales"}
	given := target(sales)
	given.ID = f.env.NewID() // what a caller says of ids counts for nothing
	p := f.newObject("policy", "default", "p", given, target(off), team, later, nowhere)

	disabled := found("/1", target(off))
	disabled.Disabled = true
	f.refersTo(p, found("/0", target(sales)), disabled, found("/2", team), found("/3", later), found("/4", nowhere))
	f.refersTo(sales)
	for _, id := range []iam.ObjectID{"no id", iam.ObjectID(f.env.NewID())} {
		f.refersTo(object.Record{ID: id})
	}

	// What was named before it was there is the one that comes, and is missed
	// when that goes, as what was there from the beginning.
	made := f.newObject("contact", "shared", "later")
	came := found("/3", target(made))
	f.refersTo(p, found("/0", target(sales)), disabled, found("/2", team), came, found("/4", nowhere))
	f.ok(f.store.DeleteObject(f.ctx(), f.tenant.ID, made.ID, false, nil))
	came.Dead = true
	f.ok(f.store.DeleteObject(f.ctx(), f.tenant.ID, sales.ID, false, nil))
	dead := found("/0", target(sales))
	dead.Dead = true
	f.refersTo(p, dead, disabled, found("/2", team), came, found("/4", nowhere))

	// It is still missed after a change that keeps the reference, at whatever
	// path; one of the name is as good as it.
	moved := dead
	moved.Path = "/1"
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, p, refsTo(team, target(sales)), nil))
	f.refersTo(p, found("/0", team), moved)
	sales = f.newObject("contact", "shared", "sales")
	moved.Dead = false
	f.refersTo(p, found("/0", team), moved)
	p.Version++
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, p, refsTo(target(sales)), nil))
	f.refersTo(p, found("/0", target(sales)))

	// A change that fails changes no reference.
	f.fails(f.store.UpdateObject(f.ctx(), f.tenant.ID, p, refsTo(team), nil), iam.Conflict)
	f.refersTo(p, found("/0", target(sales)))
	p.Version++
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, p, nil, nil))
	f.refersTo(p)
}

func testReferring(f *fixture) {
	sales := f.newObject("contact", "shared", "sales")
	to := target(sales)
	b := f.newObject("policy", "shared", "b", to, to)
	a := f.newObject("policy", "shared", "a", object.Target{Kind: "contact", Namespace: "default", Name: "sales"}, to)
	c := f.newObject("alert", "shared", "c", to)
	d := f.newObject("policy", "default", "d", to)
	f.newObject("policy", "default", "e", object.Target{Kind: "contact", Namespace: "shared", Name: "Sales"})
	want := []object.Referrer{{Target: target(d), Path: "/0"}, {Target: target(c), Path: "/0"}, {Target: target(a), Path: "/1"},
		{Target: target(b), Path: "/0"}, {Target: target(b), Path: "/1"}}
	refers := func(to object.Target, want ...object.Referrer) {
		f.Helper()
		got, err := f.store.Referring(f.ctx(), f.tenant.ID, to)
		f.ok(err)
		same(f, got, want)
	}
	counts := map[object.ReferrerCount]bool{}
	all, err := f.store.CountReferrers(f.ctx(), f.tenant.ID, "contact", "shared")
	f.ok(err)
	for _, c := range all {
		counts[c] = true
	}
	same(f, counts, map[object.ReferrerCount]bool{{Name: "sales", Kind: "policy", N: 3}: true, {Name: "sales", Kind: "alert", N: 1}: true,
		{Name: "Sales", Kind: "policy", N: 1}: true})
	to.ID = "whatever"
	refers(to, want...)
	refers(object.Target{Kind: "contact", Namespace: "nowhere", Name: "sales"})

	// Removed all the same, or not.
	e := f.failure(f.store.DeleteObject(f.ctx(), f.tenant.ID, sales.ID, true, []iam.Job{f.aJob("")}, f.event("contact", "delete")), iam.Precondition)
	if e.Code != iam.ReasonInUse || e.Object != "sales" {
		f.Errorf("an object in use: %+v", e)
	}
	refers(to, want...)
	_, err = f.store.ObjectByID(f.ctx(), f.tenant.ID, sales.ID)
	f.ok(err)
	f.ok(f.store.DeleteObject(f.ctx(), f.tenant.ID, sales.ID, false, nil))
	refers(to, want...)
	f.ok(f.store.DeleteObject(f.ctx(), f.tenant.ID, d.ID, true, nil))
	refers(to, want[1:]...)
}

// testReferenceCycles: nothing leads back to itself, over however many others,
// also not over one that was named before it was there.
func testReferenceCycles(f *fixture) {
	own := f.anObject("policy", "shared", "own")
	f.fails(f.store.InsertObject(f.ctx(), f.tenant.ID, own, refsTo(target(own)), nil), iam.Invalid)
	_, err := f.store.ObjectByID(f.ctx(), f.tenant.ID, own.ID)
	f.fails(err, iam.NotFound)

	c := f.newObject("pool", "default", "c")
	b := f.newObject("policy", "shared", "b", target(c))
	a := f.newObject("alert", "default", "a", target(b), target(c), object.Target{Kind: "pool", Namespace: "default", Name: "d"})
	f.newObject("alert", "shared", "a", target(a)) // leads there, and is led to by none
	f.fails(f.store.UpdateObject(f.ctx(), f.tenant.ID, c, refsTo(target(a)), nil), iam.Invalid)
	f.refersTo(c)
	f.fails(f.store.InsertObject(f.ctx(), f.tenant.ID, f.anObject("pool", "default", "d"), refsTo(target(a)), nil), iam.Invalid)
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, b, nil, nil))
	a.Version = 1
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, a, refsTo(target(b)), nil))
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, c, refsTo(target(a)), nil))
}
