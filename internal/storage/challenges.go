package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// InsertChallenge implements authn.Store.
func (s *Store) InsertChallenge(ctx context.Context, t iam.TenantID, c authn.Challenge, events ...iam.Event) error {
	panic("unfinished")
}

// TryChallenge implements authn.Store.
func (s *Store) TryChallenge(ctx context.Context, t iam.TenantID, id iam.ChallengeID, now time.Time, most int) (authn.Challenge, error) {
	panic("unfinished")
}

// FindChallenge implements authn.Store.
func (s *Store) FindChallenge(ctx context.Context, t iam.TenantID, u iam.UserID, purpose authn.Purpose, subject string, now time.Time) (iam.ChallengeID, error) {
	panic("unfinished")
}

// SpendChallenge implements authn.Store.
func (s *Store) SpendChallenge(ctx context.Context, t iam.TenantID, id iam.ChallengeID, events ...iam.Event) error {
	panic("unfinished")
}

// PurgeSignInLeftovers implements authn.Store.
func (s *Store) PurgeSignInLeftovers(ctx context.Context, before time.Time, n int) (int, error) {
	panic("unfinished")
}
