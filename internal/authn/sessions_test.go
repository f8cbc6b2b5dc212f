package authn_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

func TestSessions(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"speaks for":             testSession,
		"tampered with":          testTampered,
		"forged":                 testForged,
		"ends with the user":     testSessionStanding,
		"expiry":                 testExpiry,
		"sign-out":               testSignOut,
		"refresh":                testRefresh,
		"refresh has a limit":    testRefreshLimit,
		"refresh by who may not": testRefreshRefused,
		"refresh by the renamed": testRefreshRenamed,
		"refresh by many":        testRefreshRace,
		"purge":                  testPurge,
	})
}

func testSession(t *testing.T, w world) {
	s, token := w.signIn(t)
	by := w.session(t, token)
	want := iam.Actor{Tenant: w.tenant.ID, Home: w.tenant.ID, User: w.ann.User.ID, Username: "Ann", Method: iam.MethodSession, Session: s.ID,
		Address: from.Address, Client: from.Client, RequestID: from.RequestID}
	if by != want {
		t.Errorf("actor %+v", by)
	}
	// What clients read: username and exp, in seconds.
	var claims struct {
		Username string `json:"username"`
		Exp, Iat int64
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Username != "Ann" || claims.Exp != s.Expires.Unix() || claims.Iat != s.Created.Unix() {
		t.Errorf("claims %s, %v", payload, err)
	}
}

// testTampered changes each character of a token.
func testTampered(t *testing.T, w world) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	_, token := w.signIn(t)
	w.session(t, token)
	for i := range token {
		b := []byte(token)
		if b[i] == '.' {
			b[i] = 'A'
		} else {
			b[i] = alphabet[strings.IndexByte(alphabet, b[i])^32] // the highest bit, which always counts
		}
		if by, err := w.Authn.Session(t.Context(), string(b), from); err == nil {
			t.Fatalf("with another character at %d of %d it speaks for %+v", i, len(token), by)
		} else {
			refused(t, "tampered", err, string(b))
		}
	}
	for _, s := range []string{"", ".", "..", "...", token[:len(token)-1], token + "A", token + ".x", " " + token, strings.Repeat(token, 2), strings.Repeat("A", 1<<16)} {
		_, err := w.Authn.Session(t.Context(), s, from)
		refused(t, "malformed", err, s)
	}
	w.session(t, token)
}

