package authn

import (
	"context"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Prover is somebody in the middle of proving who they are, or somebody signed
// in who changes how they do that. It is no iam.Actor, so that no other use
// case takes it: who has steps left can take those steps and nothing else.
type Prover struct {
	tenant  iam.TenantID
	account Account
	session iam.Session
	life    time.Duration // as in NewSession
	from    Origin
}

// Tenant is where the user lives.
func (p Prover) Tenant() iam.TenantID { return p.tenant }

// User is who it is.
func (p Prover) User() iam.UserID { return p.account.User }

// Username is what the user signs in with.
func (p Prover) Username() string { return p.account.Username }

// Session is the session in whose name this happens; its Pending are the
// steps that are left, to be taken from the first.
func (p Prover) Session() iam.Session { return p.session }

// reauthAfter is how long a sign-in is recent enough to change how one signs in.
const reauthAfter = 10 * time.Minute

// next reports whether a step is the one to be taken now.
func (p Prover) next(step iam.Step) bool {
	return len(p.session.Pending) > 0 && p.session.Pending[0] == step
}

// may answers nil for who has to take a step now, and for who is signed in
// since recently: they may do of their own accord what the step asks for.
// Precondition: another step comes first, or the sign-in is too long ago
// (ReasonReauth).
func (p Prover) may(step iam.Step, now time.Time) error {
	switch {
	case p.next(step):
		return nil
	case len(p.session.Pending) > 0:
		return outOfTurn()
	case now.Sub(p.session.SignedIn) >= reauthAfter:
		return reauthenticate()
	}
	return nil
}

// Recent answers nil to who is signed in since recently enough to change how they
// sign in, by means that others look after. Precondition: ReasonReauth, or there
// are steps left.
func (s *Service) Recent(p Prover) error {
	switch {
	case len(p.session.Pending) > 0:
		return outOfTurn()
	case s.env.Now().Sub(p.session.SignedIn) >= reauthAfter:
		return reauthenticate()
	}
	return nil
}

func outOfTurn() error {
	return iam.E(iam.Precondition, "the sign-in has another step to take first")
}

func reauthenticate() error {
	return iam.E(iam.Precondition, "the sign-in is too long ago for this; prove again who you are").Because(iam.ReasonReauth)
}

// actorOf is the prover in the trail of what was done.
func (s *Service) actorOf(p Prover) iam.Actor {
	return s.actor(p.tenant, p.account.Standing, iam.MethodSession, p.session.ID, p.from)
}

// Pending answers who a cookie stands for while there are steps left, or after.
// Unauthenticated: it is malformed or forged, or its session has ended.
func (s *Service) Pending(ctx context.Context, cookie string, from Origin) (Prover, error) {
	t, r, err := s.byCookie(ctx, cookie, from)
	if err != nil {
		return Prover{}, err
	}
	return s.prover(ctx, t, r, from)
}

// PendingSession is Pending for a client without cookies, which has proved by
// other means that the session is its own.
func (s *Service) PendingSession(ctx context.Context, t iam.TenantID, id iam.SessionID, from Origin) (Prover, error) {
	r, err := s.current(ctx, t, id, from)
	if err != nil {
		return Prover{}, err
	}
	return s.prover(ctx, t, r, from)
}

// Self answers a signed-in actor as a Prover, to change how they sign in.
// Unauthenticated: the session has ended; Denied: the actor came without a
// session, as with an API token, or acts in another tenant than their own.
func (s *Service) Self(ctx context.Context, by iam.Actor, from Origin) (Prover, error) {
	if by.Session == "" || by.Home != by.Tenant {
		return Prover{}, iam.E(iam.Denied, "how one signs in can be changed only by who has signed in, in their own tenant")
	}
	r, err := s.liveSession(ctx, by.Home, by.Session, from)
	if err != nil {
		return Prover{}, err
	}
	return s.prover(ctx, by.Home, r, from)
}

// prover reads the account anew, since what is proved is held against it.
func (s *Service) prover(ctx context.Context, t iam.TenantID, r SessionRecord, from Origin) (Prover, error) {
	a, err := s.store.AccountByID(ctx, t, r.User)
	if iam.Is(err, iam.NotFound) {
		return Prover{}, unauthenticated()
	}
	return Prover{tenant: t, account: a, session: r.Session, life: r.Life, from: from}, err
}

// advance takes the step that is next, which a method has just proved: another
// session comes in place of the prover's. Of many that take one step at once
// one succeeds. Precondition: another step is next; Unauthenticated: the
// session has ended.
func (s *Service) advance(ctx context.Context, p Prover, step iam.Step, method iam.AuthMethod) (Begun, error) {
	if !p.next(step) {
		return Begun{}, outOfTurn()
	}
	return s.enter(ctx, p.tenant, p.entry(method, p.session.Pending[1:]), p.from)
}

// entry is a session in place of the prover's, with one method more.
func (p Prover) entry(method iam.AuthMethod, pending []iam.Step) entry {
	methods := p.session.Methods
	if !slices.Contains(methods, method) {
		methods = append(slices.Clone(methods), method)
	}
	return entry{account: p.account, method: method, methods: methods, pending: pending, pages: p.session.Pages, life: p.life,
		replaces: p.session.ID}
}
