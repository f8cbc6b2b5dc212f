package authn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestSteps(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"on pages":                 testPages,
		"of an API client":         testLife,
		"order":                    testStepOrder,
		"left, for nothing else":   testPendingIsNoSession,
		"new id and secret each":   testFixation,
		"cookie tampered with":     testCookieTampered,
		"cookie forged":            testCookieForged,
		"ten minutes":              testPendingLife,
		"password alone":           testAlone,
		"doors":                    testDoors,
		"reauthentication":         testReauthenticate,
		"who changes how they do":  testSelf,
		"ended by what happens":    testPendingEnds,
		"one step by many at once": testStepByMany,
	})
}

func testPages(t *testing.T, w world) {
	client := authn.Origin{Dialect: "console", Address: "192.0.2.1", Client: strings.Repeat("x", 300), RequestID: "r1"}
	b, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: " ANN ", Password: phrase, Pages: true}, client)
	if err != nil {
		t.Fatal(err)
	}
	if !b.Done() || b.Tenant != w.tenant.ID || !b.Pages || b.Username != "Ann" || b.Dialect != "console" || len(b.Client) != 256 ||
		!slices.Equal(b.Methods, []iam.AuthMethod{iam.MethodPassword}) || b.Expires.Sub(b.SignedIn) != 24*time.Hour || b.LastSeen != b.Created {
		t.Errorf("began %+v", b.Session)
	}
	by, s, err := w.Authn.Browser(t.Context(), b.Cookie, client)
	if err != nil {
		t.Fatal(err)
	}
	want := iam.Actor{Tenant: w.tenant.ID, Home: w.tenant.ID, User: w.ann.User.ID, Username: "Ann", Method: iam.MethodSession, Session: b.ID,
		Address: client.Address, Client: client.Client, RequestID: client.RequestID}
	if by != want || s.ID != b.ID {
		t.Errorf("the cookie stands for %+v in %+v", by, s)
	}
	if strings.Contains(w.Log.String(), b.Cookie[strings.LastIndexByte(b.Cookie, '.')+1:]) {
		t.Error("the secret is in the log")
	}
	if p, err := w.Authn.Pending(t.Context(), b.Cookie, client); err != nil || p.User() != w.ann.User.ID || p.Tenant() != w.tenant.ID || p.Username() != "Ann" {
		t.Errorf("Pending after the last step: %+v, %v", p, err)
	}
	if err := w.Authn.SignOut(t.Context(), by); err != nil {
		t.Fatal(err)
	}
	_, _, err = w.Authn.Browser(t.Context(), b.Cookie, client)
	refused(t, "signed out", err)
}

// testLife: the session of an API client lasts as its dialect says, but not
// longer than the tenant does.
func testLife(t *testing.T, w world) {
	for life, want := range map[time.Duration]time.Duration{0: authn.SessionLife, time.Minute: time.Minute, 100 * time.Hour: 24 * time.Hour} {
		b, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "ann", Password: phrase, Life: life}, from)
		if err != nil || b.Cookie != "" || b.Pages || b.Expires.Sub(b.Created) != want {
			t.Errorf("life %v: %+v, %v", life, b.Session, err)
		}
	}
	a := w.withTOTP(t)
	b, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "ann", Password: phrase, Life: 5 * time.Hour}, from)
	if err != nil {
		t.Fatal(err)
	}
	done, err := w.Authn.ProveFactor(t.Context(), w.prover(t, b), "", a.next(t))
	if err != nil || done.Expires.Sub(done.Created) != 5*time.Hour {
		t.Fatalf("after the second step: %+v, %v", done.Session, err)
	}
	w.Clock.Advance(4 * time.Hour)
	next, err := w.Authn.Refresh(t.Context(), w.session(t, w.token(t, done.Session)), from)
	if err != nil || next.Expires.Sub(next.Created) != 5*time.Hour || len(next.Methods) != 2 {
		t.Errorf("refreshed: %+v, %v", next, err)
	}
	w.settings(t, func(st *iam.Settings) { st.Session.Absolute, st.Session.Idle = 4*time.Hour, time.Hour })
	_, err = w.Authn.Session(t.Context(), w.token(t, next), from)
	refused(t, "beyond the tenant's limit", err)
}

