package authn_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestFederated(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"sign-in":         testFederated,
		"second factor":   testFederatedFactor,
		"several factors": testFederatedMFA,
		"refused":         testFederatedRefused,
		"provider":        testSessionProvider,
		"ended":           testEndProviderSessions,
		"failed":          testFederationFailed,
	})
}

// anns is who a provider says that Ann is.
func (w world) anns(sid string, methods ...string) iam.Federated {
	return iam.Federated{User: w.ann.User.ID, Provider: op, Issuer: "https://op.example", Subject: "ann at op", SessionID: sid,
		Methods: methods, IDToken: "ann's token of " + sid}
}

const op iam.ProviderID = "01912345-6789-7abc-8def-0123456789ab"

// federated signs Ann in by the provider.
func (w world) federated(t *testing.T, f iam.Federated) authn.Begun {
	t.Helper()
	b, err := w.Authn.SignInFederated(t.Context(), w.tenant.ID, f, from)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func testFederated(t *testing.T, w world) {
	b := w.federated(t, w.anns("s1"))
	if !b.Done() || !b.Pages || b.Method != iam.MethodProvider || b.Tenant != w.tenant.ID {
		t.Errorf("the session is %+v", b)
	}
	by, _, err := w.Authn.Browser(t.Context(), b.Cookie, from)
	if err != nil || by.User != w.ann.User.ID {
		t.Errorf("the cookie is answered %v, %v", by, err)
	}
	events := w.loginEvents(t)
	if len(events) != 1 || events[0].Method != iam.MethodProvider || events[0].Result != iam.LoginSuccess || events[0].User != w.ann.User.ID {
		t.Errorf("login events %+v", events)
	}
	u, err := w.Directory.User(t.Context(), w.by, directory.UserKey{ID: w.ann.User.ID})
	if err != nil || u.State != iam.UserEnabled || u.LastLogin.IsZero() {
		t.Errorf("after the sign-in: %+v, %v", u, err)
	}
}

// testFederatedFactor: the factor that a user has is asked for after a provider
// as after a password, and one that is required has to be set up.
func testFederatedFactor(t *testing.T, w world) {
	w.update(t, directory.UserChange{Rules: &iam.UserRules{RequireFactor: true}})
	b := w.federated(t, w.anns("s1", "pwd"))
	if !slices.Equal(b.Pending, []iam.Step{iam.StepEnrolFactor}) {
		t.Fatalf("pending %v", b.Pending)
	}
	p, err := w.Authn.Pending(t.Context(), b.Cookie, from)
	if err != nil {
		t.Fatal(err)
	}
	e, err := w.Authn.EnrolTOTP(t.Context(), p, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	done, err := w.Authn.ConfirmFactor(t.Context(), p, e.Factor.ID, totpAt(t, e.Secret, w.Clock.Now()))
	if err != nil || !done.Begun.Done() {
		t.Fatalf("%+v, %v", done.Begun, err)
	}
	// The session in whose place this one came was the provider's, and so is this.
	by, _, err := w.Authn.Browser(t.Context(), done.Begun.Cookie, from)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := w.Authn.SessionProvider(t.Context(), by); err != nil || f.IDToken != "ann's token of s1" {
		t.Errorf("its provider is %+v, %v", f, err)
	}
	if b := w.federated(t, w.anns("s2", "pwd", "otp")); !slices.Equal(b.Pending, []iam.Step{iam.StepFactor}) {
		t.Errorf("pending %v", b.Pending)
	}
}

// testFederatedMFA: a provider that has asked for several factors is believed,
// also where the factors themselves are to be changed.
func testFederatedMFA(t *testing.T, w world) {
	w.update(t, directory.UserChange{Rules: &iam.UserRules{RequireFactor: true}})
	b := w.federated(t, w.anns("s1", "pwd", "mfa"))
	if !b.Done() || !slices.Equal(b.Methods, []iam.AuthMethod{iam.MethodProvider, iam.MethodMFA}) {
		t.Fatalf("methods %v, pending %v", b.Methods, b.Pending)
	}
	p, err := w.Authn.Pending(t.Context(), b.Cookie, from)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second one asks for a proof by what one has
		e, err := w.Authn.EnrolTOTP(t.Context(), p, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Authn.ConfirmFactor(t.Context(), p, e.Factor.ID, totpAt(t, e.Secret, w.Clock.Now())); err != nil {
			t.Fatal(err)
		}
	}
}

// testFederatedRefused: what a provider has proved is who somebody is, not that
// they may act.
func testFederatedRefused(t *testing.T, w world) {
	for _, tt := range []struct {
		reason  string
		prepare func()
	}{
		{"tenant not active", func() { w.setTenant(t, iam.TenantDisabled) }},
		{"not allowed to the user", func() { w.update(t, directory.UserChange{Rules: &iam.UserRules{NoPages: true}}) }},
		{"user disabled", func() { w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)}) }},
	} {
		tt.prepare()
		_, err := w.Authn.SignInFederated(t.Context(), w.tenant.ID, w.anns("s1"), from)
		w.setTenant(t, iam.TenantActive)
		refused(t, tt.reason, err)
		events := w.loginEvents(t)
		if last := events[len(events)-1]; last.Reason != tt.reason || last.Method != iam.MethodProvider || last.User != w.ann.User.ID {
			t.Errorf("%s is noted as %+v", tt.reason, last)
		}
	}
	nobody := w.anns("s1")
	nobody.User = iam.UserID(w.Env().NewID())
	_, err := w.Authn.SignInFederated(t.Context(), w.tenant.ID, nobody, from)
	refused(t, "somebody who is gone", err)
	_, err = w.Authn.SignInFederated(t.Context(), w.Tenant.ID, w.anns("s1"), from)
	refused(t, "somebody of another tenant", err)
}

