package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// InsertAuthority implements authn.Store.
func (s *Store) InsertAuthority(ctx context.Context, t iam.TenantID, a authn.Authority) (authn.Authority, error) {
	panic("unfinished")
}

// Authorities implements authn.Store.
func (s *Store) Authorities(ctx context.Context, t iam.TenantID) ([]authn.Authority, error) {
	panic("unfinished")
}

// InsertCertificate implements authn.Store.
func (s *Store) InsertCertificate(ctx context.Context, t iam.TenantID, c iam.Certificate, events ...iam.Event) error {
	panic("unfinished")
}

// RevokeCertificate implements authn.Store.
func (s *Store) RevokeCertificate(ctx context.Context, t iam.TenantID, serial string, at time.Time, events ...iam.Event) error {
	panic("unfinished")
}

// Certificate implements authn.Store.
func (s *Store) Certificate(ctx context.Context, t iam.TenantID, serial string) (authn.CertificateRecord, error) {
	panic("unfinished")
}

// Certificates implements authn.Store.
func (s *Store) Certificates(ctx context.Context, t iam.TenantID, u iam.UserID, p iam.Page) (iam.List[iam.Certificate], error) {
	panic("unfinished")
}

// TouchCertificates implements authn.Store.
func (s *Store) TouchCertificates(ctx context.Context, t iam.TenantID, used map[string]time.Time) error {
	panic("unfinished")
}