// testForged makes tokens that are well formed, with what a forger may have.
func testForged(t *testing.T, w world) {
	ctx := t.Context()
	s, token := w.signIn(t)
	other := newWorld(t, w.Server, w.tenant.Code+"-other")
	theirs, _ := other.signIn(t)
	kid, key, err := w.Keys.Signing(ctx, w.tenant.ID, keyring.PurposeSession)
	if err != nil {
		t.Fatal(err)
	}
	_, tokenKey, err := w.Keys.Signing(ctx, w.tenant.ID, keyring.PurposeToken)
	if err != nil {
		t.Fatal(err)
	}
	exp := w.Clock.Now().Add(time.Hour).Unix()
	claims := func(tenant iam.TenantID, session iam.SessionID) map[string]any {
		return map[string]any{"username": "Ann", "exp": exp, "tid": tenant, "sid": session}
	}
	mine := claims(w.tenant.ID, s.ID)
	sign := func(alg jose.SignatureAlgorithm, key any, kid string, claims any) string {
		t.Helper()
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", kid))
		if err != nil {
			t.Fatal(err)
		}
		payload, err := json.Marshal(claims)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign(payload)
		if err != nil {
			t.Fatal(err)
		}
		text, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if _, err := w.Authn.Session(ctx, sign(jose.HS256, key, kid, mine), from); err != nil {
		t.Fatalf("this test cannot sign: %v", err)
	}
	long := slices.Concat(key, key)
	parts := strings.Split(token, ".")
	encode := base64.RawURLEncoding.EncodeToString
	expired := claims(w.tenant.ID, s.ID)
	expired["exp"] = w.Clock.Now().Unix()
	for name, forged := range map[string]string{
		"another key":              sign(jose.HS256, []byte(strings.Repeat("k", 32)), kid, mine),
		"a key for something else": sign(jose.HS256, tokenKey, kid, mine),
		"another algorithm":        sign(jose.HS512, long, kid, mine),
		"an unknown key":           sign(jose.HS256, key, "99", mine),
		"a key of no name":         sign(jose.HS256, key, "", mine),
		"a path for a key":         sign(jose.HS256, key, "../1", mine),
		"no algorithm":             encode([]byte(`{"alg":"none","typ":"JWT","kid":"1"}`)) + "." + parts[1] + ".",
		"no algorithm, signed":     encode([]byte(`{"alg":"none","typ":"JWT","kid":"1"}`)) + "." + parts[1] + "." + parts[2],
		"session of another":       sign(jose.HS256, key, kid, claims(w.tenant.ID, theirs.ID)),
		"another tenant":           sign(jose.HS256, key, kid, claims(other.tenant.ID, theirs.ID)),
		"here with their session":  sign(jose.HS256, key, kid, claims(other.tenant.ID, s.ID)),
		"an invented tenant":       sign(jose.HS256, key, kid, claims(iam.TenantID(w.Env().NewID()), s.ID)),
		"all tenants":              sign(jose.HS256, key, kid, claims("*", s.ID)),
		"an invented session":      sign(jose.HS256, key, kid, claims(w.tenant.ID, iam.SessionID(w.Env().NewID()))),
		"no session":               sign(jose.HS256, key, kid, claims(w.tenant.ID, "")),
		"expired":                  sign(jose.HS256, key, kid, expired),
		"no expiry":                sign(jose.HS256, key, kid, map[string]any{"username": "Ann", "tid": w.tenant.ID, "sid": s.ID}),
		"no object":                sign(jose.HS256, key, kid, "Ann"),
		"an API token":             w.ann.Token,
	} {
		_, err := w.Authn.Session(ctx, forged, from)
		refused(t, name, err, forged)
	}
	late := claims(w.tenant.ID, s.ID)
	late["exp"] = exp + 1e6
	longer := sign(jose.HS256, key, kid, late)
	w.session(t, longer)
	w.Clock.Advance(authn.SessionLife)
	_, err = w.Authn.Session(ctx, longer, from)
	refused(t, "one that says it lasts longer", err)
}

func testSessionStanding(t *testing.T, w world) {
	ctx := t.Context()
	_, token := w.signIn(t)
	w.session(t, token)
	w.setTenant(t, iam.TenantDisabled)
	_, err := w.Authn.Session(ctx, token, from)
	refused(t, "of an inactive tenant", err)
	w.setTenant(t, iam.TenantActive)
	w.session(t, token)

	w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
	_, err = w.Authn.Session(ctx, token, from)
	refused(t, "of a disabled user", err)
	w.update(t, directory.UserChange{State: ptr(iam.UserEnabled)})
	_, err = w.Authn.Session(ctx, token, from)
	refused(t, "from before the user was disabled", err)

	_, token = w.signIn(t)
	w.update(t, directory.UserChange{Username: ptr("anna"), GivenName: ptr("Anna")})
	if by := w.session(t, token); by.Username != "anna" {
		t.Errorf("after a change of name the session speaks for %q", by.Username)
	}
	if _, err := w.Directory.DeleteUser(ctx, w.by, directory.UserKey{ID: w.ann.User.ID}); err != nil {
		t.Fatal(err)
	}
	_, err = w.Authn.Session(ctx, token, from)
	refused(t, "of a deleted user", err)
}

func testExpiry(t *testing.T, w world) {
	s, token := w.signIn(t)
	w.Clock.Advance(s.Expires.Sub(w.Clock.Now()) - 10*time.Second)
	w.session(t, token)
	w.Clock.Advance(10 * time.Second)
	_, err := w.Authn.Session(t.Context(), token, from)
	refused(t, "expired", err)
}

func testSignOut(t *testing.T, w world) {
	ctx := t.Context()
	s, token := w.signIn(t)
	_, other := w.signIn(t)
	by := w.session(t, token)
	if err := w.Authn.SignOut(ctx, by); err != nil {
		t.Fatal(err)
	}
	_, err := w.Authn.Session(ctx, token, from)
	refused(t, "signed out", err)
	w.session(t, other)
	if err := w.Authn.SignOut(ctx, by); err != nil {
		t.Errorf("signed out twice: %v", err)
	}
	if err := w.Authn.SignOut(ctx, w.ann.Actor()); err != nil {
		t.Errorf("signed out without a session: %v", err)
	}
	l, err := w.Audit.Events(ctx, w.by, audit.Filter{Action: "session.end"}, iam.Page{})
	if err != nil || len(l.Items) != 1 || l.Items[0].ObjectID != string(s.ID) || l.Items[0].ActorID != w.ann.User.ID {
		t.Errorf("the trail is %+v, %v", l.Items, err)
	}
}

func testRefresh(t *testing.T, w world) {
	ctx := t.Context()
	first, old := w.signIn(t)
	by := w.session(t, old)
	w.Clock.Advance(time.Minute)
	next, err := w.Authn.Refresh(ctx, by, authn.Origin{Dialect: "other", Address: "192.0.2.9"})
	if err != nil {
		t.Fatal(err)
	}
	if next.ID == first.ID || next.User != first.User || next.SignedIn.Sub(first.SignedIn).Abs() > time.Millisecond || !next.Created.After(first.Created) ||
		next.Expires.Sub(next.Created) != authn.SessionLife || next.Address != "192.0.2.9" {
		t.Errorf("after %+v comes %+v", first, next)
	}
	_, err = w.Authn.Session(ctx, old, from)
	refused(t, "the one before", err)
	if got := w.session(t, w.token(t, next)); got.Session != next.ID {
		t.Errorf("the next one is %v", got.Session)
	}
	_, err = w.Authn.Refresh(ctx, by, from)
	refused(t, "refreshed twice", err)
}

// testRefreshLimit refreshes as long as it is let.
func testRefreshLimit(t *testing.T, w world) {
	s, token := w.signIn(t)
	began, n := s.SignedIn, 0
	for {
		w.Clock.Advance(s.Expires.Sub(w.Clock.Now()) - 30*time.Second)
		next, err := w.Authn.Refresh(t.Context(), w.session(t, token), from)
		if iam.Is(err, iam.Unauthenticated) {
			break
		}
		if err != nil || n > 20 {
			t.Fatalf("refreshed %d times: %v", n, err)
		}
		if next.Expires.Sub(began) > 12*time.Hour {
			t.Fatalf("a session ends %v after the sign-in", next.Expires.Sub(began))
		}
		s, token, n = next, w.token(t, next), n+1
	}
	if n < 12 || s.Expires.Sub(began) < 12*time.Hour-time.Second {
		t.Errorf("refreshed %d times, until %v after the sign-in; want 12h", n, s.Expires.Sub(began))
	}
}

// testRefreshRefused refreshes as somebody who was authenticated a moment ago,
// and whom much has happened to since.
func testRefreshRefused(t *testing.T, w world) {
	ctx := t.Context()
	if _, err := w.Authn.Refresh(ctx, w.ann.Actor(), from); !iam.Is(err, iam.Invalid) {
		t.Errorf("with an API token: %v", err)
	}
	for name, happen := range map[string]func(u apptest.Member) error{
		"disabled": func(u apptest.Member) error {
			_, err := w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: u.User.ID}, directory.UserChange{State: ptr(iam.UserDisabled)})
			return err
		},
		"deleted": func(u apptest.Member) error {
			_, err := w.Directory.DeleteUser(ctx, w.by, directory.UserKey{ID: u.User.ID})
			return err
		},
		"of a tenant that is not active": func(apptest.Member) error { w.setTenant(t, iam.TenantDisabled); return nil },
	} {
		w.setTenant(t, iam.TenantActive)
		u := w.NewMember(t, w.tenant, name)
		s, err := w.Authn.SignIn(ctx, w.tenant.ID, name, phrase, from)
		if err != nil {
			t.Fatal(err)
		}
		withSession := w.session(t, w.token(t, s))
		withPassword, err := w.Authn.Password(ctx, w.tenant.ID, name, phrase, from)
		if err != nil {
			t.Fatal(err)
		}
		if err := happen(u); err != nil {
			t.Fatal(err)
		}
		_, err1 := w.Authn.Refresh(ctx, withSession, from)
		_, err2 := w.Authn.Refresh(ctx, withPassword, from)
		refused(t, name+", with a session", err1)
		refused(t, name+", with a password", err2)
	}
}

