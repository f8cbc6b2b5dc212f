package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// KeyStore keeps access keys, and the key pairs that sign tokens.
type KeyStore interface {
	// InsertAccessKey writes an access key. Precondition, with ReasonLimit: the
	// user has most keys; NotFound: the user is gone.
	InsertAccessKey(ctx context.Context, t iam.TenantID, k AccessKeyRecord, most int, events ...iam.Event) error
	// UpdateAccessKey writes whether a key is active and its networks, and
	// counts the epoch up. NotFound.
	UpdateAccessKey(ctx context.Context, t iam.TenantID, k iam.AccessKey, events ...iam.Event) error
	// DeleteAccessKey removes a key and counts the epoch up. NotFound.
	DeleteAccessKey(ctx context.Context, t iam.TenantID, id iam.AccessKeyID, events ...iam.Event) error
	// AccessKey answers an access key by its id. NotFound.
	AccessKey(ctx context.Context, t iam.TenantID, id iam.AccessKeyID) (AccessKeyRecord, error)
	// AccessKeys lists access keys, of one user when u is not empty, newest first.
	AccessKeys(ctx context.Context, t iam.TenantID, u iam.UserID, p iam.Page) (iam.List[iam.AccessKey], error)
	// TouchAccessKeys notes when keys were last used. Unknown ones are passed over.
	TouchAccessKeys(ctx context.Context, t iam.TenantID, used map[iam.AccessKeyID]time.Time) error
	// UseSignature notes the signature of a write until it expires. Exists:
	// it was used before.
	UseSignature(ctx context.Context, t iam.TenantID, signature string, expires time.Time) error

	// InsertSigningKey writes a key pair, unless the tenant has one of the
	// algorithm already, and answers the tenant's newest.
	InsertSigningKey(ctx context.Context, t iam.TenantID, k SigningKey) (SigningKey, error)
	// SigningKeys answers the key pairs of a tenant, newest first. NotFound:
	// there is no such tenant.
	SigningKeys(ctx context.Context, t iam.TenantID) ([]SigningKey, error)
}

// AccessKeyRecord is an access key with its sealed secret and the standing of
// its user.
type AccessKeyRecord struct {
	iam.AccessKey
	Secret   []byte
	Standing Standing // filled on reading
}

// SigningKey is a key pair that signs tokens which others verify.
type SigningKey struct {
	ID        string
	Algorithm string // RFC 7518: "RS256"
	Public    []byte // PKIX, DER
	Private   []byte // PKCS #8, DER, sealed
	Created   time.Time
}

// CertificateStore keeps the certificate authorities of tenants and what they issued.
type CertificateStore interface {
	// InsertAuthority writes an authority, unless the tenant has one that
	// lasts past the time already, and answers the tenant's newest.
	InsertAuthority(ctx context.Context, t iam.TenantID, a Authority, until time.Time) (Authority, error)
	// Authorities answers the authorities of a tenant, newest first.
	Authorities(ctx context.Context, t iam.TenantID) ([]Authority, error)
	// InsertCertificate writes that a certificate was issued. NotFound: the
	// user is gone.
	InsertCertificate(ctx context.Context, t iam.TenantID, c iam.Certificate, events ...iam.Event) error
	// RevokeCertificate marks a certificate as revoked and counts the epoch
	// up. NotFound, also when it was revoked before.
	RevokeCertificate(ctx context.Context, t iam.TenantID, serial string, at time.Time, events ...iam.Event) error
	// Certificate answers a certificate by its serial number. NotFound.
	Certificate(ctx context.Context, t iam.TenantID, serial string) (CertificateRecord, error)
	// Certificates lists certificates, of one user when u is not empty, newest first.
	Certificates(ctx context.Context, t iam.TenantID, u iam.UserID, p iam.Page) (iam.List[iam.Certificate], error)
	// TouchCertificates notes when certificates were last used.
	TouchCertificates(ctx context.Context, t iam.TenantID, used map[string]time.Time) error
}

// Authority is a certificate authority of a tenant.
type Authority struct {
	ID          string // UUIDv7
	Certificate []byte // DER
	Private     []byte // PKCS #8, DER, sealed
	Created     time.Time
	Expires     time.Time
}

// CertificateRecord is a certificate with the standing of its user.
type CertificateRecord struct {
	iam.Certificate
	Standing Standing
}
