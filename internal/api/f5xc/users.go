package f5xc

import (
	"context"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) userOperations() []api.Operation {
	const roles, users = "/api/web/custom/namespaces/{namespace}/user_roles", "/api/web/custom/namespaces/{namespace}/users"
	return append([]api.Operation{
		api.Handle(api.Op{
			ID: "user.list", Methods: []string{http.MethodGet}, Paths: []string{roles}, Access: api.Requires(iam.UsersRead), Namespace: "namespace",
			Tag: "Users", Summary: "List users with the roles bound to them", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: itemsOf[userItem]{[]userItem{exampleUserItem}},
		}, d.listUsers),
		api.Handle(api.Op{
			ID: "user.create", Methods: []string{http.MethodPost}, Paths: []string{roles}, Access: api.Requires(iam.UsersCreate), Namespace: "namespace",
			Tag: "Users", Summary: "Create a user with roles",
			Description: "Mails an invitation, unless the user is of type SERVICE. The name is the e-mail address where none is given.",
			Errors:      []iam.Kind{iam.NotFound, iam.Exists}, RequestExample: exampleUserForm, ResponseExample: exampleUserObject,
		}, d.createUser),
		api.Handle(api.Op{
			ID: "user.replace", Methods: []string{http.MethodPut}, Paths: []string{roles}, Access: api.Requires(iam.UsersUpdate), Namespace: "namespace",
			Tag: "Users", Summary: "Change a user and its roles",
			Description: "The user is found by name, or else by e-mail address. Lists that are given replace all that there were; those that are left out stay.",
			Errors:      []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: exampleUserForm, ResponseExample: exampleUserObject,
		}, d.replaceUser),
		api.Handle(api.Op{
			ID: "user.replace-named", Methods: []string{http.MethodPost}, Paths: []string{roles + "/{name}"}, Access: api.Requires(iam.UsersUpdate),
			Namespace: "namespace", Tag: "Users", Summary: "Change a user, named by the path, and its roles",
			Description: "Lists that are given replace all that there were; those that are left out stay.",
			Errors:      []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: exampleUserForm, ResponseExample: exampleUserObject,
		}, d.replaceNamedUser),
		api.Handle(api.Op{
			ID: "user.cascade-delete", Methods: []string{http.MethodPost}, Paths: []string{users + "/cascade_delete"}, Access: api.Requires(iam.UsersDelete),
			Namespace: "namespace", Tag: "Users", Summary: "Delete a user with all that belongs to it", Errors: []iam.Kind{iam.NotFound, iam.Precondition},
			RequestExample: deleteUserForm{Email: exampleUserItem.Email, Namespace: iam.NamespaceSystem}, ResponseExample: exampleDeletedUser,
		}, d.cascadeDeleteUser),
		api.Handle(api.Op{
			ID: "user.sync", Methods: []string{http.MethodPost}, Paths: []string{"/api/web/custom/idm/user/sync"}, Access: api.SignedIn(),
			Tag: "Users", Summary: "Take over what the caller's sign-in says of them",
			Description: "A caller who has not signed in before is active from then on, and every node reads their rights anew.",
			Errors:      []iam.Kind{iam.Denied}, RequestExample: empty{}, ResponseExample: empty{},
		}, d.syncUser),
	}, d.assignmentOperations()...)
}

// itemsOf is a list that is all there is.
type itemsOf[T any] struct {
	Items []T `json:"items"`
}

// userPage is how many users are read at once.
const userPage = 500

