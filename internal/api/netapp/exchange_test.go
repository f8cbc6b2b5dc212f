package netapp_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// envelope is every answer with a body, as a strict client reads it.
type envelope struct {
	Status struct {
		UserMessage    string `json:"user_message"`
		VerboseMessage string `json:"verbose_message"`
		Code           int    `json:"code"`
	} `json:"status"`
	Result jsontext.Value `json:"result"`
}

// result is any of the three kinds of result.
type result struct {
	ReturnedRecords *int             `json:"returned_records"`
	TotalRecords    int              `json:"total_records"`
	Records         []jsontext.Value `json:"records"`
}

// do sends a request and answers its status and envelope, which is checked.
func do(t testing.TB, s *apptest.Server, method, target, token, body string, headers ...string) (int, envelope) {
	t.Helper()
	return read(t, s.Do(t, method, target, token, body, headers...))
}

func read(t testing.TB, a apptest.Answer) (int, envelope) {
	t.Helper()
	var e envelope
	if a.Status == 204 {
		if a.Body != "" {
			t.Errorf("204 with a body: %s", a.Body)
		}
		return a.Status, e
	}
	if err := json.Unmarshal([]byte(a.Body), &e, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("%d %q is not in the envelope: %v", a.Status, a.Body, err)
	}
	if a.Header.Get("Content-Type") != "application/json" || e.Status.Code != a.Status || e.Status.UserMessage == "" || e.Status.VerboseMessage != "" {
		t.Errorf("%d %v: bad envelope %s", a.Status, a.Header, a.Body)
	}
	if a.Status >= 400 && !bytes.Equal(e.Result, []byte("{}")) {
		t.Errorf("%d with result %s", a.Status, e.Result)
	}
	return a.Status, e
}

// refuse wants an error of a status whose message has all the words.
func refuse(t testing.TB, s *apptest.Server, status int, words []string, method, target, token, body string, headers ...string) {
	t.Helper()
	code, e := do(t, s, method, target, token, body, headers...)
	if code != status {
		t.Errorf("%s %s: %d %q, want %d", method, target, code, e.Status.UserMessage, status)
	}
	for _, w := range words {
		if !strings.Contains(e.Status.UserMessage, w) {
			t.Errorf("%s %s: message %q does not say %q", method, target, e.Status.UserMessage, w)
		}
	}
}

// get wants success, and answers the result.
func get(t testing.TB, s *apptest.Server, target, token string) result {
	t.Helper()
	return send(t, s, "GET", target, token, "")
}

func send(t testing.TB, s *apptest.Server, method, target, token, body string) result {
	t.Helper()
	code, e := do(t, s, method, target, token, body)
	var r result
	if code >= 300 {
		t.Fatalf("%s %s: %d %q", method, target, code, e.Status.UserMessage)
	}
	if code != 204 {
		if err := json.Unmarshal(e.Result, &r); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// record reads the only record of a result.
func record[T any](t testing.TB, r result) (one T) {
	t.Helper()
	if len(r.Records) != 1 {
		t.Fatalf("%d records, want one", len(r.Records))
	}
	if err := json.Unmarshal(r.Records[0], &one); err != nil {
		t.Fatal(err)
	}
	return one
}

type user struct {
	ID        string `json:"id"`
	Username  string `json:"username"`
	FirstName string `json:"firstName"`
	Tenancies []struct {
		ID   string `json:"id"`
		Role string `json:"role"`
	} `json:"tenancies"`
}

type session struct {
	User  user   `json:"user"`
	Token string `json:"token"`
}

// signIn answers the token of a new session.
func signIn(t testing.TB, s *apptest.Server, base, username, password string) string {
	t.Helper()
	r := send(t, s, "POST", base+"/v2.1/auth/signin", "", `{"username":"`+username+`","password":"`+password+`"}`)
	return record[session](t, r).Token
}
