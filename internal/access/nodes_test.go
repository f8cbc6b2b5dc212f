package access_test

import (
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// TestOtherNodesFollowWithinASecond changes rights on one node, in all ways
// that there are, and asks the other a second later. Both have decided before,
// and remember what they did.
//
// Then it makes a role on one node and gives it on the other at once: that one
// remembers the roles of before, and must not take the new one for unknown.
func TestOtherNodesFollowWithinASecond(t *testing.T) {
	apptest.Each(t, func(t *testing.T, here *apptest.Server) {
		there := here.Beside(t)
		admin := here.NewTenant(t, "acme")
		w := world{here, admin.Tenant, admin.Actor()}
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		role := w.NewRole(t, w.tenant, "reader", "users.read")
		group, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: "group"})
		must(err)
		w.bind(t, iam.Binding{Group: group.ID, Role: role.ID})
		endpoint := w.endpoint(t, iam.UsersRead)

		// Each change is of the rights of a user of its own, who may read users
		// before it or after it.
		changes := map[string]struct {
			roles  []string
			change func(iam.UserID) error
			may    bool
		}{
			"disabled": {[]string{"reader"}, func(u iam.UserID) error {
				_, err := w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: u}, directory.UserChange{State: ptr(iam.UserDisabled)})
				return err
			}, false},
			"deleted": {[]string{"reader"}, func(u iam.UserID) error {
				_, err := w.Directory.DeleteUser(ctx, w.by, directory.UserKey{ID: u})
				return err
			}, false},
			"role taken": {[]string{"reader"}, func(u iam.UserID) error {
				_, err := w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: u}, directory.UserChange{Roles: &[]string{}})
				return err
			}, false},
			"role given": {nil, func(u iam.UserID) error {
				_, err := w.Access.Bind(ctx, w.by, iam.Binding{User: u, Role: role.ID})
				return err
			}, true},
			"into a group": {nil, func(u iam.UserID) error {
				_, err := w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: u}, directory.UserChange{Groups: &[]string{"group"}})
				return err
			}, true},
			"unchanged": {[]string{"reader"}, func(iam.UserID) error { return nil }, true},
		}
		actors := map[string]iam.Actor{}
		for name, c := range changes {
			actors[name] = w.NewMember(t, w.tenant, name, c.roles...).Actor()
		}
		for name, by := range actors {
			for _, node := range []*apptest.Server{here, there} {
				if got := (world{node, w.tenant, w.by}).allowed(t, by, endpoint, iam.NamespaceSystem); got != (changes[name].roles != nil) {
					t.Errorf("%s: before the change %v", name, got)
				}
			}
		}
		w.newNamespaces(t, "shop")
		estate := w.newNamespaceGroup(t, "estate")
		tenant := w.NewMember(t, w.tenant, "of the estate").Actor()
		w.bind(t, iam.Binding{User: tenant.User, Role: role.ID, Scope: iam.GroupScope(estate.ID)})
		if (world{there, w.tenant, w.by}).allowed(t, tenant, endpoint, "shop") {
			t.Error("allowed in a namespace that is not in the group")
		}

		for name, c := range changes {
			must(c.change(actors[name].User))
		}
		_, err = w.Tenancy.UpdateNamespaceGroup(ctx, w.by, estate.ID, tenancy.NamespaceGroupChange{Namespaces: &[]string{"shop"}})
		must(err)
		time.Sleep(time.Second)
		if !(world{there, w.tenant, w.by}).allowed(t, tenant, endpoint, "shop") {
			t.Error("a second after the namespace came into the group, the other node knows nothing of it")
		}
		for name, c := range changes {
			if got := (world{there, w.tenant, w.by}).allowed(t, actors[name], endpoint, iam.NamespaceSystem); got != c.may {
				t.Errorf("%s: a second later on the other node %v", name, got)
			}
		}

		late := w.NewRole(t, w.tenant, "late", "users.read")
		if _, err := there.Access.Bind(ctx, w.by, iam.Binding{User: actors["disabled"].User, Role: late.ID}); err != nil {
			t.Errorf("a role of the other node: %v", err)
		}
	})
}
