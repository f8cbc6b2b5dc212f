package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestUsers(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"create":                testCreate,
		"create with bad input": testCreateInvalid,
		"names are unique":      testNamesAreUnique,
		"update":                testUpdate,
		"versions":              testVersions,
		"labels":                testLabels,
		"delete":                testDelete,
		"oneself":               testOneself,
		"passwords":             testPasswords,
		"other tenants":         testOtherTenants,
	})
}

func testCreate(t *testing.T, w world) {
	in := directory.NewUser{Username: "홍길동", Email: "hong@example.com", GivenName: "길동", FamilyName: "홍", DisplayName: "홍 길동",
		Phone: "+82 2 123", Attributes: map[string]string{"employeeNumber": "7"}, Password: "1", Roles: []string{"read", "user"}}
	u := w.create(t, in)
	want := iam.User{Handle: "홍길동", Username: "홍길동", Email: "hong@example.com", GivenName: "길동", FamilyName: "홍", DisplayName: "홍 길동",
		Phone: "+82 2 123", Attributes: map[string]string{"employeeNumber": "7"}, State: iam.UserPending,
		HasPassword: true, MustChangePassword: true, Version: 1}
	ignored := cmpopts.IgnoreFields(iam.User{}, "ID", "Number", "PasswordChanged", "Created", "Updated", "Roles", "Bindings")
	if diff := cmp.Diff(want, u, ignored); diff != "" {
		t.Errorf("created (-want +got)\n%s", diff)
	}
	if !iam.ValidID(string(u.ID)) || u.Created.IsZero() || u.Updated != u.Created || u.PasswordChanged != u.Created || names(u.Roles) != "read,user" {
		t.Errorf("created %+v", u)
	}
	if diff := cmp.Diff(u, w.user(t, u.ID)); diff != "" {
		t.Errorf("read again (-created +read)\n%s", diff)
	}
	for _, k := range []directory.UserKey{{Short: iam.Short(u.ID)}, {Handle: "홍길동"}, {Username: " 홍길동 "}} {
		if found, err := w.Directory.User(t.Context(), w.by, k); err != nil || found.ID != u.ID {
			t.Errorf("by %+v: %v, %v", k, found.ID, err)
		}
	}
	trail := w.trail(t, string(u.ID))
	if len(trail) != 1 || trail[0].Action != "user.create" || trail[0].Name != "홍길동" || trail[0].ActorID != w.by.User || trail[0].ActorName != "admin" {
		t.Errorf("the trail is %+v", trail)
	}

	without := w.create(t, directory.NewUser{Username: "no password"})
	if without.HasPassword || without.MustChangePassword {
		t.Errorf("without a password: %+v", without)
	}
}

