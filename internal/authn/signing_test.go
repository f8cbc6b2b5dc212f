package authn_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestSigning(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"verified by anybody":  testSignRS256,
		"made once":            testOneSigningKey,
		"forged":               testForgedJWT,
		"of no tenant":         testSigningOfNoTenant,
		"of sessions that end": testLiveSession,
	})
}

type standardClaims struct {
	Subject string `json:"sub"`
	Expires int64  `json:"exp"`
}

// jwks answers the public keys of the tenant as others read them.
func (w world) jwks(t *testing.T) jose.JSONWebKeySet {
	t.Helper()
	text, err := w.Authn.JWKS(t.Context(), w.tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{`"d"`, `"p"`, `"q"`, `"dp"`, `"k"`} {
		if strings.Contains(string(text), private) {
			t.Errorf("the set has the member %s of a private key", private)
		}
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil || len(set.Keys) == 0 {
		t.Fatalf("%s: %v", text, err)
	}
	return set
}

// signJWT makes a JWT of the tenant for ann.
func (w world) signJWT(t *testing.T) string {
	t.Helper()
	token, err := w.Authn.SignRS256(t.Context(), w.tenant.ID, standardClaims{"ann", 1})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (w world) verifyJWT(t *testing.T, token string) (standardClaims, error) {
	t.Helper()
	var claims standardClaims
	err := w.Authn.VerifyRS256(t.Context(), w.tenant.ID, token, &claims)
	return claims, err
}

func testSignRS256(t *testing.T, w world) {
	token := w.signJWT(t)
	if claims, err := w.verifyJWT(t, token); err != nil || claims != (standardClaims{"ann", 1}) { // that it has expired is not ours to say
		t.Errorf("verified %+v, %v", claims, err)
	}
	set := w.jwks(t)
	k := set.Keys[0]
	public, ok := k.Key.(*rsa.PublicKey)
	if !ok || k.Algorithm != "RS256" || k.Use != "sig" || public.N.BitLen() != 2048 || public.E != 65537 {
		t.Errorf("the key is %+v", k)
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if h := parsed.Signatures[0].Header; h.KeyID != k.KeyID || h.ExtraHeaders["typ"] != "JWT" {
		t.Errorf("the header is %+v", h)
	}
	if _, err := parsed.Verify(set); err != nil {
		t.Errorf("verified with the set: %v", err)
	}
	if len(w.jwks(t).Keys) != 1 {
		t.Error("there are two keys")
	}
}

// testOneSigningKey: of two nodes that need the first key at once, both sign
// with the one that came of it.
func testOneSigningKey(t *testing.T, w world) {
	beside := w.Beside(t)
	nodes := []*authn.Service{w.Authn, beside.Authn, w.Authn, beside.Authn}
	tokens := make([]string, len(nodes))
	var wg sync.WaitGroup
	for i, node := range nodes {
		wg.Go(func() {
			var err error
			if tokens[i], err = node.SignRS256(t.Context(), w.tenant.ID, standardClaims{Subject: "x"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, token := range tokens {
		for _, node := range nodes[:2] {
			var claims standardClaims
			if err := node.VerifyRS256(t.Context(), w.tenant.ID, token, &claims); err != nil {
				t.Errorf("of the other node: %v", err)
			}
		}
	}
	if n := len(w.jwks(t).Keys); n != 1 {
		t.Errorf("%d keys", n)
	}
}

// testForgedJWT: neither the algorithm nor the key is the token's to choose.
func testForgedJWT(t *testing.T, w world) {
	token := w.signJWT(t)
	elsewhere := newWorld(t, w.Server, w.tenant.Code+"-other")
	theirs := elsewhere.signJWT(t)
	key := w.jwks(t).Keys[0]
	public := key.Key.(*rsa.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	asJWK, err := key.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	theirParts := strings.Split(theirs, ".")
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	hs := func(alg jose.SignatureAlgorithm, secret []byte) string {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: secret}, (&jose.SignerOptions{}).WithHeader("kid", key.KeyID))
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign([]byte(`{"sub":"admin"}`))
		if err != nil {
			t.Fatal(err)
		}
		text, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	// Somebody's own RSA key, named as ours or brought along in the header.
	mine := forgeKey(t)
	rs := func(alg jose.SignatureAlgorithm, options *jose.SignerOptions) string {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: mine}, options)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign([]byte(`{"sub":"admin"}`))
		if err != nil {
			t.Fatal(err)
		}
		text, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	head := func(members string) string { return encode(`{"alg":"RS256","kid":"` + key.KeyID + `"` + members + `}`) }
	for name, forged := range map[string]string{
		"nothing":                       "",
		"no signature":                  parts[0] + "." + parts[1] + ".",
		"two parts":                     parts[0] + "." + parts[1],
		"four parts":                    token + "." + parts[2],
		"none":                          encode(`{"alg":"none"}`) + "." + parts[1] + ".",
		"None with our signature":       encode(`{"alg":"None","kid":"`+key.KeyID+`"}`) + "." + parts[1] + "." + parts[2],
		"no alg":                        encode(`{"kid":"`+key.KeyID+`"}`) + "." + parts[1] + "." + parts[2],
		"HS256 with the key as PEM":     hs(jose.HS256, asPEM),
		"HS256 with the key as DER":     hs(jose.HS256, der),
		"HS256 with the key as JWK":     hs(jose.HS256, asJWK),
		"HS256 with the modulus":        hs(jose.HS256, public.N.Bytes()),
		"HS512 with the key as PEM":     hs(jose.HS512, asPEM),
		"RS256 of a key named as ours":  rs(jose.RS256, (&jose.SignerOptions{}).WithHeader("kid", key.KeyID)),
		"PS256 of a key named as ours":  rs(jose.PS256, (&jose.SignerOptions{}).WithHeader("kid", key.KeyID)),
		"a key that it brings along":    rs(jose.RS256, &jose.SignerOptions{EmbedJWK: true}),
		"a key that it points to":       rs(jose.RS256, (&jose.SignerOptions{}).WithHeader("jku", "https://evil.example/jwks").WithHeader("kid", key.KeyID)),
		"an unknown key":                rs(jose.RS256, (&jose.SignerOptions{}).WithHeader("kid", "../../dev/null")),
		"no key":                        rs(jose.RS256, nil),
		"of another tenant":             theirs,
		"their body, our head":          parts[0] + "." + theirParts[1] + "." + theirParts[2],
		"another body":                  parts[0] + "." + encode(`{"sub":"admin"}`) + "." + parts[2],
		"another head":                  head("") + "." + parts[1] + "." + parts[2],
		"an extension that is critical": head(`,"crit":["b64"],"b64":false`) + "." + parts[1] + "." + parts[2],
		"a signature that is cut":       token[:len(token)-8],
		"spaces":                        " " + token,
		"a NUL":                         token + "\x00",
		"JSON":                          `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
		"too long":                      parts[0] + "." + strings.Repeat("A", 1<<20) + "." + parts[2],
		"a session token":               w.sessionToken(t),
	} {
		claims, err := w.verifyJWT(t, forged)
		refused(t, name, err, parts[2])
		if claims != (standardClaims{}) {
			t.Errorf("%s: refused, and answered %+v", name, claims)
		}
	}
	if _, err := w.verifyJWT(t, token); err != nil {
		t.Errorf("the right one, after all that: %v", err)
	}
	var list []string
	if err := w.Authn.VerifyRS256(t.Context(), w.tenant.ID, token, &list); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("claims of another type: %v", err)
	}
}

// forgeKey makes an RSA key that is nobody's.
func forgeKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	pair, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func testSigningOfNoTenant(t *testing.T, w world) {
	nobody := iam.TenantID(w.Env().NewID())
	for _, id := range []iam.TenantID{nobody, "", "default", "*"} {
		if _, err := w.Authn.SignRS256(t.Context(), id, standardClaims{}); !iam.Is(err, iam.NotFound) {
			t.Errorf("signed for %q: %v, want NotFound", id, err)
		}
		if _, err := w.Authn.JWKS(t.Context(), id); !iam.Is(err, iam.NotFound) {
			t.Errorf("keys of %q: %v, want NotFound", id, err)
		}
		refused(t, "verified for "+string(id), w.Authn.VerifyRS256(t.Context(), id, w.signJWT(t), &standardClaims{}))
	}
	if _, err := w.Authn.SignRS256(t.Context(), w.tenant.ID, func() {}); err == nil {
		t.Error("a function was signed")
	}
}

// testLiveSession: a token that was verified is worth what its session is.
func testLiveSession(t *testing.T, w world) {
	s, _ := w.signIn(t)
	by, live, err := w.Authn.LiveSession(t.Context(), w.tenant.ID, s.ID, from)
	if err != nil || by.User != w.ann.User.ID || by.Session != s.ID || by.Method != iam.MethodSession || live.ID != s.ID {
		t.Errorf("%+v, %+v, %v", by, live, err)
	}
	live2, _ := w.signIn(t)
	for name, end := range map[string]func() (iam.SessionID, iam.TenantID){
		"of another tenant": func() (iam.SessionID, iam.TenantID) { return live2.ID, w.Tenant.ID },
		"unknown":           func() (iam.SessionID, iam.TenantID) { return iam.SessionID(w.Env().NewID()), w.tenant.ID },
		"no id":             func() (iam.SessionID, iam.TenantID) { return "x", w.tenant.ID },
		"ended": func() (iam.SessionID, iam.TenantID) {
			if err := w.Authn.SignOut(t.Context(), by); err != nil {
				t.Fatal(err)
			}
			return s.ID, w.tenant.ID
		},
	} {
		id, tenant := end()
		_, _, err := w.Authn.LiveSession(t.Context(), tenant, id, from)
		refused(t, name, err)
	}
	w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
	_, _, err = w.Authn.LiveSession(t.Context(), w.tenant.ID, live2.ID, from)
	refused(t, "of a disabled user", err)
	w.update(t, directory.UserChange{State: ptr(iam.UserEnabled)})
	last, _ := w.signIn(t)
	w.Clock.Advance(last.Expires.Sub(w.Clock.Now()) + time.Second)
	_, _, err = w.Authn.LiveSession(t.Context(), w.tenant.ID, last.ID, from)
	refused(t, "expired", err)
}

// FuzzVerifyRS256: whatever a token is, what is read of it was signed, or it is
// refused in the one way.
func FuzzVerifyRS256(f *testing.F) {
	w := apptest.SQLite(f)
	want := standardClaims{"ann", 1}
	token, err := w.Authn.SignRS256(f.Context(), w.Tenant.ID, want)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add(token[:len(token)-1] + "A")
	f.Add("e30.e30.")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add(`{"payload":"e30","signatures":[{}]}`)
	f.Fuzz(func(t *testing.T, forged string) {
		var claims standardClaims
		if err := w.Authn.VerifyRS256(t.Context(), w.Tenant.ID, forged, &claims); err != nil {
			refused(t, "forged", err)
		} else if claims != want {
			t.Fatalf("%q says %+v", forged, claims)
		}
	})
}
