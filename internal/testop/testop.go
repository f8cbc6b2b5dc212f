// Package testop is a whole OpenID provider for tests: discovery, authorization
// code flow with PKCE, user info, keys that rotate, sign-out, back-channel
// logout. It owns how such a provider speaks, and how it lies: what a test
// wants its tokens and answers to say instead of the truth.
//
// It must not be imported by a program, and it must not share code with what
// it tests: its tokens are made, and its requests checked, on its own.
package testop

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"
)

// The client that every provider has.
const (
	ClientID     = "gatehouse"
	ClientSecret = "correct horse battery staple"
)

// Person is who can sign in at the provider.
type Person struct {
	Subject  string
	Email    string
	Verified bool // the address
	// Claims are further ones, in the ID token and in user info.
	Claims map[string]any
}

// Provider is a running OpenID provider.
type Provider struct {
	// Issuer is where it is, and how it names itself.
	Issuer string
	// Now is its clock; the real one unless a test sets another before it asks
	// for anything.
	Now func() time.Time

	mu        sync.Mutex
	signedIn  *Person
	session   string // sid of who is signed in
	proved    time.Time
	redirects []string
	lie       Lie
	key       *ecdsa.PrivateKey
	keyID     string
	codes     map[string]grant
	access    map[string]Person
	requests  []Request
}

// Request is one that came to an endpoint: its path, and its query or form.
type Request struct {
	Path   string
	Values url.Values
}

// grant is what a code was given for.
type grant struct {
	person    Person
	session   string
	redirect  string
	nonce     string
	challenge string // S256
	proved    time.Time
}

// Start starts a provider, at which nobody is signed in. It is stopped at the
// end of the test.
func Start(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{Now: time.Now, codes: map[string]grant{}, access: map[string]Person{}}
	p.Rotate()
	mux := http.NewServeMux()
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /.well-known/openid-configuration": p.discovery,
		"GET /authorize":                        p.authorize,
		"POST /token":                           p.token,
		"GET /userinfo":                         p.userInfo,
		"GET /keys":                             p.keys,
		"GET /end-session":                      p.endSession,
	} {
		mux.HandleFunc(pattern, p.noted(h))
	}
	web := httptest.NewServer(mux)
	p.Issuer = web.URL
	t.Cleanup(web.Close)
	return p
}

// AuthorizationURL is for where discovery is not to be used, as those below.
func (p *Provider) AuthorizationURL() string { return p.Issuer + "/authorize" }

// TokenURL is the token endpoint.
func (p *Provider) TokenURL() string { return p.Issuer + "/token" }

// UserInfoURL is the user info endpoint.
func (p *Provider) UserInfoURL() string { return p.Issuer + "/userinfo" }

// JWKSURL is where the keys are.
func (p *Provider) JWKSURL() string { return p.Issuer + "/keys" }

// LogoutURL is the end-session endpoint.
func (p *Provider) LogoutURL() string { return p.Issuer + "/end-session" }

// SignIn makes somebody signed in at the provider, in whatever browser comes.
func (p *Provider) SignIn(who Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signedIn, p.session, p.proved = &who, random(), p.Now()
}

// SignOut makes nobody signed in.
func (p *Provider) SignOut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signedIn, p.session = nil, ""
}

// Session is the provider's own name of the session of who is signed in (sid).
func (p *Provider) Session() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.session
}

// Redirects says where browsers may be sent back to, letter for letter; without
// any they may anywhere.
func (p *Provider) Redirects(addresses ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.redirects = addresses
}

// Rotate makes a new key, and forgets the one before.
func (p *Provider) Rotate() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // a broken machine
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key, p.keyID = key, random()
}

// Requests answers those that came to an endpoint, the first one first.
func (p *Provider) Requests(path string) []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.requests), func(r Request) bool { return r.Path != path })
}

// noted keeps what comes in.
func (p *Provider) noted(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "bad form", http.StatusBadRequest)
			return
		}
		p.mu.Lock()
		p.requests = append(p.requests, Request{r.URL.Path, r.Form})
		p.mu.Unlock()
		h(w, r)
	}
}

func random() string {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		panic(err) // a broken machine
	}
	return hex.EncodeToString(b)
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // who has gone has gone
}

// over answers m with the members of lies over it; a nil one takes a member out.
func over(m, lies map[string]any) map[string]any {
	for k, v := range lies {
		if v == nil {
			delete(m, k)
		} else {
			m[k] = v
		}
	}
	return m
}
