package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Sessions implements authn.Store.
func (s *Store) Sessions(ctx context.Context, t iam.TenantID, u iam.UserID) ([]iam.Session, error) {
	panic("unfinished")
}

// EndSessions implements authn.Store.
func (s *Store) EndSessions(ctx context.Context, t iam.TenantID, u iam.UserID, but iam.SessionID, events ...iam.Event) (int, error) {
	panic("unfinished")
}

// TouchSessions implements authn.Store.
func (s *Store) TouchSessions(ctx context.Context, t iam.TenantID, seen map[iam.SessionID]time.Time) error {
	panic("unfinished")
}

// PurgeLoginEvents implements authn.Store.
func (s *Store) PurgeLoginEvents(ctx context.Context, t iam.TenantID, before time.Time, n int) (int, error) {
	panic("unfinished")
}
