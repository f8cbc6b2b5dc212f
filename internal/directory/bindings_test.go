package directory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func TestBindings(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"of users":            testBindingsOfUsers,
		"of groups":           testBindingsOfGroups,
		"members":             testMembers,
		"bad input":           testBindingsInvalid,
		"rights to bindings":  testRightsToBindings,
		"rights to members":   testRightsToMembers,
		"all or nothing":      testAllOrNothing,
		"groups of namespace": testBindingInNamespaceGroup,
	})
}

// in writes roles in scopes as "role@scope".
func in(texts ...string) []directory.ScopedRole {
	all := []directory.ScopedRole{}
	for _, text := range texts {
		role, scope, _ := strings.Cut(text, "@")
		all = append(all, directory.ScopedRole{Role: role, Scope: iam.Scope(scope)})
	}
	return all
}

// of reads what in writes.
func of(roles []iam.RoleIn) []string {
	var all []string
	for _, r := range roles {
		all = append(all, r.Role.Name+"@"+string(r.Scope))
	}
	slices.Sort(all)
	return all
}

// ids answers the ids of a user's own bindings by what they say.
func (w world) ids(t *testing.T, u iam.UserID) map[string]iam.BindingID {
	t.Helper()
	grants, err := w.Access.Grants(t.Context(), w.by, u)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]iam.BindingID{}
	for _, g := range grants {
		if g.Binding.User != "" {
			m[g.Role.Name+"@"+string(g.Binding.Scope)] = g.Binding.ID
		}
	}
	return m
}

func testBindingsOfUsers(t *testing.T, w world) {
	u := w.create(t, directory.NewUser{Username: "ann", Bindings: in("read@", "user@shared", "USER@shared", "user@*")})
	if diff := cmp.Diff([]string{"read@", "user@*", "user@shared"}, of(u.Bindings)); diff != "" {
		t.Errorf("created (-want +got)\n%s", diff)
	}
	if names(u.Roles) != "read" {
		t.Errorf("in the whole tenant: %s", names(u.Roles))
	}
	before := w.ids(t, u.ID)
	u = w.update(t, u, directory.UserChange{Bindings: ptr(in("user@shared", "user@default", "read@"))})
	if diff := cmp.Diff([]string{"read@", "user@default", "user@shared"}, of(u.Bindings)); diff != "" {
		t.Errorf("changed (-want +got)\n%s", diff)
	}
	after := w.ids(t, u.ID)
	if before["read@"] != after["read@"] || before["user@shared"] != after["user@shared"] {
		t.Errorf("what stays has new ids: %v, %v", before, after)
	}
	trail := w.trail(t, string(u.ID))
	if last := trail[len(trail)-1]; last.Details["roles"] != "changed" {
		t.Errorf("the trail says %+v", last)
	}
	if got := w.update(t, u, directory.UserChange{Bindings: ptr(in("read@", "user@default", "user@shared")), GivenName: ptr("A")}); len(w.trail(t, string(u.ID))) != 3 ||
		w.trail(t, string(u.ID))[2].Details["roles"] != "" || len(got.Bindings) != 3 {
		t.Errorf("what is no change is one: %+v", w.trail(t, string(u.ID)))
	}
	// Roles are those in the whole tenant; the others stay.
	u = w.update(t, u, directory.UserChange{Roles: &[]string{}})
	if diff := cmp.Diff([]string{"user@default", "user@shared"}, of(u.Bindings)); diff != "" {
		t.Errorf("without roles in the whole tenant (-want +got)\n%s", diff)
	}
	if u = w.update(t, u, directory.UserChange{Bindings: ptr(in())}); len(u.Bindings) != 0 {
		t.Errorf("without any: %v", of(u.Bindings))
	}
}

// group answers the members and the roles of a group.
func (w world) group(t *testing.T, g iam.GroupID) (members, roles []string) {
	t.Helper()
	found, err := w.Directory.Members(t.Context(), w.by, g)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range found {
		if m.Group != g {
			t.Errorf("a member of another group: %+v", m)
		}
		members = append(members, m.User.Name)
	}
	grants, err := w.Access.GroupGrants(t.Context(), w.by, g)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range grants {
		roles = append(roles, b.Role.Name+"@"+string(b.Binding.Scope))
	}
	slices.Sort(roles)
	return members, roles
}

