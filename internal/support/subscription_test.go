package support_test

import (
	"sync"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

// TestSubscription: one ticket asks for an add-on, until it is solved or closed,
// and none does where there is nothing to ask for.
func TestSubscription(t *testing.T) {
	each(t, func(w *world) {
		ctx, by := w.t.Context(), w.child.Actor()
		plan := func(withheld ...iam.Withheld) {
			w.t.Helper()
			w.ok(w.Tenancy.SetPlan(ctx, iam.System("", "test"), w.child.Tenant.ID, iam.Plan{Withheld: withheld}))
		}
		tickets := func(want int) []support.Ticket {
			w.t.Helper()
			found, err := w.Support.Tickets(ctx, by, "")
			w.ok(err)
			if len(found) != want {
				w.t.Fatalf("%d tickets, want %d", len(found), want)
			}
			return found
		}
		subscribe := func() {
			w.t.Helper()
			w.ok(w.Support.Subscribe(ctx, by, support.DelegatedAccess))
		}
		subscribe()
		tickets(0)
		without := iam.Withheld{Permission: "delegations.*", Addon: support.DelegatedAccess}
		plan(without, iam.Withheld{Permission: "roles.*", Addon: "something else"})
		w.ok(w.Support.Unsubscribe(ctx, by, support.DelegatedAccess))
		tickets(0)

		var all sync.WaitGroup
		for range 4 {
			all.Go(subscribe)
		}
		all.Wait()
		k := tickets(1)[0]
		if k.Type != support.TypeTask || k.Service != support.DelegatedAccess || k.Status != support.StatusNew || k.Subject != "Subscribe to delegated-access" {
			w.t.Errorf("the ticket is %+v", k)
		}
		// Closed, it may be asked for again.
		w.ok(w.Support.Close(ctx, by, "", string(k.ID)))
		subscribe()
		subscribe()
		tickets(2)
		w.ok(w.Support.Reopen(ctx, by, "", string(k.ID))) // both are open, only one has the key

		operator := iam.System(w.child.Tenant.ID, "operator")
		if err := w.Support.SolveSubscription(ctx, by, support.DelegatedAccess, true); !iam.Is(err, iam.Denied) {
			w.t.Errorf("somebody else solves it: %v", err)
		}
		w.ok(w.Support.SolveSubscription(ctx, operator, support.DelegatedAccess, false)) // nobody has asked for that
		if k := tickets(2)[0]; k.Status != support.StatusNew {
			w.t.Errorf("the ticket is %s", k.Status)
		}
		plan()
		for range 2 {
			w.ok(w.Support.SolveSubscription(ctx, operator, support.DelegatedAccess, true))
			if k := tickets(2)[0]; k.Status != support.StatusSolved {
				w.t.Errorf("the ticket is %s", k.Status)
			}
		}
		w.ok(w.Support.Unsubscribe(ctx, by, support.DelegatedAccess))
		if k := tickets(3)[0]; k.Subject != "Unsubscribe from delegated-access" {
			w.t.Errorf("the ticket is %+v", k)
		}

		// Who finds it unsolved says so.
		solved := tickets(3)[1]
		w.ok(w.comment(w.child, "", solved, "it does not work"))
		if d := w.ticket(solved); d.Status != support.StatusOpen {
			w.t.Errorf("the ticket is %s", d.Status)
		}
	})
}
