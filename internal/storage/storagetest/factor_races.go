package storagetest

import (
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// testFactorRaces: of many uses of one step, and of one recovery code, exactly
// one succeeds; of many first factors one is the first; the last one stays.
func testFactorRaces(f *fixture) {
	const n = 16
	u := f.newUser("kim")
	r := f.newFactor(f.aFactor(u))
	for step := int64(10); step < 15; step++ {
		errs := race(n, func(int) error {
			return f.store.UseFactor(f.ctx(), f.tenant.ID, u.ID, r.ID, step, f.env.Time())
		})
		if won := f.winners(errs, iam.Conflict); won != 1 {
			f.Fatalf("step %d was used %d times", step, won)
		}
	}
	codes := f.someRecoveryCodes(3)
	f.ok(f.store.ReplaceRecoveryCodes(f.ctx(), f.tenant.ID, u.ID, codes))
	for _, c := range codes {
		errs := race(n, func(int) error { return f.store.SpendRecoveryCode(f.ctx(), f.tenant.ID, u.ID, c.ID) })
		if won := f.winners(errs, iam.NotFound); won != 1 {
			f.Fatalf("a recovery code was used %d times", won)
		}
	}
	f.ok(errors.Join(race(n, func(int) error {
		return f.store.ReplaceRecoveryCodes(f.ctx(), f.tenant.ID, u.ID, f.someRecoveryCodes(3))
	})...))
	if left := len(f.recoveryCodes(u)); left != 3 {
		f.Errorf("%d recovery codes after many were made at once, want those of one", left)
	}

	two := f.newFactor(f.aFactor(u))
	errs := race(2, func(i int) error {
		return f.store.DeleteFactor(f.ctx(), f.tenant.ID, u.ID, []iam.FactorID{r.ID, two.ID}[i], true)
	})
	if won := f.winners(errs, iam.Precondition); won != 1 {
		f.Errorf("%d of two factors were removed, of which one has to stay", won)
	}

	// A factor waits, and many confirm it as the only one.
	lee := f.newUser("lee")
	w := f.aFactor(lee)
	f.ok(f.store.InsertFactor(f.ctx(), f.tenant.ID, w))
	firsts := make([]bool, n)
	errs = race(n, func(i int) (err error) {
		firsts[i], err = f.store.ActivateFactor(f.ctx(), f.tenant.ID, authn.Activation{User: lee.ID, Factor: w.ID, Step: 1,
			At: f.env.Time(), Alone: true, Codes: f.someRecoveryCodes(2)})
		return err
	})
	for i, err := range errs {
		if firsts[i] != (err == nil) {
			f.Errorf("first %v, error %v", firsts[i], err)
		}
	}
	if won := f.winners(errs, iam.Precondition); won != 1 {
		f.Errorf("a factor was confirmed %d times", won)
	}
	if left := len(f.recoveryCodes(lee)); left != 2 {
		f.Errorf("%d recovery codes, want those of the one", left)
	}
}
