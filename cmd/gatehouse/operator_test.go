package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testpg"
	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// everywhere is how long a change may take to reach a server beside which it
// was made.
const everywhere = time.Second

// operator runs command lines beside a server.
type operator struct {
	t  *testing.T
	at []string // flags that say where the storage is
}

// row runs a command with --json and answers the one object that it prints.
func (o operator) row(line string, args ...string) map[string]any {
	o.t.Helper()
	rows := o.rows("", line, args...)
	if len(rows) != 1 {
		o.t.Fatalf("gatehouse %s prints %d rows", line, len(rows))
	}
	return rows[0]
}

func (o operator) rows(stdin, line string, args ...string) []map[string]any {
	o.t.Helper()
	out, err := command(o.t, stdin, append(append(strings.Fields(line), o.at...), append(args, "--json")...)...)
	if err != nil {
		o.t.Fatalf("gatehouse %s: %v", line, err)
	}
	var rows []map[string]any
	for object := range strings.Lines(out) {
		row := map[string]any{}
		if err := json.Unmarshal([]byte(object), &row); err != nil {
			o.t.Fatalf("gatehouse %s prints %q: %v", line, object, err)
		}
		rows = append(rows, row)
	}
	return rows
}

// table runs a command without --json and answers the heading and the rows.
func (o operator) table(line string) (heading []string, rows [][]string) {
	o.t.Helper()
	out, err := command(o.t, "", append(strings.Fields(line), o.at...)...)
	if err != nil {
		o.t.Fatalf("gatehouse %s: %v", line, err)
	}
	for text := range strings.Lines(out) {
		rows = append(rows, strings.Fields(text))
	}
	return rows[0], rows[1:]
}

// fails runs a command that has to be refused, for a reason.
func (o operator) fails(line, want string) {
	o.t.Helper()
	out, err := command(o.t, "", append(strings.Fields(line), o.at...)...)
	if err == nil || !strings.Contains(message(err), want) {
		o.t.Errorf("gatehouse %s: %q, %v, want an error that tells of %q", line, out, err, want)
	}
}

// TestOperator runs the commands beside a server, which obeys them.
func TestOperator(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { operate(t, "--data", t.TempDir()) })
	t.Run("postgres", func(t *testing.T) { operate(t, "--data", t.TempDir(), "--database", testpg.URL(t)) })
}

func operate(t *testing.T, at ...string) {
	t.Parallel() // it mostly waits
	o := operator{t, at}
	s := testproc.Serve(t, admin, append(at, "--migrate")...)
	c := newClient(s.URL, "")

	// People.
	bob := o.row("user create bob --role admin --email bob@example.com")
	password, _ := bob["password"].(string)
	session, status := c.signIn(t, "bob", password)
	if status != http.StatusOK {
		t.Fatalf("bob signs in with the printed password: %d", status)
	}
	o.fails("user create BOB", "already exists")
	o.fails("user create carol --role conjurer", "conjurer")
	o.fails("user disable nobody", "nobody")
	o.fails("user list --tenant nowhere", "nowhere")
	heading, rows := o.table("user list")
	if strings.Join(heading, " ") != "USERNAME ID EMAIL STATE ROLES GROUPS LAST_LOGIN" || len(rows) != 2 ||
		rows[0][0] != "admin" || rows[1][0] != "bob" || rows[1][2] != "bob@example.com" || rows[1][4] != "admin" {
		t.Errorf("user list: %v %v", heading, rows)
	}

	// Tokens.
	token := o.row("token create --user bob --name deploy --expires 720h")
	raw, _ := token["token"].(string)
	id, _ := token["id"].(string)
	byToken, bySession := newClient(s.URL, raw), newClient(s.URL, session)
	works := func(c *client) { t.Helper(); c.must(t, http.StatusOK, http.MethodGet, netappRegions, "") }
	fails := func(c *client) { t.Helper(); c.must(t, http.StatusUnauthorized, http.MethodGet, netappRegions, "") }
	works(byToken)
	works(bySession)
	listed := o.row("token list --user bob")
	if listed["id"] != id || listed["name"] != "deploy" || listed["user"] != "bob" || listed["token"] != nil {
		t.Errorf("token list: %v", listed)
	}

	// What is taken away is gone within a second, and comes back as fast.
	o.row("user disable bob")
	time.Sleep(everywhere)
	fails(byToken)
	fails(bySession)
	if _, status := c.signIn(t, "bob", password); status != http.StatusUnauthorized {
		t.Errorf("bob is disabled, and signs in: %d", status)
	}
	o.row("user enable bob")
	time.Sleep(everywhere)
	works(byToken)
	fails(bySession) // a session does not come back
	o.row("token revoke", id)
	time.Sleep(everywhere)
	fails(byToken)
	o.fails("token revoke "+id, id)

	// Passwords.
	o.rows("a phrase from stdin\n", "user reset-password bob --password-stdin")
	if _, status := c.signIn(t, "bob", password); status != http.StatusUnauthorized {
		t.Errorf("the old password still works: %d", status)
	}
	if _, status := c.signIn(t, "bob", "a phrase from stdin"); status != http.StatusOK {
		t.Errorf("the new password does not work: %d", status)
	}
	o.fails("user reset-password bob --password-stdin", "standard input")

	// How a user signs in.
	if ended := o.row("user sign-out bob"); ended["sessions_ended"] != 1.0 {
		t.Errorf("user sign-out: %v", ended)
	}
	if invited := o.row("user invite bob --public-url https://id.example.com"); invited["email"] != "bob@example.com" {
		t.Errorf("user invite: %v", invited)
	}
	if mail := o.rows("", "mail list")[0]; mail["to"] != "bob@example.com" || mail["kind"] != "reset-password" {
		t.Errorf("mail list: %v", mail)
	}
	o.fails("user invite bob --public-url example.com", "--public-url")
	if lost := o.rows("", "user reset-factors bob"); len(lost) != 0 {
		t.Errorf("user reset-factors: %v", lost)
	}
	o.fails("user reset-factors nobody", "nobody")

	// Tenants.
	o.row("tenant create acme --parent default", "--name", "Acme Corp.")
	o.fails("tenant create Acme!", "code")
	o.fails("tenant create acme", "already exists")
	heading, rows = o.table("tenant list")
	if strings.Join(heading, " ") != "CODE ID NAME STATE PARENT PLAN CREATED ENDING" || len(rows) != 2 || rows[0][0] != "default" || rows[1][0] != "acme" {
		t.Errorf("tenant list: %v %v", heading, rows)
	}
	alice := o.row("user create alice --tenant acme --role admin")
	password, _ = alice["password"].(string)
	if _, status := newClient(s.URL+"/t/acme", "").signIn(t, "alice", password); status != http.StatusOK {
		t.Errorf("alice signs in to acme: %d", status)
	}
	if _, status := c.signIn(t, "alice", password); status != http.StatusUnauthorized {
		t.Errorf("alice of acme signs in to default: %d", status)
	}
	s.Stop(t)
}
