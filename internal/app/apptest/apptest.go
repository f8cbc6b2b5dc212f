// Package apptest starts the whole program inside a test, on either engine: the
// real storage, the real handlers, the real jobs. It owns how a test gets a
// running Gatehouse with an administrator, and other tenants beside it.
//
// It must not be imported by a program, and it must not know any dialect.
package apptest

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// What the administrator of every test has.
const (
	AdminEmail    = "admin@example.com"
	AdminPassword = "a long enough phrase"
)

// PublicURL is the public address of every test's server: a tenant is also
// reached as <code>.gatehouse.test.
const PublicURL = "http://gatehouse.test"

// Server is a running Gatehouse.
type Server struct {
	*app.App
	URL        string // of the listener
	Tenant     iam.Tenant
	Admin      iam.User
	AdminToken string
	Clock      *Clock
	// Log is what the program has logged so far, at every level.
	Log *Buffer

	options app.Options
}

// Clock is real time, moved.
type Clock struct {
	mu    sync.Mutex
	shift time.Duration
}

// Now answers the moved time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.shift)
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shift += d
}

// Buffer is a log that can be read while it is written.
type Buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// cheap are parameters of argon2id that let a test hash a hundred passwords.
var cheap = password.Params{Memory: 64, Time: 1, Lanes: 1}

// Each runs a test on both engines, each with a server of its own.
func Each(t *testing.T, test func(t *testing.T, s *Server)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite starts a server on a new SQLite file.
func SQLite(t testing.TB) *Server {
	t.Helper()
	return Start(t, app.Options{})
}

// Postgres starts a server on a new PostgreSQL database.
func Postgres(t testing.TB) *Server {
	t.Helper()
	return Start(t, app.Options{Database: testpg.URL(t), Migrate: true})
}

// Start starts a server with options; it fills in what a test does not care
// about. It is stopped at the end of the test.
func Start(t testing.TB, o app.Options) *Server {
	t.Helper()
	s := &Server{Clock: &Clock{}, Log: &Buffer{}}
	if o.Data == "" {
		o.Data = t.TempDir()
	}
	if o.Env.Now == nil {
		o.Env = iam.Env{Now: s.Clock.Now, Rand: rand.Reader}
	}
	if o.Hasher == nil {
		o.Hasher = password.NewHasher(cheap, 4, o.Env)
	}
	if o.PublicURL == nil {
		o.PublicURL, _ = url.Parse(PublicURL)
	}
	if o.TrustedProxies == nil {
		o.TrustedProxies = []netip.Prefix{}
	}
	o.Version = "test"
	o.Log = slog.New(slog.NewTextHandler(s.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	s.App, s.options = a, o
	admin, err := a.FirstStart(t.Context(), app.Admin{Email: AdminEmail, Password: AdminPassword})
	if err != nil {
		t.Fatalf("first start: %v", err)
	}
	if admin != nil {
		s.AdminToken = admin.Token
	}
	if s.Tenant, err = a.Tenancy.ByCode(t.Context(), iam.DefaultTenant); err != nil {
		t.Fatal(err)
	}
	if s.Admin, err = a.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: app.AdminName}); err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(context.Background())
	var background sync.WaitGroup
	background.Go(func() { a.Run(ctx) })
	web := httptest.NewServer(a.Handler())
	s.URL = web.URL
	t.Cleanup(func() {
		web.Close()
		stop()
		background.Wait()
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if t.Failed() {
			t.Logf("log of the server:\n%s", s.Log)
		}
	})
	return s
}

// Beside starts another node on the same storage, with the same clock.
func (s *Server) Beside(t testing.TB) *Server {
	t.Helper()
	n := Start(t, s.options)
	n.Clock = s.Clock
	return n
}

// Env is the world as the server sees it.
func (s *Server) Env() iam.Env { return s.options.Env }

// Operator is the operator of the default tenant, above all rights.
func (s *Server) Operator() iam.Actor { return iam.System(s.Tenant.ID, "test") }

// Member is somebody with an API token.
type Member struct {
	Tenant iam.Tenant
	User   iam.User
	Token  string
}

// Actor is who they are in the use cases.
func (m Member) Actor() iam.Actor {
	return iam.Actor{Tenant: m.Tenant.ID, Home: m.Tenant.ID, User: m.User.ID, Username: m.User.Username, Method: iam.MethodToken}
}

// NewTenant makes a tenant with an administrator "admin".
func (s *Server) NewTenant(t testing.TB, code string) Member {
	t.Helper()
	tenant, err := s.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), "", tenancy.NewTenant{Code: code})
	if err != nil {
		t.Fatal(err)
	}
	return s.NewMember(t, tenant, app.AdminName, access.RoleAdmin)
}

// NewMember makes a user with roles and AdminPassword in a tenant.
func (s *Server) NewMember(t testing.TB, tenant iam.Tenant, username string, roles ...string) Member {
	t.Helper()
	by := iam.System(tenant.ID, "test")
	u, err := s.Directory.CreateUser(t.Context(), by, directory.NewUser{Username: username, Password: AdminPassword, OwnPassword: true, Roles: roles})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Authn.CreateToken(t.Context(), by, tenant.Code, authn.NewToken{User: u.ID})
	if err != nil {
		t.Fatal(err)
	}
	return Member{Tenant: tenant, User: u, Token: token}
}

// NewRole makes a role of permissions, each a name or a pattern, in a tenant.
func (s *Server) NewRole(t testing.TB, tenant iam.Tenant, name string, permissions ...iam.Permission) iam.Role {
	t.Helper()
	by := iam.System(tenant.ID, "test")
	var rules []iam.Rule
	for _, p := range permissions {
		rules = append(rules, iam.Rule{Permission: string(p)})
	}
	g, err := s.Access.CreateAPIGroup(t.Context(), by, name, "", rules)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Access.CreateRole(t.Context(), by, access.NewRole{Name: name, APIGroups: []iam.APIGroupID{g.ID}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Answer is a response, read to its end.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends a request to the server with a body, and a bearer token unless it
// is empty. Further headers come as "Name: value".
func (s *Server) Do(t testing.TB, method, target, token, body string, headers ...string) Answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: string(text)}
}
