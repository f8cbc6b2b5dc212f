package access_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestDisabledRoles(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"give nothing":             testDisabledGiveNothing,
		"count where one gives it": testDisabledCount,
	})
}

// testDisabledGiveNothing: a role that is disabled gives nobody a right, from
// the next request on, and gives it again when it is enabled.
func testDisabledGiveNothing(t *testing.T, w world) {
	ctx := t.Context()
	role := w.NewRole(t, w.tenant, "reader", "users.read")
	ann, ben := w.NewMember(t, w.tenant, "ann", "reader").Actor(), w.NewMember(t, w.tenant, "ben").Actor()
	team, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: "team"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: ben.User}, directory.UserChange{Groups: &[]string{"team"}}); err != nil {
		t.Fatal(err)
	}
	w.bind(t, iam.Binding{Group: team.ID, Role: role.ID, Scope: "shared"})
	endpoint := w.endpoint(t, iam.UsersRead)
	for _, disabled := range []bool{false, true, true, false} {
		got, err := w.Access.UpdateRole(ctx, w.by, access.RoleKey{ID: role.ID}, access.RoleChange{Disabled: &disabled})
		if err != nil || got.Disabled != disabled {
			t.Fatalf("%+v, %v", got, err)
		}
		if stored, err := w.Access.Role(ctx, w.by, access.RoleKey{ID: role.ID}); err != nil || stored.Disabled != disabled {
			t.Errorf("stored as %+v, %v", stored, err)
		}
		if w.may(t, ann, iam.UsersRead) == disabled || w.allowed(t, ann, endpoint, "system") == disabled || w.allowed(t, ben, endpoint, "shared") == disabled {
			t.Errorf("disabled %v: the role gives otherwise", disabled)
		}
		x, err := w.Access.Explain(ctx, w.by, ann.User, endpoint, "system")
		if err != nil || x.Allowed == disabled || x.Grant == nil || x.Grant.Role.Disabled != disabled || x.Rule.Permission != "users.read" {
			t.Errorf("disabled %v is explained by %+v, %v", disabled, x, err)
		}
		if b, err := w.Access.UserBindings(ctx, w.by, ann.User); err != nil || len(b) != 1 || b[0].Role.Disabled != disabled {
			t.Errorf("the binding is told as %+v, %v", b, err)
		}
	}
	// A change of something else leaves it as it is, and one may be born so.
	off, err := w.Access.CreateRole(ctx, w.by, access.NewRole{Name: "off", APIGroups: role.APIGroups, Disabled: true})
	if err != nil || !off.Disabled {
		t.Fatalf("%+v, %v", off, err)
	}
	if off, err = w.Access.UpdateRole(ctx, w.by, access.RoleKey{ID: off.ID}, access.RoleChange{Description: ptr("x")}); err != nil || !off.Disabled {
		t.Errorf("after a change of the description %+v, %v", off, err)
	}
	cy := w.NewMember(t, w.tenant, "cy", "off").Actor()
	if w.may(t, cy, iam.UsersRead) {
		t.Error("a role that was born disabled gives a right")
	}
	for _, r := range access.Builtin() {
		if _, err := w.Access.UpdateRole(ctx, w.by, access.RoleKey{Handle: r.Handle}, access.RoleChange{Disabled: ptr(true)}); !iam.Is(err, iam.Precondition) {
			t.Errorf("%s is disabled: %v", r.Handle, err)
		}
	}
}

// testDisabledCount: who lacks what a disabled role would give may not give
// it, take it, enable it, or set the password of who has it. And what one has
// through a disabled role is nothing to give away.
func testDisabledCount(t *testing.T, w world) {
	ctx := t.Context()
	role := w.NewRole(t, w.tenant, "big", "tenants.*")
	ann := w.NewMember(t, w.tenant, "ann", "big").User.ID
	ben := w.NewMember(t, w.tenant, "ben").User.ID
	w.NewRole(t, w.tenant, "clerk", "users.*", "roles.*", "groups.*")
	clerk := w.NewMember(t, w.tenant, "clerk", "clerk", "big").Actor()
	if _, err := w.Access.UpdateRole(ctx, w.by, access.RoleKey{ID: role.ID}, access.RoleChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func() error{
		"given": func() error {
			_, err := w.Access.Bind(ctx, clerk, iam.Binding{User: ben, Role: role.ID})
			return err
		},
		"given to many": func() error { return w.Access.BindAll(ctx, clerk, role.ID, []iam.UserID{ben}, []iam.Scope{"shared"}) },
		"enabled": func() error {
			_, err := w.Access.UpdateRole(ctx, clerk, access.RoleKey{ID: role.ID}, access.RoleChange{Disabled: ptr(false)})
			return err
		},
		"born disabled": func() error {
			_, err := w.Access.CreateRole(ctx, clerk, access.NewRole{Name: "x", APIGroups: role.APIGroups, Disabled: true})
			return err
		},
		"set the password of its holder": func() error {
			_, err := w.Directory.UpdateUser(ctx, clerk, directory.UserKey{ID: ann}, directory.UserChange{Password: ptr("another long phrase")})
			return err
		},
		"removed": func() error { _, err := w.Access.DeleteRole(ctx, clerk, access.RoleKey{ID: role.ID}); return err },
	} {
		if err := do(); !iam.Is(err, iam.Denied) {
			t.Errorf("%s: %v, want Denied", name, err)
		}
	}
}