func testStepOrder(t *testing.T, w world) {
	a := w.withTOTP(t)
	w.update(t, directory.UserChange{MustChangePassword: ptr(true)})
	b := w.begin(t, true)
	if want := []iam.Step{iam.StepFactor, iam.StepSetPassword}; !slices.Equal(b.Pending, want) {
		t.Fatalf("steps %v, want %v", b.Pending, want)
	}
	_, err := w.Authn.SetPassword(t.Context(), w.prover(t, b), "another good phrase")
	wants(t, "the second step first", err, iam.Precondition, "")
	b, err = w.Authn.ProveFactor(t.Context(), w.prover(t, b), "", a.next(t))
	if err != nil || !slices.Equal(b.Pending, []iam.Step{iam.StepSetPassword}) {
		t.Fatalf("steps %v, %v", b.Pending, err)
	}
	b, err = w.Authn.SetPassword(t.Context(), w.prover(t, b), "another good phrase")
	if err != nil || !b.Done() || !slices.Equal(b.Methods, []iam.AuthMethod{iam.MethodPassword, iam.MethodOTP}) {
		t.Fatalf("%+v, %v", b.Session, err)
	}
	if _, _, err := w.Authn.Browser(t.Context(), b.Cookie, from); err != nil {
		t.Error(err)
	}
	if w.account(t).MustChangePassword {
		t.Error("it must be changed again")
	}

	other := newWorld(t, w.Server, w.tenant.Code+"-required")
	other.settings(t, func(st *iam.Settings) { st.Factor.Required = true })
	other.update(t, directory.UserChange{MustChangePassword: ptr(true)})
	if b := other.begin(t, true); !slices.Equal(b.Pending, []iam.Step{iam.StepSetPassword, iam.StepEnrolFactor}) {
		t.Errorf("steps %v", b.Pending)
	}
}

// testPendingIsNoSession: who has steps left gets nowhere with the session, by
// whatever way.
func testPendingIsNoSession(t *testing.T, w world) {
	ctx := t.Context()
	w.withTOTP(t)
	for _, pages := range []bool{true, false} {
		b := w.begin(t, pages)
		if _, err := w.Authn.SessionToken(ctx, w.tenant.ID, b.Session); !iam.Is(err, iam.Unauthenticated) {
			t.Errorf("a token was made: %v", err)
		}
		claimed := b.Session
		claimed.Pending = nil // as if the caller had lost them
		_, err := w.Authn.Session(ctx, w.token(t, claimed), from)
		refused(t, "by a token", err)
		_, _, err = w.Authn.Browser(ctx, b.Cookie, from)
		refused(t, "by the cookie", err)
		_, _, err = w.Authn.LiveSession(ctx, w.tenant.ID, b.ID, from)
		refused(t, "by its id", err)
		by := iam.Actor{Tenant: w.tenant.ID, Home: w.tenant.ID, User: w.ann.User.ID, Username: "Ann", Method: iam.MethodSession, Session: b.ID}
		_, err = w.Authn.Self(ctx, by, from)
		refused(t, "as an actor", err)
		_, err = w.Authn.Refresh(ctx, by, from)
		refused(t, "refreshed", err)
		if u, err := w.Directory.User(ctx, w.by, directory.UserKey{ID: by.User}); err != nil || u.LastLogin.After(b.Created.Add(-time.Microsecond)) {
			t.Errorf("half a sign-in is the last one, at %v, %v", u.LastLogin, err)
		}
		p := w.prover(t, b)
		_, err = w.Authn.Reauthenticate(ctx, p, phrase)
		wants(t, "Reauthenticate", err, iam.Precondition, "")
		_, err = w.Authn.SetPassword(ctx, p, "another good phrase")
		wants(t, "SetPassword", err, iam.Precondition, "")
		_, err = w.Authn.ChangeOwnPassword(ctx, p, phrase, "another good phrase")
		wants(t, "ChangeOwnPassword", err, iam.Precondition, "")
	}
}

