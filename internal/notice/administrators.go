package notice

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// People answers who runs a tenant; directory satisfies it.
type People interface {
	// Administrators answers the users who may change users in the whole tenant.
	Administrators(ctx context.Context, t iam.TenantID) ([]iam.User, error)
}

// UsePeople sets who answers that: the package needs this one. It is called
// before the first message.
func (s *Service) UsePeople(p People) { s.people = p }

// SendAdministrators is Send to each of those who run a tenant, as far as they
// want such notices, to all or to none; it answers to how many. To, User,
// Username and Language of the message are theirs.
func (s *Service) SendAdministrators(ctx context.Context, t iam.TenantID, m iam.Message) (sent int, err error) {
	users, err := s.people.Administrators(ctx, t)
	if err != nil {
		return 0, err
	}
	told := map[string]bool{"": true}
	var all []Outgoing
	for _, u := range users {
		r, err := s.store.Recipient(ctx, t, u.ID)
		if iam.Is(err, iam.NotFound) {
			continue // gone meanwhile
		}
		if err != nil {
			return 0, err
		}
		e, ok := entryOfKind(m.Kind)
		if told[r.Email] || ok && !r.wants(e) {
			continue
		}
		told[r.Email] = true
		m.To, m.User, m.Username, m.Language = r.Email, r.User, r.Username, r.Language
		o, err := s.prepare(ctx, t, m)
		if iam.Is(err, iam.Invalid) {
			continue // an address that is none keeps no other from being told
		}
		if err != nil {
			return 0, err
		}
		all = append(all, o)
	}
	if len(all) == 0 {
		return 0, nil
	}
	if err := s.store.InsertMails(ctx, t, all...); err != nil {
		return 0, err
	}
	s.queue.Wake()
	return len(all), nil
}
