package ncloud

import (
	"context"
	"net/http"
	"regexp"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type loginAlias struct {
	LoginAlias string `json:"loginAlias" doc:"3 to 20 lower-case letters and digits."`
}

var aliasForm = regexp.MustCompile(`^[a-z0-9]{3,20}$`)

// passwordExpiration is how long passwords are good.
type passwordExpiration struct {
	PasswordExpirationDays int  `json:"passwordExpirationDays" doc:"0 where they do not expire."`
	UsePasswordExpiration  bool `json:"usePasswordExpiration"`
}

type expirationForm struct {
	UsePasswordExpiration  *flag    `json:"usePasswordExpiration"`
	PasswordExpirationDays *integer `json:"passwordExpirationDays,omitzero" doc:"60, 90, 120 or 180; required where usePasswordExpiration is true."`
}

const day = 24 * time.Hour

func (d *dialect) tenantOperations() []api.Operation {
	const expiration = "/tenant-settings/sub-account-password-policy"
	return []api.Operation{
		api.Handle(api.Op{
			ID: "alias.get", Methods: []string{http.MethodGet}, Paths: at("/login-alias"), Access: api.Requires(iam.SettingsRead),
			Tag: "Main account", Summary: "Get the name by which sub accounts find where to sign in",
			Description: "It stands in for the tenant's code in paths (/t/<alias>/) and host names.", ResponseExample: loginAlias{"test123123"},
		}, d.getAlias),
		api.Handle(api.Op{
			ID: "alias.set", Methods: []string{http.MethodPut}, Paths: at("/login-alias"), Access: api.Requires(iam.SettingsUpdate),
			Tag: "Main account", Summary: "Set the login alias", Errors: []iam.Kind{iam.Exists},
			RequestExample: loginAlias{"test123123"}, ResponseExample: done,
		}, d.setAlias),
		api.Handle(api.Op{
			ID: "password-policy.get", Methods: []string{http.MethodGet}, Paths: at(expiration), Access: api.Requires(iam.SettingsRead),
			Tag: "Main account", Summary: "Get how long passwords are good", ResponseExample: passwordExpiration{90, true},
		}, d.getExpiration),
		api.Handle(api.Op{
			ID: "password-policy.set", Methods: []string{http.MethodPost}, Paths: at(expiration), Access: api.Requires(iam.SettingsUpdate),
			Tag: "Main account", Summary: "Set how long passwords are good", Errors: []iam.Kind{iam.Conflict},
			RequestExample: expirationForm{new(flag(true)), new(integer(90))}, ResponseExample: done,
		}, d.setExpiration),
	}
}

func (d *dialect) getAlias(ctx context.Context, c *api.Call, _ struct{}) (loginAlias, error) {
	alias, err := d.Tenancy.Alias(ctx, c.Actor)
	return loginAlias{alias}, err
}

func (d *dialect) setAlias(ctx context.Context, c *api.Call, in struct {
	Body loginAlias `body:"required"`
}) (result, error) {
	if !aliasForm.MatchString(in.Body.LoginAlias) {
		var check iam.Checker
		check.Add("loginAlias", iam.ReasonFormat, "loginAlias must have 3 to 20 lower-case letters and digits")
		return result{}, check.Err()
	}
	return done, inWords(d.Tenancy.SetAlias(ctx, c.Actor, in.Body.LoginAlias), nil)
}

func (d *dialect) getExpiration(ctx context.Context, c *api.Call, _ struct{}) (passwordExpiration, error) {
	settings, err := d.Tenancy.Settings(ctx, c.Actor.Tenant)
	age := settings.Password.MaxAge
	return passwordExpiration{int(age / day), age > 0}, err
}

func (d *dialect) setExpiration(ctx context.Context, c *api.Call, in struct {
	Body expirationForm `body:"required"`
}) (result, error) {
	f := &in.Body
	var check iam.Checker
	var age time.Duration
	switch {
	case f.UsePasswordExpiration == nil:
		check.Add("usePasswordExpiration", iam.ReasonRequired, "usePasswordExpiration is required")
	case !bool(*f.UsePasswordExpiration):
	case f.PasswordExpirationDays == nil:
		check.Add("passwordExpirationDays", iam.ReasonRequired, "passwordExpirationDays is required where usePasswordExpiration is true")
	default:
		switch n := *f.PasswordExpirationDays; n {
		case 60, 90, 120, 180:
			age = time.Duration(n) * day
		default:
			check.Add("passwordExpirationDays", iam.ReasonFormat, "passwordExpirationDays must be 60, 90, 120 or 180")
		}
	}
	if err := check.Err(); err != nil {
		return result{}, err
	}
	for range maxRetries {
		settings, err := d.Tenancy.Settings(ctx, c.Actor.Tenant)
		if err != nil {
			return result{}, err
		}
		settings.Password.MaxAge = age
		if _, err = d.Tenancy.UpdateSettings(ctx, c.Actor, settings); !iam.Is(err, iam.Conflict) {
			return done, inWords(err, nil)
		}
	}
	return result{}, iam.ErrStale("settings", "")
}
