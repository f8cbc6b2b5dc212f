package authn

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// notMeLife is how long somebody can say that a change was not theirs.
const notMeLife = 7 * 24 * time.Hour

// tell mails the user a notice of a change to how they sign in, with a link for
// who did not make it. The change is done by now: that the mail cannot be kept
// does not undo it.
func (s *Service) tell(ctx context.Context, t iam.TenantID, a Account, kind iam.MessageKind, by iam.Actor, what string) {
	s.tellOf(ctx, t, a, kind, by, issued{What: what})
}

// tellOf is tell, of something that may be a credential, which the link ends.
func (s *Service) tellOf(ctx context.Context, t iam.TenantID, a Account, kind iam.MessageKind, by iam.Actor, of issued) {
	if err := s.mailNotice(ctx, t, a, kind, by, of, s.env.Time()); err != nil {
		s.log.WarnContext(ctx, "authn: cannot tell a user of a change", "tenant", t, "user", a.User, "kind", kind, "error", err)
	}
}

// mailNotice mails a notice of what happened at a time, with a link for whom it
// was not; nothing to who has no address.
func (s *Service) mailNotice(ctx context.Context, t iam.TenantID, a Account, kind iam.MessageKind, by iam.Actor, of issued, at time.Time) error {
	if a.Email == "" {
		return nil
	}
	data, err := json.Marshal(linked{Email: a.Email, Issued: of})
	if err != nil {
		return err
	}
	// A subject of its own: whoever makes one change after the other must not
	// void the links of the notices that went out before.
	token, expires, err := s.newLink(ctx, t, a.User, PurposeNotMe, s.env.NewID(), data, notMeLife)
	if err != nil {
		return err
	}
	return s.mail.Send(ctx, t, iam.Message{Kind: kind, To: a.Email, User: a.User, Username: a.Username, Language: a.Language, Token: token,
		Expires: expires, Facts: map[string]string{"what": of.What, "id": of.ID, "by": by.Username, "address": by.Address, "client": by.Client,
			"at": at.Format(time.RFC3339)}})
}

// NotMe is for who sees a sign-in that was not theirs: it ends every session
// of the user but the actor's, and asks for a new password. NotFound: there is
// no such login event of the actor.
func (s *Service) NotMe(ctx context.Context, by iam.Actor, event iam.EventID) error {
	e, err := s.store.LoginEvent(ctx, by.Home, event)
	if err != nil {
		return err
	}
	if e.User != by.User {
		return iam.ErrNotFound("login event", string(event))
	}
	told := s.env.Event(by, "user", "not-me", string(by.User), by.Username)
	told.Details = iam.Merge(told.Details, map[string]string{"login_event": string(event)})
	if err := s.store.RequirePassword(ctx, by.Home, by.User, told); err != nil {
		return err
	}
	_, err = s.EndOtherSessions(ctx, by)
	return err
}

// NotMeLink is NotMe by the link of a notice: it ends all sessions, and the
// credential that the notice tells of, leaves the user without a password until
// it is reset, and mails a link to reset it to where the notice was sent. That
// becomes the address of the user again if it was changed meanwhile, or else
// whoever did that could reset the password too; and links of later notices,
// which may have gone to that other address, end. Invalid, with ReasonWrongCode.
//
// What may be done twice comes before the link is used up, so that after a
// fault of ours it can be used again.
func (s *Service) NotMeLink(ctx context.Context, token string, from Origin) error {
	t, c, err := s.checkLink(ctx, token, PurposeNotMe)
	if err != nil {
		return err
	}
	l, err := s.linkedOf(ctx, t, c)
	if err != nil {
		return err
	}
	a, err := s.dropPassword(ctx, t, c.User, func(a Account) iam.Event {
		return s.env.Event(s.actor(t, a.Standing, iam.MethodEmail, "", from), "user", "not-me", string(a.User), a.Username)
	})
	if iam.Is(err, iam.NotFound) || iam.Is(err, iam.Precondition) {
		err = wrongCode()
	}
	if err != nil {
		return err
	}
	by := s.actor(t, a.Standing, iam.MethodEmail, "", from)
	if err := s.endIssued(ctx, by, l.Issued); err != nil {
		return err
	}
	if iam.Fold(a.Email) != iam.Fold(l.Email) {
		err = s.store.SetEmail(ctx, t, a.User, l.Email, s.env.Event(by, "user", "change-email", string(a.User), a.Username))
		if err != nil {
			return err
		}
	}
	if err := s.spend(ctx, t, c); err != nil {
		return err
	}
	if err := s.store.EndChallenges(ctx, t, c.User, PurposeNotMe, c.Created); err != nil {
		return err
	}
	return s.sendPasswordLink(ctx, t, a, l.Email, PurposeReset, iam.MessageReset, linkLife, factsOf(from, s.env.Time()))
}

// dropPassword leaves a user without a password and without sessions. It does
// not matter that somebody else, perhaps who is to be locked out, changes the
// password at the same time. event tells of it. NotFound; Precondition: the
// user is disabled.
func (s *Service) dropPassword(ctx context.Context, t iam.TenantID, u iam.UserID, event func(Account) iam.Event) (Account, error) {
	for {
		a, err := s.store.AccountByID(ctx, t, u)
		if err == nil && !a.Good() {
			err = isDisabled(a)
		}
		if err != nil {
			return Account{}, err
		}
		if a.PasswordHash == "" {
			_, err := s.store.EndSessions(ctx, t, u, "", event(a))
			return a, err
		}
		err = s.store.SetPassword(ctx, t, u, a.Generation, "", true, event(a))
		if !iam.Is(err, iam.Conflict) {
			a.Generation++
			return a, err
		}
	}
}