// testFixation: each step ends the session before it, and nothing of its cookie
// is in the next.
func testFixation(t *testing.T, w world) {
	a := w.withTOTP(t)
	w.update(t, directory.UserChange{MustChangePassword: ptr(true)})
	first := w.begin(t, true)
	second, err := w.Authn.ProveFactor(t.Context(), w.prover(t, first), "", a.next(t))
	if err != nil {
		t.Fatal(err)
	}
	third, err := w.Authn.SetPassword(t.Context(), w.prover(t, second), "another good phrase")
	if err != nil {
		t.Fatal(err)
	}
	by, _, err := w.Authn.Browser(t.Context(), third.Cookie, from)
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.Authn.Self(t.Context(), by, from)
	if err != nil {
		t.Fatal(err)
	}
	fourth, err := w.Authn.ChangeOwnPassword(t.Context(), p, "another good phrase", "a third good phrase")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, b := range []authn.Begun{first, second, third, fourth} {
		parts := strings.Split(b.Cookie, ".")
		if len(parts) != 3 || parts[0] != string(w.tenant.ID) || parts[1] != string(b.ID) || len(parts[2]) != 64 || seen[parts[1]] || seen[parts[2]] {
			t.Errorf("cookie %d has the wrong form, or something of one before", i)
		}
		seen[parts[1]], seen[parts[2]] = true, true
		if i < 3 {
			_, err := w.Authn.Pending(t.Context(), b.Cookie, from)
			refused(t, fmt.Sprint("cookie ", i), err)
		}
	}
	// The secret of one with the id of the other is neither's.
	mixed := strings.Join([]string{string(w.tenant.ID), string(fourth.ID), strings.Split(third.Cookie, ".")[2]}, ".")
	_, err = w.Authn.Pending(t.Context(), mixed, from)
	refused(t, "mixed", err, mixed)
}

func testCookieTampered(t *testing.T, w world) {
	b := w.begin(t, true)
	good := func(cookie string) bool {
		_, _, err := w.Authn.Browser(t.Context(), cookie, from)
		_, err2 := w.Authn.Pending(t.Context(), cookie, from)
		if err != nil {
			refused(t, "tampered", err, cookie)
			refused(t, "tampered", err2, cookie)
		}
		return err == nil
	}
	for i := range b.Cookie {
		for _, flip := range []byte{1, 2, 32, 128} {
			c := []byte(b.Cookie)
			c[i] ^= flip
			if good(string(c)) {
				t.Fatalf("byte %d with bit %d changed", i, flip)
			}
		}
	}
	for _, c := range []string{"", ".", "..", b.Cookie[:len(b.Cookie)-1], b.Cookie + "0", b.Cookie + ".", " " + b.Cookie, strings.ToUpper(b.Cookie),
		strings.Repeat("x", 1<<16)} {
		if good(c) {
			t.Fatalf("%q is taken", c)
		}
	}
	if !good(b.Cookie) {
		t.Error("the cookie is not taken")
	}
}

// testCookieForged: the row of a session that has no secret is no cookie's, and
// neither is that of another tenant.
func testCookieForged(t *testing.T, w world) {
	api, _ := w.signIn(t)
	other := newWorld(t, w.Server, w.tenant.Code+"-other")
	theirs := other.begin(t, true)
	secret := theirs.Cookie[strings.LastIndexByte(theirs.Cookie, '.'):]
	for name, cookie := range map[string]string{
		"an API session":     string(w.tenant.ID) + "." + string(api.ID) + secret,
		"another tenant":     string(w.tenant.ID) + "." + string(theirs.ID) + secret,
		"an invented tenant": w.Env().NewID() + "." + string(theirs.ID) + secret,
		"an invented row":    string(other.tenant.ID) + "." + w.Env().NewID() + secret,
	} {
		_, _, err := w.Authn.Browser(t.Context(), cookie, from)
		refused(t, name, err, cookie)
	}
}

func testPendingLife(t *testing.T, w world) {
	w.withTOTP(t)
	b := w.begin(t, true)
	w.Clock.Advance(10*time.Minute - 5*time.Second)
	if _, err := w.Authn.Pending(t.Context(), b.Cookie, from); err != nil {
		t.Errorf("before: %v", err)
	}
	w.Clock.Advance(5 * time.Second)
	_, err := w.Authn.Pending(t.Context(), b.Cookie, from)
	refused(t, "ten minutes later", err)
}

