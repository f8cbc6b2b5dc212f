package cloudforet_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/pquerna/otp/totp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What the user of most tests has.
const (
	wonny         = "example@cloudforet.com"
	wonnyEmail    = "wonny@cloudforet.io"
	wonnyPassword = "Cloudforet 42"
)

// suite is a server with a user, as a client of the dialect sees it.
type suite struct {
	*apptest.Server
	t     testing.TB
	wonny iam.User
}

func start(t testing.TB, s *apptest.Server) *suite {
	t.Helper()
	u, err := s.Directory.CreateUser(t.Context(), s.Operator(), directory.NewUser{Username: wonny, Password: wonnyPassword,
		DisplayName: "Wonny", Email: wonnyEmail})
	if err != nil {
		t.Fatal(err)
	}
	own := false
	if u, err = s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: u.ID}, directory.UserChange{MustChangePassword: &own}); err != nil {
		t.Fatal(err)
	}
	return &suite{Server: s, t: t, wonny: u}
}

// each runs a test on both engines.
func each(t *testing.T, test func(t *testing.T, s *suite)) {
	apptest.Each(t, func(t *testing.T, server *apptest.Server) { test(t, start(t, server)) })
}

// object is any JSON object.
type object = map[string]any

// call posts a body to a method below /identity/ and answers the status and
// the body.
func (s *suite) call(method, token string, body any, headers ...string) (int, object) {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := s.Do(s.t, "POST", "/identity/"+method, token, string(text), headers...)
	out := object{}
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
		s.t.Fatalf("%s answers %d %q: %v", method, a.Status, a.Body, err)
	}
	return a.Status, out
}

// must is call for what has to succeed.
func (s *suite) must(method, token string, body any) object {
	s.t.Helper()
	status, out := s.call(method, token, body)
	if status != http.StatusOK {
		s.t.Fatalf("%s answers %d %v", method, status, out)
	}
	return out
}

// refused wants an error, and answers its message.
func (s *suite) refused(want int, code, method, token string, body any) string {
	s.t.Helper()
	status, out := s.call(method, token, body)
	detail, _ := out["detail"].(object)
	if status != want || detail["code"] != code || len(out) != 1 || len(detail) != 2 {
		s.t.Fatalf("%s answers %d %v, want %d %s", method, status, out, want, code)
	}
	return detail["message"].(string)
}

// issueBody asks for tokens of the user.
func (s *suite) issueBody(user, password string) object {
	return object{"credentials": object{"user_id": user, "password": password}, "auth_type": "LOCAL", "domain_id": s.Tenant.ID}
}

// withCode is a request with a second factor.
func (s *suite) withCode(user, password, code string) object {
	b := s.issueBody(user, password)
	b["auth_type"], b["verify_code"] = "MFA", code
	return b
}

// signIn answers the tokens of a user.
func (s *suite) signIn(user, password string) (access, refresh string) {
	s.t.Helper()
	out := s.must("token/issue", "", s.issueBody(user, password))
	return out["access_token"].(string), out["refresh_token"].(string)
}

// code is the one in the last mail to an address.
func (s *suite) code(to string) string {
	s.t.Helper()
	c := s.LastMail(s.t, s.Tenant.ID, to).Code
	if !regexp.MustCompile(`^[1-9][0-9]{5}$`).MatchString(c) {
		s.t.Fatalf("the last mail to %s has the code %q", to, c)
	}
	return c
}

// otp is the code that an authenticator app shows.
func (s *suite) otp(uri string) string {
	s.t.Helper()
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "otpauth" {
		s.t.Fatalf("%q is no URI of a secret", uri)
	}
	code, err := totp.GenerateCode(u.Query().Get("secret"), s.Clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

// enableEmail turns MFA by mail on.
func (s *suite) enableEmail(token, address string) {
	s.t.Helper()
	s.must("user-profile/enable-mfa", token, object{"mfa_type": "EMAIL", "options": object{"email": address}})
	s.must("user-profile/confirm-mfa", token, object{"verify_code": s.code(address)})
}

// enableOTP turns MFA by an authenticator app on, and answers its URI.
func (s *suite) enableOTP(token string) string {
	s.t.Helper()
	out := s.must("user-profile/enable-mfa", token, object{"mfa_type": "OTP", "options": object{}})
	uri := out["mfa"].(object)["options"].(object)["otp_qrcode_uri"].(string)
	s.must("user-profile/confirm-mfa", token, object{"verify_code": s.otp(uri)})
	s.Clock.Advance(31 * time.Second) // a step is good once
	return uri
}

// mfa is the state of MFA that a user is shown.
func (s *suite) mfa(token string) string {
	s.t.Helper()
	return s.must("user-profile/get", token, object{})["mfa"].(object)["state"].(string)
}

// withMailedCodes puts the code of the last mail to an address into requests
// where CODE(address) stands: no file can know it.
func (s *suite) withMailedCodes(next http.Handler) http.Handler {
	mark := regexp.MustCompile(`CODE\(([^)]*)\)`)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			s.t.Error(err)
		}
		body = mark.ReplaceAllFunc(body, func(m []byte) []byte {
			return []byte(s.code(string(mark.FindSubmatch(m)[1])))
		})
		again := r.Clone(r.Context())
		again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, again)
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(rec.Code)
		fmt.Fprint(w, strings.TrimSpace(rec.Body.String()))
	})
}

// user reads the record of a user.
func (s *suite) user(name string) iam.User {
	s.t.Helper()
	u, err := s.Directory.User(s.t.Context(), s.Operator(), directory.UserKey{Username: name})
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}