// testRefreshRenamed: who was renamed stays who they are, also when another has
// the name by now.
func testRefreshRenamed(t *testing.T, w world) {
	ctx := t.Context()
	_, token := w.signIn(t)
	withSession := w.session(t, token)
	withPassword, err := w.Authn.Password(ctx, w.tenant.ID, "ann", phrase, from)
	if err != nil {
		t.Fatal(err)
	}
	w.update(t, directory.UserChange{Username: ptr("anna")})
	w.NewMember(t, w.tenant, "Ann", "admin")
	for _, by := range []iam.Actor{withPassword, withSession} {
		s, err := w.Authn.Refresh(ctx, by, from)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.session(t, w.token(t, s)); got.User != w.ann.User.ID || got.Username != "anna" {
			t.Errorf("with %v it speaks for %+v", by.Method, got)
		}
	}
}

// testRefreshRace: of many who refresh one session at once, one does.
func testRefreshRace(t *testing.T, w world) {
	_, token := w.signIn(t)
	by := w.session(t, token)
	var won atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			s, err := w.Authn.Refresh(t.Context(), by, from)
			if err == nil {
				won.Add(1)
				if _, err := w.Store.Session(t.Context(), w.tenant.ID, s.ID); err != nil {
					t.Errorf("the one that was begun: %v", err)
				}
			} else if !iam.Is(err, iam.Unauthenticated) {
				t.Errorf("one of the others: %v", err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 100 refreshed one session", won.Load())
	}
}

func testPurge(t *testing.T, w world) {
	old, _ := w.signIn(t)
	w.Clock.Advance(2 * time.Hour)
	fresh, _ := w.signIn(t)
	authn.Purge(w.Authn, t.Context())
	if _, err := w.Store.Session(t.Context(), w.tenant.ID, old.ID); !iam.Is(err, iam.NotFound) {
		t.Errorf("the expired one: %v", err)
	}
	if _, err := w.Store.Session(t.Context(), w.tenant.ID, fresh.ID); err != nil {
		t.Errorf("the other one: %v", err)
	}
}
