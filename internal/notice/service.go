package notice

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// Tenants answers what a tenant is and how it looks; tenancy satisfies it.
type Tenants interface {
	Tenant(ctx context.Context, by iam.Actor) (iam.Tenant, error)
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
	// Logo answers the logo of a tenant. NotFound.
	Logo(ctx context.Context, t iam.TenantID) (iam.Image, error)
}

// Queue prepares the jobs that Store writes; job satisfies it.
type Queue interface {
	Prepare(j iam.Job) iam.Job
	Wake()
}

// Deps are what the service needs of the program.
type Deps struct {
	Store   Store
	Keys    *keyring.Keyring
	Tenants Tenants
	Queue   Queue
	// SMTP is the server that takes the mails; without a host they are kept.
	SMTP SMTP
	// PublicURL is where people reach the pages. Every link begins with it,
	// and with nothing else. Without it, as at the command line, only notices
	// can be sent, and they have no link.
	PublicURL *url.URL
	Env       iam.Env
	Log       *slog.Logger
}

// Service writes and sends mails.
type Service struct {
	store     Store
	keys      *keyring.Keyring
	tenants   Tenants
	people    People
	queue     Queue
	smtp      SMTP
	publicURL *url.URL
	env       iam.Env
	log       *slog.Logger
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{store: d.Store, keys: d.Keys, tenants: d.Tenants, queue: d.Queue, smtp: d.SMTP,
		publicURL: d.PublicURL, env: d.Env, log: d.Log}
}

// Send takes a message to be sent. It is durable when it answers nil: a job
// sends it, and tries again while the mail server cannot be reached. A notice
// that its user has switched off, or whose user is gone, is dropped.
// Invalid: To is no address. NotFound: there is no such tenant. Precondition:
// the mail needs a link, and this process has no public URL.
func (s *Service) Send(ctx context.Context, t iam.TenantID, m iam.Message) error {
	if e, ok := entryOfKind(m.Kind); ok && m.User != "" {
		r, err := s.store.Recipient(ctx, t, m.User)
		if iam.Is(err, iam.NotFound) || err == nil && !r.wants(e) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	o, err := s.prepare(ctx, t, m)
	if err != nil {
		return err
	}
	if err := s.store.InsertMails(ctx, t, o); err != nil {
		return err
	}
	s.queue.Wake()
	return nil
}

// prepare writes a message, and the job that is to send it. Errors as for Send.
func (s *Service) prepare(ctx context.Context, t iam.TenantID, m iam.Message) (Outgoing, error) {
	if !iam.ValidEmail(m.To) {
		var c iam.Checker
		c.Add("email", iam.ReasonFormat, "email must be an address such as person@example.com")
		return Outgoing{}, c.Err()
	}
	w, err := s.write(ctx, t, m)
	if err != nil {
		return Outgoing{}, err
	}
	mail := Mail{ID: iam.MailID(s.env.NewID()), To: m.To, Kind: m.Kind, Subject: w.Subject, State: StateQueued,
		Created: s.env.Time()}
	if kinds[m.Kind].secret { // a notice is news also when its link is not good any more
		mail.Expires = m.Expires
	}
	body, err := json.Marshal(w)
	if err != nil {
		return Outgoing{}, err
	}
	if mail.Body, err = s.keys.Seal(ctx, t, body, sealedAs(mail.ID)); err != nil {
		return Outgoing{}, err
	}
	return Outgoing{mail, s.queue.Prepare(iam.Job{Kind: JobSend, ObjectID: string(mail.ID)})}, nil
}

// sealedAs says what a sealed body is.
func sealedAs(id iam.MailID) string { return "mail:" + string(id) }

// Mails lists the mails of the actor's tenant, latest first, for the operator
// only. Denied.
func (s *Service) Mails(ctx context.Context, by iam.Actor, f Filter, p iam.Page) (iam.List[Mail], error) {
	if !by.IsSystem() {
		return iam.List[Mail]{}, errOperator()
	}
	return s.store.Mails(ctx, by.Tenant, f, p)
}

// Read answers a mail and its text, with the code or link that is in it, which
// opens the account of whoever it is for: for the operator only. Denied;
// NotFound; Precondition: the text is not kept any more.
func (s *Service) Read(ctx context.Context, by iam.Actor, id iam.MailID) (Mail, Written, error) {
	if !by.IsSystem() {
		return Mail{}, Written{}, errOperator()
	}
	m, err := s.store.Mail(ctx, by.Tenant, id)
	if err != nil {
		return Mail{}, Written{}, err
	}
	if len(m.Body) == 0 {
		return m, Written{}, iam.E(iam.Precondition, "the text of mail %s is not kept any more, since it was sent or has expired", id).About(string(id))
	}
	w, err := s.open(ctx, by.Tenant, m)
	return m, w, err
}

func errOperator() error {
	return iam.E(iam.Denied, "only the operator reads the outbox")
}

func (s *Service) open(ctx context.Context, t iam.TenantID, m Mail) (w Written, err error) {
	body, err := s.keys.Open(ctx, t, m.Body, sealedAs(m.ID))
	if err != nil {
		return w, err
	}
	err = json.Unmarshal(body, &w)
	return w, err
}
