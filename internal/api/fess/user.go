package fess

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) users() []api.Operation {
	return []api.Operation{
		// The real server takes every method for the list, which the document
		// has as GET and PUT.
		api.Handle(api.Op{
			ID: "user.list", Methods: []string{http.MethodGet, http.MethodPut, http.MethodPost}, Paths: []string{"/api/admin/user/settings"},
			Access: api.Requires(iam.UsersRead), Tag: "user", Summary: "List users, by name",
			Description:    listing,
			RequestExample: jsontext.Value(`{"page": 1, "size": 25}`), ResponseExample: listOf([]userRow{rowOf(sampleUser)}, 10),
		}, d.listUsers),
		api.Handle(api.Op{
			ID: "user.get", Methods: []string{http.MethodGet}, Paths: []string{"/api/admin/user/setting/{id}"},
			Access: api.Requires(iam.UsersRead), Tag: "user", Summary: "Get a user",
			Errors: []iam.Kind{iam.NotFound}, ResponseExample: foundOne(settingOf(sampleUser)),
		}, d.getUser),
		api.Handle(api.Op{
			ID: "user.create", Methods: []string{http.MethodPost}, Paths: []string{"/api/admin/user/setting"},
			Access: api.Requires(iam.UsersCreate), Tag: "user", Summary: "Create a user, or overwrite the one of that name",
			Description: "To overwrite takes the right to update users, too. Roles and groups that do not exist are made, without rights.",
			Errors:      []iam.Kind{iam.Exists},
			RequestExample: jsontext.Value(`{"name": "testuser", "password": "securepassword", "surname": "Test", "givenName": "User",
				"mail": "testuser@example.com", "roles": ["user"], "groups": ["group_id_1"]}`),
			ResponseExample: created("testuser"),
		}, d.createUser),
		api.Handle(api.Op{
			ID: "user.update", Methods: []string{http.MethodPut}, Paths: []string{"/api/admin/user/setting"},
			Access: api.Requires(iam.UsersUpdate), Tag: "user", Summary: "Update a user",
			Description: "What is absent stays as it is: also the password, where it is empty.",
			Errors:      []iam.Kind{iam.NotFound, iam.Conflict},
			RequestExample: jsontext.Value(`{"id": "dGVzdHVzZXI=", "name": "testuser", "password": "newpassword", "surname": "Test",
				"givenName": "User Updated", "mail": "testuser.updated@example.com", "roles": ["user", "editor"],
				"groups": ["group_id_1", "group_id_2"], "versionNo": 1}`),
			ResponseExample: updated("testuser"),
		}, d.updateUser),
		api.Handle(api.Op{
			ID: "user.delete", Methods: []string{http.MethodDelete}, Paths: []string{"/api/admin/user/setting/{id}"},
			Access: api.Requires(iam.UsersDelete), Tag: "user", Summary: "Delete a user",
			Errors: []iam.Kind{iam.NotFound, iam.Precondition}, ResponseExample: updated("testuser"),
		}, d.deleteUser),
	}
}

var sampleUser = iam.User{Handle: "admin", Username: "admin", FamilyName: "Administrator", GivenName: "System", Email: "admin@example.com",
	Roles: []iam.Ref[iam.RoleID]{{Name: "admin", Handle: "admin"}}, Version: 1}

// byID is the path of one object.
type byID struct {
	ID string `path:"id" doc:"URL-safe Base64, with padding, of the name that it had when it was made."`
}

func (d *dialect) listUsers(ctx context.Context, c *api.Call, in listInput) (envelope[listed[userRow]], error) {
	users, err := d.Directory.Users(ctx, c.Actor, directory.UserFilter{}, in.page())
	if err != nil {
		return envelope[listed[userRow]]{}, err
	}
	rows := make([]userRow, len(users.Items))
	for i, u := range users.Items {
		rows[i] = rowOf(u)
	}
	return listOf(rows, users.Total), nil
}

func (d *dialect) getUser(ctx context.Context, c *api.Call, in byID) (envelope[found[userSetting]], error) {
	u, err := d.user(ctx, c.Actor, in.ID)
	if err != nil {
		return envelope[found[userSetting]]{}, err
	}
	return foundOne(settingOf(u)), nil
}

// user answers the user with an id. NotFound, with that id.
func (d *dialect) user(ctx context.Context, by iam.Actor, id string) (iam.User, error) {
	handle, ok := handleOf(id)
	if !ok {
		return iam.User{}, iam.ErrNotFound("user", id)
	}
	u, err := d.Directory.User(ctx, by, directory.UserKey{Handle: handle})
	if iam.Is(err, iam.NotFound) {
		return iam.User{}, iam.ErrNotFound("user", id)
	}
	return u, err
}

// createUser makes a user. Like the real server it overwrites one that has
// the very same name; one whose name differs in case is in the way.
func (d *dialect) createUser(ctx context.Context, c *api.Call, in struct {
	Body userForm `body:"required"`
}) (envelope[changed], error) {
	f := &in.Body
	f.complete()
	var check iam.Checker
	f.check(&check)
	if f.Password == "" {
		check.Add("password", iam.ReasonRequired, "password is required")
	}
	if err := check.Err(); err != nil {
		return envelope[changed]{}, err
	}
	w, err := attributesWanted(func(string) string { return "" }, &f.person, f.Attributes)
	if err != nil {
		return envelope[changed]{}, err
	}
	roles, groups, err := d.lists(ctx, c.Actor, f)
	if err != nil {
		return envelope[changed]{}, err
	}
	u, err := d.Directory.CreateUser(ctx, c.Actor, newUser(f, w, *roles, *groups))
	if iam.Is(err, iam.Exists) {
		u, err = d.overwriteUser(ctx, c.Actor, f, roles, groups, err)
	}
	if err != nil {
		return envelope[changed]{}, err
	}
	return created(u.Handle), nil
}

