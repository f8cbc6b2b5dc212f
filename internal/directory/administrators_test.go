package directory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// testAdministrators: those who may change users, by themselves or through a
// group, each once; nobody who is disabled.
func testAdministrators(t *testing.T, w world) {
	names := func() (all []string) {
		t.Helper()
		users, err := w.Directory.Administrators(t.Context(), w.tenant.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range users {
			all = append(all, u.Username)
		}
		return all
	}
	before := names()
	w.NewGroup(t, w.tenant, "operators", "admin", w.NewMember(t, w.tenant, "both", "admin").User.Username, w.NewMember(t, w.tenant, "member").User.Username)
	w.NewMember(t, w.tenant, "reader", "read")
	gone := w.NewMember(t, w.tenant, "disabled", "admin")
	w.update(t, gone.User, directory.UserChange{State: ptr(iam.UserDisabled)})
	if diff := cmp.Diff(append(before, "both", "member"), names()); diff != "" { // in the order in which they were made
		t.Errorf("administrators (-want +got):\n%s", diff)
	}
}
