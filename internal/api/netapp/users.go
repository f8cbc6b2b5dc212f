package netapp

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) userOperations() []api.Operation {
	const byID = "The id may be a user name too; where it is both, it is the id."
	return []api.Operation{
		api.Handle(api.Op{
			ID: "user.list", Methods: []string{http.MethodGet}, Paths: at("users"), Access: api.Requires(iam.UsersRead),
			Tag: "Users", Summary: "List users", Description: filterHelp + " The vendor shows no paging here, so that the result does not repeat it.",
			Errors: []iam.Kind{iam.NotFound}, ResponseExample: userGetExample,
		}, d.users),
		api.Handle(api.Op{
			ID: "user.get", Methods: []string{http.MethodGet}, Paths: at("users/{id}"), Access: api.Requires(iam.UsersRead),
			Tag: "Users", Summary: "Get a user by id or by user name", Description: byID,
			Errors: []iam.Kind{iam.NotFound}, ResponseExample: userGetExample,
		}, d.user),
		api.Handle(api.Op{
			ID: "user.create", Methods: []string{http.MethodPost}, Paths: at("users"), Access: api.Requires(iam.UsersCreate), Status: http.StatusCreated,
			Tag: "Users", Summary: "Create a user", Description: "The password is taken even if it is weak, and is to be changed at the next interactive sign-in.",
			Errors: []iam.Kind{iam.NotFound, iam.Exists}, RequestExample: userBodyExample, ResponseExample: userCreateExample,
		}, d.createUser),
		api.Handle(api.Op{
			ID: "user.update", Methods: []string{http.MethodPut}, Paths: at("users/{id}"), Access: api.Requires(iam.UsersUpdate),
			Tag: "Users", Summary: "Change a user", Description: byID + " What the body leaves out stays as it is.",
			Errors: []iam.Kind{iam.NotFound, iam.Exists, iam.Conflict}, RequestExample: userBodyExample, ResponseExample: userGetExample,
		}, d.updateUser),
		api.Handle(api.Op{
			ID: "user.delete", Methods: []string{http.MethodDelete}, Paths: at("users/{id}"), Access: api.Requires(iam.UsersDelete),
			Tag: "Users", Summary: "Delete a user", Description: byID, Errors: []iam.Kind{iam.NotFound, iam.Precondition},
		}, d.deleteUser),
	}
}

var userList = list{limit: iam.MaxPage, sorts: []string{"created", "username", "email"}, unfiltered: []string{
	"firstName", "lastName", "displayName", "phone", "profileImageURL", "tenancies", "provider", "provider_data"}}

func (d *dialect) users(ctx context.Context, c *api.Call, in struct {
	paging
	within
	ID       string      `query:"id" doc:"Answers this user, like users/{id}."`
	Username iam.Pattern `query:"username"`
	Email    iam.Pattern `query:"email"`
}) (answer[totalOf[userRecord]], error) {
	if in.ID != "" {
		// So says the vendor's section on one user; its table has the path.
		return d.user(ctx, c, oneUser{identified{in.ID}, in.within})
	}
	p, err := userList.page(c, in.paging)
	if err != nil {
		return answer[totalOf[userRecord]]{}, err
	}
	by, err := d.enter(ctx, c, in.TenantID)
	if err != nil {
		return answer[totalOf[userRecord]]{}, err
	}
	home, err := d.Tenancy.Tenant(ctx, by)
	if err != nil {
		return answer[totalOf[userRecord]]{}, err
	}
	found, err := d.Directory.Users(ctx, by, directory.UserFilter{Username: in.Username, Email: in.Email}, p)
	return answer[totalOf[userRecord]]{okay(len(found.Items)), totalOf[userRecord]{found.Total,
		records(found.Items, func(u iam.User) userRecord { return fullUser(u, home) })}}, err
}

// identified takes the user or tenant that the path names.
type identified struct {
	ID string `path:"id"`
}

// oneUser takes a user of a tenant.
type oneUser struct {
	identified
	within
}

// find answers a user by its id or, where there is none, by its name. The
// vendor has GET users/{id} and GET users/{username}, which are one path.
func (d *dialect) find(ctx context.Context, by iam.Actor, id string) (iam.User, error) {
	if _, _, ok := iam.ShortRange(id); ok {
		u, err := d.Directory.User(ctx, by, directory.UserKey{Short: id})
		if !iam.Is(err, iam.NotFound) {
			return u, err
		}
	}
	return d.Directory.User(ctx, by, directory.UserKey{Username: id})
}

func (d *dialect) user(ctx context.Context, c *api.Call, in oneUser) (answer[totalOf[userRecord]], error) {
	by, err := d.enter(ctx, c, in.TenantID)
	if err != nil {
		return answer[totalOf[userRecord]]{}, err
	}
	u, err := d.find(ctx, by, in.ID)
	if err != nil {
		return answer[totalOf[userRecord]]{}, err
	}
	home, err := d.Tenancy.Tenant(ctx, by)
	return totalAnswer(okay(1), fullUser(u, home)), err
}

// The vendor's example of a creation answers returned_records, unlike those of
// all other calls on users.
func (d *dialect) createUser(ctx context.Context, c *api.Call, in struct {
	Body userBody `body:"required"`
}) (answer[returnedOf[newUserRecord]], error) {
	by, err := d.enter(ctx, c, in.Body.TenantID)
	if err != nil {
		return answer[returnedOf[newUserRecord]]{}, err
	}
	home, err := d.Tenancy.Tenant(ctx, by)
	if err != nil {
		return answer[returnedOf[newUserRecord]]{}, err
	}
	if err := in.Body.check(home); err != nil {
		return answer[returnedOf[newUserRecord]]{}, err
	}
	u, err := d.Directory.CreateUser(ctx, by, in.Body.newUser())
	return returnedAnswer(created(), newUserOf(u, home)), inWords(err, userNames)
}

func (d *dialect) updateUser(ctx context.Context, c *api.Call, in struct {
	identified
	within
	Body userBody `body:"required"`
}) (answer[totalOf[userRecord]], error) {
	by, err := d.enter(ctx, c, either(in.Body.TenantID, in.TenantID))
	if err != nil {
		return answer[totalOf[userRecord]]{}, err
	}
	u, err := d.find(ctx, by, in.ID)
	if err != nil {
		return answer[totalOf[userRecord]]{}, err
	}
	home, err := d.Tenancy.Tenant(ctx, by)
	if err != nil {
		return answer[totalOf[userRecord]]{}, err
	}
	if err := in.Body.check(home); err != nil {
		return answer[totalOf[userRecord]]{}, err
	}
	u, err = d.Directory.UpdateUser(ctx, by, directory.UserKey{ID: u.ID}, in.Body.change(u))
	return totalAnswer(okay(1), shortUser(u, home)), inWords(err, userNames)
}

func (d *dialect) deleteUser(ctx context.Context, c *api.Call, in oneUser) (api.NoContent, error) {
	by, err := d.enter(ctx, c, in.TenantID)
	if err != nil {
		return api.NoContent{}, err
	}
	u, err := d.find(ctx, by, in.ID)
	if err != nil {
		return api.NoContent{}, err
	}
	_, err = d.Directory.DeleteUser(ctx, by, directory.UserKey{ID: u.ID})
	return api.NoContent{}, err
}