func testCreateInvalid(t *testing.T, w world) {
	long := strings.Repeat("가", 101)
	for _, tt := range []struct {
		name string
		in   directory.NewUser
		want string
	}{
		{"no name", directory.NewUser{}, "username required"},
		{"long name", directory.NewUser{Username: long}, "username length"},
		{"spaces around", directory.NewUser{Username: " ann"}, "username format"},
		{"invisible", directory.NewUser{Username: "an\u200bn"}, "username format"},
		{"e-mail", directory.NewUser{Username: "ann", Email: "Ann <ann@example.com>"}, "email format"},
		{"e-mail without domain", directory.NewUser{Username: "ann", Email: "ann"}, "email format"},
		{"long e-mail", directory.NewUser{Username: "ann", Email: strings.Repeat("a", 250) + "@x.de"}, "email format"},
		{"two at once", directory.NewUser{Username: "ann\n", Email: "@"}, "username format, username format, email format"},
		{"other names", directory.NewUser{Username: "ann", GivenName: "a\x00", FamilyName: "\tb", DisplayName: strings.Repeat("x", 257)},
			"given_name format, family_name format, family_name format, display_name length"},
		{"phone", directory.NewUser{Username: "ann", Phone: strings.Repeat("1", 65)}, "phone length"},
		{"attribute", directory.NewUser{Username: "ann", Attributes: map[string]string{"x": strings.Repeat("1", 4097)}}, "attributes.x length"},
		{"name of attribute", directory.NewUser{Username: "ann", Attributes: map[string]string{"": "1"}}, "attributes format"},
		{"unknown role", directory.NewUser{Username: "ann", Roles: []string{"read", "nobody knows"}}, "roles format"},
		{"unknown group", directory.NewUser{Username: "ann", Groups: []string{"x", "y"}}, "groups format, groups format"},
		{"group without name", directory.NewUser{Username: "ann", Groups: []string{""}, MakeMissing: true}, "name required"},
		{"role without name", directory.NewUser{Username: "ann", Roles: []string{" x"}, MakeMissing: true}, "roles format"},
		{"own weak password", directory.NewUser{Username: "ann", Password: "12345678", OwnPassword: true}, "password common"},
		{"own password, the name", directory.NewUser{Username: "annabella", Password: "Annabella1", OwnPassword: true}, "password own_name"},
		{"password of controls", directory.NewUser{Username: "ann", Password: "hunter2\x00"}, "password format"},
	} {
		_, err := w.Directory.CreateUser(t.Context(), w.by, tt.in)
		if got := fields(err); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if strings.Contains(errorText(err), "hunter2") {
			t.Errorf("%s: the password is in %q", tt.name, err)
		}
	}
	attrs := map[string]string{}
	for i := range 129 {
		attrs[fmt.Sprint(i)] = ""
	}
	if _, err := w.Directory.CreateUser(t.Context(), w.by, directory.NewUser{Username: "ann", Attributes: attrs}); fields(err) != "attributes length" {
		t.Errorf("129 attributes: %v", err)
	}
	if l, err := w.Directory.Users(t.Context(), w.by, directory.UserFilter{}, iam.Page{}); err != nil || len(l.Items) != 1 {
		t.Errorf("after all that there are %d users, %v; want the administrator alone", len(l.Items), err)
	}
}

func testNamesAreUnique(t *testing.T, w world) {
	ann := w.create(t, directory.NewUser{Username: "Ann"})
	// The group is made in the transaction that fails, and goes with it.
	_, err := w.Directory.CreateUser(t.Context(), w.by, directory.NewUser{Username: "ANN", Groups: []string{"new"}, MakeMissing: true})
	if !iam.Is(err, iam.Exists) {
		t.Errorf("a second ANN: %v, want Exists", err)
	}
	if _, err := w.Directory.Group(t.Context(), w.by, directory.GroupKey{Name: "new"}); !iam.Is(err, iam.NotFound) {
		t.Errorf("the group of the user who was not made: %v", err)
	}
	ann = w.update(t, ann, directory.UserChange{Username: ptr("anna")})
	if ann.Handle != "Ann" || ann.Username != "anna" {
		t.Errorf("renamed to %+v", ann)
	}
	// The name is free again, the handle is not.
	other := w.create(t, directory.NewUser{Username: "Ann"})
	if other.Handle == "Ann" || other.Handle == "" || other.ID == ann.ID {
		t.Errorf("the other Ann: %+v", other)
	}
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: other.ID}, directory.UserChange{Username: ptr("ANNA")}); !iam.Is(err, iam.Exists) {
		t.Errorf("renamed to a name that is taken: %v", err)
	}
	if found, err := w.Directory.User(t.Context(), w.by, directory.UserKey{Handle: "Ann"}); err != nil || found.ID != ann.ID {
		t.Errorf("the handle leads to %v, %v", found.ID, err)
	}
}

