package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// accounts keeps how people sign in. Package authn satisfies it.
type accounts interface {
	peopleAuthn

	SendPasswordLink(ctx context.Context, by iam.Actor, u iam.UserID) error
	SendOwnPasswordLink(ctx context.Context, by iam.Actor) error
	ResetPassword(ctx context.Context, by iam.Actor, u iam.UserID) error
}

func (d *dialect) passwordOperations() []api.Operation {
	return []api.Operation{
		api.Handle(api.Op{
			ID: "user.send-password-email", Methods: []string{http.MethodPost}, Paths: []string{"/api/web/custom/namespaces/{namespace}/send_password_email"},
			Access: api.Requires(iam.UsersPassword), Namespace: "namespace", Tag: "Passwords", Summary: "Mail a user a link to set a password",
			Description: "To who has none yet it is the invitation. At most one a minute.",
			Errors:      []iam.Kind{iam.NotFound, iam.Precondition, iam.RateLimited}, ResponseExample: empty{},
			RequestExample: mailForm{Email: exampleSelf.Email, Namespace: iam.NamespaceSystem},
		}, d.sendPasswordEmail),
		api.Handle(api.Op{
			ID: "user.reset-password", Methods: []string{http.MethodPost}, Paths: []string{"/api/web/custom/password/reset"}, Access: api.SignedIn(),
			Tag: "Passwords", Summary: "Mail the caller a link to set a new password",
			Description: "It goes to the address that the caller has verified. The present password stays good until the link is used.",
			Errors:      []iam.Kind{iam.Precondition, iam.RateLimited}, RequestExample: empty{}, ResponseExample: empty{},
		}, d.resetOwnPassword),
		api.Handle(api.Op{
			ID: "user.admin-reset-password", Methods: []string{http.MethodPost}, Paths: []string{"/api/web/custom/password/admin_reset"},
			Access: api.Requires(iam.UsersPassword), Tag: "Passwords", Summary: "Take away the password of a user",
			Description: "It is good no more and all sessions end at once; a link to set a new one is mailed.",
			Errors:      []iam.Kind{iam.NotFound, iam.Precondition, iam.RateLimited}, RequestExample: addressForm{exampleSelf.Email}, ResponseExample: empty{},
		}, d.resetPassword),
	}
}

type mailForm struct {
	Email     string `json:"email" rule:"message.required=true"`
	Namespace string `json:"namespace" rule:"string.const=system"`
}

func (d *dialect) sendPasswordEmail(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body mailForm `body:"required"`
}) (empty, error) {
	if err := inSystem("users", in.Namespace); err != nil {
		return empty{}, err
	}
	u, err := d.findUser(ctx, c.Actor, in.Body.Email)
	if err != nil {
		return empty{}, err
	}
	return empty{}, d.Authn.SendPasswordLink(ctx, c.Actor, u.ID)
}

func (d *dialect) resetOwnPassword(ctx context.Context, c *api.Call, _ struct {
	Body empty `body:"optional"`
}) (empty, error) {
	return empty{}, d.Authn.SendOwnPasswordLink(ctx, c.Actor)
}

type addressForm struct {
	Email string `json:"email" rule:"message.required=true"`
}

func (d *dialect) resetPassword(ctx context.Context, c *api.Call, in struct {
	Body addressForm `body:"required"`
}) (empty, error) {
	u, err := d.findUser(ctx, c.Actor, in.Body.Email)
	if err != nil {
		return empty{}, err
	}
	return empty{}, d.Authn.ResetPassword(ctx, c.Actor, u.ID)
}
