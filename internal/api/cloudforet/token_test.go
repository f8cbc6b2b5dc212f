package cloudforet_test

import (
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// payload reads the claims of a token, as clients do, without its key.
func payload(t testing.TB, token string) object {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	out := object{}
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// keys are those that the domain publishes.
func (s *suite) keys() jose.JSONWebKeySet {
	s.t.Helper()
	var set jose.JSONWebKeySet
	a := s.Do(s.t, "GET", "/identity/.well-known/jwks.json", "", "")
	if err := json.Unmarshal([]byte(a.Body), &set); err != nil || len(set.Keys) == 0 {
		s.t.Fatalf("keys: %s, %v", a.Body, err)
	}
	return set
}

// A token has the vendor's claims, and whoever has the published keys can
// verify it.
func TestClaims(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	access, refresh := s.signIn(wonny, wonnyPassword)
	for _, tt := range []struct {
		token, kind string
		life        float64
		more        object
	}{
		{access, "ACCESS_TOKEN", 1800, object{"rol": "USER"}},
		{refresh, "REFRESH_TOKEN", 10800, nil},
	} {
		signed, err := jose.ParseSignedCompact(tt.token, []jose.SignatureAlgorithm{jose.RS256})
		if err != nil {
			t.Fatal(err)
		}
		header := signed.Signatures[0].Header
		keys := s.keys()
		key := keys.Key(header.KeyID)
		if len(key) != 1 {
			t.Fatalf("no key %q is published", header.KeyID)
		}
		if _, err := signed.Verify(key[0]); err != nil {
			t.Errorf("%s cannot be verified: %v", tt.kind, err)
		}
		got := payload(t, tt.token)
		if d := got["exp"].(float64) - got["iat"].(float64); d < tt.life-1 || d > tt.life {
			t.Errorf("%s lasts %v s, want %v", tt.kind, d, tt.life)
		}
		want := object{"iss": "spaceone.identity", "typ": tt.kind, "own": "USER", "did": string(s.Tenant.ID), "aud": wonny, "ver": "2.0",
			"jti": got["jti"], "iat": got["iat"], "exp": got["exp"]}
		for k, v := range tt.more {
			want[k] = v
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("claims (-want +got):\n%s", diff)
		}
	}
}

// timeout is honoured up to what the vendor allows and the tenant's limit of a
// session.
func TestTimeout(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	for _, tt := range []struct{ asked, want float64 }{{0, 1800}, {-5, 1800}, {60, 60}, {21600, 21600}, {1e15, 86400}} {
		body := s.issueBody(wonny, wonnyPassword)
		body["timeout"] = tt.asked
		got := payload(t, s.must("token/issue", "", body)["access_token"].(string))
		if d := got["exp"].(float64) - got["iat"].(float64); d < tt.want-1 || d > tt.want {
			t.Errorf("a timeout of %v s makes %v s, want %v", tt.asked, d, tt.want)
		}
	}
	access, refresh := s.signIn(wonny, wonnyPassword)
	grant := object{"grant_type": "REFRESH_TOKEN", "token": refresh, "scope": "USER"}
	s.Clock.Advance(31 * time.Minute)
	s.refused(401, "ERROR_AUTHENTICATE_FAILURE", "user-profile/get", access, object{})
	granted := s.must("token/grant", "", grant)["access_token"].(string)
	s.must("user-profile/get", granted, object{})
	s.Clock.Advance(3 * time.Hour)
	s.refused(401, "ERROR_AUTHENTICATE_FAILURE", "token/grant", "", grant)
	s.refused(401, "ERROR_AUTHENTICATE_FAILURE", "user-profile/get", granted, object{})
}

// A token that anybody else made, or made another of, is good for nothing
// (threat classes 2, 27).
func TestForgedTokens(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	access, refresh := s.signIn(wonny, wonnyPassword)
	stranger := s.NewTenant(t, "stranger")
	foreign := s.must("token/issue", "", object{"credentials": object{"user_id": "admin", "password": apptest.AdminPassword},
		"auth_type": "LOCAL", "domain_id": "stranger"})["access_token"].(string)
	s.must("user-profile/get", foreign, object{})

	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	parts, theirs := strings.Split(access, "."), strings.Split(foreign, ".")
	kid := s.keys().Keys[0].KeyID
	claims := payload(t, access)
	with := func(k string, v any) object {
		c := object{}
		for name, value := range claims {
			c[name] = value
		}
		c[k] = v
		return c
	}
	// HS256 with the public key as the secret.
	public := s.keys().Keys[0].Key.(*rsa.PublicKey)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: public.N.Bytes()}, (&jose.SignerOptions{}).WithHeader("kid", kid))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(claims)
	confused, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	hs256, _ := confused.CompactSerialize()

	for name, token := range map[string]string{
		"nothing": "", "text": "x", "dots": "..", "a refresh token": refresh,
		"no algorithm":      part(object{"alg": "none", "typ": "JWT"}) + "." + parts[1] + ".",
		"HS256":             hs256,
		"other claims":      parts[0] + "." + part(with("aud", "admin")) + "." + parts[2],
		"another domain":    parts[0] + "." + part(with("did", string(stranger.Tenant.ID))) + "." + parts[2],
		"no domain":         parts[0] + "." + part(with("did", "")) + "." + parts[2],
		"a domain for SQL":  parts[0] + "." + part(with("did", "' OR 1=1 --")) + "." + parts[2],
		"later":             parts[0] + "." + part(with("exp", 99999999999)) + "." + parts[2],
		"signature of them": parts[0] + "." + parts[1] + "." + theirs[2],
		"header of them":    theirs[0] + "." + parts[1] + "." + parts[2],
		"an API token":      stranger.Token + "0",
		"long":              access + strings.Repeat("A", 5000),
		"a session of ours": s.netappToken(),
	} {
		if status, out := s.call("user-profile/get", token, object{}); status != http.StatusUnauthorized {
			t.Errorf("%s: %d %v", name, status, out)
		}
		if token == "" || token == refresh {
			continue
		}
		if status, out := s.call("token/grant", "", object{"grant_type": "REFRESH_TOKEN", "token": token, "scope": "USER"}); status != http.StatusUnauthorized {
			t.Errorf("grant with %s: %d %v", name, status, out)
		}
	}
	// The host or path names another domain than the token.
	if a := s.Do(t, "POST", "/t/stranger/identity/user-profile/get", access, "{}"); a.Status != http.StatusUnauthorized {
		t.Errorf("below the path of another tenant: %d %s", a.Status, a.Body)
	}
	if a := s.Do(t, "POST", "/t/default/identity/user-profile/get", access, "{}"); a.Status != http.StatusOK {
		t.Errorf("below the path of its own tenant: %d %s", a.Status, a.Body)
	}
	body, _ := json.Marshal(s.issueBody(wonny, wonnyPassword))
	if a := s.Do(t, "POST", "/t/stranger/identity/token/issue", "", string(body)); a.Status != http.StatusUnauthorized {
		t.Errorf("a domain in the body, another in the path: %d %s", a.Status, a.Body)
	}
}

