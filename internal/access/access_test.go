package access_test

import (
	"fmt"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// world is a tenant of its own in a running program, with an administrator.
type world struct {
	*apptest.Server
	tenant iam.Tenant
	by     iam.Actor // the administrator
}

// inEach runs tests on both engines, each in a tenant of its own.
func inEach(t *testing.T, tests map[string]func(*testing.T, world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		n := 0
		for name, test := range tests {
			n++
			admin := s.NewTenant(t, fmt.Sprintf("t%d", n))
			t.Run(name, func(t *testing.T) { test(t, world{s, admin.Tenant, admin.Actor()}) })
		}
	})
}

// may reports whether an actor holds a permission in the whole tenant.
func (w world) may(t testing.TB, by iam.Actor, p iam.Permission) bool {
	t.Helper()
	ok, err := w.Access.May(t.Context(), by, p)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// endpoint answers the number of an operation that needs a permission.
func (w world) endpoint(t testing.TB, p iam.Permission) int {
	t.Helper()
	for _, op := range w.Registry.Operations() {
		if op.Op.Access.Permission() == p {
			return op.Endpoint
		}
	}
	t.Fatalf("no operation needs %s", p)
	return 0
}

// allowed reports whether an actor may call an endpoint in a namespace.
func (w world) allowed(t testing.TB, by iam.Actor, endpoint int, namespace string) bool {
	t.Helper()
	err := w.Access.Authorize(t.Context(), by, endpoint, namespace)
	if err != nil && !iam.Is(err, iam.Denied) {
		t.Fatal(err)
	}
	return err == nil
}

// bind gives a role as the administrator.
func (w world) bind(t testing.TB, b iam.Binding) iam.Binding {
	t.Helper()
	b, err := w.Access.Bind(t.Context(), w.by, b)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ptr[T any](v T) *T { return &v }

// newChild makes a tenant below the world's.
func (w world) newChild(t testing.TB, name string) iam.Tenant {
	t.Helper()
	child, err := w.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), w.tenant.ID, tenancy.NewTenant{Code: w.tenant.Code + "-" + name})
	if err != nil {
		t.Fatal(err)
	}
	return child
}
