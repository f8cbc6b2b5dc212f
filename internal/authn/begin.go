package authn

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// pendingLife is how long a session with steps left lasts at most.
const pendingLife = 10 * time.Minute

// Begun is a session as it is given to who proved themselves: for the first
// time, or anew after each step, since every step makes a new session in place
// of the old one.
type Begun struct {
	iam.Session
	Tenant iam.TenantID
	// Cookie names and proves the session, for a browser; empty for others.
	// It is shown once and never logged.
	Cookie string
}

// Done reports whether the user is signed in: no step is left.
func (b Begun) Done() bool { return len(b.Session.Pending) == 0 }

// entry is a session to be begun.
type entry struct {
	account  Account
	method   iam.AuthMethod   // what was proved just now
	methods  []iam.AuthMethod // all that was proved, in order
	pending  []iam.Step
	pages    bool
	life     time.Duration // as in NewSession
	replaces iam.SessionID
	provider *SessionProvider // as in NewSession
}

// enter writes a session and the event of what was proved, and makes the
// cookie of one on pages. The session always has a new id and a new secret, so
// that what somebody knew of the one before is worth nothing. Unauthenticated:
// the user has changed or the session before has ended meanwhile.
func (s *Service) enter(ctx context.Context, t iam.TenantID, e entry, from Origin) (Begun, error) {
	now := s.env.Time()
	expires, err := s.expiry(ctx, t, e, now)
	if err != nil {
		return Begun{}, err
	}
	b := Begun{Tenant: t, Session: iam.Session{
		ID: iam.SessionID(s.env.NewID()), User: e.account.User, Username: e.account.Username, Dialect: from.Dialect, Method: e.methods[0],
		Address: from.Address, Client: iam.Cut(from.Client, maxName), SignedIn: now, Created: now, Expires: expires, LastSeen: now,
		Pages: e.pages, Methods: slices.Clone(e.methods), Pending: slices.Clone(e.pending),
	}}
	ns := NewSession{Session: b.Session, Generation: e.account.Generation, Replaces: e.replaces, Life: e.life, Provider: e.provider}
	if b.Done() {
		if ns.Place, ns.PlaceJob, err = s.place(ctx, t, b.Session); err != nil {
			return Begun{}, err
		}
	}
	if e.pages {
		secret := s.env.Secret(secretBytes)
		if ns.KeyID, ns.MAC, err = s.keys.MAC(ctx, t, keyring.PurposeCookie, cookieInput(b.ID, secret)); err != nil {
			return Begun{}, err
		}
		b.Cookie = bearerSecret(t, b.ID, secret)
	}
	attempt := s.loginEvent(e.account.User, e.account.Username, e.method, "", from)
	attempt.Session = b.ID
	err = s.store.RecordLogin(ctx, t, attempt, &ns)
	if iam.Is(err, iam.Conflict) || iam.Is(err, iam.NotFound) {
		return Begun{}, unauthenticated()
	}
	if err != nil {
		return Begun{}, err
	}
	return b, nil
}

// expiry is when a session that begins now ends at the latest.
func (s *Service) expiry(ctx context.Context, t iam.TenantID, e entry, now time.Time) (time.Time, error) {
	settings, err := s.settings.Settings(ctx, t)
	if err != nil {
		return time.Time{}, err
	}
	life := settings.Session.Absolute
	if !e.pages {
		life = min(life, cmp.Or(e.life, SessionLife))
	}
	if len(e.pending) > 0 {
		life = min(life, pendingLife)
	}
	return now.Add(life), nil
}

// cookieInput binds the secret to the session, so that a row's MAC is worth
// nothing under another id.
func cookieInput(id iam.SessionID, secret string) []byte { return []byte(string(id) + "\x00" + secret) }