func (d *dialect) listUsers(ctx context.Context, c *api.Call, in inNamespace) (itemsOf[userItem], error) {
	if err := inSystem("users", in.Namespace); err != nil {
		return itemsOf[userItem]{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	if err != nil {
		return itemsOf[userItem]{}, err
	}
	p, err := d.places(ctx, c.Actor)
	if err != nil {
		return itemsOf[userItem]{}, err
	}
	codes, err := d.Authn.UsersWithCodes(ctx, c.Actor)
	if err != nil {
		return itemsOf[userItem]{}, err
	}
	slices.Sort(codes)
	items := []userItem{}
	for page := (iam.Page{Limit: userPage, Sort: "username"}); ; {
		found, err := d.Directory.Users(ctx, c.Actor, directory.UserFilter{}, page)
		if err != nil {
			return itemsOf[userItem]{}, err
		}
		for _, u := range found.Items {
			_, otp := slices.BinarySearch(codes, u.ID)
			items = append(items, userItemOf(t, u, p.shown(u.Bindings), otp))
		}
		if found.Next == (iam.Cursor{}) {
			return itemsOf[userItem]{items}, nil
		}
		page.After = found.Next
	}
}

func (d *dialect) createUser(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body userForm `body:"required"`
}) (userObject, error) {
	if err := inSystem("users", in.Namespace); err != nil {
		return userObject{}, err
	}
	f := in.Body
	groups, err := d.groupHandles(ctx, c.Actor, f.GroupNames)
	if err != nil {
		return userObject{}, err
	}
	bindings, err := d.scopesOf(ctx, c.Actor, f.NamespaceRoles, nil)
	if err != nil {
		return userObject{}, err
	}
	u, err := d.Directory.CreateUser(ctx, c.Actor, directory.NewUser{Username: f.username(), Email: folded(f.Email), GivenName: f.FirstName,
		FamilyName: f.LastName, Groups: groups, Bindings: bindings, Attributes: f.attributes()})
	if err != nil {
		return userObject{}, inWords(err, userNames)
	}
	if typeOf(u) != typeService {
		// The user is there: a mail that cannot go out now is no reason to
		// say otherwise. It can be asked for again.
		if err := d.Authn.Invite(ctx, c.Actor, u.ID); err != nil {
			d.Log.WarnContext(ctx, "user not invited", "user", u.ID, "request_id", c.Actor.RequestID, "error", err)
		}
	}
	return d.userObject(ctx, c.Actor, u)
}

func (d *dialect) replaceUser(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body userForm `body:"required"`
}) (userObject, error) {
	if err := inSystem("users", in.Namespace); err != nil {
		return userObject{}, err
	}
	return d.changeUser(ctx, c.Actor, in.Body.username(), in.Body)
}

func (d *dialect) replaceNamedUser(ctx context.Context, c *api.Call, in struct {
	named
	Body userForm `body:"required"`
}) (userObject, error) {
	if err := inSystem("users", in.Namespace); err != nil {
		return userObject{}, err
	}
	if err := repeats("name", folded(in.Body.Name), folded(in.Name)); err != nil {
		return userObject{}, err
	}
	return d.changeUser(ctx, c.Actor, in.Name, in.Body)
}

// changeUser makes a user what a form says.
func (d *dialect) changeUser(ctx context.Context, by iam.Actor, name string, f userForm) (userObject, error) {
	u, err := d.findUser(ctx, by, name)
	if err != nil {
		return userObject{}, err
	}
	email := folded(f.Email)
	ch := directory.UserChange{GivenName: &f.FirstName, FamilyName: &f.LastName, Email: &email, Version: u.Version}
	if f.Type == typeOf(u) {
		f.Type = "" // as it was read: a provisioning client may have said another word, which stays
	}
	for k, v := range f.attributes() {
		if ch.Attributes == nil {
			ch.Attributes = map[string]*string{}
		}
		ch.Attributes[k] = &v
	}
	if iam.Fold(u.Email) == iam.Fold(email) {
		ch.Email = nil // the same mailbox, which stays a proved one
	}
	if f.GroupNames != nil {
		groups, err := d.groupHandles(ctx, by, f.GroupNames)
		if err != nil {
			return userObject{}, err
		}
		ch.Groups = &groups
	}
	if f.NamespaceRoles != nil {
		bindings, err := d.scopesOf(ctx, by, f.NamespaceRoles, u.Bindings)
		if err != nil {
			return userObject{}, err
		}
		ch.Bindings = &bindings
	}
	u, err = d.Directory.UpdateUser(ctx, by, directory.UserKey{ID: u.ID}, ch)
	if err != nil {
		return userObject{}, inWords(err, userNames)
	}
	return d.userObject(ctx, by, u)
}

// findUser answers a user by name, or else the one that has an e-mail address:
// users of other dialects have names that are none. NotFound; Precondition:
// several have the address.
func (d *dialect) findUser(ctx context.Context, by iam.Actor, name string) (iam.User, error) {
	u, err := d.Directory.User(ctx, by, directory.UserKey{Username: name})
	if !iam.Is(err, iam.NotFound) || !plainAddress(name) {
		return u, err
	}
	found, errUsers := d.Directory.Users(ctx, by, directory.UserFilter{Email: iam.Pattern(name)}, iam.Page{Limit: 2})
	switch {
	case errUsers != nil:
		return iam.User{}, errUsers
	case len(found.Items) == 1:
		return found.Items[0], nil
	case len(found.Items) > 1:
		return iam.User{}, iam.E(iam.Precondition, "several users have the e-mail address %s: the name says which one is meant", name).About(name)
	}
	return iam.User{}, err
}

func (d *dialect) syncUser(ctx context.Context, c *api.Call, _ struct {
	Body empty `body:"optional"`
}) (empty, error) {
	_, err := d.Directory.Sync(ctx, c.Actor)
	return empty{}, err
}
