package authn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

func TestSignIn(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"good":                   testSignIn,
		"refused":                testSignInRefused,
		"password for a request": testPassword,
		"weak hash":              testRehash,
		"change of password":     testChangePassword,
		"changed meanwhile":      testChangedMeanwhile,
	})
}

func testSignIn(t *testing.T, w world) {
	began := w.Clock.Now().Add(-time.Second)
	client := authn.Origin{Dialect: "test", Address: "192.0.2.1", Client: strings.Repeat("x", 300)}
	s, err := w.Authn.SignIn(t.Context(), w.tenant.ID, " ANN ", phrase, client)
	if err != nil {
		t.Fatal(err)
	}
	if s.User != w.ann.User.ID || s.Username != "Ann" || s.Method != iam.MethodPassword || s.Dialect != "test" || len(s.Client) != 256 ||
		s.SignedIn.Before(began) || s.Created != s.SignedIn || s.Expires.Sub(s.Created) != authn.SessionLife {
		t.Errorf("session %+v", s)
	}
	u, err := w.Directory.User(t.Context(), w.by, directory.UserKey{ID: s.User})
	if err != nil {
		t.Fatal(err)
	}
	if u.State != iam.UserEnabled || u.LastLogin.Sub(s.SignedIn).Abs() > time.Second || u.Version != w.ann.User.Version {
		t.Errorf("after the first sign-in: %+v", u)
	}
	events := w.loginEvents(t)
	if len(events) != 1 || events[0].Result != iam.LoginSuccess || events[0].Username != "Ann" || events[0].Address != "192.0.2.1" ||
		events[0].Dialect != "test" || len(events[0].Client) != 256 || events[0].Reason != "" {
		t.Errorf("login events %+v", events)
	}
	again, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, from)
	if err != nil || again.ID == s.ID {
		t.Errorf("a second session %v, %v", again.ID, err)
	}
	w.session(t, w.token(t, s)) // beside the first
}

// testSignInRefused: whoever tries learns nothing, and the administrator all.
func testSignInRefused(t *testing.T, w world) {
	if _, err := w.Directory.CreateUser(t.Context(), w.by, directory.NewUser{Username: "without"}); err != nil {
		t.Fatal(err)
	}
	disabled := w.NewMember(t, w.tenant, "disabled").User
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: disabled.ID}, directory.UserChange{State: ptr(iam.UserDisabled)}); err != nil {
		t.Fatal(err)
	}
	want := &iam.Error{Kind: iam.Unauthenticated, Code: iam.ReasonBadPassword, Message: "the user name or the password is wrong"}
	try := func(username, pw string) {
		t.Helper()
		w.Clock.Advance(2 * time.Hour) // or else too many have failed
		_, err1 := w.Authn.SignIn(t.Context(), w.tenant.ID, username, pw, from)
		_, err2 := w.Authn.Password(t.Context(), w.tenant.ID, username, pw, from)
		_, err3 := w.Authn.ChangePassword(t.Context(), w.tenant.ID, username, pw, "another good phrase", from)
		for i, err := range []error{err1, err2, err3} {
			if diff := cmp.Diff(error(want), err); diff != "" {
				t.Errorf("%d %s (-want +got)\n%s", i, username, diff)
			}
		}
	}
	try("nobody", phrase)
	try("ann", "wrong")
	try("ann", "")
	try("ann", strings.Repeat("x", 5000))
	try("ann", phrase+" ")
	try("disabled", phrase)
	try("disabled", "wrong")
	try("without", phrase)
	try("without", "")
	try("", "")
	w.setTenant(t, iam.TenantDisabled)
	try("ann", phrase)
	w.setTenant(t, iam.TenantActive)
	if _, err := w.Authn.SignIn(t.Context(), iam.TenantID(w.ann.User.ID), "ann", phrase, from); !cmp.Equal(err, error(want)) {
		t.Errorf("in a tenant that is not there: %v", err)
	}

	var reasons []string
	for _, e := range w.loginEvents(t) {
		if e.Result != iam.LoginFailure || (e.User == "") != (e.Reason == "unknown user") {
			t.Errorf("login event %+v", e)
		}
		reasons = append(reasons, e.Username+": "+e.Reason)
	}
	var wantReasons []string
	for _, r := range []string{"nobody: unknown user", "ann: wrong password", "ann: wrong password", "ann: wrong password", "ann: wrong password",
		"disabled: user disabled", "disabled: wrong password", "without: wrong password", "without: wrong password", ": unknown user", "ann: tenant not active"} {
		wantReasons = append(wantReasons, r, r, r)
	}
	if diff := cmp.Diff(wantReasons, reasons); diff != "" {
		t.Errorf("reasons (-want +got)\n%s", diff)
	}
	if l, err := w.Store.LoginEvents(t.Context(), w.tenant.ID, w.ann.User.ID, iam.Page{Total: true}); err != nil || l.Total != 15 {
		t.Errorf("%d events of Ann, %v", l.Total, err)
	}
	if u, err := w.Directory.User(t.Context(), w.by, directory.UserKey{ID: w.ann.User.ID}); err != nil || u.State != iam.UserPending || !u.LastLogin.IsZero() {
		t.Errorf("failures made of Ann %+v, %v", u, err)
	}
}

