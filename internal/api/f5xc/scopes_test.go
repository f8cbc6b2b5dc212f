package f5xc

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// theRoles of the tests are known by name and by handle, one by a name that is
// the handle of another.
var theRoles = []iam.Ref[iam.RoleID]{{Name: "admin", Handle: "admin"}, {Name: "read", Handle: "reader"}, {Name: "reader", Handle: "x"}}

var thePlaces = places{
	namespaces: map[string]bool{"system": true, "shared": true, "default": true, "shop": true},
	groups:     map[iam.NamespaceGroupID][]string{"two": {"shared", "shop"}, "one": {"shop"}},
}

func theRole(name string) (iam.Role, error) {
	for _, r := range theRoles {
		if iam.Fold(r.Name) == iam.Fold(name) {
			return iam.Role{Name: r.Name, Handle: r.Handle}, nil
		}
	}
	return iam.Role{}, iam.ErrNotFound("role", name)
}

// somebody is what may be bound, in whatever way it came about.
func somebody(t *rapid.T) []iam.RoleIn {
	one := rapid.Custom(func(t *rapid.T) iam.RoleIn {
		return iam.RoleIn{Role: rapid.SampledFrom(theRoles).Draw(t, "role"),
			Scope: rapid.SampledFrom([]iam.Scope{"", "*", "system", "shared", "default", "shop", "group:two", "group:one", "group:empty"}).Draw(t, "scope")}
	})
	return rapid.SliceOfNDistinct(one, 0, 12, func(r iam.RoleIn) string { return r.Role.Handle + "@" + string(r.Scope) }).Draw(t, "old")
}

// something is a list that a caller may send.
func something(t *rapid.T) []namespaceRole {
	one := rapid.Custom(func(t *rapid.T) namespaceRole {
		return namespaceRole{rapid.SampledFrom([]string{"*", "system", "shared", "default", "shop"}).Draw(t, "namespace"),
			rapid.SampledFrom(theRoles).Draw(t, "role").Name}
	})
	return rapid.SliceOfNDistinct(one, 0, 12, func(e namespaceRole) namespaceRole { return e }).Draw(t, "list")
}

// bound are scoped roles as they would be read after the write.
func bound(scoped []directory.ScopedRole) []iam.RoleIn {
	var all []iam.RoleIn
	for _, s := range scoped {
		for _, r := range theRoles {
			if r.Handle == s.Role {
				all = append(all, iam.RoleIn{Role: r, Scope: s.Scope})
			}
		}
	}
	return all
}

func set[T comparable](all []T) map[T]bool {
	m := map[T]bool{}
	for _, v := range all {
		m[v] = true
	}
	return m
}

// change reads a list and makes of old what fn does.
func change(t *rapid.T, list []namespaceRole, old []iam.RoleIn, fn func(places, map[string]*asked, []iam.RoleIn) []directory.ScopedRole) []iam.RoleIn {
	byHandle, err := thePlaces.read(list, old, theRole)
	if err != nil {
		t.Fatal(err)
	}
	scoped := fn(thePlaces, byHandle, old)
	if len(set(scoped)) != len(scoped) {
		t.Fatalf("given twice: %v", scoped)
	}
	return bound(scoped)
}

// TestWhatIsWrittenIsShown: a list that was written is what is read, whatever
// there was before.
func TestWhatIsWrittenIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, list := somebody(t), something(t)
		got := set(thePlaces.shown(change(t, list, old, places.written)))
		if diff := cmp.Diff(set(list), got); diff != "" {
			t.Fatalf("(-written +shown)\n%s", diff)
		}
	})
}

// TestWhatIsShownIsWritten: what was read and is written back changes nothing.
func TestWhatIsShownIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := somebody(t)
		got := change(t, thePlaces.shown(old), old, places.written)
		if diff := cmp.Diff(set(old), set(got)); diff != "" {
			t.Fatalf("(-old +written)\n%s", diff)
		}
	})
}