func testBindingsOfGroups(t *testing.T, w world) {
	ann := w.create(t, directory.NewUser{Username: "ann"})
	g, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "team", Members: []string{"Ann", "ann"}, Bindings: in("read@shared", "read@shared", "user@")})
	if err != nil {
		t.Fatal(err)
	}
	members, roles := w.group(t, g.ID)
	if diff := cmp.Diff([]string{"ann"}, members); diff != "" {
		t.Errorf("members (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"read@shared", "user@"}, roles); diff != "" {
		t.Errorf("roles (-want +got)\n%s", diff)
	}
	if held := w.user(t, ann.ID); names(held.Groups) != "team" || len(held.Bindings) != 0 {
		t.Errorf("the member is %+v", held)
	}
	if g, err = w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Bindings: ptr(in("read@shared", "read@default")), Version: g.Version}); err != nil {
		t.Fatal(err)
	}
	if members, roles = w.group(t, g.ID); !slices.Equal(members, []string{"ann"}) || !slices.Equal(roles, []string{"read@default", "read@shared"}) {
		t.Errorf("changed: %v, %v", members, roles)
	}
	if _, err := w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Bindings: ptr(in()), Version: g.Version - 1}); !iam.Is(err, iam.Conflict) {
		t.Errorf("an old version: %v", err)
	}
}

func testMembers(t *testing.T, w world) {
	for _, name := range []string{"ann", "bob", "kim"} {
		w.create(t, directory.NewUser{Username: name})
	}
	g, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "team", Members: []string{"kim", "ann"}})
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "other", Members: []string{"ann"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ write, want []string }{
		{[]string{"bob", "ANN", "bob"}, []string{"ann", "bob"}},
		{[]string{"bob", "ann"}, []string{"ann", "bob"}},
		{[]string{}, nil},
		{[]string{"kim"}, []string{"kim"}},
	} {
		if _, err := w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Members: &test.write}); err != nil {
			t.Fatal(err)
		}
		if members, _ := w.group(t, g.ID); !slices.Equal(members, test.want) {
			t.Errorf("%v wrote %v", test.write, members)
		}
	}
	all, err := w.Directory.Members(t.Context(), w.by)
	if err != nil || len(all) != 2 {
		t.Errorf("of all groups: %+v, %v", all, err)
	}
	if members, _ := w.group(t, other.ID); !slices.Equal(members, []string{"ann"}) {
		t.Errorf("the other group has %v", members)
	}
}

func testBindingsInvalid(t *testing.T, w world) {
	u := w.create(t, directory.NewUser{Username: "ann", Bindings: in("read@")})
	g, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "team", Members: []string{"ann"}, Bindings: in("read@")})
	if err != nil {
		t.Fatal(err)
	}
	_, of1 := w.Directory.CreateUser(t.Context(), w.by, directory.NewUser{Username: "x", Bindings: in("read@", "nobody@")})
	_, of2 := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: u.ID}, directory.UserChange{Bindings: ptr(in("nobody@", "read@", "none@"))})
	_, of3 := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "x", Bindings: in("nobody@shared")})
	_, of4 := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "x", Members: []string{"ann", "nobody", ""}})
	_, of5 := w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Members: &[]string{"nobody"}})
	_, of6 := w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Members: ptr(make([]string, 10_001))})
	_, of7 := w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Bindings: ptr(make([]directory.ScopedRole, 10_001))})
	for i, test := range []struct {
		err  error
		want string
	}{
		{of1, "bindings[1].role format"}, {of2, "bindings[0].role format, bindings[2].role format"}, {of3, "bindings[0].role format"},
		{of4, "members[1] format, members[2] format"}, {of5, "members[0] format"}, {of6, "members length"}, {of7, "bindings length"},
	} {
		if got := fields(test.err); got != test.want {
			t.Errorf("%d: %s, want %s", i, got, test.want)
		}
	}
	for name, err := range map[string]error{
		"user": func() error {
			_, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: u.ID}, directory.UserChange{Bindings: ptr(in("read@nowhere"))})
			return err
		}(),
		"group": func() error {
			_, err := w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Bindings: ptr(in("read@nowhere"))})
			return err
		}(),
	} {
		if !iam.Is(err, iam.NotFound) {
			t.Errorf("%s in a namespace that is not there: %v", name, err)
		}
	}
	if diff := cmp.Diff([]string{"read@"}, of(w.user(t, u.ID).Bindings)); diff != "" {
		t.Errorf("afterwards (-want +got)\n%s", diff)
	}
	if members, roles := w.group(t, g.ID); !slices.Equal(members, []string{"ann"}) || !slices.Equal(roles, []string{"read@"}) {
		t.Errorf("afterwards: %v, %v", members, roles)
	}
}

