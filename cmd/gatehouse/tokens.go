package main

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make an API token and print it, once."`
	List   tokenListCmd   `cmd:"" help:"List API tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"End an API token."`
}

type tokenCreateCmd struct {
	tenantFlags
	User    string        `help:"User whose rights the token has." required:"" env:"GATEHOUSE_TOKEN_USER"`
	Name    string        `help:"What the token is for." default:"command line" env:"GATEHOUSE_TOKEN_NAME"`
	Expires time.Duration `help:"How long it lasts, such as 720h; 0 is for ever." default:"0" env:"GATEHOUSE_TOKEN_EXPIRES"`
	Scope   string        `help:"Permissions that it is narrowed to, separated by spaces, such as 'users.read regions.*'. Default: all of its user." placeholder:"PERMISSIONS" default:"" env:"GATEHOUSE_TOKEN_SCOPE"`
	networkFlags
}

// Run makes an API token.
func (cmd *tokenCreateCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		networks, err := cmd.networks()
		if err != nil {
			return err
		}
		u, err := a.Directory.User(ctx, by, directory.UserKey{Username: cmd.User})
		if err != nil {
			return err
		}
		in := authn.NewToken{User: u.ID, Name: cmd.Name, Scope: cmd.Scope, Networks: networks}
		if cmd.Expires != 0 {
			in.Expires = time.Now().Add(cmd.Expires)
		}
		raw, token, err := a.Authn.CreateToken(ctx, by, cmd.Tenant, in)
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "id", "user", "expires", "scope", "networks", "token")
		return errors.Join(p.row(token.ID, u.Username, timeText(token.Expires), token.Scope, networksText(token.Networks), raw), p.flush())
	})
}

type tokenListCmd struct {
	tenantFlags
	User string `help:"Only tokens of this user." default:"" env:"GATEHOUSE_TOKEN_USER"`
}

// Run lists API tokens, without their secrets, which nobody has.
func (cmd *tokenListCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		of, err := userNamed(ctx, a, by, cmd.User)
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "id", "user", "name", "scope", "networks", "created", "expires", "last_used")
		err = iam.Each(whole, func(page iam.Page) (iam.List[iam.APIToken], error) { return a.Authn.Tokens(ctx, by, of, page) },
			func(t iam.APIToken) error {
				return p.row(t.ID, t.Username, t.Name, t.Scope, networksText(t.Networks), timeText(t.Created), timeText(t.Expires), timeText(t.LastUsed))
			})
		return errors.Join(err, p.flush())
	})
}

type tokenRevokeCmd struct {
	tenantFlags
	ID string `arg:"" help:"Id of the token: the part between tenant and secret."`
}

// Run ends an API token.
func (cmd *tokenRevokeCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		if err := a.Authn.RevokeToken(ctx, by, iam.TokenID(cmd.ID)); err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "id", "state")
		return errors.Join(p.row(cmd.ID, "revoked"), p.flush())
	})
}
