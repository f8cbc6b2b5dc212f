package access_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestHolders: who has a right in the whole tenant, or where its people are, and
// nobody who has it elsewhere or by a role that is disabled.
func TestHolders(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"": func(t *testing.T, w world) {
		role, off := w.NewRole(t, w.tenant, "helpdesk", "users.*"), w.NewRole(t, w.tenant, "off", iam.UsersUpdate)
		w.NewRole(t, w.tenant, "reader", iam.UsersRead)
		disabled := true
		if _, err := w.Access.UpdateRole(t.Context(), w.by, access.RoleKey{ID: off.ID}, access.RoleChange{Disabled: &disabled}); err != nil {
			t.Fatal(err)
		}
		before, groupsBefore, err := w.Access.Holders(t.Context(), w.tenant.ID, iam.UsersUpdate)
		if err != nil {
			t.Fatal(err)
		}
		everywhere, inSystem, inShared := w.NewMember(t, w.tenant, "everywhere", "helpdesk"), w.NewMember(t, w.tenant, "system"), w.NewMember(t, w.tenant, "shared")
		w.NewMember(t, w.tenant, "reads", "reader")
		w.NewMember(t, w.tenant, "was", "off")
		w.bind(t, iam.Binding{User: inSystem.User.ID, Role: role.ID, Scope: iam.NamespaceSystem})
		w.bind(t, iam.Binding{User: inShared.User.ID, Role: role.ID, Scope: "shared"})
		g, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "people"})
		if err != nil {
			t.Fatal(err)
		}
		w.bind(t, iam.Binding{Group: g.ID, Role: role.ID})

		users, groups, err := w.Access.Holders(t.Context(), w.tenant.ID, iam.UsersUpdate)
		if err != nil {
			t.Fatal(err)
		}
		want := append(slices.Clone(before), everywhere.User.ID, inSystem.User.ID)
		slices.Sort(users)
		slices.Sort(want)
		if diff := cmp.Diff(want, users) + cmp.Diff(append(groupsBefore, g.ID), groups); diff != "" {
			t.Errorf("who holds it (-want +got):\n%s", diff)
		}
		if users, groups, err := w.Access.Holders(t.Context(), w.tenant.ID, "nothing.asks"); err != nil || len(users)+len(groups) > 0 {
			t.Errorf("of a right that nothing asks for: %v, %v, %v", users, groups, err)
		}
	}})
}
