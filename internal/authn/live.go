package authn

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// remembered is a session in the cache, with when this node last saw it in use
// since it was read.
type remembered struct {
	SessionRecord
	seen atomic.Int64 // microseconds since 1970
}

func remember(r SessionRecord) *remembered {
	m := &remembered{SessionRecord: r}
	m.seen.Store(r.LastSeen.UnixMicro())
	return m
}

func (m *remembered) lastSeen() time.Time { return time.UnixMicro(m.seen.Load()) }

// liveSession answers a session in whose name its user may act now, from here.
// Unauthenticated: it has ended or has steps left, or its user may not act.
func (s *Service) liveSession(ctx context.Context, t iam.TenantID, id iam.SessionID, from Origin) (SessionRecord, error) {
	r, err := s.current(ctx, t, id, from)
	if err == nil && len(r.Pending) > 0 {
		err = unauthenticated()
	}
	if err != nil {
		return SessionRecord{}, err
	}
	return r, nil
}

// current answers a session that has not ended, also one that has steps left,
// and notes that it is in use. Unauthenticated.
func (s *Service) current(ctx context.Context, t iam.TenantID, id iam.SessionID, from Origin) (SessionRecord, error) {
	m, err := s.session(ctx, t, id)
	if err == nil {
		err = s.use(ctx, t, m, from)
	}
	if err != nil {
		return SessionRecord{}, err
	}
	return m.SessionRecord, nil
}

// session answers a session whose row is there and of its user's generation.
func (s *Service) session(ctx context.Context, t iam.TenantID, id iam.SessionID) (*remembered, error) {
	m, err := s.sessions.Get(ctx, t, id, func(ctx context.Context) (*remembered, error) {
		r, err := s.store.Session(ctx, t, id)
		return remember(r), err
	})
	if iam.Is(err, iam.NotFound) {
		return nil, unauthenticated()
	}
	return m, err
}

// use notes that a session is in use, or answers Unauthenticated where it has
// ended, though its row is there: its user may not act, or not through this
// door, or not from here; its own end, or the tenant's limit after the sign-in,
// has come; on pages, nobody has used it for as long as the tenant allows.
func (s *Service) use(ctx context.Context, t iam.TenantID, m *remembered, from Origin) error {
	door := onAPI
	if m.Pages {
		door = onPages
	}
	if err := s.admit(ctx, t, m.Standing, door, nil, from); err != nil {
		return err
	}
	settings, err := s.settings.Settings(ctx, t)
	if err != nil {
		return err
	}
	now := s.env.Time()
	if !now.Before(m.Expires) || now.Sub(m.SignedIn) >= settings.Session.Absolute {
		return unauthenticated()
	}
	if m.Pages {
		idle, err := s.idle(ctx, t, m, now, settings.Session.Idle)
		if err != nil {
			return err
		}
		if idle {
			return unauthenticated()
		}
	}
	m.seen.Store(now.UnixMicro())
	s.used.sessions.note(t, m.ID, now)
	return nil
}

// idle reports whether nobody has used a session for so long. One that looks so
// here may have been used on another node: what that has written, at most
// flushEvery later, is read before the session is refused.
func (s *Service) idle(ctx context.Context, t iam.TenantID, m *remembered, now time.Time, most time.Duration) (bool, error) {
	if now.Sub(m.lastSeen()) < most {
		return false, nil
	}
	r, err := s.store.Session(ctx, t, m.ID)
	if iam.Is(err, iam.NotFound) {
		return true, nil
	}
	return now.Sub(r.LastSeen) >= most, err
}

// byCookie answers the session on pages that a cookie names and proves. The
// secret is checked first, so that nobody else's request makes a session seem
// to be in use; but after the row was found, so that invented tenants cost
// nothing that stays.
func (s *Service) byCookie(ctx context.Context, cookie string, from Origin) (iam.TenantID, SessionRecord, error) {
	t, id, secret, ok := splitSecret[iam.SessionID](cookie)
	if !ok {
		return "", SessionRecord{}, unauthenticated()
	}
	m, err := s.session(ctx, t, id)
	if err != nil {
		return "", SessionRecord{}, err
	}
	right, err := s.keys.VerifyMAC(ctx, t, keyring.PurposeCookie, m.KeyID, cookieInput(id, secret), m.MAC)
	if err == nil && (!right || !m.Pages) {
		err = unauthenticated()
	}
	if err == nil {
		err = s.use(ctx, t, m, from)
	}
	if err != nil {
		return "", SessionRecord{}, err
	}
	return t, m.SessionRecord, nil
}
