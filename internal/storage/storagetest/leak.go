package storagetest

import (
	"reflect"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// leak is the world of one check: a is the tenant that acts, b the one whose
// rows it must neither see nor change. Both hold the same names.
type leak struct {
	*fixture
	a, b *population
}

// missed wants NotFound.
func (l *leak) missed(err error) { l.Helper(); l.fails(err, iam.NotFound) }

// mine wants a list without a trace of b.
func mine[T any](l *leak, items []T, err error, id func(T) string, foreign string) {
	l.Helper()
	l.ok(err)
	if slices.ContainsFunc(items, func(item T) bool { return id(item) == foreign }) {
		l.Errorf("the list of a has %s of b", foreign)
	}
}

// none wants nothing.
func none[T any](l *leak, items []T, err error) {
	l.Helper()
	l.ok(err)
	if len(items) > 0 {
		l.Errorf("a finds %v of b", items)
	}
}

func (l *leak) userOfA() iam.User {
	l.Helper()
	u, err := l.store.User(l.ctx(), l.a.tenant.ID, directory.UserKey{Username: l.b.user.Username})
	l.ok(err)
	return u
}

// testTwoTenants calls every method in one tenant with what is another's.
func testTwoTenants(f *fixture) {
	f.settleAll()
	methods := reflect.TypeFor[*storage.Store]()
	checked := map[string]bool{}
	b := f.populate()
	before := f.rowsOf(b.tenant.ID)
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		checked[name] = true
		check, ok := leaks[name]
		if !ok {
			f.Errorf("no check that Store.%s keeps to its tenant: give leaks an entry", name)
			continue
		}
		l := &leak{fixture: f, b: b}
		f.tenant = f.newTenant("")
		l.a = f.populate()
		check(l)
		if d := diff(before, f.rowsOf(l.b.tenant.ID)); d != "" {
			f.Errorf("Store.%s in one tenant changed another (-before +after):\n%s", name, d)
		}
	}
	for name := range leaks {
		if !checked[name] {
			f.Errorf("leaks has %s, which Store has not", name)
		}
	}
	f.settleAll()
}
