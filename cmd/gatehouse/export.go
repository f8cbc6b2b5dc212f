package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

type exportCmd struct {
	tenantFlags
	formatFlags
	Kind []string `help:"What to write: user, group or binding. May be repeated." enum:"user,group,binding" default:"user,group,binding" env:"GATEHOUSE_EXPORT_KIND"`
}

// Run writes a file that nobody else can read, or to standard output.
func (cmd *exportCmd) Run(ctx context.Context, c console) error {
	if cmd.File == standard {
		_, err := cmd.write(ctx, c, c.out)
		return err
	}
	f, err := os.OpenFile(cmd.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := cmd.write(ctx, c, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(cmd.File)) // half a file is none
	}
	p := newPrinter(c.out, cmd.JSON, "users", "groups", "bindings")
	return errors.Join(p.row(n[transfer.User], n[transfer.Group], n[transfer.Binding]), p.flush())
}

func (cmd *exportCmd) write(ctx context.Context, c console, to io.Writer) (n map[transfer.Kind]int, err error) {
	w, err := transfer.NewWriter(cmd.format(), to)
	if err != nil {
		return nil, err
	}
	kinds := make([]transfer.Kind, len(cmd.Kind))
	for i, k := range cmd.Kind {
		kinds[i] = transfer.Kind(k)
	}
	n = map[transfer.Kind]int{}
	err = cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		return a.Exporter().Each(ctx, by, kinds, func(e transfer.Entry) error {
			n[e.Kind]++
			return w.Write(e)
		})
	})
	return n, errors.Join(err, w.Close())
}
