package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gatehouse-id/gatehouse/internal/testpg"
	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// recovery bounds how long after the end of a fault the server may need to
// work again.
const recovery = 5 * time.Second

// patience bounds how long a server may take to find out that its database
// does not answer.
const patience = 15 * time.Second

// call is a request, and the dialect in whose envelope it is answered: none
// for the checks of health.
type call struct{ dialect, method, path, body string }

var adminSignIn = fmt.Sprintf(`{"username":"admin","password":%q}`, adminPassword)

// expectUnavailable sends requests, all at the same time, which the fault has
// to hit.
func expectUnavailable(t *testing.T, c *client, calls []call) {
	t.Helper()
	var work sync.WaitGroup
	for _, k := range calls {
		work.Go(func() {
			began := time.Now()
			status, answer, err := c.do(k.method, k.path, k.body)
			if took := time.Since(began); err != nil || status != http.StatusServiceUnavailable || took > patience {
				t.Errorf("%s %s: %d %s, %v, after %v; want 503", k.method, k.path, status, answer, err, took)
				return
			}
			checkUnavailable(t, k.dialect, answer)
		})
	}
	work.Wait()
}

// checkUnavailable checks that a 503 is in the envelope of its dialect.
func checkUnavailable(t *testing.T, dialect string, answer []byte) {
	t.Helper()
	switch dialect {
	case "fess":
		if a, err := fess(answer); err != nil || a.Response.Status == 0 || a.Response.Message == "" {
			t.Errorf("a 503 of the Fess API: %s, %v", answer, err)
		}
	case "netapp":
		var a struct {
			Status struct {
				Code    int    `json:"code"`
				Message string `json:"user_message"`
			} `json:"status"`
		}
		if err := json.Unmarshal(answer, &a); err != nil || a.Status.Code != http.StatusServiceUnavailable || a.Status.Message == "" {
			t.Errorf("a 503 of the NetApp API: %s, %v", answer, err)
		}
	}
}

// expectRecovery sends a request until it succeeds.
func expectRecovery(t *testing.T, c *client, method, path, body string) {
	t.Helper()
	for deadline := time.Now().Add(recovery); ; time.Sleep(20 * time.Millisecond) {
		status, answer, err := c.do(method, path, body)
		if err == nil && status/100 == 2 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s %s still answers %d %s, %v", method, path, status, answer, err)
		}
	}
}

// TestLostPostgreSQL takes the database away from under a server, in the three
// ways in which databases go, and gives it back.
func TestLostPostgreSQL(t *testing.T) {
	t.Parallel() // it mostly waits
	database := testpg.URL(t)
	road := newRoad(t, database)
	s := testproc.Serve(t, admin, "--data", t.TempDir(), "--database", road.url, "--migrate")
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server says:\n%s", s.Log())
		}
	})
	c := newClient(s.URL, adminToken)
	c.must(t, http.StatusCreated, http.MethodPost, netappUsers, newUser("before", ""))

	for i, fault := range []struct {
		name       string
		take, give func()
	}{
		{"nobody answers at its address", road.cut, func() { road.mend(t) }},
		{"packets vanish", road.block, func() { road.mend(t) }},
		{"it refuses and ends connections", func() { refuseConnections(t, database) }, func() { allowConnections(t, database) }},
	} {
		t.Run(fault.name, func(t *testing.T) {
			defer fault.give() // also when the test fails
			fault.take()
			expectUnavailable(t, c, []call{
				{"fess", http.MethodDelete, fessUser + "/" + fessID("before"), ""},
				{"fess", http.MethodGet, fessUser + "/" + fessID("before"), ""},
				{"netapp", http.MethodPost, netappUsers, newUser("during", "")},
				{"netapp", http.MethodGet, netappRegions, ""},
				{"netapp", http.MethodPost, "/v2.1/auth/signin", adminSignIn},
				{"", http.MethodGet, "/readyz", ""},
			})
			c.must(t, http.StatusOK, http.MethodGet, "/healthz", "")
			fault.give()
			expectRecovery(t, c, http.MethodGet, "/readyz", "")
			expectRecovery(t, c, http.MethodPost, netappUsers, newUser(fmt.Sprintf("after-%d", i), ""))
			expectRecovery(t, c, http.MethodGet, fessUser+"/"+fessID("before"), "")
		})
	}
	s.Stop(t)
}

// refuseConnections makes PostgreSQL end the connections to a database and
// take no new ones, as it does while it shuts down.
func refuseConnections(t *testing.T, database string) {
	t.Helper()
	asNeighbour(t, database, func(c *pgx.Conn, name string) {
		for _, statement := range []string{
			"ALTER DATABASE " + pgx.Identifier{name}.Sanitize() + " ALLOW_CONNECTIONS false",
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'",
		} {
			if _, err := c.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func allowConnections(t *testing.T, database string) {
	t.Helper()
	asNeighbour(t, database, func(c *pgx.Conn, name string) {
		if _, err := c.Exec(t.Context(), "ALTER DATABASE "+pgx.Identifier{name}.Sanitize()+" ALLOW_CONNECTIONS true"); err != nil {
			t.Fatal(err)
		}
	})
}

// asNeighbour connects to another database of the same server.
func asNeighbour(t *testing.T, database string, do func(c *pgx.Conn, name string)) {
	t.Helper()
	cfg, err := pgx.ParseConfig(database)
	if err != nil {
		t.Fatal(err)
	}
	name := cfg.Database
	cfg.Database = "postgres"
	c, err := pgx.ConnectConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	do(c, name)
}
