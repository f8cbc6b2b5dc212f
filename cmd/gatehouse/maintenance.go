package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/gatehouse-id/gatehouse/internal/app"
)

type migrateCmd struct{ storageFlags }

// Run migrates the database.
func (cmd *migrateCmd) Run(ctx context.Context, c console) error {
	o := cmd.options(slog.New(slog.NewTextHandler(c.err, nil)))
	o.Migrate = true
	a, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, "The schema is up to date.")
	return errors.Join(err, a.Close())
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(c console) error {
	_, err := fmt.Fprintln(c.out, "gatehouse "+version)
	return err
}

type backupCmd struct {
	storageFlags
	File string `arg:"" help:"File to write. It holds the master key: keep it like a password." type:"path"`
}

// Run writes a backup to a file that nobody else can read.
func (cmd *backupCmd) Run(ctx context.Context, c console) (err error) {
	a, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	f, err := os.OpenFile(cmd.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(cmd.File) // half a backup is none
		}
	}()
	if err := a.Backup(ctx, f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, "Written to "+cmd.File+". It holds the master key: keep it like a password.")
	return err
}

type restoreCmd struct {
	storageFlags
	File string `arg:"" help:"Backup to read." type:"existingfile"`
}

// Run fills an empty database from a backup.
func (cmd *restoreCmd) Run(ctx context.Context, c console) (err error) {
	f, err := os.Open(cmd.File)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := app.Restore(ctx, cmd.options(slog.New(slog.NewTextHandler(c.err, nil))), f); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, "Restored from "+cmd.File+".")
	return err
}
