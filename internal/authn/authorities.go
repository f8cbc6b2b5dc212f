package authn

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// authorityLife is how long a certificate authority lasts. Another takes its
// place while it can still outlive what is issued.
const authorityLife = 10 * 365 * 24 * time.Hour

// authority is a certificate authority of a tenant, ready to issue.
type authority struct {
	certificate *x509.Certificate
	private     crypto.Signer
}

// issue signs a certificate for a public key.
func (a authority) issue(template *x509.Certificate, public crypto.PublicKey, random io.Reader) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(random, template, a.certificate, public, a.private)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// Authority answers the certificates of the tenant's authorities that have not
// expired, newest first, as PEM. There is one, which is made when there is
// none, and two while one takes the place of the other.
func (s *Service) Authority(ctx context.Context, by iam.Actor) ([]byte, error) {
	if _, err := s.ensureAuthority(ctx, by.Tenant); err != nil {
		return nil, err
	}
	rows, err := s.store.Authorities(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	for _, row := range rows {
		if !s.env.Time().Before(row.Expires) {
			continue
		}
		if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: row.Certificate}); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

// ensureAuthority answers the tenant's newest authority, and makes one where
// there is none that outlives what it issues now.
func (s *Service) ensureAuthority(ctx context.Context, t iam.TenantID) (authority, error) {
	until := s.env.Time().Add(maxCertificateLife)
	rows, err := s.store.Authorities(ctx, t)
	if err != nil {
		return authority{}, err
	}
	if len(rows) == 0 || !rows[0].Expires.After(until) {
		row, err := s.newAuthority(ctx, t)
		if err != nil {
			return authority{}, err
		}
		// What the store has counts: another node may have been faster.
		if row, err = s.store.InsertAuthority(ctx, t, row, until); err != nil {
			return authority{}, err
		}
		return s.openAuthority(ctx, t, row)
	}
	return s.openAuthority(ctx, t, rows[0])
}

// newAuthority makes an authority whose name tells its tenant and Gatehouse.
func (s *Service) newAuthority(ctx context.Context, t iam.TenantID) (Authority, error) {
	tenant, err := s.store.Tenant(ctx, t)
	if err != nil {
		return Authority{}, err
	}
	pair, err := ecdsa.GenerateKey(elliptic.P256(), s.env.Rand)
	if err != nil {
		return Authority{}, err
	}
	now := s.env.Time()
	template := &x509.Certificate{
		SerialNumber: s.newSerial(),
		Subject: pkix.Name{CommonName: iam.Cut("Gatehouse "+tenant.Code, maxCommonName), Organization: []string{"Gatehouse"},
			OrganizationalUnit: []string{string(t)}},
		NotBefore:             now.Add(-early).Truncate(time.Second),
		NotAfter:              now.Add(authorityLife).Truncate(time.Second),
		KeyUsage:              x509.KeyUsageCertSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true, // signs no other authority
	}
	der, err := x509.CreateCertificate(s.env.Rand, template, template, &pair.PublicKey, pair)
	if err != nil {
		return Authority{}, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		return Authority{}, err
	}
	row := Authority{ID: s.env.NewID(), Certificate: der, Created: now, Expires: template.NotAfter}
	row.Private, err = s.keys.Seal(ctx, t, private, sealedAuthority(row.ID))
	return row, err
}

// sealedAuthority is what the private key of an authority is sealed as.
func sealedAuthority(id string) string { return "authority:" + id }

func (s *Service) openAuthority(ctx context.Context, t iam.TenantID, row Authority) (authority, error) {
	certificate, err := x509.ParseCertificate(row.Certificate)
	if err != nil {
		return authority{}, fmt.Errorf("authority %s: %w", row.ID, err)
	}
	der, err := s.keys.Open(ctx, t, row.Private, sealedAuthority(row.ID))
	if err != nil {
		return authority{}, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return authority{}, fmt.Errorf("authority %s: %w", row.ID, err)
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return authority{}, iam.E(iam.Internal, "authority %s has a key that cannot sign", row.ID)
	}
	return authority{certificate, private}, nil
}