// testAlone: where nothing but the password is asked for, who needs more is
// refused like with a wrong one, and only the record tells why.
func testAlone(t *testing.T, w world) {
	want := error(&iam.Error{Kind: iam.Unauthenticated, Code: iam.ReasonBadPassword, Message: "the user name or the password is wrong"})
	refusedFor := func(reason string, change bool) {
		t.Helper()
		w.Clock.Advance(2 * time.Hour) // or else too many have failed
		_, err1 := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, from)
		_, err2 := w.Authn.Password(t.Context(), w.tenant.ID, "ann", phrase, from)
		attempts := []error{err1, err2}
		if change {
			_, err := w.Authn.ChangePassword(t.Context(), w.tenant.ID, "ann", phrase, "another good phrase", from)
			attempts = append(attempts, err)
		}
		for i, err := range attempts {
			if diff := cmp.Diff(want, err); diff != "" {
				t.Errorf("%s: %d (-want +got)\n%s", reason, i, diff)
			}
		}
		if e := w.lastLogin(t); e.Reason != reason || e.Result != iam.LoginFailure || e.User != w.ann.User.ID {
			t.Errorf("recorded %+v, want %q", e, reason)
		}
	}
	w.update(t, directory.UserChange{MustChangePassword: ptr(true)})
	if !w.works(t, phrase) {
		t.Error("a password that an administrator set is refused to an API client")
	}
	w.settings(t, func(st *iam.Settings) { st.Factor.Required = true })
	refusedFor("second factor not set up", true)
	w.settings(t, func(st *iam.Settings) { st.Factor.Required, st.Password.MaxAge = false, 30*24*time.Hour })
	w.Clock.Advance(29 * 24 * time.Hour)
	if !w.works(t, phrase) {
		t.Error("refused before the password expires")
	}
	w.Clock.Advance(24 * time.Hour)
	refusedFor("password expired", false)
	if b := w.begin(t, true); !slices.Equal(b.Pending, []iam.Step{iam.StepSetPassword}) {
		t.Errorf("steps on pages: %v", b.Pending)
	}
	// An expired one can still be changed by who has it.
	if _, err := w.Authn.ChangePassword(t.Context(), w.tenant.ID, "ann", phrase, "another good phrase", from); err != nil || !w.works(t, "another good phrase") {
		t.Errorf("after the change: %v", err)
	}
	if _, err := w.Authn.ChangePassword(t.Context(), w.tenant.ID, "ann", "another good phrase", phrase, from); err != nil {
		t.Fatal(err)
	}
	w.withTOTP(t)
	refusedFor("second factor not proved", true)
}

// testDoors: each door has its own rules, at the sign-in and on every request.
func testDoors(t *testing.T, w world) {
	here, there := from, from
	there.Address = "198.51.100.9"
	pages := func(o authn.Origin) (authn.Begun, error) {
		return w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "ann", Password: phrase, Pages: true}, o)
	}
	browser := w.begin(t, true)
	_, token := w.signIn(t)
	check := func(name string, rules iam.UserRules, o authn.Origin, onPages, onAPI bool) {
		t.Helper()
		w.setRules(t, rules)
		w.Clock.Advance(2 * time.Minute)
		_, err1 := pages(o)
		_, _, err2 := w.Authn.Browser(t.Context(), browser.Cookie, o)
		_, err3 := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, o)
		_, err4 := w.Authn.Session(t.Context(), token, o)
		for i, c := range []struct {
			err  error
			want bool
		}{{err1, onPages}, {err2, onPages}, {err3, onAPI}, {err4, onAPI}} {
			if (c.err == nil) != c.want || c.err != nil && !iam.Is(c.err, iam.Unauthenticated) {
				t.Errorf("%s: %d: %v, want %t", name, i, c.err, c.want)
			}
		}
	}
	only := iam.SourceRule{On: true, Sources: []iam.Source{{Type: iam.SourceIP, Value: "192.0.2.0/24"}}}
	check("no rule", iam.UserRules{}, there, true, true)
	check("no pages", iam.UserRules{NoPages: true}, here, false, true)
	check("no API", iam.UserRules{NoAPI: true}, here, true, false)
	check("pages from here", iam.UserRules{Pages: only}, here, true, true)
	check("pages from there", iam.UserRules{Pages: only}, there, false, true)
	check("API from there", iam.UserRules{API: only}, there, true, false)
}

