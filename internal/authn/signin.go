package authn

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// SignIn proves a user by password and begins a session. Unauthenticated, in
// the same words and after the same work, for an unknown user, a wrong
// password, a disabled user, an inactive tenant, and for who cannot be let in
// by a password alone: who has a second factor or needs one, and whose
// password has expired. RateLimited, Unavailable.
func (s *Service) SignIn(ctx context.Context, t iam.TenantID, username, pw string, from Origin) (iam.Session, error) {
	a, _, err := s.byPassword(ctx, t, username, pw, onAPI, alone, from)
	if err != nil {
		return iam.Session{}, err
	}
	return s.begin(ctx, t, a, from)
}

// Password proves a user by password for one request, without a session, as
// HTTP Basic authentication does (RFC 7617). Errors as for SignIn.
func (s *Service) Password(ctx context.Context, t iam.TenantID, username, pw string, from Origin) (iam.Actor, error) {
	a, _, err := s.byPassword(ctx, t, username, pw, onAPI, alone, from)
	if err != nil {
		return iam.Actor{}, err
	}
	if err := s.store.RecordLogin(ctx, t, s.loginEvent(a.User, username, iam.MethodPassword, "", from), nil); err != nil {
		return iam.Actor{}, err
	}
	return s.actor(t, a.Standing, iam.MethodPassword, "", from), nil
}

// ChangePassword sets a new password after proving the old one, which may have
// expired, ends every session of the user and begins a new one. It is for
// clients without pages: who has a second factor or needs one is refused.
// Unauthenticated as for SignIn; Invalid as for SetPassword; Conflict.
func (s *Service) ChangePassword(ctx context.Context, t iam.TenantID, username, old, pw string, from Origin) (iam.Session, error) {
	a, _, err := s.byPassword(ctx, t, username, old, onAPI, withoutFactor, from)
	if err != nil {
		return iam.Session{}, err
	}
	a, err = s.changePassword(ctx, t, a, pw, s.actor(t, a.Standing, iam.MethodPassword, "", from))
	if err != nil {
		return iam.Session{}, err
	}
	return s.begin(ctx, t, a, from)
}

// begin begins the session of an API client whose password was just proved.
func (s *Service) begin(ctx context.Context, t iam.TenantID, a Account, from Origin) (iam.Session, error) {
	b, err := s.enter(ctx, t, entry{account: a, method: iam.MethodPassword, methods: []iam.AuthMethod{iam.MethodPassword}}, from)
	return b.Session, changedMeanwhile(err)
}

// changedMeanwhile is the answer of a sign-in whose user has changed or gone
// while we hashed.
func changedMeanwhile(err error) error {
	if iam.Is(err, iam.Unauthenticated) {
		return badCredentials()
	}
	return err
}

// demand says why the steps that a password leaves open refuse it where nobody
// can take them; empty where they do not.
type demand func(steps []iam.Step, expired bool) string

// anyStep is for who can take all steps.
func anyStep([]iam.Step, bool) string { return "" }

// withoutFactor is for who can choose another password.
func withoutFactor(steps []iam.Step, _ bool) string {
	switch {
	case slices.Contains(steps, iam.StepFactor):
		return "second factor not proved"
	case slices.Contains(steps, iam.StepEnrolFactor):
		return "second factor not set up"
	}
	return ""
}

// alone is for who has nothing but the password. One that an administrator set
// is good enough for them, one that has expired is not.
func alone(steps []iam.Step, expired bool) string {
	if expired {
		return "password expired"
	}
	return withoutFactor(steps, expired)
}

// byPassword answers the account whose password this is, and the steps that it
// leaves open. A failure is recorded; a success is for the caller to record.
func (s *Service) byPassword(ctx context.Context, t iam.TenantID, username, pw string, door way, refuse demand, from Origin) (a Account, steps []iam.Step, err error) {
	err = s.guard(ctx, t, username, iam.MethodPassword, from, func() (bool, error) {
		a, steps, err = s.verify(ctx, t, username, pw, door, refuse, from)
		return len(steps) == 0, err
	})
	if err != nil {
		return Account{}, nil, err
	}
	return a, steps, nil
}

// nobody stands for an unknown user in look-ups that are made all the same, so
// that they take the same time.
const nobody iam.UserID = "00000000-0000-7000-8000-000000000000"