// testRightsToBindings: nobody gives, or takes, by whatever operation and in
// whatever scope, a role that allows what they may not do there.
func testRightsToBindings(t *testing.T, w world) {
	ctx, by := t.Context(), helpdesk(t, w)
	w.NewRole(t, w.tenant, "local", "objects.read")
	// The helpdesk holds the role local in one namespace only.
	me := w.user(t, by.User)
	w.update(t, me, directory.UserChange{Bindings: ptr(in("helpdesk@", "local@shared"))})
	victim := w.create(t, directory.NewUser{Username: "victim"})
	strong := w.create(t, directory.NewUser{Username: "strong", Bindings: in("read@default")})
	group := func(name string, bindings ...string) iam.Group {
		g, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: name, Bindings: in(bindings...)})
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	weak, heavy := group("weak"), group("heavy", "admin@shared")
	updateUser := func(u iam.UserID, roles ...string) error {
		_, err := w.Directory.UpdateUser(ctx, by, directory.UserKey{ID: u}, directory.UserChange{Bindings: ptr(in(roles...))})
		return err
	}
	updateGroup := func(g iam.Group, roles ...string) error {
		_, err := w.Directory.UpdateGroup(ctx, by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Bindings: ptr(in(roles...))})
		return err
	}
	for name, err := range map[string]error{
		"oneself":                          updateUser(by.User, "helpdesk@", "local@shared", "admin@"),
		"oneself elsewhere":                updateUser(by.User, "helpdesk@", "local@shared", "local@default"),
		"oneself everywhere":               updateUser(by.User, "helpdesk@", "local@"),
		"oneself in the applications":      updateUser(by.User, "helpdesk@", "local@shared", "local@*"),
		"another":                          updateUser(victim.ID, "admin@shared"),
		"another elsewhere":                updateUser(victim.ID, "local@system"),
		"among what is allowed":            updateUser(victim.ID, "helpdesk@", "read@"),
		"taken from who has more":          updateUser(strong.ID),
		"added to who has more":            updateUser(strong.ID, "read@default", "helpdesk@"),
		"a group":                          updateGroup(weak, "admin@"),
		"a group, elsewhere":               updateGroup(weak, "local@default"),
		"taken from a group that has more": updateGroup(heavy),
		"new user": func() error {
			_, err := w.Directory.CreateUser(ctx, by, directory.NewUser{Username: "m", Bindings: in("admin@")})
			return err
		}(),
		"new group": func() error {
			_, err := w.Directory.CreateGroup(ctx, by, directory.NewGroup{Name: "m", Members: []string{"helpdesk"}, Bindings: in("read@")})
			return err
		}(),
	} {
		if !iam.Is(err, iam.Denied) {
			t.Errorf("%s: %v, want Denied", name, err)
		}
	}
	for name, err := range map[string]error{
		"what one has, where one has it": updateUser(victim.ID, "helpdesk@", "local@shared"),
		"a group":                        updateGroup(weak, "helpdesk@default", "local@shared"),
		"beside what stays":              updateGroup(heavy, "admin@shared", "helpdesk@"),
		"given up":                       updateUser(by.User, "helpdesk@"),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// testRightsToMembers: nobody brings themselves or others into a group, or out
// of it, that gives more than they hold; or somebody who holds more into any.
func testRightsToMembers(t *testing.T, w world) {
	ctx, by := t.Context(), helpdesk(t, w)
	w.create(t, directory.NewUser{Username: "plain"})
	w.create(t, directory.NewUser{Username: "simple"})
	disabled := w.create(t, directory.NewUser{Username: "disabled", Roles: []string{"admin"}})
	w.update(t, disabled, directory.UserChange{State: ptr(iam.UserDisabled)})
	group := func(in directory.NewGroup) iam.Group {
		g, err := w.Directory.CreateGroup(ctx, w.by, in)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	weak, heavy := group(directory.NewGroup{Name: "weak", Members: []string{"admin"}}), group(directory.NewGroup{Name: "heavy", Members: []string{"plain"}, Bindings: in("read@shared")})
	change := func(g iam.Group, members ...string) error {
		_, err := w.Directory.UpdateGroup(ctx, by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Members: &members})
		return err
	}
	create := func(members ...string) error {
		_, err := w.Directory.CreateGroup(ctx, by, directory.NewGroup{Name: "new", Members: members})
		return err
	}
	for name, err := range map[string]error{
		"oneself into a strong group":           change(heavy, "plain", "helpdesk"),
		"somebody out of a strong group":        change(heavy),
		"somebody strong out of a group":        change(weak),
		"somebody strong, disabled, into one":   change(weak, "admin", "disabled"),
		"somebody strong into a new group":      create("admin"),
		"somebody disabled into a new group":    create("simple", "disabled"),
		"somebody of a strong group into one":   change(weak, "admin", "plain"),
		"swapped for oneself in a strong group": change(heavy, "helpdesk"),
	} {
		if !iam.Is(err, iam.Denied) {
			t.Errorf("%s: %v, want Denied", name, err)
		}
	}
	for name, err := range map[string]error{
		"beside who stays": change(weak, "admin", "simple", "helpdesk"),
		"a new group":      create("simple", "helpdesk"),
		"no change":        change(heavy, "plain"),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// testAllOrNothing: what is refused in one part is not done in another.
func testAllOrNothing(t *testing.T, w world) {
	w.create(t, directory.NewUser{Username: "ann"})
	if _, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "team", Members: []string{"ann"}, Bindings: in("read@nowhere")}); !iam.Is(err, iam.NotFound) {
		t.Errorf("a group: %v", err)
	}
	if _, err := w.Directory.Group(t.Context(), w.by, directory.GroupKey{Name: "team"}); !iam.Is(err, iam.NotFound) {
		t.Errorf("the group is there: %v", err)
	}
	if _, err := w.Directory.CreateUser(t.Context(), w.by, directory.NewUser{Username: "bob", Bindings: in("read@", "read@nowhere")}); !iam.Is(err, iam.NotFound) {
		t.Errorf("a user: %v", err)
	}
	if _, err := w.Directory.User(t.Context(), w.by, directory.UserKey{Username: "bob"}); !iam.Is(err, iam.NotFound) {
		t.Errorf("the user is there: %v", err)
	}
}

func testBindingInNamespaceGroup(t *testing.T, w world) {
	ns, err := w.Tenancy.CreateNamespaceGroup(t.Context(), w.by, tenancy.NewNamespaceGroup{Name: "ours", Namespaces: []string{"shared"}})
	if err != nil {
		t.Fatal(err)
	}
	scope := "read@" + string(iam.GroupScope(ns.ID))
	u := w.create(t, directory.NewUser{Username: "ann", Bindings: in(scope)})
	if diff := cmp.Diff([]string{scope}, of(u.Bindings)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: u.ID},
		directory.UserChange{Bindings: ptr(in("read@group:01932f6d-8a00-7000-8000-5c0de5c0de01"))}); !iam.Is(err, iam.NotFound) {
		t.Errorf("a group of namespaces that is not there: %v", err)
	}
}
