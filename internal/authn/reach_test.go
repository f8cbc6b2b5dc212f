package authn_test

import (
	"net/netip"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestReach(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"every credential": testEveryCredentialReaches, "by code": testReachByCode})
}

// helped makes the world's tenant one that the support tenant may look into,
// which is answered: Ann supports there.
func (w world) helped(t *testing.T) (support world) {
	t.Helper()
	support = newWorld(t, w.Server, w.tenant.Code+"-support")
	admin, err := w.Access.Role(t.Context(), support.by, access.RoleKey{Handle: access.RoleAdmin})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.Bind(t.Context(), support.by, iam.Binding{User: support.ann.User.ID, Role: admin.ID}); err != nil {
		t.Fatal(err)
	}
	if err := w.Tenancy.SetSupportTenant(t.Context(), iam.System("", "test"), support.tenant.Code); err != nil {
		t.Fatal(err)
	}
	w.let(t, iam.SupportRead)
	return support
}

func (w world) let(t *testing.T, m iam.SupportMode) {
	t.Helper()
	if _, err := w.Tenancy.SetSupportAccess(t.Context(), w.by, iam.SupportAccess{Mode: m}); err != nil {
		t.Fatal(err)
	}
}

// testEveryCredentialReaches: where host or path name a tenant that is not that
// of the credential, a relation of the two decides, whatever the credential is.
func testEveryCredentialReaches(t *testing.T, w world) {
	ctx := t.Context()
	support := w.helped(t)
	_, jwt := support.signIn(t)
	secret, key := support.newKey(t)
	cert := support.issue(t, 0)
	made, err := w.Authn.BeginSignIn(ctx, support.tenant.ID, authn.Attempt{Username: "ann", Password: phrase, Pages: true}, from)
	if err != nil {
		t.Fatal(err)
	}
	for name, prove := range map[string]func(code string) (iam.Actor, error){
		"an API token":    func(code string) (iam.Actor, error) { return w.Authn.Bearer(ctx, support.ann.Token, code, from) },
		"a session token": func(code string) (iam.Actor, error) { return w.Authn.Bearer(ctx, jwt, code, from) },
		"a signature": func(code string) (iam.Actor, error) {
			return w.Authn.Signed(ctx, w.sign(secret, key.ID), code, from)
		},
		"a cookie":      func(code string) (iam.Actor, error) { return w.Authn.BrowserCall(ctx, made.Cookie, code, from) },
		"a certificate": func(code string) (iam.Actor, error) { return w.Authn.ClientCertificate(ctx, cert.x509, code, from) },
	} {
		home, err := prove(support.tenant.Code)
		if err != nil || home.Tenant != support.tenant.ID || home.Reach != iam.ReachHome {
			t.Errorf("%s at home: %+v, %v", name, home, err)
		}
		there, err := prove(w.tenant.Code)
		want := home
		want.Tenant, want.Reach, want.HomeCode = w.tenant.ID, iam.ReachSupport, support.tenant.Code
		if err != nil || there != want {
			t.Errorf("%s in the other tenant: %+v, %v", name, there, err)
		}
		if byID, err := prove(string(w.tenant.ID)); err != nil || byID != want {
			t.Errorf("%s by the id of the other tenant: %+v, %v", name, byID, err)
		}
		w.let(t, iam.SupportNone)
		for _, code := range []string{w.tenant.Code, string(w.tenant.ID), "nowhere", w.Env().NewID(), w.Tenant.Code} {
			_, err := prove(code)
			refused(t, name+" in "+code, err)
		}
		w.let(t, iam.SupportRead)
	}
	// Nor does it go the other way.
	_, err = w.Authn.Bearer(ctx, w.ann.Token, support.tenant.Code, from)
	refused(t, "into the support tenant", err)
}

// testReachByCode: what one does not reach is not told from what is not there,
// and a tenant that takes requests from some networks only takes them from
// nobody else's people either.
func testReachByCode(t *testing.T, w world) {
	ctx := t.Context()
	support := w.helped(t)
	ann, err := w.Authn.Bearer(ctx, support.ann.Token, "", from)
	if err != nil {
		t.Fatal(err)
	}
	reach := func(by iam.Actor, code string) error { _, err := w.Authn.Reach(ctx, by, code); return err }
	if err := reach(ann, w.tenant.Code); err != nil {
		t.Error(err)
	}
	there, err := w.Authn.Reach(ctx, ann, w.tenant.Code)
	if err != nil || there.Tenant != w.tenant.ID || there.Reach != iam.ReachSupport {
		t.Errorf("%+v, %v", there, err)
	}
	unreached := newWorld(t, w.Server, w.tenant.Code+"-closed")
	for name, c := range map[string]struct {
		by   iam.Actor
		code string
	}{
		"nothing there": {ann, "nowhere"}, "no relation": {ann, unreached.tenant.Code}, "home": {ann, support.tenant.Code},
		"no name": {ann, "../"}, "empty": {ann, ""}, "an id of nothing": {ann, w.Env().NewID()},
		"from there to home": {there, support.tenant.Code}, "from there to itself": {there, w.tenant.Code}, "from there on": {there, unreached.tenant.Code},
		"nobody": {iam.Actor{}, w.tenant.Code}, "the other way": {w.ann.Actor(), support.tenant.Code},
	} {
		err := reach(c.by, c.code)
		if want := iam.ErrNotFound("tenant", c.code); !iam.Is(err, iam.NotFound) || err.Error() != want.Error() {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	w.setNetworks(t, netip.MustParsePrefix("198.51.100.0/24"))
	if err := reach(ann, w.tenant.Code); !iam.Is(err, iam.NotFound) {
		t.Errorf("from another network: %v", err)
	}
	_, err = w.Authn.Bearer(ctx, support.ann.Token, w.tenant.Code, from)
	refused(t, "from another network", err)
	ann.Address = "198.51.100.7"
	if err := reach(ann, w.tenant.Code); err != nil {
		t.Errorf("from the network: %v", err)
	}
}
