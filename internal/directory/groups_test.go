package directory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestGroups(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"life":           testGroupLife,
		"membership":     testMembership,
		"made on demand": testMakeMissing,
	})
}

func testGroupLife(t *testing.T, w world) {
	ctx := t.Context()
	g, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: "Staff", Description: "all of us", Attributes: map[string]string{"gid": "7", "x": "1"}})
	if err != nil || g.Handle != "Staff" || g.Version != 1 {
		t.Fatalf("created %+v, %v", g, err)
	}
	if _, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: "STAFF"}); !iam.Is(err, iam.Exists) {
		t.Errorf("a second STAFF: %v", err)
	}
	for _, tt := range []struct{ name, want string }{{"", "name required"}, {" x", "name format"}, {"a\u202eb", "name format"}} {
		if _, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: tt.name}); fields(err) != tt.want {
			t.Errorf("a group called %q: %v", tt.name, err)
		}
	}
	got, err := w.Directory.UpdateGroup(ctx, w.by, directory.GroupKey{Name: "staff"}, directory.GroupChange{
		Name: ptr("People"), Attributes: map[string]*string{"gid": ptr("8"), "x": nil}, Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := g
	want.Name, want.Attributes, want.Version, want.Updated = "People", map[string]string{"gid": "8"}, 2, got.Updated
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("updated (-want +got)\n%s", diff)
	}
	if stored, err := w.Directory.Group(ctx, w.by, directory.GroupKey{Handle: "Staff"}); err != nil || !cmp.Equal(stored, got) {
		t.Errorf("stored %+v, %v", stored, err)
	}
	if _, err := w.Directory.UpdateGroup(ctx, w.by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Version: 1}); !iam.Is(err, iam.Conflict) {
		t.Errorf("a stale version: %v", err)
	}
	if _, err := w.Directory.DeleteGroup(ctx, w.by, directory.GroupKey{Name: "people"}); err != nil {
		t.Fatal(err)
	}
	if l, err := w.Directory.Groups(ctx, w.by, iam.Page{}); err != nil || len(l.Items) != 0 {
		t.Errorf("left: %+v, %v", l.Items, err)
	}
	var told []string
	for _, e := range w.trail(t, string(g.ID)) {
		told = append(told, e.Action+" "+e.Name)
	}
	if diff := cmp.Diff([]string{"group.create Staff", "group.update People", "group.delete People"}, told); diff != "" {
		t.Errorf("the trail (-want +got)\n%s", diff)
	}
}

func testMembership(t *testing.T, w world) {
	ctx := t.Context()
	for _, name := range []string{"Alpha", "Beta", "Gamma"} {
		if _, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	u := w.create(t, directory.NewUser{Username: "ann", Groups: []string{"beta", "Alpha", "ALPHA"}})
	if got := names(u.Groups); got != "Alpha,Beta" {
		t.Errorf("in %s", got)
	}
	u = w.update(t, u, directory.UserChange{GivenName: ptr("A")})
	if got := names(u.Groups); got != "Alpha,Beta" {
		t.Errorf("after a change of something else in %q", got)
	}
	u = w.update(t, u, directory.UserChange{Groups: &[]string{"gamma", "alpha"}})
	if got := names(u.Groups); got != "Alpha,Gamma" {
		t.Errorf("in %s", got)
	}
	if _, err := w.Directory.DeleteGroup(ctx, w.by, directory.GroupKey{Name: "Gamma"}); err != nil {
		t.Fatal(err)
	}
	if got := names(w.user(t, u.ID).Groups); got != "Alpha" {
		t.Errorf("after Gamma went in %s", got)
	}
	u = w.update(t, u, directory.UserChange{Groups: &[]string{}})
	if len(u.Groups) != 0 {
		t.Errorf("still in %s", names(u.Groups))
	}
}

// testMakeMissing: groups and roles that a user refers to come into being with
// the user, without members and without rights.
func testMakeMissing(t *testing.T, w world) {
	u := w.create(t, directory.NewUser{Username: "ann", Groups: []string{"new group", "NEW GROUP"}, Roles: []string{"new role", "read"}, MakeMissing: true})
	if names(u.Groups) != "new group" || names(u.Roles) != "new role,read" {
		t.Errorf("in %s, with %s", names(u.Groups), names(u.Roles))
	}
	other := w.create(t, directory.NewUser{Username: "bob", Groups: []string{"new group"}, Roles: []string{"new role"}, MakeMissing: true})
	if other.Groups[0].ID != u.Groups[0].ID || other.Roles[0].ID != u.Roles[0].ID {
		t.Error("made twice")
	}
	// What was made a moment ago can be taken away and given back at once.
	u = w.update(t, u, directory.UserChange{Roles: &[]string{"read", "newer role"}, MakeMissing: true})
	u = w.update(t, u, directory.UserChange{Roles: &[]string{"new role"}})
	if names(u.Roles) != "new role" {
		t.Errorf("with %s", names(u.Roles))
	}
	r, err := w.Access.Role(t.Context(), w.by, access.RoleKey{Name: "new role"})
	if err != nil || len(r.APIGroups) != 0 || r.Builtin || r.Handle != "new role" {
		t.Errorf("the role is %+v, %v", r, err)
	}
	if may, err := w.Access.May(t.Context(), actor(w, u), iam.UsersRead); may || err != nil {
		t.Errorf("the new role gives a right: %v, %v", may, err)
	}
}

func actor(w world, u iam.User) iam.Actor {
	return iam.Actor{Tenant: w.tenant.ID, Home: w.tenant.ID, User: u.ID, Username: u.Username, Method: iam.MethodToken}
}
