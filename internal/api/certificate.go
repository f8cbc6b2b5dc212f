package api

import (
	"context"
	"crypto/x509"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// CertificateAuth finds out who a client certificate speaks for, whose private
// key the client has proved to hold. dialect is the name of the one that is
// called. An Unauthenticated error says that it speaks for nobody.
type CertificateAuth func(ctx context.Context, c *x509.Certificate, dialect string) (iam.Actor, error)

// crossOrigin tells requests that a browser sends for the pages of another
// site: it adds a certificate to those too.
var crossOrigin http.CrossOriginProtection

// authenticate finds out who calls: as the dialect says, or by the client
// certificate of the connection where the request itself brings nothing. A
// credential that was brought counts, also where it is wrong.
func (e *endpoint) authenticate(ctx context.Context, r *http.Request) (iam.Actor, error) {
	c := RequestOf(ctx).Certificate
	if c == nil || e.registry.ByCertificate == nil || e.Dialect.credentialed(r) {
		return e.Dialect.Authenticate(ctx, r)
	}
	if err := crossOrigin.Check(r); err != nil {
		return iam.Actor{}, iam.E(iam.Denied, "a client certificate does not count for the pages of another site")
	}
	return e.registry.ByCertificate(ctx, c, e.Dialect.Name)
}

// credentialed reports whether a request brings a credential, of whatever
// quality, in one of the dialect's ways.
func (d *Dialect) credentialed(r *http.Request) bool {
	if _, ok := r.Header["Authorization"]; ok {
		return true
	}
	for _, s := range d.Security {
		if _, ok := r.Header[http.CanonicalHeaderKey(s.Header)]; ok && s.Header != "" {
			return true
		}
	}
	return false
}
