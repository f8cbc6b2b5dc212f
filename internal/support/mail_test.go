package support_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

// supportAddress gives a tenant an address for questions.
func (w *world) supportAddress(m apptest.Member) string {
	w.t.Helper()
	address := "help@" + m.Tenant.Code + ".example.com"
	by := iam.System(m.Tenant.ID, "test")
	st, err := w.Tenancy.Settings(w.t.Context(), m.Tenant.ID)
	w.ok(err)
	st.Branding.SupportEmail = address
	_, err = w.Tenancy.UpdateSettings(w.t.Context(), by, st)
	w.ok(err)
	return address
}

// supportAccess says what the support tenant may do in a tenant.
func (w *world) supportAccess(m apptest.Member, mode iam.SupportMode) {
	w.t.Helper()
	w.ok(w.Store.SetSupportAccess(w.t.Context(), m.Tenant.ID, iam.SupportAccess{Mode: mode, Updated: w.Env().Time()}))
}

// mailed does something and waits for the jobs that follow it, then answers who
// was told of it: "tenant address".
func (w *world) mailed(do func()) map[string]apptest.Mail {
	w.t.Helper()
	members := []apptest.Member{w.desk, w.child, w.customer, w.stranger}
	count := func() map[string][]apptest.Mail {
		all := map[string][]apptest.Mail{}
		for _, m := range members {
			for _, mail := range w.Mails(w.t, m.Tenant.ID, "") {
				if mail.Kind == iam.MessageTicket {
					all[m.Tenant.Code+" "+mail.To] = append(all[m.Tenant.Code+" "+mail.To], mail)
				}
			}
		}
		return all
	}
	before := count()
	do()
	w.idle()
	told := map[string]apptest.Mail{}
	for key, mails := range count() {
		if n := len(mails) - len(before[key]); n == 1 {
			told[key] = mails[len(mails)-1]
		} else if n > 1 {
			w.t.Errorf("%s was told %d times", key, n)
		}
	}
	return told
}

// idle waits until there is no job to tell of a ticket: they are gone when they
// are done.
func (w *world) idle() {
	w.t.Helper()
	for range 1000 {
		var n int
		w.ok(w.Engine.Read(w.t.Context(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
			return tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM jobs WHERE kind = 'ticket.mail'").Scan(&n)
		}))
		if n == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("jobs are not done after ten seconds")
}

func TestMails(t *testing.T) {
	each(t, func(w *world) {
		deskHelp, childHelp := w.supportAddress(w.desk), w.supportAddress(w.child)
		told := func(what string, got map[string]apptest.Mail, want ...string) {
			w.t.Helper()
			for _, key := range want {
				if _, ok := got[key]; !ok {
					w.t.Errorf("%s: %s is not told", what, key)
				}
			}
			if len(got) != len(want) {
				w.t.Errorf("%s: told are %v, want %v", what, got, want)
			}
		}
		var k support.Ticket
		got := w.mailed(func() { k = w.open(w.child, "Nothing loads") })
		told("opened", got, "child child@example.com", "desk "+deskHelp)
		mail := got["desk "+deskHelp]
		for _, part := range []string{"Nothing loads", string(k.ID), "The ticket was opened"} {
			if !strings.Contains(mail.Text, part) {
				w.t.Errorf("the mail does not say %q:\n%s", part, mail.Text)
			}
		}
		if !strings.Contains(mail.Subject, "Nothing loads") || mail.Link != "" {
			w.t.Errorf("the mail is %q, with link %q", mail.Subject, mail.Link)
		}
		const secret = "what is in a comment is not mailed"
		got = w.mailed(func() { w.ok(w.comment(w.desk, iam.LinkChild, k, secret)) })
		told("answered", got, "child child@example.com")
		if m := got["child child@example.com"]; strings.Contains(m.Text+m.HTML, secret) {
			w.t.Errorf("the mail has the comment:\n%s", m.Text)
		}
		got = w.mailed(func() { w.ok(w.comment(w.child, "", k, "thanks")) })
		told("commented", got, "desk desk@example.com", "desk "+deskHelp)

		// Authors are told as long as they want to be; an address for questions always.
		w.ok(w.Notice.Unset(w.t.Context(), w.child.Actor(), notice.FamilyUser, "ticket-answered"))
		w.ok(w.Notice.Unset(w.t.Context(), w.desk.Actor(), notice.FamilyUser, "ticket-answered"))
		told("unwanted", w.mailed(func() { w.ok(w.comment(w.desk, iam.LinkChild, k, "is it gone?")) }))
		told("unwanted there", w.mailed(func() { w.ok(w.comment(w.child, "", k, "yes")) }), "desk "+deskHelp)
		for _, m := range []apptest.Member{w.child, w.desk} {
			w.ok(w.Notice.SetPreferences(w.t.Context(), m.Actor(), "", map[string]bool{"ticket-answered": true}))
		}

		// Who manages a tenant is told; who does not any more is not, though they
		// have written; nor is who is disabled.
		k = w.open(w.customer, "Slow")
		w.idle()
		w.mailed(func() { w.ok(w.comment(w.desk, iam.LinkManaged, k, "we look")) })
		told("managed", w.mailed(func() { w.ok(w.comment(w.customer, "", k, "and?")) }), "desk desk@example.com", "desk "+deskHelp)
		w.disable(w.customer, iam.LinkAllowed, true)
		told("not managed", w.mailed(func() { w.ok(w.comment(w.customer, "", k, "gone")) }))
		w.disable(w.customer, iam.LinkAllowed, false)
		off := iam.UserDisabled
		w.update(w.desk, directory.UserChange{State: &off})
		told("disabled", w.mailed(func() { w.ok(w.comment(w.customer, "", k, "still?")) }), "desk "+deskHelp)

		// A tenant that nobody looks after is the support tenant's affair.
		told("strange", w.mailed(func() { w.open(w.stranger, "Alone") }), "stranger stranger@example.com")
		w.ok(w.Store.SetSupportTenant(w.t.Context(), w.child.Tenant.ID))
		told("with a support tenant", w.mailed(func() { k = w.open(w.stranger, "Not alone") }), "stranger stranger@example.com", "child "+childHelp)

		// Whoever comes in through another relation is told while it lasts.
		w.supportAccess(w.stranger, iam.SupportWrite)
		by, err := w.Access.Reach(w.t.Context(), w.child.Actor(), w.stranger.Tenant.ID)
		w.ok(err)
		told("from support", w.mailed(func() {
			w.ok(w.Support.Comment(w.t.Context(), by, "", string(k.ID), support.NewComment{Text: "we look"}))
		}), "stranger stranger@example.com")
		if d := w.ticket(k); d.Status != support.StatusOpen || d.Comments[0].Author.Home != w.child.Tenant.ID {
			w.t.Errorf("the ticket is %s, commented by %+v", d.Status, d.Comments[0].Author)
		}
		if e := w.events(w.stranger.Tenant)[0]; e.Details["home_tenant_code"] != "child" || e.Details["reach"] != string(iam.ReachSupport) {
			w.t.Errorf("the event is %+v", e)
		}
		told("to support", w.mailed(func() { w.ok(w.comment(w.stranger, "", k, "thanks")) }), "child child@example.com", "child "+childHelp)
		w.supportAccess(w.stranger, iam.SupportNone)
		told("to support without access", w.mailed(func() { w.ok(w.comment(w.stranger, "", k, "bye")) }), "child "+childHelp)
	})
}