// testSessionProvider: by whom a session was begun is known until it ends, also
// when another comes in its place with a new password.
func testSessionProvider(t *testing.T, w world) {
	b := w.federated(t, w.anns("s1"))
	by, _, err := w.Authn.Browser(t.Context(), b.Cookie, from)
	if err != nil {
		t.Fatal(err)
	}
	want := w.anns("s1")
	got, err := w.Authn.SessionProvider(t.Context(), by)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, provider (-want +got)\n%s", err, diff)
	}
	p, err := w.Authn.Self(t.Context(), by, from)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := w.Authn.ChangeOwnPassword(t.Context(), p, phrase, "another good phrase")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Authn.SessionProvider(t.Context(), by); !iam.Is(err, iam.NotFound) {
		t.Errorf("of the session that has ended: %v", err)
	}
	by.Session = changed.ID
	if got, err := w.Authn.SessionProvider(t.Context(), by); err != nil || got.Subject != want.Subject {
		t.Errorf("of the one in its place: %+v, %v", got, err)
	}
	own, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", "another good phrase", from)
	if err != nil {
		t.Fatal(err)
	}
	by.Session = own.ID
	if _, err := w.Authn.SessionProvider(t.Context(), by); !iam.Is(err, iam.NotFound) {
		t.Errorf("of one that was begun here: %v", err)
	}
}

// testEndProviderSessions: what a provider says has ended has ended, at once and
// in every browser; what was begun here goes on.
func testEndProviderSessions(t *testing.T, w world) {
	one, two, three := w.federated(t, w.anns("s1")), w.federated(t, w.anns("s2")), w.federated(t, w.anns("s3"))
	own, token := w.signIn(t)
	ended := func(what, subject, sid string, want int, gone ...authn.Begun) {
		t.Helper()
		n, err := w.Authn.EndProviderSessions(t.Context(), w.tenant.ID, op, "https://op.example", subject, sid,
			w.Env().Event(iam.System(w.tenant.ID, "test"), "provider", "sign-out", string(op), "op"))
		if err != nil || n != want {
			t.Errorf("%s: %d, %v", what, n, err)
		}
		for _, b := range gone {
			_, _, err := w.Authn.Browser(t.Context(), b.Cookie, from)
			refused(t, what, err)
		}
	}
	for _, b := range []authn.Begun{one, two, three} { // so that all are remembered
		if _, _, err := w.Authn.Browser(t.Context(), b.Cookie, from); err != nil {
			t.Fatal(err)
		}
	}
	ended("one session", "", "s1", 1, one)
	ended("one session of another", "somebody", "s2", 0)
	ended("the subject", "ann at op", "", 2, two, three)
	ended("the subject again", "ann at op", "", 0)
	if by := w.session(t, token); by.Session != own.ID {
		t.Errorf("the session of a password is %v", by)
	}
	if _, err := w.Authn.EndProviderSessions(t.Context(), w.tenant.ID, op, "https://op.example", "", "", iam.Event{}); !iam.Is(err, iam.Invalid) {
		t.Errorf("of nobody: %v", err)
	}
}

func testFederationFailed(t *testing.T, w world) {
	for _, name := range []string{"ANN", "nobody"} {
		if err := w.Authn.FederationFailed(t.Context(), w.tenant.ID, name, "not linked", from); err != nil {
			t.Fatal(err)
		}
	}
	events := w.loginEvents(t)
	if len(events) != 2 || events[0].User != w.ann.User.ID || events[0].Result != iam.LoginFailure ||
		events[0].Reason != "not linked" || events[0].Method != iam.MethodProvider || events[1].Username != "nobody" || events[1].User != "" {
		t.Errorf("login events %+v", events)
	}
}

// totpAt is the code that an authenticator app shows at a time.
func totpAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}
