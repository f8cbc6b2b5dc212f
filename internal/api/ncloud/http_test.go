package ncloud_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Headers of a signed request, as clients spell them.
const (
	headerTimestamp = "x-ncp-apigw-timestamp"
	headerKey       = "x-ncp-iam-access-key"
	headerSignature = "x-ncp-apigw-signature-v2"
)

// key is an access key with its secret.
type key struct{ id, secret string }

// newKey makes an access key for a user.
func newKey(t testing.TB, s *apptest.Server, tenant iam.TenantID, u iam.UserID) key {
	t.Helper()
	secret, k, err := s.Authn.CreateAccessKey(t.Context(), iam.System(tenant, "test"), u, nil)
	if err != nil {
		t.Fatal(err)
	}
	return key{string(k.ID), secret}
}

// sign answers the headers for a request: written here from the vendor's
// description, on purpose without the code that is tested.
func (k key) sign(method, target string, at time.Time) [3]string {
	timestamp := strconv.FormatInt(at.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(k.secret))
	mac.Write([]byte(method + " " + target + "\n" + timestamp + "\n" + k.id))
	return [3]string{timestamp, k.id, base64.StdEncoding.EncodeToString(mac.Sum(nil))}
}

// client calls the API with signed requests.
type client struct {
	*apptest.Server
	key
}

// administrator is a client with a key of the first administrator.
func administrator(t testing.TB, s *apptest.Server) client {
	t.Helper()
	return client{s, newKey(t, s, s.Tenant.ID, s.Admin.ID)}
}

// last makes every signature of a test another one, as the clock of a client does.
var last time.Time

func (c client) headers(method, target string) []string {
	at := c.Clock.Now().Truncate(time.Millisecond)
	if !at.After(last) {
		at = last.Add(time.Millisecond)
	}
	last = at
	h := c.sign(method, target, at)
	return []string{headerTimestamp + ": " + h[0], headerKey + ": " + h[1], headerSignature + ": " + h[2], "Content-Type: application/json"}
}

// call sends a signed request; a body that is not text is sent as JSON.
func (c client) call(t testing.TB, method, target string, body any, headers ...string) apptest.Answer {
	t.Helper()
	return c.Do(t, method, target, "", textOf(t, body), append(c.headers(method, target), headers...)...)
}

func textOf(t testing.TB, body any) string {
	t.Helper()
	text, ok := body.(string)
	if !ok && body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	return text
}

// ok is call where the answer must be 200; it reads the answer into a T.
func ok[T any](t testing.TB, c client, method, target string, body any) (v T) {
	t.Helper()
	a := c.call(t, method, target, body)
	if a.Status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, target, a.Status, a.Body)
	}
	read(t, a, &v)
	return v
}

func read(t testing.TB, a apptest.Answer, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), v); err != nil {
		t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
}

type object = map[string]any

// result is the vendor's ProcessResult.
type result struct {
	Success           bool   `json:"success"`
	ID                string `json:"id"`
	Name              string `json:"name"`
	GeneratedPassword string `json:"generatedPassword"`
	Message           string `json:"message"`
}

// newAccount makes a sub account and answers its id. Members of over replace
// those that the request would have.
func newAccount(t testing.TB, c client, loginID string, over object) string {
	t.Helper()
	form := object{"loginId": loginID, "name": loginID, "canAPIGatewayAccess": true, "canConsoleAccess": false, "needPasswordReset": false}
	for member, value := range over {
		form[member] = value
	}
	made := ok[result](t, c, "POST", "/api/v1/sub-accounts", form)
	if !made.Success || !iam.ValidID(made.ID) {
		t.Fatalf("made %+v", made)
	}
	return made.ID
}

// service and gateway are the two shapes of errors, as strict clients read them.
type service struct {
	ErrorCode int    `json:"errorCode"`
	Message   string `json:"message"`
}

type gateway struct {
	Error struct {
		ErrorCode string `json:"errorCode"`
		Message   string `json:"message"`
		Details   string `json:"details"`
	} `json:"error"`
}

// refused checks that an answer is an error of the service.
func refused(t testing.TB, a apptest.Answer, status, code int, words ...string) {
	t.Helper()
	var e service
	err := json.Unmarshal([]byte(a.Body), &e, json.RejectUnknownMembers(true))
	if err != nil || a.Status != status || e.ErrorCode != code || e.Message == "" {
		t.Errorf("%d %s, want %d with code %d (%v)", a.Status, a.Body, status, code, err)
	}
	for _, w := range words {
		if !strings.Contains(e.Message, w) {
			t.Errorf("message %q does not say %q", e.Message, w)
		}
	}
}

// turnedAway checks that an answer is an error of the gateway.
func turnedAway(t testing.TB, a apptest.Answer, status int, code, message, details string) {
	t.Helper()
	var e gateway
	err := json.Unmarshal([]byte(a.Body), &e, json.RejectUnknownMembers(true))
	if err != nil || a.Status != status || e.Error.ErrorCode != code || e.Error.Message != message || !strings.Contains(e.Error.Details, details) {
		t.Errorf("%d %s, want %d with %s %q %q (%v)", a.Status, a.Body, status, code, message, details, err)
	}
}

func invalidCredentials(t testing.TB, a apptest.Answer) {
	t.Helper()
	turnedAway(t, a, 401, "200", "Authentication Failed", "Invalid authentication information.")
}

// signing signs the requests of a golden file that say nothing of themselves.
func signing(h http.Handler, k key, now func() time.Time) http.Handler {
	n := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" && r.Header.Get("Unsigned") == "" {
			n++
			signed := k.sign(r.Method, r.RequestURI, now().Add(time.Duration(n)*time.Millisecond))
			for i, name := range []string{headerTimestamp, headerKey, headerSignature} {
				r.Header.Set(name, signed[i])
			}
		}
		h.ServeHTTP(w, r)
	})
}
