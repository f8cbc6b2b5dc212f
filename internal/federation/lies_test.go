package federation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testop"
)

// TestLies has the provider lie in every way that somebody in its place, or
// between it and the browser, could think of: nobody is signed in, and nobody is
// made.
func TestLies(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	now := w.Clock.Now().Unix()
	say := func(name string, v any) testop.Lie { return testop.Lie{Claims: map[string]any{name: v}} }
	for name, tt := range map[string]struct {
		lie  testop.Lie
		want iam.Reason
	}{
		"not signed":                    {testop.Lie{Signature: testop.SignedNone}, iam.ReasonNotProved},
		"HS256 with the public key":     {testop.Lie{Signature: testop.SignedHS256}, iam.ReasonNotProved},
		"another's key of that name":    {testop.Lie{Signature: testop.SignedByStranger}, iam.ReasonNotProved},
		"a broken signature":            {testop.Lie{Signature: testop.SignedBroken}, iam.ReasonNotProved},
		"a key that is not there":       {testop.Lie{Header: map[string]any{"kid": "nobody's"}}, iam.ReasonNotProved},
		"a key of another kind":         {testop.Lie{Header: map[string]any{"kid": "rsa"}}, iam.ReasonNotProved},
		"a logout token":                {testop.Lie{Header: map[string]any{"typ": "logout+jwt"}}, iam.ReasonNotProved},
		"an access token":               {testop.Lie{Header: map[string]any{"typ": "at+jwt"}}, iam.ReasonNotProved},
		"an event":                      {say("events", map[string]any{}), iam.ReasonNotProved},
		"no token":                      {testop.Lie{Token: map[string]any{"id_token": nil}}, iam.ReasonNotProved},
		"a token that is none":          {testop.Lie{Token: map[string]any{"id_token": "a.b.c"}}, iam.ReasonNotProved},
		"a token as JSON":               {testop.Lie{Token: map[string]any{"id_token": `{"payload":"e30","signatures":[]}`}}, iam.ReasonNotProved},
		"a token that is cut":           {testop.Lie{Token: map[string]any{"id_token": "eyJhbGciOiJFUzI1NiJ9.e30."}}, iam.ReasonNotProved},
		"a token of 100 kB":             {say("x", strings.Repeat("x", 100_000)), iam.ReasonNotProved},
		"another issuer":                {say("iss", "https://evil.example"), iam.ReasonNotProved},
		"the issuer with a slash":       {say("iss", w.op.Issuer+"/"), iam.ReasonNotProved},
		"no issuer":                     {say("iss", nil), iam.ReasonNotProved},
		"another audience":              {say("aud", "another"), iam.ReasonNotProved},
		"no audience":                   {say("aud", nil), iam.ReasonNotProved},
		"several, and no party":         {say("aud", []string{"gatehouse", "another"}), iam.ReasonNotProved},
		"another party":                 {say("azp", "another"), iam.ReasonNotProved},
		"an empty party":                {say("azp", ""), iam.ReasonNotProved},
		"another nonce":                 {say("nonce", strings.Repeat("0", 64)), iam.ReasonNotProved},
		"no nonce":                      {say("nonce", nil), iam.ReasonNotProved},
		"an empty nonce":                {say("nonce", ""), iam.ReasonNotProved},
		"expired":                       {say("exp", now-1), iam.ReasonNotProved},
		"without an end":                {say("exp", nil), iam.ReasonNotProved},
		"issued tomorrow":               {say("iat", now+86400), iam.ReasonNotProved},
		"issued never":                  {say("iat", nil), iam.ReasonNotProved},
		"not before tomorrow":           {say("nbf", now+86400), iam.ReasonNotProved},
		"times as texts":                {say("exp", "tomorrow"), iam.ReasonNotProved},
		"another access token":          {testop.Lie{Token: map[string]any{"access_token": "another"}}, iam.ReasonNotProved},
		"no subject":                    {say("sub", nil), iam.ReasonNotProved},
		"a subject without end":         {say("sub", strings.Repeat("x", 256)), iam.ReasonNotProved},
		"user info of another":          {testop.Lie{Info: map[string]any{"sub": "another"}}, iam.ReasonNotProved},
		"user info of nobody":           {testop.Lie{Info: map[string]any{"sub": nil}}, iam.ReasonNotProved},
		"the answer is another's":       {testop.Lie{Answer: map[string]any{"iss": "https://evil.example"}}, iam.ReasonNotProved},
		"the answer is nobody's":        {testop.Lie{Answer: map[string]any{"iss": nil}}, iam.ReasonNotProved},
		"refused":                       {testop.Lie{Answer: map[string]any{"error": "access_denied"}}, iam.ReasonNotProved},
		"another code":                  {testop.Lie{Answer: map[string]any{"code": "another"}}, iam.ReasonProviderFault},
		"no code":                       {testop.Lie{Answer: map[string]any{"code": nil}}, iam.ReasonProviderFault},
		"an endless code":               {testop.Lie{Answer: map[string]any{"code": strings.Repeat("x", 5000)}}, iam.ReasonProviderFault},
		"another state":                 {testop.Lie{Answer: map[string]any{"state": strings.Repeat("0", 64)}}, iam.ReasonFlow},
		"no state":                      {testop.Lie{Answer: map[string]any{"state": nil}}, iam.ReasonFlow},
		"no access token for user info": {testop.Lie{Token: map[string]any{"access_token": nil}}, iam.ReasonProviderFault},
	} {
		t.Run(name, func(t *testing.T) {
			w.op.SignIn(mina())
			w.op.Lie(tt.lie)
			_, err := w.signIn(t, p.Name)
			if reason(err) != string(tt.want) {
				t.Errorf("%s: %v", reason(err), err)
			}
		})
	}
	found, err := w.Directory.Users(t.Context(), w.by, directory.UserFilter{Username: "mina*"}, iam.Page{})
	if err != nil || len(found.Items) > 0 {
		t.Errorf("%d users were made, %v", len(found.Items), err)
	}
	if log := w.Log.String(); strings.Contains(log, testop.ClientSecret) || strings.Contains(log, "eyJ") || !strings.Contains(log, "another issuer") {
		t.Error("the log has a secret in it, or does not say why nobody was proved")
	}
	w.op.Lie(testop.Lie{})
	w.enter(t, p.Name)
}

