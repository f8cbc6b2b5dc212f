package directory_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestRights(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"users with more rights": testUsersWithMoreRights,
		"users with less rights": testUsersWithLessRights,
		"roles and groups":       testRolesAndGroups,
		"passwords of others":    testPasswordsOfOthers,
	})
}

// helpdesk is somebody who may do everything with users and groups, and
// nothing else.
func helpdesk(t *testing.T, w world) iam.Actor {
	t.Helper()
	w.NewRole(t, w.tenant, "helpdesk", "users.*", "groups.*")
	return w.NewMember(t, w.tenant, "helpdesk", "helpdesk").Actor()
}

// sensitive are the changes of a user that are a way to the user's rights.
var sensitive = map[string]directory.UserChange{
	"password":   {Password: ptr("hunter2hunter2")},
	"e-mail":     {Email: ptr("helpdesk@example.com")},
	"username":   {Username: ptr("renamed")},
	"enable":     {State: ptr(iam.UserEnabled)},
	"disable":    {State: ptr(iam.UserDisabled)},
	"no roles":   {Roles: &[]string{}},
	"into group": {Groups: &[]string{"new"}, MakeMissing: true},
}

// testUsersWithMoreRights: nobody reaches a right by changing somebody who has
// it, also through a group, in one namespace, or while that user is disabled.
func testUsersWithMoreRights(t *testing.T, w world) {
	ctx, by := t.Context(), helpdesk(t, w)
	if _, err := w.Directory.CreateGroup(ctx, w.by, "admins", "", nil); err != nil {
		t.Fatal(err)
	}
	group, err := w.Directory.Group(ctx, w.by, directory.GroupKey{Name: "admins"})
	if err != nil {
		t.Fatal(err)
	}
	read, local := w.NewRole(t, w.tenant, "reader", "regions.read"), w.NewRole(t, w.tenant, "local", "zones.read")
	inGroup := w.create(t, directory.NewUser{Username: "in a group", Groups: []string{"admins"}})
	inNamespace := w.create(t, directory.NewUser{Username: "in a namespace"})
	for _, b := range []iam.Binding{{Group: group.ID, Role: read.ID}, {User: inNamespace.ID, Role: local.ID, Scope: "shared"}} {
		if _, err := w.Access.Bind(ctx, w.by, b); err != nil {
			t.Fatal(err)
		}
	}
	disabled := w.create(t, directory.NewUser{Username: "disabled", Roles: []string{"admin"}})
	w.update(t, disabled, directory.UserChange{State: ptr(iam.UserDisabled)})

	for _, victim := range []iam.User{w.admin.User, inGroup, inNamespace, disabled} {
		before := w.user(t, victim.ID)
		for name, ch := range sensitive {
			if ch.State != nil && *ch.State == before.State {
				continue
			}
			if _, err := w.Directory.UpdateUser(ctx, by, directory.UserKey{ID: victim.ID}, ch); !iam.Is(err, iam.Denied) && (ch.Roles == nil || len(before.Roles) > 0) {
				t.Errorf("%s of the user %q: %v, want Denied", name, victim.Username, err)
			}
		}
		if _, err := w.Directory.DeleteUser(ctx, by, directory.UserKey{ID: victim.ID}); !iam.Is(err, iam.Denied) {
			t.Errorf("deletion of the user %q: %v, want Denied", victim.Username, err)
		}
		harmless := directory.UserChange{GivenName: ptr("G"), Phone: ptr("1"), Attributes: map[string]*string{"x": ptr("1")}}
		if _, err := w.Directory.UpdateUser(ctx, by, directory.UserKey{ID: victim.ID}, harmless); err != nil {
			t.Errorf("harmless change of the user %q: %v", victim.Username, err)
		}
	}
}

