package f5xc_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// tokenOf makes an API token of a user of the default tenant.
func tokenOf(t *testing.T, s *apptest.Server, username string) string {
	t.Helper()
	u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: username})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code, authn.NewToken{User: u.ID})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// browser begins a session on pages and answers its cookie.
func browser(t *testing.T, s *apptest.Server, tenant iam.TenantID, username string) string {
	t.Helper()
	b, err := s.Authn.BeginSignIn(t.Context(), tenant, authn.Attempt{Username: username, Password: apptest.AdminPassword, Pages: true},
		authn.Origin{Dialect: "pages", Address: "127.0.0.1"})
	if err != nil || !b.Done() {
		t.Fatalf("%+v, %v", b.Pending, err)
	}
	return "gatehouse=" + b.Cookie
}

const (
	whoami    = "/api/web/custom/namespaces/system/whoami"
	namespace = `{"metadata":{"name":"made"}}`
)

// TestAuthenticate: every way in, and what stands beside it.
func TestAuthenticate(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		mina := s.NewMember(t, s.Tenant, "mina", "admin")
		barred := s.NewMember(t, s.Tenant, "barred", "admin")
		other := s.NewTenant(t, "other")
		cookie, barredCookie := browser(t, s, s.Tenant.ID, "mina"), browser(t, s, s.Tenant.ID, "barred")
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: barred.User.ID},
			directory.UserChange{Rules: &iam.UserRules{NoAPI: true}}); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name, request string
			headers       []string
			want          int
		}{
			{"nothing", "GET " + whoami, nil, 401},
			{"APIToken", "GET " + whoami, []string{"Authorization: APIToken " + mina.Token}, 200},
			{"APIToken in lower case", "GET " + whoami, []string{"Authorization: apitoken " + mina.Token}, 200},
			{"Bearer", "GET " + whoami, []string{"Authorization: Bearer " + mina.Token}, 200},
			{"Basic", "GET " + whoami, []string{"Authorization: Basic bWluYTpwYXNzd29yZA=="}, 401},
			{"no scheme", "GET " + whoami, []string{"Authorization: " + mina.Token}, 401},
			{"cut short", "GET " + whoami, []string{"Authorization: APIToken " + mina.Token[:len(mina.Token)-1]}, 401},
			{"a wrong token beside a cookie", "GET " + whoami, []string{"Authorization: APIToken gh_default_x_y", "Cookie: " + cookie}, 401},
			{"cookie", "GET " + whoami, []string{"Cookie: " + cookie}, 200},
			{"tampered cookie", "GET " + whoami, []string{"Cookie: " + cookie[:len(cookie)-1] + "x"}, 401},
			{"cookie of the same page", "POST /api/web/namespaces", []string{"Cookie: " + cookie, "Sec-Fetch-Site: same-origin"}, 200},
			{"cookie for another site", "POST /api/web/namespaces", []string{"Cookie: " + cookie, "Sec-Fetch-Site: cross-site"}, 403},
			{"cookie for a sister site", "POST /api/web/namespaces", []string{"Cookie: " + cookie, "Sec-Fetch-Site: same-site"}, 403},
			{"cookie for an old browser", "POST /api/web/namespaces", []string{"Cookie: " + cookie, "Origin: https://evil.example"}, 403},
			{"token for another site", "POST /api/web/namespaces", []string{"Authorization: APIToken " + mina.Token, "Sec-Fetch-Site: cross-site"}, 409},
			{"cookie of who may not call", "GET " + whoami, []string{"Cookie: " + barredCookie}, 401},
			{"token of who may not call", "GET " + whoami, []string{"Authorization: APIToken " + barred.Token}, 401},
			{"own host", "GET " + whoami, []string{"Authorization: APIToken " + other.Token, "Host: other.gatehouse.test"}, 200},
			{"another host", "GET " + whoami, []string{"Authorization: APIToken " + mina.Token, "Host: other.gatehouse.test"}, 401},
			{"cookie at another host", "GET " + whoami, []string{"Cookie: " + cookie, "Host: other.gatehouse.test"}, 401},
			{"cookie below another tenant", "GET /t/other" + whoami, []string{"Cookie: " + cookie}, 401},
			{"cookie below its tenant", "GET /t/default" + whoami, []string{"Cookie: " + cookie}, 200},
			{"token below another tenant", "GET /t/other" + whoami, []string{"Authorization: APIToken " + mina.Token}, 401},
		} {
			t.Run(tt.name, func(t *testing.T) {
				h := holder{Server: s}
				method, target, _ := strings.Cut(tt.request, " ")
				a := h.Do(t, method, target, "", namespace, tt.headers...)
				if a.Status != tt.want {
					t.Errorf("%d %s, want %d", a.Status, a.Body, tt.want)
				}
				if a.Status == 401 && a.Header.Get("WWW-Authenticate") != `APIToken realm="Gatehouse"` {
					t.Errorf("401 with %q", a.Header)
				}
			})
		}
	})
}

// TestCertificateIsMe: a client certificate does what its user may do, until it
// is revoked.
func TestCertificateIsMe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		mina := s.NewMember(t, s.Tenant, "mina", "read")
		file, issued, err := s.Authn.IssueCertificate(t.Context(), mina.Actor(), authn.NewCertificate{User: mina.User.ID, Name: "laptop", Passphrase: "a phrase of some length"})
		if err != nil {
			t.Fatal(err)
		}
		_, c, _, err := pkcs12.DecodeChain(file, "a phrase of some length")
		if err != nil {
			t.Fatal(err)
		}
		with := func(method, target string, certificate *x509.Certificate) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
			r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{certificate}}
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			return w
		}
		caller := caller{s: s}
		if w := with("GET", whoami, c); w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		} else {
			caller.has(t, value(t, w.Body.String()), `{"name":"mina","user_uuid":%q,"namespace_roles":[{"namespace":"system","role":"read"},{"namespace":"*","role":"read"}]}`, mina.User.ID)
		}
		if w := with("DELETE", webRoles+"/anything", c); w.Code != 403 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if w := with("GET", "/t/other"+whoami, c); w.Code != 401 && w.Code != 404 {
			t.Errorf("elsewhere: %d %s", w.Code, w.Body)
		}
		if err := s.Authn.RevokeCertificate(t.Context(), mina.Actor(), mina.User.ID, issued.Serial); err != nil {
			t.Fatal(err)
		}
		if w := with("GET", whoami, c); w.Code != 401 {
			t.Errorf("revoked: %d %s", w.Code, w.Body)
		}
	})
}
