package directory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// world is a tenant of its own in a running program, with an administrator.
type world struct {
	*apptest.Server
	tenant iam.Tenant
	admin  apptest.Member
	by     iam.Actor // the administrator
}

// inEach runs tests on both engines, each in a tenant of its own.
func inEach(t *testing.T, tests map[string]func(*testing.T, world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		n := 0
		for name, test := range tests {
			n++
			admin := s.NewTenant(t, "t"+string(rune('a'+n)))
			t.Run(name, func(t *testing.T) {
				test(t, world{Server: s, tenant: admin.Tenant, admin: admin, by: admin.Actor()})
			})
		}
	})
}

// create makes a user as the administrator.
func (w world) create(t *testing.T, in directory.NewUser) iam.User {
	t.Helper()
	u, err := w.Directory.CreateUser(t.Context(), w.by, in)
	if err != nil {
		t.Fatalf("create %s: %v", in.Username, err)
	}
	return u
}

// update changes a user as the administrator.
func (w world) update(t *testing.T, u iam.User, ch directory.UserChange) iam.User {
	t.Helper()
	u, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: u.ID}, ch)
	if err != nil {
		t.Fatalf("update %s: %v", u.Username, err)
	}
	return u
}

// user answers a user as it is stored.
func (w world) user(t *testing.T, id iam.UserID) iam.User {
	t.Helper()
	u, err := w.Directory.User(t.Context(), w.by, directory.UserKey{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// trail answers the actions on an object since the tenant was made, earliest
// first.
func (w world) trail(t *testing.T, id string) []iam.Event {
	t.Helper()
	l, err := w.Audit.Events(t.Context(), w.by, audit.Filter{ObjectID: id}, iam.Page{Desc: true})
	if err != nil {
		t.Fatal(err)
	}
	return l.Items
}

// fields answers the paths and reasons of an Invalid error.
func fields(err error) string {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || e.Kind != iam.Invalid {
		return "not Invalid: " + errorText(err)
	}
	var all []string
	for _, f := range e.Fields {
		all = append(all, f.Path+" "+string(f.Reason))
	}
	return strings.Join(all, ", ")
}

func errorText(err error) string {
	if err == nil {
		return "nil"
	}
	return err.Error()
}

func names[T ~string](refs []iam.Ref[T]) string {
	var all []string
	for _, r := range refs {
		all = append(all, r.Name)
	}
	return strings.Join(all, ",")
}

func ptr[T any](v T) *T { return &v }
