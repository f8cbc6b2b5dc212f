package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

type mailCmd struct {
	List mailListCmd `cmd:"" help:"List the mails of the last 30 days, latest first, without what they say."`
	Show mailShowCmd `cmd:"" help:"Print a mail that was not sent, with the code or link in it."`
}

type mailListCmd struct {
	tenantFlags
	To    string `help:"Only mails to this address." default:"" env:"GATEHOUSE_MAIL_TO"`
	State string `help:"Only mails in this state: ${enum}. Default: all." enum:"queued,sent,failed,kept," default:"" env:"GATEHOUSE_MAIL_STATE"`
}

// Run lists mails.
func (cmd *mailListCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		f := notice.Filter{To: cmd.To, State: notice.State(cmd.State)}
		p := newPrinter(c.out, cmd.JSON, "id", "created", "to", "kind", "state", "attempts", "sent", "error")
		err := iam.Each(whole, func(page iam.Page) (iam.List[notice.Mail], error) { return a.Notice.Mails(ctx, by, f, page) },
			func(m notice.Mail) error {
				return p.row(m.ID, timeText(m.Created), m.To, m.Kind, m.State, m.Attempts, timeText(m.Sent), m.LastError)
			})
		return errors.Join(err, p.flush())
	})
}

type mailShowCmd struct {
	tenantFlags
	ID string `arg:"" help:"Id of the mail, as list prints it."`
}

// Run prints a mail as whoever it is for would read it.
func (cmd *mailShowCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		m, w, err := a.Notice.Read(ctx, by, iam.MailID(cmd.ID))
		if err != nil {
			return err
		}
		if cmd.JSON {
			p := newPrinter(c.out, true, "id", "created", "to", "subject", "expires", "text")
			return p.row(m.ID, timeText(m.Created), m.To, m.Subject, timeText(m.Expires), w.Text)
		}
		_, err = fmt.Fprintf(c.out, "To: %s\nSubject: %s\nDate: %s\n\n%s\n", m.To, m.Subject, timeText(m.Created), strings.TrimSpace(w.Text))
		return err
	})
}
