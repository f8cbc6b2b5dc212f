package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type settingsCmd struct {
	Show settingsShowCmd `cmd:"" help:"Show all settings of a tenant."`
	Set  settingsSetCmd  `cmd:"" help:"Change settings, with effect on the next request everywhere within a second."`
	Logo settingsLogoCmd `cmd:"" help:"Set or remove the logo, which pages and mails show."`
	Icon settingsIconCmd `cmd:"" help:"Set or remove the favicon, which browsers show beside the titles of pages."`
}

type settingsShowCmd struct{ tenantFlags }

// Run shows all settings.
func (cmd *settingsShowCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		st, err := a.Tenancy.Settings(ctx, by.Tenant)
		if err != nil {
			return err
		}
		return cmd.printSettings(c, st, settings)
	})
}

// printSettings prints some of the settings.
func (f tenantFlags) printSettings(c console, st iam.Settings, some []setting) error {
	p := newPrinter(c.out, f.JSON, "key", "value")
	for _, s := range some {
		if err := p.row(s.key, s.show(&st)); err != nil {
			return err
		}
	}
	return p.flush()
}

type settingsSetCmd struct {
	tenantFlags
	Changes []string `arg:"" name:"key=value" sep:"none" help:"What to change, such as password.min_length=12 or networks=10.0.0.0/8,192.0.2.1. An empty value is none; settings show lists the keys."`
}

// Run changes settings and shows those that it has changed.
func (cmd *settingsSetCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		for {
			st, err := a.Tenancy.Settings(ctx, by.Tenant)
			if err != nil {
				return err
			}
			changed, err := change(&st, cmd.Changes)
			if err != nil {
				return err
			}
			st, err = a.Tenancy.UpdateSettings(ctx, by, st)
			if iam.Is(err, iam.Conflict) {
				continue // somebody else changed others meanwhile, which stay
			}
			if err != nil {
				return err
			}
			return cmd.printSettings(c, st, changed)
		}
	})
}

// change makes changes to settings and answers which ones they are of.
func change(st *iam.Settings, changes []string) (changed []setting, err error) {
	for _, text := range changes {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, iam.E(iam.Invalid, "%q is not of the form KEY=VALUE", text)
		}
		s, ok := settingOf(key)
		if !ok {
			return nil, iam.E(iam.Invalid, "there is no setting %q; there are %s", key, strings.Join(settingKeys(), ", "))
		}
		if err := s.set(st, value); err != nil {
			return nil, iam.E(iam.Invalid, "%s: %s", key, message(err))
		}
		changed = append(changed, s)
	}
	return changed, nil
}

type settingsLogoCmd struct {
	tenantFlags
	File   string `arg:"" optional:"" type:"path" help:"JPEG, PNG, GIF or WebP file, of at most 5 MB. It is scaled to fit into 480 × 160 pixels."`
	Remove bool   `help:"Remove the logo, instead of setting one." env:"GATEHOUSE_SETTINGS_LOGO_REMOVE"`
}

// Run sets or removes the logo.
func (cmd *settingsLogoCmd) Run(ctx context.Context, c console) error {
	content, err := readPicture("logo", cmd.File, cmd.Remove)
	if err != nil {
		return err
	}
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		st, err := a.Tenancy.SetLogo(ctx, by, content)
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "logo")
		return errors.Join(p.row(st.Branding.LogoSum), p.flush())
	})
}

type settingsIconCmd struct {
	tenantFlags
	File   string `arg:"" optional:"" type:"path" help:"JPEG, PNG, GIF or WebP file, of at most 5 MB. It is scaled to fit into 64 × 64 pixels."`
	Remove bool   `help:"Remove the favicon, instead of setting one." env:"GATEHOUSE_SETTINGS_ICON_REMOVE"`
}

// Run sets or removes the favicon.
func (cmd *settingsIconCmd) Run(ctx context.Context, c console) error {
	content, err := readPicture("favicon", cmd.File, cmd.Remove)
	if err != nil {
		return err
	}
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		err := a.Tenancy.SetFavicon(ctx, by, content)
		var icon iam.Image
		if err == nil && !cmd.Remove {
			icon, err = a.Tenancy.Favicon(ctx, by.Tenant)
		}
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "favicon")
		return errors.Join(p.row(icon.Sum), p.flush())
	})
}

// readPicture answers what a picture is to be: nothing, to remove it.
func readPicture(what, file string, remove bool) ([]byte, error) {
	if (file == "") != remove {
		return nil, errors.New("say what the " + what + " is to be: either a file or --remove")
	}
	if remove {
		return nil, nil
	}
	content, err := os.ReadFile(file)
	if err == nil && len(content) == 0 {
		err = errors.New("the file " + file + " is empty")
	}
	return content, err
}
