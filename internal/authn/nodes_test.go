package authn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// guest is Ann in a tenant of her own, with an API token and a session.
type guest struct {
	world
	token string
	by    iam.Actor // of the session
}

// endings are the ways in which a credential of Ann's ends.
var endings = map[string]struct {
	end                    func(t *testing.T, g guest) error
	endsSession, endsToken bool
}{
	"user disabled": {func(t *testing.T, g guest) error {
		g.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
		return nil
	}, true, true},
	"user deleted": {func(t *testing.T, g guest) error {
		_, err := g.Directory.DeleteUser(t.Context(), g.world.by, directory.UserKey{ID: g.ann.User.ID})
		return err
	}, true, true},
	"tenant disabled": {func(t *testing.T, g guest) error {
		g.setTenant(t, iam.TenantDisabled)
		return nil
	}, true, true},
	"tenant erased": {func(t *testing.T, g guest) error { return g.Store.EraseTenant(t.Context(), g.tenant.ID) }, true, true},
	"password set": {func(t *testing.T, g guest) error {
		g.update(t, directory.UserChange{Password: ptr("hunter2hunter2")})
		return nil
	}, true, false},
	"password changed": {func(t *testing.T, g guest) error {
		_, err := g.Authn.ChangePassword(t.Context(), g.tenant.ID, "ann", phrase, "another good phrase", from)
		return err
	}, true, false},
	"password reset": {func(t *testing.T, g guest) error {
		g.withMailbox(t)
		_, err := g.Authn.Reset(t.Context(), g.resetToken(t, "ann"), "another good phrase", from)
		return err
	}, true, false},
	"sessions ended": {func(t *testing.T, g guest) error {
		_, err := g.Authn.EndSessionsOf(t.Context(), g.world.by, g.ann.User.ID)
		return err
	}, true, false},
	"others ended": {func(t *testing.T, g guest) error {
		by := g.by
		by.Session = ""
		_, err := g.Authn.EndOtherSessions(t.Context(), by)
		return err
	}, true, false},
	"barred from calls": {func(t *testing.T, g guest) error {
		g.setRules(t, iam.UserRules{NoAPI: true})
		return nil
	}, true, true},
	"signed out": {func(t *testing.T, g guest) error { return g.Authn.SignOut(t.Context(), g.by) }, true, false},
	"refreshed": {func(t *testing.T, g guest) error {
		_, err := g.Authn.Refresh(t.Context(), g.by, from)
		return err
	}, true, false},
	"token revoked": {func(t *testing.T, g guest) error {
		by, err := g.Authn.Token(t.Context(), g.ann.Token, from)
		if err != nil {
			return err
		}
		return g.Authn.RevokeToken(t.Context(), by, by.Token)
	}, false, true},
	"nothing": {func(*testing.T, guest) error { return nil }, false, false},
}

// TestOtherNodesFollowWithinASecond ends credentials on one node and uses them
// on the other a second later. Both have used them before, and remember them.
func TestOtherNodesFollowWithinASecond(t *testing.T) {
	apptest.Each(t, func(t *testing.T, here *apptest.Server) {
		there := here.Beside(t)
		// Tenants of their own, since a node forgets all it knows of a tenant
		// at once.
		guests := map[string]guest{}
		for name := range endings {
			w := newWorld(t, here, strings.ReplaceAll(name, " ", "-"))
			_, token := w.signIn(t)
			g := guest{w, token, w.session(t, token)}
			guests[name] = g
			for _, node := range []*apptest.Server{here, there} {
				if err1, err2 := g.use(t, node); err1 != nil || err2 != nil {
					t.Fatalf("%s: before: %v, %v", name, err1, err2)
				}
			}
		}
		for name, ending := range endings {
			if err := ending.end(t, guests[name]); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		time.Sleep(time.Second)
		for name, ending := range endings {
			for _, node := range []*apptest.Server{there, here} {
				err1, err2 := guests[name].use(t, node)
				if (err1 != nil) != ending.endsSession {
					t.Errorf("%s: the session: %v", name, err1)
				}
				if (err2 != nil) != ending.endsToken {
					t.Errorf("%s: the token: %v", name, err2)
				}
			}
		}
	})
}

// use answers what a node thinks of both credentials.
func (g guest) use(t *testing.T, node *apptest.Server) (session, token error) {
	t.Helper()
	_, session = node.Authn.Session(t.Context(), g.token, from)
	_, token = node.Authn.Token(t.Context(), g.ann.Token, from)
	for _, err := range []error{session, token} {
		if err != nil {
			refused(t, "used", err)
		}
	}
	return session, token
}
