package netapp_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

const refreshPath = "/v2.1/auth/refresh"

// What ends a session ends its token with the next request.
func TestTokensEnd(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		change := func(t *testing.T, u iam.UserID, ch directory.UserChange) {
			t.Helper()
			if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: u}, ch); err != nil {
				t.Fatal(err)
			}
		}
		disabled, enabled := iam.UserDisabled, iam.UserEnabled
		ends := map[string]func(t *testing.T, m apptest.Member, token string){
			"sign-out": func(t *testing.T, _ apptest.Member, token string) {
				t.Helper()
				send(t, s, "POST", "/v2.1/auth/signout", token, "")
			},
			"refresh": func(t *testing.T, _ apptest.Member, token string) {
				t.Helper()
				next := record[session](t, send(t, s, "POST", refreshPath, token, "")).Token
				get(t, s, "/v2.1/regions", next)
			},
			"password": func(t *testing.T, m apptest.Member, _ string) {
				t.Helper()
				send(t, s, "POST", "/v2.1/auth/password", "", `{"username":"`+m.User.Username+`","old_password":"`+apptest.AdminPassword+`","new_password":"another long phrase"}`)
			},
			"password by an administrator": func(t *testing.T, m apptest.Member, _ string) {
				t.Helper()
				send(t, s, "PUT", "/v2.1/users/"+m.User.Username, s.AdminToken, `{"password":"whatever it is"}`)
			},
			"disabling": func(t *testing.T, m apptest.Member, _ string) {
				t.Helper()
				change(t, m.User.ID, directory.UserChange{State: &disabled})
			},
			"disabling for a while": func(t *testing.T, m apptest.Member, _ string) {
				t.Helper()
				change(t, m.User.ID, directory.UserChange{State: &disabled})
				change(t, m.User.ID, directory.UserChange{State: &enabled})
			},
			"deletion": func(t *testing.T, m apptest.Member, _ string) {
				t.Helper()
				send(t, s, "DELETE", "/v2.1/users/"+iam.Short(m.User.ID), s.AdminToken, "")
			},
			"time": func(*testing.T, apptest.Member, string) { s.Clock.Advance(authn.SessionLife) },
		}
		for name, end := range ends {
			t.Run(name, func(t *testing.T) {
				m := s.NewMember(t, s.Tenant, "user "+name, "user")
				token := signIn(t, s, "", m.User.Username, apptest.AdminPassword)
				get(t, s, "/v2.1/regions", token)
				end(t, m, token)
				refuse(t, s, 401, nil, "GET", "/v2.1/regions", token, "")
				refuse(t, s, 401, nil, "POST", refreshPath, token, "")
			})
		}
	})
}

// A stranger's token is refused, whatever it says of itself.
func TestForgedTokens(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		other := s.NewTenant(t, "acme")
		token := signIn(t, s, "", "admin", apptest.AdminPassword)
		foreign := signIn(t, s, "/t/acme", "admin", apptest.AdminPassword)
		get(t, s, "/v2.1/regions", token)
		get(t, s, "/v2.1/regions", foreign)

		part, theirs := strings.Split(token, "."), strings.Split(foreign, ".")
		payload, err := base64.RawURLEncoding.DecodeString(part[1])
		if err != nil {
			t.Fatal(err)
		}
		encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
		later := strings.Replace(string(payload), `"exp":1`, `"exp":2`, 1)
		if later == string(payload) {
			t.Fatalf("no exp in %s", payload)
		}
		_, theirKey, err := s.Keys.Signing(t.Context(), other.Tenant.ID, keyring.PurposeSession)
		if err != nil {
			t.Fatal(err)
		}
		forged := map[string]string{
			"algorithm none":          encode(`{"alg":"none","typ":"JWT"}`) + "." + part[1] + ".",
			"no signature":            part[0] + "." + part[1] + ".",
			"tampered payload":        part[0] + "." + encode(later) + "." + part[2],
			"signature of another":    part[0] + "." + part[1] + "." + theirs[2],
			"payload of another":      part[0] + "." + theirs[1] + "." + part[2],
			"key of another tenant":   sign(t, jose.HS256, theirKey, header(t, part[0]), payload),
			"empty key":               sign(t, jose.HS256, make([]byte, 32), header(t, part[0]), payload),
			"another algorithm":       sign(t, jose.HS512, append(theirKey, theirKey...), header(t, part[0]), payload),
			"empty":                   "",
			"no JWT":                  "x.y.z",
			"unknown API token":       "gh_default_none_" + strings.Repeat("0", 64),
			"API token's end":         s.AdminToken + "0",
			"API token, other tenant": strings.Replace(s.AdminToken, "gh_default_", "gh_acme_", 1),
		}
		for name, f := range forged {
			t.Run(name, func(t *testing.T) {
				refuse(t, s, 401, nil, "GET", "/v2.1/regions", "", "", "Authorization: Bearer "+f)
			})
		}
	})
}

