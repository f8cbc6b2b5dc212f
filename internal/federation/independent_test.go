package federation_test

import (
	"testing"

	"github.com/oauth2-proxy/mockoidc"

	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestIndependent signs somebody in at a provider that others have written.
func TestIndependent(t *testing.T) {
	w := start(t)
	op, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = op.Shutdown() })
	in := federation.NewProvider{Secret: op.ClientSecret, Provider: iam.Provider{Type: iam.ProviderOIDC, Issuer: op.Issuer(), ClientID: op.ClientID}}
	p := w.create(t, in)
	// What it tells of users lacks the subject, which OpenID Connect Core 1.0
	// section 5.3.2 demands.
	if _, err := w.signIn(t, p.Name); reason(err) != string(iam.ReasonNotProved) {
		t.Errorf("with user info of nobody: %v", err)
	}
	in.DisableUserInfo = true
	if _, err := w.Federation.Replace(t.Context(), w.by, p.Name, in); err != nil {
		t.Fatal(err)
	}
	first := w.enter(t, p.Name)
	u := w.user(t, first.User)
	if u.Username != "jane.doe@example.com" || !u.EmailVerified || first.Subject != "1234567890" {
		t.Errorf("%+v, %+v", first, u)
	}
	op.QueueUser(&mockoidc.MockUser{Subject: "2", PreferredUsername: "kim"})
	if second := w.enter(t, p.Name); second.Username != "kim" || second.User == first.User {
		t.Errorf("somebody else is %+v", second)
	}
	if again := w.enter(t, p.Name); again.User != first.User {
		t.Errorf("the first one again is %+v", again)
	}
	b, err := w.Federation.Begin(t.Context(), w.Tenant, p.Name, wantedNothing)
	if err != nil {
		t.Fatal(err)
	}
	a := come(t, b)
	keypair, err := mockoidc.RandomKeypair(2048)
	if err != nil {
		t.Fatal(err)
	}
	op.Keypair = keypair // and the key of before is not shown any more
	if _, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, a); reason(err) != string(iam.ReasonNotProved) {
		t.Errorf("with a key that was not there a moment ago: %v", err)
	}
}
