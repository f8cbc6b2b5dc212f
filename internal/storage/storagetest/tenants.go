package storagetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func testTenants(f *fixture) {
	t := f.aTenant(f.tenant.ID)
	e := f.event("tenant", "create")
	now := f.env.Time()
	role := f.aRole("admin")
	role.Builtin = true
	born := tenancy.Birth{Roles: []iam.Role{role}, Namespaces: []iam.Namespace{
		{ID: iam.NamespaceID(f.env.NewID()), Name: "system", Created: now, Updated: now, Version: 1}}}
	f.ok(f.store.InsertTenant(f.ctx(), t, born, e))

	got, err := f.store.Tenant(f.ctx(), t.ID)
	f.ok(err)
	same(f, got, t)
	got, err = f.store.TenantByCode(f.ctx(), t.Code)
	f.ok(err)
	same(f, got, t)
	gotRole, err := f.store.Role(f.ctx(), t.ID, access.RoleKey{Handle: "admin"})
	f.ok(err)
	same(f, gotRole, role)
	if n := f.rowsOf(t.ID)["namespaces"]; len(n) != 1 {
		f.Errorf("born with namespaces %v", n)
	}
	events, err := f.store.Events(f.ctx(), t.ID, auditOf(e), iam.Page{})
	f.ok(err)
	same(f, events.Items, []iam.Event{e})

	again := f.aTenant("")
	again.Code = t.Code
	f.fails(f.store.InsertTenant(f.ctx(), again, tenancy.Birth{}), iam.Exists)
	again = f.aTenant("")
	again.ID = t.ID
	f.fails(f.store.InsertTenant(f.ctx(), again, tenancy.Birth{}), iam.Exists)
	f.fails(f.store.InsertTenant(f.ctx(), f.aTenant(iam.TenantID(f.env.NewID())), tenancy.Birth{}), iam.NotFound)
	f.fails(f.store.InsertTenant(f.ctx(), f.aTenant("nobody"), tenancy.Birth{}), iam.NotFound)

	for _, id := range []iam.TenantID{iam.TenantID(f.env.NewID()), "", "no id", storage.Everywhere} {
		_, err = f.store.Tenant(f.ctx(), id)
		f.fails(err, iam.NotFound)
	}
	_, err = f.store.TenantByCode(f.ctx(), "no-such-code")
	f.fails(err, iam.NotFound)

	f.tenant = t
	change := t
	change.Name, change.Description, change.Attributes = "Ünew", "", nil
	change.State, change.Own = iam.TenantDisabled, iam.TenantDisabled
	change.Updated = f.env.Time()
	e = f.event("tenant", "update")
	f.bumps(true, func() { f.ok(f.store.UpdateTenant(f.ctx(), t.ID, change, e)) })
	f.logged(e)
	change.Version++
	got, err = f.store.Tenant(f.ctx(), t.ID)
	f.ok(err)
	same(f, got, change)
	f.bumps(false, func() { f.fails(f.store.UpdateTenant(f.ctx(), t.ID, t), iam.Conflict) })
	f.fails(f.store.UpdateTenant(f.ctx(), iam.TenantID(f.env.NewID()), t), iam.NotFound)
}

