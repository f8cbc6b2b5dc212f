package access_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// threeUp is somebody who acts three tenants below their home.
func threeUp(t testing.TB) (w world, in iam.Actor) {
	t.Helper()
	s := apptest.SQLite(t)
	m := s.NewTenant(t, "top")
	top := world{s, m.Tenant, m.Actor()}
	w = top
	ann := top.member(t, "ann")
	for _, name := range []string{"a", "b", "c"} {
		ops := w.group(t, "ops")
		if w.tenant.ID == top.tenant.ID {
			top.join(t, ann.User, "ops")
		}
		l := w.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: ops, Theirs: []string{"ops"}}}})
		w, _ = w.below(t, name, l.record.ID)
	}
	w.group(t, "ops", "users.read")
	return w, w.come(t, ann)
}

// BenchmarkThreeUp is a decision for an operator three tenants up the tree.
func BenchmarkThreeUp(b *testing.B) {
	w, in := threeUp(b)
	endpoint := w.endpoint(b, iam.UsersRead)
	for b.Loop() {
		if err := w.Access.Authorize(b.Context(), in, endpoint, iam.NamespaceSystem); err != nil {
			b.Fatal(err)
		}
	}
}