func header(t *testing.T, encoded string) (kid string) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	var h struct {
		Alg, Typ, Kid string
	}
	if err := json.Unmarshal(text, &h, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatal(err)
	}
	if h.Alg != "HS256" || h.Typ != "JWT" || h.Kid == "" {
		t.Errorf("header %s", text)
	}
	return h.Kid
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key []byte, kid string, payload []byte) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader(jose.HeaderKey("kid"), kid))
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

// The claims begin as those in the vendor's samples do: username, exp.
func TestClaims(t *testing.T) {
	s := apptest.SQLite(t)
	part := strings.Split(signIn(t, s, "", "admin", apptest.AdminPassword), ".")
	header(t, part[0])
	payload, err := base64.RawURLEncoding.DecodeString(part[1])
	if err != nil {
		t.Fatal(err)
	}
	d := jsontext.NewDecoder(strings.NewReader(string(payload)))
	var names []string
	if _, err := d.ReadToken(); err != nil {
		t.Fatal(err)
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.String())
		if err := d.SkipValue(); err != nil {
			t.Fatal(err)
		}
	}
	if len(names) < 2 || names[0] != "username" || names[1] != "exp" {
		t.Errorf("claims %q", names)
	}
	var claims struct {
		Username string `json:"username"`
		Exp      int64  `json:"exp"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if left := time.Until(time.Unix(claims.Exp, 0)); claims.Username != "admin" || left <= 0 || left > authn.SessionLife {
		t.Errorf("claims %+v end in %v", claims, left)
	}
}

// A credential holds in its own tenant only, however that is named.
func TestCredentialsAndTenants(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		acme := s.NewTenant(t, "acme")
		bearer := func(token string) string { return "Authorization: Bearer " + token }
		basic := func(scheme, credential string) string {
			return "Authorization: " + scheme + " " + base64.StdEncoding.EncodeToString([]byte(credential))
		}
		of := map[string]string{"default": signIn(t, s, "", "admin", apptest.AdminPassword), "acme": signIn(t, s, "/t/acme", "admin", apptest.AdminPassword)}
		tests := []struct {
			name, path string
			status     int
			headers    []string
		}{
			{"session", "/v2.1/tenants", 200, []string{bearer(of["default"])}},
			{"API token", "/v2.1/tenants", 200, []string{bearer(s.AdminToken)}},
			{"scheme in lower case", "/v2.1/tenants", 200, []string{"Authorization: bearer  " + s.AdminToken}},
			{"Basic", "/v2.1/tenants", 200, []string{basic("Basic", "admin:"+apptest.AdminPassword)}},
			{"Basic in lower case", "/v2.1/tenants", 200, []string{basic("basic", "admin:"+apptest.AdminPassword)}},
			{"Basic, wrong password", "/v2.1/tenants", 401, []string{basic("Basic", "admin:x")}},
			{"Basic, unknown user", "/v2.1/tenants", 401, []string{basic("Basic", "nobody:"+apptest.AdminPassword)}},
			{"Basic, no Base64", "/v2.1/tenants", 401, []string{"Authorization: Basic admin"}},
			{"Digest", "/v2.1/tenants", 401, []string{"Authorization: Digest username=admin"}},
			{"nothing", "/v2.1/tenants", 401, nil},

			{"own tenant by path", "/t/acme/v2.1/tenants", 200, []string{bearer(of["acme"])}},
			{"own tenant by host", "/v2.1/tenants", 200, []string{bearer(acme.Token), "Host: acme.gatehouse.test"}},
			{"Basic by path", "/t/acme/v2.1/tenants", 200, []string{basic("Basic", "admin:"+apptest.AdminPassword)}},
			{"other tenant by path", "/t/acme/v2.1/tenants", 401, []string{bearer(of["default"])}},
			{"other tenant by path, API token", "/t/acme/v2.1/tenants", 401, []string{bearer(s.AdminToken)}},
			{"other tenant by host", "/v2.1/tenants", 401, []string{bearer(s.AdminToken), "Host: acme.gatehouse.test"}},
			{"other tenant the other way", "/t/default/v2.1/tenants", 401, []string{bearer(of["acme"])}},
			{"no such tenant", "/t/nowhere/v2.1/tenants", 401, []string{bearer(s.AdminToken)}},
			{"no such tenant, Basic", "/t/nowhere/v2.1/tenants", 401, []string{basic("Basic", "admin:"+apptest.AdminPassword)}},
		}
		for _, tt := range tests {
			if code, e := do(t, s, "GET", tt.path, "", "", tt.headers...); code != tt.status {
				t.Errorf("%s: %d %q, want %d", tt.name, code, e.Status.UserMessage, tt.status)
			}
		}
		a := s.Do(t, "GET", "/v2.1/tenants", "", "")
		if got := a.Header.Values("WWW-Authenticate"); len(got) != 2 || !strings.HasPrefix(got[0], "Bearer ") || !strings.HasPrefix(got[1], "Basic ") {
			t.Errorf("WWW-Authenticate %q", got)
		}
	})
}
