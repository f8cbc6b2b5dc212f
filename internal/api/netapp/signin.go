package netapp

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) signInOperations() []api.Operation {
	identified := []iam.Kind{iam.Unauthenticated, iam.RateLimited}
	return []api.Operation{
		api.Handle(api.Op{
			ID: "auth.signin", Methods: []string{http.MethodPost}, Paths: at("auth/signin"), Access: api.Public(),
			Tag: "Authentication", Summary: "Sign in",
			Description: "Answers the user and a token for Authorization: Bearer. It is good for an hour; auth/refresh swaps it for another.",
			Errors:      identified, RequestExample: signInExample, ResponseExample: signedInExample,
		}, d.signIn),
		api.Handle(api.Op{
			ID: "auth.refresh", Methods: []string{http.MethodPost}, Paths: at("auth/refresh"), Access: api.SignedIn(),
			Tag: "Authentication", Summary: "Swap the token for another", Description: "The old token ends with it.",
			Errors: identified, ResponseExample: refreshedExample,
		}, d.refresh),
		api.Handle(api.Op{
			ID: "auth.password", Methods: []string{http.MethodPost}, Paths: at("auth/password"), Access: api.Public(),
			Tag: "Authentication", Summary: "Set a password",
			Description: "With old_password anybody sets their own and is signed in anew; every earlier session of theirs ends. " +
				"Without it the caller must be an administrator with the right to set passwords of others, and the token in the answer is empty.",
			Errors:         []iam.Kind{iam.Unauthenticated, iam.RateLimited, iam.Denied, iam.NotFound, iam.Conflict},
			RequestExample: passwordExample, ResponseExample: refreshedExample,
		}, d.setPassword),
		api.Handle(api.Op{
			ID: "auth.signout", Methods: []string{http.MethodPost}, Paths: at("auth/signout"), Access: api.SignedIn(),
			Tag: "Authentication", Summary: "End the session",
			Description: "Not in the vendor's API. The token that was used is refused from now on. API tokens are not sessions and stay.",
		}, d.signOut),
	}
}

// session is a user with a token.
type session struct {
	User  userRecord `json:"user"`
	Token string     `json:"token" doc:"A JWT (HS256); its claims begin with username and exp."`
}

// signInBody takes the password under either name: the vendor's table of
// required members says new_password, its example password.
type signInBody struct {
	Username    string `json:"username"`
	Password    string `json:"password,omitzero"`
	NewPassword string `json:"new_password,omitzero" doc:"Taken where password is missing."`
}

func (d *dialect) signIn(ctx context.Context, _ *api.Call, in struct {
	Body signInBody `body:"required"`
}) (answer[totalOf[session]], error) {
	password := in.Body.Password
	if password == "" {
		password = in.Body.NewPassword
	}
	var check iam.Checker
	required(&check, "username", in.Body.Username)
	required(&check, "password", password)
	if err := check.Err(); err != nil {
		return answer[totalOf[session]]{}, err
	}
	t, err := d.tenant(ctx)
	if err != nil {
		return answer[totalOf[session]]{}, err
	}
	s, err := d.Authn.SignIn(ctx, t, in.Body.Username, password, origin(ctx))
	if err != nil {
		return answer[totalOf[session]]{}, err
	}
	return d.begun(ctx, t, s, status{UserMessage: messageSignedIn, Code: http.StatusOK})
}

func (d *dialect) refresh(ctx context.Context, c *api.Call, _ struct{}) (answer[totalOf[session]], error) {
	s, err := d.Authn.Refresh(ctx, c.Actor, origin(ctx))
	if err != nil {
		return answer[totalOf[session]]{}, err
	}
	return d.begun(ctx, c.Actor.Home, s, okay(1))
}

func (d *dialect) signOut(ctx context.Context, c *api.Call, _ struct{}) (api.NoContent, error) {
	return api.NoContent{}, d.Authn.SignOut(ctx, c.Actor)
}

type passwordBody struct {
	Username    string `json:"username"`
	OldPassword string `json:"old_password,omitzero" doc:"Required to set one's own."`
	NewPassword string `json:"new_password"`
}

