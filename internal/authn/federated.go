package authn

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// SignInFederated begins a session on pages of somebody whom a provider has
// proved. A second factor that the user has, or that is asked for, is pending
// unless the provider says that it has asked for several (amr "mfa", RFC 8176
// section 2). Unauthenticated: the user may not act, or not on pages from here.
//
// Failures are not counted, nor does a lock hold anybody up: there is nothing here
// that could be guessed.
func (s *Service) SignInFederated(ctx context.Context, t iam.TenantID, f iam.Federated, from Origin) (Begun, error) {
	a, err := s.store.AccountByID(ctx, t, f.User)
	if iam.Is(err, iam.NotFound) {
		return Begun{}, unauthenticated()
	}
	if err != nil {
		return Begun{}, err
	}
	reason, err := s.refusal(ctx, t, a.Standing, onPages, nil, from)
	if err != nil {
		return Begun{}, err
	}
	if reason != "" {
		return Begun{}, s.refused(ctx, t, s.loginEvent(a.User, a.Username, iam.MethodProvider, reason, from), unauthenticated())
	}
	e := entry{account: a, method: iam.MethodProvider, methods: []iam.AuthMethod{iam.MethodProvider}, pages: true}
	if slices.Contains(f.Methods, string(iam.MethodMFA)) {
		e.methods = append(e.methods, iam.MethodMFA)
	} else if e.pending, err = s.factorSteps(ctx, t, a); err != nil {
		return Begun{}, err
	}
	if e.provider, err = s.sealProvider(ctx, t, f); err != nil {
		return Begun{}, err
	}
	return s.enter(ctx, t, e, from)
}

func (s *Service) sealProvider(ctx context.Context, t iam.TenantID, f iam.Federated) (*SessionProvider, error) {
	p := &SessionProvider{Provider: f.Provider, Issuer: f.Issuer, Subject: f.Subject, SessionID: f.SessionID}
	var err error
	p.IDToken, err = s.keys.Seal(ctx, t, []byte(f.IDToken), p.sealedAs())
	return p, err
}

// FederationFailed records an attempt of somebody whom a provider has proved, but
// who was not let in for that. The name may be nobody's.
func (s *Service) FederationFailed(ctx context.Context, t iam.TenantID, username, reason string, from Origin) error {
	a, err := s.store.Account(ctx, t, username)
	if err != nil && !iam.Is(err, iam.NotFound) {
		return err
	}
	return s.refused(ctx, t, s.loginEvent(a.User, username, iam.MethodProvider, reason, from), nil)
}

// EndProviderSessions ends sessions that a provider began: of one of its sessions
// where sid is not empty, else of a subject; answers how many. e tells of it,
// where there were any. Invalid: neither is given.
func (s *Service) EndProviderSessions(ctx context.Context, t iam.TenantID, p iam.ProviderID, issuer, subject, sid string, e iam.Event) (int, error) {
	if subject == "" && sid == "" {
		return 0, iam.E(iam.Invalid, "whose sessions are to end is not said: neither a subject nor a session")
	}
	return s.store.EndProviderSessions(ctx, t, p, issuer, subject, sid, e)
}

// SessionProvider answers by which provider the actor's session was begun. NotFound.
func (s *Service) SessionProvider(ctx context.Context, by iam.Actor) (iam.Federated, error) {
	p, err := s.store.SessionProvider(ctx, by.Home, by.Session)
	if err != nil {
		return iam.Federated{}, err
	}
	token, err := s.keys.Open(ctx, by.Home, p.IDToken, p.sealedAs())
	return iam.Federated{User: by.User, Provider: p.Provider, Issuer: p.Issuer, Subject: p.Subject, SessionID: p.SessionID,
		IDToken: string(token)}, err
}

// providerOf is by which provider a prover's session was begun, for another that
// comes in its place after all sessions of the user have ended; nil for none.
func (s *Service) providerOf(ctx context.Context, p Prover) (*SessionProvider, error) {
	provider, err := s.store.SessionProvider(ctx, p.tenant, p.session.ID)
	if iam.Is(err, iam.NotFound) {
		return nil, nil
	}
	return &provider, err
}