func testPassword(t *testing.T, w world) {
	by, err := w.Authn.Password(t.Context(), w.tenant.ID, "ANN", phrase, from)
	if err != nil {
		t.Fatal(err)
	}
	want := iam.Actor{Tenant: w.tenant.ID, Home: w.tenant.ID, User: w.ann.User.ID, Username: "Ann", Method: iam.MethodPassword,
		Address: from.Address, Client: from.Client, RequestID: from.RequestID}
	if by != want {
		t.Errorf("actor %+v", by)
	}
	if events := w.loginEvents(t); len(events) != 1 || events[0].Result != iam.LoginSuccess {
		t.Errorf("login events %+v", events)
	}
	// Who proved the password with this very request can begin a session.
	s, err := w.Authn.Refresh(t.Context(), by, from)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.session(t, w.token(t, s)); got.User != by.User {
		t.Errorf("the session speaks for %+v", got)
	}
}

// testRehash: a hash of weaker parameters is replaced when its password is
// there, and nothing ends by it.
func testRehash(t *testing.T, w world) {
	weak := password.NewHasher(password.Params{Memory: 32, Time: 1, Lanes: 1}, 1, w.Env())
	hash, err := weak.Hash(t.Context(), phrase)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Store.SetPassword(t.Context(), w.tenant.ID, w.ann.User.ID, 1, hash, false); err != nil {
		t.Fatal(err)
	}
	s, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, from)
	if err != nil {
		t.Fatal(err)
	}
	a, err := w.Store.Account(t.Context(), w.tenant.ID, "ann")
	if err != nil || a.PasswordHash == hash || a.Generation != 2 {
		t.Errorf("the hash is as weak as before: %v, %v", a.PasswordHash == hash, err)
	}
	w.session(t, w.token(t, s))
	if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, from); err != nil {
		t.Errorf("with the stronger hash: %v", err)
	}
	if b, _ := w.Store.Account(t.Context(), w.tenant.ID, "ann"); b.PasswordHash != a.PasswordHash {
		t.Error("hashed again without need")
	}
}

func testChangePassword(t *testing.T, w world) {
	ctx := t.Context()
	_, old := w.signIn(t)
	w.session(t, old) // and is remembered
	for name, pw := range map[string]string{"common": "password1", "short": "abc", "the same": phrase, "the name": "Ann@12345"} {
		_, err := w.Authn.ChangePassword(ctx, w.tenant.ID, "ann", phrase, pw, from)
		if !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), pw) {
			t.Errorf("%s: %q repeats the password", name, err)
		}
	}
	w.session(t, old) // what was refused has ended nothing
	s, err := w.Authn.ChangePassword(ctx, w.tenant.ID, "ann", phrase, "another good phrase", from)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Authn.Session(ctx, old, from)
	refused(t, "the session of before", err)
	w.session(t, w.token(t, s))
	for pw, ok := range map[string]bool{phrase: false, "another good phrase": true} {
		if _, err := w.Authn.SignIn(ctx, w.tenant.ID, "ann", pw, from); (err == nil) != ok {
			t.Errorf("signed in with %q: %v", pw, err)
		}
	}
	if u, _ := w.Directory.User(ctx, w.by, directory.UserKey{ID: w.ann.User.ID}); u.MustChangePassword {
		t.Error("must be changed, though it is her own")
	}
	l, err := w.Audit.Events(ctx, w.by, audit.Filter{Action: "user.change-password"}, iam.Page{})
	if err != nil || len(l.Items) != 1 || l.Items[0].ActorID != w.ann.User.ID || l.Items[0].Method != iam.MethodPassword {
		t.Errorf("the trail is %+v, %v", l.Items, err)
	}
}

// testChangedMeanwhile: a sign-in that began before the password was changed
// does not give a session after it.
func testChangedMeanwhile(t *testing.T, w world) {
	stale := authn.NewSession{Session: iam.Session{ID: iam.SessionID(w.Env().NewID()), User: w.ann.User.ID, Expires: w.Clock.Now().Add(time.Hour)}, Generation: 1}
	w.update(t, directory.UserChange{Password: ptr("hunter2hunter2")})
	event := iam.LoginEvent{ID: iam.EventID(w.Env().NewID()), At: w.Clock.Now(), User: w.ann.User.ID}
	if err := w.Store.RecordLogin(t.Context(), w.tenant.ID, event, &stale); !iam.Is(err, iam.Conflict) {
		t.Errorf("a session of the generation before: %v", err)
	}
	if events := w.loginEvents(t); len(events) != 0 {
		t.Errorf("and its event: %+v", events)
	}
}

// loginEvents answers the attempts in the tenant, earliest first.
func (w world) loginEvents(t *testing.T) []iam.LoginEvent {
	t.Helper()
	l, err := w.Authn.LoginEvents(t.Context(), w.by, "", iam.Page{Desc: true})
	if err != nil {
		t.Fatal(err)
	}
	return l.Items
}
