package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type scimCmd struct {
	Token scimTokenCmd `cmd:"" help:"Make a token for a provisioning client, and print it, once, with the base address that the client is given."`
}

type scimTokenCmd struct {
	tenantFlags
	User      string `help:"User in whose name the client acts: what it may not do, the client may not." default:"admin" env:"GATEHOUSE_SCIM_USER"`
	Name      string `help:"What the token is for." default:"provisioning" env:"GATEHOUSE_SCIM_NAME"`
	Days      int    `help:"How long it lasts, 730 days at most." default:"365" env:"GATEHOUSE_SCIM_DAYS"`
	PublicURL string `help:"Address under which clients reach the server: the base address begins with it." placeholder:"URL" required:"" env:"GATEHOUSE_PUBLIC_URL"`
}

// Run makes a provisioning token.
func (cmd *scimTokenCmd) Run(ctx context.Context, c console) error {
	public, err := parsePublicURL(cmd.PublicURL)
	if err != nil {
		return err
	}
	if cmd.Days < 1 {
		return fmt.Errorf("--days: must be between 1 and %d", authn.MaxProvisioningDays)
	}
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		u, err := a.Directory.User(ctx, by, directory.UserKey{Username: cmd.User})
		if err != nil {
			return err
		}
		raw, token, err := a.Authn.CreateProvisioningToken(ctx, by, cmd.Tenant, u.ID, cmd.Name, cmd.Days)
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "base_url", "id", "user", "expires", "token")
		base := public.JoinPath("t", cmd.Tenant, iam.ProvisioningPath).String()
		return errors.Join(p.row(base, token.ID, u.Username, timeText(token.Expires), raw), p.flush())
	})
}