func testReauthenticate(t *testing.T, w world) {
	ctx := t.Context()
	b := w.begin(t, true)
	w.Clock.Advance(time.Hour)
	_, err := w.Authn.SetPassword(ctx, w.prover(t, b), "another good phrase")
	wants(t, "an hour later", err, iam.Precondition, iam.ReasonReauth)
	again, err := w.Authn.Reauthenticate(ctx, w.prover(t, b), phrase)
	if err != nil || !again.Done() || again.SignedIn.Sub(b.SignedIn) < time.Hour {
		t.Fatalf("%+v, %v", again.Session, err)
	}
	_, _, err = w.Authn.Browser(ctx, b.Cookie, from)
	refused(t, "the cookie before", err)
	a, _ := w.enrolTOTP(t, w.prover(t, again))
	w.Clock.Advance(time.Hour)
	half, err := w.Authn.Reauthenticate(ctx, w.prover(t, again), phrase)
	if err != nil || !slices.Equal(half.Pending, []iam.Step{iam.StepFactor}) || !slices.Equal(half.Methods, []iam.AuthMethod{iam.MethodPassword}) {
		t.Fatalf("with a factor: %+v, %v", half.Session, err)
	}
	_, _, err = w.Authn.Browser(ctx, half.Cookie, from)
	refused(t, "before the factor", err)
	if done, err := w.Authn.ProveFactor(ctx, w.prover(t, half), "", a.next(t)); err != nil || !done.Done() || !done.Pages {
		t.Errorf("after the factor: %+v, %v", done.Session, err)
	}
}

// testSelf: only who has signed in, at home, may change how they do.
func testSelf(t *testing.T, w world) {
	_, token := w.signIn(t)
	by := w.session(t, token)
	p, err := w.Authn.Self(t.Context(), by, from)
	if err != nil || p.User() != by.User || p.Session().ID != by.Session {
		t.Fatalf("%+v, %v", p, err)
	}
	abroad, password := by, by
	abroad.Tenant = iam.TenantID(w.Env().NewID())
	password.Session = ""
	for name, by := range map[string]iam.Actor{"an API token": w.ann.Actor(), "a password": password, "in another tenant": abroad} {
		_, err := w.Authn.Self(t.Context(), by, from)
		wants(t, name, err, iam.Denied, "")
	}
	w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
	_, err = w.Authn.Self(t.Context(), by, from)
	refused(t, "disabled", err)
}

// testPendingEnds: half a sign-in ends by what ends a whole one.
func testPendingEnds(t *testing.T, w world) {
	for name, happen := range map[string]func(w world){
		"disabled":         func(w world) { w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)}) },
		"password set":     func(w world) { w.update(t, directory.UserChange{Password: ptr("hunter2hunter2")}) },
		"tenant disabled":  func(w world) { w.setTenant(t, iam.TenantDisabled) },
		"barred from here": func(w world) { w.setRules(t, iam.UserRules{NoPages: true}) },
	} {
		w := newWorld(t, w.Server, w.tenant.Code+"-"+strings.ReplaceAll(name, " ", "-"))
		w.update(t, directory.UserChange{MustChangePassword: ptr(true)})
		b := w.begin(t, true)
		p := w.prover(t, b)
		happen(w)
		_, err := w.Authn.Pending(t.Context(), b.Cookie, from)
		refused(t, name, err)
		_, err = w.Authn.PendingSession(t.Context(), w.tenant.ID, b.ID, from)
		refused(t, name, err)
		if name == "disabled" || name == "password set" {
			_, err = w.Authn.SetPassword(t.Context(), p, "another good phrase") // begun before
			refused(t, name+", a step", err)
		}
	}
}

// testStepByMany: of many who take one step at once one gets a session.
func testStepByMany(t *testing.T, w world) {
	w.update(t, directory.UserChange{MustChangePassword: ptr(true)})
	p := w.prover(t, w.begin(t, true))
	errs := onNodes([]*apptest.Server{w.Server}, 20, func(_ *apptest.Server, i int) error {
		_, err := w.Authn.SetPassword(t.Context(), p, fmt.Sprint("another good phrase ", i))
		return err
	})
	won := slices.Index(errs, nil)
	for i, err := range errs {
		if i != won && !iam.Is(err, iam.Unauthenticated) {
			t.Errorf("the other: %v", err)
		}
	}
	if won < 0 || w.account(t).Generation != 2 {
		t.Errorf("won by %d, generation %d", won, w.account(t).Generation)
	}
}
