// Package testpg gives a test a PostgreSQL database of its own: empty, on the
// server that the test command runs, and gone when the test ends. It owns the
// name of the variable that tells where that server is, and the rule that a
// machine without one skips locally and fails under continuous integration.
//
// It must not know Gatehouse's schema, and no program may import it: it is for
// tests.
package testpg

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Variable names the environment variable with the URL of a PostgreSQL server
// (13 or newer) and of a role that may create databases and roles.
const Variable = "GATEHOUSE_TEST_POSTGRES"

// patience bounds one statement of ours, so that a server that hangs fails the
// test with a reason instead of its timeout.
const patience = 30 * time.Second

// URL creates an empty database and answers its URL, as the role of Variable.
// The database is dropped at the end of the test, with whoever is still
// connected to it.
//
// Without Variable the test is skipped, or fails where CI is set: there a
// skipped test would look like a passed one.
func URL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Variable)
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set: run the tests with ./test, which starts a PostgreSQL", Variable)
		}
		t.Skipf("%s is not set: ./test starts a PostgreSQL and runs this test too", Variable)
	}
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		// The value is not repeated: it may hold a password.
		t.Fatalf("%s must be a URL of the form postgres://user@host/database", Variable)
	}

	name := "test_" + strings.ToLower(rand.Text())
	// template0, because template1 cannot be copied while anybody is
	// connected to it.
	execute(t, server, "CREATE DATABASE "+name+" TEMPLATE template0")
	t.Cleanup(func() { execute(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	return u.String()
}

// execute runs one statement on a connection of its own: CREATE and DROP
// DATABASE want to be outside of any transaction. Its context is not the
// test's, which has ended when the cleanup runs.
func execute(t testing.TB, server, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("connect to the PostgreSQL of %s: %v", Variable, err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
