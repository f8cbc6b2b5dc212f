package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// AccountByID implements authn.Store.
func (s *Store) AccountByID(ctx context.Context, t iam.TenantID, u iam.UserID) (authn.Account, error) {
	panic("unfinished")
}

// AccountByEmail implements authn.Store.
func (s *Store) AccountByEmail(ctx context.Context, t iam.TenantID, email string) (authn.Account, error) {
	panic("unfinished")
}

// PasswordHistory implements authn.Store.
func (s *Store) PasswordHistory(ctx context.Context, t iam.TenantID, u iam.UserID, n int) ([]string, error) {
	panic("unfinished")
}

// VerifyEmail implements authn.Store.
func (s *Store) VerifyEmail(ctx context.Context, t iam.TenantID, u iam.UserID, email string, events ...iam.Event) error {
	panic("unfinished")
}

// CountFailure implements authn.Store.
func (s *Store) CountFailure(ctx context.Context, t iam.TenantID, now time.Time, subjects []authn.LockoutSubject) (until time.Time, err error) {
	panic("unfinished")
}

// ForgetFailures implements authn.Store.
func (s *Store) ForgetFailures(ctx context.Context, t iam.TenantID, subjects []authn.LockoutSubject) error {
	panic("unfinished")
}
