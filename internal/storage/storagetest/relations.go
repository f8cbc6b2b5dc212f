package storagetest

import (
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// testUserRelations finds users by what they belong to and are called.
func testUserRelations(f *fixture) {
	g, other, r := f.newGroup("g"), f.newGroup("other"), f.newRole("r")
	for name, w := range map[string]directory.UserWrite{
		"ann": {Groups: &[]iam.GroupID{g.ID}, Roles: &[]iam.RoleID{r.ID}},
		"ben": {Groups: &[]iam.GroupID{g.ID, other.ID}},
		"cho": {Roles: &[]iam.RoleID{r.ID}},
		"dan": {},
	} {
		w.User = f.aUser(name)
		w.User.DisplayName = strings.ToUpper(name[:1]) + name[1:] + " Élan|홍"
		_, err := f.store.InsertUser(f.ctx(), f.tenant.ID, w)
		f.ok(err)
	}
	f.newBinding(iam.Binding{Group: other.ID, Role: r.ID})
	dan, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{Username: "dan"})
	f.ok(err)
	f.newBinding(iam.Binding{User: dan.ID, Role: r.ID, Scope: "shared"}) // not in the whole tenant

	for _, c := range []struct {
		filter directory.UserFilter
		want   []string
	}{
		{directory.UserFilter{Group: g.ID}, []string{"ann", "ben"}},
		{directory.UserFilter{Group: other.ID}, []string{"ben"}},
		{directory.UserFilter{Role: r.ID}, []string{"ann", "cho"}},
		{directory.UserFilter{Group: g.ID, Role: r.ID}, []string{"ann"}},
		{directory.UserFilter{Group: g.ID, Username: "b*"}, []string{"ben"}},
		{directory.UserFilter{Group: iam.GroupID(f.env.NewID())}, nil},
		{directory.UserFilter{Group: "no id"}, nil},
		{directory.UserFilter{Role: "no id"}, nil},
		{directory.UserFilter{DisplayName: "*éLAN*홍*"}, []string{"ann", "ben", "cho", "dan"}},
		{directory.UserFilter{DisplayName: "CHO*"}, []string{"cho"}},
		{directory.UserFilter{DisplayName: "ch"}, nil},
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

	renamed := dan
	renamed.DisplayName = "Chorus"
	_, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: renamed})
	f.ok(err)
	l, err := f.store.Users(f.ctx(), f.tenant.ID, directory.UserFilter{DisplayName: "cho*"}, iam.Page{})
	f.ok(err)
	same(f, len(l.Items), 2)

	bound, err := f.store.RoleGroups(f.ctx(), f.tenant.ID, r.ID)
	f.ok(err)
	if len(bound) != 1 || bound[0].Group != other.ID || bound[0].Role != r.ID {
		f.Errorf("groups with the role: %+v", bound)
	}
	bound, err = f.store.RoleGroups(f.ctx(), f.tenant.ID, "no id")
	f.ok(err)
	same(f, len(bound), 0)
}

// testTenantAlias gives a tenant a second name, which is nobody else's.
func testTenantAlias(f *fixture) {
	t := f.tenant
	name := "alias" + t.Code
	alias, err := f.store.TenantAlias(f.ctx(), t.ID)
	f.ok(err)
	same(f, alias, "")

	e := f.event("tenant", "set-alias")
	f.ok(f.store.SetTenantAlias(f.ctx(), t.ID, name, e))
	for _, found := range []string{name, t.Code} {
		got, err := f.store.TenantByCode(f.ctx(), found)
		f.ok(err)
		same(f, got.ID, t.ID)
	}
	events, err := f.store.Events(f.ctx(), t.ID, auditOf(e), iam.Page{})
	f.ok(err)
	same(f, events.Items, []iam.Event{e})

	other := f.newTenant("")
	f.fails(f.store.SetTenantAlias(f.ctx(), other.ID, name), iam.Exists)
	f.fails(f.store.SetTenantAlias(f.ctx(), other.ID, t.Code), iam.Exists)
	f.fails(f.store.SetTenantAlias(f.ctx(), iam.TenantID(f.env.NewID()), "nobodys"), iam.NotFound)

	f.ok(f.store.SetTenantAlias(f.ctx(), t.ID, name+"2")) // in place of the other
	_, err = f.store.TenantByCode(f.ctx(), name)
	f.fails(err, iam.NotFound)
	f.ok(f.store.SetTenantAlias(f.ctx(), other.ID, name)) // which is free by now
	alias, err = f.store.TenantAlias(f.ctx(), t.ID)
	f.ok(err)
	same(f, alias, name+"2")

	f.ok(f.store.SetTenantAlias(f.ctx(), t.ID, ""))
	alias, err = f.store.TenantAlias(f.ctx(), t.ID)
	f.ok(err)
	same(f, alias, "")
	got, err := f.store.TenantByCode(f.ctx(), t.Code)
	f.ok(err)
	same(f, got.ID, t.ID)
}
