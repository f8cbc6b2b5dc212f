package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// InsertFactor implements authn.Store.
func (s *Store) InsertFactor(ctx context.Context, t iam.TenantID, f authn.FactorRecord, events ...iam.Event) error {
	panic("unfinished")
}

// ActivateFactor implements authn.Store.
func (s *Store) ActivateFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, step int64, at time.Time, events ...iam.Event) error {
	panic("unfinished")
}

// UseFactor implements authn.Store.
func (s *Store) UseFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, step int64, secret []byte, at time.Time) error {
	panic("unfinished")
}

// RenameFactor implements authn.Store.
func (s *Store) RenameFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, name string, events ...iam.Event) error {
	panic("unfinished")
}

// DeleteFactor implements authn.Store.
func (s *Store) DeleteFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, events ...iam.Event) error {
	panic("unfinished")
}

// Factors implements authn.Store.
func (s *Store) Factors(ctx context.Context, t iam.TenantID, u iam.UserID) ([]authn.FactorRecord, error) {
	panic("unfinished")
}

// FactorByCredential implements authn.Store.
func (s *Store) FactorByCredential(ctx context.Context, t iam.TenantID, credential string) (authn.FactorRecord, error) {
	panic("unfinished")
}

// ReplaceRecoveryCodes implements authn.Store.
func (s *Store) ReplaceRecoveryCodes(ctx context.Context, t iam.TenantID, u iam.UserID, codes []authn.RecoveryCode, events ...iam.Event) error {
	panic("unfinished")
}

// RecoveryCodes implements authn.Store.
func (s *Store) RecoveryCodes(ctx context.Context, t iam.TenantID, u iam.UserID) ([]authn.RecoveryCode, error) {
	panic("unfinished")
}

// SpendRecoveryCode implements authn.Store.
func (s *Store) SpendRecoveryCode(ctx context.Context, t iam.TenantID, u iam.UserID, id string, events ...iam.Event) error {
	panic("unfinished")
}