// TestWhatIsAddedAndRemoved: what is shown afterwards is the union, or the
// difference, and nobody who is given a role in namespaces gets it outside.
func TestWhatIsAddedAndRemoved(t *testing.T) {
	whole := func(roles []iam.RoleIn) (handles []string) {
		for _, r := range roles {
			if r.Scope == iam.ScopeTenant {
				handles = append(handles, r.Role.Handle)
			}
		}
		return handles
	}
	rapid.Check(t, func(t *rapid.T) {
		old, list := somebody(t), something(t)
		with := change(t, list, old, places.with)
		want := set(append(thePlaces.shown(old), list...))
		if diff := cmp.Diff(want, set(thePlaces.shown(with))); diff != "" {
			t.Fatalf("added (-want +got)\n%s", diff)
		}
		for _, r := range old {
			if !slices.Contains(with, r) && r.Scope != iam.NamespaceSystem && r.Scope != iam.ScopeApplications {
				t.Fatalf("added, and lost %+v", r)
			}
		}
		for _, handle := range whole(with) {
			role := bound([]directory.ScopedRole{{Role: handle}})[0].Role.Name
			both := slices.Contains(list, namespaceRole{"*", role}) && slices.Contains(list, namespaceRole{"system", role})
			if !both && !slices.Contains(whole(old), handle) {
				t.Fatalf("%s is given in the whole tenant", handle)
			}
		}
		without := change(t, list, old, places.without)
		want = set(thePlaces.shown(old))
		maps.DeleteFunc(want, func(e namespaceRole, _ bool) bool { return slices.Contains(list, e) })
		if diff := cmp.Diff(want, set(thePlaces.shown(without))); diff != "" {
			t.Fatalf("removed (-want +got)\n%s", diff)
		}
		for _, handle := range whole(without) {
			if !slices.Contains(whole(old), handle) {
				t.Fatalf("%s is in the whole tenant after a removal", handle)
			}
		}
	})
}

func TestScopes(t *testing.T) {
	role := func(scopes ...iam.Scope) []iam.RoleIn {
		var all []iam.RoleIn
		for _, s := range scopes {
			all = append(all, iam.RoleIn{Role: theRoles[0], Scope: s})
		}
		return all
	}
	list := func(namespaces ...string) []namespaceRole {
		var all []namespaceRole
		for _, n := range namespaces {
			all = append(all, namespaceRole{n, "admin"})
		}
		return all
	}
	for name, test := range map[string]struct {
		old   []iam.RoleIn
		list  []namespaceRole
		want  []iam.Scope
		write func(places, map[string]*asked, []iam.RoleIn) []directory.ScopedRole
	}{
		"both are the whole tenant":     {nil, list("system", "*"), []iam.Scope{""}, places.written},
		"one of them is not":            {nil, list("*", "shop"), []iam.Scope{"*", "shop"}, places.written},
		"one by one they stay":          {role("system", "*"), list("system", "*"), []iam.Scope{"*", "system"}, places.written},
		"the other one joins":           {role("system"), list("system", "*"), []iam.Scope{""}, places.written},
		"the other one is added":        {role("system"), list("*"), []iam.Scope{"*", "system"}, places.with},
		"half of the tenant is left":    {role(""), list("system"), []iam.Scope{"system"}, places.written},
		"half of the tenant is removed": {role(""), list("system"), []iam.Scope{"*"}, places.without},
		"a group is kept whole":         {role("group:two"), list("shop", "shared", "default"), []iam.Scope{"default", "group:two"}, places.written},
		"a group is broken up":          {role("group:two"), list("shop"), []iam.Scope{"shop"}, places.written},
		"a group of none is left alone": {role("group:empty"), nil, []iam.Scope{"group:empty"}, places.written},
		"nothing is nothing":            {role("", "shop"), nil, nil, places.written},
	} {
		byHandle, err := thePlaces.read(test.list, test.old, theRole)
		if err != nil {
			t.Fatal(err)
		}
		var got []iam.Scope
		for _, s := range test.write(thePlaces, byHandle, test.old) {
			got = append(got, s.Scope)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestScopesInvalid(t *testing.T) {
	for name, test := range map[string]struct {
		list []namespaceRole
		want string
	}{
		"unknown role":          {[]namespaceRole{{"shop", "admin"}, {"shop", "nobody"}}, `Field namespace_roles[1].role should be the name of a role, got "nobody" in request.`},
		"unknown namespace":     {[]namespaceRole{{"nowhere", "admin"}}, `Field namespace_roles[0].namespace should be the name of a namespace or "*", got "nowhere" in request.`},
		"twice":                 {[]namespaceRole{{"shop", "admin"}, {"shop", "ADMIN"}}, `Field namespace_roles[1].role should be another one in a namespace that has been named for it, got "ADMIN" in request.`},
		"a group's scope":       {[]namespaceRole{{"group:two", "admin"}}, `Field namespace_roles[0].namespace should be the name of a namespace or "*", got "group:two" in request.`},
		"the whole tenant":      {[]namespaceRole{{"", "admin"}}, `Field namespace_roles[0].namespace should be the name of a namespace or "*", got "" in request.`},
		"without a role at all": {[]namespaceRole{{"shop", ""}}, `Field namespace_roles[0].role should be the name of a role, got "" in request.`},
	} {
		_, err := thePlaces.read(test.list, nil, theRole)
		if !iam.Is(err, iam.Invalid) || fmt.Sprint(err) == "" {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := err.(*iam.Error).Message; got != test.want { //nolint:errorlint // the Checker's own
			t.Errorf("%s: %s", name, got)
		}
	}
}
