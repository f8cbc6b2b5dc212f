package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

// SignIn proves a user by password and begins a session. Unauthenticated, in
// the same words and after the same work, for an unknown user, a wrong
// password, a disabled user and an inactive tenant. RateLimited, Unavailable.
func (s *Service) SignIn(ctx context.Context, t iam.TenantID, username, pw string, from Origin) (iam.Session, error) {
	a, err := s.verify(ctx, t, username, pw, from)
	if err != nil {
		return iam.Session{}, err
	}
	return s.begin(ctx, t, a, from)
}

// Password proves a user by password for one request, without a session, as
// HTTP Basic authentication does (RFC 7617). Errors as for SignIn.
func (s *Service) Password(ctx context.Context, t iam.TenantID, username, pw string, from Origin) (iam.Actor, error) {
	a, err := s.verify(ctx, t, username, pw, from)
	if err != nil {
		return iam.Actor{}, err
	}
	e := s.loginEvent(a.User, username, iam.LoginSuccess, "", from)
	if err := s.store.RecordLogin(ctx, t, e, nil); err != nil {
		return iam.Actor{}, err
	}
	return s.actor(t, a.Standing, iam.MethodPassword, "", from), nil
}

// verify answers the account whose password this is. A failure is recorded.
func (s *Service) verify(ctx context.Context, t iam.TenantID, username, pw string, from Origin) (Account, error) {
	a, err := s.store.Account(ctx, t, username)
	known := err == nil
	if err != nil && !iam.Is(err, iam.NotFound) {
		return Account{}, err
	}
	var right, weak bool
	if known && a.PasswordHash != "" {
		right, weak, err = s.hasher.Verify(ctx, a.PasswordHash, pw)
	} else {
		err = s.hasher.VerifyNothing(ctx, pw)
	}
	if err != nil {
		return Account{}, err
	}
	reason := ""
	switch {
	case !known:
		reason = "unknown user"
	case !right:
		reason = "wrong password"
	case a.State == iam.UserDisabled:
		reason = "user disabled"
	case a.TenantState != iam.TenantActive:
		reason = "tenant not active"
	}
	if reason != "" {
		err := s.store.RecordLogin(ctx, t, s.loginEvent(a.User, username, iam.LoginFailure, reason, from), nil)
		if err != nil && !iam.Is(err, iam.NotFound) { // NotFound: nor is there such a tenant
			return Account{}, err
		}
		return Account{}, badCredentials()
	}
	if weak {
		if err := s.rehash(ctx, t, a, pw); err != nil {
			s.log.WarnContext(ctx, "authn: cannot strengthen a password hash", "user", a.User, "error", err)
		}
	}
	return a, nil
}

func (s *Service) rehash(ctx context.Context, t iam.TenantID, a Account, pw string) error {
	hash, err := s.hasher.Hash(ctx, pw)
	if err != nil {
		return err
	}
	return s.store.Rehash(ctx, t, a.User, a.PasswordHash, hash)
}

// begin writes a session and the event of it.
func (s *Service) begin(ctx context.Context, t iam.TenantID, a Account, from Origin) (iam.Session, error) {
	session := s.newSession(a.User, a.Username, s.env.Time(), from)
	e := s.loginEvent(a.User, a.Username, iam.LoginSuccess, "", from)
	err := s.store.RecordLogin(ctx, t, e, &NewSession{Session: session, Generation: a.Generation})
	if iam.Is(err, iam.Conflict) || iam.Is(err, iam.NotFound) { // changed or removed while we hashed
		return iam.Session{}, badCredentials()
	}
	return session, err
}

func (s *Service) newSession(u iam.UserID, username string, now time.Time, from Origin) iam.Session {
	return iam.Session{
		ID: iam.SessionID(s.env.NewID()), User: u, Username: username, Dialect: from.Dialect, Method: iam.MethodPassword,
		Address: from.Address, Client: iam.Cut(from.Client, 256), SignedIn: now, Created: now, Expires: now.Add(SessionLife),
	}
}

func (s *Service) loginEvent(u iam.UserID, username string, result iam.LoginResult, reason string, from Origin) iam.LoginEvent {
	return iam.LoginEvent{
		ID: iam.EventID(s.env.NewID()), At: s.env.Time(), User: u, Username: iam.Cut(username, 256), Dialect: from.Dialect,
		Method: iam.MethodPassword, Address: from.Address, Client: iam.Cut(from.Client, 256), Result: result, Reason: reason,
	}
}

func (s *Service) actor(t iam.TenantID, st Standing, m iam.AuthMethod, session iam.SessionID, from Origin) iam.Actor {
	return iam.Actor{
		Tenant: t, Home: t, User: st.User, Username: st.Username, Method: m, Session: session,
		Address: from.Address, Client: from.Client, RequestID: from.RequestID,
	}
}

// ChangePassword sets a new password after proving the old one, ends every
// session of the user and begins a new one. Unauthenticated as for SignIn;
// Invalid: the policy refuses the new one; Conflict.
func (s *Service) ChangePassword(ctx context.Context, t iam.TenantID, username, old, pw string, from Origin) (iam.Session, error) {
	a, err := s.verify(ctx, t, username, old, from)
	if err != nil {
		return iam.Session{}, err
	}
	if old == pw {
		return iam.Session{}, &iam.Error{Kind: iam.Invalid, Code: iam.ReasonWeakPassword, Message: "the new password must differ from the old one",
			Fields: []iam.Field{{Path: "password", Reason: iam.ReasonWeakPassword, Message: "the new password must differ from the old one"}}}
	}
	if err := password.DefaultPolicy().Check(pw, password.Identity{Username: a.Username, Email: a.Email}); err != nil {
		return iam.Session{}, err
	}
	hash, err := s.hasher.Hash(ctx, pw)
	if err != nil {
		return iam.Session{}, err
	}
	by := s.actor(t, a.Standing, iam.MethodPassword, "", from)
	if err := s.store.SetPassword(ctx, t, a.User, a.Generation, hash, false,
		s.env.Event(by, "user", "change-password", string(a.User), a.Username)); err != nil {
		return iam.Session{}, err
	}
	a.Generation++
	return s.begin(ctx, t, a, from)
}

// LoginEvents lists attempts to sign in, of one user when u is not empty,
// latest first.
func (s *Service) LoginEvents(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.LoginEvent], error) {
	return s.store.LoginEvents(ctx, by.Tenant, u, p)
}
