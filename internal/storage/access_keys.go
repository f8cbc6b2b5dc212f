package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// InsertAccessKey implements authn.Store.
func (s *Store) InsertAccessKey(ctx context.Context, t iam.TenantID, k authn.AccessKeyRecord, most int, events ...iam.Event) error {
	panic("unfinished")
}

// UpdateAccessKey implements authn.Store.
func (s *Store) UpdateAccessKey(ctx context.Context, t iam.TenantID, k iam.AccessKey, events ...iam.Event) error {
	panic("unfinished")
}

// DeleteAccessKey implements authn.Store.
func (s *Store) DeleteAccessKey(ctx context.Context, t iam.TenantID, id iam.AccessKeyID, events ...iam.Event) error {
	panic("unfinished")
}

// AccessKey implements authn.Store.
func (s *Store) AccessKey(ctx context.Context, t iam.TenantID, id iam.AccessKeyID) (authn.AccessKeyRecord, error) {
	panic("unfinished")
}

// AccessKeys implements authn.Store.
func (s *Store) AccessKeys(ctx context.Context, t iam.TenantID, u iam.UserID, p iam.Page) (iam.List[iam.AccessKey], error) {
	panic("unfinished")
}

// TouchAccessKeys implements authn.Store.
func (s *Store) TouchAccessKeys(ctx context.Context, t iam.TenantID, used map[iam.AccessKeyID]time.Time) error {
	panic("unfinished")
}

// UseSignature implements authn.Store.
func (s *Store) UseSignature(ctx context.Context, t iam.TenantID, signature string, expires time.Time) error {
	panic("unfinished")
}

// InsertSigningKey implements authn.Store.
func (s *Store) InsertSigningKey(ctx context.Context, t iam.TenantID, k authn.SigningKey) (authn.SigningKey, error) {
	panic("unfinished")
}

// SigningKeys implements authn.Store.
func (s *Store) SigningKeys(ctx context.Context, t iam.TenantID) ([]authn.SigningKey, error) {
	panic("unfinished")
}
