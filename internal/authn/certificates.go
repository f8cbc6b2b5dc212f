package authn

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net/url"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// How long a client certificate lasts.
const (
	certificateLife    = 365 * 24 * time.Hour
	maxCertificateLife = 2 * certificateLife
)

// early is how long before now a certificate begins, for the sake of servers
// whose clocks are behind.
const early = time.Minute

// NewCertificate says what certificate to issue.
type NewCertificate struct {
	User       iam.UserID
	Name       string
	Passphrase string        // of the PKCS #12 file
	Life       time.Duration // at most two years, and what the tenant allows; 0 is a year, or that
}

// IssueCertificate makes a key pair and a client certificate of the tenant's
// own authority, which is made when there is none, and answers both as
// PKCS #12 (RFC 7292), once. Invalid; NotFound; Denied as for CreateAccessKey.
func (s *Service) IssueCertificate(ctx context.Context, by iam.Actor, in NewCertificate) (pkcs12 []byte, c iam.Certificate, err error) {
	limit, err := s.certificateLimit(ctx, by)
	if err != nil {
		return nil, c, err
	}
	if in.Life == 0 {
		in.Life = certificateLife
		if limit > 0 {
			in.Life = min(in.Life, limit)
		}
	}
	if err := in.check(limit); err != nil {
		return nil, c, err
	}
	a, err := s.credentialUser(ctx, by, in.User)
	if err != nil {
		return nil, c, err
	}
	authority, err := s.ensureAuthority(ctx, by.Tenant)
	if err != nil {
		return nil, c, err
	}
	now := s.env.Time()
	template := &x509.Certificate{
		SerialNumber: s.newSerial(),
		Subject:      pkix.Name{CommonName: iam.Cut(a.Username, maxCommonName)},
		URIs:         []*url.URL{subjectURI(by.Tenant, in.User)},
		NotBefore:    now.Add(-early).Truncate(time.Second),
		NotAfter:     now.Add(in.Life).Truncate(time.Second),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		// Not an authority.
		BasicConstraintsValid: true,
	}
	pair, err := ecdsa.GenerateKey(elliptic.P256(), s.env.Rand)
	if err != nil {
		return nil, c, err
	}
	certificate, err := authority.issue(template, &pair.PublicKey, s.env.Rand)
	if err != nil {
		return nil, c, err
	}
	file, err := pkcs12Encoder.Encode(pair, certificate, []*x509.Certificate{authority.certificate}, in.Passphrase)
	if err != nil {
		return nil, c, err
	}
	c = iam.Certificate{Serial: serialText(certificate.SerialNumber), User: in.User, Username: a.Username, Name: in.Name,
		Fingerprint: fingerprint(certificate), Created: now, Expires: certificate.NotAfter.UTC()}
	if err := s.store.InsertCertificate(ctx, by.Tenant, c, s.env.Event(by, "certificate", "create", c.Serial, a.Username)); err != nil {
		return nil, iam.Certificate{}, err
	}
	s.tellOf(ctx, by.Tenant, a, iam.MessageKeyCreated, by, issued{issuedCertificate, c.Serial})
	s.remind(ctx, by.Tenant, issued{issuedCertificate, c.Serial}, c.Expires)
	return file, c, nil
}

// pkcs12Encoder makes files as OpenSSL 3 does (AES-256, PBKDF2 with SHA-256),
// with more rounds, since their passphrases are people's own.
var pkcs12Encoder = pkcs12.Modern.WithIterations(100_000)

// maxCommonName is ub-common-name (RFC 5280 appendix A.1), here in bytes.
const maxCommonName = 64

// check is the rule for what a caller says of a certificate. limit is how long
// one of the tenant may last; 0 is as long as any.
func (in NewCertificate) check(limit time.Duration) error {
	var c iam.Checker
	c.Length("name", in.Name, 0, 256)
	c.Length("passphrase", in.Passphrase, 8, 256)
	// PKCS #12 keeps passphrases as UCS-2 (RFC 7292 appendix B.1).
	if !iam.Printable(in.Passphrase) || strings.ContainsFunc(in.Passphrase, func(r rune) bool { return r > 0xffff }) {
		c.Add("passphrase", iam.ReasonFormat, "passphrase must not have control characters, nor any outside of Unicode's basic plane")
	}
	if in.Life < time.Hour || in.Life > maxCertificateLife {
		c.Add("life", iam.ReasonFormat, "life must be between an hour and two years")
	}
	if limit > 0 && in.Life > limit {
		c.Add("life", iam.ReasonFormat, "life must be at most %d days: certificates of this tenant last no longer", int(limit/day))
	}
	return c.Err()
}

// newSerial makes 128 bits of which 126 are random: the first two make it
// positive and of one length (RFC 5280 section 4.1.2.2).
func (s *Service) newSerial() *big.Int {
	var b [16]byte
	if _, err := io.ReadFull(s.env.Rand, b[:]); err != nil {
		panic("authn: source of randomness failed: " + err.Error())
	}
	b[0] = b[0]&0x3f | 0x40
	return new(big.Int).SetBytes(b[:])
}

// Certificates lists certificates, of one user when u is not empty.
func (s *Service) Certificates(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.Certificate], error) {
	return s.store.Certificates(ctx, by.Tenant, u, p)
}

// RevokeCertificate ends a certificate of a user, of whichever when u is empty,
// with effect on the next request. NotFound, also when it is of another user
// than u or was revoked before; Denied as for CreateAccessKey.
func (s *Service) RevokeCertificate(ctx context.Context, by iam.Actor, u iam.UserID, serial string) error {
	r, err := s.store.Certificate(ctx, by.Tenant, serial)
	if err != nil {
		return err
	}
	if u != "" && u != r.User {
		return iam.ErrNotFound("certificate", serial)
	}
	if err := s.mayManage(ctx, by, r.User); err != nil {
		return err
	}
	return s.store.RevokeCertificate(ctx, by.Tenant, serial, s.env.Time(), s.env.Event(by, "certificate", "revoke", serial, r.Username))
}
