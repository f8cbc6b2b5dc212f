package federation_test

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testop"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// world is a tenant of a running program beside a provider.
type world struct {
	*apptest.Server
	op *testop.Provider
	by iam.Actor // who administers the tenant
}

// loopback is where providers of tests are.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func start(t *testing.T) world {
	t.Helper()
	return begin(t, app.Options{Outbound: loopback})
}

// each runs a test on both engines.
func each(t *testing.T, test func(t *testing.T, w world)) {
	t.Run("sqlite", func(t *testing.T) { test(t, start(t)) })
	t.Run("postgres", func(t *testing.T) {
		test(t, begin(t, app.Options{Outbound: loopback, Database: testpg.URL(t), Migrate: true}))
	})
}

func begin(t *testing.T, o app.Options) world {
	t.Helper()
	w := world{Server: apptest.Start(t, o), op: testop.Start(t)}
	w.op.Now = w.Clock.Now
	w.by = iam.Actor{Tenant: w.Tenant.ID, Home: w.Tenant.ID, User: w.Admin.ID, Username: w.Admin.Username, Method: iam.MethodToken}
	return w
}

// upstream is the world's provider as one registers it, found by discovery.
func (w world) upstream() federation.NewProvider {
	return federation.NewProvider{Secret: testop.ClientSecret, Provider: iam.Provider{Type: iam.ProviderOIDC, Issuer: w.op.Issuer,
		ClientID: testop.ClientID, BackChannelLogout: true}}
}

func (w world) create(t *testing.T, in federation.NewProvider) iam.Provider {
	t.Helper()
	p, err := w.Federation.Create(t.Context(), w.by, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// visit is a browser on its way through a provider: what Begin answered, and
// what the provider sent it back with.
type visit struct {
	federation.Begun
	answer federation.Answer
}

// visit goes to a provider and comes back.
func (w world) visit(t *testing.T, name string, wanted federation.Wanted) visit {
	t.Helper()
	b, err := w.Federation.Begin(t.Context(), w.Tenant, name, wanted)
	if err != nil {
		t.Fatal(err)
	}
	return visit{b, come(t, b)}
}

// come opens the address of a provider and answers what comes back.
func come(t *testing.T, b federation.Begun) federation.Answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("the provider answers %d without sending anybody back", resp.StatusCode)
	}
	q := back.Query()
	return federation.Answer{Code: q.Get("code"), State: q.Get("state"), Issuer: q.Get("iss"), Error: q.Get("error"),
		Description: q.Get("error_description"), Address: "192.0.2.7", Cookie: cookies(b)}
}

// cookies is a browser that has the cookie of a flow, and no other.
func cookies(b federation.Begun) func(string) string {
	return func(suffix string) string {
		if suffix == b.CookieName {
			return b.Cookie
		}
		return ""
	}
}

// signIn takes somebody who is signed in at the provider through it.
func (w world) signIn(t *testing.T, name string) (federation.Proved, error) {
	t.Helper()
	return w.Federation.Finish(t.Context(), w.Tenant, name, w.visit(t, name, federation.Wanted{}).answer)
}

// enter is signIn that has to work.
func (w world) enter(t *testing.T, name string) federation.Proved {
	t.Helper()
	p, err := w.signIn(t, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w world) user(t *testing.T, id iam.UserID) iam.User {
	t.Helper()
	u, err := w.Directory.User(t.Context(), w.by, directory.UserKey{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// add makes a user with an address, verified or not.
func (w world) add(t *testing.T, username, email string, verified bool) iam.User {
	t.Helper()
	u, err := w.Directory.CreateUser(t.Context(), w.Operator(), directory.NewUser{Username: username, Email: email, EmailVerified: verified,
		Password: apptest.AdminPassword, OwnPassword: true})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// as is a user as who acts, in a session.
func (w world) as(u iam.User, session string) iam.Actor {
	return iam.Actor{Tenant: w.Tenant.ID, Home: w.Tenant.ID, User: u.ID, Username: u.Username, Method: iam.MethodSession,
		Session: iam.SessionID(session)}
}

// mina is somebody at the provider.
func mina() testop.Person {
	return testop.Person{Subject: "248289761001", Email: "Mina@Example.com", Verified: true,
		Claims: map[string]any{"given_name": "Mina", "family_name": "김", "name": "김 Mina", "preferred_username": "mina"}}
}

// reason answers the reason of an error, or its kind where it has none.
func reason(err error) string {
	e, ok := errors.AsType[*iam.Error](err)
	switch {
	case err == nil:
		return ""
	case !ok:
		return err.Error()
	case e.Code != "":
		return string(e.Code)
	default:
		return e.Kind.String()
	}
}

// faults answers the members that an error names.
func faults(err error) string {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok {
		return ""
	}
	var paths []string
	for _, f := range e.Fields {
		paths = append(paths, f.Path)
	}
	return strings.Join(paths, " ")
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}