// netappToken is a token of the same user that another dialect gave out.
func (s *suite) netappToken() string {
	s.t.Helper()
	a := s.Do(s.t, "POST", "/v2.1/auth/signin", "", fmt.Sprintf(`{"username":%q,"password":%q}`, wonny, wonnyPassword))
	var out struct {
		Result struct {
			Records []struct {
				Token string `json:"token"`
			} `json:"records"`
		} `json:"result"`
	}
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil || len(out.Result.Records) != 1 {
		s.t.Fatalf("sign-in: %s", a.Body)
	}
	return out.Result.Records[0].Token
}

// A token ends with its user's right to act, at once (threat class 20).
func TestTokensEnd(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		access, refresh := s.signIn(wonny, wonnyPassword)
		disabled := iam.UserDisabled
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: s.wonny.ID}, directory.UserChange{State: &disabled}); err != nil {
			t.Fatal(err)
		}
		s.refused(401, "ERROR_AUTHENTICATE_FAILURE", "user-profile/get", access, object{})
		s.refused(401, "ERROR_AUTHENTICATE_FAILURE", "token/grant", "", object{"grant_type": "REFRESH_TOKEN", "token": refresh, "scope": "USER"})
		s.refused(401, "ERROR_AUTHENTICATION_FAILURE", "token/issue", "", s.issueBody(wonny, wonnyPassword))
	})
}

// After many failures nobody gets in for a while, whether or not there is such
// a user, and the answer says no more than that (threat class 17).
func TestLockOut(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	for _, user := range []string{wonny, "nobody"} {
		var status int
		var out object
		for range 20 {
			if status, out = s.call("token/issue", "", s.issueBody(user, "Wrong 12345")); out["detail"].(object)["code"] != "ERROR_AUTHENTICATION_FAILURE" {
				break
			}
		}
		want := object{"detail": object{"code": "ERROR_LOGIN_BLOCKED", "message": "Login is blocked. Please try again later."}}
		if diff := cmp.Diff(want, out); diff != "" || status != 401 {
			t.Errorf("%s: %d (-want +got):\n%s", user, status, diff)
		}
	}
	text, _ := json.Marshal(s.issueBody(wonny, wonnyPassword))
	a := s.Do(t, "POST", "/identity/token/issue", "", string(text))
	if a.Status != 401 || a.Header.Get("Retry-After") == "" {
		t.Errorf("the right password is answered %d %s, Retry-After %q", a.Status, a.Body, a.Header.Get("Retry-After"))
	}
	s.Clock.Advance(time.Hour)
	s.signIn(wonny, wonnyPassword)
}
