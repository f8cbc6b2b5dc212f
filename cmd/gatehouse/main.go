// Command gatehouse is the identity server and the tools of its operator: one
// binary that keeps one directory and speaks many dialects.
//
// It owns the command line: flags, environment, what is printed. It must not
// hold rules; it asks package app for the program and the use cases for work.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// version is set by the linker of a release: -ldflags "-X main.version=1.2.3".
var version = "dev"

// cli is the whole command line. It is also the reference of the
// configuration: every flag has a default and an environment variable.
type cli struct {
	Serve     serveCmd     `cmd:"" help:"Serve all dialects. The first start makes a tenant and an administrator, and prints how to sign in."`
	Migrate   migrateCmd   `cmd:"" help:"Bring the database schema up to this version."`
	User      userCmd      `cmd:"" help:"Manage users."`
	Token     tokenCmd     `cmd:"" help:"Manage API tokens."`
	Key       keyCmd       `cmd:"" help:"Manage access keys, with which programs sign their requests."`
	Cert      certCmd      `cmd:"" help:"Manage client certificates, and the authorities of tenants that issue them."`
	SCIM      scimCmd      `cmd:"" name:"scim" help:"Let provisioning clients look after the people of a tenant (SCIM)."`
	Schema    schemaCmd    `cmd:"" help:"Manage the schemas by which a tenant extends users and groups (SCIM)."`
	Tenant    tenantCmd    `cmd:"" help:"Manage tenants."`
	Settings  settingsCmd  `cmd:"" help:"Show and change what a tenant decides for itself: passwords, lock-out, sessions, second factors, networks, looks."`
	Namespace namespaceCmd `cmd:"" help:"Manage the namespaces of a tenant, and groups of them."`
	Role      roleCmd      `cmd:"" help:"Give and take roles."`
	Mail      mailCmd      `cmd:"" help:"Read the outbox: mails that were sent, or kept where there is no mail server."`
	Import    importCmd    `cmd:"" help:"Take users, groups, memberships and roles from a file of SCIM resources, CSV or LDIF."`
	Export    exportCmd    `cmd:"" help:"Write users, groups, memberships and roles to a file of SCIM resources, CSV or LDIF."`
	Backup    backupCmd    `cmd:"" help:"Write a consistent copy of everything to a file, while serving."`
	Restore   restoreCmd   `cmd:"" help:"Fill an empty database, of either engine, from a backup."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], console{os.Stdin, os.Stdout, os.Stderr}); err != nil {
		fmt.Fprintln(os.Stderr, "gatehouse: "+message(err))
		os.Exit(1) //nolint:gocritic // stop only unhooks signals, and the process ends
	}
}

// console is where a command reads and writes.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// run carries out one command line.
func run(ctx context.Context, args []string, c console) error {
	var cmd cli
	exited := -1
	parser, err := kong.New(&cmd, kong.Name("gatehouse"), kong.UsageOnError(), kong.Writers(c.out, c.err),
		kong.Description("One directory of tenants, people and rights that speaks many dialects."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(c))
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if exited == 0 {
		return nil // --help
	}
	if err != nil {
		return err
	}
	return k.Run()
}

// message is what to tell the operator: of our own errors only what is meant
// for people, of others everything.
func message(err error) string {
	if e, ok := errors.AsType[*iam.Error](err); ok {
		if e.Err != nil {
			return e.Message + ": " + e.Err.Error()
		}
		return e.Message
	}
	return err.Error()
}