func testUpdate(t *testing.T, w world) {
	u := w.create(t, directory.NewUser{Username: "ann", Email: "ann@example.com", GivenName: "Ann", Roles: []string{"user"},
		Attributes: map[string]string{"a": "1", "b": "2", "c": "3"}})
	got := w.update(t, u, directory.UserChange{FamilyName: ptr("Lee"), Attributes: map[string]*string{"a": nil, "b": ptr("two"), "never": nil}})
	want := u
	want.FamilyName, want.Attributes, want.Version, want.Updated = "Lee", map[string]string{"b": "two", "c": "3"}, 2, got.Updated
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("updated (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(got, w.user(t, u.ID)); diff != "" {
		t.Errorf("read again (-updated +read)\n%s", diff)
	}
	// Nothing can be left empty that must not, and everything else can.
	got = w.update(t, u, directory.UserChange{Email: ptr(""), GivenName: ptr(""), FamilyName: ptr(""), Roles: &[]string{}})
	if got.Email != "" || got.GivenName != "" || len(got.Roles) != 0 {
		t.Errorf("emptied: %+v", got)
	}
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: u.ID}, directory.UserChange{Username: ptr("")}); fields(err) != "username required" {
		t.Errorf("without a name: %v", err)
	}
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: u.ID}, directory.UserChange{State: ptr(iam.UserState("odd"))}); fields(err) != "state format" {
		t.Errorf("an odd state: %v", err)
	}
	w.update(t, u, directory.UserChange{Password: ptr("hunter2hunter2"), Email: ptr("a@example.com"), Groups: &[]string{"new"}, MakeMissing: true})
	var told []string
	for _, e := range w.trail(t, string(u.ID)) {
		told = append(told, e.Action+fmt.Sprint(e.Details))
		if strings.Contains(fmt.Sprint(e), "hunter2") {
			t.Errorf("the password is in the trail: %+v", e)
		}
	}
	wantTold := []string{"user.createmap[]", "user.updatemap[]", "user.updatemap[email:changed roles:changed]",
		"user.updatemap[email:changed groups:changed password:changed]"}
	if diff := cmp.Diff(wantTold, told); diff != "" {
		t.Errorf("the trail (-want +got)\n%s", diff)
	}
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: iam.UserID(w.admin.Tenant.ID)}, directory.UserChange{}); !iam.Is(err, iam.NotFound) {
		t.Errorf("update of nobody: %v", err)
	}
}

func testVersions(t *testing.T, w world) {
	u := w.create(t, directory.NewUser{Username: "ann"})
	w.update(t, u, directory.UserChange{GivenName: ptr("A"), Version: 1})
	_, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: u.ID}, directory.UserChange{GivenName: ptr("B"), Version: 1})
	if !iam.Is(err, iam.Conflict) {
		t.Errorf("a stale version: %v, want Conflict", err)
	}
	if got := w.update(t, u, directory.UserChange{GivenName: ptr("C")}); got.Version != 3 || got.GivenName != "C" {
		t.Errorf("without a version: %+v", got)
	}
	if n := len(w.trail(t, string(u.ID))); n != 3 {
		t.Errorf("%d events, want that of the stale one left out", n)
	}
}

func testLabels(t *testing.T, w world) {
	a := w.create(t, directory.NewUser{Username: "zoe"})
	b := w.create(t, directory.NewUser{Username: "bob"})
	for _, u := range []iam.User{a, b} {
		if got := w.update(t, u, directory.UserChange{Label: ptr("An Operator")}); got.ListedName() != "An Operator" || got.Username != u.Username {
			t.Errorf("labelled %+v", got)
		}
	}
	l, err := w.Directory.Users(t.Context(), w.by, directory.UserFilter{Name: "an op*"}, iam.Page{Total: true})
	if err != nil || l.Total != 2 || len(l.Items) != 2 {
		t.Errorf("found by their label: %+v, %v", l, err)
	}
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: a.ID}, directory.UserChange{Label: ptr("\x07")}); fields(err) != "label format" {
		t.Errorf("a label that rings: %v", err)
	}
}

func testDelete(t *testing.T, w world) {
	m := w.NewMember(t, w.tenant, "ann", "user")
	got, err := w.Directory.DeleteUser(t.Context(), w.by, directory.UserKey{Username: "ANN"})
	if err != nil || got.ID != m.User.ID {
		t.Fatalf("deleted %v, %v", got.ID, err)
	}
	if _, err := w.Directory.User(t.Context(), w.by, directory.UserKey{ID: m.User.ID}); !iam.Is(err, iam.NotFound) {
		t.Errorf("read afterwards: %v", err)
	}
	if _, err := w.Authn.Token(t.Context(), m.Token, authn.Origin{}); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("the token of a deleted user: %v", err)
	}
	if _, err := w.Directory.DeleteUser(t.Context(), w.by, directory.UserKey{ID: m.User.ID}); !iam.Is(err, iam.NotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	trail := w.trail(t, string(m.User.ID))
	if last := trail[len(trail)-1]; len(trail) != 2 || last.Action != "user.delete" || last.Name != "ann" {
		t.Errorf("the trail is %+v", trail)
	}
}

