package main

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type userInviteCmd struct {
	tenantFlags
	Name      string `arg:"" help:"User name."`
	PublicURL string `help:"Address under which people reach the server: the link begins with it." placeholder:"URL" required:"" env:"GATEHOUSE_PUBLIC_URL"`
}

// Run mails a link to set a password. The server sends it.
func (cmd *userInviteCmd) Run(ctx context.Context, c console) error {
	u, err := parsePublicURL(cmd.PublicURL)
	if err != nil {
		return err
	}
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		user, err := a.Directory.User(ctx, by, directory.UserKey{Username: cmd.Name})
		if err != nil {
			return err
		}
		if err := a.Authn.Invite(ctx, by, user.ID); err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "username", "email")
		return errors.Join(p.row(user.Username, user.Email), p.flush())
	}, func(o *app.Options) { o.PublicURL = u })
}

type userSignOutCmd struct {
	tenantFlags
	Name string `arg:"" help:"User name."`
}

// Run ends the sessions of a user.
func (cmd *userSignOutCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		u, err := a.Directory.User(ctx, by, directory.UserKey{Username: cmd.Name})
		if err != nil {
			return err
		}
		ended, err := a.Authn.EndSessionsOf(ctx, by, u.ID)
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "username", "sessions_ended")
		return errors.Join(p.row(u.Username, ended), p.flush())
	})
}

type userResetFactorsCmd struct {
	tenantFlags
	Name string `arg:"" help:"User name."`
}

// Run removes the second factors of a user, and prints which there were.
func (cmd *userResetFactorsCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		u, err := a.Directory.User(ctx, by, directory.UserKey{Username: cmd.Name})
		if err != nil {
			return err
		}
		factors, err := a.Authn.FactorsOf(ctx, by, u.ID)
		if err == nil {
			err = a.Authn.ResetFactors(ctx, by, u.ID)
		}
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "username", "removed", "name", "last_used")
		for _, f := range factors {
			err = errors.Join(err, p.row(u.Username, f.Kind, f.Name, timeText(f.LastUsed)))
		}
		return errors.Join(err, p.flush())
	})
}
