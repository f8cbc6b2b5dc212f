package storagetest

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// A vocabulary in which texts are often equal, begin alike, differ in case only,
// or are what SQL might take for something else.
var (
	words = []string{"a", "A", "ab", "Ab", "b", "ß", "ẞ", "İ", "i", "é", "김", "𐐀", "%", "_", `\`, "'", `"`, "a'b", "a%", "a_b", "*", "?", "$1",
		"'; DROP TABLE users; --", "a b", "work", "home", "Work", "true", "direct", "user", "User", "a20", "A20", "ab50"}
	long = []string{strings.Repeat("x", 127), strings.Repeat("x", 128), strings.Repeat("x", 129), strings.Repeat("X", 128) + "y",
		strings.Repeat("é", 128), strings.Repeat("é", 128) + "z", strings.Repeat("x", 300)}
	moments = []string{"2026-03-01T12:00:00Z", "2026-03-01T21:00:10+09:00", "2026-03-01T12:00:10.0000005Z", "1999-12-31T23:59:59Z", "2030-01-01T00:00:00Z"}
)

func text() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(words), rapid.SampledFrom(words), rapid.SampledFrom(long))
}

// hr is a schema with attributes of every type.
const hr = "urn:acme:hr:2.0:User"

func hrExtension(now iam.Env) scim.Extension {
	at := now.Time()
	return scim.Extension{Of: "User", Created: at, Updated: at, Schema: scim.Schema{ID: hr, Name: "HR", Attributes: []scim.Attribute{
		{Name: "badge", Type: scim.String, CaseExact: true}, {Name: "level", Type: scim.Integer}, {Name: "score", Type: scim.Decimal},
		{Name: "remote", Type: scim.Boolean}, {Name: "hired", Type: scim.DateTime}, {Name: "tags", Type: scim.String, Multi: true},
		{Name: "desk", Type: scim.Complex, Multi: true, Sub: []scim.Attribute{{Name: "room", Type: scim.String}, {Name: "floor", Type: scim.Integer},
			{Name: "primary", Type: scim.Boolean}}},
	}}}
}

// attributesOf makes the attributes of a user, as the directory keeps them.
func attributesOf(t *rapid.T) map[string]string {
	m := map[string]string{}
	maybe := func(name string, g *rapid.Generator[string]) {
		if rapid.Bool().Draw(t, name+"?") {
			m[name] = g.Draw(t, name)
		}
	}
	maybe("sync_id", text())
	maybe("title", text())
	maybe("scim.nickName", text())
	maybe("scim.name.formatted", text())
	maybe("departmentNumber", text())
	maybe("scim.emails", rapid.SampledFrom([]string{
		`[{"value":"a@x.com","type":"work"},{"value":"b@x.com","type":"home","primary":true}]`,
		`[{"value":"A@x.com","type":"home","display":"a"},{"value":"c@x.com","type":"work"}]`,
		`[{"value":"a@x.com","type":"work"}]`, `[{"type":"work"},{"value":"d@x.com"}]`, `nothing`}))
	maybe("scim.phoneNumbers", rapid.SampledFrom([]string{`[{"value":"1","type":"work"},{"value":"2","type":"mobile","primary":true}]`}))
	maybe("scim.addresses", rapid.SampledFrom([]string{`[{"locality":"a","type":"work"},{"locality":"b","country":"KR","primary":true}]`,
		`[{"locality":"b","type":"work"},{"locality":"a","type":"home"}]`}))
	maybe("scim.manager", rapid.SampledFrom([]string{`{"value":"a"}`, `{"value":"A"}`}))
	maybe(hr+":badge", text())
	maybe(hr+":level", rapid.SampledFrom([]string{"-20", "-3", "0", "7", "12"}))
	maybe(hr+":score", rapid.SampledFrom([]string{"-0.5", "0", "2.5", "1e21"}))
	maybe(hr+":remote", rapid.SampledFrom([]string{"true", "false"}))
	maybe(hr+":hired", rapid.SampledFrom(moments))
	maybe(hr+":tags", rapid.SampledFrom([]string{`["a"]`, `["b","A"]`, `["ab","a%"]`}))
	maybe(hr+":desk", rapid.SampledFrom([]string{`[{"room":"a","floor":1},{"room":"b","floor":2,"primary":true}]`, `[{"room":"a","floor":2}]`, `[{"floor":1}]`}))
	return m
}

// someUsers makes users and groups, changes some, and answers the users' ids.
func (f *fixture) someUsers(n int) {
	f.Helper()
	roles := []iam.Role{f.newRole(fmt.Sprint("a", n)), f.newRole(fmt.Sprint("Ab", n))}
	var groups []iam.Group
	for i, name := range []string{"a", "Ab", "b", "ß", "a_b", "'"} {
		g := f.aGroup(fmt.Sprint(name, n))
		if i%2 == 0 {
			g.Attributes = map[string]string{"sync_id": words[i]}
		}
		g, err := f.store.InsertGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: g})
		f.ok(err)
		if i%3 == 0 {
			g.Attributes = map[string]string{"sync_id": "b"}
			f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: g}))
		}
		groups = append(groups, g)
	}
	person := rapid.Custom(func(t *rapid.T) directory.UserWrite {
		name := func(label string) string {
			return rapid.OneOf(rapid.Just(""), rapid.SampledFrom(words[:17])).Draw(t, label)
		}
		u := f.aUser("")
		u.GivenName, u.FamilyName, u.DisplayName = name("given"), name("family"), name("display")
		u.Email = rapid.SampledFrom([]string{"", "a@x.com", "A@X.com", "b@x.com", "d@x.com"}).Draw(t, "email")
		u.Phone = rapid.SampledFrom([]string{"", "1", "+82 2"}).Draw(t, "phone")
		u.Language = rapid.SampledFrom([]string{"", "ko", "en-US"}).Draw(t, "language")
		u.State = rapid.SampledFrom([]iam.UserState{iam.UserEnabled, iam.UserDisabled, iam.UserPending}).Draw(t, "state")
		u.Attributes = attributesOf(t)
		w := directory.UserWrite{User: u, Groups: &[]iam.GroupID{}, Roles: &[]iam.RoleID{}}
		for _, g := range groups {
			if rapid.IntRange(0, 3).Draw(t, "in") == 0 {
				*w.Groups = append(*w.Groups, g.ID)
			}
		}
		for _, r := range roles {
			if rapid.IntRange(0, 3).Draw(t, "has") == 0 {
				*w.Roles = append(*w.Roles, r.ID)
			}
		}
		return w
	})
	for i := range n {
		w := person.Example(i)
		w.User.Username = fmt.Sprint(words[i%17], n+i, words[i%5])
		w.User.Handle = w.User.Username
		u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, w)
		f.ok(err)
		switch i % 4 {
		case 1: // all of it is now another's
			other := person.Example(n + i).User
			u.Attributes, u.GivenName, u.Email, u.Phone, u.Language = other.Attributes, other.GivenName, other.Email, other.Phone, other.Language
			_, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
			f.ok(err)
		case 2:
			f.ok(f.store.SetEmail(f.ctx(), f.tenant.ID, u.ID, "c@x.com"))
		}
	}
}
