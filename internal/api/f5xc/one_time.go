package f5xc

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// oneTimeAuthn proves to other services who somebody is.
type oneTimeAuthn interface {
	OneTimeToken(ctx context.Context, by iam.Actor) (token string, expires time.Time, err error)
}

func (d *dialect) oneTimeOperations() []api.Operation {
	return []api.Operation{api.Handle(api.Op{
		ID: "user.one-time-token", Methods: []string{http.MethodGet}, Paths: []string{"/api/config/namespaces/system/was/user_token"},
		Access: api.SignedIn(), Tag: "Users", Summary: "Get a token that tells a web application scanner who the caller is",
		Description: "It is good for 60 seconds and one use, and the latest of a user only. The scanner redeems it with POST /api/gatehouse/v1/one-time-tokens/redeem. " +
			"Without a scanner in the settings of the tenant, the address is that of its sign-in page.",
		//nolint:gosec // no token
		ResponseExample: scannerToken{RedirectURL: "https://scan.example.com/start",
			Token: "01890a5d-ac96-774b-bcce-b302099a8102.01890a5d-ac96-774b-bcce-b302099a8001.64 hexadecimal digits", UserID: "01890a5d-ac96-774b-bcce-b302099a8001"},
	}, d.scannerToken)}
}

type scannerToken struct {
	RedirectURL string     `json:"redirect_url"`
	Token       string     `json:"token"`
	UserID      iam.UserID `json:"user_id"`
}

func (d *dialect) scannerToken(ctx context.Context, c *api.Call, _ struct{}) (scannerToken, error) {
	token, _, err := d.Authn.OneTimeToken(ctx, c.Actor)
	if err != nil {
		return scannerToken{}, err
	}
	settings, err := d.Tenancy.Settings(ctx, c.Actor.Tenant)
	if err != nil {
		return scannerToken{}, err
	}
	answer := scannerToken{RedirectURL: settings.ScannerURL, Token: token, UserID: c.Actor.User}
	if answer.RedirectURL == "" && d.PublicURL != nil {
		t, err := d.Tenancy.Tenant(ctx, c.Actor)
		if err != nil {
			return scannerToken{}, err
		}
		if answer.RedirectURL, err = url.JoinPath(d.linkTo(t.Code).Href, "sign-in"); err != nil {
			return scannerToken{}, err
		}
	}
	return answer, nil
}
