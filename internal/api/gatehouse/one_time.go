package gatehouse

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) oneTimeOperations() []api.Operation {
	return []api.Operation{api.Handle(api.Op{
		ID: "one_time_token.redeem", Methods: []string{http.MethodPost}, Paths: []string{"/api/gatehouse/v1/one-time-tokens/redeem"},
		Access: api.Requires(iam.UsersRead), Tag: "One-time tokens", Summary: "Find out who somebody is who brings a one-time token",
		Description: "For other services of the tenant. Users get tokens by GET /api/config/namespaces/system/was/user_token. " +
			"A token is good for 60 seconds, and once; that it is wrong, has expired or was used is told alike, with the code wrong_code.",
		RequestExample: redemption{"01890a5d-ac96-774b-bcce-b302099a8102.01890a5d-ac96-774b-bcce-b302099a8001.64 hexadecimal digits"},
		ResponseExample: proved{ID: "01890a5d-ac96-774b-bcce-b302099a8001", Username: "kim@example.com", DisplayName: "Kim Lee",
			Email: "kim@example.com", EmailVerified: true},
	}, d.redeem)}
}

type redemption struct {
	Token string `json:"token"`
}

// proved is who somebody is.
type proved struct {
	ID            iam.UserID `json:"user_id"`
	Username      string     `json:"username"`
	DisplayName   string     `json:"display_name"`
	Email         string     `json:"email"`
	EmailVerified bool       `json:"email_verified"`
}

func (d *dialect) redeem(ctx context.Context, c *api.Call, in struct {
	Body redemption `body:"required"`
}) (proved, error) {
	id, err := d.Authn.RedeemOneTimeToken(ctx, c.Actor, in.Body.Token)
	if err != nil {
		return proved{}, err
	}
	u, err := d.Directory.User(ctx, c.Actor, directory.UserKey{ID: id})
	return proved{u.ID, u.Username, u.DisplayName, u.Email, u.EmailVerified}, err
}
