package storagetest

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func testUserPages(f *fixture) {
	g, r := f.newGroup("g"), f.newRole("r")
	for i := range 9 {
		u := f.aUser(fmt.Sprintf("User%d", 9-i))
		u.Email = "shared@example.com" // equal sort keys: the id decides
		if i%2 == 0 {
			u.Label = "Same"
		}
		w := directory.UserWrite{User: u}
		if i < 5 {
			w.Groups, w.Roles = &[]iam.GroupID{g.ID}, &[]iam.RoleID{r.ID}
		}
		_, err := f.store.InsertUser(f.ctx(), f.tenant.ID, w)
		f.ok(err)
	}
	list := func(p iam.Page) (iam.List[iam.User], error) {
		return f.store.Users(f.ctx(), f.tenant.ID, directory.UserFilter{}, p)
	}
	for _, sort := range []string{"", "name", "username", "email", "created"} {
		walk(f, iam.Page{Sort: sort}, func(u iam.User) iam.UserID { return u.ID }, list)
	}
	l, err := list(iam.Page{})
	f.ok(err)
	if !slices.IsSortedFunc(l.Items, func(a, b iam.User) int {
		return strings.Compare(iam.Fold(a.ListedName()), iam.Fold(b.ListedName()))
	}) {
		f.Error("not in the order of listed names")
	}
	for _, u := range l.Items {
		one, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
		f.ok(err)
		same(f, u, one)
	}
	for _, bad := range []iam.Page{
		{After: iam.Cursor{Key: "x", ID: "no id"}}, {Sort: "created", After: iam.Cursor{Key: "x", ID: f.env.NewID()}},
	} {
		_, err := list(bad)
		f.fails(err, iam.Invalid)
	}
}

func testUserFilters(f *fixture) {
	for _, name := range []string{"ann", "anna", "Ben", "50%", "a_b", "axb", `back\slash`, "Ünal", "이민", "ann*"} {
		u := f.aUser(name)
		u.Email = strings.ToUpper(name) + "@Example.com"
		if name == "Ben" {
			u.State = iam.UserDisabled
		}
		_, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
		f.ok(err)
	}
	for _, c := range []struct {
		filter directory.UserFilter
		want   []string
	}{
		{directory.UserFilter{Username: "ANN"}, []string{"ann"}},
		{directory.UserFilter{Username: "ann*"}, []string{"ann", "ann*", "anna"}},
		{directory.UserFilter{Username: "*n*"}, []string{"ann", "ann*", "anna", "Ben", "Ünal"}},
		{directory.UserFilter{Username: "a_b"}, []string{"a_b"}},
		{directory.UserFilter{Username: "*%"}, []string{"50%"}},
		{directory.UserFilter{Username: "*_b"}, []string{"a_b"}},
		{directory.UserFilter{Username: `*k\s*`}, []string{`back\slash`}},
		{directory.UserFilter{Username: `back\*`}, []string{`back\slash`}},
		{directory.UserFilter{Username: "üNAL"}, []string{"Ünal"}},
		{directory.UserFilter{Username: "이*"}, []string{"이민"}},
		{directory.UserFilter{Username: " ben | ann |nobody"}, []string{"ann", "Ben"}},
		{directory.UserFilter{Username: "*"}, []string{"50%", "a_b", "ann", "ann*", "anna", "axb", `back\slash`, "Ben", "Ünal", "이민"}},
		{directory.UserFilter{Email: "ben@*.com"}, []string{"Ben"}},
		{directory.UserFilter{Name: "be*", State: iam.UserDisabled}, []string{"Ben"}},
		{directory.UserFilter{Name: "be*", State: iam.UserEnabled}, nil},
		{directory.UserFilter{State: iam.UserDisabled}, []string{"Ben"}},
		{directory.UserFilter{Username: "|"}, nil},
	} {
		l, err := f.store.Users(f.ctx(), f.tenant.ID, c.filter, iam.Page{Sort: "username", Total: true})
		f.ok(err)
		var got []string
		for _, u := range l.Items {
			got = append(got, u.Username)
		}
		if !slices.Equal(got, c.want) || l.Total != len(c.want) {
			f.Errorf("%+v finds %q, total %d; want %q", c.filter, got, l.Total, c.want)
		}
	}
	for _, p := range []iam.Pattern{iam.Pattern(strings.Repeat("a|", 16)), iam.Pattern(strings.Repeat("a", 2000))} {
		_, err := f.store.Users(f.ctx(), f.tenant.ID, directory.UserFilter{Email: p}, iam.Page{})
		if e := f.failure(err, iam.Invalid); len(e.Fields) != 1 || e.Fields[0].Path != "email" {
			f.Errorf("fields %v", e.Fields)
		}
	}
}

// testPatterns holds filters against the meaning of a pattern.
func testPatterns(f *fixture) {
	names := []string{"a", "A b", "ab", "aB_", "b%", `\`, "%", "_", "é", "Éa", "\ud7ff", "\ud7ffz", "\ue000", "\U0010ffff", "\U0010ffffa", "aa\U0010ffff"}
	for i, name := range names {
		u := f.aUser(fmt.Sprint("user", i))
		u.Label = name
		_, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
		f.ok(err)
	}
	part := rapid.StringOfN(rapid.SampledFrom([]rune{'a', 'A', 'b', '*', '|', '_', '%', '\\', 'é', ' ', '\ud7ff', '\U0010ffff'}), 0, 5, -1)
	rapid.Check(f.T, func(t *rapid.T) {
		p := iam.Pattern(part.Draw(t, "pattern"))
		l, err := f.store.Users(f.ctx(), f.tenant.ID, directory.UserFilter{Name: p}, iam.Page{})
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, u := range l.Items {
			found[u.Label] = true
		}
		for _, name := range names {
			if found[name] != p.Match(name) {
				t.Errorf("pattern %q finds %q: %t, want %t", p, name, found[name], p.Match(name))
			}
		}
	})
}
