package federation

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestIssuer(t *testing.T) {
	const directory = "11111111-2222-3333-4444-555555555555"
	for _, tt := range []struct {
		of            iam.ProviderType
		issuer, token string
		want          string
	}{
		{iam.ProviderOIDC, "https://a.example", "https://b.example/token", "https://a.example"},
		{iam.ProviderOIDC, "", "https://b.example/oauth2/v1/token", ""},
		{iam.ProviderGoogle, "", "", "https://accounts.google.com"},
		{iam.ProviderAzure, "", "https://login.microsoftonline.com/" + directory + "/oauth2/v2.0/token", "https://login.microsoftonline.com/" + directory + "/v2.0"},
		{iam.ProviderAzure, "", "https://login.microsoftonline.com/" + directory + "/oauth2/token", ""},
		{iam.ProviderAzure, "", "https://login.microsoftonline.com/acme.com/oauth2/v2.0/token", ""},
		{iam.ProviderAzure, "", "https://login.microsoftonline.com/common/oauth2/v2.0/token", ""},
		{iam.ProviderAzure, "https://sts.windows.net/x/", "", "https://sts.windows.net/x/"},
		{iam.ProviderOkta, "", "https://acme.okta.com/oauth2/v1/token", "https://acme.okta.com"},
		{iam.ProviderOkta, "", "https://acme.okta.com/oauth2/default/v1/token", "https://acme.okta.com/oauth2/default"},
		{iam.ProviderOkta, "", "https://acme.okta.com/oauth2/a/b/v1/token", ""},
		{iam.ProviderOkta, "", "https://acme.okta.com/v1/token", ""},
		{iam.ProviderOkta, "", "%", ""},
	} {
		if got := issuerOf(iam.Provider{Type: tt.of, Issuer: tt.issuer, TokenURL: tt.token}); got != tt.want {
			t.Errorf("%s of %q: %q, want %q", tt.of, tt.token, got, tt.want)
		}
	}
}

func TestPersonOf(t *testing.T) {
	token := claims{"sub": "1", "email": "a@example.com", "email_verified": true, "given_name": "A", "family_name": "B", "sid": "s", "hd": "example.com",
		"amr": []any{"pwd", "mfa", 7}}
	for what, tt := range map[string]struct {
		info claims
		want person
	}{
		"without user info": {nil, person{email: "a@example.com", verified: true, given: "A", family: "B"}},
		// Whether an address is verified comes from where the address does.
		"another address":     {claims{"email": "c@example.com"}, person{email: "c@example.com", given: "A", family: "B"}},
		"an address of none":  {claims{"email": "c", "email_verified": true}, person{email: "a@example.com", verified: true, given: "A", family: "B"}},
		"other names":         {claims{"given_name": " C ", "name": "C D"}, person{email: "a@example.com", verified: true, given: "C", family: "B", name: "C D"}},
		"it says no sessions": {claims{"sid": "x", "hd": "evil.example", "amr": []any{"hwk"}}, person{email: "a@example.com", verified: true, given: "A", family: "B"}},
	} {
		tt.want.subject, tt.want.session, tt.want.domain, tt.want.methods = "1", "s", "example.com", []string{"pwd", "mfa"}
		if diff := cmp.Diff(tt.want, personOf(iam.ProviderMappers{}, token, tt.info), cmp.AllowUnexported(person{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", what, diff)
		}
	}
}

// FuzzClaims: whatever a provider says, what is kept of somebody is short,
// printable, and a name or nothing.
func FuzzClaims(f *testing.F) {
	f.Add(`{"sub":"1","email":"a@example.com","email_verified":true}`, `{"name":"A"}`, "email")
	f.Add(`{"sub":"1","a":{"b":{"c":"x@example.com"}},"amr":"mfa"}`, `null`, "a.b.c")
	f.Add(`{"a.b":7,"a":[]}`, `{"amr":[1,"x"],"preferred_username":"\u200b"}`, "a.b")
	f.Add(`{"sub":7,"email":"`+strings.Repeat("x", 300)+`@example.com"}`, `{}`, "...")
	f.Fuzz(func(t *testing.T, token, info, mapper string) {
		var a, b claims
		if json.Unmarshal([]byte(token), &a) != nil || json.Unmarshal([]byte(info), &b) != nil {
			t.Skip()
		}
		p := personOf(iam.ProviderMappers{Email: mapper}, a, b)
		if p.email != "" && !iam.ValidEmail(p.email) || p.verified && p.email == "" {
			t.Errorf("the address is %q, verified %v", p.email, p.verified)
		}
		for _, s := range []string{p.given, p.family, p.name, p.username, p.named()} {
			if !iam.Printable(s) || utf8.RuneCountInString(s) > maxText || s != strings.TrimSpace(s) {
				t.Errorf("kept is %q", s)
			}
		}
		if utf8.RuneCountInString(p.named()) > maxUsername || len(p.methods) > maxMethods {
			t.Errorf("called %q, by %d methods", p.named(), len(p.methods))
		}
	})
}

// FuzzParseToken: nothing that comes as a token gets far without a signature of
// a kind that is taken.
func FuzzParseToken(f *testing.F) {
	for _, s := range []string{"", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJIUzI1NiJ9.e30.AA", "eyJhbGciOiJFUzI1NiJ9.e30.AA",
		"eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.AA", `{"payload":"e30","protected":"e30","signature":""}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		signed, err := parseToken(token, []string{typeJWT})
		if err != nil {
			return
		}
		alg := signed.Signatures[0].Header.Algorithm
		if len(signed.Signatures) != 1 || alg == "none" || strings.HasPrefix(alg, "HS") || len(token) > maxToken || strings.Count(token, ".") != 2 {
			t.Errorf("%q is read as one of %s", token, alg)
		}
	})
}
