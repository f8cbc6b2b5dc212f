package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

func testEpochs(f *fixture) {
	for _, id := range []iam.TenantID{iam.TenantID(f.env.NewID()), "no id", "*", ""} {
		_, err := f.store.Epoch(f.ctx(), id)
		f.fails(err, iam.NotFound)
	}
	other := f.newTenant("")
	time.Sleep(2 * time.Millisecond) // SQLite's clock has no finer ones
	since := f.databaseTime()
	if d := time.Since(since).Abs(); d > time.Minute {
		f.Errorf("the clock of a database on this machine differs by %v: it is to be the database's, not the store's", d)
	}
	f.newRole("r")
	changed, now, err := f.store.EpochsSince(f.ctx(), since)
	f.ok(err)
	if changed[f.tenant.ID] != f.epoch() {
		f.Errorf("the epoch is %d, EpochsSince says %d", f.epoch(), changed[f.tenant.ID])
	}
	if _, ok := changed[other.ID]; ok {
		f.Error("EpochsSince tells of what changed before")
	}
	if now.Before(since) {
		f.Errorf("the clock goes back from %v to %v", since, now)
	}
	changed, _, err = f.store.EpochsSince(f.ctx(), since.Add(-time.Hour))
	f.ok(err)
	if changed[other.ID] == 0 {
		f.Error("EpochsSince lacks a new tenant")
	}
	changed, now, err = f.store.EpochsSince(f.ctx(), now.Add(time.Hour))
	f.ok(err)
	if len(changed) > 0 || now.IsZero() {
		f.Errorf("in an hour from now %v has changed; the clock says %v", changed, now)
	}
}

// databaseTime is what the clock of the database says.
func (f *fixture) databaseTime() time.Time {
	f.Helper()
	changed, now, err := f.store.EpochsSince(f.ctx(), time.Time{})
	f.ok(err)
	same(f, len(changed), 0)
	return now
}

var aKey = keyring.Key{ID: "1", Purpose: keyring.PurposeToken, Wrapped: []byte{0, 255, 1}, Created: time.UnixMicro(1_700_000_000_000_001).UTC()}

func testKeys(f *fixture) {
	keys := func(want ...keyring.Key) {
		f.Helper()
		got, err := f.store.Keys(f.ctx(), f.tenant.ID)
		f.ok(err)
		byID := map[string]keyring.Key{}
		for _, k := range got {
			byID[string(k.Purpose)+k.ID] = k
		}
		for _, k := range want {
			same(f, byID[string(k.Purpose)+k.ID], k)
		}
		same(f, len(got), len(want))
	}
	keys()
	one, two := aKey, aKey
	two.ID = "2"
	session := aKey
	session.Purpose = keyring.PurposeSession
	for _, k := range []keyring.Key{one, two, session} {
		f.ok(f.store.AddKey(f.ctx(), f.tenant.ID, k))
	}
	keys(one, two, session)
	again := one
	again.Wrapped = []byte("other")
	f.fails(f.store.AddKey(f.ctx(), f.tenant.ID, again), iam.Exists)
	f.fails(f.store.AddKey(f.ctx(), iam.TenantID(f.env.NewID()), one), iam.NotFound)
	keys(one, two, session)

	one.Wrapped, two.Wrapped = []byte("new 1"), []byte("new 2")
	f.ok(f.store.ReplaceKeys(f.ctx(), f.tenant.ID, []keyring.Key{one, two}))
	keys(one, two, session)
	lost := session
	lost.ID = "9"
	wrong := one
	wrong.Wrapped = []byte("half a rotation")
	f.fails(f.store.ReplaceKeys(f.ctx(), f.tenant.ID, []keyring.Key{wrong, lost}), iam.NotFound)
	keys(one, two, session)
}

func testInstallation(f *fixture) {
	name := f.env.NewID()
	_, ok, err := f.store.Setting(f.ctx(), name)
	f.ok(err)
	if ok {
		f.Fatal("a setting that nobody made")
	}
	for _, value := range []string{"first", "second"} {
		got, err := f.store.ClaimSetting(f.ctx(), name, value)
		f.ok(err)
		same(f, got, "first")
	}
	got, ok, err := f.store.Setting(f.ctx(), name)
	f.ok(err)
	if !ok || got != "first" {
		f.Errorf("%q, %t", got, ok)
	}
}
