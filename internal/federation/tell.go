package federation

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// tellUser mails a user what became of a link. It is done by now: that a mail
// cannot be kept does not undo it.
func (s *Service) tellUser(ctx context.Context, by iam.Actor, u iam.User, p iam.Provider, what string) {
	if u.Email == "" {
		return
	}
	err := s.Mail.Send(ctx, by.Tenant, iam.Message{Kind: iam.MessageIdentityLinked, To: u.Email, User: u.ID, Username: u.Username,
		Language: u.Language, Facts: map[string]string{"what": what, "name": label(p), "address": by.Address, "client": by.Client}})
	if err != nil {
		s.Log.WarnContext(ctx, "federation: cannot tell a user of a link", "tenant", by.Tenant, "user", u.ID, "error", err)
	}
}

// tellAdministrators mails them what became of a provider.
func (s *Service) tellAdministrators(ctx context.Context, by iam.Actor, p iam.Provider, what string) {
	_, err := s.Mail.SendAdministrators(ctx, by.Tenant, iam.Message{Kind: iam.MessageProviderChanged,
		Facts: map[string]string{"what": what, "name": label(p), "id": p.Name, "by": by.Username, "address": by.Address, "client": by.Client}})
	if err != nil {
		s.Log.WarnContext(ctx, "federation: cannot tell administrators of a provider", "tenant", by.Tenant, "provider", p.Name, "error", err)
	}
}
