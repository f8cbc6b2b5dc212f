package tenancy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestFactorRequired(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"for all": testFactorRequired, "changed back at once": testFactorChangedBack})
}

// signIn begins a session on pages.
func (w world) signIn(t *testing.T, m apptest.Member) authn.Begun {
	t.Helper()
	b, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: m.User.Username, Password: apptest.AdminPassword, Pages: true}, authn.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// setRequired asks for second factors, or not any more.
func (w world) setRequired(t *testing.T, by iam.Actor, required bool) iam.Settings {
	t.Helper()
	st, err := w.Tenancy.ChangeSettings(t.Context(), by, func(st *iam.Settings) { st.Factor.Required = required })
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// unchanging waits until a job has done what follows from a change.
func (w world) unchanging(t *testing.T) iam.Settings {
	t.Helper()
	w.Clock.Advance(2 * time.Second)
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		st, err := w.Tenancy.Settings(t.Context(), w.tenant.ID)
		if err != nil || time.Since(began) > 20*time.Second {
			t.Fatalf("the settings are %+v, %v", st.Factor, err)
		}
		if !st.Factor.Changing {
			return st
		}
	}
}

// testFactorRequired: at once for who signs in, and soon for who has signed in;
// those who run the tenant are told.
func testFactorRequired(t *testing.T, w world) {
	address := "admin@" + w.tenant.Code + ".example"
	if _, err := w.Directory.UpdateUser(t.Context(), iam.System(w.tenant.ID, "test"), directory.UserKey{ID: w.by.User}, directory.UserChange{Email: &address}); err != nil {
		t.Fatal(err)
	}
	bob := w.NewMember(t, w.tenant, "bob", "read")
	present, theirs := w.signIn(t, apptest.Member{User: iam.User{Username: w.by.Username}}), w.signIn(t, bob)
	by := w.by
	by.Session = present.ID

	mail := w.NewMail(t, w.tenant.ID, address, func() {
		if st := w.setRequired(t, by, true); !st.Factor.Required || !st.Factor.Changing {
			t.Errorf("at once: %+v", st.Factor)
		}
		if again := w.signIn(t, bob); !slices.Contains(again.Pending, iam.StepEnrolFactor) {
			t.Errorf("who signs in after that has left %v", again.Pending)
		}
		if st := w.unchanging(t); !st.Factor.Required {
			t.Errorf("then: %+v", st.Factor)
		}
	})
	if mail.Kind != iam.MessageFactorPolicy {
		t.Errorf("told by %+v", mail)
	}
	if _, _, err := w.Authn.Browser(t.Context(), theirs.Cookie, authn.Origin{}); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("who had signed in without a factor: %v, want Unauthenticated", err)
	}
	if _, _, err := w.Authn.Browser(t.Context(), present.Cookie, authn.Origin{}); err != nil {
		t.Errorf("who has said so: %v", err)
	}

	if before := w.setRequired(t, by, true); before.Version != w.unchanging(t).Version {
		t.Error("what is so already was written once more")
	}
	if st := w.setRequired(t, by, false); st.Factor.Required || !st.Factor.Changing {
		t.Errorf("switched off: %+v", st.Factor)
	}
	theirs = w.signIn(t, bob)
	if st := w.unchanging(t); st.Factor.Required {
		t.Errorf("then: %+v", st.Factor)
	}
	if _, _, err := w.Authn.Browser(t.Context(), theirs.Cookie, authn.Origin{}); err != nil {
		t.Errorf("who signed in without a factor: %v", err)
	}
}

// testFactorChangedBack: what counts is what was said last, and whoever does not
// speak of it changes neither.
func testFactorChangedBack(t *testing.T, w world) {
	theirs := w.signIn(t, w.NewMember(t, w.tenant, "bob", "read"))
	w.setRequired(t, w.by, true)
	w.setRequired(t, w.by, false)
	st, err := w.Tenancy.ChangeSettings(t.Context(), w.by, func(st *iam.Settings) { st.Language, st.Factor.Changing = "ko", false })
	if err != nil || !st.Factor.Changing {
		t.Errorf("%+v, %v", st.Factor, err)
	}
	if st := w.unchanging(t); st.Factor.Required || st.Language != "ko" {
		t.Errorf("in the end: %+v", st)
	}
	if _, _, err := w.Authn.Browser(t.Context(), theirs.Cookie, authn.Origin{}); err != nil {
		t.Errorf("who had signed in: %v", err)
	}
}
