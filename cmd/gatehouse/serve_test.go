package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/testpg"
	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// tryable finds the commands that the first start suggests.
var tryable = regexp.MustCompile(`curl -s (\S+)(?: -H "([^"]+)")?(?:[ \\\n]+-d '([^']+)')?`)

// TestFirstStart: what is printed is shown once, and all of it works.
func TestFirstStart(t *testing.T) {
	data := t.TempDir()
	s := testproc.Serve(t, nil, "--data", data)
	out := s.AwaitOut(t, "correct horse battery") // near its end
	found := regexp.MustCompile(`(?m)^  (URL|tenant|user|password|API token) +(\S+)$`).FindAllStringSubmatch(out, -1)
	shown := map[string]string{}
	for _, f := range found {
		shown[f[1]] = f[2]
	}
	if shown["URL"] != s.URL || shown["tenant"] != "default" || shown["user"] != "admin" {
		t.Fatalf("the first start prints %s", out)
	}
	if !regexp.MustCompile(`^gh_default_[0-9A-Za-z-]+_.{32,}$`).MatchString(shown["API token"]) {
		t.Errorf("the token is %q", shown["API token"])
	}
	c := newClient(s.URL, shown["API token"])
	if _, status := c.signIn(t, "admin", shown["password"]); status != http.StatusOK {
		t.Errorf("sign-in with the printed password answers %d", status)
	}

	commands := tryable.FindAllStringSubmatch(out, -1)
	if len(commands) != 3 {
		t.Fatalf("the first start suggests %d commands:\n%s", len(commands), out)
	}
	for _, line := range commands {
		method := http.MethodGet
		if line[3] != "" {
			method = http.MethodPost
		}
		token := strings.TrimPrefix(line[2], "Authorization: Bearer ")
		newClient("", token).must(t, http.StatusOK, method, line[1], line[3])
	}
	if logged := s.Log(); strings.Contains(logged, shown["password"]) || strings.Contains(logged, shown["API token"]) {
		t.Errorf("the log has a secret:\n%s", logged)
	}
	s.Stop(t)

	s = testproc.Serve(t, nil, "--data", data)
	newClient(s.URL, shown["API token"]).must(t, http.StatusOK, http.MethodGet, fessUsers, "")
	s.Stop(t)
	if s.Out() != "" {
		t.Errorf("the second start prints again:\n%s", s.Out())
	}
}

// TestFirstStartByEnvironment: what the operator sets counts, and is not
// repeated.
func TestFirstStartByEnvironment(t *testing.T) {
	data := t.TempDir()
	s := testproc.Serve(t, append([]string{"GATEHOUSE_ADMIN_EMAIL=root@example.com", "GATEHOUSE_DATA=" + data}, admin...))
	c := newClient(s.URL, adminToken)
	a, err := fess(c.must(t, http.StatusOK, http.MethodGet, fessUser+"/"+fessID("admin"), ""))
	if err != nil || a.Response.Setting.Attributes["mail"] != "root@example.com" {
		t.Errorf("the administrator is %+v, %v", a.Response.Setting, err)
	}
	if _, status := c.signIn(t, "admin", adminPassword); status != http.StatusOK {
		t.Errorf("sign-in answers %d", status)
	}
	s.Stop(t)
	for _, secret := range []string{adminPassword, adminToken} {
		if strings.Contains(s.Out()+s.Log(), secret) {
			t.Errorf("a secret of the operator is repeated:\n%s%s", s.Out(), s.Log())
		}
	}

	// A second start reads none of it.
	s = testproc.Serve(t, []string{"GATEHOUSE_ADMIN_PASSWORD=another long phrase",
		"GATEHOUSE_ADMIN_TOKEN=" + strings.ReplaceAll(adminToken, "tests", "other")}, "--data", data)
	c = newClient(s.URL, adminToken)
	c.must(t, http.StatusOK, http.MethodGet, fessUsers, "")
	if _, status := c.signIn(t, "admin", "another long phrase"); status != http.StatusUnauthorized {
		t.Errorf("sign-in with a password from a later start answers %d", status)
	}
}

func TestFirstStartRefusesBadTokens(t *testing.T) {
	for _, tt := range []struct{ token, want string }{
		{"gh_default_tests_0123456789abcdef0123456789abcde", "32"},
		{"gh_other_tests_0123456789abcdef0123456789abcdef", "tenant"},
		{"0123456789abcdef0123456789abcdef", "gh_<tenant>_<id>_<secret>"},
		{"gh_default_tests_0123456789abcdef 0123456789abcdef", "secret"},
	} {
		out, errOut, code := testproc.Run(t, []string{"GATEHOUSE_ADMIN_TOKEN=" + tt.token}, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
		if code != 1 || !strings.Contains(errOut, tt.want) || out != "" {
			t.Errorf("token of %d characters: code %d, %q %q, want an error that tells of %q", len(tt.token), code, out, errOut, tt.want)
		}
		if strings.Contains(errOut, "0123456789abcdef") {
			t.Errorf("the error repeats the secret: %s", errOut)
		}
	}
}

// TestPostgreSQLSchema: a server on PostgreSQL changes the schema only when it
// is told to.
func TestPostgreSQLSchema(t *testing.T) {
	database, data := testpg.URL(t), t.TempDir()
	at := []string{"--data", data, "--database", database}
	_, errOut, code := testproc.Run(t, nil, append([]string{"serve", "--listen", "127.0.0.1:0"}, at...)...)
	if code != 1 || !strings.Contains(errOut, "migrate") {
		t.Errorf("on an empty database: code %d, %q, want an error that tells of migrate", code, errOut)
	}
	for range 2 { // the second time there is nothing to do
		if out, err := command(t, "", append([]string{"migrate"}, at...)...); err != nil || !strings.Contains(out, "up to date") {
			t.Fatalf("migrate: %q, %v", out, err)
		}
	}
	s := testproc.Serve(t, admin, at...)
	newClient(s.URL, adminToken).must(t, http.StatusCreated, http.MethodPost, netappUsers, newUser("alice", ""))
}

// TestSignUpBelowNobody: customers are not let sign up below a tenant that is not
// there, which they would be told one by one.
func TestSignUpBelowNobody(t *testing.T) {
	_, err := command(t, "", "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--signup-below", "nobody")
	if err == nil || !strings.Contains(message(err), `sign up below tenant "nobody"`) {
		t.Errorf("serve ends with %v", err)
	}
}
