package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// setOwn gives a tenant an own state, and answers it as it is then.
func (f *fixture) setOwn(id iam.TenantID, own iam.TenantState) iam.Tenant {
	f.Helper()
	t, err := f.store.Tenant(f.ctx(), id)
	f.ok(err)
	t.Own = own
	f.ok(f.store.UpdateTenant(f.ctx(), id, t))
	t, err = f.store.Tenant(f.ctx(), id)
	f.ok(err)
	return t
}

// states wants states of tenants.
func (f *fixture) states(want map[iam.TenantID]iam.TenantState) {
	f.Helper()
	got := map[iam.TenantID]iam.TenantState{}
	for id := range want {
		t, err := f.store.Tenant(f.ctx(), id)
		f.ok(err)
		got[id] = t.State
	}
	same(f, got, want)
}

// testTenantStates: what is above a tenant counts as well as the tenant itself,
// however far above it is, and who remembers something of any of them learns it.
func testTenantStates(f *fixture) {
	root := f.tenant.ID
	a, b := f.newTenant(root).ID, f.newTenant(root).ID
	aa := f.newTenant(a).ID
	aaa := f.newTenant(aa).ID
	const on, off, stopped = iam.TenantActive, iam.TenantDisabled, iam.TenantSuspended
	f.states(map[iam.TenantID]iam.TenantState{root: on, a: on, b: on, aa: on, aaa: on})

	told := func(ids ...iam.TenantID) {
		f.Helper()
		for _, id := range ids {
			epoch, err := f.store.Epoch(f.ctx(), id)
			f.ok(err)
			f.mu.Lock()
			if f.epochs[id] != epoch {
				f.Errorf("the epoch of %s is %d, and OnEpoch was told %d", id, epoch, f.epochs[id])
			}
			delete(f.epochs, id)
			f.mu.Unlock()
		}
	}
	f.setOwn(a, off)
	f.states(map[iam.TenantID]iam.TenantState{root: on, a: off, b: on, aa: stopped, aaa: stopped})
	told(a, aa, aaa)
	f.setOwn(aa, iam.TenantLeaving) // its own state does not wait for the other
	f.states(map[iam.TenantID]iam.TenantState{a: off, aa: iam.TenantLeaving, aaa: stopped})
	if got := f.setOwn(a, on); got.State != on || got.Own != on || got.Version != 3 {
		f.Errorf("enabled: %+v", got)
	}
	f.states(map[iam.TenantID]iam.TenantState{root: on, a: on, b: on, aa: iam.TenantLeaving, aaa: stopped})
	told(a)
	f.setOwn(aa, on)
	f.states(map[iam.TenantID]iam.TenantState{aa: on, aaa: on})
	told(aa, aaa)

	// Born or enabled below one that is stopped.
	f.setOwn(root, iam.TenantDeleting)
	f.states(map[iam.TenantID]iam.TenantState{root: iam.TenantDeleting, a: stopped, b: stopped, aa: stopped, aaa: stopped})
	born := f.newTenant(aaa).ID
	f.states(map[iam.TenantID]iam.TenantState{born: stopped})
	unborn := f.aTenant(aaa)
	unborn.Own = off
	f.ok(f.store.InsertTenant(f.ctx(), unborn, tenancy.Birth{}))
	f.states(map[iam.TenantID]iam.TenantState{unborn.ID: off})
	f.setOwn(b, off)
	if got := f.setOwn(b, on); got.State != stopped || got.Own != on {
		f.Errorf("enabled below one that is stopped: %+v", got)
	}
	// A change that is not of the state leaves the epochs of others alone.
	f.setOwn(root, on)
	f.states(map[iam.TenantID]iam.TenantState{root: on, a: on, b: on, aa: on, aaa: on, born: on})
	f.tenant.ID = b
	f.bumps(false, func() { f.setOwn(root, on) })

	stale, err := f.store.Tenant(f.ctx(), a)
	f.ok(err)
	stale.Own, stale.Version = off, stale.Version-1
	f.tenant.ID = aaa
	f.bumps(false, func() { f.fails(f.store.UpdateTenant(f.ctx(), a, stale), iam.Conflict) })
	f.states(map[iam.TenantID]iam.TenantState{a: on, aaa: on})
}

func testEnding(f *fixture) {
	t := f.tenant
	t.Own = iam.TenantLeaving
	t.Ending = &iam.Ending{Reason: "REASON_SWITCH", Feedback: `"다시"`, By: "kim", At: f.env.Time().Add(time.Microsecond)}
	f.ok(f.store.UpdateTenant(f.ctx(), t.ID, t))
	t.Version, t.State = t.Version+1, iam.TenantLeaving
	got, err := f.store.Tenant(f.ctx(), t.ID)
	f.ok(err)
	same(f, got, t)
	l, err := f.store.Descendants(f.ctx(), t.ID, tenancy.TenantFilter{}, iam.Page{})
	f.ok(err)
	same(f, l.Items, []iam.Tenant{t})
	t.Ending, t.Own = nil, iam.TenantActive
	f.ok(f.store.UpdateTenant(f.ctx(), t.ID, t))
	t.Version, t.State = t.Version+1, iam.TenantActive
	got, err = f.store.Tenant(f.ctx(), t.ID)
	f.ok(err)
	same(f, got, t)
}

// testStateRace: tenants are made and enabled below others that are disabled at
// the same time; none escapes.
func testStateRace(f *fixture) {
	for range 8 {
		top := f.newTenant(f.tenant.ID).ID
		middle := f.newTenant(top).ID
		low := f.newTenant(middle).ID
		f.setOwn(low, iam.TenantDisabled)
		made := f.aTenant(middle)
		do := []func() error{
			func() error { return f.trySetOwn(top, iam.TenantDisabled) },
			func() error { return f.trySetOwn(low, iam.TenantActive) },
			func() error { return f.store.InsertTenant(f.ctx(), made, tenancy.Birth{}) },
		}
		for _, err := range race(len(do), func(i int) error { return do[i]() }) {
			f.ok(err)
		}
		f.states(map[iam.TenantID]iam.TenantState{top: iam.TenantDisabled, middle: iam.TenantSuspended, low: iam.TenantSuspended,
			made.ID: iam.TenantSuspended})
	}
}

func (f *fixture) trySetOwn(id iam.TenantID, own iam.TenantState) error {
	t, err := f.store.Tenant(f.ctx(), id)
	if err != nil {
		return err
	}
	t.Own = own
	return f.store.UpdateTenant(f.ctx(), id, t)
}
