package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

// standard stands for standard input or output instead of a file.
const standard = "-"

// formatFlags say how a file is written.
type formatFlags struct {
	File   string `arg:"" help:"File; - is standard input or output."`
	Format string `help:"Format of the file: jsonl, csv or ldif. By default what its name ends with, or else jsonl." enum:"jsonl,csv,ldif," default:"" env:"GATEHOUSE_FORMAT"`
}

func (f formatFlags) format() transfer.Format {
	return cmp.Or(transfer.Format(f.Format), transfer.FormatOf(f.File))
}

type importCmd struct {
	tenantFlags
	formatFlags
	DryRun      bool `help:"Tell what would change, and change nothing." env:"GATEHOUSE_IMPORT_DRY_RUN"`
	Resume      bool `help:"Go on where an earlier import of the same file was stopped: true unless --resume=false says to begin anew." default:"true" env:"GATEHOUSE_IMPORT_RESUME"`
	Provisioned bool `help:"Users and groups are looked after by a provisioning client (SCIM) from now on, which alone changes them." env:"GATEHOUSE_IMPORT_PROVISIONED"`
}

// Run imports a file. What cannot be taken is told on standard error, and makes the
// command fail in the end.
func (cmd *importCmd) Run(ctx context.Context, c console) error {
	from, size, sum, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer from.Close()
	counted := &countingReader{from: from}
	reader, err := transfer.NewReader(cmd.format(), counted)
	if err != nil {
		return err
	}
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		p := newProgress(c.err, size, counted.read.Load)
		tally, err := transfer.Import{Sum: sum, Anew: !cmd.Resume, Dry: cmd.DryRun, Progress: p.at,
			Told: func(r transfer.Result) { cmd.tell(c, p, r) },
		}.Run(ctx, by, reader, a.Importer(app.ImportOptions{Provisioned: cmd.Provisioned, Dry: cmd.DryRun}))
		p.clear()
		t := newPrinter(c.out, cmd.JSON, "created", "updated", "unchanged", "failed")
		err = errors.Join(err, t.row(tally.Created, tally.Updated, tally.Unchanged, tally.Failed), t.flush())
		switch {
		case errors.Is(err, context.Canceled) && sum != "" && !cmd.DryRun:
			return errors.Join(errors.New("stopped: the same command goes on from there"), err)
		case err == nil && tally.Failed > 0:
			return fmt.Errorf("entries that could not be taken: %d", tally.Failed)
		}
		return err
	}, func(o *app.Options) { o.Bulk = true })
}

// open opens the file and answers its size and what tells it from any other; of
// what comes through a pipe neither is known.
func (cmd *importCmd) open(c console) (from io.ReadCloser, size int64, sum string, err error) {
	if cmd.File == standard {
		return io.NopCloser(c.in), 0, "", nil
	}
	f, err := os.Open(cmd.File)
	if err != nil {
		return nil, 0, "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return f, 0, "", err
	}
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return nil, 0, "", err
	}
	_, err = f.Seek(0, io.SeekStart)
	return f, size, string(cmd.format()) + ":" + hex.EncodeToString(h.Sum(nil)), err
}

// tell prints what failed, and in a dry run what would change.
func (cmd *importCmd) tell(c console, p *progress, r transfer.Result) {
	out := c.err
	switch {
	case r.Outcome == transfer.Failed || len(r.Missing) > 0:
	case cmd.DryRun && r.Outcome != transfer.Unchanged:
		out = c.out
	default:
		return
	}
	p.clear()
	_, _ = fmt.Fprintln(out, resultText(r)) // where it cannot be printed, the tally tells of it
}
