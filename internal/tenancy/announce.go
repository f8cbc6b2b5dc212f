package tenancy

import (
	"context"
	"errors"
	"log/slog"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Mail takes mails to be sent. Package notice satisfies it.
type Mail interface {
	Send(ctx context.Context, t iam.TenantID, m iam.Message) error
	// SendAdministrators sends a message to each of those who run a tenant, and
	// answers to how many.
	SendAdministrators(ctx context.Context, t iam.TenantID, m iam.Message) (sent int, failed error)
}

// People answers who has to know of the life of a tenant. Package directory
// satisfies it.
type People interface {
	// Owners answers the users whose a tenant is.
	Owners(ctx context.Context, t iam.TenantID) ([]iam.User, error)
}

// Announcer tells people what becomes of a tenant. The zero Announcer tells
// nobody.
type Announcer struct {
	Mail   Mail
	People People
	Log    *slog.Logger
}

// UseAnnouncer sets who tells people what becomes of a tenant: they are known
// to packages that need this one. It is called before the first request.
func (s *Service) UseAnnouncer(a Announcer) { s.announcer = a }

// announce mails what has become of a tenant to its owners and to who runs it.
// It is done by now: that a mail cannot be kept does not undo it.
func (s *Service) announce(ctx context.Context, by iam.Actor, t iam.Tenant, what, reason string) {
	if s.announcer.Mail == nil {
		return
	}
	if err := s.tell(ctx, by, t, what, reason); err != nil {
		s.announcer.Log.WarnContext(ctx, "tenancy: cannot tell what has become of a tenant", "tenant", t.ID, "what", what, "error", err)
	}
}

func (s *Service) tell(ctx context.Context, by iam.Actor, t iam.Tenant, what, reason string) (failed error) {
	owners, err := s.announcer.People.Owners(ctx, t.ID)
	if err != nil {
		return err
	}
	above, err := s.runs(ctx, t)
	if err != nil {
		return err
	}
	from := t.ID
	if t.Own == iam.TenantDeleting { // what is in its outbox goes with it
		from = above
	}
	run, err := s.runners(ctx, above)
	if err != nil {
		return err
	}
	facts := map[string]string{"what": what, "id": t.Code, "tenant": t.Name, "by": by.Username, "reason": reason}
	told := map[string]bool{"": true}
	// Whose wishes count is known of people of the tenant in whose name it is sent.
	send := func(from, home iam.TenantID, people []iam.User) {
		for _, u := range people {
			if from == "" || told[u.Email] {
				continue
			}
			told[u.Email] = true
			m := iam.Message{Kind: iam.MessageTenantState, To: u.Email, Username: u.Username, Language: u.Language, Facts: facts}
			if from == home {
				m.User = u.ID
			}
			failed = errors.Join(failed, s.announcer.Mail.Send(ctx, from, m))
		}
	}
	send(from, t.ID, owners)
	send(above, above, run)
	return failed
}

// runs answers the tenant whose people run another one: its parent, for the
// root of a tree the support tenant; empty: nobody but the operator.
func (s *Service) runs(ctx context.Context, t iam.Tenant) (iam.TenantID, error) {
	if t.Parent != "" {
		return t.Parent, nil
	}
	support, err := s.store.SupportTenant(ctx)
	if support == t.ID {
		support = ""
	}
	return support, err
}

// runners answers who is told for a tenant that runs others: its address for
// questions, where it has one, else its owners; nobody for none.
func (s *Service) runners(ctx context.Context, t iam.TenantID) ([]iam.User, error) {
	if t == "" {
		return nil, nil
	}
	settings, err := s.Settings(ctx, t)
	if err != nil {
		return nil, err
	}
	if address := settings.Branding.SupportEmail; address != "" {
		return []iam.User{{Email: address}}, nil
	}
	return s.announcer.People.Owners(ctx, t)
}
