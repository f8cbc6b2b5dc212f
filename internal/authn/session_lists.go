package authn

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Sessions answers the actor's own sessions, latest seen first.
func (s *Service) Sessions(ctx context.Context, by iam.Actor) ([]iam.Session, error) {
	sessions, err := s.store.Sessions(ctx, by.Home, by.User)
	if err != nil {
		return nil, err
	}
	settings, err := s.settings.Settings(ctx, by.Home)
	if err != nil {
		return nil, err
	}
	now, limits := s.env.Time(), settings.Session
	return slices.DeleteFunc(sessions, func(one iam.Session) bool {
		return now.Sub(one.SignedIn) >= limits.Absolute || one.Pages && one.ID != by.Session && now.Sub(one.LastSeen) >= limits.Idle
	}), nil
}

// EndSession ends one of the actor's own sessions. NotFound.
func (s *Service) EndSession(ctx context.Context, by iam.Actor, id iam.SessionID) error {
	r, err := s.store.Session(ctx, by.Home, id)
	if err != nil {
		return err
	}
	if r.User != by.User {
		return iam.ErrNotFound("session", string(id))
	}
	return s.store.EndSession(ctx, by.Home, id, s.env.Event(by, "session", "end", string(id), by.Username))
}

// EndOtherSessions ends all of the actor's own sessions but the one that they
// came with, and answers how many.
func (s *Service) EndOtherSessions(ctx context.Context, by iam.Actor) (int, error) {
	return s.store.EndSessions(ctx, by.Home, by.User, by.Session, s.env.Event(by, "user", "end-sessions", string(by.User), by.Username))
}

// EndSessionsOf ends all sessions of a user. NotFound; Denied: the actor may
// not set the user's password, or lacks a right that the user holds.
func (s *Service) EndSessionsOf(ctx context.Context, by iam.Actor, u iam.UserID) (int, error) {
	a, err := s.credentialUser(ctx, by, u)
	if err != nil {
		return 0, err
	}
	return s.store.EndSessions(ctx, by.Tenant, u, "", s.env.Event(by, "user", "end-sessions", string(u), a.Username))
}

// EndUnprovenSessions ends the sessions on pages of all in the actor's tenant who
// have no second factor, but for one, which may be empty, and for sign-ins that
// are about to set one up, and answers how many.
// It is for who makes factors required, and asks nobody for a right.
func (s *Service) EndUnprovenSessions(ctx context.Context, by iam.Actor, but iam.SessionID) (int, error) {
	return s.store.EndUnprovenSessions(ctx, by.Tenant, but, s.env.Event(by, "settings", "end-sessions", string(by.Tenant), ""))
}