func (d *dialect) setPassword(ctx context.Context, c *api.Call, in struct {
	Body passwordBody `body:"required"`
}) (answer[totalOf[session]], error) {
	var check iam.Checker
	required(&check, "username", in.Body.Username)
	required(&check, "new_password", in.Body.NewPassword)
	if err := check.Err(); err != nil {
		return answer[totalOf[session]]{}, err
	}
	if in.Body.OldPassword == "" {
		return d.setPasswordOf(ctx, c, in.Body)
	}
	t, err := d.tenant(ctx)
	if err != nil {
		return answer[totalOf[session]]{}, err
	}
	s, err := d.Authn.ChangePassword(ctx, t, in.Body.Username, in.Body.OldPassword, in.Body.NewPassword, origin(ctx))
	if err != nil {
		return answer[totalOf[session]]{}, inWords(err, newPasswordName)
	}
	return d.begun(ctx, t, s, okay(1))
}

var newPasswordName = map[string]string{"password": "new_password"}

// setPasswordOf sets the password of another. Whoever does so gets no token:
// it would be the other's.
func (d *dialect) setPasswordOf(ctx context.Context, c *api.Call, in passwordBody) (answer[totalOf[session]], error) {
	if c.Request.Header.Get("Authorization") == "" {
		return answer[totalOf[session]]{}, iam.E(iam.Unauthenticated, "old_password, or the credentials of an administrator, are required")
	}
	by, err := d.authenticate(ctx, c.Request)
	if err != nil {
		return answer[totalOf[session]]{}, err
	}
	by.Address, by.Client, by.RequestID = c.Actor.Address, c.Actor.Client, c.Actor.RequestID
	// Nobody has authorized the caller of a public operation, and who may not
	// do this is not to learn which users there are.
	switch may, err := d.Access.May(ctx, by, iam.UsersPassword); {
	case err != nil:
		return answer[totalOf[session]]{}, err
	case !may:
		return answer[totalOf[session]]{}, iam.E(iam.Denied, "%s may not set the password of another user", by.Username)
	}
	u, err := d.Directory.UpdateUser(ctx, by, directory.UserKey{Username: in.Username}, directory.UserChange{Password: &in.NewPassword})
	if err != nil {
		return answer[totalOf[session]]{}, inWords(err, newPasswordName)
	}
	home, err := d.Tenancy.Tenant(ctx, by)
	return totalAnswer(okay(1), session{User: shortUser(u, home)}), err
}

// begun is the answer to who has a new session.
func (d *dialect) begun(ctx context.Context, t iam.TenantID, s iam.Session, st status) (answer[totalOf[session]], error) {
	token, err := d.Authn.SessionToken(ctx, t, s)
	if err != nil {
		return answer[totalOf[session]]{}, err
	}
	self := iam.Actor{Tenant: t, Home: t, User: s.User, Username: s.Username, Method: s.Method, Session: s.ID}
	u, err := d.Directory.User(ctx, self, directory.UserKey{ID: s.User})
	if err != nil {
		return answer[totalOf[session]]{}, err
	}
	home, err := d.Tenancy.Tenant(ctx, self)
	if err != nil {
		return answer[totalOf[session]]{}, err
	}
	shown := shortUser(u, home)
	elsewhere, err := d.tenanciesElsewhere(ctx, self)
	shown.Tenancies = append(shown.Tenancies, elsewhere...)
	return totalAnswer(st, session{User: shown, Token: token}), err
}

// tenanciesElsewhere are those in tenants that are not the actor's home.
func (d *dialect) tenanciesElsewhere(ctx context.Context, by iam.Actor) ([]tenancyRecord, error) {
	reached, err := d.Tenancy.Reached(ctx, by)
	if err != nil {
		return nil, err
	}
	all := make([]tenancyRecord, len(reached))
	for i, r := range reached {
		in, err := d.Access.RolesIn(ctx, r.Actor)
		if err != nil {
			return nil, err
		}
		var roles []iam.Ref[iam.RoleID]
		for _, some := range in {
			for _, role := range some {
				roles = append(roles, iam.Ref[iam.RoleID]{ID: role.ID, Name: role.Name, Handle: role.Handle})
			}
		}
		all[i] = tenancyRecord{ID: iam.Short(r.Tenant.ID), Name: r.Tenant.Name, Code: r.Tenant.Code, Role: highest(roles)}
	}
	return all, nil
}

func required(c *iam.Checker, path, s string) {
	if s == "" {
		c.Add(path, iam.ReasonRequired, "%s is required", path)
	}
}
