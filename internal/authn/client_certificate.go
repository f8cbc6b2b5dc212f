package authn

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func serialText(n *big.Int) string { return n.Text(16) }

// fingerprint is the SHA-256 of a certificate as it is sent.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

const subjectPrefix = "gatehouse:"

// subjectURI is the name of a user in a certificate: urn:gatehouse:<tenant>:<user>.
func subjectURI(t iam.TenantID, u iam.UserID) *url.URL {
	return &url.URL{Scheme: "urn", Opaque: subjectPrefix + string(t) + ":" + string(u)}
}

// subjectOf reads the name of a user in a certificate. Nobody has checked who
// says so.
func subjectOf(c *x509.Certificate) (t iam.TenantID, u iam.UserID, ok bool) {
	if len(c.URIs) != 1 || c.URIs[0].Scheme != "urn" {
		return "", "", false
	}
	rest, ok := strings.CutPrefix(c.URIs[0].Opaque, subjectPrefix)
	tenant, user, _ := strings.Cut(rest, ":")
	return iam.TenantID(tenant), iam.UserID(user), ok && iam.ValidID(tenant) && iam.ValidID(user)
}

// ClientCertificate answers who a certificate, whose private key the client
// has proved to hold, speaks for. code as for Bearer. Unauthenticated: it is
// not of a tenant's authority, expired or revoked, or its user may not act, or
// not from here.
func (s *Service) ClientCertificate(ctx context.Context, c *x509.Certificate, code string, from Origin) (iam.Actor, error) {
	t, u, ok := subjectOf(c)
	if !ok {
		return iam.Actor{}, unauthenticated()
	}
	serial := serialText(c.SerialNumber)
	r, err := s.certs.Get(ctx, t, serial, func(ctx context.Context) (*CertificateRecord, error) { return s.verifyCertificate(ctx, t, c) })
	if iam.Is(err, iam.NotFound) {
		return iam.Actor{}, unauthenticated()
	}
	if err != nil {
		return iam.Actor{}, err
	}
	// What is remembered was verified for the very certificate of this
	// fingerprint; its times are asked of each request.
	now := s.env.Time()
	if r.Fingerprint != fingerprint(c) || r.User != u || !r.Revoked.IsZero() || now.Before(c.NotBefore) || !now.Before(r.Expires) {
		return iam.Actor{}, unauthenticated()
	}
	if err := s.admit(ctx, t, r.Standing, onAPI, nil, from); err != nil {
		return iam.Actor{}, err
	}
	by, err := s.ofTenant(ctx, s.actor(t, r.Standing, iam.MethodCertificate, "", from), code)
	if err == nil {
		s.used.certificates.note(t, serial, now)
	}
	return by, err
}

// verifyCertificate answers the record of a certificate that an authority of
// the tenant has signed. NotFound: there is none, or it was not.
func (s *Service) verifyCertificate(ctx context.Context, t iam.TenantID, c *x509.Certificate) (*CertificateRecord, error) {
	r, err := s.store.Certificate(ctx, t, serialText(c.SerialNumber))
	if err != nil {
		return nil, err
	}
	rows, err := s.store.Authorities(ctx, t)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	for _, row := range rows {
		root, err := x509.ParseCertificate(row.Certificate)
		if err != nil {
			return nil, err
		}
		roots.AddCert(root)
	}
	if _, err := c.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: s.env.Now(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		return nil, iam.ErrNotFound("certificate", r.Serial)
	}
	return &r, nil
}
