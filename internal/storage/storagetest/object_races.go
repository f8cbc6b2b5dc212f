package storagetest

import (
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// testReferenceRace: of a reference to an object and its deletion, when nobody
// may refer to it, whichever comes first decides: the deletion is refused, or
// the reference finds nothing there.
func testReferenceRace(f *fixture) {
	const rounds, referrers = 20, 4
	var refused, free int
	for round := range rounds {
		victim := f.newObject("contact", "shared", fmt.Sprint("v", round))
		var by [referrers]object.Record
		for i := range by {
			by[i] = f.anObject("policy", "shared", fmt.Sprintf("p%d-%d", round, i))
		}
		old := f.newObject("policy", "shared", fmt.Sprint("old", round))
		errs := race(referrers+2, func(i int) error {
			switch i {
			case 0:
				return f.store.DeleteObject(f.ctx(), f.tenant.ID, victim.ID, true, nil)
			case 1:
				return f.store.UpdateObject(f.ctx(), f.tenant.ID, old, refsTo(target(victim)), nil)
			default:
				return f.store.InsertObject(f.ctx(), f.tenant.ID, by[i-2], refsTo(target(victim)), nil)
			}
		})
		for _, err := range errs[1:] {
			f.ok(err)
		}
		meant := 0
		for _, r := range append(by[:], old) {
			refs, err := f.store.References(f.ctx(), f.tenant.ID, r.ID)
			f.ok(err)
			if len(refs) != 1 || refs[0].Dead {
				f.Fatalf("round %d: a reference to what was removed: %+v", round, refs)
			}
			if refs[0].Target.ID == string(victim.ID) {
				meant++
			}
		}
		if errs[0] == nil {
			free++
			same(f, meant, 0)
			continue
		}
		refused++
		f.fails(errs[0], iam.Precondition)
		if meant == 0 {
			f.Errorf("round %d: the deletion was refused, and nobody refers to the object", round)
		}
	}
	f.Logf("%d refused, %d went through", refused, free)
}

// testDisableRace: once a namespace is disabled, nothing in it changes any more.
func testDisableRace(f *fixture) {
	const writers = 4
	for round := range 10 {
		n := f.newNamespace(fmt.Sprint("n", round))
		old := f.newObject("contact", n.Name, "old")
		n.Disabled = true
		var then []object.Record
		errs := race(writers+1, func(i int) (err error) {
			switch i {
			case 0:
				if err = f.store.UpdateNamespace(f.ctx(), f.tenant.ID, n); err == nil {
					then, err = f.store.Objects(f.ctx(), f.tenant.ID, "", n.Name)
				}
				return err
			case 1:
				return f.store.UpdateObject(f.ctx(), f.tenant.ID, old, nil, nil)
			default:
				return f.store.InsertObject(f.ctx(), f.tenant.ID, f.anObject("contact", n.Name, fmt.Sprint("c", i)), nil, nil)
			}
		})
		f.ok(errs[0])
		f.winners(errs[1:], iam.Precondition)
		now, err := f.store.Objects(f.ctx(), f.tenant.ID, "", n.Name)
		f.ok(err)
		same(f, now, then)
	}
}

// testNamespaceRace: of new objects and the deletion of their namespace,
// whichever comes first decides.
func testNamespaceRace(f *fixture) {
	for round := range 20 {
		n := f.newNamespace(fmt.Sprint("n", round))
		errs := race(3, func(i int) error {
			if i == 0 {
				return f.store.DeleteNamespace(f.ctx(), f.tenant.ID, n.ID)
			}
			return f.store.InsertObject(f.ctx(), f.tenant.ID, f.anObject("contact", n.Name, fmt.Sprint("c", i)), nil, nil)
		})
		left, err := f.store.Objects(f.ctx(), f.tenant.ID, "", n.Name)
		f.ok(err)
		_, gone := f.store.Namespace(f.ctx(), f.tenant.ID, n.Name)
		if errs[0] == nil {
			f.fails(gone, iam.NotFound)
			same(f, f.winners(errs[1:], iam.NotFound), 0)
			same(f, len(left), 0)
			continue
		}
		f.fails(errs[0], iam.Precondition)
		f.ok(gone)
		same(f, f.winners(errs[1:], iam.NotFound), len(left))
	}
	count, err := f.store.CountNamespaces(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, count, len(f.rowsOf(f.tenant.ID)["namespaces"]))
}
