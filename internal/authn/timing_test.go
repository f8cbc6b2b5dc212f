package authn_test

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

// TestTimeTellsNothing: how long a refusal takes does not tell who is known.
// Attempts of each kind are interleaved, and the quickest of each compared,
// which what else the machine does disturbs least. The bound is wide: an answer
// without a hash takes a tenth of the time.
func TestTimeTellsNothing(t *testing.T) {
	env := iam.Env{Now: time.Now, Rand: rand.Reader}
	w := newWorld(t, apptest.Start(t, app.Options{Env: env, Hasher: password.NewHasher(password.DefaultParams(), 1, env)}), "acme")
	disabled := w.NewMember(t, w.tenant, "disabled").User
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: disabled.ID}, directory.UserChange{State: ptr(iam.UserDisabled)}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Directory.CreateUser(t.Context(), w.by, directory.NewUser{Username: "without"}); err != nil {
		t.Fatal(err)
	}
	w.settings(t, func(st *iam.Settings) {
		st.Lockout.FreeFailures, st.Lockout.FreeFailuresOfAddress = 100, 10_000
		st.Password.MaxAge = 365 * 24 * time.Hour
	})
	w.withTOTP(t)
	w.NewMember(t, w.tenant, "bob")
	barred := w.NewMember(t, w.tenant, "barred").User
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: barred.ID}, directory.UserChange{Rules: &iam.UserRules{NoAPI: true}}); err != nil {
		t.Fatal(err)
	}
	attempts := []struct{ name, username, pw string }{
		{"wrong password", "bob", "wrong"},
		{"unknown user", "nobody", "wrong"},
		{"disabled user", "disabled", phrase},
		{"user without a password", "without", "wrong"},
		{"user with a second factor", "ann", phrase},
		{"user who may not call APIs", "barred", phrase},
	}
	took := make([][]time.Duration, len(attempts))
	for range 9 {
		for i, a := range attempts {
			began := time.Now()
			if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, a.username, a.pw, from); !iam.Is(err, iam.Unauthenticated) {
				t.Fatalf("%s: %v", a.name, err)
			}
			took[i] = append(took[i], time.Since(began))
		}
	}
	for i, a := range attempts {
		if least, of := slices.Min(took[i]), slices.Min(took[0]); least < of/2 || least > of*2 {
			t.Errorf("%s takes %v, %s %v", a.name, least, attempts[0].name, of)
		}
	}
}