// testOneself: an administrator cannot lock themselves out, nor use the
// administration to get round the proof of the current password.
func testOneself(t *testing.T, w world) {
	me := directory.UserKey{ID: w.by.User}
	if _, err := w.Directory.DeleteUser(t.Context(), w.by, me); !iam.Is(err, iam.Precondition) {
		t.Errorf("deleted oneself: %v", err)
	}
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, me, directory.UserChange{State: ptr(iam.UserDisabled)}); !iam.Is(err, iam.Precondition) {
		t.Errorf("disabled oneself: %v", err)
	}
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, me, directory.UserChange{Password: ptr("another phrase")}); fields(err) != "password self" {
		t.Errorf("set one's own password: %v", err)
	}
	if u := w.update(t, w.admin.User, directory.UserChange{GivenName: ptr("Ada"), Email: ptr("ada@example.com")}); u.GivenName != "Ada" {
		t.Errorf("updated oneself: %+v", u)
	}
}

func testPasswords(t *testing.T, w world) {
	m := w.NewMember(t, w.tenant, "ann", "user")
	origin := authn.Origin{Dialect: "test"}
	first, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", "a long enough phrase", origin)
	if err != nil {
		t.Fatal(err)
	}
	token, err := w.Authn.SessionToken(t.Context(), w.tenant.ID, first)
	if err != nil {
		t.Fatal(err)
	}
	// A weak one is taken from an administrator, and ends what was before.
	if u := w.update(t, m.User, directory.UserChange{Password: ptr("1234")}); !u.MustChangePassword {
		t.Error("need not be changed")
	}
	if _, err := w.Authn.Session(t.Context(), token, origin); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("the session of before: %v", err)
	}
	if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", "a long enough phrase", origin); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("the password of before: %v", err)
	}
	if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", "1234", origin); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: m.User.ID}, directory.UserChange{Password: ptr("")}); fields(err) != "password required" {
		t.Errorf("an empty password: %v", err)
	}
}

func testOtherTenants(t *testing.T, w world) {
	stranger := iam.Actor{Tenant: w.Tenant.ID, Home: w.Tenant.ID, User: w.Admin.ID, Username: "admin"}
	u := w.create(t, directory.NewUser{Username: "only here"})
	g, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "only here"})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []directory.UserKey{{ID: u.ID}, {Short: iam.Short(u.ID)}, {Handle: u.Handle}, {Username: u.Username}} {
		_, err1 := w.Directory.User(t.Context(), stranger, k)
		_, err2 := w.Directory.UpdateUser(t.Context(), stranger, k, directory.UserChange{GivenName: ptr("x")})
		_, err3 := w.Directory.DeleteUser(t.Context(), stranger, k)
		if !iam.Is(err1, iam.NotFound) || !iam.Is(err2, iam.NotFound) || !iam.Is(err3, iam.NotFound) {
			t.Errorf("by %+v: %v, %v, %v", k, err1, err2, err3)
		}
	}
	for _, k := range []directory.GroupKey{{ID: g.ID}, {Handle: g.Handle}, {Name: g.Name}} {
		_, err1 := w.Directory.Group(t.Context(), stranger, k)
		_, err2 := w.Directory.UpdateGroup(t.Context(), stranger, k, directory.GroupChange{Description: ptr("x")})
		_, err3 := w.Directory.DeleteGroup(t.Context(), stranger, k)
		if !iam.Is(err1, iam.NotFound) || !iam.Is(err2, iam.NotFound) || !iam.Is(err3, iam.NotFound) {
			t.Errorf("by %+v: %v, %v, %v", k, err1, err2, err3)
		}
	}
	if _, err := w.Directory.CreateUser(t.Context(), stranger, directory.NewUser{Username: "x", Groups: []string{"only here"}}); fields(err) != "groups format" {
		t.Errorf("into another tenant's group: %v", err)
	}
}
