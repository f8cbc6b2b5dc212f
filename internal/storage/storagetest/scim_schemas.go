package storagetest

import (
	"fmt"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// anExtension answers a schema that is not stored, with everything that one can
// have.
func (f *fixture) anExtension(urn string) scim.Extension {
	now := f.env.Time()
	return scim.Extension{Of: scim.Users.Name, Created: now, Updated: now, Schema: scim.Schema{ID: urn, Name: "HR", Description: "인사",
		Attributes: []scim.Attribute{
			{Name: "badge", Description: "Number of the badge", Type: scim.String, Required: true, CaseExact: true, Mutability: scim.Immutable,
				Returned: scim.ReturnedAlways, Uniqueness: "none", Canonical: []string{"none", "lost"}},
			{Name: "page", Type: scim.Reference, CaseExact: true, Mutability: scim.ReadWrite, Returned: scim.ReturnedRequest, Uniqueness: "none",
				References: []string{"external"}},
			{Name: "rooms", Type: scim.Complex, Multi: true, Mutability: scim.ReadWrite, Returned: scim.ReturnedDefault, Uniqueness: "none",
				Sub: []scim.Attribute{
					{Name: "value", Type: scim.String, Mutability: scim.ReadWrite, Returned: scim.ReturnedDefault, Uniqueness: "none"},
					{Name: "floor", Type: scim.Integer, Mutability: scim.ReadWrite, Returned: scim.ReturnedDefault, Uniqueness: "none"},
				}},
		}}}
}

func (f *fixture) newExtension(urn string) scim.Extension {
	f.Helper()
	e, err := f.store.SetExtension(f.ctx(), f.tenant.ID, f.anExtension(urn))
	f.ok(err)
	return e
}

func testSchemas(f *fixture) {
	set := func(e scim.Extension) scim.Extension {
		f.Helper()
		stored, err := f.store.SetExtension(f.ctx(), f.tenant.ID, e)
		f.ok(err)
		e.Version, e.Created = e.Version+1, stored.Created
		same(f, stored, e)
		return stored
	}
	setFails := func(e scim.Extension, k iam.Kind, reason iam.Reason) {
		f.Helper()
		_, err := f.store.SetExtension(f.ctx(), f.tenant.ID, e)
		if got := f.failure(err, k); got.Code != reason {
			f.Errorf("%v: %s, want %s", err, got.Code, reason)
		}
	}
	are := func(want ...scim.Extension) {
		f.Helper()
		got, err := f.store.Extensions(f.ctx(), f.tenant.ID)
		f.ok(err)
		same(f, got, want)
	}
	are()
	made := f.event("scim_schema", "create")
	e := f.anExtension("urn:acme:HR:User")
	f.bumps(true, func() {
		stored, err := f.store.SetExtension(f.ctx(), f.tenant.ID, e, made)
		f.ok(err)
		e.Version = 1
		same(f, stored, e)
	})
	f.logged(made)
	fewer := f.anExtension("urn:acme:car:Group")
	fewer.Of, fewer.Schema.Attributes = scim.Groups.Name, fewer.Schema.Attributes[:1]
	first := set(fewer)
	are(first, e)

	// A URN is taken whatever its case; what was read has to be the last.
	f.bumps(false, func() { setFails(f.anExtension("urn:ACME:hr:user"), iam.Exists, "") })
	next := e
	next.Schema.Name, next.Updated = "People", f.env.Time()
	next = set(next)
	are(first, next)
	setFails(e, iam.Conflict, iam.ReasonStale)
	other := f.anExtension("urn:acme:none:User")
	other.Version = 1
	setFails(other, iam.NotFound, "")

	gone := f.event("scim_schema", "delete")
	f.bumps(true, func() { f.ok(f.store.DeleteExtension(f.ctx(), f.tenant.ID, "urn:ACME:car:group", gone)) })
	f.logged(gone)
	f.fails(f.store.DeleteExtension(f.ctx(), f.tenant.ID, first.Schema.ID), iam.NotFound)
	are(next)

	for i := 1; i < scim.MaxExtensions; i++ {
		f.newExtension(fmt.Sprintf("urn:acme:n%d:User", i))
	}
	setFails(f.anExtension("urn:acme:over:User"), iam.Precondition, iam.ReasonLimit)
}

// testSchemasInUse: what has values stays, and compares as it did.
func testSchemasInUse(f *fixture) {
	inUse := func(err error) {
		f.Helper()
		if e := f.failure(err, iam.Precondition); e.Code != iam.ReasonInUse {
			f.Errorf("fails by %q: %s", e.Code, e.Message)
		}
	}
	users, groups := f.anExtension("urn:acme:HR:User"), f.anExtension("urn:acme:HR:Group")
	groups.Of = scim.Groups.Name
	var err error
	users, err = f.store.SetExtension(f.ctx(), f.tenant.ID, users)
	f.ok(err)
	groups, err = f.store.SetExtension(f.ctx(), f.tenant.ID, groups)
	f.ok(err)

	u := f.aUser("kim")
	u.Attributes = map[string]string{"urn:acme:HR:User:badge": "B7", "urn:acme:HR:User:rooms": `[{"value":"12","floor":3},{"floor":4}]`}
	u, err = f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
	f.ok(err)
	g := f.newGroup("people")
	g.Attributes = map[string]string{"urn:acme:HR:Group:badge": "G"}
	f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: g}))

	inUse(f.store.DeleteExtension(f.ctx(), f.tenant.ID, users.Schema.ID))
	inUse(f.store.DeleteExtension(f.ctx(), f.tenant.ID, groups.Schema.ID))
	without := func(e scim.Extension, change func(attributes []scim.Attribute) []scim.Attribute) (scim.Extension, error) {
		e.Schema.Attributes = change(append([]scim.Attribute{}, e.Schema.Attributes...))
		return f.store.SetExtension(f.ctx(), f.tenant.ID, e)
	}
	for _, change := range []func([]scim.Attribute) []scim.Attribute{
		func(a []scim.Attribute) []scim.Attribute { return a[1:] },
		func(a []scim.Attribute) []scim.Attribute { return a[:2] },
		func(a []scim.Attribute) []scim.Attribute { a[0].CaseExact = false; return a },
		func(a []scim.Attribute) []scim.Attribute { a[0].Multi = true; return a },
		func(a []scim.Attribute) []scim.Attribute { a[2].Sub = a[2].Sub[:1]; return a },
	} {
		_, err := without(users, change)
		inUse(err)
	}
	kind := users
	kind.Of = scim.Groups.Name
	_, err = f.store.SetExtension(f.ctx(), f.tenant.ID, kind)
	inUse(err)

	// What nobody has a value of goes; and all, when nobody has any more.
	users, err = without(users, func(a []scim.Attribute) []scim.Attribute { return []scim.Attribute{a[0], a[2]} })
	f.ok(err)
	u.Attributes = map[string]string{"urn:acme:HR:User:badge": "B7"}
	u, err = f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
	f.ok(err)
	users, err = without(users, func(a []scim.Attribute) []scim.Attribute { return a[:1] })
	f.ok(err)
	f.ok(f.store.DeleteUser(f.ctx(), f.tenant.ID, u.ID, 0))
	f.ok(f.store.DeleteExtension(f.ctx(), f.tenant.ID, users.Schema.ID))
	f.ok(f.store.DeleteGroup(f.ctx(), f.tenant.ID, g.ID, 0))
	f.ok(f.store.DeleteExtension(f.ctx(), f.tenant.ID, groups.Schema.ID))
}

