package support

import (
	"cmp"
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Tenants answers what tenants are; package tenancy satisfies it.
type Tenants interface {
	Tenant(ctx context.Context, by iam.Actor) (iam.Tenant, error)
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
}

// Rights answers who acts where; package access satisfies it.
type Rights interface {
	// Reach answers the actor as they act in a tenant that is not their home.
	// Denied: they do not.
	Reach(ctx context.Context, by iam.Actor, t iam.TenantID) (iam.Actor, error)
}

// Mail sends messages; package notice satisfies it.
type Mail interface {
	Send(ctx context.Context, t iam.TenantID, m iam.Message) error
}

// Queue prepares the jobs that Store writes; package job satisfies it.
type Queue interface {
	Prepare(j iam.Job) iam.Job
	Wake()
}

// Deps are what the service needs of the program.
type Deps struct {
	Store   Store
	Tenants Tenants
	Rights  Rights
	Mail    Mail
	Queue   Queue
	Env     iam.Env
}

// Service owns tickets. What takes a LinkKind is about the tickets of the
// actor's tenant and of those that it looks after in that way, see Store.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// Tickets lists tickets, the latest first, and at most iam.MaxPage of them.
func (s *Service) Tickets(ctx context.Context, by iam.Actor, of iam.LinkKind) ([]Ticket, error) {
	l, err := s.Store.Tickets(ctx, by.Tenant, of, iam.Page{Limit: iam.MaxPage})
	return l.Items, err
}

// Detail is a ticket with what belongs to it.
type Detail struct {
	Ticket
	Comments  []Comment
	Followups []iam.TicketID
}

// Ticket answers one ticket. NotFound with ReasonNoTicket.
func (s *Service) Ticket(ctx context.Context, by iam.Actor, of iam.LinkKind, id string) (d Detail, err error) {
	if d.Ticket, err = s.find(ctx, by, of, id); err != nil {
		return d, err
	}
	if d.Comments, err = s.Store.Comments(ctx, d.Tenant, d.ID); err != nil {
		return d, err
	}
	d.Followups, err = s.Store.Followups(ctx, d.Tenant, d.ID)
	return d, err
}

// Attachment answers a file of a comment. NotFound, with ReasonNoTicket where
// it is the ticket that is not there.
func (s *Service) Attachment(ctx context.Context, by iam.Actor, of iam.LinkKind, ticket, comment, id string) (Attachment, error) {
	k, err := s.find(ctx, by, of, ticket)
	if err != nil {
		return Attachment{}, err
	}
	return s.Store.Attachment(ctx, k.Tenant, k.ID, iam.CommentID(comment), id)
}

func (s *Service) find(ctx context.Context, by iam.Actor, of iam.LinkKind, id string) (Ticket, error) {
	k, err := s.Store.Ticket(ctx, by.Tenant, of, iam.TicketID(id))
	if iam.Is(err, iam.NotFound) {
		return Ticket{}, iam.ErrNotFound("ticket", id).Because(iam.ReasonNoTicket)
	}
	return k, err
}

// author answers who the actor is to those who read what they write.
func (s *Service) author(ctx context.Context, by iam.Actor) (Author, error) {
	a := Author{Home: by.Home, Name: by.Username}
	if by.IsSystem() || by.User == "" {
		return a, nil
	}
	p, err := s.Store.Person(ctx, by.Home, by.User)
	a.User, a.Name, a.Email = by.User, cmp.Or(p.Name, p.Username), p.Email
	return a, err
}

// there answers the actor as they act on a ticket, which may be of a tenant
// that theirs looks after, for the trail of that tenant.
func (s *Service) there(ctx context.Context, by iam.Actor, of iam.LinkKind, t iam.TenantID) (iam.Actor, error) {
	if by.Tenant == t {
		return by, nil
	}
	if by.Home == by.Tenant {
		home, err := s.Tenants.Tenant(ctx, by)
		if err != nil {
			return by, err
		}
		by.HomeCode, by.Reach = home.Code, iam.ReachTree
		if of == iam.LinkManaged {
			by.Reach = iam.ReachDelegation
		}
	}
	by.Tenant = t
	return by, nil
}

// event tells of a change of a ticket.
func (s *Service) event(by iam.Actor, verb string, k Ticket) iam.Event {
	e := s.Env.Event(by, "ticket", verb, string(k.ID), k.Subject)
	e.Details = iam.Merge(e.Details, map[string]string{"status": string(k.Status), "priority": string(k.Priority)})
	return e
}

// isCustomer reports whether the actor writes for the tenant that a ticket is
// of, and not for those who look after it.
func isCustomer(by iam.Actor, k Ticket) bool { return !by.IsSystem() && by.Home == k.Tenant }
