package support

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store keeps tickets. Every method is one transaction and writes the jobs and
// events it is given in it. All answer Unavailable when the database cannot be
// reached.
//
// Where a method takes a LinkKind, it means the tenant itself and those that it
// looks after now: with LinkChild its active children, with LinkManaged the
// active tenants that it manages and that allow it, none with an empty one.
type Store interface {
	// InsertTicket writes a ticket with its first comments. Exists: another one
	// with the key is not done; NotFound: there is no such tenant.
	InsertTicket(ctx context.Context, t iam.TenantID, k Ticket, comments []Comment, j iam.Job, events ...iam.Event) error
	// UpdateTicket writes status, priority, escalation and key of a ticket at
	// k.Version, and another comment where there is one. The key is kept or given
	// up. NotFound, Conflict; Precondition: it has MaxComments already.
	UpdateTicket(ctx context.Context, t iam.TenantID, k Ticket, c *Comment, j iam.Job, events ...iam.Event) error
	// Ticket answers one ticket. NotFound.
	Ticket(ctx context.Context, t iam.TenantID, of iam.LinkKind, id iam.TicketID) (Ticket, error)
	// Tickets lists tickets, latest first. Sorts: "created".
	Tickets(ctx context.Context, t iam.TenantID, of iam.LinkKind, p iam.Page) (iam.List[Ticket], error)
	// OpenTickets answers how many tickets of a tenant are not done.
	OpenTickets(ctx context.Context, t iam.TenantID) (int, error)
	// KeyedTicket answers the ticket that has a key. NotFound.
	KeyedTicket(ctx context.Context, t iam.TenantID, key string) (Ticket, error)
	// Comments answers the comments of a ticket in the order in which they were
	// made, with their attachments but not what is in those.
	Comments(ctx context.Context, t iam.TenantID, id iam.TicketID) ([]Comment, error)
	// Followups answers the tickets that follow up one, oldest first.
	Followups(ctx context.Context, t iam.TenantID, id iam.TicketID) ([]iam.TicketID, error)
	// Attachment answers one attachment with its content. NotFound.
	Attachment(ctx context.Context, t iam.TenantID, k iam.TicketID, c iam.CommentID, id string) (Attachment, error)
	// LookedAfter answers a tenant that another one looks after, by its id or
	// its code. NotFound: it does not.
	LookedAfter(ctx context.Context, t iam.TenantID, of iam.LinkKind, other string) (iam.TenantID, error)
	// Managers answers the tenants that manage one now.
	Managers(ctx context.Context, t iam.TenantID) ([]iam.TenantID, error)
	// SupportTenant answers the installation's support tenant; empty: none.
	SupportTenant(ctx context.Context) (iam.TenantID, error)
	// Person answers what is to be known of a user. NotFound.
	Person(ctx context.Context, t iam.TenantID, u iam.UserID) (Person, error)
}

// Person is who writes, or is written to.
type Person struct {
	Username string
	Name     string // for people; empty where only the user name is known
	Email    string
	Language string
	State    iam.UserState
}