// testSchemaRace: whoever gets a value of a schema that goes at the same moment
// either keeps it there, or has none that anybody finds.
func testSchemaRace(f *fixture) {
	const urn = "urn:acme:hr:User"
	for i := range 20 {
		f.newExtension(urn)
		u := f.aUser(fmt.Sprintf("kim%d", i))
		u.Attributes = map[string]string{urn + ":badge": "B7"}
		errs := race(2, func(i int) (err error) {
			if i == 0 {
				_, err = f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
				return err
			}
			return f.store.DeleteExtension(f.ctx(), f.tenant.ID, urn)
		})
		f.ok(errs[0])
		gone := errs[1]
		with, err := f.store.FindUsers(f.ctx(), f.tenant.ID, scim.Find{Where: scim.Has{Path: strings.ToLower(urn) + ":badge", Op: scim.Equal, Key: "B7"}, Page: iam.Page{Limit: 10}})
		f.ok(err)
		switch {
		case gone == nil && len(with.Items) > 0:
			f.Fatalf("the schema is gone, and %s has a value of it", with.Items[0].Username)
		case gone != nil:
			f.fails(gone, iam.Precondition)
			if len(with.Items) != 1 {
				f.Fatalf("the schema is in use by %d users", len(with.Items))
			}
			f.ok(f.store.DeleteUser(f.ctx(), f.tenant.ID, with.Items[0].ID, 0))
			f.ok(f.store.DeleteExtension(f.ctx(), f.tenant.ID, urn))
		default: // or the schema, made again, would have what is kept of the user
			f.ok(f.store.DeleteUser(f.ctx(), f.tenant.ID, u.ID, 0))
		}
	}
}
