package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What administrators do with the accounts of others, below the settings of users.
func (d *dialect) userStateOperations() []api.Operation {
	const user = "/api/web/namespaces/system/user/"
	of := func(id, path, summary string, needs iam.Permission) api.Op {
		return api.Op{ID: "user_settings." + id, Methods: []string{http.MethodPut}, Paths: []string{user + path}, Access: api.Requires(needs), Tag: "Users",
			Summary: summary, Errors: []iam.Kind{iam.NotFound, iam.Precondition}, RequestExample: userEmail{exampleSelf.Email}, ResponseExample: empty{}}
	}
	reset := of("reset-otp", "otp/admin_reset", "Remove the second factors of a user", iam.UsersPassword)
	reset.Description = "Recovery codes go with them. Who wants or needs a second factor sets one up at the next sign-in."
	disable := of("disable", "settings/idm/disable", "Disable a user", iam.UsersUpdate)
	disable.Description = "Sessions and all credentials are refused from the next request on."
	return []api.Operation{
		api.Handle(reset, d.resetOTP),
		api.Handle(of("enable", "settings/idm/enable", "Enable a user that is disabled", iam.UsersUpdate), d.switchUser(iam.UserEnabled)),
		api.Handle(disable, d.switchUser(iam.UserDisabled)),
	}
}

type userEmail struct {
	Email string `json:"user_email"`
}

// named answers the user whom a form names, by address or name.
func (f userEmail) named(ctx context.Context, d *dialect, by iam.Actor) (iam.User, error) {
	if f.Email == "" {
		return iam.User{}, notAs("user_email", "the name or e-mail address of a user", "")
	}
	return d.findUser(ctx, by, f.Email)
}

type namingUser struct {
	Body userEmail `body:"required"`
}

func (d *dialect) resetOTP(ctx context.Context, c *api.Call, in namingUser) (empty, error) {
	u, err := in.Body.named(ctx, d, c.Actor)
	if err != nil {
		return empty{}, err
	}
	return empty{}, d.Authn.ResetFactors(ctx, c.Actor, u.ID)
}

// switchUser makes the operation that lets a user in, or does not any more. Who
// has not signed in yet is let in already.
func (d *dialect) switchUser(state iam.UserState) func(context.Context, *api.Call, namingUser) (empty, error) {
	return func(ctx context.Context, c *api.Call, in namingUser) (empty, error) {
		u, err := in.Body.named(ctx, d, c.Actor)
		if err != nil || (u.State == iam.UserDisabled) == (state == iam.UserDisabled) {
			return empty{}, err
		}
		_, err = d.Directory.UpdateUser(ctx, c.Actor, directory.UserKey{ID: u.ID}, directory.UserChange{State: &state})
		return empty{}, err
	}
}
