package authn

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// NewCertificate says what certificate to issue.
type NewCertificate struct {
	User       iam.UserID
	Name       string
	Passphrase string        // of the PKCS #12 file
	Life       time.Duration // 0 is a year, at most two
}

// IssueCertificate makes a key pair and a client certificate of the tenant's
// own authority, which is made when there is none, and answers both as
// PKCS #12 (RFC 7292), once. Invalid; NotFound; Denied as for CreateAccessKey.
func (s *Service) IssueCertificate(ctx context.Context, by iam.Actor, in NewCertificate) (pkcs12 []byte, c iam.Certificate, err error) {
	panic("unfinished")
}

// Certificates lists certificates, of one user when u is not empty.
func (s *Service) Certificates(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.Certificate], error) {
	panic("unfinished")
}

// RevokeCertificate ends a certificate of a user, with effect on the next
// request. NotFound; Denied as for CreateAccessKey.
func (s *Service) RevokeCertificate(ctx context.Context, by iam.Actor, u iam.UserID, serial string) error {
	panic("unfinished")
}

// Authority answers the certificate of the tenant's authority, which is made
// when there is none, as PEM.
func (s *Service) Authority(ctx context.Context, by iam.Actor) ([]byte, error) { panic("unfinished") }

// ClientCertificate answers who a certificate, whose private key the client
// has proved to hold, speaks for. code as for Bearer. Unauthenticated: it is
// not of a tenant's authority, expired or revoked, or its user may not act, or
// not from here.
func (s *Service) ClientCertificate(ctx context.Context, c *x509.Certificate, code string, from Origin) (iam.Actor, error) {
	panic("unfinished")
}