// TestTruths are rare and right: what must not be taken for a lie.
func TestTruths(t *testing.T) {
	w := start(t)
	in := w.upstream()
	in.ClockSkew = time.Minute
	p := w.create(t, in)
	now := w.Clock.Now().Unix()
	w.op.SignIn(mina())
	for name, lie := range map[string]testop.Lie{
		"RS256":                       {Signature: testop.SignedRS256},
		"a type":                      {Header: map[string]any{"typ": "JWT"}},
		"several audiences":           {Claims: map[string]any{"aud": []string{"gatehouse", "another"}, "azp": "gatehouse"}},
		"its clock is slow":           {Claims: map[string]any{"exp": now - 30, "iat": now - 300}},
		"its clock is fast":           {Claims: map[string]any{"iat": now + 30, "nbf": now + 30}},
		"no hash of the access token": {Claims: map[string]any{"at_hash": nil}},
		"fractions of a second":       {Claims: map[string]any{"exp": float64(now) + 60.5}},
		"no name of the session":      {Claims: map[string]any{"sid": nil}},
		"client proved in the body":   {Discovery: map[string]any{"token_endpoint_auth_methods_supported": []string{"client_secret_post"}}},
	} {
		t.Run(name, func(t *testing.T) {
			w.op.Lie(lie)
			if _, err := w.signIn(t, p.Name); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
	w.op.Lie(testop.Lie{Claims: map[string]any{"exp": w.Clock.Now().Unix() - 61}})
	if _, err := w.signIn(t, p.Name); reason(err) != string(iam.ReasonNotProved) {
		t.Errorf("more than the skew ago: %v", err)
	}
}

// TestDiscoveryLies: what a provider says of itself is not believed where that
// would lead elsewhere.
func TestDiscoveryLies(t *testing.T) {
	w := start(t)
	for name, lie := range map[string]map[string]any{
		"another issuer":          {"issuer": "https://evil.example"},
		"no issuer":               {"issuer": nil},
		"no endpoint":             {"authorization_endpoint": nil},
		"no keys":                 {"jwks_uri": nil},
		"keys inside":             {"jwks_uri": "https://10.0.0.1/keys"},
		"tokens inside":           {"token_endpoint": "https://169.254.169.254/latest"},
		"user info inside":        {"userinfo_endpoint": "https://[::ffff:10.0.0.1]/"},
		"tokens without TLS":      {"token_endpoint": "http://8.8.8.8/token"},
		"a file":                  {"jwks_uri": "file:///etc/passwd"},
		"a script":                {"authorization_endpoint": "javascript:alert(1)"},
		"a script for who leaves": {"end_session_endpoint": "javascript:alert(1)"},
		"nothing that is a text":  {"token_endpoint": 7},
	} {
		t.Run(name, func(t *testing.T) {
			w := w
			w.op = testop.Start(t)
			w.op.SignIn(mina())
			w.op.Lie(testop.Lie{Discovery: lie})
			p := w.create(t, w.upstream())
			_, err := w.Federation.Begin(t.Context(), w.Tenant, p.Name, federation.Wanted{})
			if reason(err) != string(iam.ReasonProviderFault) {
				t.Errorf("%v", err)
			}
			if err := w.Federation.Delete(t.Context(), w.by, p.Name); err != nil {
				t.Fatal(err)
			}
		})
	}
}
