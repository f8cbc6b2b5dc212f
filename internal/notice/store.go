package notice

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// State is where a mail is in its life.
type State string

const (
	StateQueued State = "queued" // a job is to send it
	StateSent   State = "sent"   // a mail server has taken it
	StateFailed State = "failed" // it is not sent any more; LastError says why
	StateKept   State = "kept"   // there is no mail server: the operator reads it
)

// Mail is one row of the outbox.
type Mail struct {
	ID      iam.MailID
	To      string
	Kind    iam.MessageKind
	Subject string // holds no secret
	// Body is the sealed text, which may hold a code or a link. It is empty in
	// lists, and once the mail was sent or its content has expired.
	Body      []byte
	State     State
	Attempts  int
	LastError string // of the last attempt: never a part of the text
	Created   time.Time
	Sent      time.Time // zero: it was not
	Expires   time.Time // when what it holds is good for nothing any more; zero: never
}

// Outgoing is a mail that is to be written, and the job that sends it.
type Outgoing struct {
	Mail Mail
	Job  iam.Job
}

// Filter narrows a list of mails; empty members do not narrow.
type Filter struct {
	To    string // the address, exactly
	State State
}

// Store keeps mails, and who wants which. Every method is one transaction. All answer Unavailable
// when the database cannot be reached.
type Store interface {
	// InsertMails writes mails, each with the job that is to send it, all or
	// none. NotFound: there is no such tenant.
	InsertMails(ctx context.Context, t iam.TenantID, mails ...Outgoing) error
	// Mail answers one mail with its sealed body. NotFound.
	Mail(ctx context.Context, t iam.TenantID, id iam.MailID) (Mail, error)
	// Mails lists mails without their bodies, latest first. Sorts: "created".
	Mails(ctx context.Context, t iam.TenantID, f Filter, p iam.Page) (iam.List[Mail], error)
	// SettleMail writes what an attempt came to: State, Attempts, LastError,
	// Sent and Body, while the mail is queued. NotFound: it is not, any more.
	SettleMail(ctx context.Context, t iam.TenantID, m Mail) error
	// PurgeMails removes mails of any tenant from before the time, at most n,
	// and answers how many it removed.
	PurgeMails(ctx context.Context, before time.Time, n int) (int, error)

	// Recipient answers a user as far as notices go. NotFound.
	Recipient(ctx context.Context, t iam.TenantID, u iam.UserID) (Recipient, error)
	// SetPreferences keeps what a user has said of some notices, and writes
	// mails that tell of it. NotFound: there is no such user.
	SetPreferences(ctx context.Context, t iam.TenantID, u iam.UserID, said map[string]bool, at time.Time, mails []Outgoing, events ...iam.Event) error
}
