package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

func TestMain(m *testing.M) { testproc.Main(m) }

// adminToken and adminPassword are those of the first administrator of every
// server here.
const (
	adminToken    = "gh_default_tests_0123456789abcdef0123456789abcdef"
	adminPassword = "a long enough phrase"
)

// admin configures the first administrator.
var admin = []string{"GATEHOUSE_ADMIN_TOKEN=" + adminToken, "GATEHOUSE_ADMIN_PASSWORD=" + adminPassword}

// client calls a server with a credential.
type client struct {
	url   string
	token string
	http  *http.Client
}

func newClient(url, token string) *client {
	return &client{url, token, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Timeout: 30 * time.Second}}
}

// do sends a request, with further headers as "Name: value". An error means
// that no whole answer came.
func (c *client) do(method, path, body string, headers ...string) (status int, answer []byte, err error) {
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// must is do with a status that has to come.
func (c *client) must(t *testing.T, want int, method, path, body string) []byte {
	t.Helper()
	status, answer, err := c.do(method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	if status != want {
		t.Fatalf("%s %s: %d %s, want %d", method, path, status, answer, want)
	}
	return answer
}

// signIn signs in through the NetApp API and answers the session's token, or
// an empty one with the status of the refusal.
func (c *client) signIn(t *testing.T, username, password string) (token string, status int) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"username": username, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	status, answer, err := c.do(http.MethodPost, "/v2.1/auth/signin", string(body))
	if err != nil {
		t.Fatal(err)
	}
	if status != http.StatusOK {
		return "", status
	}
	var signedIn struct {
		Result struct {
			Records []struct {
				Token string `json:"token"`
			} `json:"records"`
		} `json:"result"`
	}
	if err := json.Unmarshal(answer, &signedIn); err != nil || len(signedIn.Result.Records) != 1 {
		t.Fatalf("sign-in answers %s: %v", answer, err)
	}
	return signedIn.Result.Records[0].Token, status
}

// fessAnswer is what the Fess API answers, as far as the tests look at it.
type fessAnswer struct {
	Response struct {
		Status   int           `json:"status"`
		Message  string        `json:"message"`
		ID       string        `json:"id"`
		Setting  fessSetting   `json:"setting"`
		Settings []fessSetting `json:"settings"`
		Total    int           `json:"total"`
	} `json:"response"`
}

type fessSetting struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Attributes map[string]string `json:"attributes"`
}

// fess reads an answer of the Fess API.
func fess(answer []byte) (fessAnswer, error) {
	var a fessAnswer
	if err := json.Unmarshal(answer, &a); err != nil {
		return a, fmt.Errorf("%w: %s", err, answer)
	}
	return a, nil
}

// Paths of both dialects. Users are made through the NetApp API, which makes
// them without a password too: the writes here are many, and hashing is not
// what they are about.
const (
	fessUser    = "/api/admin/user/setting"
	fessUsers   = "/api/admin/user/settings"
	netappUsers = "/v2.1/users"

	netappRegions = "/v2.1/regions"
)

// newUser is the body that makes a user.
func newUser(name, given string) string {
	return fmt.Sprintf(`{"username":%q,"firstName":%q,"email":"%s@example.com"}`, name, given, name)
}

// fessID is the id by which the Fess API knows a name.
func fessID(name string) string { return base64.URLEncoding.EncodeToString([]byte(name)) }
