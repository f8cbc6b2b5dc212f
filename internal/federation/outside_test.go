package federation_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testop"
)

// TestRotation: a provider changes its keys whenever it likes; one that it does
// not show any more is not believed for long; and nobody has its keys read all
// the time by naming others.
func TestRotation(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	w.op.SignIn(mina())
	w.enter(t, p.Name)
	reads := func() int { return len(w.op.Requests("/keys")) }
	if w.enter(t, p.Name); reads() != 1 {
		t.Errorf("the keys were read %d times", reads())
	}
	w.Clock.Advance(11 * time.Second)
	w.op.Rotate()
	if w.enter(t, p.Name); reads() != 2 {
		t.Errorf("with a new one the keys were read %d times", reads())
	}
	w.op.Lie(testop.Lie{Header: map[string]any{"kid": "nobody's"}})
	for range 20 {
		if err := w.Federation.LogoutToken(t.Context(), w.Tenant, p.Name, w.op.LogoutToken("kim", "", nil)); !iam.Is(err, iam.Invalid) {
			t.Fatal(err)
		}
	}
	if reads() != 2 {
		t.Errorf("for keys that nobody has the keys were read %d times", reads())
	}
	w.op.Lie(testop.Lie{})
	stolen := w.op.LogoutToken("kim", "", map[string]any{"iat": w.Clock.Now().Add(11 * time.Minute).Unix(), "exp": w.Clock.Now().Add(13 * time.Minute).Unix()})
	w.op.Rotate()
	w.Clock.Advance(11 * time.Minute)
	if err := w.Federation.LogoutToken(t.Context(), w.Tenant, p.Name, stolen); !iam.Is(err, iam.Invalid) {
		t.Errorf("signed by a key that was withdrawn: %v", err)
	}
	if n := len(w.op.Requests("/.well-known/openid-configuration")); n != 2 {
		t.Errorf("discovered %d times", n)
	}
}

// TestSilentProvider: one that does not answer is asked now and then, not by
// everybody who comes.
func TestSilentProvider(t *testing.T) {
	w := start(t)
	var asked atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		rw.WriteHeader(http.StatusInternalServerError)
	}))
	defer srv.Close()
	p := w.create(t, federation.NewProvider{Secret: "s", Provider: iam.Provider{Type: iam.ProviderOIDC, Issuer: srv.URL, ClientID: "c"}})
	for range 20 {
		if _, err := w.Federation.Begin(t.Context(), w.Tenant, p.Name, wantedNothing); reason(err) != string(iam.ReasonProviderFault) {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	w.Clock.Advance(6 * time.Second)
	_, _ = w.Federation.Begin(t.Context(), w.Tenant, p.Name, wantedNothing)
	if n := asked.Load(); n != 2 {
		t.Errorf("later asked %d times", n)
	}
}

// TestNoRedirect: a provider that sends us elsewhere is not followed: there it
// would be the secret, or somebody's access token, that is told.
func TestNoRedirect(t *testing.T) {
	w := start(t)
	var heard atomic.Pointer[http.Request]
	evil := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard.Store(r) }))
	defer evil.Close()
	turn := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, evil.URL, http.StatusTemporaryRedirect)
	}))
	defer turn.Close()
	for what, lie := range map[string]string{"token": "token_endpoint", "user info": "userinfo_endpoint"} {
		op := testop.Start(t)
		op.Now = w.Clock.Now
		op.Lie(testop.Lie{Discovery: map[string]any{lie: turn.URL}})
		op.SignIn(mina())
		there := w
		there.op = op
		p := there.create(t, there.upstream())
		if _, err := there.signIn(t, p.Name); reason(err) != string(iam.ReasonProviderFault) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Of keys too nobody is led inside.
	inside := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "http://10.0.0.1/keys", http.StatusFound)
	}))
	defer inside.Close()
	op := testop.Start(t)
	op.Now = w.Clock.Now
	op.Lie(testop.Lie{Discovery: map[string]any{"jwks_uri": inside.URL}})
	op.SignIn(mina())
	there := w
	there.op = op
	if _, err := there.signIn(t, there.create(t, there.upstream()).Name); reason(err) != string(iam.ReasonNotProved) {
		t.Errorf("keys: %v", err)
	}
	if r := heard.Load(); r != nil {
		t.Errorf("somebody else has heard %s %s", r.Method, r.Header)
	}
}

// TestPrivateProvider: where the operator names no network, no provider is found
// in a private one, by whatever name it goes.
func TestPrivateProvider(t *testing.T) {
	w := world{Server: apptest.SQLite(t), op: testop.Start(t)}
	w.by = iam.Actor{Tenant: w.Tenant.ID, Home: w.Tenant.ID, User: w.Admin.ID, Username: w.Admin.Username, Method: iam.MethodToken}
	if _, err := w.Federation.Create(t.Context(), w.by, w.upstream()); faults(err) != "issuer" {
		t.Errorf("by its address: %v", err)
	}
	in := w.upstream()
	in.Issuer = "https://localhost:" + in.Issuer[strings.LastIndex(in.Issuer, ":")+1:]
	p := w.create(t, in) // a name says nothing before it is looked up
	if _, err := w.Federation.Begin(t.Context(), w.Tenant, p.Name, wantedNothing); reason(err) != string(iam.ReasonProviderFault) {
		t.Errorf("by a name: %v", err)
	}
	if n := len(w.op.Requests("/.well-known/openid-configuration")); n != 0 {
		t.Errorf("asked %d times", n)
	}
	if strings.Contains(w.Log.String(), "127.0.0.1:") {
		t.Error("the log tells where the name leads to")
	}
}

// TestHugeAnswers: what a provider answers is read up to a limit.
func TestHugeAnswers(t *testing.T) {
	w := start(t)
	for what, lie := range map[string]testop.Lie{
		"token":     {Token: map[string]any{"x": strings.Repeat("x", 2<<20)}},
		"user info": {Info: map[string]any{"x": strings.Repeat("x", 2<<20)}},
		"discovery": {Discovery: map[string]any{"x": strings.Repeat("x", 2<<20)}},
	} {
		op := testop.Start(t)
		op.Now = w.Clock.Now
		op.Lie(lie)
		op.SignIn(mina())
		there := w
		there.op = op
		p := there.create(t, there.upstream())
		b, err := w.Federation.Begin(t.Context(), w.Tenant, p.Name, wantedNothing)
		if err == nil {
			_, err = w.Federation.Finish(t.Context(), w.Tenant, p.Name, come(t, b))
		}
		if reason(err) != string(iam.ReasonProviderFault) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
