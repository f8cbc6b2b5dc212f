package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// linkPopulation is what populateLinks makes.
type linkPopulation struct {
	manager, child, managed, allowed object.Record
	other                            iam.TenantID // of all that have one; there is no such tenant
}

// otherOfAll is the other tenant of the links of every population, so that what
// is looked up by it is in all of them.
const otherOfAll iam.TenantID = "01900000-0000-7000-8000-00000000dead"

// populateLinks makes a link of each kind, which give the group something.
func (f *fixture) populateLinks(g iam.Group) (w linkPopulation) {
	f.Helper()
	theirs := []iam.Assignment{{Group: g.ID, Theirs: []string{"ops", "Ünits of \"work\""}}, {Group: g.ID, Owner: true}}
	w.other = otherOfAll
	w.manager = f.newLink("keepers", iam.Link{Kind: iam.LinkManager, Assignments: theirs})
	w.child = f.newLink("branch", iam.Link{Kind: iam.LinkChild, Other: w.other, OtherCode: "gone", Manager: w.manager.ID})
	w.managed = f.newLink("customer", iam.Link{Kind: iam.LinkManaged, Other: w.other, OtherCode: "gone", Assignments: theirs[:1]})
	w.allowed = f.newLink("provider", iam.Link{Kind: iam.LinkAllowed, Other: w.other, OtherCode: "gone",
		Assignments: []iam.Assignment{{Group: g.ID}}})
	f.ok(f.store.SetSupportAccess(f.ctx(), f.tenant.ID, iam.SupportAccess{Mode: iam.SupportRead, By: "kim", Updated: f.env.Time()}))
	return w
}

// newLink makes an object that says something of another tenant.
func (f *fixture) newLink(name string, l iam.Link) object.Record {
	f.Helper()
	r := f.anObject(string(l.Kind)+"_tenant", "system", name)
	r.Link = &l
	f.ok(f.store.InsertObject(f.ctx(), f.tenant.ID, r, nil, nil))
	return r
}

func (f *fixture) half(k iam.LinkKind, other iam.TenantID) (there, disabled bool) {
	f.Helper()
	id, disabled, err := f.store.Half(f.ctx(), f.tenant.ID, k, other)
	f.ok(err)
	return id != "", disabled
}

func (f *fixture) handed(k iam.LinkKind, other iam.TenantID, want ...iam.Assignment) {
	f.Helper()
	got, err := f.store.Handed(f.ctx(), f.tenant.ID, k, other)
	f.ok(err)
	same(f, got, want)
}

