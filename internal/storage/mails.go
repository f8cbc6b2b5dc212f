package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

const (
	insertMail = `INSERT INTO mails (tenant_id, mail_id, recipient, template, subject, body, state, attempts, last_error,
		created_at, sent_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	mailColumns = `mail_id, recipient, template, subject, state, attempts, last_error, created_at, sent_at, expires_at`
	readMail    = `SELECT ` + mailColumns + `, body FROM mails WHERE tenant_id = $1 AND mail_id = $2`
	settleMail  = `UPDATE mails SET state = $1, attempts = $2, last_error = $3, sent_at = $4, body = $5
		WHERE tenant_id = $6 AND mail_id = $7 AND state = 'queued'`

	// Tenant by tenant, since every index begins with the tenant.
	purgeMails = `DELETE FROM mails WHERE (tenant_id, mail_id) IN (
		SELECT m.tenant_id, m.mail_id FROM tenants t CROSS JOIN mails m
		WHERE m.tenant_id = t.tenant_id AND m.created_at < $1 LIMIT $2)`
)

// InsertMails implements notice.Store.
func (s *Store) InsertMails(ctx context.Context, t iam.TenantID, mails ...notice.Outgoing) (err error) {
	defer s.wrap(&err, "InsertMails(%s, %d)", t, len(mails))
	return s.write(ctx, t, func(ctx context.Context, x *call) error { return x.insertMails(ctx, mails) })
}

// insertMails writes mails of the call's tenant, and the jobs that send them.
func (x *call) insertMails(ctx context.Context, mails []notice.Outgoing) error {
	for _, o := range mails {
		m := o.Mail
		_, err := x.exec(ctx, insertMail, x.tenant, m.ID, m.To, m.Kind, m.Subject, m.Body, m.State, m.Attempts, m.LastError,
			m.Created, m.Sent, m.Expires)
		if err != nil {
			return x.refers("tenant", string(x.tenant), err)
		}
		if err := x.insertJob(ctx, o.Job); err != nil {
			return err
		}
	}
	return nil
}

func scanMail(row scanner, more ...any) (m notice.Mail, err error) {
	err = row.Scan(append([]any{&m.ID, &m.To, &m.Kind, &m.Subject, &m.State, &m.Attempts, &m.LastError, to(&m.Created),
		to(&m.Sent), to(&m.Expires)}, more...)...)
	return m, err
}

// Mail implements notice.Store.
func (s *Store) Mail(ctx context.Context, t iam.TenantID, id iam.MailID) (m notice.Mail, err error) {
	defer s.wrap(&err, "Mail(%s, %s)", t, id)
	if err := checkID("mail", id); err != nil {
		return m, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		var body []byte
		m, err = scanMail(x.row(ctx, readMail, t, id), &body)
		m.Body = body
		return found("mail", string(id), err)
	})
	return m, err
}

var mails = listing[notice.Mail]{
	table:   "mails",
	columns: mailColumns,
	id:      "mail_id",
	idOf:    func(m notice.Mail) string { return string(m.ID) },
	sorts: map[string]ordering[notice.Mail]{
		"created": {column: "created_at", time: func(m notice.Mail) time.Time { return m.Created }},
	},
	sort: "created", latest: true,
	scan: func(row scanner) (notice.Mail, error) { return scanMail(row) },
}

// Mails implements notice.Store.
func (s *Store) Mails(ctx context.Context, t iam.TenantID, f notice.Filter, p iam.Page) (l iam.List[notice.Mail], err error) {
	defer s.wrap(&err, "Mails(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		where := rowsOf(t)
		where.equal("recipient", f.To)
		where.equal("state", string(f.State))
		l, err = mails.list(ctx, x, where, p)
		return err
	})
	return l, err
}

// SettleMail implements notice.Store.
func (s *Store) SettleMail(ctx context.Context, t iam.TenantID, m notice.Mail) (err error) {
	defer s.wrap(&err, "SettleMail(%s, %s)", t, m.ID)
	if err := checkID("mail", m.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		return x.one(ctx, "mail", string(m.ID), settleMail, m.State, m.Attempts, m.LastError, m.Sent,
			append([]byte{}, m.Body...), t, m.ID) // never NULL
	})
}

// PurgeMails implements notice.Store.
func (s *Store) PurgeMails(ctx context.Context, before time.Time, n int) (removed int, err error) {
	defer s.wrap(&err, "PurgeMails(%s, %d)", before, n)
	return s.purge(ctx, before, n, purgeMails)
}