// verify is byPassword without the count of failures. What it looks up and
// computes is the same for everybody, whether they are known, let in or not.
func (s *Service) verify(ctx context.Context, t iam.TenantID, username, pw string, door way, refuse demand, from Origin) (Account, []iam.Step, error) {
	a, err := s.store.Account(ctx, t, username)
	known := err == nil
	if err != nil && !iam.Is(err, iam.NotFound) {
		return Account{}, nil, err
	}
	looked := a
	if !known {
		looked.User = nobody
	}
	steps, expired, err := s.stepsOf(ctx, t, looked)
	if err != nil {
		return Account{}, nil, err
	}
	var right, weak bool
	if known && a.PasswordHash != "" {
		right, weak, err = s.hasher.Verify(ctx, a.PasswordHash, pw)
	} else {
		err = s.hasher.VerifyNothing(ctx, pw)
	}
	if err != nil {
		return Account{}, nil, err
	}
	var reason string
	switch {
	case !known:
		reason = "unknown user"
	case !right:
		reason = "wrong password"
	default:
		if reason, err = s.refusal(ctx, t, a.Standing, door, nil, from); err != nil {
			return Account{}, nil, err
		}
		if reason == "" {
			reason = refuse(steps, expired)
		}
	}
	if reason != "" {
		return Account{}, nil, s.refused(ctx, t, s.loginEvent(a.User, username, iam.MethodPassword, reason, from), badCredentials())
	}
	if weak {
		if err := s.rehash(ctx, t, a, pw); err != nil {
			s.log.WarnContext(ctx, "authn: cannot strengthen a password hash", "user", a.User, "error", err)
		}
	}
	return a, steps, nil
}

// stepsOf answers the steps that a user has to take after the password, in
// their order, and whether the password has expired.
func (s *Service) stepsOf(ctx context.Context, t iam.TenantID, a Account) (steps []iam.Step, expired bool, err error) {
	settings, err := s.settings.Settings(ctx, t)
	if iam.Is(err, iam.NotFound) {
		return nil, false, nil // nor is there anybody in it
	}
	if err != nil {
		return nil, false, err
	}
	if steps, err = s.factorSteps(ctx, t, a); err != nil {
		return nil, false, err
	}
	if life := settings.Password.MaxAge; life > 0 && a.PasswordHash != "" {
		expired = s.env.Now().Sub(a.PasswordChanged) >= life
	}
	if expired || a.MustChangePassword {
		// Before a factor is set up, after one is proved.
		at := 0
		if slices.Contains(steps, iam.StepFactor) {
			at = 1
		}
		steps = slices.Insert(steps, at, iam.StepSetPassword)
	}
	return steps, expired, nil
}

func (s *Service) rehash(ctx context.Context, t iam.TenantID, a Account, pw string) error {
	hash, err := s.hasher.Hash(ctx, pw)
	if err != nil {
		return err
	}
	return s.store.Rehash(ctx, t, a.User, a.PasswordHash, hash)
}

// refused records an attempt that failed, also when nobody waits for the answer
// any more, and answers the refusal.
func (s *Service) refused(ctx context.Context, t iam.TenantID, e iam.LoginEvent, refusal error) error {
	err := s.store.RecordLogin(context.WithoutCancel(ctx), t, e, nil)
	if err != nil && !iam.Is(err, iam.NotFound) { // NotFound: nor is there such a tenant
		return err
	}
	return refusal
}

// loginEvent is an attempt to prove something, which succeeded where there is
// no reason why it did not.
func (s *Service) loginEvent(u iam.UserID, username string, m iam.AuthMethod, reason string, from Origin) iam.LoginEvent {
	result := iam.LoginSuccess
	if reason != "" {
		result = iam.LoginFailure
	}
	return iam.LoginEvent{
		ID: iam.EventID(s.env.NewID()), At: s.env.Time(), User: u, Username: iam.Cut(username, maxName), Dialect: from.Dialect,
		Method: m, Address: from.Address, Client: iam.Cut(from.Client, maxName), Result: result, Reason: reason,
	}
}

func (s *Service) actor(t iam.TenantID, st Standing, m iam.AuthMethod, session iam.SessionID, from Origin) iam.Actor {
	return iam.Actor{
		Tenant: t, Home: t, User: st.User, Username: st.Username, Method: m, Session: session,
		Address: from.Address, Client: from.Client, RequestID: from.RequestID,
	}
}