// testLinks: what an object says of another tenant comes, changes and goes with
// it, and each time with a new epoch.
func testLinks(f *fixture) {
	first, second := f.newGroup("first"), f.newGroup("second")
	other, third := f.newTenant(""), f.newTenant("")
	one := iam.Assignment{Group: first.ID, Theirs: []string{"ops", `the "다른" group`, "ops"}}
	two := iam.Assignment{Group: second.ID, Owner: true}
	read := func(id iam.ObjectID, want iam.Link) {
		f.Helper()
		got, err := f.store.Link(f.ctx(), f.tenant.ID, id)
		f.ok(err)
		same(f, got, want)
	}

	r := f.anObject("managed_tenant", "system", "customer")
	r.Link = &iam.Link{Kind: iam.LinkManaged, Other: other.ID, OtherCode: other.Code, Assignments: []iam.Assignment{two, one}}
	e := f.event("managed_tenant", "create")
	f.bumps(true, func() { f.ok(f.store.InsertObject(f.ctx(), f.tenant.ID, r, nil, nil, e)) })
	f.logged(e)
	read(r.ID, *r.Link)
	f.handed(iam.LinkManaged, other.ID, two, one)
	f.handed(iam.LinkAllowed, other.ID)
	f.handed(iam.LinkManaged, third.ID)
	f.handed(iam.LinkManaged, "no id")
	if there, disabled := f.half(iam.LinkManaged, other.ID); !there || disabled {
		f.Errorf("the half is there: %t, disabled: %t", there, disabled)
	}
	for _, id := range []iam.TenantID{third.ID, "no id", ""} {
		if there, _ := f.half(iam.LinkManaged, id); there {
			f.Errorf("there is a half to %q", id)
		}
	}
	got, err := f.store.ObjectByID(f.ctx(), f.tenant.ID, r.ID)
	f.ok(err)
	if got.Link != nil {
		f.Errorf("the link is read with the object: %+v", got.Link)
	}

	// Disabled it is there, and gives nothing.
	r.Disabled, r.Link = true, &iam.Link{Kind: iam.LinkManaged, Other: other.ID, OtherCode: other.Code, Assignments: []iam.Assignment{one}}
	f.bumps(true, func() { f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, r, nil, nil)) })
	read(r.ID, *r.Link)
	f.handed(iam.LinkManaged, other.ID)
	if there, disabled := f.half(iam.LinkManaged, other.ID); !there || !disabled {
		f.Errorf("the half is there: %t, disabled: %t", there, disabled)
	}
	f.bumps(false, func() { f.fails(f.store.UpdateObject(f.ctx(), f.tenant.ID, r, nil, nil), iam.Conflict) })
	f.bumps(false, func() { f.ok(f.store.SetObjectStatus(f.ctx(), f.tenant.ID, r.ID, []byte(`{}`))) })
	read(r.ID, *r.Link)

	// Whatever else refers to the same tenant, of the same kind there is one.
	twin := f.anObject("managed_tenant", "system", "twin")
	twin.Link = r.Link
	before := f.rowsOf(f.tenant.ID)
	if e := f.failure(f.store.InsertObject(f.ctx(), f.tenant.ID, twin, nil, nil), iam.Exists); e.Object != other.Code {
		f.Errorf("what is in the way is %q", e.Object)
	}
	for _, l := range []iam.Link{
		{Kind: iam.LinkManaged, Other: "no id"}, {Kind: iam.LinkChild, Manager: "no id"},
		{Kind: iam.LinkManaged, Assignments: []iam.Assignment{one, {Group: iam.GroupID(f.env.NewID())}}},
		{Kind: iam.LinkManaged, Assignments: []iam.Assignment{{Group: "no id"}}},
	} {
		twin.Link = &l
		f.fails(f.store.InsertObject(f.ctx(), f.tenant.ID, twin, nil, nil), iam.NotFound)
	}
	same(f, f.rowsOf(f.tenant.ID), before)
	f.newLink("back", iam.Link{Kind: iam.LinkAllowed, Other: other.ID, OtherCode: other.Code, Assignments: []iam.Assignment{{Group: second.ID}}})
	for i := range 2 { // to no tenant there may be several
		f.newLink([]string{"none", "nobody"}[i], iam.Link{Kind: iam.LinkManaged})
	}
	allowed, err := f.store.AllowedGroups(f.ctx(), f.tenant.ID, other.ID)
	f.ok(err)
	same(f, allowed, []iam.GroupID{second.ID})

	// Without a link, and with another one again.
	r.Version++
	r.Disabled, r.Link = false, nil
	f.bumps(true, func() { f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, r, nil, nil)) })
	_, err = f.store.Link(f.ctx(), f.tenant.ID, r.ID)
	f.fails(err, iam.NotFound)
	r.Version++
	r.Link = &iam.Link{Kind: iam.LinkManaged, Other: third.ID, OtherCode: third.Code, Assignments: []iam.Assignment{two, one}}
	f.bumps(true, func() { f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, r, nil, nil)) })

	// An assignment ends with its group.
	f.bumps(true, func() { f.ok(f.store.DeleteGroup(f.ctx(), f.tenant.ID, second.ID, 0)) })
	f.handed(iam.LinkManaged, third.ID, one)
	allowed, err = f.store.AllowedGroups(f.ctx(), f.tenant.ID, other.ID)
	f.ok(err)
	same(f, allowed, nil)

	f.bumps(true, func() { f.ok(f.store.DeleteObject(f.ctx(), f.tenant.ID, r.ID, true, nil)) })
	f.handed(iam.LinkManaged, third.ID)
	for _, id := range []iam.ObjectID{r.ID, "no id"} {
		_, err = f.store.Link(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
	}
	// The other tenant may go before its link, which names nobody else then.
	f.ok(f.store.EraseTenant(f.ctx(), other.ID))
	if there, _ := f.half(iam.LinkAllowed, other.ID); !there {
		f.Error("a link went with the tenant that it is to")
	}
}

// testChildLinks: a child has what its manager assigns.
func testChildLinks(f *fixture) {
	g := f.newGroup("keepers")
	child := f.newTenant(f.tenant.ID)
	assigned := iam.Assignment{Group: g.ID, Theirs: []string{"admins"}}
	m := f.newLink("manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{assigned}})
	r := f.newLink("child", iam.Link{Kind: iam.LinkChild, Other: child.ID, OtherCode: child.Code})
	f.handed(iam.LinkChild, child.ID)
	set := func(r *object.Record) {
		f.Helper()
		f.bumps(true, func() { f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, *r, nil, nil)) })
		r.Version++
	}
	r.Link.Manager = m.ID
	set(&r)
	f.handed(iam.LinkChild, child.ID, assigned)
	got, err := f.store.Link(f.ctx(), f.tenant.ID, r.ID)
	f.ok(err)
	same(f, got, *r.Link)

	r.Disabled = true
	set(&r)
	f.handed(iam.LinkChild, child.ID)
	r.Disabled, m.Disabled = false, true
	set(&r)
	set(&m)
	f.handed(iam.LinkChild, child.ID)
	m.Disabled, m.Link.Assignments = false, append(m.Link.Assignments, iam.Assignment{Group: g.ID, Owner: true})
	set(&m)
	f.handed(iam.LinkChild, child.ID, m.Link.Assignments...)
	f.ok(f.store.DeleteObject(f.ctx(), f.tenant.ID, m.ID, false, nil))
	f.handed(iam.LinkChild, child.ID)
	// One that takes its name is another one.
	f.newLink("manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{assigned}})
	f.handed(iam.LinkChild, child.ID)
}
