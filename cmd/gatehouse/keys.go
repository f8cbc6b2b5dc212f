package main

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type keyCmd struct {
	Create  keyCreateCmd  `cmd:"" help:"Make an access key and print its secret, once. A user may have two."`
	List    keyListCmd    `cmd:"" help:"List access keys."`
	Disable keyDisableCmd `cmd:"" help:"Refuse what is signed with an access key, until it is enabled."`
	Enable  keyEnableCmd  `cmd:"" help:"Take what is signed with an access key again."`
	Delete  keyDeleteCmd  `cmd:"" help:"End an access key for good."`
}

// networkFlags say where a credential may be used from.
type networkFlags struct {
	Network []string `help:"Network (CIDR) or address that it may be used from; may be given again. Default: anywhere." placeholder:"CIDR" sep:"," default:"" env:"GATEHOUSE_NETWORK"`
}

func (f networkFlags) networks() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, s := range f.Network {
		p, err := iam.ParseNetwork(s)
		if err != nil {
			return nil, err
		}
		networks = append(networks, p)
	}
	return networks, nil
}

func networksText(networks []netip.Prefix) string {
	texts := make([]string, len(networks))
	for i, p := range networks {
		texts[i] = p.String()
	}
	return strings.Join(texts, ",")
}

// userNamed answers the id of a user, none for the empty name.
func userNamed(ctx context.Context, a *app.App, by iam.Actor, username string) (iam.UserID, error) {
	if username == "" {
		return "", nil
	}
	u, err := a.Directory.User(ctx, by, directory.UserKey{Username: username})
	return u.ID, err
}

type keyCreateCmd struct {
	tenantFlags
	networkFlags
	User string `help:"User for whom requests are signed with it." required:"" env:"GATEHOUSE_KEY_USER"`
}

// Run makes an access key.
func (cmd *keyCreateCmd) Run(ctx context.Context, c console) error {
	networks, err := cmd.networks()
	if err != nil {
		return err
	}
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		u, err := userNamed(ctx, a, by, cmd.User)
		if err != nil {
			return err
		}
		secret, k, err := a.Authn.CreateAccessKey(ctx, by, u, networks)
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "id", "user", "networks", "secret")
		return errors.Join(p.row(k.ID, k.Username, networksText(k.Networks), secret), p.flush())
	})
}

type keyListCmd struct {
	tenantFlags
	User string `help:"Only keys of this user." default:"" env:"GATEHOUSE_KEY_USER"`
}

// Run lists access keys, without their secrets.
func (cmd *keyListCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		of, err := userNamed(ctx, a, by, cmd.User)
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "id", "user", "state", "networks", "created", "last_used")
		err = iam.Each(whole, func(page iam.Page) (iam.List[iam.AccessKey], error) { return a.Authn.AccessKeys(ctx, by, of, page) },
			func(k iam.AccessKey) error {
				return p.row(k.ID, k.Username, keyState(k), networksText(k.Networks), timeText(k.Created), timeText(k.LastUsed))
			})
		return errors.Join(err, p.flush())
	})
}

func keyState(k iam.AccessKey) string {
	if k.Active {
		return "active"
	}
	return "disabled"
}

type keyDisableCmd struct {
	tenantFlags
	ID string `arg:"" help:"Id of the key: ncp_iam_ and 40 letters and digits."`
}

// Run disables an access key.
func (cmd *keyDisableCmd) Run(ctx context.Context, c console) error {
	return setActive(ctx, c, cmd.tenantFlags, cmd.ID, false)
}

type keyEnableCmd struct {
	tenantFlags
	ID string `arg:"" help:"Id of the key: ncp_iam_ and 40 letters and digits."`
}

// Run enables an access key.
func (cmd *keyEnableCmd) Run(ctx context.Context, c console) error {
	return setActive(ctx, c, cmd.tenantFlags, cmd.ID, true)
}

func setActive(ctx context.Context, c console, f tenantFlags, id string, active bool) error {
	return f.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		k, err := a.Authn.UpdateAccessKey(ctx, by, "", iam.AccessKeyID(id), authn.AccessKeyChange{Active: &active})
		if err != nil {
			return err
		}
		p := newPrinter(c.out, f.JSON, "id", "user", "state")
		return errors.Join(p.row(k.ID, k.Username, keyState(k)), p.flush())
	})
}

type keyDeleteCmd struct {
	tenantFlags
	ID string `arg:"" help:"Id of the key: ncp_iam_ and 40 letters and digits."`
}

// Run ends an access key.
func (cmd *keyDeleteCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		if err := a.Authn.DeleteAccessKey(ctx, by, "", iam.AccessKeyID(cmd.ID)); err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "id", "state")
		return errors.Join(p.row(cmd.ID, "deleted"), p.flush())
	})
}