func testUsersWithLessRights(t *testing.T, w world) {
	ctx, by := t.Context(), helpdesk(t, w)
	w.NewRole(t, w.tenant, "reader", "users.read")
	for name, ch := range sensitive {
		u, err := w.Directory.CreateUser(ctx, by, directory.NewUser{Username: "for " + name, Roles: []string{"reader"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Directory.UpdateUser(ctx, by, directory.UserKey{ID: u.ID}, ch); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := w.Directory.DeleteUser(ctx, by, directory.UserKey{ID: u.ID}); err != nil {
			t.Errorf("deletion after %s: %v", name, err)
		}
	}
}

// testRolesAndGroups: nobody gives away, takes away or renames what gives a
// right that they lack.
func testRolesAndGroups(t *testing.T, w world) {
	ctx, by := t.Context(), helpdesk(t, w)
	g, err := w.Directory.CreateGroup(ctx, w.by, "admins", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	admin := w.user(t, w.admin.User.ID).Roles[0].ID
	if _, err := w.Access.Bind(ctx, w.by, iam.Binding{Group: g.ID, Role: admin, Scope: "shared"}); err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]directory.NewUser{
		"role":          {Username: "x", Roles: []string{"admin"}},
		"role by case":  {Username: "x", Roles: []string{"ADMIN"}},
		"group":         {Username: "x", Groups: []string{"admins"}},
		"among missing": {Username: "x", Groups: []string{"new"}, Roles: []string{"new", "read"}, MakeMissing: true},
	} {
		if _, err := w.Directory.CreateUser(ctx, by, in); !iam.Is(err, iam.Denied) {
			t.Errorf("creation with %s: %v, want Denied", name, err)
		}
	}
	me := directory.UserKey{ID: by.User}
	for name, ch := range map[string]directory.UserChange{
		"role":  {Roles: &[]string{"helpdesk", "admin"}},
		"group": {Groups: &[]string{"admins"}},
	} {
		if _, err := w.Directory.UpdateUser(ctx, by, me, ch); !iam.Is(err, iam.Denied) {
			t.Errorf("gave oneself a %s: %v, want Denied", name, err)
		}
	}
	if _, err := w.Directory.UpdateGroup(ctx, by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Name: ptr("interns")}); !iam.Is(err, iam.Denied) {
		t.Errorf("renamed: %v, want Denied", err)
	}
	if _, err := w.Directory.DeleteGroup(ctx, by, directory.GroupKey{ID: g.ID}); !iam.Is(err, iam.Denied) {
		t.Errorf("deleted: %v, want Denied", err)
	}
	if _, err := w.Directory.UpdateGroup(ctx, by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Name: ptr("admins"), Description: ptr("x")}); err != nil {
		t.Errorf("described: %v", err)
	}
	if _, err := w.Directory.CreateUser(ctx, by, directory.NewUser{Username: "y", Groups: []string{"new"}, Roles: []string{"new", "helpdesk"}, MakeMissing: true}); err != nil {
		t.Errorf("creation with what one has: %v", err)
	}
	// To leave what one holds is everybody's right.
	if _, err := w.Directory.UpdateUser(ctx, by, me, directory.UserChange{Roles: &[]string{}}); err != nil {
		t.Errorf("gave up one's own role: %v", err)
	}
}

// testPasswordsOfOthers: a right refused in one operation is refused in its
// sibling.
func testPasswordsOfOthers(t *testing.T, w world) {
	w.NewRole(t, w.tenant, "clerk", "users.read", "users.update")
	by := w.NewMember(t, w.tenant, "clerk", "clerk").Actor()
	u := w.create(t, directory.NewUser{Username: "ann"})
	if _, err := w.Directory.UpdateUser(t.Context(), by, directory.UserKey{ID: u.ID}, directory.UserChange{Password: ptr("hunter2hunter2")}); !iam.Is(err, iam.Denied) {
		t.Errorf("without users.password: %v, want Denied", err)
	}
	if _, err := w.Directory.UpdateUser(t.Context(), by, directory.UserKey{ID: u.ID}, directory.UserChange{GivenName: ptr("A")}); err != nil {
		t.Errorf("something else: %v", err)
	}
}