func testTenantTree(f *fixture) {
	root := f.tenant
	a, b := f.newTenant(root.ID), f.newTenant(root.ID)
	aa := f.newTenant(a.ID)
	other := f.newTenant("")

	list := func(from iam.TenantID, tf tenancy.TenantFilter, p iam.Page) (codes []string) {
		f.Helper()
		l, err := f.store.Descendants(f.ctx(), from, tf, p)
		f.ok(err)
		for _, t := range l.Items {
			codes = append(codes, t.Code)
		}
		if p.Total && p.Limit == 0 && l.Total != len(codes) {
			f.Errorf("total %d of %d", l.Total, len(codes))
		}
		return codes
	}
	every := iam.Page{Total: true}
	same(f, list(root.ID, tenancy.TenantFilter{}, every), []string{root.Code, a.Code, b.Code, aa.Code})
	same(f, list(a.ID, tenancy.TenantFilter{}, every), []string{a.Code, aa.Code})
	same(f, list(root.ID, tenancy.TenantFilter{ChildrenOnly: true}, every), []string{a.Code, b.Code, aa.Code})
	same(f, list(aa.ID, tenancy.TenantFilter{ChildrenOnly: true}, every), nil)
	same(f, list(root.ID, tenancy.TenantFilter{ID: aa.ID}, every), []string{aa.Code})
	same(f, list(root.ID, tenancy.TenantFilter{Short: iam.Short(aa.ID)}, every), []string{aa.Code})
	same(f, list(root.ID, tenancy.TenantFilter{ID: aa.ID, Short: iam.Short(aa.ID), ChildrenOnly: true}, every), []string{aa.Code})
	same(f, list(aa.ID, tenancy.TenantFilter{ID: aa.ID}, every), []string{aa.Code})
	same(f, list(aa.ID, tenancy.TenantFilter{ID: aa.ID, ChildrenOnly: true}, every), nil)
	same(f, list(root.ID, tenancy.TenantFilter{ID: aa.ID, Short: iam.Short(a.ID)}, every), nil)
	same(f, list(root.ID, tenancy.TenantFilter{ID: aa.ID, Code: "no such"}, every), nil)
	same(f, list(aa.ID, tenancy.TenantFilter{ID: a.ID}, every), nil) // which is above
	same(f, list(b.ID, tenancy.TenantFilter{ID: aa.ID}, every), nil)
	same(f, list(root.ID, tenancy.TenantFilter{ID: other.ID}, every), nil)
	same(f, list(root.ID, tenancy.TenantFilter{Short: iam.Short(other.ID)}, every), nil)
	same(f, list(root.ID, tenancy.TenantFilter{ID: "no id"}, every), nil)
	same(f, list(root.ID, tenancy.TenantFilter{Short: "no id"}, every), nil)
	same(f, list(root.ID, tenancy.TenantFilter{Code: iam.Pattern(b.Code + "|" + strings.ToUpper(aa.Code))}, every), []string{b.Code, aa.Code})
	same(f, list(root.ID, tenancy.TenantFilter{Name: "tenant *"}, iam.Page{Sort: "code", Desc: true, Limit: 1}),
		[]string{slices.Max([]string{root.Code, a.Code, b.Code, aa.Code})})

	_, err := f.store.Descendants(f.ctx(), "*", tenancy.TenantFilter{}, every)
	f.fails(err, iam.NotFound)
	_, err = f.store.Descendants(f.ctx(), root.ID, tenancy.TenantFilter{}, iam.Page{Sort: "state"})
	f.fails(err, iam.Invalid)

	for _, sort := range []string{"", "created", "name", "code"} {
		walk(f, iam.Page{Sort: sort}, func(t iam.Tenant) iam.TenantID { return t.ID }, func(p iam.Page) (iam.List[iam.Tenant], error) {
			return f.store.Descendants(f.ctx(), root.ID, tenancy.TenantFilter{}, p)
		})
	}
	l, err := f.store.AllTenants(f.ctx(), iam.Page{Limit: iam.MaxPage, Total: true})
	f.ok(err)
	for _, want := range []iam.Tenant{root, a, b, aa, other} {
		if !slices.ContainsFunc(l.Items, func(t iam.Tenant) bool { return t.ID == want.ID }) {
			f.Errorf("AllTenants lacks %s", want.Code)
		}
	}
	if l.Total != len(l.Items) {
		f.Errorf("total %d of %d", l.Total, len(l.Items))
	}
}

func testEraseTenant(f *fixture) {
	parent := f.tenant
	victim := f.newTenant(parent.ID)
	bystander := f.newTenant(parent.ID)
	f.tenant = victim
	f.populate()
	for i := range 5 {
		f.newUser(fmt.Sprintf("more%d", i))
	}
	for table, rows := range f.rowsOf(victim.ID) {
		if len(rows) == 0 {
			f.Errorf("populate leaves %s empty", table)
		}
	}
	last := f.epoch()
	f.tenant = bystander
	f.populate()
	before := f.rowsOf(bystander.ID)

	f.fails(f.store.EraseTenant(f.ctx(), parent.ID), iam.Precondition)
	if _, err := f.store.Epoch(f.ctx(), parent.ID); err != nil {
		f.Errorf("a refused erasure did something: %v", err)
	}
	since := f.databaseTime()
	f.ok(f.store.EraseTenant(f.ctx(), victim.ID))
	for table, rows := range f.rowsOf(victim.ID) {
		if len(rows) > 0 && table != "tenant_epochs" {
			f.Errorf("%s still has %d rows", table, len(rows))
		}
	}
	// Who remembers something of the tenant learns that it is void, even when
	// all of it went between two looks.
	_, err := f.store.Epoch(f.ctx(), victim.ID)
	f.fails(err, iam.NotFound)
	changed, _, err := f.store.EpochsSince(f.ctx(), since)
	f.ok(err)
	if changed[victim.ID] <= last {
		f.Errorf("the epoch went from %d to %d", last, changed[victim.ID])
	}
	same(f, f.rowsOf(bystander.ID), before)
	_, err = f.store.TenantByCode(f.ctx(), victim.Code)
	f.fails(err, iam.NotFound)

	f.ok(f.store.EraseTenant(f.ctx(), victim.ID))
	f.ok(f.store.EraseTenant(f.ctx(), "no id"))
	reborn := f.aTenant("")
	reborn.Code = victim.Code
	f.ok(f.store.InsertTenant(f.ctx(), reborn, tenancy.Birth{}))
}
