package tenancy_test

import (
	"flag"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// TestStatesOfTrees disables, enables and removes tenants of random trees. What
// counts is always what a tenant and all above it say, no parent ever changes,
// and each tenant that is below another has its object there, and none else.
func TestStatesOfTrees(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("6"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Value.Set(f.DefValue) }()
	}
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		trees := 0
		rapid.Check(t, func(r *rapid.T) {
			trees++
			tree := tree{T: r, s: s, name: fmt.Sprintf("tree%d", trees), parents: map[iam.TenantID]iam.TenantID{}, own: map[iam.TenantID]iam.TenantState{}}
			tree.grow(t, "")
			for range rapid.IntRange(4, 10).Draw(r, "moves") {
				tree.move(t)
				tree.check(t)
			}
		})
	})
}

// tree is a tree of tenants as it should be.
type tree struct {
	*rapid.T
	s       *apptest.Server
	name    string
	made    int
	order   []iam.TenantID // those that are there, as they were made
	parents map[iam.TenantID]iam.TenantID
	own     map[iam.TenantID]iam.TenantState
}

func (w *tree) grow(t *testing.T, parent iam.TenantID) {
	w.made++
	made, err := w.s.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), parent, tenancy.NewTenant{Code: fmt.Sprintf("%s-%d", w.name, w.made)})
	if err != nil {
		w.Fatal(err)
	}
	w.order, w.parents[made.ID], w.own[made.ID] = append(w.order, made.ID), parent, iam.TenantActive
}

// move does something to one of the tenants, as the root of the tree or as the
// operator.
func (w *tree) move(t *testing.T) {
	id := rapid.SampledFrom(w.order).Draw(w.T, "tenant")
	by := iam.System(id, "test")
	if rapid.Bool().Draw(w.T, "from above") && id != w.order[0] {
		by = iam.Actor{Tenant: w.order[0], Home: w.order[0], User: "nobody", Username: "root"}
	}
	var err error
	switch state := rapid.SampledFrom([]iam.TenantState{iam.TenantActive, iam.TenantDisabled, iam.TenantDeleting, ""}).Draw(w.T, "move"); {
	case state == "" || state == iam.TenantDeleting && id == w.order[0]:
		w.grow(t, id)
	case state == iam.TenantDeleting:
		if err = w.s.Tenancy.CloseTree(t.Context(), by, id); err == nil {
			err = w.s.Tenancy.RemoveTree(t.Context(), id)
		}
		var left []iam.TenantID
		for _, other := range w.order {
			if !w.within(other, id) {
				left = append(left, other)
			}
		}
		w.order = left
	default:
		if _, err = w.s.Tenancy.SetState(t.Context(), by, id, state); err == nil {
			w.own[id] = state
		}
	}
	if err != nil {
		w.Fatal(err)
	}
}

// within reports whether a tenant is another one, or below it.
func (w *tree) within(id, top iam.TenantID) bool {
	for ; id != ""; id = w.parents[id] {
		if id == top {
			return true
		}
	}
	return false
}

func (w *tree) check(t *testing.T) {
	objects := map[iam.TenantID]int{}
	for _, id := range w.order {
		got, err := w.s.Store.Tenant(t.Context(), id)
		if err != nil {
			w.Fatal(err)
		}
		want := w.own[id]
		for above := w.parents[id]; above != "" && want == iam.TenantActive; above = w.parents[above] {
			if w.own[above] != iam.TenantActive {
				want = iam.TenantSuspended
			}
		}
		if got.State != want || got.Own != w.own[id] || got.Parent != w.parents[id] {
			w.Fatalf("%s is %s, itself %s, below %q; want %s, %s and %q", got.Code, got.State, got.Own, got.Parent, want, w.own[id], w.parents[id])
		}
		children, err := w.s.Store.Objects(t.Context(), id, "child_tenant", iam.NamespaceSystem)
		if err != nil {
			w.Fatal(err)
		}
		objects[id] = len(children)
	}
	for _, id := range w.order {
		if above := w.parents[id]; above != "" {
			objects[above]--
			if there, _, err := w.s.Store.Half(t.Context(), above, iam.LinkChild, id); err != nil || there == "" {
				w.Fatalf("%s has no object in the tenant above it: %v", id, err)
			}
		}
	}
	for id, more := range objects {
		if more != 0 {
			w.Fatalf("%s has %d objects too many", id, more)
		}
	}
}
