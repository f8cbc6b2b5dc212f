package authn_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// world is a tenant of its own in a running program, with an administrator
// and somebody called Ann.
type world struct {
	*apptest.Server
	tenant iam.Tenant
	by     iam.Actor // the administrator
	ann    apptest.Member
}

const phrase = apptest.AdminPassword

// from is where all requests of these tests come from.
var from = authn.Origin{Dialect: "test", Address: "192.0.2.1", Client: "tester", RequestID: "r1"}

// inEach runs tests on both engines, each in a tenant of its own.
func inEach(t *testing.T, tests map[string]func(*testing.T, world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		n := 0
		for name, test := range tests {
			n++
			w := newWorld(t, s, fmt.Sprintf("t%d", n))
			t.Run(name, func(t *testing.T) { test(t, w) })
		}
	})
}

func newWorld(t *testing.T, s *apptest.Server, code string) world {
	t.Helper()
	admin := s.NewTenant(t, code)
	return world{s, admin.Tenant, admin.Actor(), s.NewMember(t, admin.Tenant, "Ann", "read")}
}

// signIn begins a session of Ann's and answers its token.
func (w world) signIn(t *testing.T) (iam.Session, string) {
	t.Helper()
	s, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, from)
	if err != nil {
		t.Fatal(err)
	}
	return s, w.token(t, s)
}

func (w world) token(t *testing.T, s iam.Session) string {
	t.Helper()
	token, err := w.Authn.SessionToken(t.Context(), w.tenant.ID, s)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// session answers who a session token speaks for, and demands that it does.
func (w world) session(t *testing.T, token string) iam.Actor {
	t.Helper()
	by, err := w.Authn.Session(t.Context(), token, from)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

// update changes Ann as the administrator.
func (w world) update(t *testing.T, ch directory.UserChange) {
	t.Helper()
	if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: w.ann.User.ID}, ch); err != nil {
		t.Fatal(err)
	}
}

// setTenant puts the tenant into a state, as its deletion does.
func (w world) setTenant(t *testing.T, state iam.TenantState) {
	t.Helper()
	tenant, err := w.Store.Tenant(t.Context(), w.tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	tenant.Own = state
	if err := w.Store.UpdateTenant(t.Context(), tenant.ID, tenant); err != nil {
		t.Fatal(err)
	}
}

// refused demands the one answer that every credential which does not hold is
// given, and that it repeats nothing of the credential.
func refused(t *testing.T, what string, err error, secrets ...string) {
	t.Helper()
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || e.Kind != iam.Unauthenticated || e.Code != "" || e.Message != "the credentials are missing, wrong or no longer valid" {
		t.Errorf("%s: %v, want the one answer", what, err)
	}
	for _, s := range secrets {
		if s != "" && err != nil && strings.Contains(err.Error(), s) {
			t.Errorf("%s: %q repeats the credential", what, err)
		}
	}
}

func ptr[T any](v T) *T { return &v }
