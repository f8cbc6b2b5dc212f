package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Sessions answers the actor's own sessions, latest seen first.
func (s *Service) Sessions(ctx context.Context, by iam.Actor) ([]iam.Session, error) {
	panic("unfinished")
}

// EndSession ends one of the actor's own sessions. NotFound.
func (s *Service) EndSession(ctx context.Context, by iam.Actor, id iam.SessionID) error {
	panic("unfinished")
}

// EndOtherSessions ends all of the actor's own sessions but the one that they
// came with, and answers how many.
func (s *Service) EndOtherSessions(ctx context.Context, by iam.Actor) (int, error) {
	panic("unfinished")
}

// EndSessionsOf ends all sessions of a user. NotFound; Denied: the actor may
// not set the user's password, or lacks a right that the user holds.
func (s *Service) EndSessionsOf(ctx context.Context, by iam.Actor, u iam.UserID) (int, error) {
	panic("unfinished")
}
