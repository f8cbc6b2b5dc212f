package directory_test

import (
	"context"
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
		"what appears meanwhile": testWhatAppears,
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
	if _, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: "admins"}); err != nil {
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
	g, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: "admins"})
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

// appearing is a Store in which something happens once, between the look for
// groups and roles and the write that is to make the missing ones.
type appearing struct {
	directory.Store
	happen func()
}

func (a *appearing) Resolve(ctx context.Context, t iam.TenantID, groups, roles []string) ([]iam.Ref[iam.GroupID], []iam.Ref[iam.RoleID], error) {
	g, r, err := a.Store.Resolve(ctx, t, groups, roles)
	if a.happen != nil {
		a.happen()
		a.happen = nil
	}
	return g, r, err
}

// testWhatAppears: a role or group that was missing, and would have been made
// empty, is there with rights by the time of the write. It is not given
// unasked; an empty one is.
func testWhatAppears(t *testing.T, w world) {
	by := helpdesk(t, w)
	grow := func(name string) func() {
		return func() {
			g, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: name})
			if err != nil {
				t.Fatal(err)
			}
			role := w.NewRole(t, w.tenant, name, "*")
			if _, err := w.Access.Bind(t.Context(), w.by, iam.Binding{Group: g.ID, Role: role.ID}); err != nil {
				t.Fatal(err)
			}
		}
	}
	store := &appearing{Store: w.Store}
	s := directory.New(store, w.Access, w.Tenancy, nil, w.Env())
	victim := w.create(t, directory.NewUser{Username: "plain"})
	for name, write := range map[string]func(list []string) error{
		"role of a new user": func(list []string) error {
			_, err := s.CreateUser(t.Context(), by, directory.NewUser{Username: "mallory", Roles: list, MakeMissing: true})
			return err
		},
		"group of a new user": func(list []string) error {
			_, err := s.CreateUser(t.Context(), by, directory.NewUser{Username: "mallory", Groups: list, MakeMissing: true})
			return err
		},
		"role of a user": func(list []string) error {
			_, err := s.UpdateUser(t.Context(), by, directory.UserKey{ID: victim.ID}, directory.UserChange{Roles: &list, MakeMissing: true})
			return err
		},
	} {
		store.happen = grow("late " + name)
		if err := write([]string{"late " + name}); !iam.Is(err, iam.Denied) {
			t.Errorf("%s: %v, want Denied", name, err)
		}
	}
	store.happen = func() {
		if _, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "empty"}); err != nil {
			t.Fatal(err)
		}
	}
	u, err := s.CreateUser(t.Context(), by, directory.NewUser{Username: "kim", Groups: []string{"Empty"}, MakeMissing: true})
	if err != nil || len(u.Groups) != 1 || u.Groups[0].Name != "empty" {
		t.Errorf("into an empty group: %+v, %v", u.Groups, err)
	}
}
