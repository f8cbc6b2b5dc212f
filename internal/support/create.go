package support

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// kindTicket is what references call a ticket.
const kindTicket = "customer_support"

// NewTicket is what a caller says of a ticket to be opened.
type NewTicket struct {
	Metadata
	Content
	Comments []NewComment
}

// Create opens a ticket. It is the acting tenant's, or, where one of RelatesTo
// names a tenant that it looks after, that tenant's. Invalid; Precondition with
// ReasonLimit: there are MaxOpen open ones.
func (s *Service) Create(ctx context.Context, by iam.Actor, of iam.LinkKind, in NewTicket) (Ticket, error) {
	comments, err := s.check(&in)
	if err != nil {
		return Ticket{}, err
	}
	own, err := s.Tenants.Tenant(ctx, by)
	if err != nil {
		return Ticket{}, err
	}
	t, err := s.place(ctx, own, of, in.RelatesTo)
	if err != nil {
		return Ticket{}, err
	}
	follows, err := s.followed(ctx, t, in.RelatesTo)
	if err != nil {
		return Ticket{}, err
	}
	switch n, err := s.Store.OpenTickets(ctx, t); {
	case err != nil:
		return Ticket{}, err
	case n >= MaxOpen:
		return Ticket{}, iam.E(iam.Precondition, "a tenant has at most %d open tickets", MaxOpen).Because(iam.ReasonLimit)
	}
	return s.insert(ctx, by, of, t, Ticket{Metadata: in.Metadata, Content: in.Content, Follows: follows}, comments)
}

// insert writes a ticket of a tenant.
func (s *Service) insert(ctx context.Context, by iam.Actor, of iam.LinkKind, t iam.TenantID, k Ticket, comments []Comment) (Ticket, error) {
	there, err := s.there(ctx, by, of, t)
	if err != nil {
		return Ticket{}, err
	}
	if k.Author, err = s.author(ctx, by); err != nil {
		return Ticket{}, err
	}
	now := s.Env.Time()
	k.ID, k.Tenant, k.Status = iam.TicketID(s.Env.NewID()), t, StatusNew
	k.Created, k.Updated, k.Version = now, now, 1
	for i := range comments {
		comments[i].Author, comments[i].Created = k.Author, now
	}
	j := s.mailing(by, k, iam.WhatTicketOpened)
	if err := s.Store.InsertTicket(ctx, t, k, comments, j, s.event(there, "create", k)); err != nil {
		return Ticket{}, err
	}
	s.Queue.Wake()
	return s.Store.Ticket(ctx, t, "", k.ID)
}

// place answers the tenant that a new ticket is to be of: the first that is
// named, or else the acting one. Invalid: that is none which is looked after,
// whether there is such a tenant or not.
func (s *Service) place(ctx context.Context, own iam.Tenant, of iam.LinkKind, refs []Ref) (iam.TenantID, error) {
	for i, r := range refs {
		if r.Tenant == "" {
			continue
		}
		if r.Tenant == own.Code || r.Tenant == string(own.ID) {
			return own.ID, nil
		}
		t, err := s.Store.LookedAfter(ctx, own.ID, of, r.Tenant)
		if iam.Is(err, iam.NotFound) {
			var c iam.Checker
			path := fmt.Sprintf("relates_to[%d].tenant", i)
			c.Add(path, iam.ReasonFormat, "%s must be the own tenant or one that it looks after", path)
			err = c.Err()
		}
		return t, err
	}
	return own.ID, nil
}

// followed answers the ticket that a new one of a tenant follows up: the first
// to which it relates. Invalid: the tenant has no such ticket.
func (s *Service) followed(ctx context.Context, t iam.TenantID, refs []Ref) (iam.TicketID, error) {
	for i, r := range refs {
		if r.Kind != kindTicket {
			continue
		}
		id := r.UID
		if id == "" {
			id = r.Name
		}
		_, err := s.Store.Ticket(ctx, t, "", iam.TicketID(id))
		if iam.Is(err, iam.NotFound) {
			var c iam.Checker
			path := fmt.Sprintf("relates_to[%d]", i)
			c.Add(path, iam.ReasonFormat, "%s must be a ticket of the same tenant", path)
			err = c.Err()
		}
		return iam.TicketID(id), err
	}
	return "", nil
}
