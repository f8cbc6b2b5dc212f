package api_test

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestCertificate: a client certificate counts where the request brings
// nothing else, and only for requests that no page of another site made.
func TestCertificate(t *testing.T) {
	mine := &x509.Certificate{}
	z := openZoo(t)
	z.ByCertificate = func(ctx context.Context, c *x509.Certificate, dialect string) (iam.Actor, error) {
		if c != mine || dialect != "zoo" {
			return iam.Actor{}, iam.E(iam.Unauthenticated, "who are you?")
		}
		return iam.Actor{Username: "keeper", Tenant: "by certificate"}, nil
	}
	for _, tt := range []struct {
		name    string
		c       *x509.Certificate
		method  string
		headers []string
		want    int
	}{
		{"a certificate", mine, "GET", nil, 200},
		{"a write", mine, "PUT", nil, 200},
		{"none", nil, "GET", nil, 401},
		{"of somebody else", &x509.Certificate{}, "GET", nil, 401},
		{"beside a wrong token", mine, "GET", []string{"Authorization: Bearer thief"}, 401},
		{"beside an empty token", mine, "GET", []string{"Authorization: "}, 401},
		{"beside a token", mine, "GET", []string{"Authorization: Bearer visitor"}, 403},
		{"beside another header of the dialect", mine, "GET", []string{"X-Key: wrong"}, 401},
		{"beside a header that is none of the dialect's", mine, "GET", []string{"X-Other: wrong"}, 200},
		{"in a header", nil, "GET", []string{"X-SSL-Client-Cert: MIIB", "X-SSL-Client-Verify: SUCCESS", "X-Forwarded-Client-Cert: Hash=1",
			"X-Client-Cert: MIIB", "SSL-Client-Cert: MIIB", "Client-Cert: :MIIB:"}, 401},
		{"for the page of another site", mine, "PUT", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"for the page of a sister site", mine, "DELETE", []string{"Sec-Fetch-Site: same-site"}, 403},
		{"for another origin, of an old browser", mine, "PUT", []string{"Origin: https://evil.example"}, 403},
		{"for a page of ours", mine, "PUT", []string{"Sec-Fetch-Site: same-origin"}, 200},
	} {
		r := httptest.NewRequest(tt.method, "/zoo/animals/7", strings.NewReader(`{}`))
		for _, h := range tt.headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set(name, value)
		}
		r = r.WithContext(api.WithRequest(r.Context(), api.RequestInfo{Certificate: tt.c}))
		if w := z.serve(r); w.Code != tt.want {
			t.Errorf("%s: %d %s, want %d", tt.name, w.Code, w.Body, tt.want)
		}
	}
}

// TestNarrowedActor: what is open to everybody signed in is asked for too when
// the actor is narrowed to some permissions.
func TestNarrowedActor(t *testing.T) {
	for scope, want := range map[string]int{"": http.StatusAccepted, "animals.update": http.StatusForbidden} {
		z := openZoo(t)
		z.ByCertificate = func(context.Context, *x509.Certificate, string) (iam.Actor, error) {
			return iam.Actor{Username: "visitor", Scope: scope}, nil
		}
		r := httptest.NewRequest("POST", "/zoo/animals/hatch", strings.NewReader(`{"kind":"emu"}`))
		w := z.serve(r.WithContext(api.WithRequest(r.Context(), api.RequestInfo{Certificate: &x509.Certificate{}})))
		if w.Code != want {
			t.Errorf("scope %q: %d, want %d", scope, w.Code, want)
		}
	}
}
