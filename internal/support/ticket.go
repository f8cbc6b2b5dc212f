package support

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Status is where a ticket is in its life.
type Status string

const (
	StatusNew    Status = "new"    // nobody has answered
	StatusOpen   Status = "open"   // it is worked on
	StatusSolved Status = "solved" // it is, as who looks after it says
	StatusClosed Status = "closed" // nothing more is to be said
)

// Priority is how much a ticket matters.
type Priority string

const (
	PriorityNormal Priority = "normal"
	PriorityHigh   Priority = "high"
	PriorityUrgent Priority = "urgent"
)

// Types and topics are a dialect's own words. These are of the tickets that
// Gatehouse opens by itself.
const (
	TypeTask            = "task"
	TopicPlanTransition = "task-topic-plan-transition"
)

// Ticket is something that the people of a tenant ask for.
type Ticket struct {
	ID         iam.TicketID
	Tenant     iam.TenantID
	TenantCode string // filled on reading
	Metadata
	Content
	Status    Status
	Escalated bool
	Author    Author
	// Follows is the ticket of the same tenant that this one follows up; empty
	// is none.
	Follows iam.TicketID
	// Key, where it is not empty, is had by one ticket of a tenant only that is
	// neither solved nor closed.
	Key     string
	Created time.Time
	Updated time.Time
	Version int64
}

// Metadata is what clients say of a ticket for their own sake.
type Metadata struct {
	Name        string // a DNS label; that of who made the ticket, and not unique
	Description string
	Labels      map[string]string
	Annotations map[string]string
}

// Content is what a ticket is about. All words but Priority are a dialect's own.
type Content struct {
	Subject     string // one line
	Description string
	Type        string
	Topic       string
	Service     string // of the vendor's, or the name of an add-on
	Category    string
	Timeline    string
	ProductData string
	Ongoing     bool
	Priority    Priority
	RelatesTo   []Ref
}

// Ref names something that a ticket relates to, as its author wrote it.
type Ref struct {
	Kind, Namespace, Name, UID string
	Tenant                     string // code or id; empty: that of the ticket
}

// Author is who wrote something, as they were called then.
type Author struct {
	User  iam.UserID // empty: Gatehouse itself
	Home  iam.TenantID
	Name  string
	Email string
}

// Comment is something said about a ticket.
type Comment struct {
	ID          iam.CommentID
	Text        string
	Author      Author
	Attachments []Attachment
	Created     time.Time
}

// Attachment is a file that belongs to a comment.
type Attachment struct {
	ID          string // UUIDv7
	Filename    string // fits the content type
	ContentType string // found in the content, see identify
	Size        int    // bytes
	Content     []byte // absent in lists
}

// Done reports whether nothing is waited for.
func (s Status) Done() bool { return s == StatusSolved || s == StatusClosed }
