package authn_test

import (
	"slices"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestSessionLists(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"list":          testSessionList,
		"end one":       testEndSession,
		"end others":    testEndOtherSessions,
		"end of a user": testEndSessionsOf,
		"idle":          testIdle,
		"absolute":      testAbsolute,
		"retention":     testRetention,
	})
}

// browser is who a cookie stands for now.
func (w world) browser(t *testing.T, b authn.Begun) iam.Actor {
	t.Helper()
	by, _, err := w.Authn.Browser(t.Context(), b.Cookie, from)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func (w world) sessionsOf(t *testing.T, by iam.Actor) (ids []iam.SessionID) {
	t.Helper()
	l, err := w.Authn.Sessions(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range l {
		ids = append(ids, s.ID)
	}
	return ids
}

func testSessionList(t *testing.T, w world) {
	first := w.begin(t, true)
	w.Clock.Advance(time.Minute)
	api, _ := w.signIn(t)
	by := w.browser(t, first)
	if got := w.sessionsOf(t, by); !slices.Equal(got, []iam.SessionID{api.ID, first.ID}) {
		t.Errorf("sessions %v", got)
	}
	w.Clock.Advance(time.Minute)
	w.browser(t, first)
	authn.FlushUsage(w.Authn, t.Context())
	l, err := w.Authn.Sessions(t.Context(), by)
	if err != nil || len(l) != 2 || l[0].ID != first.ID || l[0].LastSeen.Sub(first.LastSeen) < 2*time.Minute || !l[0].Pages ||
		l[0].Address != from.Address || l[0].Client != from.Client || l[1].Pages {
		t.Errorf("after it was used: %+v, %v", l, err)
	}
	w.NewMember(t, w.tenant, "bob")
	if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "bob", phrase, from); err != nil {
		t.Fatal(err)
	}
	if n := len(w.sessionsOf(t, by)); n != 2 {
		t.Errorf("%d sessions after somebody else's sign-in", n)
	}
}

func testEndSession(t *testing.T, w world) {
	ctx := t.Context()
	mine, other := w.begin(t, true), w.begin(t, true)
	by := w.browser(t, mine)
	w.browser(t, other)
	w.NewMember(t, w.tenant, "bob")
	theirs, err := w.Authn.SignIn(ctx, w.tenant.ID, "bob", phrase, from)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []iam.SessionID{theirs.ID, iam.SessionID(w.Env().NewID()), "no id", ""} {
		if err := w.Authn.EndSession(ctx, by, id); !iam.Is(err, iam.NotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	w.session(t, w.token(t, theirs))
	if err := w.Authn.EndSession(ctx, by, other.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = w.Authn.Browser(ctx, other.Cookie, from)
	refused(t, "ended", err)
	w.browser(t, mine)
	l, err := w.Audit.Events(ctx, w.by, audit.Filter{Action: "session.end"}, iam.Page{})
	if err != nil || len(l.Items) != 1 || l.Items[0].ObjectID != string(other.ID) || l.Items[0].ActorID != w.ann.User.ID {
		t.Errorf("the trail is %+v, %v", l.Items, err)
	}
}

func testEndOtherSessions(t *testing.T, w world) {
	mine, other := w.begin(t, true), w.begin(t, true)
	_, token := w.signIn(t)
	w.session(t, token)
	n, err := w.Authn.EndOtherSessions(t.Context(), w.browser(t, mine))
	if err != nil || n != 2 {
		t.Errorf("ended %d, %v", n, err)
	}
	_, _, err = w.Authn.Browser(t.Context(), other.Cookie, from)
	refused(t, "another on pages", err)
	_, err = w.Authn.Session(t.Context(), token, from)
	refused(t, "one of an API client", err)
	w.browser(t, mine)
}

func testEndSessionsOf(t *testing.T, w world) {
	b := w.begin(t, true)
	w.browser(t, b)
	bob := w.NewMember(t, w.tenant, "bob", "read")
	if _, err := w.Authn.EndSessionsOf(t.Context(), bob.Actor(), w.ann.User.ID); !iam.Is(err, iam.Denied) {
		t.Errorf("by somebody: %v", err)
	}
	if _, err := w.Authn.EndSessionsOf(t.Context(), w.by, iam.UserID(w.Env().NewID())); !iam.Is(err, iam.NotFound) {
		t.Errorf("of nobody: %v", err)
	}
	w.browser(t, b)
	if n, err := w.Authn.EndSessionsOf(t.Context(), w.by, w.ann.User.ID); n != 1 || err != nil {
		t.Errorf("ended %d, %v", n, err)
	}
	_, _, err := w.Authn.Browser(t.Context(), b.Cookie, from)
	refused(t, "ended", err)
}

// testIdle: a session on pages ends when it is not used, and only that.
func testIdle(t *testing.T, w world) {
	w.settings(t, func(st *iam.Settings) { st.Session.Idle, st.Session.Absolute = 20*time.Minute, 30*24*time.Hour })
	b := w.begin(t, true)
	w.browser(t, b)
	for range 5 {
		w.Clock.Advance(20*time.Minute - 5*time.Second)
		w.browser(t, b)
	}
	_, token := w.signIn(t)
	w.Clock.Advance(20 * time.Minute)
	for range 2 { // to be refused is no use of it
		_, _, err := w.Authn.Browser(t.Context(), b.Cookie, from)
		refused(t, "idle", err)
	}
	by := w.session(t, token)
	if got := w.sessionsOf(t, by); !slices.Equal(got, []iam.SessionID{by.Session}) {
		t.Errorf("sessions %v, want the API client's only", got)
	}
	// Somebody without the secret cannot keep it alive.
	b = w.begin(t, true)
	w.browser(t, b)
	w.Clock.Advance(19 * time.Minute)
	forged := b.Cookie[:len(b.Cookie)-1] + "x"
	_, _, err := w.Authn.Browser(t.Context(), forged, from)
	refused(t, "forged", err)
	w.Clock.Advance(time.Minute)
	_, _, err = w.Authn.Browser(t.Context(), b.Cookie, from)
	refused(t, "idle but for a forged cookie", err)
}

// testAbsolute: no session outlives the tenant's limit, also one that was begun
// before the limit was set.
func testAbsolute(t *testing.T, w world) {
	b := w.begin(t, true)
	w.settings(t, func(st *iam.Settings) { st.Session.Idle, st.Session.Absolute = 30*time.Minute, 30*time.Minute })
	_, token := w.signIn(t)
	w.Clock.Advance(30*time.Minute - 5*time.Second)
	w.browser(t, b)
	w.session(t, token)
	w.Clock.Advance(5 * time.Second)
	_, _, err := w.Authn.Browser(t.Context(), b.Cookie, from)
	refused(t, "on pages", err)
	_, err = w.Authn.Session(t.Context(), token, from)
	refused(t, "of an API client", err)
}

// testRetention: attempts are kept as long as their tenant says, by each its own.
func testRetention(t *testing.T, w world) {
	other := newWorld(t, w.Server, w.tenant.Code+"-other")
	w.settings(t, func(st *iam.Settings) { st.KeepLoginEvents = 30 * 24 * time.Hour })
	other.settings(t, func(st *iam.Settings) { st.KeepLoginEvents = 0 })
	w.signIn(t)
	other.signIn(t)
	w.Clock.Advance(30*24*time.Hour - time.Minute)
	w.signIn(t)
	authn.Retire(w.Authn, t.Context())
	if n := len(w.loginEvents(t)); n != 2 {
		t.Errorf("%d attempts are left before their time", n)
	}
	w.Clock.Advance(2 * time.Minute)
	authn.Retire(w.Authn, t.Context())
	if n := len(w.loginEvents(t)); n != 1 {
		t.Errorf("%d attempts are left", n)
	}
	w.Clock.Advance(10 * 365 * 24 * time.Hour)
	authn.Retire(w.Authn, t.Context())
	if n := len(other.loginEvents(t)); n != 1 {
		t.Errorf("%d attempts are left where they are kept for ever", n)
	}
}

// TestIdleOnTwoNodes: a session that is used on one node is not idle on the other.
func TestIdleOnTwoNodes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, here *apptest.Server) {
		there := here.Beside(t)
		w := newWorld(t, here, "acme")
		w.settings(t, func(st *iam.Settings) { st.Session.Idle = 20 * time.Minute })
		b := w.begin(t, true)
		w.browser(t, b)
		for range 3 {
			w.Clock.Advance(19 * time.Minute)
			if _, _, err := there.Authn.Browser(t.Context(), b.Cookie, from); err != nil {
				t.Fatalf("there: %v", err)
			}
			authn.FlushUsage(there.Authn, t.Context())
		}
		w.browser(t, b)
		if u, err := w.Directory.User(t.Context(), w.by, directory.UserKey{ID: w.ann.User.ID}); err != nil || u.Version != w.ann.User.Version {
			t.Errorf("to be seen changes the user: %+v, %v", u, err)
		}
	})
}
