package authn_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestTokenScopes(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"made":            testScopedToken,
		"refused":         testScopeInvalid,
		"never wider":     testScopeNeverWider,
		"end themselves":  testScopedRevoke,
		"from networks":   testTokenNetworks,
		"no second door":  testScopedCredentials,
		"change no email": testScopedEmail,
	})
}

// narrow makes a token of Ann's of a scope, and answers who comes with it.
func (w world) narrow(t *testing.T, by iam.Actor, scope string) (iam.Actor, error) {
	t.Helper()
	raw, stored, err := w.Authn.CreateToken(t.Context(), by, w.tenant.Code, authn.NewToken{User: by.User, Scope: scope})
	if err != nil {
		return iam.Actor{}, err
	}
	actor, err := w.Authn.Token(t.Context(), raw, from)
	if err == nil && actor.Scope != stored.Scope {
		t.Errorf("a token of scope %q makes an actor of scope %q", stored.Scope, actor.Scope)
	}
	return actor, err
}

func testScopedToken(t *testing.T, w world) {
	by, err := w.narrow(t, w.by, "  users.read\tregions.* ")
	if err != nil || by.Scope != "users.read regions.*" {
		t.Fatalf("%+v, %v", by, err)
	}
	for p, want := range map[iam.Permission]bool{iam.UsersRead: true, iam.RegionsDelete: true, iam.UsersUpdate: false, iam.JobsRead: false} {
		if may, err := w.Access.May(t.Context(), by, p); err != nil || may != want {
			t.Errorf("%s: %v, %v", p, may, err)
		}
	}
}

func testScopeInvalid(t *testing.T, w world) {
	for _, scope := range []string{"users.raed", "users.read users.raed", "user.*", "*.*.*", "**", "/v2.1/regions", "users.read,users.update",
		"users.read;", "USERS.READ", strings.Repeat("users.read ", 200)} {
		if _, err := w.narrow(t, w.by, scope); !iam.Is(err, iam.Invalid) {
			t.Errorf("scope %.40q: %v, want Invalid", scope, err)
		}
	}
}

func testScopeNeverWider(t *testing.T, w world) {
	by, err := w.narrow(t, w.by, "users.* regions.read")
	if err != nil {
		t.Fatal(err)
	}
	for _, scope := range []string{"users.read", "users.*", "regions.read users.update", "users.password"} {
		if _, err := w.narrow(t, by, scope); err != nil {
			t.Errorf("scope %q: %v", scope, err)
		}
	}
	for _, scope := range []string{"", " ", "*", "*.read", "regions.*", "users.read jobs.read"} {
		if _, err := w.narrow(t, by, scope); !iam.Is(err, iam.Denied) {
			t.Errorf("scope %q: %v, want Denied", scope, err)
		}
	}
}

func testScopedRevoke(t *testing.T, w world) {
	by, err := w.narrow(t, w.by, "users.*")
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.narrow(t, w.by, "users.*")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Authn.RevokeToken(t.Context(), by, other.Token); !iam.Is(err, iam.NotFound) {
		t.Errorf("another token of the same user: %v, want NotFound", err)
	}
	if err := w.Authn.RevokeToken(t.Context(), by, by.Token); err != nil {
		t.Errorf("itself: %v", err)
	}
}

func testTokenNetworks(t *testing.T, w world) {
	raw, stored, err := w.Authn.CreateToken(t.Context(), w.ann.Actor(), w.tenant.Code, authn.NewToken{User: w.ann.User.ID,
		Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	if err != nil || len(stored.Networks) != 1 {
		t.Fatalf("%+v, %v", stored, err)
	}
	use := func(address string) error {
		_, err := w.Authn.Token(t.Context(), raw, authn.Origin{Address: address})
		return err
	}
	if err := use("192.0.2.9"); err != nil {
		t.Error(err)
	}
	refused(t, "from elsewhere", use("198.51.100.1"))
	refused(t, "from no address", use("@"))
	w.setRules(t, iam.UserRules{NoAPI: true})
	refused(t, "of a user without APIs", use("192.0.2.9"))
	w.setRules(t, iam.UserRules{})
	w.setNetworks(t, netip.MustParsePrefix("203.0.113.0/24"))
	refused(t, "from outside of the tenant's networks", use("192.0.2.9"))
	w.setNetworks(t)
	if err := use("192.0.2.9"); err != nil {
		t.Error(err)
	}
}

// testScopedCredentials: credentials that have all of a user's rights are not
// for who came with fewer.
func testScopedCredentials(t *testing.T, w world) {
	by, err := w.narrow(t, w.by, "users.*")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Authn.CreateAccessKey(t.Context(), by, by.User, nil); !iam.Is(err, iam.Denied) {
		t.Errorf("an access key: %v, want Denied", err)
	}
	if _, _, err := w.Authn.IssueCertificate(t.Context(), by, authn.NewCertificate{User: by.User, Passphrase: phrase}); !iam.Is(err, iam.Denied) {
		t.Errorf("a certificate: %v, want Denied", err)
	}
	all, err := w.narrow(t, w.by, "*")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Authn.CreateAccessKey(t.Context(), all, all.User, nil); err != nil {
		t.Errorf("with a scope of everything: %v", err)
	}
}

// testScopedEmail: an address is where a new password can be asked for.
func testScopedEmail(t *testing.T, w world) {
	by, err := w.narrow(t, w.by, "users.update users.read")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Directory.UpdateUser(t.Context(), by, directory.UserKey{ID: by.User}, directory.UserChange{Email: ptr("evil@example.com")})
	if !iam.Is(err, iam.Denied) {
		t.Errorf("one's own address with a narrower token: %v, want Denied", err)
	}
}
