package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

const (
	insertComment = `INSERT INTO ticket_comments (tenant_id, comment_id, ticket_id, text, author_id, author_name, author_email, home_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	insertAttachment = `INSERT INTO ticket_attachments (tenant_id, attachment_id, comment_id, filename, content_type, size, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`
	countComments = `SELECT COUNT(*) FROM ticket_comments WHERE tenant_id = $1 AND ticket_id = $2`
	readComments  = `SELECT comment_id, text, author_id, author_name, author_email, home_id, created_at FROM ticket_comments
		WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY created_at, comment_id`
	readAttachments = `SELECT a.comment_id, a.attachment_id, a.filename, a.content_type, a.size FROM ticket_comments c
		JOIN ticket_attachments a ON a.tenant_id = c.tenant_id AND a.comment_id = c.comment_id
		WHERE c.tenant_id = $1 AND c.ticket_id = $2 ORDER BY a.attachment_id`
	readAttachment = `SELECT a.attachment_id, a.filename, a.content_type, a.size, a.data FROM ticket_comments c
		JOIN ticket_attachments a ON a.tenant_id = c.tenant_id AND a.comment_id = c.comment_id
		WHERE c.tenant_id = $1 AND c.ticket_id = $2 AND c.comment_id = $3 AND a.attachment_id = $4`
)

// insertComment writes a comment of a ticket with its attachments.
func (x *call) insertComment(ctx context.Context, k iam.TicketID, c support.Comment) error {
	_, err := x.exec(ctx, insertComment, x.tenant, c.ID, k, c.Text, c.Author.User, c.Author.Name, c.Author.Email, c.Author.Home, c.Created)
	if err != nil {
		return err
	}
	for _, a := range c.Attachments {
		_, err := x.exec(ctx, insertAttachment, x.tenant, a.ID, c.ID, a.Filename, a.ContentType, a.Size, a.Content)
		if err != nil {
			return err
		}
	}
	return nil
}

// anotherComment is insertComment for a ticket that this call has written, so
// that nobody else adds one meanwhile.
func (x *call) anotherComment(ctx context.Context, k iam.TicketID, c support.Comment) error {
	var n int
	if err := x.row(ctx, countComments, x.tenant, k).Scan(&n); err != nil {
		return err
	}
	if n >= support.MaxComments {
		return iam.E(iam.Precondition, "a ticket has at most %d comments", support.MaxComments).Because(iam.ReasonLimit).About(string(k))
	}
	return x.insertComment(ctx, k, c)
}

// Comments implements support.Store.
func (s *Store) Comments(ctx context.Context, t iam.TenantID, id iam.TicketID) (cs []support.Comment, err error) {
	defer s.wrap(&err, "Comments(%s, %s)", t, id)
	if err := checkID("ticket", id); err != nil {
		return nil, err
	}
	err = s.snapshot(ctx, t, func(ctx context.Context, x *call) error {
		cs, err = all(ctx, x, func(row scanner) (c support.Comment, err error) {
			err = row.Scan(&c.ID, &c.Text, &c.Author.User, &c.Author.Name, &c.Author.Email, &c.Author.Home, to(&c.Created))
			return c, err
		}, readComments, t, id)
		if err != nil || len(cs) == 0 {
			return err
		}
		at := make(map[iam.CommentID]*support.Comment, len(cs))
		for i := range cs {
			at[cs[i].ID] = &cs[i]
		}
		_, err := all(ctx, x, func(row scanner) (none struct{}, err error) {
			var c iam.CommentID
			var a support.Attachment
			if err = row.Scan(&c, &a.ID, &a.Filename, &a.ContentType, &a.Size); err == nil {
				at[c].Attachments = append(at[c].Attachments, a)
			}
			return none, err
		}, readAttachments, t, id)
		return err
	})
	return cs, err
}

// Attachment implements support.Store.
func (s *Store) Attachment(ctx context.Context, t iam.TenantID, k iam.TicketID, c iam.CommentID, id string) (a support.Attachment, err error) {
	defer s.wrap(&err, "Attachment(%s, %s, %s, %s)", t, k, c, id)
	if !iam.ValidID(string(k)) || !iam.ValidID(string(c)) || !iam.ValidID(id) {
		return a, iam.ErrNotFound("attachment", id)
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		err := x.row(ctx, readAttachment, t, k, c, id).Scan(&a.ID, &a.Filename, &a.ContentType, &a.Size, &a.Content)
		return found("attachment", id, err)
	})
	return a, err
}