// overwriteUser gives the user of the name that a form has the password,
// attributes, roles and groups in it. It answers taken when the name is not in
// just that spelling.
func (d *dialect) overwriteUser(ctx context.Context, by iam.Actor, f *userForm, roles, groups *[]string, taken error) (iam.User, error) {
	old, err := d.Directory.User(ctx, by, directory.UserKey{Username: f.Name})
	if err != nil {
		return iam.User{}, err
	}
	if old.Username != f.Name {
		return iam.User{}, taken
	}
	if err := d.mayUpdate(ctx, by, iam.UsersUpdate); err != nil {
		return iam.User{}, err
	}
	w, err := attributesWanted(func(name string) string { return attribute(old, name) }, &f.person, f.Attributes)
	if err != nil {
		return iam.User{}, err
	}
	ch := userChange(f, w)
	ch.Roles, ch.Groups, ch.Version = roles, groups, old.Version
	ch.Label = new(string)
	return d.Directory.UpdateUser(ctx, by, directory.UserKey{ID: old.ID}, ch)
}

// updateUser changes a user. What is absent stays, other than on the real
// server, which forgets it: the document's own example of a change of roles
// leaves out everything else.
func (d *dialect) updateUser(ctx context.Context, c *api.Call, in struct {
	Body userEdit `body:"required"`
}) (envelope[changed], error) {
	f := &in.Body
	var check iam.Checker
	f.editForm.check(&check)
	f.userForm.check(&check)
	if err := check.Err(); err != nil {
		return envelope[changed]{}, err
	}
	old, err := d.user(ctx, c.Actor, f.ID)
	if err != nil {
		return envelope[changed]{}, err
	}
	if f.version() != old.Version {
		return envelope[changed]{}, iam.ErrStale("user", old.Username)
	}
	w, err := attributesWanted(func(name string) string { return attribute(old, name) }, &f.person, f.Attributes)
	if err != nil {
		return envelope[changed]{}, err
	}
	w.checkLong(&check, "uidNumber", "gidNumber")
	if err := check.Err(); err != nil {
		return envelope[changed]{}, err
	}
	ch := userChange(&f.userForm, w)
	if ch.Roles, ch.Groups, err = d.lists(ctx, c.Actor, &f.userForm); err != nil {
		return envelope[changed]{}, err
	}
	ch.Version = old.Version
	if err := d.updateNamed(ctx, c.Actor, old, f.Name, ch); err != nil {
		return envelope[changed]{}, err
	}
	return updated(old.Handle), nil
}

// updateNamed writes a change together with the name that a form has. The
// real server lets any number of users have one name, and its own test suite
// gives the same to ten. Here the first of them can sign in with it; for the
// others it becomes what they are listed as.
func (d *dialect) updateNamed(ctx context.Context, by iam.Actor, old iam.User, name string, ch directory.UserChange) error {
	switch name {
	case old.ListedName():
	case old.Username:
		ch.Label = new(string)
	default:
		ch.Username, ch.Label = &name, new(string)
	}
	_, err := d.Directory.UpdateUser(ctx, by, directory.UserKey{ID: old.ID}, ch)
	if ch.Username != nil && iam.Is(err, iam.Exists) {
		ch.Username, ch.Label = nil, &name
		_, err = d.Directory.UpdateUser(ctx, by, directory.UserKey{ID: old.ID}, ch)
	}
	return err
}

func (d *dialect) deleteUser(ctx context.Context, c *api.Call, in byID) (envelope[changed], error) {
	u, err := d.user(ctx, c.Actor, in.ID)
	if err != nil {
		return envelope[changed]{}, err
	}
	if _, err := d.Directory.DeleteUser(ctx, c.Actor, directory.UserKey{ID: u.ID}); err != nil {
		return envelope[changed]{}, err
	}
	return updated(u.Handle), nil
}

// lists answers the roles and groups of a form for the core, nil where it has
// none.
func (d *dialect) lists(ctx context.Context, by iam.Actor, f *userForm) (roles, groups *[]string, err error) {
	if f.Roles != nil {
		names, err := d.resolveRoles(ctx, by, *f.Roles)
		if err != nil {
			return nil, nil, err
		}
		roles = &names
	}
	if f.Groups != nil {
		names, err := d.resolveGroups(ctx, by, *f.Groups)
		if err != nil {
			return nil, nil, err
		}
		groups = &names
	}
	return roles, groups, nil
}

// mayUpdate answers Denied when a caller who may create, may not overwrite.
func (d *dialect) mayUpdate(ctx context.Context, by iam.Actor, p iam.Permission) error {
	ok, err := d.Access.May(ctx, by, p)
	if err == nil && !ok {
		return iam.E(iam.Denied, "%s may not overwrite what exists: the right %s is missing", by.Username, p)
	}
	return err
}
