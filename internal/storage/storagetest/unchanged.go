package storagetest

import (
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// testUnchangedUser: a store may remember a user that it has read, but what
// another one writes it answers at once, and what a caller does to an answer
// changes no other.
func testUnchangedUser(f *fixture) {
	another := storage.New(f.engine, f.env)
	u := f.aUser("kim")
	u.Attributes = map[string]string{"title": "Engineer"}
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, Groups: &[]iam.GroupID{f.newGroup("staff").ID}})
	f.ok(err)
	for n := range 6 {
		for range 2 {
			got, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{Handle: "kim"})
			f.ok(err)
			same(f, got, u)
			got.Attributes["title"], got.Groups[0].Name = "Intruder", "intruders"
		}
		u.GivenName = fmt.Sprint("Kim ", n)
		u, err = another.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
		f.ok(err)
	}
	f.ok(another.DeleteUser(f.ctx(), f.tenant.ID, u.ID, 0))
	_, err = f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{Handle: "kim"})
	f.fails(err, iam.NotFound)
}
