package fess_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// client calls the API as one caller.
type client struct {
	*apptest.Server
	token string
}

func admin(s *apptest.Server) client { return client{s, s.AdminToken} }

// reply is an answer, with the members that all answers have taken apart.
type reply struct {
	apptest.Answer
	Response struct {
		Status   int              `json:"status"`
		Message  string           `json:"message"`
		ID       string           `json:"id"`
		Created  *bool            `json:"created"`
		Total    int              `json:"total"`
		Setting  map[string]any   `json:"setting"`
		Settings []map[string]any `json:"settings"`
	} `json:"response"`
}

// call sends a request; a body that is not text is sent as JSON.
func (c client) call(t testing.TB, method, path string, body any, headers ...string) reply {
	t.Helper()
	text, ok := body.(string)
	if !ok && body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	r := reply{Answer: c.Do(t, method, path, c.token, text, append([]string{"Content-Type: application/json"}, headers...)...)}
	if err := json.Unmarshal([]byte(r.Body), &r); err != nil {
		t.Fatalf("%s %s: %d %s: %v", method, path, r.Answer.Status, r.Body, err)
	}
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("%s %s: Content-Type %q", method, path, got)
	}
	return r
}

// ok is call where the answer must be 200 and status 0.
func (c client) ok(t testing.TB, method, path string, body any) reply {
	t.Helper()
	r := c.call(t, method, path, body)
	if r.Answer.Status != http.StatusOK || r.Response.Status != 0 {
		t.Fatalf("%s %s: %d %s", method, path, r.Answer.Status, r.Body)
	}
	return r
}

// create makes a user and answers its id.
func (c client) create(t testing.TB, user object) string {
	t.Helper()
	if _, ok := user["password"]; !ok {
		user["password"] = "securepassword"
	}
	return c.ok(t, "POST", "/api/admin/user/setting", user).Response.ID
}

// user reads a user.
func (c client) user(t testing.TB, id string) object {
	t.Helper()
	return c.ok(t, "GET", "/api/admin/user/setting/"+url.PathEscape(id), nil).Response.Setting
}

// wants checks that a call is answered with an error.
func (r reply) wants(t testing.TB, code, status int, message string) {
	t.Helper()
	if r.Answer.Status != code || r.Response.Status != status || !strings.Contains(r.Response.Message, message) {
		t.Errorf("got %d %s, want %d with status %d and message %q", r.Answer.Status, r.Body, code, status, message)
	}
}

type object = map[string]any

// texts answers a list of texts in an answer.
func texts(value any) []string {
	list := []string{}
	items, _ := value.([]any)
	for _, item := range items {
		list = append(list, fmt.Sprint(item))
	}
	return list
}
