package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type userCmd struct {
	Create        userCreateCmd        `cmd:"" help:"Make a user."`
	List          userListCmd          `cmd:"" help:"List users."`
	Disable       userDisableCmd       `cmd:"" help:"Disable a user: nothing of theirs works any more, everywhere within a second."`
	Enable        userEnableCmd        `cmd:"" help:"Enable a disabled user."`
	ResetPassword userResetPasswordCmd `cmd:"" help:"Set a new password, which ends all sessions of the user."`
	Invite        userInviteCmd        `cmd:"" help:"Mail a user a link to set a password."`
	SignOut       userSignOutCmd       `cmd:"" help:"End all sessions of a user."`
	ResetFactors  userResetFactorsCmd  `cmd:"" help:"Remove all second factors and recovery codes of a user who has lost them."`
}

// passwordFlags say where a password comes from. It is never an argument,
// where every process of the machine could see it.
type passwordFlags struct {
	PasswordStdin bool `help:"Read the password from standard input, instead of making one at random." env:"GATEHOUSE_PASSWORD_STDIN"`
}

// password answers the password, and how to show it: one that was brought is
// not repeated.
func (f passwordFlags) password(c console) (pw, shown string, err error) {
	if !f.PasswordStdin {
		pw = strings.ToLower(rand.Text())
		return pw, pw, nil
	}
	line, err := bufio.NewReader(c.in).ReadString('\n')
	if pw = strings.TrimRight(line, "\r\n"); pw == "" {
		return "", "", errors.Join(errors.New("no password on standard input"), err)
	}
	return pw, "", nil
}

type userCreateCmd struct {
	tenantFlags
	passwordFlags
	Name  string   `arg:"" help:"User name."`
	Email string   `help:"E-mail address." default:"" env:"GATEHOUSE_USER_EMAIL"`
	Role  []string `help:"Role in the whole tenant: admin, read, user, ... May be repeated." default:"user" env:"GATEHOUSE_USER_ROLE"`
	Group []string `help:"Group to be a member of. May be repeated." default:"" env:"GATEHOUSE_USER_GROUP"`
}

// Run makes a user and prints the password, if it was made here.
func (cmd *userCreateCmd) Run(ctx context.Context, c console) error {
	pw, shown, err := cmd.password(c)
	if err != nil {
		return err
	}
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		u, err := a.Directory.CreateUser(ctx, by, directory.NewUser{
			Username: cmd.Name, Email: cmd.Email, Password: pw, Roles: cmd.Role, Groups: cmd.Group})
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "username", "id", "password")
		return errors.Join(p.row(u.Username, u.ID, shown), p.flush())
	})
}

type userListCmd struct{ tenantFlags }

// Run lists all users.
func (cmd *userListCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		p := newPrinter(c.out, cmd.JSON, "username", "id", "email", "state", "roles", "groups", "last_login")
		err := iam.Each(whole, func(page iam.Page) (iam.List[iam.User], error) {
			return a.Directory.Users(ctx, by, directory.UserFilter{}, page)
		}, func(u iam.User) error {
			return p.row(u.Username, u.ID, u.Email, u.State, names(u.Roles), names(u.Groups), timeText(u.LastLogin))
		})
		return errors.Join(err, p.flush())
	})
}

type userDisableCmd struct {
	tenantFlags
	Name string `arg:"" help:"User name."`
}

// Run disables a user.
func (cmd *userDisableCmd) Run(ctx context.Context, c console) error {
	return cmd.setState(ctx, c, cmd.Name, iam.UserDisabled)
}

type userEnableCmd struct {
	tenantFlags
	Name string `arg:"" help:"User name."`
}

// Run enables a user.
func (cmd *userEnableCmd) Run(ctx context.Context, c console) error {
	return cmd.setState(ctx, c, cmd.Name, iam.UserEnabled)
}

func (f tenantFlags) setState(ctx context.Context, c console, name string, state iam.UserState) error {
	return f.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		u, err := a.Directory.UpdateUser(ctx, by, directory.UserKey{Username: name}, directory.UserChange{State: &state})
		if err != nil {
			return err
		}
		p := newPrinter(c.out, f.JSON, "username", "id", "state")
		return errors.Join(p.row(u.Username, u.ID, u.State), p.flush())
	})
}

type userResetPasswordCmd struct {
	tenantFlags
	passwordFlags
	Name string `arg:"" help:"User name."`
}

// Run sets a password and prints it, if it was made here.
func (cmd *userResetPasswordCmd) Run(ctx context.Context, c console) error {
	pw, shown, err := cmd.password(c)
	if err != nil {
		return err
	}
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		u, err := a.Directory.UpdateUser(ctx, by, directory.UserKey{Username: cmd.Name}, directory.UserChange{Password: &pw})
		if err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "username", "id", "password")
		return errors.Join(p.row(u.Username, u.ID, shown), p.flush())
	})
}

func names[T ~string](refs []iam.Ref[T]) string {
	list := make([]string, len(refs))
	for i, r := range refs {
		list[i] = r.Name
	}
	return strings.Join(list, ",")
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
